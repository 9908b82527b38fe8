"""The signed, tiled audit log as its operator and an auditor see it: checkpoints while the server
runs, verification by programs that are not ours, every kind of tampering, and the signer's states
(AUD-2, AUD-3)."""
import base64
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from instance import BINARY, Instance, REPOSITORY, wait_for

PATIENT = {"resourceType": "Patient", "id": "signed"}
GO_SOURCE = REPOSITORY / "tests/outside/tlog/verify.go"


def build_go_verifier(folder):
    """The verifier on golang.org/x/mod/sumdb from Debian's package; None where there is no Go."""
    if shutil.which("go") is None:
        print("note: go is absent, so nothing was verified by golang.org/x/mod/sumdb")
        return None
    program = folder / "verify"
    environment = os.environ | {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode",
                                "GOCACHE": str(folder / "cache"), "GOFLAGS": ""}
    subprocess.run(["go", "build", "-o", str(program), str(GO_SOURCE)], env=environment, check=True)
    return program


class Transparency(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="salus-tlog-"))
        cls.go = build_go_verifier(cls.folder)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):
        self.instance = Instance()
        self.log = self.instance.directory / "audit/default"
        self.configure(checkpoint_seconds=1)

    def tearDown(self):
        self.instance.remove()

    def configure(self, **values):
        file = self.instance.directory / "salus.toml"
        lines = file.read_text().splitlines()
        for key, value in values.items():
            lines = [f"{key} = {json.dumps(value)}" if line.startswith(f"{key} = ") else line
                     for line in lines]
        file.write_text("\n".join(lines) + "\n")

    def fill(self, requests):
        client = self.instance.client()
        for _ in range(requests):
            client.get("/fhir/Patient/absent")

    def served(self, requests=150):
        """An instance that has served so many requests and was stopped in order."""
        self.instance.start()
        self.fill(requests)
        self.assertEqual(self.instance.stop(), 0)

    def salus(self, *arguments, check=False):
        return self.instance.command("audit", *arguments, check=check)

    def verify(self, *arguments):
        return self.salus("verify", "--dir", str(self.instance.directory), *arguments)

    def signed_size(self):
        return int((self.log / "checkpoint").read_text().splitlines()[1])

    def key_file(self):
        whole = self.verify()
        self.assertEqual(whole.returncode, 0, whole.stderr)
        key = [line.split()[1] for line in whole.stdout.splitlines() if line.startswith("  key")]
        file = self.folder / "key"
        file.write_text(key[0] + "\n")
        return file

    def outside(self, log, *older):
        """The Go program's exit code and output."""
        done = subprocess.run([str(self.go), str(self.folder / "key"), str(log), *older],
                              capture_output=True, text=True)
        return done.returncode, done.stdout

    def test_checkpoints_follow_the_log_and_the_last_one_covers_all(self):
        self.instance.start()
        before = self.signed_size()
        self.fill(300)
        wait_for(lambda: self.signed_size() >= before + 300, 10, "no checkpoint followed")
        self.instance.process.send_signal(signal.SIGUSR1)
        self.assertEqual(self.instance.stop(), 0)
        whole = self.verify()
        self.assertEqual(whole.returncode, 0, whole.stderr)
        leaves = int(whole.stdout.split(": ")[1].split(" leaves")[0])
        self.assertEqual(self.signed_size(), leaves)  # stop leaf and all
        self.assertIn("tiles and bundles agree", whole.stdout)
        # Nobody but the server kept the signer alive.
        self.instance.start()
        self.instance.kill()
        socket = str(self.instance.directory)
        wait_for(lambda: socket not in subprocess.run(
            ["ps", "axo", "args"], capture_output=True, text=True).stdout, 5,
            "the signer outlived a killed server")
        self.instance.start()
        self.instance.stop()
        self.assertEqual(self.verify().returncode, 0)

    def signers(self):
        """Process ids of this instance's signer."""
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"signer" in words and str(self.instance.directory).encode() in words:
                found.append(int(process.name))
        return found

    def test_a_signer_that_is_killed_under_load_is_started_again(self):
        self.instance.start()
        self.fill(50)
        for _ in range(3):
            (signer,) = self.signers()
            os.kill(signer, signal.SIGKILL)
            self.fill(50)  # nobody waits for the signer
            wait_for(lambda gone=signer: len(self.signers()) == 1 and self.signers() != [gone], 30,
                     "no other signer was started")
            before = self.signed_size()
            self.fill(20)
            wait_for(lambda size=before: self.signed_size() >= size + 20, 30,
                     "the new signer signs nothing")
        self.assertEqual(self.instance.stop(), 0)
        self.assertEqual(self.signers(), [])
        whole = self.verify()
        self.assertEqual(whole.returncode, 0, whole.stderr)

    def test_a_checkpoint_is_verified_by_openssl_alone(self):
        self.served(3)
        note = (self.log / "checkpoint").read_bytes()
        text, signatures = note.rsplit(b"\n\n", 1)
        signature = base64.b64decode(signatures.split(b" ")[2])[4:]
        (self.folder / "text").write_bytes(text + b"\n")
        (self.folder / "signature").write_bytes(signature)
        command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey",
                   str(self.instance.directory / "signer/checkpoint.pub"),
                   "-in", str(self.folder / "text"), "-sigfile", str(self.folder / "signature")]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        (self.folder / "text").write_bytes(text + b"x\n")
        self.assertNotEqual(subprocess.run(command, capture_output=True).returncode, 0)

    def test_proofs_stand_by_themselves(self):
        self.served(300)
        directory = str(self.instance.directory)
        size = self.signed_size()
        proof = self.salus("prove", "--dir", directory, "--index", "257", check=True).stdout
        lines = proof.splitlines()
        self.assertEqual(lines[0], "c2sp.org/tlog-proof@v1")
        self.assertEqual(lines[2], "index 257")
        leaf = base64.b64decode(lines[1].removeprefix("extra "))
        self.assertEqual(json.loads(leaf)["i"], 257)
        self.assertIn((self.log / "checkpoint").read_text(), proof)
        shown = self.verify("--index", "257")
        self.assertEqual(shown.stdout.encode().rstrip(b"\n"), leaf)
        trees = self.salus("prove", "--dir", directory, "--from", "100", check=True).stdout
        self.assertTrue(trees.startswith("old 100\n"))
        self.salus("prove", "--dir", directory, "--from", "100", "--to", "200", check=True)
        beyond = self.salus("prove", "--dir", directory, "--index", str(size))
        self.assertEqual(beyond.returncode, 1)
        self.assertEqual(self.salus("prove", "--dir", directory).returncode, 2)

    def test_the_log_stands_without_its_instance(self):
        self.served(300)
        key = self.key_file()
        copy = self.folder / "copied"
        shutil.copytree(self.log, copy)
        for given in (key, self.instance.directory / "signer/checkpoint.pub"):
            done = self.salus("verify", "--log", str(copy), "--key", str(given))
            self.assertEqual(done.returncode, 0, done.stderr)
        if self.go:
            code, output = self.outside(copy)
            self.assertEqual(code, 0, output)
            self.assertIn(f"size {self.signed_size()}", output)
        shutil.rmtree(copy)

    @staticmethod
    def contents_of(log):
        return {file.relative_to(log): file.read_bytes() for file in log.rglob("*")
                if file.is_file()}

    def tampered(self, name, change):
        copy = self.folder / name
        shutil.copytree(self.log, copy)
        before = self.contents_of(copy)
        change(copy)
        self.assertNotEqual(before, self.contents_of(copy), f"{name} changed nothing")
        return copy

    def refused(self, name, change, by_tiles=True):
        """Both verifiers refuse the copy; only ours reads segments."""
        copy = self.tampered(name, change)
        key = str(self.folder / "key")
        done = self.salus("verify", "--log", str(copy), "--key", key)
        self.assertEqual(done.returncode, 3, f"{name}: {done.stdout}{done.stderr}")
        if by_tiles and self.go:
            code, output = self.outside(copy)
            self.assertEqual(code, 1, f"{name}: {output}")
            self.assertIn("refused", output)
        shutil.rmtree(copy)

    def test_every_kind_of_tampering_is_refused(self):
        self.served(300)
        self.key_file()
        size = self.signed_size()
        tile, bundle = "tile/0/000", "tile/entries/000"
        edge = f"tile/0/001.p/{size - 256}"

        def flip(path, at):
            def change(log):
                contents = bytearray((log / path).read_bytes())
                contents[at] ^= 4
                (log / path).write_bytes(contents)
            return change

        def entries(contents):
            while contents:
                end = 2 + int.from_bytes(contents[:2], "big")
                yield contents[:end]
                contents = contents[end:]

        def bundle_of(order):
            def change(log):
                all_entries = list(entries((log / bundle).read_bytes()))
                (log / bundle).write_bytes(b"".join(order(all_entries)))
            return change

        for number, (path, at) in enumerate([
                (tile, 0), (tile, 8191), (bundle, 1), (bundle, 60), (edge, 33), ("checkpoint", 60),
                (f"tile/entries/001.p/{size - 256}", 100), (f"tile/1/000.p/1", 5)]):
            self.refused(f"flip{number}", flip(path, at))
        self.refused("dropped", bundle_of(lambda e: e[:9] + e[10:]))
        self.refused("reordered", bundle_of(lambda e: [e[1], e[0], *e[2:]]))
        self.refused("duplicated", bundle_of(lambda e: [e[0], e[0], *e[2:]]))
        self.refused("truncated", bundle_of(lambda e: e[:200]))
        self.refused("no tile", lambda log: (log / tile).unlink())
        self.refused("no checkpoint", lambda log: (log / "checkpoint").unlink())

        def swap_leaves(log):
            """Two leaves of the first segment exchange their indexes, as a careless attacker would
            do it."""
            segment = log / "0000000001.segment"
            contents = segment.read_bytes()
            for (old, new) in ((b'"i":0,', b'"i":-,'), (b'"i":1,', b'"i":0,'),
                               (b'"i":-,', b'"i":1,')):
                contents = contents.replace(old, new, 1)
            segment.write_bytes(contents)
        self.refused("swapped leaves", swap_leaves, by_tiles=False)
        self.refused("segment gone", lambda log: (log / "0000000001.segment").unlink(),
                     by_tiles=False)

    def test_a_log_that_was_written_anew_with_another_key_is_refused(self):
        self.served(20)
        self.key_file()
        other = Instance()
        try:
            other.start()
            other.client().get("/fhir/Patient/absent")
            other.stop()
            copy = self.folder / "another"
            shutil.copytree(other.directory / "audit/default", copy)
            done = self.salus("verify", "--log", str(copy), "--key", str(self.folder / "key"))
            self.assertEqual(done.returncode, 3, done.stdout)
            if self.go:
                self.assertEqual(self.outside(copy)[0], 1)
            shutil.rmtree(copy)
        finally:
            other.remove()

    def test_rollback_and_fork(self):
        self.served(30)
        self.key_file()
        older = self.folder / "older"
        shutil.copytree(self.log, older)
        self.served(1)
        newest = self.folder / "newest"
        shutil.copy(self.log / "checkpoint", newest)
        # The auditor who kept the newest checkpoint sees that the directory went back.
        key = str(self.folder / "key")
        done = self.salus("verify", "--log", str(older), "--key", key, "--since", str(newest))
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("rolled back", done.stderr)
        self.assertEqual(self.verify("--since", str(older / "checkpoint")).returncode, 0)
        if self.go:
            self.assertEqual(self.outside(older, str(newest))[0], 1)
            self.assertEqual(self.outside(self.log, str(older / "checkpoint"))[0], 0)
        # And so does the signer: the server answers nothing, and says why.
        shutil.rmtree(self.log)
        shutil.copytree(older, self.log)
        self.assert_closed("longer log")
        # A fork: the older log goes on by itself, past the size that was signed.
        for _ in range(8):
            self.instance.token()
        self.assert_closed("not the log that it signed")
        shutil.rmtree(older)

    def answering_client(self):
        """A busy machine takes its time to start a server."""
        begin = time.monotonic()
        while True:
            try:
                client = self.instance.client()
                client.get("/health")
                return client
            except OSError:
                self.assertLess(time.monotonic() - begin, 30)
                time.sleep(0.1)

    def assert_closed(self, why):
        with self.assertRaises(AssertionError):
            self.instance.start(3)
        client = self.answering_client()
        for path in ("/health", "/fhir/metadata"):
            self.assertEqual(client.get(path).status, 503)
        self.assertIn(why, self.instance.output.read_text())
        self.instance.stop()

    def test_without_a_signer_it_degrades_then_closes_then_opens_again(self):
        home = self.instance.root / "signer"
        socket = self.instance.root / "signer.socket"
        self.configure(signer="socket", socket=str(socket), signer_key=str(home / "checkpoint.pub"),
                       degraded_after_seconds=2, closed_after_seconds=5)
        command = [BINARY, "audit", "signer", "--home", str(home), "--socket", str(socket)]
        signer = subprocess.Popen(command)
        try:
            wait_for(socket.exists, 5, "the signer does not listen")
            self.instance.start()
            client = self.instance.client()
            self.assertIn(b"pass", client.get("/health").body)
            signer.terminate()
            self.assertEqual(signer.wait(5), 0)
            client.get("/fhir/metadata")
            wait_for(lambda: b"warn" in client.get("/health").body, 6, "never DEGRADED")
            self.assertEqual(client.get("/fhir/metadata").status, 200)
            wait_for(lambda: client.get("/health").status == 503, 8, "never CLOSED")
            self.assertEqual(client.get("/fhir/metadata").status, 503)
            wait_for(lambda: "CLOSED" in self.instance.output.read_text(), 30, "not told")
            signer = subprocess.Popen(command)
            wait_for(lambda: client.get("/health").status == 200, 8, "never open again")
            self.assertEqual(client.get("/fhir/metadata").status, 200)
            report = json.loads(self.instance.command(
                "check", "--json", "--dir", str(self.instance.directory), check=False).stdout)
            lines = report["controls"] if isinstance(report, dict) else report
            row = next(one for one in lines if one["id"] == "AUD-3")
            self.assertIn("leaves signed", row["evidence"])
            self.assertNotIn("CLOSED", row["evidence"])
            self.assertNotIn("DEGRADED", row["evidence"])
            self.assertEqual(self.instance.stop(), 0)
            self.assertEqual(self.verify().returncode, 0)
            said = [leaf["what"] for leaf in self.leaves()]
            states = [what["why"] for what in said if what["ev"] == "signing"]
            self.assertEqual(states, ["DEGRADED", "CLOSED", "OK"])
        finally:
            signer.kill()
            signer.wait()

    def leaves(self):
        size = self.signed_size()
        for number in range((size + 255) // 256):
            width = min(256, size - number * 256)
            name = f"tile/entries/{number:03}" + ("" if width == 256 else f".p/{width}")
            contents = (self.log / name).read_bytes()
            while contents:
                end = 2 + int.from_bytes(contents[:2], "big")
                yield json.loads(contents[2:end])
                contents = contents[end:]

    def test_a_signer_that_lost_its_memory_does_not_start(self):
        self.served(3)
        (self.instance.directory / "signer/signed").unlink()
        done = self.salus("signer", "--dir", str(self.instance.directory))
        self.assertEqual(done.returncode, 1)
        self.assertIn("signed last", done.stderr)


if __name__ == "__main__":
    unittest.main()
