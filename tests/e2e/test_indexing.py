"""The index brought up to date in the background after the table of sensitive codes changed: while
requests are served, over a crash, once; and what of it shows."""
import json
import time
import unittest

from instance import Instance
from test_policy_files import with_policy

OBSERVATIONS = 600
VIRAL_LOAD = {"system": "http://loinc.org", "code": "25836-8"}
PULSE = {"system": "http://loinc.org", "code": "8867-4"}
# Records a second, 64 at once: so that a crash comes in the middle, and that there is time to look.
VERY_SLOW = 10
SLOW = 30
HIDING = """
@id("all") @fields("*")
permit(principal, action, resource is Record);
@id("administration")
permit(principal, action in [Action::"administerRead", Action::"administerWrite"],
       resource is Function);
@id("sensitive")
forbid(principal, action in [Action::"read", Action::"search"], resource is Record)
when { resource.labels.contains("HIV") };
"""


def observation(number):
    """Every tenth is sensitive by a code that no search parameter has."""
    site = VIRAL_LOAD if number % 10 == 0 else PULSE
    return {"resourceType": "Observation", "status": "final",
            "code": {"coding": [PULSE]}, "bodySite": {"coding": [site]},
            "subject": {"reference": "Patient/p"}}


class Indexing(unittest.TestCase):
    def setUp(self):
        self.instance = Instance()
        self.addCleanup(self.instance.remove)
        self.place = self.instance.directory / "run/indexing-default"
        self.instance.start()
        self.connect()
        self.assertEqual(self.client.put("/fhir/Patient/p", {"resourceType": "Patient",
                                                             "id": "p"}).status, 201)
        entries = [{"resource": observation(number),
                    "request": {"method": "POST", "url": "Observation"}}
                   for number in range(OBSERVATIONS)]
        for begin in range(0, OBSERVATIONS, 100):
            answer = self.client.post("/fhir", {"resourceType": "Bundle", "type": "transaction",
                                                "entry": entries[begin:begin + 100]})
            self.assertEqual(answer.status, 200, answer.body)

    def connect(self):
        self.client = self.instance.client(self.instance.token())

    def configure(self, old, new):
        file = self.instance.directory / "salus.toml"
        text = file.read_text()
        self.assertIn(old, text)
        file.write_text(text.replace(old, new, 1))

    def pace(self, records):
        file = self.instance.directory / "salus.toml"
        line = next(each for each in file.read_text().splitlines()
                    if each.startswith("records_per_second"))
        self.configure(line, f"records_per_second = {records}")

    def indexing(self):
        answer = self.instance.administrator("admin/definitions.read").get("/admin/definitions")
        self.assertEqual(answer.status, 200, answer.body)
        state = answer.json()["indexing"]
        return state["state"], int(state["commitsLeft"])

    def wait(self, until, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            state = self.indexing()
            if until(*state):
                return state
            time.sleep(0.2)
        self.fail(f"it stayed {state}")

    def wait_until_finished(self):
        self.wait(lambda state, left: state == "finished" and left == 0)

    def events(self, name):
        lines = self.instance.output.read_text().splitlines()
        return [each for each in map(json.loads, lines) if each.get("event") == name]

    def line_of(self, control):
        done = self.instance.command("check", "--dir", str(self.instance.directory), "--json",
                                     check=False)
        return next(each for each in json.loads(done.stdout) if each["id"] == control)

    def total(self):
        answer = self.client.get("/fhir/Observation?patient=p&_summary=count")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()["total"]

    def test_another_table_and_a_crash(self):
        self.wait_until_finished()
        finished = self.place.read_text()
        definitions, table, left = finished.split(" ")
        self.assertEqual((definitions, left), ("-", "0"))
        self.instance.stop()

        # As after an update that brought another table.
        self.place.write_text(f"- {table[::-1]} 0")
        self.pace(VERY_SLOW)
        self.instance.start()
        self.connect()
        _, most = self.wait(lambda state, left: state == "under way")
        _, less = self.wait(lambda state, left: state == "under way" and 0 < left < most)
        self.assertEqual(self.total(), OBSERVATIONS)
        self.assertEqual(self.client.post("/fhir/Observation", observation(1)).status, 201)
        self.assertIn("still to be indexed", self.line_of("AZ-2")["evidence"])
        self.instance.kill()
        self.assertEqual(self.place.read_text().split(" ")[1], table)
        self.assertNotEqual(self.place.read_text(), finished)

        self.instance.start()
        self.connect()
        self.wait(lambda state, left: state == "under way")
        self.assertEqual(self.total(), OBSERVATIONS + 1)
        self.instance.stop()
        self.pace(0)
        self.instance.start()
        self.connect()
        self.wait_until_finished()
        self.assertEqual(self.place.read_text(), finished)
        self.assertIn("the labels of all records", self.line_of("AZ-2")["evidence"])
        self.assertEqual(len(self.events("indexing.finished")), 2)
        self.assertEqual(self.events("indexing.left_out"), [])

        # It is known to be done: a start looks at nothing again.
        began = len(self.events("indexing.began"))
        self.instance.stop()
        self.instance.start()
        self.connect()
        time.sleep(1)
        self.assertEqual(self.indexing(), ("finished", 0))
        self.assertEqual(len(self.events("indexing.began")), began)
        verified = self.instance.command("audit", "verify", "--dir",
                                         str(self.instance.directory), check=False)
        self.assertEqual(verified.returncode, 0, verified.stderr)

    def test_counts_stay_right_all_the_while(self):
        """Under a policy that reads labels: before, while entries are made again, and after."""
        self.wait_until_finished()
        self.instance.stop()
        table = self.place.read_text().split(" ")[1]
        self.place.write_text(f"- {table[::-1]} 0")
        with_policy(self.instance, HIDING)
        self.pace(SLOW)
        self.instance.start()
        self.connect()
        shown = OBSERVATIONS - OBSERVATIONS // 10
        looked = 0
        while self.indexing()[0] == "under way":
            self.assertEqual(self.total(), shown)
            looked += 1
        self.assertGreater(looked, 1)
        self.assertEqual(self.total(), shown)


if __name__ == "__main__":
    unittest.main()
