"""An instance whose key-encryption keys are in a PKCS#11 token (SoftHSM2) or in a vault (a stand-in
that speaks its API): made, served, without its token or vault for a while, and started again
(ENC-3, KEY-4)."""
import base64
import json
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.request

from instance import REPOSITORY, Instance
from soft_token import PIN, SoftToken, private_file

STAND_IN = REPOSITORY / "tests/outside/vault_stand_in.py"
TOKEN = "hvs.planted-vault-token"


class Keys(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="salus-e2e-keys-"))
        self.instance = None
        self.stand_in = None

    def tearDown(self):
        if self.instance:
            self.instance.remove()
        if self.stand_in:
            self.stand_in.kill()
            self.stand_in.wait()
            self.stand_in.stdout.close()
        shutil.rmtree(self.root, ignore_errors=True)

    def evidence(self):
        done = self.instance.command("check", "--dir", str(self.instance.directory), "--json",
                                     check=False)
        lines = {line["id"]: line for line in json.loads(done.stdout)}
        self.assertEqual(lines["ENC-3"]["state"], "enforced", lines["ENC-3"])
        self.assertIn("2 of 2 attacks", lines["ENC-3"]["evidence"])
        self.assertNotEqual(lines["KEY-4"]["state"], "failing", lines["KEY-4"])
        return lines["ENC-3"]["evidence"]

    def refused_start(self, *words):
        done = self.instance.command("serve", "--dir", str(self.instance.directory), check=False,
                                     timeout=60)
        self.assertEqual(done.returncode, 1, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    # Everything that must hold on a back end that can be away.
    def live(self, take_away, bring_back, *words):
        self.instance.start(seconds=20)
        client = self.instance.client(self.instance.token())
        family = {"resourceType": "Patient", "name": [{"family": "Nachtigall"}]}
        first = client.post("/fhir/Patient", family)
        self.assertEqual(first.status, 201, first.body)
        place = "/fhir/Patient/" + first.json()["id"]
        evidence = self.evidence()
        take_away()
        self.assertEqual(client.get(place).status, 200)
        second = client.post("/fhir/Patient", family)  # a new compartment: a new data key
        self.assertEqual(second.status, 201, second.body)
        self.instance.stop()
        self.refused_start(*words)
        bring_back()
        self.instance.start(seconds=20)
        client = self.instance.client(self.instance.token())
        for made in (first, second):
            answer = client.get("/fhir/Patient/" + made.json()["id"])
            self.assertEqual((answer.status, answer.json()["name"][0]["family"]),
                             (200, "Nachtigall"))
        self.instance.stop()
        return evidence

    def assert_nowhere(self, secret):
        files = [path for path in self.instance.root.rglob("*") if path.is_file()]
        self.assertGreater(len(files), 10)
        for path in files:
            self.assertNotIn(secret.encode(), path.read_bytes(), path)

    def test_token(self):
        token = SoftToken(self, self.root)
        self.instance = Instance(*token.options())
        self.assertFalse((self.instance.directory / "keys/root.sealed").exists())
        away = self.root / "away"
        evidence = self.live(lambda: token.tokens.rename(away),
                             lambda: away.rename(token.tokens), "PKCS#11")
        self.assertIn("SoftHSM", evidence)
        private_file(self.root / "pin", "000000")
        self.refused_start("refuses the PIN")
        private_file(self.root / "pin", PIN)
        self.assert_nowhere(PIN)

    def start_stand_in(self):
        key, chain = self.root / "vault.key", self.root / "vault.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(key), "-out",
                        str(chain), "-days", "2", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=DNS:localhost"], check=True, capture_output=True)
        self.stand_in = subprocess.Popen([sys.executable, "-B", str(STAND_IN), str(chain),
                                          str(key)], stdout=subprocess.PIPE, text=True)
        port, digest = self.stand_in.stdout.readline().split()
        return chain, int(port), bytes.fromhex(digest)

    def test_vault(self):
        chain, port, digest = self.start_stand_in()
        trust = ssl.create_default_context(cafile=str(chain))
        address = f"https://localhost:{port}"

        def control(**behaviour):
            urllib.request.urlopen(urllib.request.Request(
                address + "/control", json.dumps(behaviour).encode(), method="POST"),
                context=trust).close()

        control(valid_token=TOKEN)
        token = private_file(self.root / "token", TOKEN)
        self.instance = Instance("--keys", "transit", "--vault-address", address, "--vault-token",
                                 token, "--vault-authorities", str(chain), "--vault-server-key",
                                 base64.b64encode(digest).decode())
        evidence = self.live(lambda: control(sealed=True), lambda: control(sealed=False), "sealed")
        self.assertIn("server key pinned", evidence)
        private_file(self.root / "token", "hvs.another")
        self.refused_start("refuses the token")
        private_file(self.root / "token", TOKEN)
        settings = self.instance.directory / "salus.toml"
        text = settings.read_text()
        settings.write_text(text.replace(base64.b64encode(digest).decode(),
                                         base64.b64encode(bytes(32)).decode()))
        self.refused_start("another key")
        settings.write_text(text.replace(token, TOKEN))
        self.refused_start("keys.transit.token")
        settings.write_text(text)
        self.assert_nowhere(TOKEN)


if __name__ == "__main__":
    unittest.main()
