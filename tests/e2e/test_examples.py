"""The examples of HL7 and US Core: each is put, read, read by version, and equal to what was
put."""
import unittest

from instance import Instance, exact, material
from test_synthea import without_server_fields


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        # Some of the examples are consents that deny all of what the others hold.
        file = cls.instance.directory / "salus.toml"
        file.write_text(file.read_text().replace("enforce = true", "enforce = false"))
        cls.instance.start()

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def round_trip(self, folder, faults=()):
        client = self.instance.client(self.instance.token())
        problems = []
        paths = sorted((folder / "resources").glob("*.json"))
        for number, path in enumerate(paths):
            text = path.read_bytes()
            sent = exact(text)
            kind, name = sent["resourceType"], sent.get("id")
            if kind == "AuditEvent":  # shown from the audit log, never stored
                self.assertEqual(client.put(f"/fhir/{kind}/{name}", text).status, 405)
                continue
            put = (client.put(f"/fhir/{kind}/{name}", text) if name
                   else client.post(f"/fhir/{kind}", text))
            if path.name in faults:
                self.assertEqual(put.status, 400, path.name)
                continue
            if put.status not in (200, 201):
                problems.append((path.name, put.status, put.body[:200]))
                continue
            place = put.headers["Location"].split("/fhir/")[1]
            for address in (place.split("/_history")[0], place):
                read = client.get("/fhir/" + address)
                same = without_server_fields(read.json()) == without_server_fields(sent)
                if read.status != 200 or not same:
                    problems.append((path.name, address, read.status))
            if number % 25 == 0:
                self.deleted_and_gone(client, place.split("/_history")[0])
        self.assertEqual(problems[:5], [])
        return len(paths)

    def deleted_and_gone(self, client, place):
        self.assertEqual(client.delete("/fhir/" + place).status, 204)
        self.assertEqual(client.get("/fhir/" + place).status, 410)
        history = client.get(f"/fhir/{place}/_history").json()
        self.assertEqual(history["entry"][0]["request"]["method"], "DELETE")
        self.assertEqual(client.get(f"/fhir/{place}/_history/1").status, 200)

    def test_hl7(self):
        folder = material("hl7-r4-examples-dev")
        if folder:
            self.assertEqual(self.round_trip(folder), 490)

    def test_us_core(self):
        folder = material("us-core-examples-dev")
        if folder:
            # Its narrative has no div, which HL7 adds when it publishes.
            faults = ("diagnosticreport-cbc.json",)
            self.assertEqual(self.round_trip(folder, faults), 153)


if __name__ == "__main__":
    unittest.main()
