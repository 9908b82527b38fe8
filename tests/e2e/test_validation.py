"""Validation from outside: what is refused and told, $validate, and packages that take effect
without a restart and survive one."""
import io
import json
import re
import tarfile
import unittest

from instance import Instance

MARK = "Zzyzx-Canary"
PROFILE = {
    "resourceType": "StructureDefinition", "url": "http://example.org/must-have-a-name",
    "type": "Patient", "derivation": "constraint", "name": "P", "status": "active",
    "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
    "differential": {"element": [{"id": "Patient.name", "path": "Patient.name", "min": 1}]}}
NAMELESS = {"resourceType": "Patient", "meta": {"profile": [PROFILE["url"]]}}


def package(path, name="test.package", version="1.0.0", definitions=(PROFILE,)):
    files = {"package/package.json": {"name": name, "version": version}}
    for number, definition in enumerate(definitions):
        files[f"package/{number}.json"] = definition
    with tarfile.open(path, "w:gz", format=tarfile.USTAR_FORMAT) as archive:
        for file, content in files.items():
            entry = tarfile.TarInfo(file)
            content = json.dumps(content).encode()
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


class Validation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.instance.start()
        cls.client = cls.instance.client(cls.instance.token())

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def issues(self, answer, status):
        self.assertEqual(answer.status, status, answer.body)
        outcome = answer.json()
        self.assertEqual(outcome["resourceType"], "OperationOutcome")
        self.assertNotIn(MARK, answer.body.decode())
        return outcome["issue"]

    def test_all_issues_of_a_write(self):
        wrong = {"resourceType": "Observation", "status": MARK, "code": {"text": MARK},
                 "dataAbsentReason": {"text": MARK}, "valueString": MARK}
        found = {(issue["code"], issue["expression"][0])
                 for issue in self.issues(self.client.post("/fhir/Observation", wrong), 400)}
        self.assertEqual(found, {("code-invalid", "Observation.status"),
                                 ("invariant", "Observation")})

    def test_validate(self):
        good = {"resourceType": "Patient", "id": "a", "active": True}
        wrapped = {"resourceType": "Parameters", "parameter": [
            {"name": "mode", "valueCode": "create"}, {"name": "resource", "resource": good}]}
        for path, body in (("/fhir/Patient/$validate", good), ("/fhir/Patient/$validate", wrapped),
                           ("/fhir/Patient/a/$validate?mode=update", good)):
            for issue in self.issues(self.client.post(path, body), 200):
                self.assertNotEqual(issue["severity"], "error", issue)
        bad = {"resourceType": "Patient", "gender": MARK}
        issues = self.issues(self.client.post("/fhir/Patient/$validate", bad), 200)
        self.assertIn("error", [issue["severity"] for issue in issues])
        for path, body, status in (("/fhir/Patient/$validate?mode=x", good, 400),
                                   ("/fhir/Patient/$validate?other=x", good, 400),
                                   ("/fhir/Patient/$validate", "{", 400),
                                   ("/fhir/Patient/b/c/$validate", good, 404),
                                   ("/fhir/Nothing/$validate", good, 404)):
            self.assertEqual(self.client.post(path, body).status, status, path)
        self.assertEqual(self.client.get("/fhir/Patient/$validate").status, 405)
        reader = self.instance.client(self.instance.token("--scope", "system/Patient.rs"))
        self.assertEqual(reader.post("/fhir/Patient/$validate", good).status, 403)
        self.assertEqual(self.instance.client().post("/fhir/Patient/$validate", good).status, 401)
        # Nothing was stored.
        self.assertEqual(self.client.get("/fhir/Patient/a").status, 404)

    def definitions(self, *arguments, check=True):
        return self.instance.command("definitions", arguments[0], "--dir",
                                     str(self.instance.directory), *arguments[1:], check=check)

    def restart(self):
        self.instance.stop()
        self.instance.start()
        type(self).client = self.instance.client(self.instance.token())

    def test_packages(self):
        file = str(package(self.instance.root / "package.tgz"))
        self.assertEqual(self.client.post("/fhir/Patient", NAMELESS).status, 201)
        self.assertEqual(self.definitions("load", file).stdout.strip(), "test.package@1.0.0")
        issue, = self.issues(self.client.post("/fhir/Patient", NAMELESS), 422)
        self.assertEqual((issue["code"], issue["expression"]), ("required", ["Patient"]))
        self.restart()
        self.assertEqual(self.definitions("list").stdout.strip(), "test.package@1.0.0")
        self.issues(self.client.post("/fhir/Patient", NAMELESS), 422)
        named = {"resourceType": "Patient", "name": [{"text": "x"}]}
        path = "/fhir/Patient/$validate?profile=" + PROFILE["url"]
        for body, wrong in ((named, False), ({"resourceType": "Patient", "active": True}, True)):
            severities = [i["severity"] for i in self.issues(self.client.post(path, body), 200)]
            self.assertEqual("error" in severities, wrong)
        self.definitions("remove", "test.package@1.0.0")
        self.assertEqual(self.definitions("list").stdout.strip(), "")
        self.assertEqual(self.client.post("/fhir/Patient", NAMELESS).status, 201)
        events = re.findall(rb'"ev":"(admin\.definitions\.[a-z]+)"', b"".join(
            path.read_bytes() for path in self.instance.directory.glob("audit/default/*.segment")))
        self.assertGreaterEqual(events.count(b"admin.definitions.changed"), 2)

    def test_wrong_packages_change_nothing(self):
        root = self.instance.root
        broken = dict(PROFILE, differential={"element": [{"path": "Patient.nome", "min": 1}]})
        (root / "text.tgz").write_text("no archive")
        for file in (package(root / "a.tgz", name="../escape"), root / "text.tgz",
                     package(root / "b.tgz", name="broken", definitions=(broken,))):
            refused = self.definitions("load", str(file), check=False)
            self.assertEqual(refused.returncode, 1, refused.stdout)
        self.assertNotIn("broken", self.definitions("list").stdout)
        self.assertEqual(self.definitions("remove", "no@1", check=False).returncode, 1)
        self.assertEqual(self.client.get("/admin/definitions").status, 403)


if __name__ == "__main__":
    unittest.main()
