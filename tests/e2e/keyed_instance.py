"""An instance of which the tests of keys want more: patients with observations, what custodians
decide about them, the state of the keys, and what its files say themselves."""
import collections
import contextlib
import json
import sqlite3
import subprocess
import sys
import time

from custodians import Custodians
from instance import REPOSITORY, Instance

AUDIT_LOG = REPOSITORY / "tests/outside/verify_audit_log.py"
CERTIFICATES = REPOSITORY / "tests/outside/verify_certificate.py"
START = 30  # seconds


def family_of(patient):
    return f"PLANTED{patient}"


class KeyedInstance(Instance):
    def __init__(self, *options, records_per_second=None):
        super().__init__(*options)
        if records_per_second:
            settings = self.directory / "salus.toml"
            settings.write_text(settings.read_text().replace(
                "records_per_second = 2000", f"records_per_second = {records_per_second}"))
        self.custodians = Custodians(self)
        self.start(seconds=START)
        self.custodians.appoint()
        self.connect()

    def connect(self):
        """Tokens beforehand: a server that cannot write gives none."""
        self.reader = self.client(self.token())
        self.keys_client = self.administrator("admin/keys.read", "admin/keys.write")

    def restart(self):
        self.stop()
        self.start(seconds=START)
        self.connect()

    def ask(self, path):
        answer = self.keys_client.get(path)
        if answer.status != 200:
            raise AssertionError((path, answer.status, answer.body[:500]))
        return json.loads(answer.body)

    # --- Patients
    def write(self, patient, observations, client=None):
        """A patient with so many observations, in one transaction."""
        entries = [("Patient", patient, {"name": [{"family": family_of(patient)}]})]
        entries += [("Observation", f"{patient}-{n}", {
            "status": "final", "code": {"text": family_of(patient)},
            "subject": {"reference": f"Patient/{patient}"}}) for n in range(observations)]
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [
            {"resource": {"resourceType": kind, "id": name, **content},
             "request": {"method": "PUT", "url": f"{kind}/{name}"}}
            for kind, name, content in entries]}
        answer = (client or self.reader).post("/fhir", bundle)
        if answer.status != 200:
            raise AssertionError((answer.status, answer.body[:500]))

    def reads(self, patient, observations):
        """Whether the patient and all observations read back, in this version."""
        paths = [f"/fhir/Patient/{patient}"]
        paths += [f"/fhir/Observation/{patient}-{n}" for n in range(observations)]
        answers = [self.reader.get(path) for path in paths]
        return all(answer.status == 200 and family_of(patient).encode() in answer.body
                   for answer in answers)

    def is_gone(self, patient):
        """Whether nothing of the patient can be read, searched or written again."""
        answers = [self.reader.get(path) for path in (
            f"/fhir/Patient/{patient}", f"/fhir/Patient/{patient}/_history",
            f"/fhir/Observation/{patient}-0", f"/fhir/Patient/{patient}/$everything",
            f"/fhir/Observation?patient={patient}")]
        written = self.reader.put(f"/fhir/Patient/{patient}",
                                  {"resourceType": "Patient", "id": patient})
        planted = any(family_of(patient).encode() in answer.body for answer in answers)
        return (not planted and all(answer.status in (404, 410) for answer in answers[:-1])
                and "entry" not in answers[-1].json() and written.status == 410)

    # --- Erasure
    def approve(self, patient):
        proposal = self.custodians.propose("dora", "erase-patient", "--patient", patient)
        for other in ("grace", "rosa"):
            self.custodians.vote(other, proposal, "--approve", "--patient", patient)
        return proposal

    def phase(self, proposal):
        return self.shown(proposal)["phase"]

    def shown(self, proposal):
        return self.ask(f"/admin/keys/proposals/{proposal}")

    def execute(self, proposal):
        """The status of the answer."""
        return self.keys_client.post(f"/admin/keys/proposals/{proposal}/execute", None).status

    def wait_executed(self, proposal, seconds=50):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            shown = self.shown(proposal)
            if shown["phase"] == "executed":
                return shown
            time.sleep(0.1)
        raise AssertionError("what was approved did not end: " + self.said()[-2000:])

    def is_certified(self, shown):
        certificate = self.root / "certificate.json"
        certificate.write_text(json.dumps(shown["result"]))
        key = self.directory / "keys/certificate-of-destruction.pub"
        return subprocess.run([sys.executable, "-B", str(CERTIFICATES), str(certificate),
                               str(key)], capture_output=True).returncode == 0

    # --- Rotation
    def keys(self, *words):
        return self.command("keys", *words, "--dir", str(self.directory)).stdout

    def status(self):
        return self.ask("/admin/keys")

    def wait_until(self, holds, what, seconds=40):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status = self.status()
            if holds(status):
                return status
            time.sleep(0.1)
        raise AssertionError(f"{what}: not within {seconds} s: {self.status()} "
                             + self.said()[-2000:])

    @staticmethod
    def live_versions(status):
        """Versions of data keys that something may be sealed under, with their number of keys."""
        return {(key["version"], key["state"]): key["keys"] for key in status["dataKeys"]
                if key["state"] not in ("destroyed", "retired")}

    def data_is_rotated(self, status):
        live = self.live_versions(status)
        return bool(live) and all(state == "active" and version > 1 for version, state in live)

    # --- What it says
    def said(self):
        return self.output.read_text(errors="replace")

    def wait_said(self, word, since=0, seconds=30):
        """Until the operational log has this behind that many characters."""
        end = time.monotonic() + seconds
        while word not in self.said()[since:]:
            if time.monotonic() > end:
                raise AssertionError(f"{word}: not said: {self.said()[since:][-2000:]}")
            time.sleep(0.05)

    def leaves(self, *texts):
        """Leaves in clear that hold all of these."""
        found = 0
        for segment in sorted((self.directory / "audit/default").glob("*.segment")):
            for leaf in segment.read_bytes().split(b'{"b":"'):
                found += all(text.encode() in leaf for text in texts)
        return found

    # --- Of a stopped instance
    def sealed_under(self):
        """Of each compartment: versions of the key, with the number of records under them."""
        found = collections.defaultdict(collections.Counter)
        with contextlib.closing(sqlite3.connect(self.directory / "store/records.db")) as store:
            for compartment, sealed in store.execute(
                    "SELECT compartment, sealed FROM history JOIN document USING (vid) UNION ALL "
                    "SELECT compartment, sealed FROM index_entry UNION ALL "
                    "SELECT compartment, sealed FROM index_page"):
                found[compartment][int.from_bytes(sealed[4:8], "big")] += 1
        return found

    def data_keys(self):
        """Of each compartment: versions of the key with their states; 3 is destroyed, 5 retired."""
        found = collections.defaultdict(dict)
        path = self.directory / "keys/default/keys.db"
        with contextlib.closing(sqlite3.connect(path)) as keys:
            for compartment, version, state in keys.execute(
                    "SELECT compartment, version, state FROM data_key"):
                found[compartment][version] = state
        return found

    def everything_holds(self):
        """Nothing is under a key that is no more, and both verifiers find the log whole."""
        keys = self.data_keys()
        for compartment, versions in self.sealed_under().items():
            for version in versions:
                if keys[compartment].get(version) in (None, 3, 5):
                    raise AssertionError(f"{compartment.hex()} has records under {version}")
        self.command("audit", "verify", "--dir", str(self.directory))
        outside = subprocess.run([sys.executable, "-B", str(AUDIT_LOG),
                                  str(self.directory / "audit/default")],
                                 capture_output=True, text=True)
        if outside.returncode != 0:
            raise AssertionError(outside.stdout + outside.stderr)
