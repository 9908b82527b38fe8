"""A patient with so many resources that the index has a page (docs/formats/index-page.md): every
search finds what a naive filter finds, after writes, deletions, a restart and a kill, and no
plaintext stands in the page."""
import json
import sqlite3
import unittest

from instance import Instance

COUNT = 600  # more than limits::kEntriesBesidePage, twice
CODES = ("8310-5", "8867-4", "29463-7")
MARK = "unmistakable-mark"


def observation(number, patient="p", note=None):
    return {
        "resourceType": "Observation",
        "id": f"o{number:04}",
        "status": "final",
        "identifier": [{"system": "urn:bench", "value": f"{MARK}-{number}"}],
        "code": {"coding": [{"system": "http://loinc.org", "code": CODES[number % 3]}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": f"{2000 + number % 20}-05-05",
        "valueQuantity": {"value": number % 50, "unit": "x"},
    } | ({"note": [{"text": note}]} if note else {})


class IndexPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.instance.start()
        cls.connect()
        for patient in ("p", "q"):
            body = {"resourceType": "Patient", "id": patient}
            assert cls.client.put(f"/fhir/Patient/{patient}", body).status == 201
        cls.expected = {}
        entries = []
        for number in range(COUNT):
            resource = observation(number)
            cls.expected[resource["id"]] = resource
            url = f"Observation/{resource['id']}"
            entries.append({"request": {"method": "PUT", "url": url}, "resource": resource})
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        answer = cls.client.post("/fhir", bundle)
        assert answer.status == 200, answer.json()

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    @classmethod
    def connect(cls):
        cls.client = cls.instance.client(cls.instance.token())

    def found(self, query):
        ids, path = [], f"/fhir/Observation?patient=p&_count=150{query}"
        while path:
            page = self.client.get(path).json()
            ids += [entry["resource"]["id"] for entry in page.get("entry", [])]
            links = {link["relation"]: link["url"] for link in page["link"]}
            path = "/fhir" + links["next"].split("/fhir", 1)[1] if "next" in links else None
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(page["total"], len(ids))
        return ids

    def check(self):
        live = self.expected.values()
        code = lambda r: r["code"]["coding"][0]["code"]  # noqa: E731
        when = lambda r: r["effectiveDateTime"]  # noqa: E731
        value = lambda r: r["valueQuantity"]["value"]  # noqa: E731
        for query, keep in (
            ("", lambda r: True),
            (f"&code={CODES[0]}", lambda r: code(r) == CODES[0]),
            (f"&code:not={CODES[0]}", lambda r: code(r) != CODES[0]),
            (f"&code={CODES[1]}&date=ge2010", lambda r: code(r) == CODES[1] and when(r) >= "2010"),
            ("&value-quantity=gt30", lambda r: value(r) > 30),
            (f"&code-value-quantity={CODES[2]}$lt5",
             lambda r: code(r) == CODES[2] and value(r) < 5),
            (f"&identifier={MARK}-77", lambda r: r["id"] == "o0077"),
            ("&date:missing=true", lambda r: False),
        ):
            expected = {r["id"] for r in live if keep(r)}
            self.assertEqual(set(self.found(query)), expected, query)
        ordered = self.found("&_sort=-date")
        dates = [when(self.expected[identity]) for identity in ordered]
        self.assertEqual(dates, sorted(dates, reverse=True))

    def rows(self, table):
        """Of the stopped server: it keeps its databases to itself while it runs."""
        path = self.instance.directory / "store" / "records.db"
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return database.execute(f"SELECT * FROM {table}").fetchall()
        finally:
            database.close()

    def start_again(self):
        self.instance.start()
        self.connect()

    def write(self, number, patient="p", **change):
        resource = observation(number, patient) | change
        answer = self.client.put(f"/fhir/Observation/{resource['id']}", resource)
        self.assertIn(answer.status, (200, 201))
        self.expected.pop(resource["id"], None)
        if patient == "p":
            self.expected[resource["id"]] = resource

    def test_a_page_and_what_was_written_since(self):
        self.check()
        self.instance.stop()
        pages = self.rows("index_page")
        self.assertEqual(len(pages), 1)
        self.assertNotIn(MARK.encode(), b"".join(bytes(row[1]) for row in pages))
        self.assertNotIn(b"loinc", b"".join(bytes(row[1]) for row in pages))
        self.assertEqual(self.rows("page_change"), [])
        self.start_again()
        self.check()

        other = {"coding": [{"system": "http://loinc.org", "code": CODES[1]}]}
        self.write(0, code=other)  # no longer what it was
        self.write(3, patient="q")  # moves away
        self.write(COUNT)  # comes
        self.assertEqual(self.client.delete("/fhir/Observation/o0006").status, 204)
        del self.expected["o0006"]
        self.write(9, patient="q")
        self.write(9)  # moves away and back
        self.check()
        self.instance.kill()
        self.start_again()
        self.check()
        self.instance.stop()
        self.assertEqual(len(self.rows("page_change")), 5)
        self.start_again()

        # As many again: the page is made anew.
        for number in range(COUNT + 1, COUNT + 280):
            self.write(number)
        self.check()
        self.instance.stop()
        self.assertEqual(self.rows("page_change"), [])
        self.start_again()
        self.check()


if __name__ == "__main__":
    unittest.main()
