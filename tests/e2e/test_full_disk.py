"""The disk fills in the middle of a rotation of data keys, and of erasures: what was acknowledged
is there, what cannot be done is said, and with room again it goes on to its end (ENC-4, ENC-5).
Policies and packages are there as a whole, or not at all and can be had again (AZ-8)."""
import secrets
import unittest

from instance import Instance
from keyed_instance import KeyedInstance
from small_disk import SmallDisk, enter_or_leave
from test_packages import SYSTEM, definitions, observation, package
from test_policy_attacks import PolicyPeople

MEBIBYTES = 200  # two segments of the audit log are 128
KIBIBYTE = 1024


class FullDiskTest(unittest.TestCase):
    def setUp(self):
        self.disk = SmallDisk(MEBIBYTES)
        self.addCleanup(self.disk.remove)

    def begin(self, **options):
        instance = KeyedInstance(**options)
        self.addCleanup(instance.remove)
        return instance

    def write_until_refused(self, instance):
        """Names of the patients that were acknowledged, and the refusal."""
        acknowledged = []
        for number in range(500):
            name = f"late{number}"
            answer = instance.reader.put(f"/fhir/Patient/{name}", {
                "resourceType": "Patient", "id": name, "name": [{"family": f"PLANTED{name}"}]})
            if answer.status != 201:
                return acknowledged, answer
            acknowledged.append(name)
        self.fail("the disk did not fill")

    def test_a_rotation_goes_on(self):
        instance = self.begin(records_per_second=300)
        patients = [f"p{number}" for number in range(10)]
        for patient in patients:
            instance.write(patient, 40)
        instance.restart()  # the write-ahead log begins anew: it has no room of its own
        mark = len(instance.said())
        instance.custodians.rotate("data")
        instance.wait_until(lambda status: len(instance.live_versions(status)) > 1, "a rotation")
        self.disk.fill()
        acknowledged, refused = self.write_until_refused(instance)
        self.assertEqual(refused.status, 503, refused.body)
        self.assertEqual(refused.json()["resourceType"], "OperationOutcome")
        instance.wait_said("rotation.failed", since=mark)
        self.assertIn('"until_reopened":false', instance.said()[mark:])
        self.assertFalse(instance.data_is_rotated(instance.status()))
        for patient in patients:
            self.assertTrue(instance.reads(patient, 3))
        for patient in acknowledged:
            self.assertTrue(instance.reads(patient, 0))

        self.disk.free()
        instance.wait_until(instance.data_is_rotated, "the rotation")
        answer = instance.reader.put("/fhir/Patient/after", {"resourceType": "Patient",
                                                             "id": "after"})
        self.assertEqual(answer.status, 201)
        for _ in range(2):
            for patient in patients:
                self.assertTrue(instance.reads(patient, 40))
            for patient in acknowledged:
                self.assertTrue(instance.reads(patient, 0))
            instance.restart()
        instance.stop()
        instance.everything_holds()

    def test_an_erasure_goes_on(self):
        """Room for some of its steps, less, then more: not begun, or begun and ended later."""
        instance = self.begin()
        instance.write("stays", 3)
        begun = []
        waited = 0
        for number, room in enumerate((0, 16, 64, 128)):
            patient = f"leaves{number}"
            instance.write(patient, 30)
            proposal = instance.approve(patient)
            instance.restart()
            mark = len(instance.said())
            self.disk.fill(leaving=room * KIBIBYTE)
            status = instance.execute(proposal)
            if status != 202:
                self.assertEqual(status, 503)
                self.assertTrue(instance.reads(patient, 30), "half erased by what was refused")
                self.assertEqual(instance.phase(proposal), "open")
            elif self.waits(instance, proposal, mark):
                waited += 1
            self.assertTrue(instance.reads("stays", 3))
            self.disk.free()
            if status != 202:
                self.assertEqual(instance.execute(proposal), 202)
            elif number % 2 == 0:
                instance.restart()
            begun.append((patient, proposal))
        print(f"\n{waited} of {len(begun)} erasures waited in their middle")
        self.assertGreater(waited, 0, "no erasure met a full disk in its middle")
        for patient, proposal in begun:
            self.assertTrue(instance.is_certified(instance.wait_executed(proposal)))
            self.assertTrue(instance.is_gone(patient), patient)
        instance.restart()
        for patient, _ in begun:
            self.assertTrue(instance.is_gone(patient), patient)
        self.assertTrue(instance.reads("stays", 3))
        instance.stop()
        instance.everything_holds()
        live = [states for states in instance.data_keys().values() if 3 not in states.values()]
        self.assertEqual(len(instance.data_keys()) - len(live), len(begun))

    @staticmethod
    def waits(instance, proposal, mark):
        """Whether it stopped in its middle; otherwise it has ended."""
        while instance.phase(proposal) != "executed":
            if "keys.operation_waits" in instance.said()[mark:]:
                return True
        return False


