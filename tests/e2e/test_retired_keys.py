"""Older backups of the data after a rotation of data keys and an erasure (ENC-4, ENC-5): with the
present keys everybody reads but who was erased; what was read is sealed anew; the keys that were
kept go when their time is over."""
import contextlib
import json
import pathlib
import shutil
import sqlite3
import time
import unittest

from custodians import Custodians
from instance import Instance

PATIENTS = 12
ERASED = 3
SYSTEM = "urn:retired"


def patient(number, gender="unknown"):
    return {"resourceType": "Patient", "id": f"p{number}", "gender": gender,
            "name": [{"family": f"Retired{number}"}],
            "identifier": [{"system": SYSTEM, "value": f"R{number}"}]}


class RetiredKeys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.instance.start(seconds=30)
        cls.custodians = Custodians(cls.instance)
        cls.custodians.appoint()
        cls.data = cls.instance.root / "backup-data"
        cls.keys = cls.instance.root / "backup-keys"

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def back_up(self):
        self.instance.command("backup", "--dir", str(self.instance.directory), "--to",
                              str(self.data), "--keys-to", str(self.keys))

    def status(self, instance=None):
        instance = instance or self.instance
        return json.loads(instance.command("keys", "status", "--json", "--dir",
                                           str(instance.directory)).stdout)

    def counts(self, instance=None):
        counts = {}
        for key in self.status(instance)["dataKeys"]:
            counts[key["state"]] = counts.get(key["state"], 0) + key["keys"]
        return counts

    def wait_until(self, holds, what, instance=None, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            counts = self.counts(instance)
            if holds(counts):
                return counts
            time.sleep(0.5)
        return self.fail(f"{what}: not within {seconds} s: {self.counts(instance)} "
                         + (instance or self.instance).output.read_text()[-2000:])

    def restored(self):
        copy = Instance.__new__(Instance)
        copy.root = self.instance.root / "copy"
        copy.root.mkdir()
        copy.directory, copy.output = copy.root / "instance", copy.root / "server.output"
        copy.port, copy.process = self.instance.port, None
        self.instance.command("restore", "--from", str(self.data), "--keys-from", str(self.keys),
                              "--backup", "1", "--dir", str(copy.directory))
        shutil.copytree(self.instance.directory / "credentials", copy.directory / "credentials",
                        dirs_exist_ok=True)
        shutil.copy(self.instance.directory / "tls/server.key", copy.directory / "tls/server.key")
        return copy

    def sealed_versions(self, instance):
        with contextlib.closing(sqlite3.connect(
                instance.directory / "store/records.db")) as store:
            return {int.from_bytes(sealed[4:8], "big") for (sealed,) in store.execute(
                "SELECT sealed FROM history JOIN document USING (vid)")}

    def keep_for(self, instance, days):
        path = pathlib.Path(instance.directory / "salus.toml")
        text = path.read_text()
        self.assertIn("keep_retired_days = 400", text)
        path.write_text(text.replace("keep_retired_days = 400", f"keep_retired_days = {days}"))

    def leaves(self, instance, event):
        return sum(path.read_bytes().count(f'"ev":"{event}"'.encode())
                   for path in (instance.directory / "audit/default").glob("*.segment"))

    def test_an_older_backup_after_a_rotation_and_an_erasure(self):
        client = self.instance.client(self.instance.token("--scope", "system/*.cruds"))
        for number in range(PATIENTS):
            self.assertEqual(client.put(f"/fhir/Patient/p{number}", patient(number)).status, 201)
        self.back_up()
        self.custodians.rotate("data")
        counts = self.wait_until(lambda now: now.get("retired", 0) >= PATIENTS
                                 and not now.get("decrypt-only"), "the rotation of data keys")
        retired = counts["retired"]
        shown = self.instance.command("keys", "status", "--dir", str(self.instance.directory))
        self.assertIn("kept for older backups, destroyed from", shown.stdout)
        self.assertEqual(self.leaves(self.instance, "key.retired"), retired)

        self.custodians.decide("dora", "erase-patient", "--patient", f"p{ERASED}")
        self.wait_until(lambda now: now["retired"] == retired - 1, "the erasure")
        self.back_up()

        drilled = self.instance.command(
            "backup", "drill", "--dir", str(self.instance.directory), "--from", str(self.data),
            "--keys-from", str(self.keys), "--backup", "1", "--scratch", str(self.instance.root))
        self.assertIn("; 0 did not open", drilled.stdout)
        self.assertIn("The drill succeeded", drilled.stdout)

        self.instance.stop()
        copy = self.restored()
        try:
            self.assertEqual(self.sealed_versions(copy), {1})
            copy.start(seconds=30)
            self.assert_others_read(copy)
            self.assertEqual(self.leaves(copy, "key.readmitted"), 1)
            self.wait_until(lambda now: not now.get("decrypt-only"), "sealed anew", copy)
            self.assert_others_read(copy)
            reader = copy.client(copy.token("--scope", "system/*.rs"))
            found = reader.get(f"/fhir/Patient?identifier={SYSTEM}|R1").json()
            self.assertEqual(found["total"], 1)
            copy.stop()
            self.assertEqual(self.sealed_versions(copy), {2})
            # No mark is left: a further start readmits nothing.
            self.assertFalse((copy.directory / "run/restored").exists())
            self.keep_for(copy, 0)
            copy.start(seconds=30)
            self.wait_until(lambda now: not now.get("retired"), "the end of what was kept", copy)
            self.assertEqual(self.leaves(copy, "key.readmitted"), 1)
            self.assert_others_read(copy)
        finally:
            copy.stop()

    def assert_others_read(self, copy):
        reader = copy.client(copy.token("--scope", "system/*.rs"))
        for number in range(PATIENTS):
            answer = reader.get(f"/fhir/Patient/p{number}")
            if number == ERASED:
                self.assertNotEqual(answer.status, 200)
                self.assertNotIn(b"Retired", answer.body)
            else:
                self.assertEqual(answer.status, 200, number)
                self.assertEqual(answer.json()["name"][0]["family"], f"Retired{number}")


if __name__ == "__main__":
    unittest.main()
