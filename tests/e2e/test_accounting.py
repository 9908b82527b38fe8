"""What a patient is told: the accounting of disclosures (45 CFR 164.528) and the access report,
with proofs that another program checks; and receipts, by which a client proves its own request."""
import base64
import hashlib
import html.parser
import json
import shutil
import subprocess
import time
import unittest

from instance import Instance
from test_transparency import build_go_verifier

POLICIES = """
[policy.HRESCH]
read = ["*"]
write = []
delete = []
other_elements = ["*"]
"""
PATIENT = {"resourceType": "Patient", "id": "p1", "name": [{"family": "Ågren"}]}


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(index, size, leaf, proof):
    """RFC 9162 section 2.1.3.2."""
    fn, sn, root = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            root = node(sibling, root)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            root = node(root, sibling)
        fn, sn = fn >> 1, sn >> 1
    return root if sn == 0 else None


class Proof:
    """A C2SP tlog-proof: its leaf, and whether it is in the tree of its checkpoint."""

    def __init__(self, text):
        self.note = text.split("\n\n", 1)[1]
        lines = text.split("\n\n", 1)[0].split("\n")
        assert lines[0] == "c2sp.org/tlog-proof@v1", lines[0]
        self.leaf = base64.b64decode(lines[1].removeprefix("extra "))
        self.index = int(lines[2].removeprefix("index "))
        hashes = [base64.b64decode(line) for line in lines[3:]]
        origin, size, root = self.note.split("\n")[:3]
        self.origin, self.size = origin, int(size)
        leaf = hashlib.sha256(b"\x00" + self.leaf).digest()
        self.holds = root_of(self.index, self.size, leaf, hashes) == base64.b64decode(root)


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts = set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.texts.append(data)


