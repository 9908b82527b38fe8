"""Backups under load, restored, tried, damaged; and what is in none of their files."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import unittest

from instance import REPOSITORY, Instance

VERIFIER = REPOSITORY / "tests/outside/verify_backup.py"
CLIENTS = 12
PLANTED = ("Zanzibarowski", "1931-07-09", "ZX-PLANTED-4711")


def patient(number):
    return {"resourceType": "Patient", "id": f"p{number}", "active": True,
            "name": [{"family": PLANTED[0], "given": [f"G{number}"]}],
            "birthDate": PLANTED[1],
            "identifier": [{"system": "urn:planted", "value": f"{PLANTED[2]}-{number}"}]}


class BackupTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.instance.start(seconds=30)
        cls.data = cls.instance.root / "backup-data"
        cls.keys = cls.instance.root / "backup-keys"

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def back_up(self, check=True):
        return self.instance.command("backup", "--dir", str(self.instance.directory), "--to",
                                     str(self.data), "--keys-to", str(self.keys), check=check)

    def source(self):
        return ("--from", str(self.data), "--keys-from", str(self.keys))

    def put(self, client, number):
        return client.put(f"/fhir/Patient/p{number}", patient(number)).status

    def restored(self, *options):
        """The restored copy, made servable, as an instance of its own."""
        copy = Instance.__new__(Instance)
        copy.root = self.instance.root / "copy"
        shutil.rmtree(copy.root, ignore_errors=True)
        copy.root.mkdir()
        copy.directory, copy.output = copy.root / "instance", copy.root / "server.output"
        copy.port, copy.process = self.instance.port, None
        self.instance.command("restore", *self.source(), "--dir", str(copy.directory), *options)
        shutil.copytree(self.instance.directory / "credentials", copy.directory / "credentials",
                        dirs_exist_ok=True)
        shutil.copy(self.instance.directory / "tls/server.key", copy.directory / "tls/server.key")
        return copy

    def test_1_under_load(self):
        """Every write that was acknowledged before a backup began reads back from it."""
        token = self.instance.token("--scope", "system/*.cruds")
        stop, acknowledged, failed = threading.Event(), [], []

        def write(lane):
            client, number = self.instance.client(token), lane
            while not stop.is_set():
                (acknowledged if self.put(client, number) == 201 else failed).append(number)
                number += CLIENTS

        threads = [threading.Thread(target=write, args=(lane,)) for lane in range(CLIENTS)]
        for thread in threads:
            thread.start()
        while len(acknowledged) < 200:
            stop.wait(0.05)
        before = list(acknowledged)
        first = self.back_up().stdout
        during = len(acknowledged) - len(before)
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])
        print(f"\n{during} writes acknowledged during the backup\n{first}", end="")
        self.instance.stop()
        copy = self.restored("--public-key",
                             str(self.instance.directory / "keys/backup-signing.pem"))
        try:
            copy.start(seconds=30)
            reader = copy.client(copy.token("--scope", "system/*.rs"))
            for number in before:
                answer = reader.get(f"/fhir/Patient/p{number}")
                self.assertEqual(answer.status, 200, number)
                kept = answer.json()
                self.assertEqual(kept["name"], patient(number)["name"])
                self.assertEqual(kept["identifier"], patient(number)["identifier"])
            found = reader.get(f"/fhir/Patient?identifier=urn:planted|{PLANTED[2]}-{before[0]}")
            self.assertEqual(found.json()["total"], 1)
            copy.stop()
            verified = copy.command("audit", "verify", "--dir", str(copy.directory)).stdout
            self.assertIn("whole", verified)
        finally:
            copy.stop()
        self.instance.start(seconds=30)

    def new_blocks(self, text):
        return [int(n) for n in re.findall(r"new of these: (\d+) blocks", text)]

    def test_2_incremental(self):
        all_blocks = [int(n) for n in re.findall(r"(?:data|keys): (\d+) blocks",
                                                 self.back_up().stdout)]
        client = self.instance.client(self.instance.token("--scope", "system/*.cruds"))
        self.assertEqual(self.put(client, 900001), 201)
        new = self.new_blocks(self.back_up().stdout)
        print(f"\nafter one write {new} new blocks of {all_blocks}")
        self.assertLess(new[0], 40)
        self.assertLess(new[1], 20)

    def test_3_drill(self):
        done = self.instance.command("backup", "drill", "--dir", str(self.instance.directory),
                                     *self.source(), "--scratch", str(self.instance.root))
        print("\n" + done.stdout, end="")
        self.assertIn("; 0 did not open", done.stdout)
        self.assertIn("The drill succeeded", done.stdout)
        self.assertNotIn(PLANTED[0], done.stdout + done.stderr)
        self.assertEqual(list(self.instance.root.glob("salus-drill-*")), [])
        leaves = b"".join(path.read_bytes()
                          for path in self.instance.directory.glob("audit/default/*.segment"))
        for event in (b"backup.begun", b"backup.made", b"backup.drilled", b"admin.backup"):
            self.assertIn(b'"ev":"' + event + b'"', leaves)

    def verified_outside(self):
        """By a program that has nothing of ours, from the page of the format."""
        return subprocess.run([sys.executable, "-B", str(VERIFIER), str(self.data), str(self.keys),
                               str(self.instance.directory / "keys/backup-signing.pem")],
                              capture_output=True, text=True)

    def test_3_from_outside(self):
        done = self.verified_outside()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        print("\n" + done.stdout, end="")
        made = len(list((self.data / "manifests").glob("*.manifest")))
        self.assertGreater(made, 2)
        self.assertEqual(done.stdout.count(", whole"), made)
        manifest = min((self.keys / "manifests").glob("*.manifest"))
        good = manifest.read_bytes()
        manifest.write_bytes(good.replace(b'"point":1', b'"point":2'))
        self.assertEqual(self.verified_outside().returncode, 1)
        manifest.write_bytes(good)

    def test_4_check(self):
        line = next(text for text in self.check() if text["id"] == "REC-1")
        self.assertEqual(line["state"], "partly", line)
        path = self.instance.directory / "salus.toml"
        text = path.read_text()
        text = text.replace('\ntarget = ""', f'\ntarget = "{self.data}"')
        path.write_text(text.replace('keys_target = ""', f'keys_target = "{self.keys}"'))
        self.instance.stop()
        self.instance.start(seconds=30)
        line = next(text for text in self.check() if text["id"] == "REC-1")
        self.assertEqual(line["state"], "enforced", line)
        print("\n" + line["evidence"])

    def check(self):
        done = self.instance.command("check", "--dir", str(self.instance.directory), "--json",
                                     check=False)
        report = json.loads(done.stdout)
        return report["controls"] if isinstance(report, dict) else report

    def test_5_planted_strings_and_secrets_are_in_no_file(self):
        secrets = [(self.instance.directory / "credentials/root.passphrase").read_bytes().strip()]
        for name in ("administrator", "demonstration"):
            key = json.loads((self.instance.directory / f"credentials/{name}.jwk").read_text())
            secrets.append(key["d"].encode())
        secrets.append((self.instance.directory / "tls/server.key").read_bytes().split(b"\n")[1])
        wanted = [text.encode() for text in PLANTED] + secrets
        files = 0
        for part in (self.data, self.keys):
            for path in pathlib.Path(part).rglob("*"):
                if path.is_file():
                    files += 1
                    contents = path.read_bytes()
                    for text in wanted:
                        self.assertNotIn(text, contents, path.name)
        self.assertGreater(files, 20)

    def test_6_damage_is_told(self):
        block = max((path for path in (self.data / "blocks").rglob("*") if path.is_file()),
                    key=lambda path: path.stat().st_mtime)
        good = block.read_bytes()
        block.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        target = self.instance.root / "damaged"
        for command in (("backup", "verify", *self.source()),
                        ("restore", *self.source(), "--dir", str(target)),
                        ("backup", "drill", "--dir", str(self.instance.directory),
                         *self.source())):
            done = self.instance.command(*command, check=False)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn("a block of the backup was changed", done.stderr)
        self.assertIn("a block was changed", self.verified_outside().stdout)
        block.unlink()
        done = self.instance.command("restore", *self.source(), "--dir", str(target), check=False)
        self.assertIn("a block of the backup is missing", done.stderr)
        self.assertFalse(target.exists())
        self.assertFalse(target.with_name("damaged.restoring").exists())
        block.write_bytes(good)
        self.instance.command("backup", "verify", *self.source())

    def test_7_refusals(self):
        inside = self.instance.directory / "backup-here"
        for to, keys in ((self.data, self.data), (self.data, self.data / "keys"),
                         (inside, self.keys), (self.instance.root, self.keys)):
            done = self.instance.command("backup", "--dir", str(self.instance.directory), "--to",
                                         str(to), "--keys-to", str(keys), check=False)
            self.assertEqual(done.returncode, 2, (to, keys))
        self.assertFalse(inside.exists())
        done = self.instance.command("restore", *self.source(), "--newest-known", "99", "--dir",
                                     str(self.instance.root / "never"), check=False)
        self.assertIn("older than the newest known", done.stderr)
        client = self.instance.administrator("admin/backups.write")
        nowhere = {"to": str(self.instance.root / "nowhere"), "keys_to": str(self.keys)}
        answer = client.post("/admin/backups", json.dumps(nowhere),
                             {"Content-Type": "application/json"})
        self.assertEqual(answer.status, 400)
        self.assertFalse((self.instance.root / "nowhere").exists())

    def test_8_stopped_and_pruned(self):
        self.instance.stop()
        self.back_up()
        done = self.instance.command("backup", "prune", "--to", str(self.data), "--keys-to",
                                     str(self.keys), "--keep", "1")
        print("\n" + done.stdout, end="")
        self.instance.command("backup", "verify", *self.source())
        self.assertEqual(len(list((self.data / "manifests").glob("*.manifest"))), 1)
        self.assertEqual(self.verified_outside().returncode, 0, self.verified_outside().stdout)


if __name__ == "__main__":
    unittest.main(failfast=True)
