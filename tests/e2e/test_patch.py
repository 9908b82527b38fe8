"""JSON Patch end to end: what it changes, what it must not touch, and what it must not tell
(http.html#patch; invariant 6)."""
import base64
import json
import threading
import unittest

from instance import Instance

JSON_PATCH = {"Content-Type": "application/json-patch+json"}
CLAIM = {"resourceType": "ClaimResponse", "status": "active", "use": "claim",
         "type": {"text": "institutional"}, "created": "2026-01-02", "outcome": "complete",
         "insurer": {"display": "payer"}}


class Patch(unittest.TestCase):
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
        made = self.client.post("/fhir/Patient", {
            "resourceType": "Patient", "birthDate": "1990-01-01", "gender": "female",
            "telecom": [{"system": "phone", "value": "555"}], "name": [{"family": "Patchwork"}]})
        self.assertEqual(made.status, 201)
        self.id = made.json()["id"]
        self.path = f"/fhir/Patient/{self.id}"

    def patch(self, operations, headers=None, path=None):
        return self.client.send("PATCH", path or self.path, json.dumps(operations),
                                {**JSON_PATCH, **(headers or {})})

    def test_changes_and_history(self):
        answer = self.patch([{"op": "replace", "path": "/gender", "value": "male"},
                             {"op": "add", "path": "/name/0/given", "value": ["Ada"]},
                             {"op": "remove", "path": "/telecom/0"}])
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["ETag"], 'W/"2"')
        now = self.client.get(self.path).json()
        self.assertEqual(now, answer.json())
        self.assertEqual((now["gender"], now["name"][0]["given"]), ("male", ["Ada"]))
        self.assertNotIn("telecom", now)  # FHIR has no empty lists
        before = self.client.get(self.path + "/_history/1").json()
        self.assertEqual(before["gender"], "female")

    def test_decimals_keep_their_spelling(self):
        made = self.client.put("/fhir/Observation/spelled", json.dumps({
            "resourceType": "Observation", "id": "spelled", "status": "final",
            "code": {"text": "x"}, "subject": {"reference": f"Patient/{self.id}"},
            "valueQuantity": {"value": "@"}}).replace('"@"', "1.500"))
        self.assertIn(made.status, (200, 201))
        answer = self.patch([{"op": "add", "path": "/valueQuantity/unit", "value": "kg"}],
                            path="/fhir/Observation/spelled")
        self.assertEqual(answer.status, 200)
        self.assertIn(b'"value":1.500', answer.body)

    def test_versions(self):
        change = [{"op": "replace", "path": "/gender", "value": "other"}]
        self.assertEqual(self.patch(change, {"If-Match": 'W/"9"'}).status, 412)
        self.assertEqual(self.patch(change, {"If-Match": 'W/"1"'}).status, 200)
        self.assertEqual(self.patch(change, {"If-Match": 'W/"1"'}).status, 412)

    def test_prefer(self):
        change = [{"op": "replace", "path": "/gender", "value": "other"}]
        self.assertEqual(self.patch(change, {"Prefer": "return=minimal"}).body, b"")
        outcome = self.patch(change, {"Prefer": "return=OperationOutcome"}).json()
        self.assertEqual(outcome["resourceType"], "OperationOutcome")

    def test_what_is_refused(self):
        cases = [
            ([{"op": "test", "path": "/gender", "value": "male"}], 422),
            ([{"op": "remove", "path": "/photo"}], 422),
            ([{"op": "replace", "path": "/id", "value": "other"}], 422),
            ([{"op": "replace", "path": "/resourceType", "value": "Person"}], 422),
            ([{"op": "replace", "path": "/meta/versionId", "value": "9"}], 422),
            ([{"op": "replace", "path": "/meta/lastUpdated", "value": "2001-01-01T00:00:00Z"}],
             422),
            ([{"op": "remove", "path": "/telecom/0"},
              {"op": "replace", "path": "/meta/versionId", "value": "abc"}], 422),
            ([{"op": "add", "path": "/nonsense", "value": 1}], 400),
            ([{"op": "add", "path": "/__proto__", "value": {"admin": True}}], 400),
            ([{"op": "add", "path": "/constructor", "value": {}}], 400),
            ([{"op": "replace", "path": "/gender", "value": 7}], 400),
            ([{"op": "add", "path": "/deceasedBoolean", "value": True},
              {"op": "add", "path": "/deceasedDateTime", "value": "2020"}], 400),
            ([{"op": "move", "from": "/name", "path": "/name/0/given"}], 400),
            ([{"op": "frobnicate", "path": "/name"}], 400),
            ({"op": "remove", "path": "/name"}, 400),
            ([{"op": "remove", "path": "/" + "a" * 5000}], 413),
            ([{"op": "copy", "from": "", "path": "/contact"}] * 1001, 413),
        ]
        for operations, status in cases:
            answer = self.patch(operations)
            self.assertEqual(answer.status, status, (str(operations)[:90], answer.body))
            self.assertEqual(answer.json()["resourceType"], "OperationOutcome")
            self.assertNotIn(b"Patchwork", answer.body)
        self.assertEqual(self.client.get(self.path).json()["meta"]["versionId"], "1")
        xml = self.client.send("PATCH", self.path, "<diff/>",
                               {"Content-Type": "application/xml-patch+xml"})
        self.assertEqual(xml.status, 415)
        plain = self.client.send("PATCH", self.path, "[]", {"Content-Type": "text/plain"})
        self.assertEqual(plain.status, 415)
        change = [{"op": "replace", "path": "/gender", "value": "other"}]
        self.assertEqual(self.patch(change, path="/fhir/Patient/never-there").status, 404)
        self.assertEqual(self.patch(change, path="/fhir/Patient").status, 412)
        self.client.delete(self.path)
        self.assertEqual(self.patch(change).status, 410)
        self.assertEqual(self.instance.client().send("PATCH", self.path, "[]", JSON_PATCH).status,
                         401)

    def test_by_condition(self):
        for number in ("c-1", "c-2", "c-2"):
            self.client.post("/fhir/Patient", {"resourceType": "Patient", "identifier": [
                {"system": "urn:patch", "value": number}]})
        change = [{"op": "add", "path": "/gender", "value": "male"}]
        path = "/fhir/Patient?identifier=urn:patch%7C"
        self.assertEqual(self.patch(change, path=path + "c-1").status, 200)
        self.assertEqual(self.patch(change, path=path + "c-2").status, 412)
        self.assertEqual(self.patch(change, path=path + "c-3").status, 404)
        self.assertEqual(self.patch(change, path="/fhir/Patient?gender=male").status, 403)

    def test_in_bundles(self):
        data = base64.b64encode(json.dumps(
            [{"op": "replace", "path": "/gender", "value": "unknown"}]).encode()).decode()
        for kind in ("batch", "transaction"):
            answer = self.client.post("/fhir", {"resourceType": "Bundle", "type": kind, "entry": [
                {"resource": {"resourceType": "Binary", "data": data,
                              "contentType": "application/json-patch+json"},
                 "request": {"method": "PATCH", "url": f"Patient/{self.id}"}}]})
            self.assertEqual(answer.status, 200, answer.body)
            self.assertTrue(answer.json()["entry"][0]["response"]["status"].startswith("200"))
        now = self.client.get(self.path).json()
        self.assertEqual((now["gender"], now["meta"]["versionId"]), ("unknown", "3"))

    def test_needs_reading_and_writing(self):
        key = str(self.instance.root / "writer.jwk")
        self.instance.command("client", "add", "--dir", str(self.instance.directory), "writer",
                              "--scope", "system/*.u", "--new-key", key)
        token = self.instance.token("--client", "writer", "--key", key, "--scope", "system/*.u")
        writer = self.instance.client(token)
        test = json.dumps([{"op": "test", "path": "/gender", "value": "female"}])
        self.assertEqual(writer.send("PATCH", self.path, test, JSON_PATCH).status, 403)

    def test_many_patches_at_once_are_all_kept(self):
        answers = []

        def one(number):
            client = self.instance.client(self.token)
            operations = [{"op": "add", "path": "/name/-", "value": {"text": f"n{number}"}}]
            for _ in range(30):
                answer = client.send("PATCH", self.path, json.dumps(operations), JSON_PATCH)
                if answer.status != 409:
                    break
            answers.append(answer.status)

        threads = [threading.Thread(target=one, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(answers, [200] * 8)
        names = {name.get("text") for name in self.client.get(self.path).json()["name"]}
        self.assertLessEqual({f"n{number}" for number in range(8)}, names)


class LimitedPatch(unittest.TestCase):
    """A purpose that may write a type and see only some of its elements."""

    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        configuration = cls.instance.directory / "salus.toml"
        text = configuration.read_text()
        text = text.replace('Patient = ["identifier", "name"', 'ClaimResponse = ["status", "use", '
                            '"disposition"]\nPatient = ["identifier", "name"')
        configuration.write_text(text)
        cls.instance.start()
        cls.client = cls.instance.client(cls.instance.token())
        key = str(cls.instance.root / "payer.jwk")
        cls.instance.command("client", "add", "--dir", str(cls.instance.directory), "payer",
                             "--purpose", "HPAYMT", "--new-key", key)
        cls.payer = cls.instance.client(cls.instance.token("--client", "payer", "--key", key))

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def test_only_what_may_be_seen_is_patched(self):
        patient = self.client.post("/fhir/Patient", {"resourceType": "Patient"}).json()["id"]
        claim = {**CLAIM, "patient": {"reference": f"Patient/{patient}"}}
        made = self.client.post("/fhir/ClaimResponse", claim)
        self.assertEqual(made.status, 201, made.body)
        path = "/fhir/ClaimResponse/" + made.json()["id"]

        def patch(*operations):
            return self.payer.send("PATCH", path, json.dumps(operations), JSON_PATCH)

        done = patch({"op": "add", "path": "/disposition", "value": "paid"})
        self.assertEqual(done.status, 200, done.body)
        self.assertNotIn("insurer", done.json())
        now = self.client.get(path).json()
        self.assertEqual((now["disposition"], now["insurer"]), ("paid", claim["insurer"]))

        # Nor is a resource found by what may not be seen.
        for query in (f"patient={patient}", "identifier=urn:x%7Cy", "created=2026"):
            for answer in (self.payer.put("/fhir/ClaimResponse?" + query, claim),
                           self.payer.send("PATCH", "/fhir/ClaimResponse?" + query, json.dumps(
                               [{"op": "add", "path": "/disposition", "value": "x"}]), JSON_PATCH),
                           self.payer.post("/fhir/ClaimResponse", claim,
                                           {"If-None-Exist": query})):
                self.assertEqual(answer.status, 403, query)

        # The same answer whether the element is there or not, and whatever it holds.
        probes = [
            [{"op": "test", "path": "/insurer/display", "value": "payer"}],
            [{"op": "test", "path": "/insurer/display", "value": "wrong"}],
            [{"op": "test", "path": "/preAuthRef", "value": "x"}],
            [{"op": "test", "path": "", "value": {}}],
            [{"op": "copy", "from": "/insurer/display", "path": "/disposition"}],
            [{"op": "move", "from": "/created", "path": "/disposition"}],
            [{"op": "copy", "from": "", "path": "/disposition"}],
            [{"op": "remove", "path": "/insurer"}],
            [{"op": "remove", "path": "/_created"}],
            [{"op": "add", "path": "/nonsense", "value": 1}],
        ]
        bodies = set()
        for probe in probes:
            answer = patch(*probe)
            self.assertEqual(answer.status, 403, probe)
            bodies.add(answer.body)
        self.assertEqual(len(bodies), 1)
        self.assertEqual(self.client.get(path).json(), now)


if __name__ == "__main__":
    unittest.main()
