"""Store and audit log are compared (AUD-1, AUD-2): whoever can write to the store's file with
sqlite3, and to nothing else, is found and located; what rotation, erasure, import, restore and
crashes do is no finding."""
import contextlib
import json
import pathlib
import shutil
import signal
import sqlite3
import tempfile
import threading
import time
import unittest

from instance import Instance
from keyed_instance import START, KeyedInstance

FAMILY = "Reconciliowski"


def patient(name, given="A"):
    return {"resourceType": "Patient", "id": name, "name": [{"family": FAMILY, "given": [given]}]}


class Reconciliation(unittest.TestCase):
    def begin(self, kind=Instance, **options):
        instance = kind(**options)
        self.addCleanup(instance.remove)
        return instance

    def served(self, versions):
        """A stopped instance with patients of so many versions each; and each one's address."""
        instance = self.begin()
        instance.start(seconds=START)
        client = instance.client(instance.token())
        for number, count in enumerate(versions):
            for version in range(count):
                answer = client.put(f"/fhir/Patient/p{number}",
                                    patient(f"p{number}", f"V{version}"))
                self.assertIn(answer.status, (200, 201))
        self.assertEqual(instance.stop(), 0)
        named = [res[1] for leaf in self.leaves(instance)
                 for res in leaf["what"].get("res", []) if res[0] == "Patient"]
        return instance, [bytes.fromhex(address) for address in dict.fromkeys(named)]

    @staticmethod
    def store(instance):
        return contextlib.closing(sqlite3.connect(instance.directory / "store/records.db"))

    def reconcile(self, instance, expected=0):
        done = instance.command("audit", "reconcile", "--dir", str(instance.directory),
                                check=False)
        self.assertEqual(done.returncode, expected, done.stdout + done.stderr)
        self.assertNotIn(FAMILY, done.stdout + done.stderr)
        return done.stderr

    def attack(self, instance, *statements):
        with self.store(instance) as store:
            for statement, values in statements:
                changed = store.execute(statement, values).rowcount
                self.assertGreater(changed, 0, statement)
            store.commit()

    def test_an_attacker_with_sqlite(self):
        instance, at = self.served([1, 2, 2, 3, 3, 2, 2])
        self.reconcile(instance)
        vid = "SELECT vid FROM history WHERE address = ? AND version = ?"
        sealed = f"SELECT sealed FROM document WHERE vid = ({vid})"
        free = "SELECT max(vid) + 1 FROM document"
        row = ("INSERT INTO history SELECT ?, ?, compartment, 1, vid, 0, x'', 3 FROM history "
               "WHERE address = ? AND version = ?")
        self.attack(
            instance,
            # A document copied to a place of its own, with bytes from elsewhere.
            (f"INSERT INTO document SELECT ({free}), ({sealed})", (at[0], 1)),
            (row, (bytes(16), 1, at[0], 1)),
            # Other bytes, and the current version's bytes replaced by those of the first.
            ("UPDATE document SET sealed = CAST(sealed || x'00' AS BLOB) "
             f"WHERE vid = ({vid})", (at[1], 1)),
            (f"UPDATE document SET sealed = ({sealed}) WHERE vid = ({vid})",
             (at[2], 1, at[2], 2)),
            # The store as it was a month ago, of one document: its newest version never was.
            ("DELETE FROM history WHERE address = ? AND version = 3", (at[3],)),
            # A version taken out of a history, and a whole document without a tombstone.
            ("DELETE FROM history WHERE address = ? AND version = 2", (at[4],)),
            ("DELETE FROM history WHERE address = ?", (at[5],)),
            # Called erased, though nobody erased it.
            ("UPDATE history SET state = 3, vid = NULL WHERE address = ? AND version = 2",
             (at[6],)))
        found = self.reconcile(instance, expected=3)
        names = [address.hex() for address in at]
        for line in (f"inserted: document {bytes(16).hex()}, version 1, in no leaf",
                     f"changed: Patient {names[1]}, version 1, leaf ",
                     f"put back: Patient {names[2]}, version 2, leaf ",
                     f"rolled back: Patient {names[3]}, version 3, leaf ",
                     f"missing: Patient {names[4]}, version 2, leaf ",
                     f"deleted: Patient {names[5]}, version 1, leaf ",
                     f"deleted: Patient {names[5]}, version 2, leaf ",
                     f"rolled back: Patient {names[6]}, version 2, leaf "):
            self.assertIn("FOUND: " + line, found)
        self.assertIn("8 findings", found)

    def test_a_row_of_last_month(self):
        """Valid bytes, with the very index entry and tokens: the whole file of a month ago."""
        instance, at = self.served([1])
        old = instance.root / "records.db"
        shutil.copy(instance.directory / "store/records.db", old)
        instance.start(seconds=START)
        client = instance.client(instance.token())
        self.assertEqual(client.put("/fhir/Patient/p0", patient("p0", "later")).status, 200)
        self.assertEqual(instance.stop(), 0)
        self.reconcile(instance)
        for file in instance.directory.glob("store/records.db*"):
            file.unlink()
        shutil.copy(old, instance.directory / "store/records.db")
        found = self.reconcile(instance, expected=3)
        self.assertIn(f"rolled back: Patient {at[0].hex()}, version 2, leaf", found)

    def test_a_server_tells_and_recovers(self):
        instance, at = self.served([1, 1])
        settings = instance.directory / "salus.toml"
        settings.write_text(settings.read_text().replace("reconcile_seconds = 86400",
                                                         "reconcile_seconds = 1"))
        with self.store(instance) as store:
            kept = store.execute("SELECT * FROM history WHERE address = ?", (at[0],)).fetchone()
        self.attack(instance, ("DELETE FROM history WHERE address = ?", (at[0],)))
        instance.start(seconds=START)
        self.wait(lambda: instance.client().get("/health").json()["status"] == "warn")
        report = json.loads(instance.command("check", "--dir", str(instance.directory), "--json",
                                             check=False).stdout)
        line = [one for one in report if one["id"] == "AUD-1"][0]
        self.assertEqual(line["state"], "failing", line)
        self.assertIn("1 finding", line["evidence"])
        self.assertIn('"audit.reconciled"', instance.output.read_text())
        instance.stop()
        leaves = [leaf["what"] for leaf in self.leaves(instance)
                  if leaf["what"]["ev"] == "reconciliation"]
        located = [leaf for leaf in leaves if "res" in leaf]
        self.assertEqual(located[0]["res"], [["Patient", at[0].hex(), 1]])
        self.assertEqual(located[0]["why"], "deleted")
        self.assertTrue(any(leaf["num"].get("findings") == 1 and leaf["out"] == "error"
                            for leaf in leaves))
        with self.store(instance) as store:
            store.execute("INSERT INTO history VALUES (?,?,?,?,?,?,?,?)", kept)
            store.commit()
        instance.start(seconds=START)
        self.wait(lambda: '"findings":0' in self.said(instance))
        self.assertEqual(instance.client().get("/health").json()["status"], "pass")
        instance.stop()

    def wait(self, holds, seconds=30):
        end = time.monotonic() + seconds
        while not holds():
            self.assertLess(time.monotonic(), end, "nothing was told")
            time.sleep(0.1)

    @staticmethod
    def leaves(instance):
        decoder = json.JSONDecoder()
        for path in sorted((instance.directory / "audit/default").glob("*.segment")):
            content = path.read_bytes().rstrip(b"\0").decode("latin-1")
            begin = content.find('{"b":"')
            while begin >= 0:
                leaf, end = decoder.raw_decode(content, begin)
                yield leaf
                begin = content.find('{"b":"', end)

    @staticmethod
    def said(instance):
        """Since its last start."""
        return instance.output.read_text().split('"server.started"')[-1]

    def test_rotation_and_erasure_are_no_findings(self):
        instance = self.begin(KeyedInstance)
        for name in ("stays", "leaves"):
            instance.write(name, 20)
        self.assertEqual(instance.reader.delete("/fhir/Observation/stays-3").status, 204)
        copy = instance.root / "before.db"
        instance.stop()
        shutil.copy(instance.directory / "store/records.db", copy)
        instance.start(seconds=START)
        instance.connect()
        instance.custodians.rotate("data")
        instance.wait_until(instance.data_is_rotated, "the rotation")
        instance.custodians.rotate("index")
        proposal = instance.approve("leaves")
        self.assertEqual(instance.execute(proposal), 202)
        instance.wait_executed(proposal)
        instance.stop()
        self.reconcile(instance)
        # The file of before: every row is of former keys, or of one who was erased.
        for file in instance.directory.glob("store/records.db*"):
            file.unlink()
        shutil.copy(copy, instance.directory / "store/records.db")
        found = self.reconcile(instance, expected=3)
        self.assertIn("FOUND: put back: Observation", found)
        self.assertIn("FOUND: returned: ", found)

    def test_under_load_and_after_kills(self):
        instance = self.begin()
        instance.start(seconds=START)
        stop = threading.Event()

        def work(number, token):
            with contextlib.suppress(OSError):
                client, turn = instance.client(token), 0
                while not stop.is_set():
                    turn += 1
                    client.put(f"/fhir/Patient/l{number}", patient(f"l{number}", f"T{turn}"))

        for _ in range(2):
            stop.clear()
            token = instance.token()
            threads = [threading.Thread(target=work, args=(n, token)) for n in range(16)]
            for thread in threads:
                thread.start()
            for done in range(1, 4):
                time.sleep(0.5)
                instance.process.send_signal(signal.SIGUSR2)
                self.wait(lambda: self.said(instance).count('"audit.reconciled"') > done)
            for line in self.said(instance).splitlines():
                if '"audit.reconciled"' in line:
                    self.assertIn('"findings":0,"failed":""', line)
            self.assertEqual(instance.client().get("/health").json()["status"], "pass")
            instance.kill()
            stop.set()
            for thread in threads:
                thread.join()
            self.reconcile(instance)
            instance.start(seconds=START)
        instance.stop()
        self.reconcile(instance)

    def test_import_and_restore(self):
        instance = self.begin()
        folder = pathlib.Path(tempfile.mkdtemp(prefix="salus-generated-"))
        self.addCleanup(shutil.rmtree, folder)
        instance.command("generate", "--patients", "3", "--output", str(folder))
        instance.command("import", "--dir", str(instance.directory), "--quiet",
                         *map(str, sorted(folder.glob("*"))))
        self.reconcile(instance)
        places = ("--to", str(instance.root / "data"), "--keys-to", str(instance.root / "keys"))
        instance.command("backup", "--dir", str(instance.directory), *places)
        copy = Instance.__new__(Instance)
        copy.root, copy.directory = instance.root, instance.root / "copy"
        copy.process = None
        instance.command("restore", "--from", str(instance.root / "data"), "--keys-from",
                         str(instance.root / "keys"), "--dir", str(copy.directory))
        self.reconcile(copy)


if __name__ == "__main__":
    unittest.main()
