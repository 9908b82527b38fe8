"""What a dump of the running process holds: no key of the hierarchy, no passphrase, and nothing of
a patient once its answer is sent and, for what searches keep, its time is over (KEY-5)."""
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import unittest

from instance import Instance, REPOSITORY

sys.path.insert(0, str(REPOSITORY / "tests/outside"))
from open_keys import InstanceKeys  # noqa: E402  (an opener of the formats, no code of ours)

PATIENTS = 20
# Of what no search looks into, so no index holds it; and of what the index holds for a while.
NOTE = "Memorycanary note of patient {}: wanderlust and whistling"
FAMILY = "Memorycanarison{}"
INDEX_SECONDS = 300
NIGHTLY = os.environ.get("SALUS_NIGHTLY") == "1"


def dump(process, folder):
    """gdb writes what the kernel would write, mappings that are excluded from dumps left out."""
    file = pathlib.Path(folder) / "core"
    done = subprocess.run(["gdb", "--batch", "-nx", "-p", str(process.pid), "-ex", f"gcore {file}"],
                          capture_output=True, text=True, timeout=120)
    if not file.exists():
        raise AssertionError("gdb made no dump: " + done.stderr[-500:])
    # Most of it is untouched, and what is looked for has no such run of zeros.
    content = re.sub(rb"\0{64,}", b"\0" * 64, file.read_bytes())
    file.unlink()
    return content


def patient(number):
    return {"resourceType": "Patient", "id": f"memory-{number}",
            "name": [{"family": FAMILY.format(number)}], "birthDate": "1950-01-02"}


def observation(number):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"},
            "subject": {"reference": f"Patient/memory-{number}"},
            "note": [{"text": NOTE.format(number)}]}


class Memory(unittest.TestCase):
    def setUp(self):
        self.instance = Instance()
        self.addCleanup(self.instance.remove)
        self.instance.start()

    def work(self):
        """Each way in which a note or a name passes through the process."""
        client = self.instance.client(self.instance.token())
        for number in range(PATIENTS):
            self.assertEqual(client.put(f"/fhir/Patient/memory-{number}",
                                        patient(number)).status, 201)
            made = client.post("/fhir/Observation", observation(number))
            self.assertEqual(made.status, 201)
            where = made.headers["Location"].split("/fhir/")[1].split("/_history")[0]
            self.assertEqual(client.get(f"/fhir/{where}").status, 200)
            self.assertEqual(client.get(f"/fhir/{where}/_history").status, 200)
            found = client.get(f"/fhir/Observation?patient=memory-{number}").json()
            self.assertEqual(found["total"], 1)
            family = FAMILY.format(number)
            found = client.get(f"/fhir/Patient?family={family}&birthdate=1950-01-02").json()
            self.assertEqual(found["total"], 1)
            patch = [{"op": "add", "path": "/note/-", "value": {"text": NOTE.format(number)}}]
            self.assertEqual(client.send(
                "PATCH", f"/fhir/{where}", json.dumps(patch),
                {"Content-Type": "application/json-patch+json"}).status, 200)
            wrong = observation(number) | {NOTE.format(number): 1}
            self.assertEqual(client.post("/fhir/Observation", wrong).status, 400)
            entry = {"resource": observation(number),
                     "request": {"method": "POST", "url": "Observation"}}
            for kind in ("batch", "transaction"):
                bundle = {"resourceType": "Bundle", "type": kind, "entry": [entry]}
                self.assertEqual(client.post("/fhir", bundle).status, 200)
        client.connection.close()

    def keys(self):
        opened = InstanceKeys(self.instance.directory)
        yield "root", opened.file.root
        yield "seal key", opened.file.seal_key
        for name, (_, key) in opened.file.keks.items():
            yield f"key-encryption key {name}", key
        tenant = opened.tenants["default"]
        for kind, keys in (("shard key", tenant.shards), ("purpose key", tenant.purposes),
                           ("data key", tenant.data)):
            self.assertNotEqual(keys, {})
            for name, key in keys.items():
                yield f"{kind} {name}", key
        yield "passphrase", (self.instance.directory
                             / "credentials/root.passphrase").read_bytes().strip()

    def test_a_dump_of_the_process(self):
        if os.geteuid() != 0:
            print("note: only root may dump the server, so its memory was not searched")
            return
        self.work()
        time.sleep(1)
        content = dump(self.instance.process, self.instance.root)
        self.assertGreater(len(content), 1 << 20)
        self.assertIn(b"Observation", content)  # it is a dump of the program's memory
        found = [name for name, key in self.keys() if key in content]
        found += [NOTE.format(number) for number in range(PATIENTS)
                  if NOTE.format(number).encode() in content]
        self.assertEqual(found, [])
        if not NIGHTLY:
            return
        time.sleep(INDEX_SECONDS + 10)
        content = dump(self.instance.process, self.instance.root)
        names = [number for number in range(PATIENTS)
                 if FAMILY.format(number).encode() in content]
        self.assertEqual(names, [])

    def test_the_process_is_closed_to_others(self):
        folder = pathlib.Path(f"/proc/{self.instance.process.pid}")
        limits = next(line for line in (folder / "limits").read_text().splitlines()
                      if line.startswith("Max core file size"))
        self.assertEqual(limits.split()[4:6], ["0", "0"])
        excluded = [line for line in (folder / "smaps").read_text().splitlines()
                    if line.startswith("VmFlags:") and " dd" in line and " lo" in line]
        self.assertNotEqual(excluded, [])  # locked and left out of dumps


if __name__ == "__main__":
    unittest.main()
