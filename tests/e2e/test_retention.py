"""How long the audit log is kept (AUD-6): nothing of it goes before its time, past a legal hold, or
on fewer decisions than the custodians' policy asks for. What does go is tested beside the code,
where six years pass in a moment."""
import json
import subprocess
import time
import unittest

from custodians import Custodians
from instance import BINARY, Instance

NOT_DUE = "2/1/" + 64 * "0"


class RetentionTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.instance.start(seconds=30)
        cls.custodians = Custodians(cls.instance)

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def audit(self, *arguments):
        return self.instance.command("audit", *arguments, "--dir", str(self.instance.directory),
                                     check=False)

    def prune(self, who="dora"):
        return self.audit("prune", "--reason", "over", "--as", who, "--key",
                          str(self.custodians.key(who)))

    def segments(self):
        return sorted(p.name for p in (self.instance.directory / "audit/default").glob("*.segment"))

    def test_1_without_custodians_nothing_is_proposed(self):
        refused = self.custodians.propose("dora", "prune-audit", NOT_DUE, check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("custodians", refused.stderr)

    def test_2_it_is_shown_what_is_due(self):
        shown = self.audit("retention")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn("due          nothing", shown.stdout)
        self.assertIn("0 days old is proved", shown.stdout)
        self.custodians.appoint()
        refused = self.prune()
        self.assertEqual(refused.returncode, 1)
        self.assertIn("nothing is due", refused.stderr)

    def test_3_what_three_people_decide_before_its_time_is_refused(self):
        before = self.segments()
        proposal = self.custodians.propose("dora", "prune-audit", NOT_DUE)
        self.custodians.vote("grace", proposal)
        twice = self.custodians.vote("grace", proposal, check=False)
        self.assertEqual(twice.returncode, 1)
        self.assertEqual(self.custodians.execute(proposal, check=False).returncode, 1)
        self.custodians.vote("rosa", proposal)
        self.custodians.execute(proposal)
        end = time.monotonic() + 30
        while self.custodians.show(proposal)["phase"] != "executed":
            self.assertLess(time.monotonic(), end)
            time.sleep(0.2)
        self.assertIn("not due", self.custodians.show(proposal)["result"]["refused"])
        self.assertEqual(self.segments(), before)
        self.assertEqual(self.audit("verify").returncode, 0)

    def test_4_only_the_role_that_destroys_proposes_and_only_what_has_a_name(self):
        self.assertEqual(
            self.custodians.propose("rosa", "prune-audit", NOT_DUE, check=False).returncode, 1)
        for bad in ("2", "1/0/" + 64 * "0", "2/1/" + 64 * "0" + "0"):
            self.assertEqual(
                self.custodians.propose("dora", "prune-audit", bad, check=False).returncode, 1)

    def test_5_a_hold_on_the_tenant_stops_it_and_erasures_until_others_lift_it(self):
        client = self.instance.client(self.instance.token())
        client.put("/fhir/Patient/held", {"resourceType": "Patient", "id": "held"})
        open_proposal = self.custodians.propose("dora", "prune-audit", NOT_DUE)
        held = self.custodians.run("hold", "--whole-tenant", "--reason", "a lawsuit")
        hold = json.loads(held.stdout)["hold"]
        shown = self.audit("retention").stdout
        self.assertIn("held by      " + hold, shown)
        self.assertIn("held from    leaf 0", shown)
        # What was proposed before it is no longer what was looked at.
        self.assertEqual(self.custodians.vote("rosa", open_proposal, check=False).returncode, 1)
        for operation in (("prune-audit", NOT_DUE), ("erase-patient", "--patient", "held")):
            refused = self.custodians.propose("dora", *operation, check=False)
            self.assertEqual(refused.returncode, 1)
        self.custodians.decide("grace", "release-hold", hold)
        self.assertNotIn(hold, self.audit("retention").stdout)
        self.custodians.propose("dora", "erase-patient", "--patient", "held")

    def test_6_less_than_six_years_is_no_configuration(self):
        self.instance.stop()
        file = self.instance.directory / "salus.toml"
        text = file.read_text()
        for years in ("5", "0", "-6", "101"):
            file.write_text(text.replace("retention_years = 6", f"retention_years = {years}"))
            refused = subprocess.run([BINARY, "serve", "--dir", str(self.instance.directory)],
                                     capture_output=True, text=True, timeout=30)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("retention_years", refused.stderr)
        file.write_text(text)

    def test_7_a_segment_that_is_missing_is_damage_and_not_a_pruning(self):
        log = self.instance.directory / "audit/default"
        first = log / self.segments()[0]
        kept = first.read_bytes()
        first.unlink()
        (log / "pruned").write_text(
            '{"leaf":9,"pruned":{"first":1,"root":"' + 43 * "A" + '=","segment":2,"versions":"' +
            43 * "A" + '="}}\n')
        found = self.audit("verify")
        self.assertEqual(found.returncode, 3, found.stdout)
        self.assertIn("FOUND", found.stderr)
        refused = subprocess.run([BINARY, "serve", "--dir", str(self.instance.directory)],
                                 capture_output=True, text=True, timeout=30)
        self.assertNotEqual(refused.returncode, 0)
        (log / "pruned").unlink()
        self.assertIn("a segment of the audit log is missing", self.audit("verify").stderr)
        first.write_bytes(kept)
        self.assertEqual(self.audit("verify").returncode, 0)


if __name__ == "__main__":
    unittest.main()
