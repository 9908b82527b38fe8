"""Views of the audit log: what outside parsers, IHE BALP and our own validator say of them, who may
read them, and that reading is recorded."""
import base64
import csv
import io
import json
import re
import subprocess
import unittest
import xml.parsers.expat

from instance import BINARY, Instance, material

PATIENT = {"resourceType": "Patient", "id": "p1", "name": [{"family": "Secretname"}]}
AUDITOR = "system/AuditEvent.rs"


def coding(thing):
    return thing["system"], thing["code"]


def entity_role(entity):
    return entity.get("role", {}).get("code"), entity.get("type", {}).get("code")


class AuditViews(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.instance.start()
        cls.client = cls.instance.client(cls.instance.token())
        client = cls.client
        client.put("/fhir/Patient/p1", PATIENT)
        client.post("/fhir/Organization", {"resourceType": "Organization", "name": "o"})
        made = client.post("/fhir/Observation", {
            "resourceType": "Observation", "status": "final", "code": {"text": "c"},
            "subject": {"reference": "Patient/p1"}})
        place = "/fhir/" + made.headers["Location"].split("/fhir/")[1].split("/_history")[0]
        client.get(place)
        client.get(place + "/_history/1")
        client.get("/fhir/Observation?patient=p1&code=Secretquery")
        client.get("/fhir/Patient/p1/$everything")
        client.get("/fhir/Patient/p1/_history")
        client.send("PATCH", "/fhir/Patient/p1",
                    '[{"op":"add","path":"/active","value":true}]',
                    {"Content-Type": "application/json-patch+json"})
        client.delete(place)
        client.get("/fhir/Patient/absent")
        cls.instance.client().get("/fhir/Patient/p1")
        cls.instance.client("not.a.token").get("/fhir/Patient/p1")
        cls.auditor = cls.instance.client(cls.token_for("auditor", AUDITOR))

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    @classmethod
    def token_for(cls, name, scope):
        key = str(cls.instance.root / (name + ".jwk"))
        cls.instance.command("client", "add", "--dir", str(cls.instance.directory), name,
                             "--scope", scope, "--new-key", key)
        return cls.instance.token("--client", name, "--key", key, "--scope", scope)

    def exported(self, *arguments):
        done = subprocess.run([BINARY, "audit", "export", "--dir", str(self.instance.directory),
                               *arguments], capture_output=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode()

    def events(self, *arguments):
        return [json.loads(line) for line in
                self.exported("--format", "fhir", *arguments).splitlines()]

    def test_every_event_keeps_the_rules_of_r4(self):
        events = self.events()
        self.assertGreater(len(events), 15)
        kinds = set()
        for event in events:
            kind = re.sub(r"\d", "", json.dumps([event["type"], event.get("subtype"),
                                                 event.get("outcome")]))
            if kind in kinds:
                continue
            kinds.add(kind)
            answer = self.client.post("/fhir/AuditEvent/$validate", event)
            issues = [i for i in answer.json()["issue"] if i["severity"] in ("error", "fatal")]
            self.assertEqual((answer.status, issues), (200, []), json.dumps(event))
        self.assertGreater(len(kinds), 10)

    def test_the_patterns_of_balp(self):
        folder = material("balp-constraints")
        if folder is None:
            return
        constraints = json.loads((folder / "constraints.json").read_text())
        profiles = {}
        for names, rules in constraints["profiles"].items():
            for name in names.split("|"):
                profiles[name] = rules
        base = constraints["profileBase"]
        seen = set()
        for event in self.events():
            for url in event.get("meta", {}).get("profile", []):
                self.assertTrue(url.startswith(base + "IHE.BasicAudit."))
                name = url.rsplit(".", 1)[1]
                seen.add(name)
                self.keeps(event, name, profiles[name], constraints)
        self.assertLessEqual({"PatientRead", "PatientQuery", "PatientCreate", "PatientUpdate",
                              "PatientDelete", "Create"}, seen)

    def keeps(self, event, name, rules, constraints):
        systems = constraints["systems"]
        self.assertEqual(coding(event["type"]), ("http://terminology.hl7.org/CodeSystem/"
                                                 "audit-event-type", "rest"))
        self.assertEqual(event["subtype"][0]["system"], systems["subtype"])
        self.assertIn(event["subtype"][0]["code"], rules["subtype"])
        self.assertEqual((event["action"], event["outcome"]), (rules["action"], "0"))
        self.assertIn("recorded", event)
        self.assertIn("observer", event["source"])
        agents = event["agent"]
        self.assertGreaterEqual(len(agents), constraints["common"]["agent"]["min"])
        for part in ("client", "server"):
            system, code = rules[f"agent.{part}.type"].rsplit("#", 1)
            wanted = (systems.get(system, system), code)
            of_part = [a for a in agents if coding(a["type"]["coding"][0]) == wanted]
            self.assertEqual(len(of_part), 1, (name, part))
            self.assertIn("who", of_part[0])
            self.assertTrue(of_part[0]["network"])
            self.assertNotIn("media", of_part[0])
        entities = event["entity"]
        self.assertGreaterEqual(len(entities), rules["entityMin"][name])
        requests = [e for e in entities if e.get("type", {}).get("code") == "XrequestId"]
        self.assertLessEqual(len(requests), 1)
        self.assertTrue(all(e["what"]["identifier"]["value"] for e in requests))
        patients = [e for e in entities if entity_role(e) == ("1", "1")]
        self.assertEqual(len(patients), 1 if name.startswith("Patient") else 0, event)
        self.assertTrue(all(e["what"]["type"] == "Patient" for e in patients))
        query = [e for e in entities if entity_role(e) == ("24", "2")]
        data = [e for e in entities if entity_role(e) in (("4", "2"), ("3", "2"), ("20", "2"))]
        if "Query" in name:
            self.assertEqual((len(query), len(data)), (1, 0))
            self.assertTrue("query" in query[0] or "_query" in query[0])
            self.assertFalse({"what", "detail"} & set(query[0]))
        else:
            self.assertEqual((len(query), len(data)), (0, 1), event)
            self.assertIn("what", data[0])

    def test_other_programs_parse_the_other_formats(self):
        lines = [json.loads(line) for line in self.exported("--format", "jsonl").splitlines()]
        self.assertEqual([line["i"] for line in lines], list(range(len(lines))))
        rows = list(csv.DictReader(io.StringIO(self.exported("--format", "csv"), newline="")))
        self.assertGreater(len(rows), 15)
        outcomes = {row["outcome"] for row in rows}
        self.assertLessEqual({"ok", "denied"}, outcomes)
        self.assertLessEqual(outcomes, {"ok", "denied", "error"})
        for field in (field for row in rows for field in row.values()):
            self.assertFalse(field.startswith(("=", "+", "-", "@")), field)
        messages = self.exported("--format", "syslog").splitlines()
        self.assertEqual(len(messages), len(rows))
        header = re.compile(r'<8[345]>1 \d{4}-\d\d-\d\dT[\d:.]+Z localhost salus - IHE\+RFC-3881 '
                            r'\[salus@32473 o="[^"]+" i="(\d+)"(?: pi="\d+")? lh="[^"]+"\] '
                            r'\ufeff(<\?xml.*)$')
        for message, row in zip(messages, rows):
            found = header.match(message)
            self.assertTrue(found, message)
            self.assertEqual(found[1], row["index"])
            tags = []
            parser = xml.parsers.expat.ParserCreate()
            parser.StartElementHandler = lambda name, _: tags.append(name)
            parser.Parse(found[2], True)
            self.assertEqual(tags[:3], ["AuditMessage", "EventIdentification", "EventID"])
            self.assertIn("ActiveParticipant", tags)
            self.assertIn("AuditSourceIdentification", tags)

    def test_nothing_exported_tells_who_the_patient_is(self):
        for form in ("fhir", "jsonl", "csv", "syslog"):
            text = self.exported("--format", form)
            for secret in ("Secretname", "Secretquery", "Patient/p1", "127.0.0.1"):
                self.assertNotIn(secret, text, form)

    def test_filters(self):
        self.assertTrue(all(e["outcome"] == "4" for e in self.events("--outcome", "denied")))
        self.assertEqual(self.events("--until", "2001"), [])
        self.assertEqual(self.events("--client", "nobody"), [])
        wrong = subprocess.run([BINARY, "audit", "export", "--dir", str(self.instance.directory),
                                "--since", "yesterday"], capture_output=True, timeout=60)
        self.assertEqual(wrong.returncode, 2)

    def test_details_are_opened_for_their_scope_alone_and_on_record(self):
        token = self.token_for("detective", "admin/audit.read")
        key = str(self.instance.root / "detective.jwk")
        before = len(self.events("--event", "audit.read"))
        lines = [json.loads(line) for line in self.exported(
            "--format", "jsonl", "--with-details", "--client-id", "detective", "--key",
            key).splitlines()]
        targets = [line["detail"].get("target", "") for line in lines if "detail" in line]
        self.assertTrue(any("Secretquery" in target for target in targets))
        self.assertGreater(len(self.events("--event", "audit.read")), before)
        queries = [e["query"] for event in [json.loads(line) for line in self.exported(
            "--with-details", "--client-id", "detective", "--key", key).splitlines()]
            for e in event["entity"] if "query" in e]
        self.assertTrue(any(b"Secretquery" in base64.b64decode(query) for query in queries))
        for client in (self.client, self.auditor):
            self.assertEqual(client.get("/audit/v1/details?index=0").status, 403)
        self.assertEqual(self.instance.client(token).get("/audit/v1/details?index=0").status, 200)
        self.assertEqual(self.instance.client(token).get("/fhir/AuditEvent").status, 403)

    def search(self, query=""):
        answer = self.auditor.get("/fhir/AuditEvent" + query)
        self.assertEqual(answer.status, 200, answer.body)
        return json.loads(answer.body)

    def found(self, query):
        return [entry["resource"] for entry in self.search(query).get("entry", [])]

    def test_an_auditor_searches(self):
        everything = self.found("?_count=1000")
        indices = [int(event["id"]) for event in everything]
        self.assertEqual(indices, sorted(indices, reverse=True))
        exported = {e["id"] for e in self.events()}
        self.assertLessEqual(set(e["id"] for e in everything), exported)
        of_patient = self.found("?patient=Patient/p1&_count=1000")
        self.assertGreater(len(of_patient), 6)
        for event in of_patient:
            patient = [e for e in event["entity"] if entity_role(e) == ("1", "1")][0]
            self.assertEqual(patient["what"]["reference"], "Patient/p1")
        # Of a write, the event that is found is the one with the outcome and the patient.
        self.assertEqual({e["action"] for e in of_patient} & set("CRUDE"), set("CRUDE"))
        self.assertTrue(all(e["outcome"] == "4" for e in self.found("?outcome=4")))
        self.assertTrue(self.found("?outcome=4"))
        self.assertTrue(all(e["action"] == "D" for e in self.found("?action=D")))
        self.assertEqual(len(self.found("?action=D")), 1)
        self.assertEqual(self.found("?date=lt2001"), [])
        self.assertTrue(self.found("?date=gt2001"))
        self.assertEqual(self.found("?agent:identifier=nobody"), [])
        self.assertTrue(self.found("?policy=permitted:read:Patient"))
        self.assertEqual(self.found("?policy=permitted:read"), [])
        self.assertTrue(self.found("?agent:identifier=demonstration"))
        request = self.client.get("/fhir/Patient/p1").headers["X-Request-Id"]
        self.assertEqual(len(self.found("?entity:identifier=" + request)), 1)
        # By what the log shows anyway, whole, and by nothing that a patient has elsewhere.
        pseudonym = [e["what"]["identifier"]["value"] for event in everything
                     for e in event["entity"] if entity_role(e) == ("1", "1")][0]
        self.assertTrue(self.found("?entity:identifier=" + pseudonym))
        for guess in ("p1", "Patient/p1", "Secretname", "Secretquery", pseudonym[:-1],
                      pseudonym[:8], pseudonym.upper() + "0"):
            self.assertEqual(self.found("?entity:identifier=" + guess), [], guess)

    def test_pages(self):
        pages, url, seen = 0, "?patient=p1&_count=2", []
        while url:
            bundle = self.search(url)
            seen += [entry["resource"]["id"] for entry in bundle.get("entry", [])]
            links = {link["relation"]: link["url"] for link in bundle["link"]}
            url = links["next"].split("/AuditEvent")[1] if "next" in links else None
            pages += 1
        self.assertGreater(pages, 3)
        self.assertEqual(len(seen), len(set(seen)))
        whole = {e["id"] for e in self.found("?patient=p1&_count=1000")}
        # What was read meanwhile is on record too, and newer than the first page.
        self.assertLessEqual(set(seen), whole)

    def test_reading_is_one_leaf(self):
        answer = self.auditor.get("/fhir/AuditEvent?patient=p1")
        index = answer.headers["Salus-Audit-Leaf"]
        event = self.auditor.get("/fhir/AuditEvent/" + index)
        self.assertEqual(event.status, 200)
        event = event.json()
        self.assertEqual(event["type"]["code"], "110101")
        self.assertIn("detail", event["entity"][-1])
        following = int(self.auditor.get("/fhir/AuditEvent/" + index).headers["Salus-Audit-Leaf"])
        leaves = [json.loads(line) for line in self.exported("--format", "jsonl").splitlines()]
        mine = [leaf for leaf in leaves[int(index):following + 1]
                if leaf["what"]["ev"] == "audit.read"]
        self.assertEqual(len(mine), 3)
        self.assertIn("pt", mine[0]["what"])

    def test_others_are_refused(self):
        stranger = self.instance.client()
        self.assertEqual(stranger.get("/fhir/AuditEvent").status, 401)
        # Who may read every record is no auditor, and cannot ask to be one.
        for path in ("/fhir/AuditEvent", "/fhir/AuditEvent/0", "/fhir/Patient/p1/$accounting",
                     "/fhir/Patient/p1/$access-report"):
            self.assertEqual(self.client.get(path).status, 403, path)
        done = self.instance.command("token", "--dir", str(self.instance.directory), "--scope",
                                     AUDITOR, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(self.auditor.get("/fhir/Patient/p1").status, 403)

    def test_none_is_written(self):
        event = self.events()[-1]
        for method, path in (("POST", "/fhir/AuditEvent"), ("PUT", "/fhir/AuditEvent/1"),
                             ("DELETE", "/fhir/AuditEvent/1"), ("PATCH", "/fhir/AuditEvent/1")):
            self.assertEqual(self.client.send(method, path, event).status, 405, path)
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [
            {"resource": event, "request": {"method": "POST", "url": "AuditEvent"}}]}
        self.assertGreaterEqual(self.client.post("/fhir", bundle).status, 400)
        for query in ("?_sort=date", "?date=ap2026", "?outcome=12", "?patient=Group/1",
                      "?action=C&action=D", "?_cursor=x"):
            self.assertEqual(self.auditor.get("/fhir/AuditEvent" + query).status, 400, query)
        for path in ("/999999999", "/01", "/x", "/1/_history", "/_history"):
            self.assertEqual(self.auditor.get("/fhir/AuditEvent" + path).status, 404, path)

    def test_the_capability_statement_tells_it(self):
        def of(client):
            rest = client.get("/fhir/metadata").json()["rest"][0]
            return {r["type"]: r for r in rest["resource"]}
        mine = of(self.auditor)["AuditEvent"]
        self.assertEqual({i["code"] for i in mine["interaction"]}, {"read", "search-type"})
        self.assertEqual({p["name"] for p in mine["searchParam"]},
                         {"date", "patient", "agent", "entity", "action", "outcome", "policy",
                          "subtype"})
        theirs = of(self.client).get("AuditEvent", {})
        self.assertEqual(theirs.get("interaction", []), [])


if __name__ == "__main__":
    unittest.main()
