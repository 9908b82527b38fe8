"""What several people decide about keys (KEY-1, KEY-2, KEY-3): by the command line, by openssl, and
attacked over the network."""
import base64
import json
import pathlib
import shutil
import subprocess
import sys
import unittest

from custodians import Custodians
from instance import REPOSITORY, Instance

VERIFIER = REPOSITORY / "tests/outside/verify_ballots.py"
REASON = "PLANTED-REASON of a custodian"


def unpadded(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class CustodiansTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.custodians = Custodians(cls.instance)

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def setUp(self):
        if self.instance.process is None or self.instance.process.poll() is not None:
            self.instance.start(seconds=20)

    def administrator(self):
        return self.instance.administrator("admin/keys.read", "admin/keys.write")

    def post(self, path, body):
        return self.administrator().post("/admin/keys/" + path, body,
                                         {"Content-Type": "application/json"})

    def leaves(self):
        text = b"".join(p.read_bytes() for p in sorted(
            (self.instance.directory / "audit/default").iterdir()) if p.is_file())
        found = []
        for piece in text.split(b'{"b":')[1:]:
            end = piece.find(b"\x00")
            try:
                found.append(json.loads(b'{"b":' + piece[:end if end >= 0 else None]))
            except ValueError:
                found.append(json.JSONDecoder().raw_decode('{"b":' + piece.decode("latin1"))[0])
        return [leaf["what"] for leaf in found]

    def hold(self, patient="held"):
        made = self.custodians.run("hold", "--patient", patient, "--reason", REASON)
        return json.loads(made.stdout)["hold"]

    def open_release(self, who="grace"):
        return self.custodians.propose(who, "release-hold", self.hold(), reason=REASON)

    def ballot(self, proposal, who, decision="approve", signer=None):
        """Signed by openssl, from the format's page."""
        message = b"salus-ballot-v1" + bytes.fromhex(proposal) + decision.encode()
        folder = self.instance.root
        (folder / "message").write_bytes(message)
        subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey",
                        str(self.custodians.key(signer or who)), "-in", str(folder / "message"),
                        "-out", str(folder / "signature")], check=True)
        return {"custodian": who, "decision": decision,
                "proposal": unpadded(bytes.fromhex(proposal)),
                "signature": unpadded((folder / "signature").read_bytes())}

    def cast(self, proposal, ballot):
        return self.post(f"proposals/{proposal}/ballots", ballot)

    def execute(self, proposal):
        return self.administrator().post(f"/admin/keys/proposals/{proposal}/execute", None)

    def test_1_nothing_without_custodians(self):
        refused = self.custodians.propose("rosa", "rotate-root", "root", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("salus keys custodians", refused.stderr)

    def test_2_the_first_set_is_appointed_once_and_has_no_person_with_two_roles(self):
        entries = list(self.custodians.entries.values())
        two_roles = entries + [{**entries[0], "role": "rotate", "key": entries[1]["key"]}]
        for bad in (entries[:2], two_roles, entries + [{**entries[0], "name": "second"}]):
            body = json.loads(self.custodians.write_set(entries=bad).read_text())
            self.assertEqual(self.post("custodians", body).status, 400)
        self.custodians.appoint()
        again = json.loads(self.custodians.write_set().read_text())
        self.assertEqual(self.post("custodians", again).status, 409)
        pinned = json.loads((self.instance.directory / "keys/default/custodians.json").read_text())
        self.assertEqual({c["name"] for c in pinned["custodians"]}, set(self.custodians.people))

    def test_3_a_hold_is_released_by_three_people_and_openssl_verifies_them(self):
        target = self.hold()
        proposal = self.custodians.propose("grace", "release-hold", target, reason=REASON)
        self.assertEqual(self.execute(proposal).status, 403)
        shown = self.custodians.vote("rosa", proposal)
        self.assertIn(proposal, shown.stdout)
        self.assertIn(target, shown.stdout)
        self.assertEqual(self.execute(proposal).status, 403)
        self.assertEqual(self.cast(proposal, self.ballot(proposal, "dora")).status, 201)
        self.assertEqual(self.execute(proposal).status, 200)
        self.assertNotIn(target, self.custodians.run("hold").stdout)

        approval = self.instance.root / "approval.json"
        approval.write_text(json.dumps(self.custodians.show(proposal)))
        said = subprocess.run([sys.executable, "-B", str(VERIFIER), str(approval)],
                              capture_output=True, text=True, check=True).stdout
        self.assertEqual(said.split(), ["release-hold", target, "grace", "dora", "rosa"])

        self.assertEqual(self.execute(proposal).status, 409)
        self.assertEqual(self.cast(proposal, self.ballot(proposal, "dora", "veto")).status, 409)
        self.instance.stop()
        self.instance.start(seconds=20)
        self.assertEqual(self.execute(proposal).status, 409)

        steps = [leaf for leaf in self.leaves() if leaf.get("key", {}).get("proposal") == proposal]
        self.assertEqual([leaf["ev"] for leaf in steps if leaf["out"] == "ok" and "res" in leaf],
                         ["key.proposed", "key.voted", "key.voted", "key.executed"])
        executed = [leaf for leaf in steps if leaf["ev"] == "key.executed"][-1]
        self.assertEqual(executed["key"]["approvers"], ["dora", "rosa"])
        self.assertEqual(executed["key"]["proposer"], "grace")
        self.assertEqual(executed["who"]["client"], "administrator")
        self.assertEqual(executed["pt"], target.split("/")[0])

    def test_4_attacks(self):
        proposal = self.open_release()
        other = self.open_release()
        good = self.ballot(proposal, "rosa")
        for name, ballot, status in (
                ("the proposer", self.ballot(proposal, "grace"), 403),
                ("for another proposal", self.ballot(other, "rosa"), 400),
                ("another's signature", self.ballot(proposal, "rosa", signer="grace"), 403),
                ("changed decision", {**self.ballot(proposal, "rosa", "veto"),
                                      "decision": "approve"}, 403),
                ("nobody's", {**good, "custodian": "mallory"}, 403),
                ("no signature", {**good, "signature": ""}, 403),
                ("no ballot", {}, 400)):
            with self.subTest(name):
                self.assertEqual(self.cast(proposal, ballot).status, status)
        self.assertEqual(self.cast(proposal, good).status, 201)
        self.assertEqual(self.cast(proposal, good).status, 409)
        self.assertEqual(self.execute(proposal).status, 403)
        self.assertEqual(self.execute("0" * 64).status, 404)
        self.assertEqual(self.execute("x").status, 400)

        text = self.custodians.show(proposal)["proposal"]
        signature = self.custodians.show(proposal)["signature"]
        for name, changed in (("reason", text.replace("PLANTED", "CHANGED")),
                              ("expiry", text.replace('"expires":1', '"expires":2')),
                              ("operation", text.replace("release-hold", "rotate-root")),
                              ("spelling", text.replace(",", ", ", 1))):
            with self.subTest(name):
                body = {"proposal": changed, "signature": signature}
                self.assertIn(self.post("proposals", body).status, (400, 403))
        self.assertEqual(self.post("proposals", {"proposal": text, "signature": signature}).status,
                         409)

    def test_5_a_veto_ends_it(self):
        proposal = self.open_release()
        self.custodians.vote("rosa", proposal)
        self.custodians.vote("dora", proposal)
        self.custodians.vote("rosa", proposal, "--veto")
        self.assertEqual(self.execute(proposal).status, 403)
        self.assertTrue(self.custodians.show(proposal)["vetoed"])

    def test_6_who_may_do_it(self):
        client = self.instance.client(self.instance.token())
        for method, path in (("GET", "custodians"), ("GET", "proposals"), ("GET", "holds"),
                             ("POST", "proposals"), ("POST", "drafts"), ("POST", "holds"),
                             ("POST", "custodians")):
            answer = client.send(method, "/admin/keys/" + path, {} if method == "POST" else None,
                                 {"Content-Type": "application/json"})
            self.assertEqual(answer.status, 403, path)
        self.assertEqual(self.instance.client().get("/admin/keys/proposals").status, 401)

    def test_7_custodians_change_by_their_own_ballots_and_do_not_come_back(self):
        open_before = self.open_release()
        self.custodians.vote("rosa", open_before)
        self.instance.stop()
        before = self.instance.root / "store-before"
        shutil.copytree(self.instance.directory / "store", before)
        self.instance.start(seconds=20)

        rita = self.custodians.make("rita", "rotate")
        entries = [self.custodians.entries["dora"], self.custodians.entries["grace"], rita]
        following = self.custodians.write_set(version=2, entries=entries)
        self.custodians.decide("grace", "change-custodians", "--set", str(following))
        self.custodians.people = {"dora": "destroy", "grace": "generate", "rita": "rotate"}
        self.custodians.vote("dora", open_before, check=False)
        self.assertEqual(self.execute(open_before).status, 400)
        proposal = self.open_release()
        self.assertEqual(self.cast(proposal, self.ballot(proposal, "rosa")).status, 403)
        self.assertEqual(self.cast(proposal, self.ballot(proposal, "rita")).status, 201)

        # The store of yesterday, with the custodians of yesterday.
        self.instance.stop()
        now = self.instance.root / "store-now"
        shutil.copytree(self.instance.directory / "store", now)
        self.put(before)
        self.instance.start(seconds=20)
        self.assertEqual(self.administrator().get("/admin/keys/custodians").status, 500)
        self.assertEqual(self.execute(open_before).status, 500)
        self.instance.stop()
        self.put(now)
        self.instance.start(seconds=20)
        self.assertEqual(self.administrator().get("/admin/keys/custodians").status, 200)

    def put(self, folder):
        shutil.rmtree(self.instance.directory / "store")
        shutil.copytree(folder, self.instance.directory / "store")

    def test_8_no_reason_in_the_log_or_the_files(self):
        self.instance.stop()
        for path in pathlib.Path(self.instance.directory).rglob("*"):
            if path.is_file():
                self.assertNotIn(b"PLANTED-REASON", path.read_bytes(), path)
        self.assertNotIn(b"PLANTED-REASON", self.instance.output.read_bytes())


if __name__ == "__main__":
    unittest.main()
