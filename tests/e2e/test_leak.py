"""No file of an instance holds ePHI in plain, base64, hex or UTF-16, whatever was done with it
(ENC-1)."""
import base64
import pathlib
import unittest
import urllib.parse

from instance import Instance

FAMILY = "Quixotelberg"
STRINGS = [FAMILY, "Zorbaxine", "MRN-7739-CANARY", "Canarystreet 4711", "canary.mail@example.org",
           "the patient reports canaryphobia since childhood", "555-0199-4242", "Überkanarienvogel"]
STRINGS += [f"Canaryword{number}xyzzy" for number in range(30)]
ATTACHMENT = base64.b64encode(STRINGS[12].encode() * 40).decode()


def spellings(text):
    """Each way in which these bytes may stand in a file."""
    raw = text.encode()
    yield raw
    yield text.lower().encode()
    yield text.upper().encode()
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")
    yield urllib.parse.quote(text).encode()
    for shift in range(3):
        # The middle of the encoding, which does not depend on what stands before and behind.
        whole = base64.b64encode(b"\0" * shift + raw)
        yield whole[4:-4]
        yield whole[4:-4].translate(bytes.maketrans(b"+/", b"-_"))


def found_in(folder):
    needles = [(text, spelling) for text in STRINGS for spelling in spellings(text)
               if len(spelling) >= 8]
    hits = []
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_file():
            content = path.read_bytes().rstrip(b"\0") + b"\0"
            hits += [(str(path), text) for text, spelling in needles if spelling in content]
    return hits


def patient(number):
    return {"resourceType": "Patient", "id": f"canary-{number}",
            "identifier": [{"system": "urn:mrn", "value": STRINGS[2]}],
            "name": [{"family": FAMILY, "given": [STRINGS[1], STRINGS[7]]}],
            "birthDate": "1971-02-03", "telecom": [{"system": "phone", "value": STRINGS[6]},
                        {"system": "email", "value": STRINGS[4]}],
            "address": [{"line": [STRINGS[3]]}],
            "text": {"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">"
                     + STRINGS[5] + "</div>"}}


class Leak(unittest.TestCase):
    def setUp(self):
        self.instance = Instance()

    def tearDown(self):
        self.instance.remove()

    def everything(self, client):
        quoted = urllib.parse.quote
        for number in range(5):
            put = client.put(f"/fhir/Patient/canary-{number}", patient(number))
            self.assertEqual(put.status, 201)
            note = {"resourceType": "Observation", "status": "final", "code": {"text": STRINGS[5]},
                    "subject": {"reference": f"Patient/canary-{number}"}, "valueString": STRINGS[5],
                    "note": [{"text": text} for text in STRINGS[8:]]}
            self.assertEqual(client.post("/fhir/Observation", note).status, 201)
        letter = {"resourceType": "DocumentReference", "status": "current",
                  "subject": {"reference": "Patient/canary-0"},
                  "content": [{"attachment": {"contentType": "text/plain", "data": ATTACHMENT,
                                             "title": STRINGS[13]}}]}
        self.assertEqual(client.post("/fhir/DocumentReference", letter).status, 201)
        hit = client.get("/fhir/Patient?identifier=urn:mrn%7C" + quoted(STRINGS[2])).json()
        self.assertEqual(hit["total"], 5)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        hit = client.post("/fhir/Patient/_search", f"family={FAMILY}&birthdate=1971-02-03", form)
        self.assertEqual(hit.json()["total"], 5)
        self.assertEqual(client.get("/fhir/Patient?address=" + quoted(STRINGS[3])).status, 403)
        self.assertEqual(client.get("/fhir/Patient/" + quoted(STRINGS[1] + " x")).status, 400)
        self.assertEqual(client.get(f"/fhir/Patient?{quoted(STRINGS[5])}=1").status, 400)
        wrong = patient(9) | {STRINGS[1]: STRINGS[5]}
        refused = client.put("/fhir/Patient/canary-9", wrong)
        self.assertEqual(refused.status, 400)
        for text in STRINGS:
            self.assertNotIn(text.encode(), refused.body)
        self.assertEqual(client.get("/fhir/Patient/canary-1/_history").status, 200)
        self.assertEqual(client.put("/fhir/Patient/canary-1", patient(1)).status, 200)
        self.assertEqual(client.delete("/fhir/Patient/canary-2").status, 204)

    def test_no_file_holds_what_patients_hold(self):
        self.instance.start()
        self.everything(self.instance.client(self.instance.token()))
        self.assertEqual(found_in(self.instance.root), [], "while running")
        self.instance.kill()
        self.assertEqual(found_in(self.instance.root), [], "after a crash")
        self.instance.start()
        again = self.instance.client(self.instance.token())
        self.assertEqual(again.get("/fhir/Patient/canary-1").status, 200)
        self.assertEqual(self.instance.stop(), 0)
        self.assertEqual(found_in(self.instance.root), [], "after shutdown")

    def test_the_search_would_find_it(self):
        for spelling in (STRINGS[0].encode(), base64.b64encode(b"xy" + STRINGS[5].encode()),
                         STRINGS[3].encode("utf-16-le"), STRINGS[2].encode().hex().encode()):
            (self.instance.root / "planted").write_bytes(b"noise" + spelling + b"noise")
            self.assertNotEqual(found_in(self.instance.root), [])


if __name__ == "__main__":
    unittest.main()
