"""Consents and care change while all keys are rotated again and again (AZ-5, ENC-4): a denial and
the end of a team's care hold from the next request on, a permission opens at once, in each step of
a rotation, and nothing that was written is lost."""
import json
import re
import threading
import unittest

from custodians import Custodians
from instance import Instance
from people import App, Person
from test_consent import consent
from test_device_posture import made, pulse
from test_hospital_policies import in_force

TURNS = 40
KINDS = ("shard", "data", "index", "detail")


class RotationAndConsent(unittest.TestCase):
    def begin(self):
        instance = Instance()
        self.addCleanup(instance.remove)
        return instance

    def put(self, writer, body):
        answer = writer.put(f"/fhir/{body['resourceType']}/{body['id']}", body)
        self.assertIn(answer.status, (200, 201), answer.body)

    def rotating(self, instance, custodians, work):
        """Does this while keys of each kind are replaced, the root's too."""
        stopping, problems = threading.Event(), []

        def rotate():
            try:
                while not stopping.is_set():
                    for kind in KINDS:
                        custodians.rotate(kind)
                    custodians.decide("rosa", "rotate-root", "root")
            except AssertionError as problem:
                problems.append(problem)

        thread = threading.Thread(target=rotate)
        thread.start()
        try:
            work()
        finally:
            stopping.set()
            thread.join()
        self.assertEqual(problems, [])
        status = json.loads(instance.command("keys", "status", "--json", "--dir",
                                             str(instance.directory)).stdout)
        self.assertGreater(max(kek["epoch"] for kek in status["keks"]), 1)

    def seen(self, reader, identifier, patient):
        """Whether an observation is there, by a read, its history, and a search with its total."""
        read = reader.get(f"/fhir/Observation/{identifier}").status
        history = reader.get(f"/fhir/Observation/{identifier}/_history")
        found = reader.get(f"/fhir/Observation?patient={patient}&_id={identifier}")
        self.assertIn(read, (200, 403, 404))
        self.assertIn(found.status, (200, 403, 404), found.body)
        total = int(found.json()["total"]) if found.status == 200 else 0
        versions = len(history.json().get("entry", [])) if history.status == 200 else 0
        self.assertEqual({read == 200, total == 1, versions > 0}, {read == 200})
        return read == 200

    def test_a_consent_holds_in_each_step_of_a_rotation(self):
        instance = self.begin()
        instance.start()
        custodians = Custodians(instance)
        custodians.appoint()
        writer, reader = (instance.client(instance.token()) for _ in range(2))
        for patient in ("a", "b"):
            self.put(writer, {"resourceType": "Patient", "id": patient})
            self.put(writer, pulse(patient) | {"id": f"of-{patient}"})

        def work():
            for turn in range(TURNS):
                self.put(writer, consent("c", "deny", status="active"))
                self.assertFalse(self.seen(reader, "of-a", "a"), turn)
                self.assertTrue(self.seen(reader, "of-b", "b"), turn)
                self.put(writer, consent("c", "deny", status="inactive"))
                self.assertTrue(self.seen(reader, "of-a", "a"), turn)

        self.rotating(instance, custodians, work)
        newest = reader.get("/fhir/Consent/c").json()["meta"]["versionId"]
        self.assertEqual(newest, str(2 * TURNS))
        for version in range(1, 2 * TURNS + 1):
            kept = reader.get(f"/fhir/Consent/c/_history/{version}").json()
            self.assertEqual(kept["status"], "active" if version % 2 else "inactive")
        self.assertEqual(instance.stop(), 0)
        instance.command("audit", "verify", "--dir", str(instance.directory))

    def test_care_ends_and_begins_in_each_step_of_a_rotation(self):
        instance = self.begin()
        instance.start()
        custodians = Custodians(instance)
        custodians.appoint()
        instance.stop()
        in_force(instance)
        folder = instance.directory / "policies"
        # The first administrator orders rotations here, too; a hospital gives that to others.
        (folder / "rotations.cedar").write_text(
            '@id("rotations") @description("The test rotates.")\n'
            'permit (principal in Role::"administrator", action, resource == Function::"keys")\n'
            'when { context.purpose == "SYSADMIN" };\n')
        # And this nurse is refused more often than anybody may be there.
        often = folder / "circumstances.cedar"
        often.write_text(re.sub(r"context\.recent\.refusals < \d+",
                                "context.recent.refusals < 100000", often.read_text()))
        instance.start()
        service = instance.client(instance.token())
        patient = made(service, {"resourceType": "Patient", "name": [{"family": "Moody"}]})
        finding = made(service, pulse(patient))
        app = App(instance, "chart", scope="openid user/*.rs")
        person = Person(instance, "otto", "--role", "nurse", "--fhir-user", "Practitioner/n2",
                        "--location", "Location/recovery")
        nurse = instance.client(app.tokens(person.browser)["access_token"])

        care = {"resourceType": "CareTeam", "status": "inactive",
                "subject": {"reference": f"Patient/{patient}"},
                "participant": [{"member": {"reference": "Practitioner/n2"}}]}
        care["id"] = made(service, care)

        def work():
            for turn in range(TURNS):
                self.put(service, care | {"status": "active"})
                self.assertTrue(self.seen(nurse, finding, patient), turn)
                self.put(service, care | {"status": "inactive"})
                self.assertFalse(self.seen(nurse, finding, patient), turn)

        self.rotating(instance, custodians, work)


if __name__ == "__main__":
    unittest.main()
