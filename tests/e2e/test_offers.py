"""What the server says of itself: the CapabilityStatement, per caller, and the OpenAPI document,
validated by a program that is not ours. Neither claims what is refused."""
import json
import pathlib
import re
import subprocess
import unittest

from instance import REPOSITORY, Instance

VALIDATOR = REPOSITORY / "tests/openapi"


class Offers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.instance.start()
        cls.client = cls.instance.client(cls.instance.token())
        cls.stranger = cls.instance.client()
        cls.document = cls.stranger.get("/fhir/openapi.json")

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def test_the_openapi_document_is_valid(self):
        self.assertEqual(self.document.status, 200)
        self.assertIn("openapi", self.document.headers["Content-Type"])
        if not (VALIDATOR / "node_modules").is_dir():
            print("note: npm ci was not run in tests/openapi, so the document was not validated")
            return
        file = self.instance.root / "openapi.json"
        file.write_bytes(self.document.body)
        done = subprocess.run(["node", str(VALIDATOR / "validate.mjs"), str(file)],
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        broken = json.loads(self.document.body)
        del broken["info"]["title"]
        file.write_text(json.dumps(broken))
        done = subprocess.run(["node", str(VALIDATOR / "validate.mjs"), str(file)],
                              capture_output=True, text=True, timeout=120)
        self.assertNotEqual(done.returncode, 0)

    def test_every_path_of_the_document_is_there(self):
        """Anonymous callers learn of each route that it needs a token, not that it is unknown."""
        paths = json.loads(self.document.body)["paths"]
        self.assertGreater(len(paths), 12)
        for path, operations in paths.items():
            real = path.replace("{type}", "Patient").replace("{id}", "x").replace("{version}", "1")
            real = real.replace("{leaf}", "1")
            if re.search(r"^/Patient/\{id\}/\{type\}", path):
                real = real.replace("/Patient/x/Patient", "/Patient/x/Observation")
            for method, operation in operations.items():
                criteria = "_lastUpdated=gt2000" if "/*" in path else "identifier=urn:x%7Cy"
                query = "?" + criteria if any(
                    p["$ref"].endswith("/criteria") for p in operation["parameters"]) else ""
                for media in operation.get("requestBody", {}).get("content", {None: None}):
                    form = media is not None and media.endswith("form-urlencoded")
                    body = (criteria if form else "x") if media else None
                    answer = self.stranger.send(method.upper(), "/fhir" + real + query, body,
                                                {"Content-Type": media} if media else {})
                    expected = 401 if operation["security"] else 200
                    self.assertEqual(answer.status, expected, (method, path, answer.body))

    def test_every_parameter_of_a_path_is_taken(self):
        """One at a time. Some paths are refused to this client, but none for its parameters."""
        patient = self.client.post("/fhir/Patient", {"resourceType": "Patient"}).json()["id"]
        components = json.loads(self.document.body)["components"]["parameters"]
        values = {"_elements": "id", "_summary": "true", "_format": "json", "_pretty": "true",
                  "_count": "1", "_since": "2020-01-01", "_at": "2020", "_type": "Patient",
                  "start": "2020-01-01", "end": "2020-12-31", "mode": "create",
                  "profile": "http://hl7.org/fhir/StructureDefinition/Patient"}
        tried = set()
        for path, operations in json.loads(self.document.body)["paths"].items():
            real = path.replace("{type}", "Patient").replace("{id}", patient)
            real = real.replace("{version}", "1")
            for method, operation in operations.items():
                body = {"resourceType": "Patient"} if "requestBody" in operation else None
                for reference in operation["parameters"]:
                    name = components[reference["$ref"].split("/")[-1]]["name"]
                    if name not in values or path == "/AuditEvent":
                        continue
                    target = f"/fhir{real}?{name}={values[name]}"
                    answer = self.client.send(method.upper(), target, body)
                    self.assertIn(answer.status, (200, 403), (method, target, answer.body))
                    tried.add((path, name))
        self.assertGreater(len(tried), 30)

    def test_patches_come_in_two_forms(self):
        paths = json.loads(self.document.body)["paths"]
        for path in ("/{type}", "/{type}/{id}"):
            patch = paths[path]["patch"]
            self.assertEqual(set(patch["requestBody"]["content"]),
                             {"application/json-patch+json", "application/fhir+json"})
            named = {p["$ref"].split("/")[-1] for p in patch["parameters"]}
            self.assertIn("If-Match", named)
            self.assertNotIn("If-None-Match", named)  # refused on PATCH

    def statement(self, client):
        return client.get("/fhir/metadata").json()

    def test_the_capability_statement(self):
        statement = self.statement(self.stranger)
        self.assertEqual(statement["patchFormat"],
                         ["application/json-patch+json", "application/fhir+json"])
        rest = statement["rest"][0]
        self.assertTrue(rest["security"]["cors"])
        uris = {e["url"]: e["valueUri"] for e in rest["security"]["extension"][0]["extension"]}
        served = self.stranger.get("/.well-known/oauth-authorization-server").json()
        self.assertEqual(uris, {"authorize": served["authorization_endpoint"],
                                "token": served["token_endpoint"],
                                "introspect": served["introspection_endpoint"],
                                "revoke": served["revocation_endpoint"]})
        self.assertEqual({i["code"] for i in rest["interaction"]},
                         {"transaction", "batch", "history-system"})
        resources = {r["type"]: r for r in rest["resource"]}
        types = json.loads(self.document.body)["components"]["parameters"]["type"]["schema"]["enum"]
        self.assertEqual(set(resources), set(types))
        self.assertGreater(len(types), 140)
        patient = resources["Patient"]
        self.assertEqual({i["code"] for i in patient["interaction"]},
                         {"read", "vread", "update", "patch", "delete", "history-instance",
                          "history-type", "create", "search-type"})
        self.assertEqual([patient[name] for name in
                          ("conditionalCreate", "conditionalRead", "conditionalUpdate",
                           "conditionalDelete", "updateCreate", "versioning")],
                         [True, "full-support", True, "single", True, "versioned-update"])
        self.assertEqual({o["name"] for o in patient["operation"]},
                         {"everything", "meta", "meta-add", "meta-delete", "validate",
                          "accounting", "access-report"})
        for operation in patient["operation"]:
            if operation["name"] in ("accounting", "access-report"):
                served = self.stranger.get("/fhir" + operation["definition"].split("/fhir")[1])
                self.assertEqual(served.json()["url"], operation["definition"])
        self.assertNotIn("everything", {o["name"] for o in resources["Observation"]["operation"]})

    def test_a_caller_sees_what_its_scopes_let_through(self):
        key = str(self.instance.root / "reader.jwk")
        self.instance.command("client", "add", "--dir", str(self.instance.directory), "reader",
                              "--scope", "system/Patient.r system/Observation.cu", "--new-key", key)
        reader = self.instance.client(self.instance.token(
            "--client", "reader", "--key", key, "--scope",
            "system/Patient.r system/Observation.cu"))
        resources = {r["type"]: r for r in self.statement(reader)["rest"][0]["resource"]}
        self.assertEqual(set(resources), {"Patient", "Observation"})
        codes = {name: {i["code"] for i in resources[name]["interaction"]} for name in resources}
        self.assertEqual(codes, {"Patient": {"read", "vread", "history-instance"},
                                 "Observation": {"create", "update"}})
        self.assertFalse(resources["Observation"]["conditionalCreate"])
        everything = self.statement(self.client)["rest"][0]
        self.assertGreater(len(everything["resource"]), 140)
        # What spans patients is offered to whom it was given.
        self.assertEqual({i["code"] for i in everything["interaction"]}, {"transaction", "batch"})
        for resource in everything["resource"]:
            # Of AuditEvents, which are the log's, $validate alone is for everybody.
            codes = {i["code"] for i in resource.get("interaction", [])}
            self.assertEqual(bool(codes), resource["type"] != "AuditEvent")
            self.assertNotIn("history-type", codes)


if __name__ == "__main__":
    unittest.main()
