"""Reading across patients: who may, what of it leaves, and what is on record of it."""
import json
import re
import unittest

from instance import Instance

SCOPE = "system/*.rs admin/population.read"
REFUSED = ("/fhir/_history", "/fhir/Patient/_history", "/fhir/Patient?name=Muster",
           "/fhir/Observation?status=final", "/fhir/Patient")


class Population(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.instance.start()
        cls.add_client("broad", "TREAT")
        cls.add_client("payer", "HPAYMT")
        client = cls.instance.client(cls.instance.token())
        for name in ("a", "b", "c"):
            body = {"resourceType": "Patient", "id": name, "name": [{"family": "Muster"}],
                    "maritalStatus": {"text": "hidden-" + name}}
            assert client.put("/fhir/Patient/" + name, body).status == 201
            assert client.put("/fhir/Observation/o" + name, {
                "resourceType": "Observation", "id": "o" + name, "status": "final",
                "code": {"text": "x"}, "subject": {"reference": "Patient/" + name}}).status == 201
        assert client.delete("/fhir/Observation/oc").status == 204
        # Nobody was granted anything by the configuration yet.
        broad = cls.client_of("broad")
        cls.before = [broad.get(path).status for path in REFUSED]
        cls.instance.stop()
        file = cls.instance.directory / "salus.toml"
        text = file.read_text()
        for section in ("[policy.TREAT]\n", "[policy.HPAYMT]\n"):
            assert section in text
            text = text.replace(section, section + "population = true\n")
        file.write_text(text)
        cls.instance.start()

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    @classmethod
    def add_client(cls, name, purpose):
        cls.instance.command("client", "add", "--dir", str(cls.instance.directory), name, "--scope",
                             SCOPE, "--purpose", purpose, "--new-key",
                             str(cls.instance.root / (name + ".jwk")))

    @classmethod
    def client_of(cls, name, scope=SCOPE):
        key = str(cls.instance.root / (name + ".jwk"))
        return cls.instance.client(
            cls.instance.token("--client", name, "--key", key, "--scope", scope))

    def test_both_have_to_say_so(self):
        self.assertEqual(self.before, [403] * len(REFUSED))
        unasked = self.client_of("broad", "system/*.rs")
        others = self.instance.client(self.instance.token())
        broad = self.client_of("broad")
        for path in REFUSED:
            self.assertEqual(unasked.get(path).status, 403, path)
            self.assertEqual(others.get(path).status, 403, path)
            self.assertEqual(broad.get(path).status, 200, path)
        # It is asked for, not had.
        refused = self.instance.command("token", "--dir", str(self.instance.directory), "--scope",
                                        "admin/population.read", check=False)
        self.assertNotEqual(refused.returncode, 0)

    def test_what_it_finds(self):
        broad = self.client_of("broad")
        found = broad.get("/fhir/Patient?name=Muster&_sort=_id&_count=2").json()
        self.assertEqual([e["resource"]["id"] for e in found["entry"]], ["a", "b"])
        following = next(l["url"] for l in found["link"] if l["relation"] == "next")
        rest = broad.get(following[following.index("/fhir"):]).json()
        self.assertEqual([e["resource"]["id"] for e in rest["entry"]], ["c"])
        self.assertEqual(broad.get("/fhir/Observation?status=final").json()["total"], 2)
        self.assertEqual(broad.get("/fhir/Observation?subject:Patient.name=x").status, 403)
        history = broad.get("/fhir/_history").json()
        self.assertEqual([e["request"]["method"] for e in history["entry"]],
                         ["DELETE"] + ["PUT"] * 6)
        self.assertEqual(history["entry"][0]["request"]["url"], "Observation/oc")
        self.assertNotIn("resource", history["entry"][0])

    def test_what_is_withheld_stays_withheld(self):
        payer = self.client_of("payer")
        history = payer.get("/fhir/Patient/_history")
        self.assertEqual(history.status, 200)
        self.assertNotIn(b"hidden-", history.body)
        for entry in history.json()["entry"]:
            self.assertIn("REDACTED", json.dumps(entry["resource"]["meta"]))
        self.assertNotIn(b"hidden-", payer.get("/fhir/Patient?name=Muster").body)
        # A type, an element, or the whole system that the purpose does not see.
        for path in ("/fhir/Observation/_history", "/fhir/_history",
                     "/fhir/Observation?status=final", "/fhir/Patient?phone=5"):
            self.assertEqual(payer.get(path).status, 403, path)

    def test_each_version_is_on_record(self):
        answer = self.client_of("broad").get("/fhir/Patient/_history")
        request = answer.headers["X-Request-Id"]
        decoder = json.JSONDecoder()
        leaves = []
        for path in sorted(self.instance.directory.glob("audit/default/*.segment")):
            content = path.read_bytes().rstrip(b"\0").decode("latin-1")
            for match in re.finditer(r'\{"b":"', content):
                leaf = decoder.raw_decode(content, match.start())[0]
                if leaf["what"].get("rq") == request:
                    leaves.append(leaf)
        self.assertEqual(len(leaves), 3, leaves)
        self.assertNotIn("Muster", json.dumps(leaves))


if __name__ == "__main__":
    unittest.main()
