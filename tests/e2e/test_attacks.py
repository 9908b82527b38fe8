"""Attacks of the list (docs/handbook/attacks.md) that cross several rooms: tokens whose ground is
gone (T12), methods by other names (P2), and errors that send people elsewhere (F9). Proofs of
possession: test_proof_attacks."""
import html
import re
import unittest
import urllib.parse

from instance import Instance
from people import CALLBACK, FORM, App, Browser, Person

PATCH = {"Content-Type": "application/json-patch+json"}
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

    def test_3_T12_a_token_of_a_leaver(self):
        tokens = self.tokens()
        self.instance.command("user", "disable", *self.here, "ada")
        self.is_over(tokens)

    def test_4_P2_methods_by_other_names(self):
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
        resource = {"resourceType": "Patient", "id": "grace"}
        self.assertEqual(reader.delete(RECORD).status, 403)
        self.assertEqual(reader.put(RECORD, resource).status, 403)
        patch = [{"op": "add", "path": "/active", "value": False}]
        self.assertEqual(reader.send("PATCH", RECORD, patch, PATCH).status, 403)
        for method in ("TRACE", "CONNECT", "PROPFIND", "get", "GETX", "DEBUG"):
            answer = self.instance.client(self.writer.token).send(method, RECORD)
            self.assertIn(answer.status, (400, 405, 501), method)
        # It is as it was, in its first version.
        answer = self.writer.get(RECORD)
        self.assertEqual((answer.status, answer.headers["ETag"]), (200, 'W/"1"'))

    def test_5_P2_HEAD_needs_what_GET_needs(self):
        answer = self.instance.client().send("HEAD", RECORD)
        self.assertEqual((answer.status, answer.body), (401, b""))
        other = self.instance.client(self.instance.token("--scope", "system/Observation.rs"))
        answer = other.send("HEAD", RECORD)
        self.assertEqual((answer.status, answer.body), (other.get(RECORD).status, b""))
        self.assertEqual(answer.status, 403)
        self.assertIsNone(answer.headers["ETag"])

    def test_6_F9_who_is_not_signed_in_is_sent_nowhere_by_a_mistake(self):
        """An app that was registered by fraud, and an address that looks like ours. Whatever is
        wrong with the request, no header sends the browser away; the page names the app's address,
        and its link tells the app what it would have been told."""
        nobody, somebody = Browser(self.instance), Person(self.instance, "eve").browser
        good = self.app.request(nobody, "v" * 43)
        wrong = [{"scope": "everything"}, {"code_challenge": ""}, {"response_type": "token"},
                 {"code_challenge_method": "plain"}, {"response_mode": "fragment"},
                 {"aud": "https://evil.example/fhir"}, {"prompt": "none login"},
                 {"purpose_of_use": "nonsense"}, {"dpop_jkt": "short"}, {"request": "eyJ"},
                 {"max_age": "-1"}, {"state": "\u2603"}]
        for change in wrong:
            for method in ("GET", "POST"):
                with self.subTest(change=change, method=method):
                    self.sends_nobody(method, urllib.parse.urlencode(good | change))
            there = somebody.go("/oauth/authorize?" + urllib.parse.urlencode(good | change))
            self.assertTrue(there.startswith(CALLBACK + "?error="), there)
            nobody.go("/oauth/authorize?" + urllib.parse.urlencode(good | change))
            self.assertIn(f'<a href="{html.escape(there)}">', nobody.page)
        # A request without a page is answered, since no page may be shown for it.
        for change in ({}, {"scope": "everything"}):
            asked = urllib.parse.urlencode(good | change | {"prompt": "none"})
            there = Browser(self.instance).go("/oauth/authorize?" + asked)
            expected = "invalid_scope" if change else "login_required"
            self.assertTrue(there.startswith(f"{CALLBACK}?error={expected}&"), there)

    def sends_nobody(self, method, query):
        target = "/oauth/authorize" + (f"?{query}" if method == "GET" else "")
        answer = self.instance.client().send(method, target, query if method == "POST" else None,
                                             {"Content-Type": FORM})
        self.assertEqual(answer.status, 400, answer.body)
        for name in ("Location", "Refresh", "Set-Cookie"):
            self.assertNotIn(name, answer.headers)
        page = answer.body.decode()
        self.assertIn(f"<code>{CALLBACK}</code>", page)
        for name in ("<script", "<form", "http-equiv"):
            self.assertNotIn(name, page)


if __name__ == "__main__":
    unittest.main()
