"""Conditional create, read, update and delete (http.html#ccreate, #cread, #cond-update, #cdelete):
race-free, and judged as searches."""
import threading
import unittest
from email.utils import parsedate_to_datetime

from instance import Instance

SYSTEM = "urn:conditional"


def patient(value, **more):
    return {"resourceType": "Patient", "identifier": [{"system": SYSTEM, "value": value}], **more}


def criterion(value):
    return f"identifier={SYSTEM}%7C{value}"


class Conditional(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.instance.start()
        cls.token = cls.instance.token()

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def setUp(self):
        self.client = self.instance.client(self.token)

    def found(self, value):
        bundle = self.client.get("/fhir/Patient?" + criterion(value)).json()
        return [entry["resource"] for entry in bundle.get("entry", [])]

    def create(self, value, client=None, **more):
        return (client or self.client).post("/fhir/Patient", patient(value, **more),
                                            {"If-None-Exist": criterion(value)})

    def at_once(self, count, work):
        answers = [None] * count
        barrier = threading.Barrier(count)

        def one(number):
            client = self.instance.client(self.token)
            client.get("/health")
            barrier.wait()
            answers[number] = work(client, number)

        threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def test_create(self):
        first = self.create("one")
        self.assertEqual(first.status, 201)
        again = self.create("one", gender="male")
        self.assertEqual(again.status, 200)
        self.assertEqual(again.json(), first.json())
        self.assertEqual(again.headers["Location"], first.headers["Location"])
        minimal = self.client.post("/fhir/Patient", patient("one"), {
            "If-None-Exist": criterion("one"), "Prefer": "return=minimal"})
        self.assertEqual((minimal.status, minimal.body), (200, b""))
        self.client.post("/fhir/Patient", patient("one"))
        self.assertEqual(self.create("one").status, 412)
        self.assertEqual(len(self.found("one")), 2)
        # What was deleted does not count.
        for resource in self.found("one"):
            self.client.delete("/fhir/Patient/" + resource["id"])
        self.assertEqual(self.create("one").status, 201)

    def test_sixty_four_at_once_create_one(self):
        for round_ in range(3):
            value = f"crowd-{round_}"
            answers = self.at_once(64, lambda client, _: self.create(value, client))
            statuses = sorted(answer.status for answer in answers)
            self.assertEqual(statuses, [200] * 63 + [201])
            self.assertEqual(len({answer.json()["id"] for answer in answers}), 1)
            self.assertEqual(len(self.found(value)), 1)

    def test_sixty_four_puts_at_once_create_one(self):
        answers = self.at_once(64, lambda client, number: client.put(
            "/fhir/Patient?" + criterion("put-crowd"), patient("put-crowd", gender="male")))
        statuses = [answer.status for answer in answers]
        self.assertEqual(statuses.count(201), 1)
        # Who loses the race again and again gives up with 409 and has changed nothing.
        self.assertLessEqual(set(statuses), {200, 201, 409})
        self.assertEqual(len(self.found("put-crowd")), 1)
        version = int(self.found("put-crowd")[0]["meta"]["versionId"])
        self.assertEqual(version, statuses.count(200) + 1)

    def test_creates_at_once_in_transactions(self):
        def work(client, number):
            return client.post("/fhir", {"resourceType": "Bundle", "type": "transaction", "entry": [
                {"fullUrl": "urn:uuid:7f0f4b3a-0000-4000-8000-000000000001",
                 "resource": patient("bundle-crowd"),
                 "request": {"method": "POST", "url": "Patient",
                             "ifNoneExist": criterion("bundle-crowd")}},
                {"resource": {"resourceType": "Observation", "status": "final",
                              "code": {"text": str(number)}, "subject": {
                                  "reference": "urn:uuid:7f0f4b3a-0000-4000-8000-000000000001"}},
                 "request": {"method": "POST", "url": "Observation"}}]})
        answers = self.at_once(16, work)
        self.assertEqual({answer.status for answer in answers}, {200})
        people = self.found("bundle-crowd")
        self.assertEqual(len(people), 1)
        observations = self.client.get(
            f"/fhir/Observation?patient={people[0]['id']}&_summary=count").json()
        self.assertEqual(observations["total"], 16)

    def test_update(self):
        url = "/fhir/Patient?" + criterion("two")
        made = self.client.put(url, patient("two"))
        self.assertEqual(made.status, 201)
        id_ = made.json()["id"]
        changed = self.client.put(url, patient("two", gender="male"))
        self.assertEqual((changed.status, changed.json()["id"]), (200, id_))
        self.assertEqual(changed.json()["meta"]["versionId"], "2")
        same = self.client.put(url, patient("two", id=id_, gender="female"))
        self.assertEqual(same.status, 200)
        self.assertEqual(self.client.put(url, patient("two", id="another")).status, 400)
        self.assertEqual(self.client.put(url, patient("two"), {"If-Match": 'W/"1"'}).status, 412)
        self.client.post("/fhir/Patient", patient("two"))
        self.assertEqual(self.client.put(url, patient("two")).status, 412)

    def test_update_without_a_match_but_with_an_id(self):
        url = "/fhir/Patient?" + criterion("three")
        made = self.client.put(url, patient("three", id="three-id"))
        self.assertEqual((made.status, made.json()["id"]), (201, "three-id"))
        # Another resource has the id: it is not what the condition means.
        other = self.client.put("/fhir/Patient?" + criterion("four"),
                                patient("four", id="three-id"))
        self.assertEqual(other.status, 409)
        self.assertEqual(self.client.get("/fhir/Patient/three-id").json()["meta"]["versionId"], "1")

    def test_update_only_if_there_is_none(self):
        body = {"resourceType": "Patient", "id": "fresh"}
        first = self.client.put("/fhir/Patient/fresh", body, {"If-None-Match": "*"})
        again = self.client.put("/fhir/Patient/fresh", body, {"If-None-Match": "*"})
        self.assertEqual((first.status, again.status), (201, 412))
        answers = self.at_once(16, lambda client, number: client.put(
            "/fhir/Patient/fresh-2", {"resourceType": "Patient", "id": "fresh-2"},
            {"If-None-Match": "*"}))
        self.assertEqual(sorted(answer.status for answer in answers), [201] + [412] * 15)

    def test_delete(self):
        self.create("five")
        url = "/fhir/Patient?" + criterion("five")
        id_ = self.found("five")[0]["id"]
        self.assertEqual(self.client.delete(url, {"If-Match": 'W/"7"'}).status, 412)
        self.assertEqual(self.client.delete(url).status, 204)
        self.assertEqual(self.client.get("/fhir/Patient/" + id_).status, 410)
        self.assertEqual(self.client.delete(url).status, 204)
        for _ in range(2):
            self.client.post("/fhir/Patient", patient("five"))
        self.assertEqual(self.client.delete(url).status, 412)
        self.assertEqual(len(self.found("five")), 2)

    def test_inside_a_patient(self):
        who = self.create("six").json()["id"]
        observation = {"resourceType": "Observation", "status": "final", "code": {"text": "x"},
                       "subject": {"reference": f"Patient/{who}"},
                       "identifier": [{"system": SYSTEM, "value": "o-1"}]}
        condition = {"If-None-Exist": f"patient={who}&{criterion('o-1')}"}
        self.assertEqual(self.client.post("/fhir/Observation", observation, condition).status, 201)
        self.assertEqual(self.client.post("/fhir/Observation", observation, condition).status, 200)

    def test_conditions_are_judged_as_searches(self):
        body = patient("seven")
        for query, status in (("gender=male", 403), ("nonsense=1", 400), ("", 412),
                              ("_count=1&" + criterion("seven"), 400), ("_sort=name", 400),
                              ("_include=Patient:link", 400), ("name=Smith", 403)):
            put = self.client.put("/fhir/Patient?" + query, body)
            self.assertEqual(put.status, status, query)
            self.assertEqual(self.client.delete("/fhir/Patient?" + query).status, status, query)
            if query:
                created = self.client.post("/fhir/Patient", body, {"If-None-Exist": query})
                self.assertEqual(created.status, status, query)
        self.assertEqual(self.found("seven"), [])

    def test_without_the_right_to_search_there_is_no_condition(self):
        key = str(self.instance.root / "maker.jwk")
        self.instance.command("client", "add", "--dir", str(self.instance.directory), "maker",
                              "--scope", "system/*.cud", "--new-key", key)
        maker = self.instance.client(self.instance.token("--client", "maker", "--key", key,
                                                         "--scope", "system/*.cud"))
        self.create("eight")
        for value in ("eight", "nobody"):
            self.assertEqual(self.create(value, maker).status, 403)
            self.assertEqual(maker.put("/fhir/Patient?" + criterion(value),
                                       patient(value)).status, 403)
            self.assertEqual(maker.delete("/fhir/Patient?" + criterion(value)).status, 403)
        self.assertEqual(maker.post("/fhir/Patient", patient("plain")).status, 201)

    def test_hidden_elements_are_no_conditions(self):
        key = str(self.instance.root / "manager.jwk")
        self.instance.command("client", "add", "--dir", str(self.instance.directory), "manager",
                              "--purpose", "HPAYMT", "--new-key", key)
        payer = self.instance.client(self.instance.token("--client", "manager", "--key", key))
        body = {"resourceType": "Patient"}
        answer = payer.put(f"/fhir/Patient?{criterion('eight')}&phone=555", body)
        self.assertEqual(answer.status, 403)

    def test_read(self):
        made = self.create("nine")
        path = "/fhir/Patient/" + made.json()["id"]
        tag = made.headers["ETag"]
        for header in (tag, '"1"', f'W/"7", {tag}', "*"):
            answer = self.client.get(path, {"If-None-Match": header})
            self.assertEqual((answer.status, answer.body), (304, b""), header)
        self.assertEqual(self.client.get(path, {"If-None-Match": 'W/"7"'}).status, 200)
        modified = self.client.get(path).headers["Last-Modified"]
        self.assertIsNotNone(parsedate_to_datetime(modified))
        for header, status in ((modified, 304), ("Mon, 01 Jan 2001 00:00:00 GMT", 200),
                               ("nonsense", 200)):
            answer = self.client.get(path, {"If-Modified-Since": header})
            self.assertEqual(answer.status, status, header)
        both = self.client.get(path, {"If-Modified-Since": modified, "If-None-Match": 'W/"7"'})
        self.assertEqual(both.status, 200)

    def test_guards_survive_a_restart_and_the_log_is_whole(self):
        self.assertEqual(self.create("ten").status, 201)
        self.instance.stop()
        verified = self.instance.command("audit", "verify", "--dir", str(self.instance.directory))
        self.assertIn(" 0 open intents", verified.stdout)
        self.instance.start()
        self.client = self.instance.client(self.token)
        self.assertEqual(self.create("ten").status, 200)


if __name__ == "__main__":
    unittest.main()
