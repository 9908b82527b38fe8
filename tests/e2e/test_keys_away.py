"""The key management service goes away in the middle of a new root and of an erasure, after each
number of its answers: what was begun waits, requests are served, and when the service is back it is
ended, with nothing left under what was there before (ENC-3, ENC-4, ENC-5)."""
import base64
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.request

from instance import REPOSITORY
from keyed_instance import KeyedInstance
from soft_token import MODULE, SoftToken, private_file

STAND_IN = REPOSITORY / "tests/outside/vault_stand_in.py"
TOKEN = "hvs.planted-vault-token"
SEVERAL = 4  # patients: their shards and the tenant's have a key each, wrapped by the root


class Vault:
    def __init__(self, root):
        key, chain = root / "vault.key", root / "vault.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(key), "-out",
                        str(chain), "-days", "2", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=DNS:localhost"], check=True, capture_output=True)
        self.process = subprocess.Popen([sys.executable, "-B", str(STAND_IN), str(chain),
                                         str(key)], stdout=subprocess.PIPE, text=True)
        port, digest = self.process.stdout.readline().split()
        self.trust = ssl.create_default_context(cafile=str(chain))
        self.address = f"https://localhost:{port}"
        self.control(valid_token=TOKEN)
        self.options = ("--keys", "transit", "--vault-address", self.address, "--vault-token",
                        private_file(root / "token", TOKEN), "--vault-authorities", str(chain),
                        "--vault-server-key", base64.b64encode(bytes.fromhex(digest)).decode())

    def ask(self, path, body=None):
        request = urllib.request.Request(self.address + path,
                                         None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, context=self.trust) as answer:
            return json.load(answer)

    def control(self, **behaviour):
        self.ask("/control", behaviour)

    def tenant_keys(self):
        return [name for name in self.ask("/control/keys") if "default" in name]

    def remove(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class KeysAwayTest(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="salus-e2e-keys-away-"))
        self.addCleanup(shutil.rmtree, self.root, True)

    def begin(self, options):
        self.instance = KeyedInstance(*options)
        self.addCleanup(self.instance.remove)
        self.patients = [f"stays{number}" for number in range(SEVERAL)]
        for patient in self.patients:
            self.instance.write(patient, 2)

    def approve_root(self):
        people = self.instance.custodians
        proposal = people.propose("rosa", "rotate-root", "root")
        for other in ("dora", "grace"):
            people.vote(other, proposal)
        return proposal

    # Whether it met the end of the service in its middle; otherwise it has ended.
    def waits(self, proposal, mark):
        while self.instance.phase(proposal) != "executed":
            if "keys.operation_waits" in self.instance.said()[mark:]:
                return True
        return False

    def assert_served(self):
        for patient in self.patients:
            self.assertTrue(self.instance.reads(patient, 2), patient)

    def assert_one_root(self):
        status = self.instance.status()
        live = [kek["epoch"] for kek in status["keks"] if kek["state"] != "destroyed"]
        self.assertEqual(len(live), 1, status["keks"])
        self.assertEqual({key["kekEpoch"] for key in status["shardKeys"]}, set(live))
        return live[0]

    # Begun with the service about to go; served meanwhile; ended when it is back.
    def interrupt(self, proposal, away, back, restart):
        away()
        mark = len(self.instance.said())
        self.assertEqual(self.instance.execute(proposal), 202)
        waited = self.waits(proposal, mark)
        self.assert_served()
        back()
        if restart:
            self.instance.restart()
        shown = self.instance.wait_executed(proposal)
        self.assert_served()
        self.assert_one_root()
        return waited, shown

    def test_a_vault_after_each_number_of_answers(self):
        vault = Vault(self.root)
        self.addCleanup(vault.remove)
        self.begin(vault.options)
        back = lambda: vault.control(sealed=False, answers_left=-1)
        waited = []
        epoch = self.assert_one_root()
        for number, answers in enumerate((0, 2, 10, 75)):
            met, _ = self.interrupt(self.approve_root(),
                                    lambda: vault.control(answers_left=answers), back,
                                    restart=number != 1)
            waited += [answers] if met else []
            self.assertGreater(self.assert_one_root(), epoch)
            epoch = self.assert_one_root()
            self.assertEqual(len(vault.tenant_keys()), 1, "a root that is left in the vault")
        self.assertGreaterEqual(len(waited), 3, waited)
        print(f"\na new root was interrupted after {waited} answers")
        self.end()

    def test_a_vault_in_the_middle_of_an_erasure(self):
        vault = Vault(self.root)
        self.addCleanup(vault.remove)
        self.begin(vault.options)
        back = lambda: vault.control(sealed=False, answers_left=-1)
        waited = []
        for answers in (2, 6, 40):
            patient = f"leaves{answers}"
            self.instance.write(patient, 3)
            met, shown = self.interrupt(self.instance.approve(patient),
                                        lambda: vault.control(answers_left=answers), back,
                                        restart=True)
            waited += [answers] if met else []
            self.assertTrue(self.instance.is_certified(shown))
            self.assertTrue(self.instance.is_gone(patient), patient)
            self.assertEqual(len(vault.tenant_keys()), 1, "a root that is left in the vault")
        self.assertGreaterEqual(len(waited), 2, waited)
        print(f"\nan erasure was interrupted after {waited} answers")
        self.end()

    @unittest.skipUnless(os.path.exists(MODULE), "SoftHSM2 is not installed")
    def test_a_token(self):
        token, away = SoftToken(self, self.root), self.root / "away"
        self.begin(token.options())
        self.instance.write("leaves", 3)
        for proposal in (self.approve_root(), self.instance.approve("leaves")):
            met, shown = self.interrupt(proposal, lambda: token.tokens.rename(away),
                                        lambda: away.rename(token.tokens), restart=True)
            self.assertTrue(met, "a root was made without the token")
        self.assertTrue(self.instance.is_certified(shown))
        self.assertTrue(self.instance.is_gone("leaves"))
        self.end()

    def end(self):
        self.instance.restart()
        self.assert_served()
        self.assert_one_root()
        self.instance.stop()
        self.instance.everything_holds()


if __name__ == "__main__":
    unittest.main()
