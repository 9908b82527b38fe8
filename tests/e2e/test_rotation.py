"""Rotation of keys while 32 clients read and write (ENC-4): no request fails; afterwards nothing is
under an earlier key, as the files themselves show; a server that is killed in the middle goes on
where it was; the same with the key-encryption keys in a token (SoftHSM2)."""
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import tempfile
import threading
import time
import unittest

from custodians import Custodians
from instance import Instance
from soft_token import MODULE, SoftToken

SYSTEM = "https://sample.example.org/mrn"
CLIENTS = 32


def family(number):
    return {"resourceType": "Patient", "name": [{"family": f"Rotation{number}"}],
            "birthDate": "1980-01-01",
            "identifier": [{"system": SYSTEM, "value": f"MRN{number}"}]}


class Load:
    """Clients that create, read, update and search until told to stop; what failed is kept."""

    def __init__(self, instance, clients=CLIENTS):
        self.instance = instance
        self.failures = []
        self.requests = 0
        self.last = {}  # number of a client: (place, family name) that it was acknowledged
        self.stopping = threading.Event()
        self.dying = threading.Event()  # from here on a lost connection is no failure
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(i,)) for i in range(clients)]
        for thread in self.threads:
            thread.start()

    def check(self, answer, expected, what):
        with self.lock:
            self.requests += 1
            if answer.status != expected:
                self.failures.append((what, answer.status, answer.body[:300]))
        return answer

    def run(self, number):
        try:
            self.work(number)
        except Exception as error:  # pylint: disable=broad-except
            if not self.dying.is_set():
                self.failures.append((number, repr(error)))

    def work(self, number):
        client = self.instance.client(self.instance.load_token)
        made = self.check(client.post("/fhir/Patient", family(number)), 201, "create")
        place = "/fhir/Patient/" + made.json()["id"]
        self.last[number] = place
        turn = 0
        while not self.stopping.is_set():
            turn += 1
            changed = dict(family(number), id=made.json()["id"],
                           gender=["male", "female"][turn % 2])
            self.check(client.put(place, changed), 200, "update")
            self.check(client.get(place), 200, "read")
            self.check(client.get(place + "/_history"), 200, "history")
            found = self.check(client.get(f"/fhir/Patient?identifier={SYSTEM}|MRN{number}"), 200,
                               "search")
            if found.status == 200 and found.json()["total"] != 1:
                self.failures.append(("search found", found.json()["total"]))
            time.sleep(0.05)

    def wait_for_all(self):
        end = time.monotonic() + 30
        while len(self.last) < len(self.threads) and time.monotonic() < end:
            time.sleep(0.1)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)