class FullDiskPolicies(PolicyPeople):
    def setUp(self):
        self.disk = SmallDisk(MEBIBYTES)
        self.addCleanup(self.disk.remove)
        super().setUp()

    def test_an_activation_is_whole_or_was_not(self):
        refusals = 0
        for room in (0, 8, 64):
            (number, sha256), = self.approved(1)
            before = self.listed()[1]["in_force"]
            self.instance.stop()
            self.instance.start()  # the write-ahead log begins anew: it has no room of its own
            person = self.as_person(0)
            person.get("/health")
            self.disk.fill(leaving=room * KIBIBYTE)
            status = self.step(person, number, "activate", sha256).status
            self.assertIn(status, (200, 503))
            now = self.listed()
            self.disk.free()
            refusals += status == 503
            for _ in range(2):
                self.assertEqual(now[1]["in_force"], number if status == 200 else before)
                self.assertEqual(now[0].headers["Salus-Policy-Version"],
                                 str(now[1]["in_force"]))
                self.instance.stop()
                self.instance.start()
                now = self.listed()
            if status == 503:
                again = self.step(self.as_person(0), number, "activate", sha256)
                self.assertEqual(again.status, 200, again.body)
            self.assertEqual(self.listed()[1]["in_force"], number)
        self.assertGreater(refusals, 0, "no activation met a full disk")
        self.instance.command("audit", "verify", *self.here)


class FullDiskPackages(unittest.TestCase):
    NAME = "test.wards@1.0.0"

    def setUp(self):
        self.disk = SmallDisk(MEBIBYTES)
        self.addCleanup(self.disk.remove)
        self.instance = Instance()
        self.addCleanup(self.instance.remove)
        self.here = ("--dir", str(self.instance.directory))

    def test_a_package_is_there_as_a_whole_or_not(self):
        bulk = {"resourceType": "CodeSystem", "url": "http://example.org/bulk", "status": "active",
                "content": "complete", "concept": [{"code": secrets.token_hex(30)}
                                                   for _ in range(8000)]}
        content = package(content=[*definitions(), bulk])
        refusals = 0
        for room in (0, 256, 768):
            self.instance.start()
            client = self.instance.administrator("admin/definitions.read",
                                                 "admin/definitions.write")
            writer = self.instance.client(self.instance.token())
            self.assertEqual(client.get("/admin/definitions").status, 200)
            self.disk.fill(leaving=room * KIBIBYTE)
            status = self.load(client, content)
            self.assertIn(status, (200, 503))
            self.disk.free()
            refusals += status == 503
            self.expect(writer, status == 200)
            self.instance.stop()
            self.instance.start()
            self.expect(writer := self.instance.client(self.instance.token()), status == 200)
            if status == 503:
                client = self.instance.administrator("admin/definitions.write")
                self.assertEqual(self.load(client, content), 200)
                self.expect(writer, True)
            self.instance.command("definitions", "remove", *self.here, self.NAME)
            self.instance.stop()
        self.assertGreater(refusals, 0, "no load met a full disk")
        self.instance.command("audit", "verify", *self.here)

    @staticmethod
    def load(client, content):
        return client.post("/admin/definitions", content,
                           {"Content-Type": "application/gzip"}).status

    def expect(self, writer, is_loaded):
        """The list and what validation says are one."""
        listed = self.instance.command("definitions", "list", *self.here).stdout.split()
        self.assertEqual(listed, [self.NAME] if is_loaded else [])
        wrong = observation(bodySite={"coding": [{"system": SYSTEM, "code": "west"}]})
        self.assertEqual(writer.post("/fhir/Observation", wrong).status,
                         422 if is_loaded else 201)


if __name__ == "__main__":
    enter_or_leave()
    unittest.main()
