"""Cryptographic erasure of a patient (ENC-5): complete against older copies of the data and of the
key store, stopped by a legal hold, continued after a crash, and certified."""
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import time
import unittest

from custodians import Custodians
from instance import REPOSITORY, Instance
from soft_token import MODULE, SoftToken

CERTIFICATES = REPOSITORY / "tests/outside/verify_certificate.py"
AUDIT_LOG = REPOSITORY / "tests/outside/verify_audit_log.py"
KILLS = 6


def patient(name, planted):
    return {"resourceType": "Patient", "id": name,
            "name": [{"family": planted, "given": ["Test"]}], "birthDate": "1970-01-01",
            "identifier": [{"system": "http://example.org/mrn", "value": planted + "-MRN"}]}


def observation(name, subject, planted):
    return {"resourceType": "Observation", "id": name, "status": "final",
            "code": {"text": planted + "-CODE"}, "subject": {"reference": f"Patient/{subject}"}}


class ErasureTest(unittest.TestCase):
    def setUp(self):
        self.instance = Instance()
        self.addCleanup(self.instance.remove)
        self.custodians = Custodians(self.instance)
        self.instance.start(seconds=20)
        self.custodians.appoint()

    def client(self):
        return self.instance.client(self.instance.token())

    def write(self, name, planted):
        client = self.client()
        self.assertEqual(client.put(f"/fhir/Patient/{name}", patient(name, planted)).status, 201)
        for number in range(3):
            resource = observation(f"{name}-{number}", name, planted)
            self.assertEqual(client.put(f"/fhir/Observation/{name}-{number}", resource).status, 201)

    def approve(self, name):
        proposal = self.custodians.propose("dora", "erase-patient", "--patient", name)
        for other in ("grace", "rosa"):
            self.custodians.vote(other, proposal, "--approve", "--patient", name)
        return proposal

    def wait(self, proposal, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            shown = self.custodians.show(proposal)
            if shown["phase"] == "executed":
                return shown
            time.sleep(0.1)
        raise AssertionError("the erasure did not end")

    def erase(self, name):
        proposal = self.approve(name)
        self.custodians.execute(proposal)
        return self.wait(proposal)

    def copy(self, name):
        folder = self.instance.root / name
        shutil.copytree(self.instance.directory, folder,
                        ignore=shutil.ignore_patterns("*.socket"))
        return folder

    def put_back(self, copy, *parts):
        for part in parts:
            target = self.instance.directory / part
            if target.is_dir():
                shutil.rmtree(target)
                shutil.copytree(copy / part, target)
            else:
                for old in target.parent.glob(target.name + "*"):
                    old.unlink()
                for saved in (copy / part).parent.glob(target.name + "*"):
                    shutil.copy(saved, target.parent / saved.name)

    def expect_gone(self, name, planted):
        client = self.client()
        for path in (f"/fhir/Patient/{name}", f"/fhir/Patient/{name}/_history",
                     f"/fhir/Patient/{name}/_history/1", f"/fhir/Observation/{name}-0",
                     f"/fhir/Patient/{name}/$everything"):
            answer = client.get(path)
            self.assertIn(answer.status, (404, 410), path)
            self.assertNotIn(planted.encode(), answer.body)
            self.assertEqual(answer.json()["resourceType"], "OperationOutcome")
        for query in (f"/fhir/Observation?patient={name}",
                      f"/fhir/Patient?identifier=http://example.org/mrn|{planted}-MRN",
                      f"/fhir/Patient?family={planted}&birthdate=1970-01-01"):
            answer = client.get(query)
            self.assertIn(answer.status, (200, 404), query)
            # The link of a search repeats what was asked.
            self.assertNotIn("entry", answer.json(), query)

    def expect_read(self, name, planted):
        client = self.client()
        answer = client.get(f"/fhir/Patient/{name}")
        self.assertEqual(answer.status, 200)
        self.assertIn(planted.encode(), answer.body)
        found = client.get(f"/fhir/Observation?patient={name}").json()
        self.assertEqual(len(found["entry"]), 3)

    def test_an_erased_patient_does_not_come_back(self):
        self.write("leaves", "PLANTEDLEAVES")
        self.write("stays", "PLANTEDSTAYS")
        self.expect_read("leaves", "PLANTEDLEAVES")
        self.instance.stop()
        before = self.copy("before")
        self.instance.start(seconds=20)
        shown = self.erase("leaves")

        self.expect_gone("leaves", "PLANTEDLEAVES")
        self.expect_read("stays", "PLANTEDSTAYS")
        client = self.client()
        for path, resource in (("Patient/leaves", patient("leaves", "NEW")),
                               ("Observation/other", observation("other", "leaves", "NEW"))):
            refused = client.put("/fhir/" + path, resource)
            self.assertEqual(refused.status, 410)
            self.assertEqual(refused.json()["resourceType"], "OperationOutcome")
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [
            {"resource": observation("other", "leaves", "NEW"),
             "request": {"method": "PUT", "url": "Observation/other"}}]}
        self.assertEqual(client.post("/fhir", bundle).status, 410)
        again = self.custodians.propose("dora", "erase-patient", "--patient", "leaves", check=False)
        self.assertEqual(again.returncode, 1)

        self.verify(shown)
        self.instance.stop()
        keys = json.loads(shown["result"]["statement"])
        self.assertEqual(keys["patient_keys"], [1])
        self.assertTrue(keys["shard_keys"] and keys["key_encryption_keys"])
        self.old_data_with_the_keys_of_now(before)
        self.old_data_and_old_key_store(before)

    def old_data_with_the_keys_of_now(self, before):
        now = self.copy("now")
        self.put_back(before, "store")
        self.instance.start(seconds=20)
        self.expect_gone("leaves", "PLANTEDLEAVES")
        self.expect_read("stays", "PLANTEDSTAYS")
        # What was put back of the patient is removed once more, so it is in nobody's way.
        self.wait_until_removed(now)
        self.put_back(now, "store")

    def wait_until_removed(self, now):
        with contextlib.closing(sqlite3.connect(now / "keys/default/keys.db")) as keys:
            erased = [row[0] for row in keys.execute(
                "SELECT compartment FROM data_key WHERE state = 3")]
        self.assertEqual(len(erased), 1)
        for _ in range(20):
            self.instance.stop()
            store = self.instance.directory / "store/records.db"
            with contextlib.closing(sqlite3.connect(store)) as database:
                left = database.execute("SELECT count(*) FROM history WHERE compartment = ?",
                                        erased).fetchone()[0]
            if left == 0:
                return
            self.instance.start(seconds=30)
            time.sleep(1)
        raise AssertionError("what was put back of an erased patient is still there")

    def old_data_and_old_key_store(self, before):
        """The key store of before is under a key-encryption key that is no more."""
        now = self.copy("now-2")
        self.put_back(before, "store", "keys/default/keys.db")
        done = self.instance.command("serve", "--dir", str(self.instance.directory), check=False,
                                     timeout=30)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot be opened", done.stderr)
        self.put_back(now, "store", "keys/default/keys.db")
        self.instance.start(seconds=20)
        self.expect_read("stays", "PLANTEDSTAYS")

    def verify(self, shown):
        certificate = self.instance.root / "certificate.json"
        certificate.write_text(json.dumps(shown["result"]))
        key = self.instance.directory / "keys/certificate-of-destruction.pub"
        said = self.verifier(certificate, key)
        self.assertEqual(said.returncode, 0, said.stdout)
        self.assertIn("approved by grace rosa", said.stdout)
        for change in (lambda c: c.update(statement=c["statement"].replace('"v":1', '"v":2')),
                       lambda c: c.update(signature=c["signature"][:-4] + "AAAA")):
            changed = json.loads(certificate.read_text())
            change(changed)
            forged = self.instance.root / "forged.json"
            forged.write_text(json.dumps(changed))
            self.assertEqual(self.verifier(forged, key).returncode, 1)
        # The key's PEM is what openssl reads.
        subprocess.run(["openssl", "pkey", "-pubin", "-in", str(key), "-noout"], check=True)

    def verifier(self, certificate, key):
        return subprocess.run([sys.executable, "-B", str(CERTIFICATES), str(certificate), str(key)],
                              capture_output=True, text=True)

    def test_a_legal_hold_blocks_it(self):
        self.write("held", "PLANTEDHELD")
        proposal = self.approve("held")
        made = self.custodians.run("hold", "--patient", "held", "--reason", "a lawsuit")
        hold = json.loads(made.stdout)["hold"]
        refused = self.custodians.execute(proposal, check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("legal hold", refused.stderr)
        blocked = self.custodians.propose("dora", "erase-patient", "--patient", "held", check=False)
        self.assertIn("legal hold", blocked.stderr)
        self.expect_read("held", "PLANTEDHELD")
        self.custodians.decide("grace", "release-hold", hold)
        # What was approved before the hold was approved for another state.
        self.assertEqual(self.custodians.execute(proposal, check=False).returncode, 1)
        self.erase("held")
        self.expect_gone("held", "PLANTEDHELD")

    def test_a_cool_off_comes_first(self):
        other = Instance()
        self.addCleanup(other.remove)
        other.start(seconds=20)
        people = Custodians(other, cool_off=3600)
        people.appoint()
        client = other.client(other.token())
        self.assertEqual(client.put("/fhir/Patient/waits", patient("waits", "W")).status, 201)
        proposal = people.propose("dora", "erase-patient", "--patient", "waits")
        people.vote("grace", proposal)
        people.vote("rosa", proposal)
        refused = people.execute(proposal, check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("vetoed", refused.stderr)
        self.assertEqual(client.get("/fhir/Patient/waits").status, 200)

    def test_a_crash_is_continued(self):
        """Killed at some moment of the erasure, again and again."""
        self.write("stays", "PLANTEDSTAYS")
        for number in range(KILLS):
            name, planted = f"crash{number}", f"PLANTEDCRASH{number}"
            self.write(name, planted)
            proposal = self.approve(name)
            self.custodians.execute(proposal)
            time.sleep(0.003 * 2 ** number)
            self.instance.kill()
            self.instance.start(seconds=20)
            shown = self.wait(proposal)
            self.assertIn("signature", shown["result"])
            self.expect_gone(name, planted)
            self.expect_read("stays", "PLANTEDSTAYS")
        self.instance.stop()
        verified = self.instance.command("audit", "verify", "--dir", str(self.instance.directory))
        self.assertEqual(verified.returncode, 0)
        outside = subprocess.run([sys.executable, "-B", str(AUDIT_LOG),
                                  str(self.instance.directory / "audit/default")],
                                 capture_output=True, text=True)
        self.assertEqual(outside.returncode, 0, outside.stdout + outside.stderr)
        self.nothing_planted()

    @unittest.skipUnless(os.path.exists(MODULE), "SoftHSM2 is not installed")
    def test_with_a_token(self):
        """Keys in an HSM: the old key-encryption key is gone from it."""
        token = SoftToken(self, self.instance.root)
        self.instance = Instance(*token.options())
        self.addCleanup(self.instance.remove)
        self.custodians = Custodians(self.instance)
        self.instance.start(seconds=30)
        self.custodians.appoint()
        self.write("leaves", "PLANTEDLEAVES")
        self.write("stays", "PLANTEDSTAYS")
        self.instance.stop()
        before = self.copy("before")
        self.instance.start(seconds=30)
        self.verify(self.erase("leaves"))
        self.expect_gone("leaves", "PLANTEDLEAVES")
        self.expect_read("stays", "PLANTEDSTAYS")
        self.instance.stop()
        self.old_data_with_the_keys_of_now(before)
        self.old_data_and_old_key_store(before)

    def nothing_planted(self):
        for path in pathlib.Path(self.instance.directory).rglob("*"):
            if path.is_file():
                self.assertNotIn(b"PLANTED", path.read_bytes(), path)
        self.assertNotIn(b"PLANTED", self.instance.output.read_bytes())


if __name__ == "__main__":
    unittest.main()