class Rotation(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="salus-e2e-rotation-"))
        self.instance = None

    def tearDown(self):
        if self.instance:
            self.instance.remove()
        shutil.rmtree(self.root, ignore_errors=True)

    def begin(self, *options):
        self.instance = Instance(*options)
        self.instance.start(seconds=20)
        self.instance.load_token = self.instance.token()
        self.custodians = Custodians(self.instance)
        self.custodians.appoint()

    def keys(self, *words):
        return self.instance.command("keys", *words, "--dir", str(self.instance.directory)).stdout

    def status(self):
        return json.loads(self.keys("status", "--json"))

    def wait_until(self, holds, what, seconds=40):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status = self.status()
            if holds(status):
                return status
            time.sleep(0.3)
        self.fail(f"{what}: not within {seconds} s: {json.dumps(self.status())} "
                  + self.instance.output.read_text()[-3000:])

    @staticmethod
    def purposes(status, purpose, state):
        return [key["version"] for key in status["purposeKeys"]
                if key["purpose"] == purpose and key["state"] == state]

    # Of every kind, until nothing is under what was there before.
    def rotate_all(self, before):
        for kind in ("shard", "data", "index", "signing", "cursor", "detail"):
            self.custodians.rotate(kind)
        self.custodians.decide("rosa", "rotate-root", "root")
        epoch = max(kek["epoch"] for kek in before["keks"])

        def done(status):
            live = [kek for kek in status["keks"] if kek["state"] != "destroyed"]
            data = [key for key in status["dataKeys"]
                    if key["state"] not in ("destroyed", "retired")]
            return (len(live) == 1 and live[0]["epoch"] > epoch
                    and all(key["state"] == "active" and key["epoch"] > 1
                            for key in status["shardKeys"] if key["keys"])
                    and all(key["kekEpoch"] > epoch for key in status["shardKeys"])
                    and all(key["state"] == "active" for key in data)
                    and not any(key["version"] == 1 for key in data)
                    and self.purposes(status, "index", "active") > [1]
                    and not self.purposes(status, "index", "decrypt-only")
                    and self.purposes(status, "signing", "active") > [1]
                    and self.purposes(status, "cursor", "active") > [1]
                    and self.purposes(status, "detail", "active") > [1])
        return self.wait_until(done, "rotation of every kind")

    # With the server stopped: what the files say themselves. Every record is sealed under the one
    # live version of its compartment's key.
    def assert_nothing_under_an_old_key(self):
        live = {}
        with contextlib.closing(sqlite3.connect(
                self.instance.directory / "keys/default/keys.db")) as keys:
            for compartment, version in keys.execute(
                    "SELECT compartment, version FROM data_key WHERE state NOT IN (3, 5)"):
                self.assertNotIn(compartment, live, "two live versions")
                live[compartment] = version
            self.assertEqual(
                keys.execute("SELECT count(*) FROM shard_key WHERE state <> 3 AND kek_epoch <> "
                             "(SELECT kek_epoch FROM key_store)").fetchone()[0], 0)
        versions = set()
        with contextlib.closing(sqlite3.connect(
                self.instance.directory / "store/records.db")) as store:
            records = store.execute(
                "SELECT compartment, sealed FROM history JOIN document USING (vid) UNION ALL "
                "SELECT compartment, sealed FROM index_entry UNION ALL "
                "SELECT compartment, sealed FROM index_page").fetchall()
        for compartment, sealed in records:
            version = int.from_bytes(sealed[4:8], "big")
            self.assertEqual(version, live[compartment], compartment.hex())
            versions.add(version)
        self.assertGreater(len(records), 50)
        self.assertNotIn(1, versions)

    def assert_all_read(self, load):
        client = self.instance.client(self.instance.token())
        for number, place in load.last.items():
            self.assertEqual(client.get(place).json()["name"][0]["family"], f"Rotation{number}")
            first = client.get(place + "/_history/1")  # sealed before anything was rotated
            self.assertEqual(first.json()["identifier"][0]["value"], f"MRN{number}")
            self.assertEqual(client.get(place + "/_history").status, 200)
            found = client.get(f"/fhir/Patient?identifier={SYSTEM}|MRN{number}").json()
            self.assertEqual(found["total"], 1)

    def leaves(self, event):
        found = 0
        for segment in (self.instance.directory / "audit/default").glob("*"):
            if segment.is_file():
                found += segment.read_bytes().count(f'"ev":"{event}"'.encode())
        return found

    def test_every_kind_under_load(self):
        self.begin()
        load = Load(self.instance)
        load.wait_for_all()
        self.rotate_all(self.status())
        load.stop()
        self.assertEqual(load.failures, [])
        self.assertGreater(load.requests, 500)
        self.assert_all_read(load)
        check = self.instance.command("check", "--dir", str(self.instance.directory), "--json",
                                      check=False).stdout
        line = next(line for line in json.loads(check) if line["id"] == "ENC-4")
        self.assertEqual(line["state"], "enforced", line)
        self.instance.stop()
        self.assert_nothing_under_an_old_key()
        for event in ("key.created", "key.rotated", "key.retired", "key.destroyed",
                      "key.rotation-ordered"):
            self.assertGreater(self.leaves(event), 0, event)
        self.assertEqual(self.instance.command(
            "audit", "verify", "--dir", str(self.instance.directory)).returncode, 0)
        self.instance.start(seconds=20)
        self.assert_all_read(load)

    def test_killed_in_the_middle_it_goes_on(self):
        self.begin()
        load = Load(self.instance, clients=8)
        load.wait_for_all()
        before = self.status()
        for kind in ("data", "shard", "index"):
            self.custodians.rotate(kind)
        self.custodians.decide("rosa", "rotate-root", "root")
        for pause in (1.0, 0.4, 0.7):
            time.sleep(pause)
            load.dying.set()
            self.instance.kill()
            self.instance.start(seconds=20)
        load.stop()
        self.assertEqual(load.failures, [])
        self.keys("pause")
        self.assertTrue(self.status()["paused"])
        self.keys("resume")
        self.rotate_all(before)
        self.assert_all_read(load)
        self.instance.stop()
        self.assert_nothing_under_an_old_key()

    def test_one_person_does_not_replace_the_root(self):
        self.begin()
        body = json.dumps({"rotate": "kek"})
        answer = self.instance.administrator("admin/keys.write").post(
            "/admin/keys/rotation", body, {"Content-Type": "application/json"})
        self.assertEqual(answer.status, 403)
        self.assertEqual([kek["epoch"] for kek in self.status()["keks"]], [1])

    def test_a_rotation_takes_who_rotates(self):
        self.begin()
        for refused in (self.custodians.run("rotate", "data", check=False),
                        self.custodians.rotate("data", "grace", check=False),
                        self.custodians.rotate("data", "dora", check=False)):
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("refused", refused.stdout + refused.stderr)
        self.assertEqual(self.status()["orders"], [])
        report = json.loads(self.instance.command(
            "check", "--dir", str(self.instance.directory), "--json", check=False).stdout)
        line = next(line for line in report if line["id"] == "KEY-1")
        self.assertEqual(line["state"], "enforced", line)
        self.assertIn("is taken, 6 of 6 others were refused", line["evidence"])
        self.custodians.rotate("signing")
        self.assertEqual([order["rotate"] for order in self.status()["orders"]], ["signing"])
        self.instance.stop()
        audit = b"".join(path.read_bytes() for path in
                         (self.instance.directory / "audit/default").glob("*.segment"))
        self.assertIn(b'"proposer":"rosa"', audit)

    def test_in_a_token(self):
        if not os.path.exists(MODULE):
            print("note: SoftHSM2 is absent, so nothing was rotated in it")
            return
        self.begin(*SoftToken(self, self.root).options())
        load = Load(self.instance, clients=8)
        load.wait_for_all()
        self.rotate_all(self.status())
        load.stop()
        self.assertEqual(load.failures, [])
        self.assert_all_read(load)
        self.instance.stop()
        self.assert_nothing_under_an_old_key()
        self.instance.start(seconds=20)
        self.assert_all_read(load)


if __name__ == "__main__":
    unittest.main()
