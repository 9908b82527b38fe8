"""Every request in every outcome leaves one leaf, nothing leaves without one, and changes to
the log are found (AUD-1, AUD-2, AUD-3)."""
import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
import unittest

from instance import Instance, REPOSITORY

VERIFIER = str(REPOSITORY / "tests/outside/verify_audit_log.py")
PATIENT = {"resourceType": "Patient", "id": "audited", "name": [{"family": "Leafless"}]}


class Audit(unittest.TestCase):
    def setUp(self):
        self.instance = Instance()
        self.instance.start()
        self.client = self.instance.client(self.instance.token())
        self.folder = self.instance.directory / "audit/default"

    def tearDown(self):
        self.instance.remove()

    def leaves(self):
        found = []
        decoder = json.JSONDecoder()
        for path in sorted(self.folder.glob("*.segment")):
            content = path.read_bytes().rstrip(b"\0").decode("latin-1")
            for match in re.finditer(r'\{"b":"', content):
                found.append(decoder.raw_decode(content, match.start())[0])
        return found

    def test_every_route_in_every_outcome(self):
        narrow = self.instance.client(self.instance.token("--scope", "system/Basic.r"))
        routes = [("GET", "/fhir/metadata", None), ("PUT", "/fhir/Patient/audited", PATIENT),
                  ("GET", "/fhir/Patient/audited", None), ("POST", "/fhir/Patient", PATIENT),
                  ("GET", "/fhir/Patient/audited/_history", None),
                  ("GET", "/fhir/Patient/audited/_history/1", None),
                  ("GET", "/fhir/Patient?_id=audited", None), ("GET", "/fhir/Patient", None),
                  ("POST", "/fhir", {"resourceType": "Bundle", "type": "transaction", "entry": [
                      {"resource": PATIENT,
                       "request": {"method": "PUT", "url": "Patient/audited"}}]}),
                  ("GET", "/fhir/.well-known/smart-configuration", None),
                  ("GET", "/.well-known/oauth-authorization-server", None),
                  ("GET", "/oauth/jwks", None), ("POST", "/oauth/token", None),
                  ("POST", "/admin/clients", {}), ("GET", "/admin/check", None),
                  ("GET", "/nowhere", None), ("PUT", "/fhir/Patient/audited", {"wrong": 1}),
                  ("GET", "/fhir/Patient/absent", None), ("GET", "/fhir/Patient/%00", None),
                  ("DELETE", "/fhir/Patient/audited", None), ("GET", "/fhir/Patient/audited", None)]
        told = {}
        for client in (self.instance.client(), narrow, self.client, self.instance.client("forged")):
            for method, path, body in routes:
                answer = client.send(method, path, body)
                self.assertIn("Salus-Audit-Leaf", answer.headers, (method, path, answer.status))
                told[answer.headers["X-Request-Id"]] = answer
        by_request = {}
        for leaf in self.leaves():
            by_request.setdefault(leaf["what"].get("rq"), []).append(leaf)
        for request, answer in told.items():
            mine = by_request.get(request, [])
            named = [leaf for leaf in mine if leaf["i"] == int(answer.headers["Salus-Audit-Leaf"])]
            self.assertEqual(len(named), 1, request)
            self.assertEqual(named[0]["what"]["st"], answer.status)
        everything = json.dumps(self.leaves())
        for planted in ("audited", "absent", "Leafless", "localhost:", "Python"):
            self.assertNotIn(planted, everything)

    def test_without_a_log_nothing_leaves(self):
        self.assertEqual(self.client.put("/fhir/Patient/audited", PATIENT).status, 201)
        for path in self.folder.glob("*.segment"):
            path.unlink()
        for method, path in (("GET", "/fhir/Patient/audited"), ("GET", "/fhir/metadata"),
                             ("GET", "/nowhere"), ("DELETE", "/fhir/Patient/audited")):
            answer = self.client.send(method, path)
            self.assertEqual(answer.status, 503, path)
            self.assertNotIn(b"Leafless", answer.body)
        self.assertEqual(self.client.get("/health").status, 503)
        self.instance.stop()
        again = self.instance.command("check", "--dir", str(self.instance.directory), check=False)
        self.assertNotEqual(again.returncode, 0)

    def test_changes_are_found(self):
        for number in range(20):
            self.client.put(f"/fhir/Patient/p{number}", PATIENT | {"id": f"p{number}"})
        self.assertEqual(self.instance.stop(), 0)
        directory = self.instance.directory
        whole = self.instance.command("audit", "verify", "--dir", str(directory))
        root = re.search(r"root\s+([0-9a-f]{64})", whole.stdout).group(1)
        outside = subprocess.run([sys.executable, VERIFIER, str(self.folder)], capture_output=True,
                                 text=True)
        self.assertEqual(outside.returncode, 0, outside.stderr)
        self.assertIn(root, outside.stdout)
        segment = sorted(self.folder.glob("*.segment"))[0]
        content = segment.read_bytes()
        used = len(content.rstrip(b"\0"))
        for position in [*range(0, 200, 18), *range(200, used, max(1, used // 12))]:
            with open(segment, "r+b") as file:
                self.flip(file, position)
                found = self.instance.command("audit", "verify", "--dir", str(directory),
                                              check=False)
                self.flip(file, position)
            self.assertEqual(found.returncode, 3, f"a flip at {position} was not found")
            self.assertIn(segment.name, found.stderr)
        self.assertEqual(segment.read_bytes(), content)
        self.instance.command("audit", "verify", "--dir", str(directory))
        shutil.rmtree(self.folder)
        gone = self.instance.command("token", "--dir", str(directory), check=False)
        self.assertEqual(gone.returncode, 1)

    @staticmethod
    def flip(file, position):
        file.seek(position)
        byte = file.read(1)[0]
        file.seek(position)
        file.write(bytes([byte ^ 1]))
        file.flush()

    def test_a_changed_configuration_is_on_record(self):
        def changes():
            return [leaf for leaf in self.leaves()
                    if leaf["what"]["ev"] == "admin.configuration.changed"]
        self.instance.stop()
        self.instance.start()
        self.assertEqual(changes(), [])
        self.instance.stop()
        file = self.instance.directory / "salus.toml"
        file.write_text(file.read_text() + "# another line\n")
        self.instance.start()
        # It answers before it has told of its start.
        end = time.monotonic() + 30
        while not (found := changes()) and time.monotonic() < end:
            time.sleep(0.2)
        (change,) = found
        self.assertIn(hashlib.sha256(file.read_bytes()).hexdigest(), json.dumps(change))
        self.instance.stop()
        self.instance.start()
        self.assertEqual(len(changes()), 1)


if __name__ == "__main__":
    unittest.main()
