"""Questions to the policy in force (AZ-4, AZ-7): by the command line, by HTTP, and by OpenID
AuthZEN 1.0. Each is compared with what the server does when the thing itself is asked for, and
each is on record."""
import json
import unittest

from instance import Instance
from test_people import code_of

JSON = {"Content-Type": "application/json"}
EVALUATION = {"subject": {"type": "client", "id": "demonstration"}, "action": {"name": "read"},
              "resource": {"type": "Patient", "id": "*"}, "context": {"purpose": "TREAT"}}
NAME = "bfe9eb29-ab87-4ca3-be83-a1d5d8305716"


class PolicyQuestions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.here = ["--dir", str(cls.instance.directory)]
        cls.instance.start()
        added = cls.instance.command("user", "add", *cls.here, "ada@example.org", "--scope",
                                     "user/Patient.rs", "--purpose", "TREAT").stdout
        code_of(added)
        cls.user = added.split("id ", 1)[1].split()[0]
        cls.client = cls.instance.administrator("admin/policies.read")

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def explain(self, *arguments):
        return self.instance.command("policy", "explain", *self.here, *arguments)

    def ask(self, path, body, headers=None, client=None):
        return (client or self.client).send("POST", path, json.dumps(body),
                                            JSON | (headers or {}))

    def leaves(self):
        listed = self.instance.command("audit", "export", *self.here, "--format", "jsonl").stdout
        return [json.loads(line) for line in listed.splitlines()]

    def test_explains_to_people(self):
        page = self.explain("--for-user", "ada@example.org", "read", "Patient").stdout
        self.assertTrue(page.startswith("ALLOWED: read of Patient, purpose TREAT"), page)
        self.assertIn("user/Patient.rs", page)
        page = self.explain("--for-user", "ada@example.org", "create", "Patient").stdout
        self.assertTrue(page.startswith("REFUSED: create of Patient, purpose TREAT"), page)
        self.assertIn("the scope user/Patient.cruds", page)
        page = self.explain("--for-service", "--purpose", "SYSADMIN", "--function", "users",
                            "--access", "read").stdout
        self.assertTrue(page.startswith("ALLOWED: admin.user-list, purpose SYSADMIN"), page)
        self.assertEqual(self.explain("--for-user", "ada@example.org", "read", "Patient",
                                      "--json").stdout.count('"allowed":true'), 1)
        refused = self.instance.command("policy", "explain", *self.here, "--for-user", "nobody",
                                        "read", "Patient", check=False)
        self.assertEqual(refused.returncode, 1)

    def test_tells_what_the_server_does(self):
        stored = self.instance.client(self.instance.token())
        self.assertEqual(stored.put("/fhir/Patient/q", {"resourceType": "Patient", "id": "q"})
                         .status, 201)
        for purpose in ("TREAT", "HPAYMT", "HOPERAT"):
            token = self.purpose_token(purpose)
            for interaction, method in (("read", "GET"), ("delete", "DELETE")):
                answer = self.ask("/admin/policy/explain", {
                    "client": "demonstration", "purpose": purpose, "interaction": interaction,
                    "type": "Patient"}).json()
                if method == "DELETE" and answer["allowed"]:
                    continue
                done = self.instance.client(token).send(method, "/fhir/Patient/q")
                self.assertEqual(done.status == 200, answer["allowed"], (purpose, interaction))

    def purpose_token(self, purpose):
        key = self.instance.root / f"{purpose}.jwk"
        self.instance.command("client", "add", *self.here, f"for-{purpose}", "--scope",
                              "system/*.cruds", "--purpose", purpose, "--new-key", str(key))
        return self.instance.token("--client", f"for-{purpose}", "--key", str(key))

    def test_shows_the_policy_and_what_it_opens(self):
        shown = self.client.get("/admin/policy").json()
        self.assertEqual(len(shown["sha256"]), 64)
        self.assertGreater(int(shown["rules"]), 0)
        self.assertIn("permit", shown["text"])
        text = self.instance.command("policy", "show", *self.here).stdout
        self.assertIn(shown["sha256"], text)
        self.assertIn(shown["text"].strip(), text)
        document = self.instance.command("policy", "document", *self.here).stdout
        self.assertIn(shown["sha256"], document)
        self.assertIn("\n## Without a role\n", document)
        self.assertIn("\n### TREAT\n", document)

    def test_evaluates_for_other_programs(self):
        metadata = self.instance.client().get("/.well-known/authzen-configuration").json()
        base = metadata["policy_decision_point"]
        self.assertEqual(metadata["access_evaluation_endpoint"], base + "/access/v1/evaluation")
        self.assertEqual(metadata["access_evaluations_endpoint"], base + "/access/v1/evaluations")
        answer = self.ask("/access/v1/evaluation", EVALUATION, {"X-Request-ID": NAME})
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["X-Request-ID"], NAME)
        self.assertTrue(answer.headers["Salus-Request-ID"])
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertIs(answer.json()["decision"], True)
        person = EVALUATION | {"subject": {"type": "user", "id": self.user}}
        self.assertIs(self.ask("/access/v1/evaluation", person).json()["decision"], True)
        self.assertIs(self.ask("/access/v1/evaluation", person | {"action": {"name": "create"}})
                      .json()["decision"], False)
        record = EVALUATION | {"resource": {"type": "Patient", "id": "q"}}
        self.assertIs(self.ask("/access/v1/evaluation", record).json()["decision"], False)
        several = {**EVALUATION, "evaluations": [{}, {"action": {"name": "none"}}, {}]}
        for semantic, expected in ((None, [True, False, True]),
                                   ("execute_all", [True, False, True]),
                                   ("deny_on_first_deny", [True, False]),
                                   ("permit_on_first_permit", [True])):
            body = several | ({"options": {"evaluations_semantic": semantic}} if semantic else {})
            answers = self.ask("/access/v1/evaluations", body).json()["evaluations"]
            self.assertEqual([each["decision"] for each in answers], expected, semantic)

    def test_refusals_are_answered_in_kind(self):
        for body in ({}, EVALUATION | {"subject": "x"}, EVALUATION | {"context": []}):
            answer = self.ask("/access/v1/evaluation", body, {"X-Request-ID": NAME})
            self.assertEqual(answer.status, 400, body)
            self.assertEqual(answer.headers["X-Request-ID"], NAME)
        stranger = self.instance.client(self.instance.token())
        for path in ("/access/v1/evaluation", "/access/v1/evaluations", "/admin/policy/explain"):
            self.assertEqual(self.ask(path, EVALUATION, client=stranger).status, 403)
            self.assertEqual(self.ask(path, EVALUATION, client=self.instance.client()).status, 401)
        self.assertEqual(stranger.get("/admin/policy").status, 403)
        question = {"service": True, "interaction": "read", "type": "Patient"}
        self.assertEqual(self.ask("/admin/policy/explain", question).status, 200)
        self.assertEqual(self.ask("/admin/policy/explain", question | {"id": "q"}).status, 400)
        self.assertEqual(self.ask("/admin/policy/explain", question | {"type": "X"}).status, 422)

    def test_each_question_is_on_record(self):
        before = sum("admin.policy.asked" in json.dumps(leaf) for leaf in self.leaves())
        self.ask("/access/v1/evaluation", EVALUATION)
        self.client.get("/admin/policy/document")
        self.explain("--for-user", "ada@example.org", "read", "Patient")
        after = sum("admin.policy.asked" in json.dumps(leaf) for leaf in self.leaves())
        self.assertEqual(after, before + 3)


if __name__ == "__main__":
    unittest.main()
