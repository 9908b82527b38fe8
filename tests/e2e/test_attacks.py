"""Attacks of the list (docs/handbook/attacks.md) that cross several rooms: tokens whose ground is
gone (T12), and methods by other names (P2). Proofs of possession: test_proof_attacks."""
import re
import unittest
import urllib.parse

from instance import Instance
from people import FORM, App, Person

RECORD = "/fhir/Patient/grace"


class Attacks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.addClassCleanup(cls.instance.remove)
        cls.instance.start(seconds=60)
        cls.here = ["--dir", str(cls.instance.directory)]
        cls.writer = cls.instance.client(cls.instance.token())
        assert cls.writer.put(RECORD, {"resourceType": "Patient", "id": "grace"}).status == 201
        cls.person = Person(cls.instance, "ada")
        cls.app = App(cls.instance, "app")

    def reads(self, token):
        return self.instance.client(token).get(RECORD).status

    def tokens(self, app=None):
        """Of the person, used before: the server remembers that they are good."""
        tokens = (app or self.app).tokens(self.person.browser)
        self.assertEqual(self.reads(tokens["access_token"]), 200)
        self.assertEqual(self.reads(tokens["access_token"]), 200)
        return tokens

    def is_over(self, tokens, app=None):
        self.assertEqual(self.reads(tokens["access_token"]), 401)
        refresh = {"grant_type": "refresh_token", "client_id": (app or self.app).name,
                   "refresh_token": tokens["refresh_token"]}
        self.assertIn((app or self.app).ask(refresh).status, (400, 401))

    def test_1_T12_a_token_that_was_revoked(self):
        tokens, other = self.tokens(), self.tokens()
        form = {"token": tokens["refresh_token"], "client_id": "app"}
        answer = self.instance.client().post("/oauth/revoke", urllib.parse.urlencode(form),
                                             {"Content-Type": FORM})
        self.assertEqual(answer.status, 200, answer.body)
        self.is_over(tokens)
        self.assertEqual(self.reads(other["access_token"]), 200)

    def test_2_T12_a_token_whose_consent_was_withdrawn(self):
        other = App(self.instance, "stays")
        tokens, stays = self.tokens(), self.tokens(other)
        browser = self.person.browser
        browser.go("/account")
        # The entry of this app, among those of others.
        entries = re.findall(r"<li>.*?</li>", browser.page, re.DOTALL)
        for entry in entries:
            if "/account/app/end" in entry and re.search(r">\s*app\s*<", entry):
                browser.page = entry
                browser.send("/account/app/end")
        self.is_over(tokens)
        self.assertEqual(self.reads(stays["access_token"]), 200)

    def test_3_T12_a_token_of_a_client_that_is_gone(self):
        gone = App(self.instance, "gone")
        tokens = self.tokens(gone)
        self.instance.command("client", "remove", *self.here, "gone")
        self.is_over(tokens, gone)

    def test_4_T12_a_token_of_a_leaver(self):
        tokens = self.tokens()
        self.instance.command("user", "disable", *self.here, "ada")
        self.is_over(tokens)

    def test_5_P2_methods_by_other_names(self):
        """A method is what the request line says, and its permission that method's."""
        reader = self.instance.client(self.instance.token("--scope", "system/Patient.rs"))
        names = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
        for name in names:
            for method in ("DELETE", "PUT", "PATCH"):
                self.assertEqual(reader.get(RECORD, {name: method}).status, 200)
                self.assertEqual(self.writer.get(RECORD, {name: method}).status, 200)
                self.assertGreaterEqual(self.writer.post(RECORD, {}, {name: method}).status, 400)
        for path in ("?_method=DELETE", "?method=DELETE"):
            self.assertGreaterEqual(self.writer.get(RECORD + path).status, 400)
        for method in ("DELETE", "PUT", "PATCH"):
            body = None if method == "DELETE" else {"resourceType": "Patient", "id": "grace"}
            self.assertIn(reader.send(method, RECORD, body).status, (403, 404, 415), method)
        for method in ("TRACE", "CONNECT", "PROPFIND", "get", "GETX", "DEBUG"):
            answer = self.instance.client(self.writer.token).send(method, RECORD)
            self.assertIn(answer.status, (400, 405, 501), method)
        # It is as it was, in its first version.
        answer = self.writer.get(RECORD)
        self.assertEqual((answer.status, answer.headers["ETag"]), (200, 'W/"1"'))

    def test_6_P2_HEAD_needs_what_GET_needs(self):
        answer = self.instance.client().send("HEAD", RECORD)
        self.assertEqual((answer.status, answer.body), (401, b""))
        other = self.instance.client(self.instance.token("--scope", "system/Observation.rs"))
        answer = other.send("HEAD", RECORD)
        self.assertEqual((answer.status, answer.body), (other.get(RECORD).status, b""))
        self.assertEqual(answer.status, 403)
        self.assertIsNone(answer.headers["ETag"])


if __name__ == "__main__":
    unittest.main()