class Accounting(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        settings = cls.instance.directory / "salus.toml"
        text = settings.read_text().replace("checkpoint_seconds = 10", "checkpoint_seconds = 1")
        settings.write_text(text + POLICIES)
        cls.instance.start()
        cls.doctor = cls.instance.client(cls.instance.token())
        cls.doctor.put("/fhir/Patient/p1", PATIENT)
        cls.doctor.put("/fhir/Patient/p2", dict(PATIENT, id="p2"))
        for _ in range(3):
            cls.doctor.put("/fhir/Observation/o1", {
                "resourceType": "Observation", "id": "o1", "status": "final",
                "code": {"text": "c"}, "subject": {"reference": "Patient/p1"}})
        cls.doctor.get("/fhir/Patient/p1")
        cls.researcher = cls.client_of("researcher", "system/*.rs", "HRESCH")
        for _ in range(4):
            cls.last = cls.researcher.get("/fhir/Observation/o1")
        cls.researcher.get("/fhir/Patient/p1")
        cls.researcher.get("/fhir/Patient/p2")
        cls.officer = cls.client_of("officer", "system/AuditEvent.rs", "TREAT")
        cls.wait_until_signed(int(cls.last.headers["Salus-Audit-Leaf"]) + 2)

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    @classmethod
    def client_of(cls, name, scope, purpose):
        key = str(cls.instance.root / (name + ".jwk"))
        cls.instance.command("client", "add", "--dir", str(cls.instance.directory), name,
                             "--scope", scope, "--purpose", purpose, "--new-key", key)
        return cls.instance.client(cls.instance.token("--client", name, "--key", key, "--scope",
                                                      scope))

    @classmethod
    def wait_until_signed(cls, index):
        checkpoint = cls.instance.directory / "audit/default/checkpoint"
        end = time.monotonic() + 30
        while int(checkpoint.read_text().split("\n")[1]) <= index:
            assert time.monotonic() < end, "no checkpoint"
            time.sleep(0.1)

    def report(self, query="", name="$accounting", patient="p1", client=None):
        answer = (client or self.officer).get(f"/fhir/Patient/{patient}/{name}{query}")
        self.assertEqual(answer.status, 200, answer.body)
        bundle = json.loads(answer.body)
        self.assertEqual(bundle["type"], "document")
        entries = [entry["resource"] for entry in bundle["entry"]]
        self.assertEqual(entries[0]["resourceType"], "Composition")
        return bundle, entries[0], entries[1:]

    def test_it_has_what_the_rule_asks_for(self):
        _, composition, events = self.report()
        self.assertEqual(composition["subject"]["reference"], "Patient/p1")
        self.assertEqual(len(events), 5)
        for event in events:
            self.assertIn("recorded", event)                                     # (b)(2)(i)
            recipient = event["agent"][0]["who"]["identifier"]["value"]          # (ii)
            self.assertEqual(recipient, "researcher")
            self.assertEqual(event["purposeOfEvent"][0]["coding"][0]["code"], "HRESCH")  # (iv)
        kinds = {e["what"]["type"] for event in events for e in event["entity"]
                 if e.get("role", {}).get("code") == "4"}                        # (iii)
        self.assertEqual(kinds, {"Observation", "Patient"})
        # Repeated disclosures to one recipient for one purpose: first, number, last. (b)(3)
        summary = Page(composition["section"][0]["text"]["div"]).texts
        self.assertEqual(summary.count("researcher"), 1)
        self.assertIn("5", summary)
        self.assertIn("research", summary)
        self.assertIn("4 Observation, 1 Patient", summary)
        references = {e["reference"] for s in composition["section"][1:] for e in s["entry"]}
        self.assertEqual(references, {"AuditEvent/" + event["id"] for event in events})

    def test_treatment_is_left_out_unless_asked_for(self):
        _, _, events = self.report("?exempt=true")
        self.assertEqual({event["agent"][0]["who"]["display"] for event in events},
                         {"demonstration", "researcher"})
        _, _, events = self.report(patient="p2")
        self.assertEqual(len(events), 1)
        _, _, events = self.report(patient="nobody")
        self.assertEqual(events, [])
        _, _, events = self.report("?start=2001&end=2002")
        self.assertEqual(events, [])

    def test_the_document_keeps_the_rules_of_r4(self):
        for name in ("$accounting", "$access-report"):
            bundle, _, _ = self.report(name=name)
            answer = self.doctor.post("/fhir/Bundle/$validate", bundle)
            issues = [i for i in answer.json()["issue"] if i["severity"] in ("error", "fatal")]
            self.assertEqual((answer.status, issues), (200, []))

    def proofs(self, events):
        for event in events:
            record = event["entity"][-1]
            proof = [d["valueBase64Binary"] for d in record["detail"] if d["type"] == "tlog-proof"]
            hashed = [d["valueBase64Binary"] for d in record["detail"] if d["type"] == "leaf-hash"]
            if proof:
                yield event, hashed[0], Proof(base64.b64decode(proof[0]).decode())

    def test_another_program_checks_each_entry(self):
        _, _, events = self.report()
        proofs = list(self.proofs(events))
        self.assertEqual(len(proofs), len(events))
        for event, hashed, proof in proofs:
            self.assertTrue(proof.holds)
            self.assertEqual(str(proof.index), event["id"])
            self.assertEqual(base64.b64decode(hashed),
                             hashlib.sha256(b"\x00" + proof.leaf).digest())
            leaf = json.loads(proof.leaf)
            self.assertEqual(leaf["what"]["who"]["client"], "researcher")
        text = self.researcher.get(f"/audit/v1/proof?index={proofs[0][2].index}").body.decode()
        changed = text.replace("extra ", "extra AAAA", 1)
        self.assertFalse(Proof(changed).holds)

    def test_the_checkpoint_of_a_proof_is_signed(self):
        """By OpenSSL alone."""
        _, _, events = self.report()
        note = next(self.proofs(events))[2].note
        text, signatures = note.split("\n\n", 1)
        signature = base64.b64decode(signatures.split("\n")[0].rsplit(" ", 1)[1])[4:]
        root = self.instance.root
        (root / "note").write_text(text + "\n")
        (root / "signature").write_bytes(signature)
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-rawin", "-in",
                               str(root / "note"), "-sigfile", str(root / "signature"), "-inkey",
                               str(self.instance.directory / "signer/checkpoint.pub")],
                              capture_output=True, timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_access_report_has_every_access(self):
        before = self.doctor.get("/fhir/Patient/p1").headers["X-Request-Id"]
        self.assertEqual(self.researcher.delete("/fhir/Patient/p1").status, 403)
        _, composition, events = self.report(name="$access-report")
        clients = {event["agent"][0]["who"].get("display") for event in events}
        self.assertLessEqual({"demonstration", "researcher"}, clients)
        requests = {e["what"]["identifier"]["value"] for event in events for e in event["entity"]
                    if e.get("type", {}).get("code") == "XrequestId"}
        self.assertIn(before, requests)
        self.assertIn("4", {event["outcome"] for event in events})
        self.assertIn("U", {event["action"] for event in events})
        # Reading the report is an access too, and is in the next one.
        _, _, later = self.report(name="$access-report")
        self.assertIn("110101", {event["type"]["code"] for event in later})

    def test_the_page_to_print_runs_nothing(self):
        for name in ("$accounting", "$access-report"):
            answer = self.officer.get(f"/fhir/Patient/p1/{name}?_format=text/html")
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.headers["Content-Type"], "text/html; charset=utf-8")
            self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
            page = Page(answer.body.decode())
            self.assertFalse(page.tags & {"script", "img", "a", "link", "iframe", "form", "object"})
            self.assertLessEqual(page.attributes, {"lang", "charset"})
            self.assertIn("researcher", page.texts)

    def test_who_may_ask(self):
        for client in (self.doctor, self.researcher):
            for name in ("$accounting", "$access-report"):
                self.assertEqual(client.get("/fhir/Patient/p1/" + name).status, 403)
        for query in ("?start=x", "?exempt=maybe", "?unknown=1", "?_format=text/html&_pretty=true"):
            answer = self.officer.get("/fhir/Patient/p1/$accounting" + query)
            self.assertEqual(answer.status, 400, query)
        self.assertEqual(self.officer.post("/fhir/Patient/p1/$accounting", {}).status, 405)
        self.assertEqual(self.officer.get("/fhir/Observation/o1/$accounting").status, 404)

    def test_a_client_proves_its_own_request(self):
        index = int(self.last.headers["Salus-Audit-Leaf"])
        answer = self.researcher.get(f"/audit/v1/proof?index={index}")
        self.assertEqual(answer.status, 200, answer.body)
        proof = Proof(answer.body.decode())
        self.assertTrue(proof.holds)
        self.assertEqual(json.loads(proof.leaf)["what"]["rq"], self.last.headers["X-Request-Id"])
        # Nobody else's, which looks as one that is not there does.
        other = self.doctor.get(f"/audit/v1/proof?index={index}")
        absent = self.doctor.get("/audit/v1/proof?index=99999999")
        self.assertEqual((other.status, absent.status), (404, 404))
        self.assertEqual(other.json(), absent.json())
        self.assertEqual(self.officer.get(f"/audit/v1/proof?index={index}").status, 200)
        self.assertEqual(self.instance.client().get(f"/audit/v1/proof?index={index}").status, 401)
        self.assertEqual(self.doctor.get("/audit/v1/proof").status, 400)

    def test_a_receipt_stands_alone(self):
        """Offline, by the leaf, the proof and the signer's key: for Salus and for Go."""
        index = self.last.headers["Salus-Audit-Leaf"]
        answer = self.researcher.get("/audit/v1/proof?index=" + index)
        on_record = int(answer.headers["Salus-Audit-Leaf"])
        folder = self.instance.root / "receipt"
        folder.mkdir()
        file, key = folder / "receipt", folder / "checkpoint.pub"
        shutil.copy(self.instance.directory / "signer/checkpoint.pub", key)
        verified = self.instance.command("audit", "verify", "--dir", str(self.instance.directory))
        text_key = [line.split()[1] for line in verified.stdout.splitlines()
                    if line.startswith("  key ")][0]
        (folder / "key").write_text(text_key + "\n")
        go = build_go_verifier(folder)

        def by_salus(contents, by="checkpoint.pub"):
            file.write_bytes(contents)
            return self.instance.command("audit", "verify", "--proof", str(file), "--key",
                                         str(folder / by), check=False)

        def by_go(contents):
            file.write_bytes(contents)
            return subprocess.run([go, "-proof", str(file), str(folder / "key")],
                                  capture_output=True, text=True)
        for done in (by_salus(answer.body), by_salus(answer.body, "key")):
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout)["what"]["rq"],
                             self.last.headers["X-Request-Id"])
        changed = answer.body.replace(b"index " + index.encode(), b"index 1")
        self.assertNotEqual(changed, answer.body)
        self.assertEqual(by_salus(changed).returncode, 3)
        self.assertEqual(by_salus(b"no proof").returncode, 3)
        if go:
            self.assertEqual(by_go(answer.body).returncode, 0)
            self.assertEqual(by_go(changed).returncode, 1)
        other = folder / "other.pub"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out",
                        str(folder / "other")], check=True)
        subprocess.run(["openssl", "pkey", "-in", str(folder / "other"), "-pubout", "-out",
                        str(other)], check=True)
        self.assertEqual(by_salus(answer.body, "other.pub").returncode, 3)
        # That it was asked for is on record, as the client's own.
        self.wait_until_signed(on_record)
        asked = json.loads(Proof(self.researcher.get(
            f"/audit/v1/proof?index={on_record}").body.decode()).leaf)["what"]
        self.assertEqual((asked["ev"], asked["who"]["client"]), ("audit.read", "researcher"))


if __name__ == "__main__":
    unittest.main()
