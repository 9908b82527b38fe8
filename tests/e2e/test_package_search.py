"""Search parameters of packages: what is found by them of data that was there before, while it is
indexed again, after a crash in the middle, and after the package is gone; and by whom."""
import concurrent.futures
import json
import time
import unittest

from instance import Instance, material
from test_packages import package

BASE = "http://example.org/"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
ASSERTED = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"
PATIENTS = 40
CONDITIONS = 12  # of each


def parameter(base, code, kind, expression, **more):
    return {"resourceType": "SearchParameter", "url": f"{BASE}{base}-{code}", "status": "active",
            "name": "Own", "description": "x", "code": code, "base": [base], "type": kind,
            "expression": expression} | more


def own_parameters():
    return [parameter("Patient", "race", "token",
                      f"Patient.extension.where(url = '{US_CORE}us-core-race')"
                      ".extension.value.code"),
            parameter("Condition", "asserted-date", "date",
                      f"Condition.extension.where(url = '{ASSERTED}').value"),
            parameter("Condition", "witness", "reference",
                      f"Condition.extension.where(url = '{BASE}witness').value",
                      target=["Practitioner"])]


def patient(number):
    return {"resourceType": "Patient", "id": f"p{number}", "gender": "female",
            "extension": [{"url": US_CORE + "us-core-race", "extension": [
                {"url": "ombCategory", "valueCoding": {
                    "system": "urn:oid:2.16.840.1.113883.6.238",
                    "code": "2054-5" if number % 2 else "2106-3"}},
                {"url": "text", "valueString": "as told"}]}]}


def condition(owner, number):
    return {"resourceType": "Condition", "id": f"c{owner}-{number}",
            "subject": {"reference": f"Patient/p{owner}"}, "code": {"text": "x"},
            "extension": [{"url": ASSERTED, "valueDateTime": f"20{10 + number}-01-01"},
                          {"url": BASE + "witness",
                           "valueReference": {"reference": "Practitioner/w"}}]}


