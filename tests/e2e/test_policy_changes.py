"""How the policy is changed while the server runs (AZ-8): proposed from the command line, tested
with its decision tables, replayed against what was asked before, approved by two people who signed
in, activated for the next request, and still in force after a restart."""
import json
import re
import shutil
import unittest

from instance import Instance, REPOSITORY
from people import App, Person

ADMINISTRATION = """
@id("administration") @description("Administration.")
permit (principal, action in [Action::"administerRead", Action::"administerWrite"], resource)
when { context.purpose == "SYSADMIN" };
"""
READS = """
@id("reads") @description("Treatment reads patients.") @fields("*")
permit (principal, action == Action::"read", resource is Record in Type::"Patient")
when { context.purpose == "TREAT" };
"""
SCOPE = "admin/policies.read admin/policies.write"
JSON = {"Content-Type": "application/json"}


class PolicyChanges(unittest.TestCase):
    def setUp(self):
        self.instance = Instance()
        self.addCleanup(self.instance.remove)
        self.here = ["--dir", str(self.instance.directory)]
        self.instance.start()
        self.writer = self.instance.client(self.instance.token())
        self.assertEqual(self.writer.put("/fhir/Patient/p", {"resourceType": "Patient", "id": "p"})
                         .status, 201)
        self.folder = self.instance.root / "proposed"
        self.folder.mkdir()
        (self.folder / "a.cedar").write_text(ADMINISTRATION)

    def policy(self, *arguments, check=True):
        return self.instance.command("policy", *arguments[:1], *self.here, *arguments[1:],
                                     check=check)

    def person(self, name):
        """A token of somebody who signed in, to administer policies."""
        if not hasattr(self, "app"):
            self.app = App(self.instance, "console", scope="openid " + SCOPE,
                           purpose="SYSADMIN")
        person = Person(self.instance, name, scope=SCOPE, purpose="SYSADMIN")
        token = self.instance.root / f"{name}.token"
        token.write_text(self.app.tokens(person.browser)["access_token"])
        return token

    def restart(self):
        self.instance.stop()
        self.instance.start()
        self.writer = self.instance.client(self.instance.token())

    def log(self):
        return self.instance.command("audit", "export", *self.here, "--format", "jsonl").stdout

    def test_two_people_change_the_policy_and_nobody_alone(self):
        (self.folder / "b.cedar").write_text(READS)
        ann = self.person("ann@example.org")
        ben = self.person("ben@example.org")
        proposed = self.policy("propose", str(self.folder), "--reason", "less is enough",
                               "--token-file", str(ann)).stdout
        self.assertRegex(proposed, r"^version 1: proposed, 0 approvals, 0 cases, SHA-256 "
                                   r"[0-9a-f]{64}: less is enough")
        for token in ([], ["--token-file", str(ann)]):
            refused = self.policy("approve", "1", *token, check=False)
            self.assertEqual(refused.returncode, 1, refused.stdout)
        self.assertEqual(self.policy("activate", "1", check=False).returncode, 1)
        report = json.loads(self.policy("replay", "1", "--days", "1").stdout)
        self.assertTrue(any(loss["interaction"] == "update" and loss["type"] == "Patient"
                            for loss in report["losses"]["groups"]), report)
        self.assertEqual(report["gains"]["requests"], 0)
        self.assertIn("version 1: approved", self.policy("approve", "1", "--token-file",
                                                         str(ben)).stdout)
        self.assertEqual(self.writer.get("/fhir/Patient/p").headers["Salus-Policy-Version"], "0")
        self.assertIn("version 1: in-force", self.policy("activate", "1").stdout)
        answer = self.writer.get("/fhir/Patient/p")
        self.assertEqual((answer.status, answer.headers["Salus-Policy-Version"]), (200, "1"))
        put = self.writer.put("/fhir/Patient/q", {"resourceType": "Patient", "id": "q"})
        self.assertEqual((put.status, put.headers["Salus-Policy-Version"]), (403, "1"))
        shown = self.policy("version", "1").stdout
        self.assertIn('@id("reads")', shown)
        self.assertEqual(json.loads(self.policy("show", "--json").stdout)["sha256"],
                         re.search("[0-9a-f]{64}", proposed).group())
        self.restart()
        answer = self.writer.get("/fhir/Patient/p")
        self.assertEqual((answer.status, answer.headers["Salus-Policy-Version"]), (200, "1"))
        log = self.log()
        for event in ("proposed", "approved", "changed"):
            self.assertIn(f'"admin.policy.{event}"', log)
        check = json.loads(self.instance.command("check", *self.here, "--json").stdout)
        line = next(each for each in check if each["id"] == "AZ-8")
        self.assertEqual(line["state"], "enforced", line)
        self.assertIn("version 1 in force", line["evidence"])
        self.passes_over_the_version()

    def passes_over_the_version(self):
        """Who can no longer change it otherwise has the configuration."""
        file = self.instance.directory / "salus.toml"
        file.write_text(file.read_text().replace('source = "versions"',
                                                 'source = "configuration"'))
        self.restart()
        put = self.writer.put("/fhir/Patient/q", {"resourceType": "Patient", "id": "q"})
        self.assertEqual((put.status, put.headers["Salus-Policy-Version"]), (201, "0"))

    def test_says_what_is_wrong_and_keeps_nothing(self):
        (self.folder / "b.cedar").write_text(READS.replace("context.purpose", "context.purpos"))
        refused = self.policy("propose", str(self.folder), "--reason", "x", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("purpos", refused.stderr)
        self.assertIn("in force: the policy of the configuration", self.policy("versions").stdout)

    def test_runs_the_tables_of_the_hospital(self):
        shutil.copytree(REPOSITORY / "policies/hospital", self.folder, dirs_exist_ok=True)
        (self.folder / "a.cedar").unlink()
        proposed = self.policy("propose", str(self.folder), "--reason", "a hospital").stdout
        self.assertRegex(proposed, r"version 1: proposed, 0 approvals, [0-9]{3} cases")
        care = self.folder / "care.cedar"
        care.write_text(care.read_text().replace('"TREAT"', '"HPAYMT"', 3))
        refused = self.policy("propose", str(self.folder), "--reason", "a hospital", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("findings", refused.stderr)
        self.assertIn("version 1: withdrawn", self.policy("withdraw", "1").stdout)


if __name__ == "__main__":
    unittest.main()
