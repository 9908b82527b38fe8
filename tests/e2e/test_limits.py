"""Requests that are as large, as deep or as round as they may be, and one step beyond."""
import concurrent.futures
import time
import unittest
import urllib.parse

from instance import Instance

SEVERAL = 16


def observation(patient, **more):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"},
            "subject": {"reference": "Patient/" + patient}} | more


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.instance.start()
        cls.token = cls.instance.token()
        cls.client = cls.instance.client(cls.token, timeout=240)

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def patient(self, name):
        answer = self.client.put("/fhir/Patient/" + name, {"resourceType": "Patient", "id": name})
        self.assertLess(answer.status, 300)
        return name

    def search(self, path, **parameters):
        return self.client.get(path + "?" + urllib.parse.urlencode(parameters))

    def test_conditional_creates_of_several_types_at_once(self):
        """One criterion, several types: each type has its own condition, and each gets one."""
        types = {"Patient": {}, "Organization": {"name": "x"}, "Practitioner": {},
                 "Location": {"name": "x"}}
        value = [{"system": "urn:race", "value": "1"}]

        def create(number):
            kind = list(types)[number % len(types)]
            body = {"resourceType": kind, "identifier": value} | types[kind]
            client = self.instance.client(self.token)
            answer = client.post("/fhir/" + kind, body, {"If-None-Exist": "identifier=urn:race|1"})
            return kind, answer.status

        with concurrent.futures.ThreadPoolExecutor(SEVERAL) as pool:
            answers = list(pool.map(create, range(4 * SEVERAL)))
        for kind in types:
            statuses = [status for each, status in answers if each == kind]
            self.assertEqual(statuses.count(201), 1, (kind, statuses))
            # Four lost races: whoever is told to try again finds it.
            self.assertLessEqual(set(statuses), {200, 201, 409})
            found = self.search("/fhir/" + kind, identifier="urn:race|1").json()
            self.assertEqual(found["total"], 1, kind)

    def transaction(self, count, patient):
        entry = {"resource": observation(patient),
                 "request": {"method": "POST", "url": "Observation"}}
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry] * count}
        begin = time.monotonic()
        answer = self.client.post("/fhir", bundle)
        return answer, time.monotonic() - begin

    def test_a_transaction_of_ten_thousand(self):
        patient = self.patient("bulk")
        answer, seconds = self.transaction(10_000, patient)
        self.assertEqual(answer.status, 200, answer.body[:500])
        entries = answer.json()["entry"]
        self.assertEqual(len({each["response"]["location"] for each in entries}), 10_000)
        print(f"a transaction of 10,000 creates: {seconds:.1f} s")
        found = self.search("/fhir/Observation", patient=patient, _summary="count").json()
        self.assertEqual(found["total"], 10_000)
        answer, _ = self.transaction(10_001, patient)
        self.assertEqual(answer.status, 413, answer.body[:500])
        found = self.search("/fhir/Observation", patient=patient, _summary="count").json()
        self.assertEqual(found["total"], 10_000)
        many = {"resourceType": "Bundle", "type": "batch", "entry": [
            {"request": {"method": "GET", "url": "Patient/bulk"}}] * 10_001}
        self.assertEqual(self.client.post("/fhir", many).status, 413)

    def test_includes_that_go_in_circles(self):
        patient = self.patient("circle")
        names = [f"circle-{number}" for number in range(30)]
        # Each refers to the next, the last one to the first.
        for name, following in zip(names, names[1:] + names[:1]):
            body = observation(patient, id=name,
                               hasMember=[{"reference": "Observation/" + following}])
            self.assertEqual(self.client.put("/fhir/Observation/" + name, body).status, 201)
        one = {"patient": patient, "_id": names[0]}
        for parameter, rounds in (("_include", 1), ("_include:iterate", 4)):
            answer = self.search("/fhir/Observation", **one,
                                 **{parameter: "Observation:has-member"}).json()
            modes = [each["search"]["mode"] for each in answer["entry"]]
            ids = [each["resource"]["id"] for each in answer["entry"]]
            self.assertEqual(len(set(ids)), len(ids))
            self.assertEqual(modes.count("match"), 1)
            self.assertIn(modes.count("include"), (rounds, rounds + 1))
        # All of them are matches: nothing is shown twice.
        answer = self.search("/fhir/Observation", patient=patient, **{
            "_include:iterate": "Observation:has-member",
            "_revinclude:iterate": "Observation:has-member"}).json()
        self.assertEqual(sorted(each["resource"]["id"] for each in answer["entry"]), sorted(names))
        self.assertEqual({each["search"]["mode"] for each in answer["entry"]}, {"match"})

    def test_chains_beyond_their_depth(self):
        patient = self.patient("deep")
        step = "_has:Observation:has-member:"
        for depth, status in ((1, 200), (4, 200), (5, 413), (200, 413)):
            answer = self.search("/fhir/Observation", patient=patient,
                                 **{step * depth + "status": "final"})
            self.assertEqual(answer.status, status, (depth, answer.body))
        for depth, status in ((4, 200), (5, 413), (300, 413)):
            answer = self.search("/fhir/Observation", patient=patient,
                                 **{"has-member:Observation." * depth + "status": "final"})
            self.assertEqual(answer.status, status, (depth, answer.body))

    def test_of_type_with_characters_that_mean_something(self):
        odd = {"a|b": "p|q", "c,d": "r,s", "e$f": "t$u", "g\\h": "v\\w", "i'j": "x\"y",
               "k&l": "m=n", "ü%41": "%00"}
        escape = str.maketrans({"|": "\\|", ",": "\\,", "$": "\\$", "\\": "\\\\"})
        for number, (code, value) in enumerate(odd.items()):
            body = {"resourceType": "Patient", "id": f"odd-{number}", "identifier": [
                {"type": {"coding": [{"system": "urn:t", "code": code}]}, "value": value}]}
            self.assertEqual(self.client.put(f"/fhir/Patient/odd-{number}", body).status, 201)

        def found(number, code, value):
            answer = self.search("/fhir/Patient", _id=f"odd-{number}",
                                 **{"identifier:of-type": f"urn:t|{code}|{value}"})
            return answer.json().get("total") if answer.status == 200 else answer.status

        for number, (code, value) in enumerate(odd.items()):
            spelled = code.translate(escape), value.translate(escape)
            self.assertEqual(found(number, *spelled), 1, (code, value))
            self.assertEqual(found(number, spelled[0], "other"), 0)
        # Without the backslash they separate.
        self.assertEqual(found(0, "a|b", "p|q"), 400)
        for wrong in ("urn:t", "urn:t|x", "urn:t||", "|||", "urn:t|x|", "a|b|c|d"):
            answer = self.search("/fhir/Patient", _id="odd-0", **{"identifier:of-type": wrong})
            self.assertEqual(answer.status, 400, wrong)

    def test_cursors_of_another_caller(self):
        patient = self.patient("paged")
        for number in range(3):
            self.client.put(f"/fhir/Observation/paged-{number}",
                            observation(patient, id=f"paged-{number}"))
            self.client.put("/fhir/Observation/paged-0", observation(patient, id="paged-0"))
        key = self.instance.root / "other.jwk"
        self.instance.command("client", "add", "--dir", str(self.instance.directory), "other",
                              "--new-key", str(key))
        other = self.instance.client(self.instance.token("--client", "other", "--key", str(key)))
        for path in (f"/fhir/Observation?patient={patient}&_count=1",
                     f"/fhir/Patient/{patient}/Observation?_count=1",
                     f"/fhir/Patient/{patient}/*?_count=1",
                     f"/fhir/Patient/{patient}/$everything?_count=1",
                     "/fhir/Observation/paged-0/_history?_count=1"):
            links = self.client.get(path).json()["link"]
            url = next(link["url"] for link in links if link["relation"] == "next")
            following = url[url.index("/fhir"):]
            self.assertEqual(self.client.get(following).status, 200, path)
            self.assertEqual(other.get(following).status, 400, path)
            self.assertEqual(other.get(path).status, 200, path)


if __name__ == "__main__":
    unittest.main()