class PackageSearch(unittest.TestCase):
    def setUp(self):
        self.instance = Instance()
        self.addCleanup(self.instance.remove)
        self.instance.start()
        self.client = self.instance.client(self.instance.token())

    def administrator(self):
        return self.instance.administrator("admin/definitions.read", "admin/definitions.write")

    def restart(self, pace=None):
        """With so many records a second indexed again."""
        self.instance.stop()
        if pace is not None:
            file = self.instance.directory / "salus.toml"
            text = file.read_text()
            line = next(each for each in text.splitlines()
                        if each.startswith("records_per_second"))
            file.write_text(text.replace(line, f"records_per_second = {pace}"))
        self.instance.start()
        self.client = self.instance.client(self.instance.token())

    def load(self, content, name="test.search", version="1.0.0"):
        answer = self.administrator().post("/admin/definitions",
                                           package(name, version, content),
                                           {"Content-Type": "application/gzip"})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def remove(self, name="test.search@1.0.0"):
        answer = self.administrator().delete("/admin/definitions/" + name)
        self.assertEqual(answer.status, 200, answer.body)

    def indexing(self):
        return self.administrator().get("/admin/definitions").json()["indexing"]

    def wait_until_indexed(self, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            # The first look comes a second after a package was loaded.
            time.sleep(1.5)
            state = self.indexing()
            if state["state"] == "finished":
                self.assertEqual(int(state["commitsLeft"]), 0)
                return
        self.fail("the index was not brought up to date")

    def fill(self, patients=PATIENTS, conditions=CONDITIONS):
        put = self.client.put("/fhir/Practitioner/w",
                              {"resourceType": "Practitioner", "id": "w"})
        self.assertEqual(put.status, 201, put.body)
        for owner in range(patients):
            entries = [patient(owner)] + [condition(owner, n) for n in range(conditions)]
            bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [
                {"resource": each,
                 "request": {"method": "PUT", "url": f"{each['resourceType']}/{each['id']}"}}
                for each in entries]}
            answer = self.client.post("/fhir", bundle)
            self.assertEqual(answer.status, 200, answer.body)

    def search(self, query, status=200):
        answer = self.client.get("/fhir/" + query)
        self.assertEqual(answer.status, status, (query, answer.body))
        return answer.json()

    def ids(self, query):
        return sorted(entry["resource"]["id"]
                      for entry in self.search(query).get("entry", []))

    def check_all(self, patients=PATIENTS, conditions=CONDITIONS):
        for owner in range(patients):
            race = "2054-5" if owner % 2 else "2106-3"
            self.assertEqual(self.ids(f"Patient?_id=p{owner}&race={race}"), [f"p{owner}"])
            self.assertEqual(self.ids(f"Patient?_id=p{owner}&race=1"), [])
            found = self.ids(f"Condition?patient=p{owner}&asserted-date=ge2015&_count=100")
            self.assertEqual(len(found), conditions - 5, owner)

    def test_existing_and_new_data(self):
        self.fill()
        self.search("Patient?_id=p1&race=2054-5", 400)
        report = self.load(own_parameters())
        self.assertEqual(report["notOffered"], [])
        self.assertEqual({each["code"] for each in report["searchParameters"]},
                         {"race", "asserted-date", "witness"})
        self.check_all()
        self.assertEqual(self.ids("Patient?_id=p1&race:missing=true"), [])
        self.assertEqual(
            self.ids("Condition?patient=p3&subject:Patient.race=2054-5&_count=1"), ["c3-0"])
        self.assertEqual(self.ids("Patient?_id=p3&_has:Condition:patient:asserted-date=2012"),
                         ["p3"])
        newest = self.search("Condition?patient=p2&_sort=-asserted-date&_count=1")
        self.assertEqual(newest["entry"][0]["resource"]["id"], f"c2-{CONDITIONS - 1}")
        with_witness = self.ids("Condition?patient=p2&_include=Condition:witness&_id=c2-0")
        self.assertEqual(with_witness, ["c2-0", "w"])
        # Too broad stays too broad.
        self.search("Patient?race=2054-5", 403)
        self.search("Condition?asserted-date=ge2015", 403)
        # What FHIR does not define and no package does is refused as before.
        self.search("Patient?_id=p1&skin=1", 400)
        self.search("Patient?_id=p1&race:exact=1", 501)

        self.wait_until_indexed()
        self.check_all()
        new = self.client.put("/fhir/Condition/new", condition(2, 3) | {"id": "new"})
        self.assertEqual(new.status, 201, new.body)
        self.assertIn("new", self.ids("Condition?patient=p2&asserted-date=2013"))
        changed = condition(2, 3)
        del changed["extension"]
        self.assertEqual(self.client.put("/fhir/Condition/c2-3", changed).status, 200)
        self.assertEqual(self.ids("Condition?patient=p2&asserted-date=2013"), ["new"])

        statement = self.search("metadata")
        listed = {each["type"]: each for each in statement["rest"][0]["resource"]}
        race = [each for each in listed["Patient"]["searchParam"] if each["name"] == "race"]
        self.assertEqual(race, [{"name": "race", "definition": BASE + "Patient-race",
                                 "type": "token"}])
        self.assertIn("Condition:witness", listed["Condition"]["searchInclude"])
        document = self.client.get("/fhir/openapi.json").json()
        self.assertIn("Patient?race",
                      document["components"]["parameters"]["criteria"]["description"])

    def test_changed_and_removed(self):
        self.fill(4)
        self.load(own_parameters())
        self.wait_until_indexed()
        self.check_all(4)
        other = parameter("Patient", "race", "token", "Patient.gender")
        self.remove()
        self.search("Patient?_id=p1&race=2054-5", 400)
        self.load([other], version="2.0.0")
        self.assertEqual(self.ids("Patient?_id=p1&race=2054-5"), [])
        self.assertEqual(self.ids("Patient?_id=p1&race=female"), ["p1"])
        self.search("Condition?patient=p1&asserted-date=ge2015", 400)
        # Of two packages the first counts, until it goes.
        report = self.load(own_parameters())
        self.assertEqual([each["code"] for each in report["notOffered"]], ["race"])
        self.assertEqual(self.ids("Patient?_id=p1&race=female"), ["p1"])
        self.remove("test.search@2.0.0")
        self.check_all(4)
        self.wait_until_indexed()
        self.remove()
        self.search("Patient?_id=p1&race=2054-5", 400)
        self.restart()
        self.search("Patient?_id=p1&race=2054-5", 400)
        self.assertEqual(self.ids("Patient?_id=p1&gender=female"), ["p1"])

    def test_a_crash_in_the_middle(self):
        self.fill()
        self.restart(pace=50)
        self.load(own_parameters())
        deadline = time.monotonic() + 30
        left = total = None
        while time.monotonic() < deadline:
            state = self.indexing()
            if state["state"] == "under way":
                left = int(state["commitsLeft"])
                total = total or left
                if left < total:
                    break
            time.sleep(0.2)
        self.assertIsNotNone(left, "it had no time to begin")
        self.assertLess(left, total)
        self.assertGreater(left, 0)
        self.instance.kill()
        self.instance.start()
        self.client = self.instance.client(self.instance.token())
        self.assertEqual(self.indexing()["state"], "under way")
        self.check_all(PATIENTS)  # whichever side of the crash
        self.restart(pace=0)
        self.wait_until_indexed()
        self.check_all(PATIENTS)
        # It is known to be done: a start looks at nothing again.
        self.restart()
        time.sleep(1.5)
        self.assertEqual(self.indexing()["state"], "finished")
        verified = self.instance.command("audit", "verify", "--dir",
                                         str(self.instance.directory), check=False)
        self.assertEqual(verified.returncode, 0, verified.stderr)

    def test_loaded_under_traffic(self):
        self.fill(8)
        stop = time.monotonic() + 8

        def write(owner):
            client = self.instance.client(self.instance.token())
            count = 0
            while time.monotonic() < stop:
                name = f"t{owner}-{count}"
                body = condition(owner, count % 10) | {"id": name}
                answer = client.put(f"/fhir/Condition/{name}", body)
                if answer.status != 201:
                    return answer.status, answer.body
                if count % 3 == 2:
                    gone = client.delete(f"/fhir/Condition/{name}")
                    if gone.status not in (200, 204):
                        return gone.status, gone.body
                count += 1
            return count, None

        def read(owner):
            """What was there before is found in every answer, from the first one that knows it."""
            client = self.instance.client(self.instance.token())
            known = 0
            while time.monotonic() < stop:
                answer = client.get(f"/fhir/Condition?patient=p{owner}&asserted-date=2011"
                                    f"&_id=c{owner}-1")
                if answer.status == 400 and known == 0:
                    continue  # not loaded yet
                if answer.status != 200:
                    return answer.status, answer.body
                known += 1
                if answer.json()["total"] != 1:
                    return answer.status, answer.body
            return known, None

        with concurrent.futures.ThreadPoolExecutor(5) as pool:
            work = [pool.submit(write, 0), pool.submit(write, 1),
                    pool.submit(read, 0), pool.submit(read, 2)]
            time.sleep(1)
            self.load(own_parameters())
            for each in work:
                count, problem = each.result()
                self.assertIsNone(problem, (count, problem))
                self.assertGreater(count, 0)
        self.wait_until_indexed()
        everything = self.ids("Condition?patient=p0&_count=1000")
        dated = self.ids("Condition?patient=p0&asserted-date=ge2010&_count=1000")
        self.assertEqual(everything, dated)

    def test_what_is_hidden_is_not_searched_by(self):
        self.fill(2, 1)
        self.load(own_parameters() + [
            parameter("Patient", "nickname", "string",
                      "Patient.name.where(use = 'nickname').given"),
            parameter("Patient", "rich", "token", "Patient.children().count() > 2")])
        key = str(self.instance.root / "payer.jwk")
        self.instance.command("client", "add", "--dir", str(self.instance.directory), "payer",
                              "--purpose", "HPAYMT", "--new-key", key)
        payer = self.instance.client(self.instance.token("--client", "payer", "--key", key))
        shown = payer.get("/fhir/Patient?_id=p1").json()["entry"][0]["resource"]
        self.assertNotIn("extension", shown)
        for query in ("race=2054-5", "race:missing=false", "_sort=race", "rich=true"):
            answer = payer.get("/fhir/Patient?_id=p1&" + query)
            self.assertEqual(answer.status, 403, (query, answer.body))
        self.assertEqual(payer.get("/fhir/Patient?_id=p1&nickname=x").status, 200)
        # Names that say whose data is asked for, and those of the standard, are never a package's.
        report = self.load([
            parameter("Practitioner", "patient", "reference", "Practitioner.extension.value"),
            parameter("Patient", "gender", "token", "Patient.active"),
            parameter("Patient", "_open", "token", "Patient.extension.value"),
            parameter("Patient", "broken", "token", "Patient.where("),
            parameter("Patient", "near-by", "special", "Patient.address")], name="test.bad")
        self.assertEqual({each["code"] for each in report["notOffered"]},
                         {"patient", "gender", "_open", "broken", "near-by"})
        self.assertTrue(all(each["because"] for each in report["notOffered"]))
        self.search("Practitioner?patient=p1", 400)
        self.assertEqual(self.ids("Patient?_id=p1&gender=female"), ["p1"])

    def test_us_core(self):
        source = material("us-core-definitions")
        if source is None:
            return
        content = [json.loads(file.read_text()) for file in sorted(source.glob("*.json"))]
        self.fill(2)
        report = self.load(content, name="hl7.fhir.us.core", version="0.0.0")
        self.assertEqual(report["notOffered"], [])
        names = {each["base"] + "?" + each["code"] for each in report["searchParameters"]}
        self.assertEqual(names, {
            "CareTeam?role", "Condition?asserted-date", "Encounter?discharge-disposition",
            "Goal?description", "Patient?ethnicity", "Patient?race"})
        self.check_all(2)


if __name__ == "__main__":
    unittest.main()
