"""The emergency seal: one person closes everything; no restart opens it, and who opens it has the
secret. And another passphrase for the key file."""
import os
import pathlib
import shutil
import subprocess
import time
import unittest

from instance import BINARY, Instance

PATIENT = {"resourceType": "Patient", "id": "p1", "name": [{"family": "Sealed"}]}


class Seal(unittest.TestCase):
    def setUp(self):
        self.instance = Instance()
        self.instance.start(seconds=30)
        client = self.instance.client(self.instance.token("--scope", "system/*.cruds"))
        self.assertEqual(client.put("/fhir/Patient/p1", PATIENT).status, 201)

    def tearDown(self):
        self.instance.remove()

    def keys(self, *words, check=True):
        return self.instance.command("keys", *words, "--dir", str(self.instance.directory),
                                     check=check)

    def read(self):
        client = self.instance.client(self.instance.token("--scope", "system/*.rs"))
        return client.get("/fhir/Patient/p1")

    def leaves(self, event):
        return sum(path.read_bytes().count(f'"ev":"{event}"'.encode())
                   for path in (self.instance.directory / "audit/default").glob("*.segment"))

    def wait_until_sealed(self, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                answer = self.instance.client(timeout=2).get("/health")
                if b"sealed" in answer.body:
                    self.assertEqual(answer.status, 503)
                    return
            except OSError:
                pass
            time.sleep(0.1)
        self.fail("not sealed: " + self.instance.output.read_text()[-2000:])

    def start_sealed(self):
        with open(self.instance.output, "ab") as output:
            self.instance.process = subprocess.Popen(
                [BINARY, "serve", "--dir", str(self.instance.directory)], stdout=output,
                stderr=output)
        self.wait_until_sealed()

    def locked_bytes(self):
        status = pathlib.Path(f"/proc/{self.instance.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmLck"))
        return int(line.split()[1])

    def assert_nothing_is_answered(self):
        client = self.instance.client("any-token")
        for path in ("/fhir/Patient/p1", "/fhir/metadata", "/admin/keys", "/oauth/token",
                     "/.well-known/smart-configuration", "/t/default/fhir/Patient"):
            answer = client.get(path)
            self.assertEqual(answer.status, 503, path)
            self.assertNotIn(b"Sealed", answer.body)
        self.assertEqual(client.post("/oauth/token", "grant_type=client_credentials").status, 503)

    def test_sealed_by_one_and_lifted_on_the_machine(self):
        self.assertGreater(self.locked_bytes(), 0)
        pid = self.instance.process.pid
        self.keys("seal")
        self.wait_until_sealed()
        self.assertIsNone(self.instance.process.poll())
        self.assertEqual(self.instance.process.pid, pid)
        self.assertEqual(self.locked_bytes(), 0)
        self.assert_nothing_is_answered()
        self.assertEqual(self.leaves("key.sealed"), 1)

        # Neither a restart nor a crash lifts it, nor does any command.
        self.assertEqual(self.instance.stop(), 0)
        self.start_sealed()
        self.assert_nothing_is_answered()
        self.assertNotEqual(self.keys("unseal", check=False).returncode, 0)
        self.instance.kill()
        for words in (("check",), ("token",), ("keys", "status")):
            refused = self.instance.command(*words, "--dir", str(self.instance.directory),
                                            check=False)
            self.assertNotEqual(refused.returncode, 0, words)
            self.assertIn("sealed", refused.stdout + refused.stderr, words)

        # It takes the secret.
        secret = self.instance.directory / "credentials/root.passphrase"
        kept = secret.read_bytes()
        secret.write_text("a wrong one")
        self.assertNotEqual(self.keys("unseal", check=False).returncode, 0)
        self.assertTrue((self.instance.directory / "keys/sealed").exists())
        secret.write_bytes(kept)
        self.keys("unseal")
        self.assertEqual(self.leaves("key.unsealed"), 1)
        self.assertNotEqual(self.keys("unseal", check=False).returncode, 0)
        self.instance.start(seconds=30)
        self.assertEqual(self.read().json()["name"], PATIENT["name"])

    def test_it_takes_an_administrator_of_keys(self):
        for scope in ("system/*.cruds", "admin/keys.read"):
            arguments = ["--scope", scope]
            if scope.startswith("admin"):
                arguments += ["--client", "administrator", "--key",
                              str(self.instance.directory / "credentials/administrator.jwk")]
            client = self.instance.client(self.instance.token(*arguments))
            self.assertEqual(client.post("/admin/keys/seal", "").status, 403, scope)
        self.assertEqual(self.instance.client().post("/admin/keys/seal", "").status, 401)
        self.assertEqual(self.read().status, 200)
        self.assertFalse((self.instance.directory / "keys/sealed").exists())

    def test_another_passphrase(self):
        self.assertIn("Stop the server", self.keys("reseal", check=False).stderr)
        self.instance.stop()
        directory = self.instance.directory
        old = directory / "credentials/root.passphrase"
        new = directory / "credentials/next.passphrase"
        key_file = directory / "keys/root.sealed"
        shutil.copy(key_file, self.instance.root / "old.sealed")
        new.write_text("a passphrase that is longer than it was")
        os.chmod(new, 0o600)
        said = self.keys("reseal", "--passphrase", "file:credentials/next.passphrase", "--pbkdf2")
        self.assertIn('keys.passphrase = "file:credentials/next.passphrase"', said.stdout)
        self.assertEqual(key_file.read_bytes()[8:12], bytes([0, 0, 0, 2]))
        self.assertEqual(self.leaves("key.resealed"), 1)
        refused = self.instance.command("serve", "--dir", str(directory), check=False, timeout=60)
        self.assertIn("passphrase", refused.stderr)
        new.rename(old)
        self.instance.start(seconds=30)
        self.assertEqual(self.read().status, 200)


if __name__ == "__main__":
    unittest.main()
