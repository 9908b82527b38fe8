"""Transactions and batches (http.html#transaction): all or nothing, each by itself, in order,
with every form of reference; each entry decided and recorded."""
import json
import unittest

from instance import Instance

SYSTEM = "urn:bundles"
A = "urn:uuid:7f0f4b3a-0000-4000-8000-00000000000a"
B = "urn:oid:2.16.840.1.113883.4.642.1.1"


def patient(value=None, **more):
    identifier = {"identifier": [{"system": SYSTEM, "value": value}]} if value else {}
    return {"resourceType": "Patient", **identifier, **more}


def entry(method, url, resource=None, full_url=None, **request):
    made = {"request": {"method": method, "url": url, **request}}
    if resource is not None:
        made["resource"] = resource
    if full_url:
        made["fullUrl"] = full_url
    return made


def observation(reference, **more):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"},
            "subject": {"reference": reference}, **more}


class Bundles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.instance.start()
        cls.client = cls.instance.client(cls.instance.token())

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def send(self, kind, *entries, headers=None, client=None):
        return (client or self.client).post("/fhir", {
            "resourceType": "Bundle", "type": kind, "entry": list(entries)}, headers)

    def statuses(self, answer):
        self.assertEqual(answer.status, 200, answer.body)
        return [e["response"]["status"].split()[0] for e in answer.json()["entry"]]

    def put(self, id_, **more):
        answer = self.client.put(f"/fhir/Patient/{id_}", patient(id=id_, **more))
        self.assertIn(answer.status, (200, 201))

    def stored(self, location):
        return self.client.get("/fhir" + location.split("/fhir", 1)[1]).json()

    def test_all_methods_in_the_order_of_the_specification(self):
        self.put("order-1")
        self.put("order-2")
        answer = self.send(
            "transaction",
            entry("GET", "Patient/order-3"),
            entry("GET", "Patient/order-1"),
            entry("PUT", "Patient/order-3", patient(id="order-3", gender="male")),
            entry("POST", "Patient", patient("order-new"), A),
            entry("DELETE", "Patient/order-1"),
            entry("GET", f"Patient?identifier={SYSTEM}|order-new"),
            entry("HEAD", "Patient/order-2"),
            entry("DELETE", f"Patient?identifier={SYSTEM}|nobody"))
        self.assertEqual(self.statuses(answer),
                         ["200", "410", "201", "201", "204", "200", "200", "204"])
        entries = answer.json()["entry"]
        self.assertEqual(entries[0]["resource"]["gender"], "male")
        self.assertEqual(entries[1]["response"]["outcome"]["resourceType"], "OperationOutcome")
        self.assertEqual(entries[5]["resource"]["total"], 1)
        self.assertIn("/_history/1", entries[3]["response"]["location"])
        self.assertEqual(entries[3]["response"]["etag"], 'W/"1"')
        self.assertNotIn("resource", entries[2])
        self.assertNotIn("resource", entries[6])

    def test_prefer_representation(self):
        answer = self.send("transaction", entry("POST", "Patient", patient(gender="male")),
                           headers={"Prefer": "return=representation"})
        self.assertEqual(answer.json()["entry"][0]["resource"]["gender"], "male")
        answer = self.send("batch", entry("POST", "Patient", patient(gender="male")),
                           headers={"Prefer": "return=OperationOutcome"})
        self.assertEqual(answer.json()["entry"][0]["response"]["outcome"]["resourceType"],
                         "OperationOutcome")

    def test_references_of_every_form(self):
        self.client.post("/fhir/Organization", {
            "resourceType": "Organization",
            "identifier": [{"system": SYSTEM, "value": "org"}]})
        note = f'<div xmlns="http://www.w3.org/1999/xhtml"><a href="{A}">who</a> {A}</div>'
        answer = self.send(
            "transaction",
            entry("POST", "Patient", patient(), A),
            entry("POST", "Practitioner", {"resourceType": "Practitioner"}, B),
            entry("POST", "Observation", observation(
                A, performer=[{"reference": B},
                              {"reference": f"Organization?identifier={SYSTEM}|org"}],
                extension=[{"url": "urn:x", "valueReference": {"reference": A}},
                           {"url": "urn:y", "valueUri": A}],
                note=[{"text": f"see {A}"}],
                text={"status": "generated", "div": note},
                contained=[{"resourceType": "Observation", "id": "c", "status": "final",
                            "code": {"text": "c"}, "subject": {"reference": A}}],
                hasMember=[{"reference": "Observation/elsewhere"}, {"reference": "#c"}])))
        self.assertEqual(self.statuses(answer), ["201"] * 3)
        places = [e["response"]["location"].split("/fhir/")[1].split("/_history")[0]
                  for e in answer.json()["entry"]]
        made = self.stored(answer.json()["entry"][2]["response"]["location"])
        self.assertEqual(made["subject"]["reference"], places[0])
        self.assertEqual(made["performer"][0]["reference"], places[1])
        self.assertRegex(made["performer"][1]["reference"], "^Organization/[0-9a-f-]+$")
        self.assertEqual(made["extension"][0]["valueReference"]["reference"], places[0])
        self.assertEqual(made["extension"][1]["valueUri"], places[0])
        self.assertEqual(made["contained"][0]["subject"]["reference"], places[0])
        self.assertIn(f'href="{places[0]}"', made["text"]["div"])
        # Texts are no references.
        self.assertEqual(made["note"][0]["text"], f"see {A}")
        self.assertIn(f">who</a> {A}", made["text"]["div"])
        self.assertEqual(made["hasMember"][0]["reference"], "Observation/elsewhere")
        found = self.client.get(f"/fhir/Observation?patient={places[0].split('/')[1]}").json()
        self.assertEqual(found["total"], 1)

    def test_absolute_and_relative_full_urls(self):
        base = "http://example.org/fhir/"
        answer = self.send("transaction",
                           entry("POST", "Patient", patient(), base + "Patient/a"),
                           entry("POST", "Observation", observation("Patient/a"),
                                 base + "Observation/b"),
                           entry("POST", "Observation", observation(base + "Patient/a"),
                                 base + "Observation/c"))
        who = answer.json()["entry"][0]["response"]["location"].split("/fhir/")[1].split("/_")[0]
        for position in (1, 2):
            made = self.stored(answer.json()["entry"][position]["response"]["location"])
            self.assertEqual(made["subject"]["reference"], who)
        # In a bundle of several bases a relative reference means what this server holds.
        self.put("a")
        answer = self.send("transaction",
                           entry("POST", "Patient", patient(), base + "Patient/a"),
                           entry("POST", "Observation", observation("Patient/a"), A))
        made = self.stored(answer.json()["entry"][1]["response"]["location"])
        self.assertEqual(made["subject"]["reference"], "Patient/a")

    def test_conditional_references_match_exactly_one(self):
        for number, status in ((0, 412), (1, 200), (2, 412)):
            for _ in range(number):
                self.client.post("/fhir/Patient", patient(f"reference-{number}"))
            answer = self.send("transaction", entry("POST", "Observation", observation(
                f"Patient?identifier={SYSTEM}|reference-{number}")))
            self.assertEqual(answer.status, status)
        broad = self.send("transaction",
                          entry("POST", "Observation", observation("Patient?gender=male")))
        self.assertEqual(broad.status, 403)
        # Elsewhere they would hide whose the resource is.
        alone = self.client.post("/fhir/Observation",
                                 observation(f"Patient?identifier={SYSTEM}|reference-1"))
        self.assertEqual(alone.status, 400)

    def test_conditional_entries(self):
        first = self.send("transaction",
                          entry("POST", "Patient", patient("cond"), A,
                                ifNoneExist=f"identifier={SYSTEM}|cond"),
                          entry("POST", "Observation", observation(A)))
        self.assertEqual(self.statuses(first), ["201", "201"])
        again = self.send("transaction",
                          entry("POST", "Patient", patient("cond"), A,
                                ifNoneExist=f"identifier={SYSTEM}|cond"),
                          entry("POST", "Observation", observation(A)))
        self.assertEqual(self.statuses(again), ["200", "201"])
        places = [answer.json()["entry"][0]["response"]["location"] for answer in (first, again)]
        self.assertEqual(places[0], places[1])
        changed = self.send("transaction", entry("PUT", f"Patient?identifier={SYSTEM}|cond",
                                                 patient("cond", gender="male")))
        self.assertEqual(self.statuses(changed), ["200"])
        stale = self.send("transaction", entry("PUT", f"Patient?identifier={SYSTEM}|cond",
                                               patient("cond"), ifMatch='W/"1"'))
        self.assertEqual(stale.status, 412)
        # What the transaction deletes does not match any more.
        replaced = self.send("transaction",
                             entry("POST", "Patient", patient("cond"),
                                   ifNoneExist=f"identifier={SYSTEM}|cond"),
                             entry("DELETE", f"Patient?identifier={SYSTEM}|cond"))
        self.assertEqual(self.statuses(replaced), ["201", "204"])
        found = self.client.get(f"/fhir/Patient?identifier={SYSTEM}|cond").json()
        self.assertEqual(found["total"], 1)

    def test_duplicates_are_refused(self):
        self.put("twice", identifier=[{"system": SYSTEM, "value": "twice"}])
        one = entry("PUT", "Patient/twice", patient(id="twice"))
        condition = f"identifier={SYSTEM}|dup"
        for other in (entry("PUT", "Patient/twice", patient(id="twice", gender="male")),
                      entry("DELETE", "Patient/twice"),
                      entry("PUT", f"Patient?identifier={SYSTEM}|twice", patient("twice")),
                      entry("POST", "Patient", patient("twice"),
                            ifNoneExist=f"identifier={SYSTEM}|twice"),
                      entry("DELETE", f"Patient?identifier={SYSTEM}|twice")):
            self.assertEqual(self.send("transaction", one, other).status, 400, other)
        made = [entry("POST", "Patient", patient("dup"), ifNoneExist=condition)] * 2
        self.assertEqual(self.send("transaction", *made).status, 400)
        same = [entry("POST", "Patient", patient(), A), entry("POST", "Patient", patient(), A)]
        self.assertEqual(self.send("transaction", *same).status, 400)
        self.assertEqual(self.client.get("/fhir/Patient/twice").json()["meta"]["versionId"], "1")

    def test_a_transaction_is_all_or_nothing(self):
        self.put("whole")
        good = entry("POST", "Patient", patient("never"))
        for bad, status in (
                (entry("GET", "Patient/not-there"), 404),
                (entry("GET", "Patient?gender=male"), 403),
                (entry("DELETE", "Patient/not-there"), 404),
                (entry("PUT", "Patient/whole", patient(id="whole"), ifMatch='W/"9"'), 412),
                (entry("PUT", "Patient/whole", patient(id="other")), 400),
                (entry("POST", "Patient", {"resourceType": "Observation"}), 400),
                (entry("POST", "Patient", patient(nonsense=1)), 400),
                (entry("POST", "ValueSet/$lookup", {"resourceType": "Parameters"}), 404),
                (entry("POST", "", {"resourceType": "Bundle", "type": "batch"}), 400),
                (entry("PUT", "http://elsewhere.example/fhir/Patient/1", patient(id="1")), 400),
                (entry("PUT", "Patient/../admin/clients", patient(id="1")), 400),
                (entry("POST", "Patient/whole/$meta-add", {"resourceType": "Parameters"}), 501),
                (entry("POST", "Patient", observation(A)), 400)):
            answer = self.send("transaction", good, bad)
            self.assertEqual(answer.status, status, (bad, answer.body))
            self.assertEqual(answer.json()["resourceType"], "OperationOutcome")
            self.assertNotIn(b"never", answer.body)
        found = self.client.get(f"/fhir/Patient?identifier={SYSTEM}|never").json()
        self.assertEqual(found["total"], 0)
        self.assertEqual(self.client.get("/fhir/Patient/whole").json()["meta"]["versionId"], "1")

    def test_a_batch_is_each_by_itself(self):
        self.put("each")
        answer = self.send(
            "batch",
            entry("GET", "Patient/each"),
            entry("GET", "Patient/not-there"),
            entry("POST", "Patient", patient("batch-1")),
            entry("POST", "Patient", patient(nonsense="Zanzibar")),
            entry("POST", "Patient", patient("batch-1"),
                  ifNoneExist=f"identifier={SYSTEM}|batch-1"),
            entry("PUT", "Patient/each", patient(id="each"), ifMatch='W/"7"'),
            entry("GET", "Patient/each", ifNoneMatch='W/"1"'),
            entry("GET", "Patient/each", ifModifiedSince="2100-01-01T00:00:00Z"),
            entry("GET", "Patient?gender=male"),
            entry("DELETE", "Patient/each"),
            entry("GET", "Patient/each"),
            entry("POST", "", {"resourceType": "Bundle", "type": "batch"}),
            {"resource": patient()},
            {"request": {"method": "GET", "url": "Patient/each"}, "nonsense": 1},
            entry("GET", "Patient/each/_history"),
            entry("GET", "../../admin/check"),
            entry("GET", "metadata"))
        self.assertEqual(answer.json()["type"], "batch-response")
        self.assertEqual(self.statuses(answer), [
            "200", "404", "201", "400", "200", "412", "304", "304", "403", "204", "410", "400",
            "400", "400", "200", "400", "200"])
        entries = answer.json()["entry"]
        for e in entries:
            status = int(e["response"]["status"].split()[0])
            self.assertEqual(status >= 400, "outcome" in e["response"])
        self.assertNotIn(b"Zanzibar", answer.body)
        self.assertEqual(entries[0]["resource"]["id"], "each")

    def test_entries_are_decided_by_themselves(self):
        key = str(self.instance.root / "payer.jwk")
        self.instance.command("client", "add", "--dir", str(self.instance.directory), "payer",
                              "--purpose", "HPAYMT", "--new-key", key)
        payer = self.instance.client(self.instance.token("--client", "payer", "--key", key))
        self.put("seen", gender="male", photo=[{"title": "secret"}])
        reads = [entry("GET", "Patient/seen"), entry("GET", "Observation/x"),
                 entry("DELETE", "Patient/seen")]
        answer = self.send("batch", *reads, client=payer)
        self.assertEqual(self.statuses(answer), ["200", "403", "403"])
        self.assertNotIn("photo", answer.json()["entry"][0]["resource"])
        self.assertEqual(self.send("transaction", *reads, client=payer).status, 403)
        self.assertEqual(self.send("batch", *reads, client=self.instance.client()).status, 401)
        self.assertEqual(self.client.get("/fhir/Patient/seen").status, 200)

    def test_what_is_no_bundle(self):
        for body in ({"resourceType": "Bundle"}, {"resourceType": "Bundle", "type": "collection"},
                     {"resourceType": "Patient"}, {"resourceType": "Bundle", "type": "batch"},
                     {"resourceType": "Bundle", "type": "transaction"},
                     {"resourceType": "Bundle", "type": "batch", "nonsense": 1,
                      "entry": [entry("GET", "metadata")]}, [1]):
            self.assertEqual(self.client.post("/fhir", body).status, 400, body)

    def test_everything_is_on_record(self):
        self.put("logged-1")
        self.put("logged-2")
        self.send("batch", entry("GET", "Patient/logged-1"), entry("GET", "Patient/logged-2"),
                  entry("GET", "Patient/logged-3"), entry("PUT", "Patient/logged-1",
                                                          patient(id="logged-1")))
        answer = self.send("transaction", entry("PUT", "Patient/logged-2", patient(id="logged-2")),
                           entry("GET", "Patient/logged-1"))
        self.assertEqual(self.statuses(answer), ["200", "200"])
        self.instance.stop()
        done = self.instance.command("audit", "verify", "--dir", str(self.instance.directory))
        self.assertIn(" 0 open intents", done.stdout)
        self.instance.start()
        type(self).client = self.instance.client(self.instance.token())


if __name__ == "__main__":
    unittest.main()
