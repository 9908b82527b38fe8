"""`salus import` keeps several files in flight: the order of what depends on order, refusals, and
repeating what was interrupted."""
import hashlib
import json
import subprocess
import time
import unittest

from instance import BINARY, Instance


def transaction(*entries):
    return {"resourceType": "Bundle", "type": "transaction",
            "entry": [{"fullUrl": f"urn:uuid:00000000-0000-4000-8000-{number:012}",
                       "resource": resource, "request": request}
                      for number, (resource, request) in enumerate(entries)]}


def practitioner(number):
    return {"resourceType": "Practitioner", "identifier": [{"system": "urn:x", "value": number}]}


def observation(reference):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "import"},
            "performer": [{"reference": reference}]}


class Import(unittest.TestCase):
    def setUp(self):
        self.instance = Instance()
        self.files = self.instance.root / "files"
        self.files.mkdir()
        self.instance.start()

    def tearDown(self):
        self.instance.remove()

    def write(self, name, value):
        (self.files / name).write_text(json.dumps(value))

    def start_import(self):
        return subprocess.Popen([BINARY, "import", "--quiet", "--dir",
                                 str(self.instance.directory), str(self.files)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run_import(self):
        process = self.start_import()
        output, problems = process.communicate(timeout=300)
        return process.returncode, output, problems

    def client(self):
        return self.instance.client(self.instance.token())

    def journal(self):
        path = self.instance.directory / "run/imported"
        return set(path.read_text().split()) if path.exists() else set()

    def test_a_reference_may_stand_before_what_it_means(self):
        post = {"method": "POST", "url": "Observation"}
        for number in range(8):
            self.write(f"a{number}.json",
                       transaction((observation(f"Practitioner?identifier=urn:x|{number}"), post)))
            self.write(f"b{number}.json",
                       transaction((practitioner(str(number)),
                                    {"method": "POST", "url": "Practitioner",
                                     "ifNoneExist": f"identifier=urn:x|{number}"})))
        self.write("c.json", transaction((observation("Practitioner?identifier=urn:x|no"), post)))
        code, output, problems = self.run_import()
        self.assertEqual(code, 1)
        self.assertIn("Imported 16 files, skipped 0 that were already imported, refused 1.", output)
        self.assertEqual(problems.count("refused "), 2, problems)  # the file, and what to do
        self.assertIn("c.json: a conditional reference", problems)

    def test_versions_of_a_resource_keep_their_order(self):
        count = 24
        for number in range(count):
            resource = {"resourceType": "Patient", "id": "x", "name": [{"text": str(number)}]}
            if number % 2:
                resource = transaction((resource, {"method": "PUT", "url": "Patient/x"}))
            self.write(f"{number:03}.json", resource)
        self.assertEqual(self.run_import()[0], 0)
        patient = self.client().get("/fhir/Patient/x").json()
        self.assertEqual(patient["meta"]["versionId"], str(count))
        for number in range(count):
            version = self.client().get(f"/fhir/Patient/x/_history/{number + 1}").json()
            self.assertEqual(version["name"][0]["text"], str(number))

    def test_what_is_sent_again_overwrites_nothing_newer(self):
        def patient(name):
            return {"resourceType": "Patient", "id": "x", "name": [{"text": name}]}
        self.write("a.json", transaction(
            (patient("old"), {"method": "PUT", "url": "Patient/x"}),
            (observation("Practitioner?identifier=urn:x|late"),
             {"method": "POST", "url": "Observation"})))
        self.write("b.json", patient("new"))
        self.write("c.json", patient("newest"))
        self.write("d.json", transaction((practitioner("late"),
                                          {"method": "POST", "url": "Practitioner"})))
        self.assertEqual(self.run_import()[0], 0)
        for version, name in enumerate(("old", "new", "newest"), 1):
            read = self.client().get(f"/fhir/Patient/x/_history/{version}").json()
            self.assertEqual(read["name"][0]["text"], name)

    def test_equal_files_are_imported_once(self):
        for number in range(12):
            self.write(f"{number}.json", transaction((practitioner("once"),
                                                      {"method": "POST", "url": "Practitioner"})))
        code, output, _ = self.run_import()
        self.assertEqual(code, 0)
        self.assertIn("Imported 1 files, skipped 11", output)
        found = self.client().get("/fhir/Practitioner?identifier=urn:x|once").json()
        self.assertEqual(len(found["entry"]), 1)

    def test_a_stopped_instance_takes_several_at_once_too(self):
        self.instance.stop()
        for number in range(12):
            self.write(f"{number}.json", practitioner(str(number)))
        code, output, _ = self.run_import()
        self.assertEqual((code, output[:17]), (0, "Imported 12 files"))

    def generate(self):
        self.instance.command("generate", "--patients", "40", "--output", str(self.files))
        patients = {}
        for path in self.files.iterdir():
            resources = [entry["resource"] for entry in json.loads(path.read_text())["entry"]]
            patients[path.name] = next(resource for resource in resources
                                       if resource["resourceType"] == "Patient")
        return patients

    def wait_for_journal(self, lines):
        end = time.monotonic() + 60
        while len(self.journal()) < lines:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.002)

    def copies(self, patient):
        identifier = patient["identifier"][0]
        answer = self.client().get(
            f"/fhir/Patient?identifier={identifier['system']}|{identifier['value']}").json()
        return len(answer.get("entry", []))

    def test_a_killed_import_is_repeated(self):
        patients = self.generate()
        process = self.start_import()
        self.wait_for_journal(5)
        process.kill()
        process.communicate()
        remembered = self.journal()
        self.assertLess(len(remembered), 40)
        code, output, _ = self.run_import()
        self.assertEqual(code, 0)
        self.assertIn(f"Imported {40 - len(remembered)} files, skipped {len(remembered)}", output)
        doubled = 0
        for name, patient in patients.items():
            copies = self.copies(patient)
            was_acknowledged = hashlib.sha256(
                (self.files / name).read_bytes()).hexdigest() in remembered
            self.assertIn(copies, (1,) if was_acknowledged else (1, 2))
            doubled += copies - 1
        self.assertLessEqual(doubled, 4)  # what was in flight

    def test_a_killed_server_ends_the_import(self):
        patients = self.generate()
        process = self.start_import()
        self.wait_for_journal(5)
        self.instance.kill()
        output, problems = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        remembered = self.journal()
        self.assertIn(f"Imported {len(remembered)} files, skipped 0", output)
        self.assertLessEqual(problems.count("no answer for "), 4)
        self.assertIn("files were not sent", problems)
        self.instance.start()
        self.assertEqual(self.run_import()[0], 0)
        for patient in patients.values():
            self.assertGreaterEqual(self.copies(patient), 1)


if __name__ == "__main__":
    unittest.main()
