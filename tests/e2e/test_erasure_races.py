"""An erasure beside what could undo it: the rotation of the same patient's data key under load, and
backups that are made while it runs (ENC-4, ENC-5)."""
import json
import pathlib
import re
import shutil
import socket
import threading
import time
import unittest

from instance import Instance, wait_for
from keyed_instance import START, KeyedInstance

RATE = 150  # records a second: two seconds or so for each patient
MANY = 130  # observations of one patient: three batches


class Writer:
    """Writes to the patient until it is told that he is gone."""

    def __init__(self, instance, patient):
        self.client = instance.client(instance.token())
        self.patient = patient
        self.acknowledged = 0
        self.refusals = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.stopping.is_set() and not self.refusals:
            answer = self.client.post("/fhir/Observation", {
                "resourceType": "Observation", "status": "final", "code": {"text": "PLANTED"},
                "subject": {"reference": f"Patient/{self.patient}"}})
            if answer.status == 201:
                self.acknowledged += 1
            else:
                self.refusals.append(answer.status)

    def stop(self):
        end = time.monotonic() + 20
        while not self.refusals and time.monotonic() < end:
            time.sleep(0.02)
        self.stopping.set()
        self.thread.join()


class ErasureRaceTest(unittest.TestCase):
    def begin(self, **options):
        instance = KeyedInstance(**options)
        self.addCleanup(instance.remove)
        return instance

    def test_beside_the_rotation_of_the_same_key(self):
        instance = self.begin(records_per_second=RATE)
        instance.write("stays", 20)
        patients = [f"leaves{number}" for number in range(4)]
        for number, patient in enumerate(patients):
            instance.write(patient, MANY)
            proposal = instance.approve(patient)
            writer = Writer(instance, patient)
            wait_for(lambda writer=writer: writer.acknowledged > 0, 30, "nothing was written")
            instance.custodians.rotate("data")
            if number > 0:  # before it begins, while records are sealed again, and towards the end
                instance.wait_until(lambda status: any(
                    state == "decrypt-only" for _, state in instance.live_versions(status)),
                    "two versions of a data key")
                time.sleep((number - 1) * 0.6)
            self.assertEqual(instance.execute(proposal), 202)
            shown = instance.wait_executed(proposal)
            writer.stop()
            self.assertGreater(writer.acknowledged, 0)
            self.assertEqual(writer.refusals, [410])
            self.assertTrue(instance.is_certified(shown))
            self.assertTrue(instance.is_gone(patient), patient)
            self.assertTrue(instance.reads("stays", 20))
        instance.wait_until(instance.data_is_rotated, "the rotation of the others")
        for _ in range(2):
            for patient in patients:
                self.assertTrue(instance.is_gone(patient), patient)
            self.assertTrue(instance.reads("stays", 20))
            instance.restart()
        instance.stop()
        self.assert_only_tombstones(instance, len(patients))

    # Of the erased nothing is stored, and no version of a key is live.
    def assert_only_tombstones(self, instance, erased):
        tombs = [compartment for compartment, versions in instance.data_keys().items()
                 if set(versions.values()) == {3}]
        self.assertEqual(len(tombs), erased)
        stored = instance.sealed_under()
        for compartment in tombs:
            self.assertNotIn(compartment, stored)
        instance.everything_holds()

    # --- Backups
    def back_up(self, instance, places):
        instance.command("backup", "--dir", str(instance.directory), "--to", str(places[0]),
                         "--keys-to", str(places[1]))

    def restored(self, instance, places, *options):
        copy = KeyedInstance.__new__(KeyedInstance)
        copy.root = instance.root / "copy"
        shutil.rmtree(copy.root, ignore_errors=True)
        copy.root.mkdir()
        copy.directory, copy.output = copy.root / "instance", copy.root / "server.output"
        copy.port, copy.process = instance.port, None
        instance.command("restore", "--from", str(places[0]), "--keys-from", str(places[1]),
                         "--public-key", str(instance.directory / "keys/backup-signing.pem"),
                         "--dir", str(copy.directory), *options)
        shutil.copytree(instance.directory / "credentials", copy.directory / "credentials",
                        dirs_exist_ok=True)
        shutil.copy(instance.directory / "tls/server.key", copy.directory / "tls/server.key")
        self.addCleanup(Instance.stop, copy)
        copy.start(seconds=START)
        copy.connect()
        return copy

    def test_while_a_slow_client_reads(self):
        """What was on record as disclosed before the erasure leaves to its end; nothing else does,
        and no page after it."""
        instance = self.begin()
        instance.write("leaves", 900)
        page = instance.reader.get("/fhir/Observation?patient=leaves&_count=10")
        following = next(link["url"] for link in page.json()["link"]
                         if link["relation"] == "next")
        proposal = instance.approve("leaves")
        raw = socket.socket()
        self.addCleanup(raw.close)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", instance.port))
        slow = instance.tls().wrap_socket(raw, server_hostname="localhost")
        slow.sendall(f"GET /fhir/Observation?patient=leaves&_count=1000 HTTP/1.1\r\n"
                     f"Host: localhost:{instance.port}\r\nConnection: close\r\n"
                     f"Authorization: Bearer {instance.reader.token}\r\n\r\n".encode())
        begun = slow.recv(100)
        self.assertEqual(instance.execute(proposal), 202)
        self.assertTrue(instance.is_certified(instance.wait_executed(proposal)))
        self.assertTrue(instance.is_gone("leaves"))
        after = instance.reader.get(following[following.index("/fhir"):])
        self.assertNotIn(b"PLANTED", after.body)
        while piece := slow.recv(65536):
            begun += piece
        head, _, body = begun.partition(b"\r\n\r\n")
        self.assertEqual(json.loads(body)["total"], 900)
        answered = int(re.search(rb"(?i)salus-audit-leaf: (\d+)", head).group(1))
        self.assertLess(answered, int(after.headers["Salus-Audit-Leaf"]))
        self.assertTrue(instance.is_gone("leaves"))

    def test_a_backup_while_it_runs(self):
        instance = self.begin()
        places = (instance.root / "to-data", instance.root / "to-keys")
        for patient in ("stays", "stays2"):
            instance.write(patient, 5)
        self.back_up(instance, places)
        leaving = [f"leaves{number}" for number in range(3)]
        for patient in leaving:
            instance.write(patient, 60)
        proposals = [instance.approve(patient) for patient in leaving]
        stopping = threading.Event()
        made = []

        def back_up():
            while not stopping.is_set() or not made:
                self.back_up(instance, places)
                made.append(1)

        thread = threading.Thread(target=back_up)
        thread.start()
        for proposal in proposals:
            time.sleep(0.1)
            self.assertEqual(instance.execute(proposal), 202)
            instance.wait_executed(proposal)
        stopping.set()
        thread.join()
        self.back_up(instance, places)  # as whoever erased has to do at once
        numbers = sorted(int(path.stem) for path in
                         pathlib.Path(places[0] / "manifests").glob("*.manifest"))
        print(f"\n{len(made)} backups while {len(leaving)} patients were erased")
        instance.command("backup", "verify", "--from", str(places[0]), "--keys-from",
                         str(places[1]))
        instance.stop()
        # How many there are is the machine's affair: some of all moments, with the last.
        numbers = numbers[:1] + numbers[1:-1][::max(1, (len(numbers) - 2) // 5)] + numbers[-1:]
        for number in numbers[1:]:
            with self.subTest(data=number, keys="newest"):
                copy = self.restored(instance, places, "--backup", str(number))
                self.check_copy(copy, gone=leaving)
        # With keys of the same moment: whoever was erased by then is gone, and no one else.
        for number in numbers[1:-1]:
            with self.subTest(data=number, keys=number):
                copy = self.restored(instance, places, "--backup", str(number), "--keys-backup",
                                     str(number))
                self.check_copy(copy)
        instance.start(seconds=START)

    def check_copy(self, copy, gone=()):
        for patient in ("stays", "stays2"):
            self.assertTrue(copy.reads(patient, 5), patient)
        for patient in gone:
            answer = copy.reader.get(f"/fhir/Patient/{patient}")
            self.assertIn(answer.status, (404, 410))
            self.assertTrue(copy.is_gone(patient))
        copy.stop()
        copy.command("audit", "verify", "--dir", str(copy.directory))


if __name__ == "__main__":
    unittest.main()
