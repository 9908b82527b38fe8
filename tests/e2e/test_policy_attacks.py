"""Attacks on changes of the policy (AZ-8): two versions are activated at once, the server is killed
while it activates, the configuration is exchanged between a proposal and its activation, and the
store of last week is put back."""
import http.client
import json
import random
import shutil
import threading
import time
import unittest

from instance import Instance
from people import App, Person
from test_policy_changes import ADMINISTRATION, JSON, SCOPE

VERSIONS = "/admin/policy/versions"
KILLS = 6


def text_of(number):
    return f'{ADMINISTRATION}\n@id("extra-{number}") @fields("*")\n' \
        'permit (principal, action == Action::"read", resource is Record in Type::"Patient")\n' \
        'when { context.purpose == "TREAT" };'


class PolicyPeople(unittest.TestCase):
    """Two people who may change the policy, and what they do."""

    def setUp(self):
        self.instance = Instance()
        self.addCleanup(self.instance.remove)
        self.here = ["--dir", str(self.instance.directory)]
        self.instance.start()
        self.app = App(self.instance, "console", scope="openid " + SCOPE, purpose="SYSADMIN")
        people = [Person(self.instance, f"{name}@example.org", scope=SCOPE, purpose="SYSADMIN")
                  for name in ("ann", "ben")]
        self.tokens = [self.app.tokens(each.browser)["access_token"] for each in people]

    def as_person(self, number):
        return self.instance.client(self.tokens[number])

    def step(self, client, number, name, sha256):
        return client.post(f"{VERSIONS}/{number}/{name}", json.dumps({"sha256": sha256}), JSON)

    def approved(self, count):
        """Versions that may be activated: number and hash of each."""
        ann, ben = self.as_person(0), self.as_person(1)
        made = []
        for each in range(count):
            answer = ann.post(VERSIONS, json.dumps({"text": text_of(each), "reason": "a test"}),
                              JSON)
            self.assertEqual(answer.status, 201, answer.body)
            version = answer.json()
            made.append((int(version["number"]), version["sha256"]))
            self.assertEqual(self.step(ben, *made[-1][:1], "approve", made[-1][1]).status, 200)
        return made

    def listed(self):
        answer = self.as_person(0).get(VERSIONS)
        self.assertEqual(answer.status, 200, answer.body)
        return answer, json.loads(answer.body)

    def phases(self):
        return {each["number"]: each["phase"] for each in self.listed()[1]["versions"]}


class PolicyAttacks(PolicyPeople):
    def test_of_versions_that_are_activated_at_once_one_is(self):
        versions = self.approved(6)
        gate = threading.Barrier(len(versions))
        answers = {}

        def activate(number, sha256):
            client = self.as_person(number % 2)
            client.get("/health")
            gate.wait()
            answers[number] = self.step(client, number, "activate", sha256).status

        threads = [threading.Thread(target=activate, args=each) for each in versions]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        self.assertEqual(sorted(answers.values()), [200] + [409] * (len(versions) - 1), answers)
        winner = next(number for number, status in answers.items() if status == 200)
        answer, listed = self.listed()
        self.assertEqual(listed["in_force"], winner)
        self.assertEqual(answer.headers["Salus-Policy-Version"], str(winner))
        self.assertEqual({phase for number, phase in self.phases().items() if number != winner},
                         {"outdated"})

    def test_a_kill_leaves_the_one_or_the_other(self):
        seed = int(time.time())
        chance = random.Random(seed)
        for _ in range(KILLS):
            (number, sha256), = self.approved(1)
            before = self.listed()[1]["in_force"]
            status = []

            def activate(number=number, sha256=sha256, status=status):
                try:
                    status.append(self.step(self.as_person(0), number, "activate", sha256).status)
                except (OSError, http.client.HTTPException):
                    pass  # killed before it answered

            thread = threading.Thread(target=activate)
            thread.start()
            time.sleep(chance.uniform(0, 0.02))
            self.instance.kill()
            thread.join()
            self.instance.start()
            answer, listed = self.listed()
            self.assertIn(listed["in_force"], (before, number), f"seed {seed}")
            if status == [200]:
                self.assertEqual(listed["in_force"], number, f"seed {seed}")
            self.assertEqual(answer.headers["Salus-Policy-Version"], str(listed["in_force"]))
            self.assertEqual(self.phases()[number],
                             "in-force" if listed["in_force"] == number else "approved")

    def test_what_was_tried_is_what_it_replaces(self):
        """A configuration that was exchanged meanwhile is version 0, too."""
        (number, sha256), = self.approved(1)
        file = self.instance.directory / "salus.toml"
        self.instance.stop()
        settings = file.read_text()
        self.assertIn('delete = ["*"]', settings)
        file.write_text(settings.replace('delete = ["*"]', "delete = []", 1))
        self.instance.start()
        self.assertEqual(self.phases()[number], "outdated")
        refused = self.step(self.as_person(0), number, "activate", sha256)
        self.assertEqual(refused.status, 409, refused.body)
        self.assertEqual(refused.headers["Salus-Policy-Version"], "0")

    def test_a_configuration_that_decides_is_said_to(self):
        (number, sha256), = self.approved(1)
        self.assertEqual(self.step(self.as_person(1), number, "activate", sha256).status, 200)
        self.assertEqual(self.phases()[number], "in-force")
        file = self.instance.directory / "salus.toml"
        self.instance.stop()
        file.write_text(file.read_text().replace('source = "versions"',
                                                 'source = "configuration"'))
        self.instance.start()
        answer, listed = self.listed()
        self.assertEqual((listed["in_force"], answer.headers["Salus-Policy-Version"]), (0, "0"))
        self.assertEqual(self.phases()[number], "passed-over")
        # The way out of a version that shuts people out: another one, against what decides.
        (number, sha256), = self.approved(1)
        self.assertEqual(self.step(self.as_person(1), number, "activate", sha256).status, 200)
        self.assertEqual(self.listed()[1]["in_force"], number)

    def test_the_store_of_last_week_is_noticed(self):
        versions = self.approved(2)
        self.assertEqual(self.instance.stop(), 0)
        store = self.instance.directory / "store"
        kept = self.instance.root / "last-week"
        shutil.copytree(store, kept)
        self.instance.start()
        self.assertEqual(self.step(self.as_person(0), versions[0][0], "activate",
                                   versions[0][1]).status, 200)
        self.assertEqual(self.instance.stop(), 0)
        shutil.rmtree(store)
        shutil.copytree(kept, store)
        found = self.instance.command("audit", "reconcile", *self.here, check=False)
        self.assertEqual(found.returncode, 3, found.stdout + found.stderr)
        self.assertIn("rolled back: policy", found.stdout + found.stderr)
        self.instance.start()
        # It is told, not refused: an operator who restores a backup needs the server, too.
        deadline = time.monotonic() + 30
        while self.instance.client().get("/health").json()["status"] != "warn":
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)


if __name__ == "__main__":
    unittest.main()
