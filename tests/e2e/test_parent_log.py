"""The log above the logs of all tenants: what it finds of a log that went back, was forked or is
gone, though the signer's memory agrees; an instance from before there were parent logs; kills;
proofs through it, checked by programs that are not ours (AUD-3)."""
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from instance import Instance, REPOSITORY, wait_for
from test_transparency import build_go_verifier

OUTSIDE = REPOSITORY / "tests/outside/verify_audit_log.py"
PARENT = "_parent"
SEED = os.environ.get("SALUS_SEED") or random.randrange(1 << 32)


class ParentLog(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="salus-parent-"))
        cls.go = build_go_verifier(cls.folder)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):
        self.instance = Instance()
        self.directory = self.instance.directory
        self.audit = self.directory / "audit"
        file = self.directory / "salus.toml"
        text = file.read_text().replace("checkpoint_seconds = 10", "checkpoint_seconds = 1")
        file.write_text(text)

    def tearDown(self):
        self.instance.remove()
        shutil.rmtree(self.instance.root, ignore_errors=True)

    def add_tenant(self):
        with (self.directory / "salus.toml").open("a") as file:
            file.write('\n[[tenant]]\nname = "second"\n')

    def served(self, requests=20):
        """Serves so many requests and stops in order."""
        self.instance.start()
        self.fill(requests)
        self.assertEqual(self.instance.stop(), 0)

    def fill(self, requests):
        client = self.instance.client()
        for _ in range(requests):
            client.get("/fhir/Patient/absent")
            client.get("/t/second/fhir/Patient/absent")

    def verify(self, *arguments):
        return self.instance.command("audit", "verify", "--dir", str(self.directory), *arguments,
                                     check=False)

    def size(self, name):
        return int((self.audit / name / "checkpoint").read_text().splitlines()[1])

    def keep(self, *names):
        """A copy of what stands there now: audit/NAME, or signer."""
        kept = self.instance.root / "kept"
        for name in names:
            shutil.rmtree(kept / name, ignore_errors=True)
            shutil.copytree(self.directory / name, kept / name,
                            ignore=shutil.ignore_patterns("*.socket"))

    def put_back(self, *names):
        for name in names:
            shutil.rmtree(self.directory / name)
            shutil.copytree(self.instance.root / "kept" / name, self.directory / name)

    def wait_for(self, condition, seconds, what):
        wait_for(condition, seconds, what, self.instance.output)

    def begin(self):
        """Starts a server that may not become healthy, and waits until it answers."""
        try:
            self.instance.start(4)
        except AssertionError:
            pass
        self.assertIsNone(self.instance.process.poll(), self.instance.output.read_text()[-2000:])
        self.wait_for(self.answers, 30, "it does not answer")

    def answers(self):
        try:
            return bool(self.instance.client().get("/health").status)
        except OSError:
            return False

    def finding(self, tenths=300):
        """What the operational log says of a log that is not what the parent says."""
        for _ in range(tenths):
            lines = [json.loads(line) for line in self.instance.output.read_text().splitlines()
                     if "audit.parent_finding" in line]
            if lines:
                return lines[-1]
            time.sleep(0.1)
        return None

    def control(self):
        report = json.loads(self.instance.command("check", "--json", "--dir", str(self.directory),
                                                  check=False).stdout)
        lines = report["controls"] if isinstance(report, dict) else report
        return next(one for one in lines if one["id"] == "AUD-3")

    def test_every_log_is_stated_and_verified(self):
        self.add_tenant()
        self.served()
        whole = self.verify()
        self.assertEqual(whole.returncode, 0, whole.stdout + whole.stderr)
        self.assertIn("states 2 logs", whole.stdout)
        self.assertIn("states 1 logs", self.verify("--tenant", "second").stdout)
        outside = subprocess.run(["python3", str(OUTSIDE), str(self.audit / PARENT)],
                                 capture_output=True, text=True)
        self.assertEqual(outside.returncode, 0, outside.stdout + outside.stderr)
        # Nobody's events: the auditor's views do not know it.
        exported = self.instance.command("audit", "export", "--dir", str(self.directory),
                                         "--format", "jsonl").stdout
        self.assertNotIn("checkpoints", exported)
        self.instance.start()
        self.instance.process.send_signal(signal.SIGUSR1)
        row = self.control()
        self.assertIn("stated by the parent log", row["evidence"])
        self.assertEqual(row["state"], "enforced", row)

    def test_a_log_and_the_signers_memory_that_went_back_together(self):
        self.add_tenant()
        self.served()
        self.keep("audit/second", "signer")
        self.served()
        stated = self.size("second")
        self.put_back("audit/second", "signer")
        offline = self.verify()
        self.assertEqual(offline.returncode, 3, offline.stdout)
        self.assertIn("rolled back", offline.stderr)
        self.assertIn("/second, ", offline.stderr)
        self.begin()
        finding = self.finding()
        self.assertEqual((finding["tenant"], finding["stated"]), ("second", stated))
        self.assertIn("rolled back", finding["why"])
        client = self.instance.client()
        self.assertEqual(client.get("/t/second/fhir/metadata").status, 503)
        self.assertEqual(client.get("/fhir/metadata").status, 200)
        row = self.control()
        self.assertEqual(row["state"], "failing", row)
        self.assertIn("rolled back", row["evidence"])
        self.instance.stop()

    def test_everything_went_back_and_on_but_somebody_kept_the_parent(self):
        """As its mirror has it: one log tells of the fork of every other."""
        everything = ("audit/default", "audit/" + PARENT, "signer")
        self.served()
        self.keep(*everything)
        self.served()
        stated = self.size("default")
        newest = self.instance.root / "newest"
        shutil.copytree(self.audit / PARENT, newest)
        self.put_back(*everything)
        while self.size("default") <= stated:
            self.served()
        self.assertEqual(self.verify().returncode, 0)  # nothing here knows better
        shutil.rmtree(self.audit / PARENT)
        shutil.copytree(newest, self.audit / PARENT)
        offline = self.verify()
        self.assertEqual(offline.returncode, 3, offline.stdout)
        self.assertIn("forked", offline.stderr)
        self.begin()
        self.assertIn("forked", self.finding()["why"])
        self.assertEqual(self.instance.client().get("/fhir/metadata").status, 503)

    def test_a_log_that_is_gone_with_its_tenant(self):
        self.add_tenant()
        self.served()
        file = self.directory / "salus.toml"
        file.write_text(file.read_text().replace('\n[[tenant]]\nname = "second"\n', ""))
        self.served(2)
        self.assertEqual(self.verify().returncode, 0)  # not served any more, and there
        shutil.rmtree(self.audit / "second")
        offline = self.verify()
        self.assertEqual(offline.returncode, 3, offline.stdout)
        self.assertIn("the log is gone", offline.stderr)
        self.begin()
        self.assertEqual(self.finding()["tenant"], "second")
        client = self.instance.client()
        self.assertIn(b"warn", client.get("/health").body)
        self.assertEqual(client.get("/fhir/metadata").status, 200)
        self.assertEqual(self.control()["state"], "failing")

    def test_a_parent_that_is_taken_away_closes_all(self):
        self.served()
        shutil.rmtree(self.audit / PARENT)
        self.begin()
        self.assertEqual(self.instance.client().get("/fhir/metadata").status, 503)
        self.wait_for(lambda: "the signer has signed a longer log" in
                      self.instance.output.read_text(), 30, "it does not say why")

    def test_an_instance_from_before(self):
        """It has a log and no parent; its signer has never heard of one."""
        self.served(30)
        before = self.size("default")
        shutil.rmtree(self.audit / PARENT)
        shutil.rmtree(self.directory / "signer")
        for name in ("checkpoint", "tile"):
            path = self.audit / "default" / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        without = self.verify()
        self.assertIn("No parent log", without.stdout)
        self.served(1)
        whole = self.verify()
        self.assertEqual(whole.returncode, 0, whole.stdout + whole.stderr)
        self.assertGreater(self.size("default"), before)
        self.assertIn("states 1 logs", whole.stdout)

    def test_it_is_killed_at_any_moment(self):
        """Between a checkpoint, its statement and the parent's checkpoint, among others."""
        print(f"seed {SEED}")
        chance = random.Random(SEED)
        for _ in range(12):
            self.instance.start(20)
            stopping = threading.Event()

            def work():
                try:
                    client = self.instance.client()
                    while not stopping.is_set():
                        client.get("/fhir/Patient/absent")
                        self.instance.process.send_signal(signal.SIGUSR1)
                except (OSError, http.client.HTTPException):
                    pass

            thread = threading.Thread(target=work)
            thread.start()
            time.sleep(chance.random())
            self.instance.process.kill()
            stopping.set()
            thread.join()
            self.instance.process.wait()
            self.assertIsNone(self.finding(tenths=1))
        self.served(1)
        whole = self.verify()
        self.assertEqual(whole.returncode, 0, whole.stdout + whole.stderr)

    def test_a_restored_copy_goes_on(self):
        self.served()
        data, keys = self.instance.root / "data", self.instance.root / "keys"
        self.instance.command("backup", "--dir", str(self.directory), "--to", str(data),
                              "--keys-to", str(keys))
        self.served()
        copy = self.instance.root / "copy"
        self.instance.command("restore", "--from", str(data), "--keys-from", str(keys), "--dir",
                              str(copy))
        shutil.copytree(self.directory / "credentials", copy / "credentials", dirs_exist_ok=True)
        shutil.copy(self.directory / "tls/server.key", copy / "tls/server.key")
        self.instance.directory = self.directory = copy
        self.audit = copy / "audit"
        stated = (self.audit / PARENT).is_dir()
        self.assertTrue(stated, "the backup has no parent log")
        self.served()
        whole = self.verify()
        self.assertEqual(whole.returncode, 0, whole.stdout + whole.stderr)
        self.assertIsNone(self.finding(tenths=1))

    def prove(self, index):
        return self.instance.command("audit", "prove", "--dir", str(self.directory), "--index",
                                     str(index), "--parent", check=False)

    def outcomes(self, text):
        """Exit codes of both verifiers; the outside one's is ours where there is no Go."""
        proof = self.folder / "proof"
        proof.write_text(text)
        ours = self.instance.command(
            "audit", "verify", "--proof", str(proof), "--key",
            str(self.directory / "signer/checkpoint.pub"), check=False)
        if self.go is None:
            return ours.returncode, 1 if ours.returncode else 0
        theirs = subprocess.run([str(self.go), "-parent", str(proof), str(self.folder / "key")],
                                capture_output=True, text=True)
        return ours.returncode, theirs.returncode

    def test_proofs_go_all_the_way(self):
        self.served(300)
        key = self.verify("--tenant", PARENT).stdout.split("key ")[1].split()[0]
        (self.folder / "key").write_text(key + "\n")
        made = self.prove(257)
        self.assertEqual(made.returncode, 0, made.stderr)
        lines = made.stdout.splitlines()
        self.assertEqual(lines[0], "salus/parent-proof@v1")
        self.assertEqual(lines[2], "index 257")
        self.assertIn((self.audit / PARENT / "checkpoint").read_text(), made.stdout)
        self.assertEqual(self.outcomes(made.stdout), (0, 0))
        second = lines.index("c2sp.org/tlog-proof@v1")
        self.assertEqual(self.prove(self.size("default")).returncode, 1)
        other = self.prove(258).stdout.splitlines()

        def changed(number, line):
            return "\n".join(lines[:number] + [line] + lines[number + 1:]) + "\n"

        size = second - 3  # of the tenant's tree
        for name, text in {
                "the leaf": changed(1, other[1]),
                "its index": changed(2, "index 256"),
                "a hash": changed(3, other[4]),
                "the tree's origin": changed(size - 1, lines[size - 1] + "x"),
                "its size": changed(size, str(int(lines[size]) - 1)),
                "its root": changed(size + 1, lines[3]),
                "the statement": changed(second + 1, lines[1]),
                "its index in the parent": changed(second + 2, "index 99"),
                "the parent's size": changed(len(lines) - 4, "7"),
                "the parent's root": changed(len(lines) - 3, lines[3]),
                "the signature": changed(len(lines) - 1, lines[-1][:-8] + "AAAAAAA="),
                "no statement": "\n".join(lines[:second - 1]) + "\n",
        }.items():
            with self.subTest(name):
                self.assertEqual(self.outcomes(text), (3, 1))


if __name__ == "__main__":
    unittest.main()
