"""People who sign in by an OpenID provider that is not ours (IAM-5): linked by an administrator,
and by nothing that the provider says of them but issuer and subject. The provider is oidc-provider
from npm, in tests/outside/provider, over TLS on the loopback network."""
import http.cookiejar
import os
import re
import shutil
import subprocess
import unittest
import urllib.error
import urllib.parse
import urllib.request

import people
from instance import Instance, REPOSITORY, free_port
from test_device_posture import made
from test_emergency import Ward, choose

PROVIDER = REPOSITORY / "tests/outside/provider"
REDIRECTS = (302, 303)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Reply:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read().decode()


class Browser:
    """Keeps cookies, and goes nowhere by itself."""

    def __init__(self, instance):
        self.instance = instance
        self.base = f"https://localhost:{instance.port}"
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=instance.tls()),
            urllib.request.HTTPCookieProcessor(self.jar), NoRedirect)
        self.form_token = ""

    def send(self, url, fields=None):
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        url = urllib.parse.urljoin(self.base, url)
        try:
            reply = Reply(self.opener.open(urllib.request.Request(url, data), timeout=60))
        except urllib.error.HTTPError as error:
            reply = Reply(error)
        token = re.search(r'name="token" value="([^"]+)"', reply.body)
        if token:
            self.form_token = token.group(1)
        return reply

    def has_session(self):
        return any(cookie.name.endswith("-session") for cookie in self.jar)

    def as_people(self):
        """The same browser, to go where apps send it."""
        browser = people.Browser(self.instance)
        browser.cookies = {cookie.name: cookie.value for cookie in self.jar
                           if cookie.name.startswith("__Host-salus")}
        return browser

    def leave(self, page="/sign-in"):
        """To the provider: the address that the browser is sent to."""
        self.send(page)
        return self.send("/sign-in/provider", {"token": self.form_token})

    def walk(self, url, form):
        """Through the provider, whose page gets the form. The address that leads back, and whether
        it asked."""
        asked = False
        for _ in range(10):
            reply = self.send(url)
            if reply.status == 200:
                asked = True
                reply = self.send(url, form)
            assert reply.status in REDIRECTS, (reply.status, reply.body)
            url = urllib.parse.urljoin(url, reply.headers["Location"])
            if url.startswith(self.base):
                return url, asked
        raise AssertionError("it leads nowhere")

    def come_back(self, form, page="/sign-in"):
        left = self.leave(page)
        assert left.status == 200, left.body
        return self.walk(left.headers["Refresh"].removeprefix("0;url="), form)


def form(account, acr="mfa"):
    return {"account": account, "acr": acr}


class OutsideProviderTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        node = shutil.which("node")
        if node is None or not (PROVIDER / "node_modules/oidc-provider").is_dir():
            print("note: node or oidc-provider is absent, so nobody signed in by one")
            raise unittest.SkipTest("no provider")
        cls.instance = Instance()
        cls.port = free_port()
        cls.configure("[]")
        cls.instance.start(seconds=60)
        cls.node = node
        cls.start_provider()

    @classmethod
    def start_provider(cls):
        directory = cls.instance.directory
        base = f"https://localhost:{cls.instance.port}"
        cls.provider = subprocess.Popen(
            [cls.node, str(PROVIDER / "provider.mjs"), str(cls.port),
             str(directory / "tls/server.key"), str(directory / "tls/server.crt"),
             base + "/oauth/jwks", base + "/sign-in/provider"],
            stdout=subprocess.PIPE, text=True,
            env=os.environ | {"NODE_EXTRA_CA_CERTS": str(directory / "tls/ca.crt")})
        line = cls.provider.stdout.readline()
        while line and line.strip() != "ready":
            line = cls.provider.stdout.readline()
        assert line, "the provider did not start"

    @classmethod
    def tearDownClass(cls):
        cls.provider.kill()
        cls.provider.wait()
        cls.provider.stdout.close()
        cls.instance.stop()
        cls.instance.remove()

    @classmethod
    def configure(cls, networks, strong='acr = ["phr"]'):
        """`strong`: what the provider says of a sign-in that resists phishing."""
        file = cls.instance.directory / "salus.toml"
        text = file.read_text().split("\n[sign_in.provider]\n")[0]
        file.write_text(f"""{text}
[sign_in.provider]
issuer = "https://localhost:{cls.port}"
client_id = "salus"
name = "Example Hospital"
authorities = "tls/ca.crt"
networks = {networks}
scopes = ["groups"]
[sign_in.provider.multi_factor]
acr = ["mfa"]
[sign_in.provider.phishing_resistant]
{strong}
[[sign_in.provider.roles]]
claim = "groups"
value = "cardiology-nurses"
role = "nurse"
""")

    def command(self, *arguments, check=True):
        group, name, *rest = arguments
        return self.instance.command(group, name, "--dir", str(self.instance.directory), *rest,
                                     check=check)

    def browser(self):
        return Browser(self.instance)

    def refused(self, browser, reply):
        self.assertEqual(reply.status, 403, reply.body)
        self.assertIn("Signing in there did not work here.", reply.body)
        self.assertFalse(browser.has_session())

    # In the order of their names: each begins with what the one before left.
    def test_1_no_network_is_called_that_the_operator_did_not_open(self):
        browser = self.browser()
        self.assertIn("Sign in with <bdi>Example Hospital</bdi>", browser.send("/sign-in").body)
        self.assertEqual(browser.leave().status, 503)
        self.instance.stop()
        self.configure('["127.0.0.0/8", "::1/128"]')
        self.instance.start(seconds=60)

    def test_2_nobody_is_let_in_by_an_address(self):
        self.command("user", "add", "ada", "--name", "Ada Example", "--scope", "user/*.rs",
                     "--purpose", "TREAT")
        browser = self.browser()
        back, asked = browser.come_back(form("account-7"))  # it says that its email is ada
        self.assertTrue(asked)
        self.refused(browser, browser.send(back))

    def test_3_who_is_linked_signs_in(self):
        self.command("user", "change", "ada", "--provider-subject", "account-7")
        taken = self.command("user", "add", "eve", "--scope", "user/*.rs", "--purpose", "TREAT",
                             "--provider-subject", "account-7", check=False)
        self.assertNotEqual(taken.returncode, 0)
        browser = self.browser()
        back, _ = browser.come_back(form("account-7"))
        self.assertIn("iss=", back)
        reply = browser.send(back)
        self.assertEqual(reply.status, 303, reply.body)
        self.assertTrue(browser.has_session())
        self.assertIn("Ada Example", browser.send("/account").body)
        # A state serves once.
        self.assertEqual(browser.send(back).status, 403)

    def test_4_an_answer_serves_in_its_browser(self):
        mine, eve = self.browser(), self.browser()
        back, _ = mine.come_back(form("account-7"))
        eve.leave()
        self.refused(eve, eve.send(back))
        self.refused(mine, mine.send(re.sub("iss=[^&]*", "iss=https%3A%2F%2Fevil.example", back)))
        self.refused(mine, mine.send(back))

    def test_5_a_made_up_code_is_worth_nothing(self):
        browser = self.browser()
        back, _ = browser.come_back(form("account-7"))
        reply = browser.send(re.sub("code=[^&]*", "code=made-up", back))
        self.assertIn(reply.status, (403, 503))
        self.assertFalse(browser.has_session())
        self.refused(browser, browser.send(back))

    def test_6_what_proves_too_little_is_refused(self):
        for given in (form("account-7", "pwd"), {"cancel": "1"}):
            browser = self.browser()
            back, _ = browser.come_back(given)
            self.refused(browser, browser.send(back))

    def test_7_a_step_up_asks_anew(self):
        browser = self.browser()
        back, asked = browser.come_back(form("account-7"))
        self.assertEqual((browser.send(back).status, asked), (303, True))
        back, asked = browser.come_back(form("account-7", "phr"), "/sign-in?again=1")
        self.assertTrue(asked)
        self.assertEqual(browser.send(back).status, 303)
        # Who signed out here is still signed in there, and is not asked.
        browser.jar.clear("localhost.local", "/", next(
            cookie.name for cookie in browser.jar if cookie.name.endswith("-session")))
        back, asked = browser.come_back(form("nobody"))
        self.assertFalse(asked)
        self.assertEqual(browser.send(back).status, 303)

    def test_7_roles_come_from_the_administrator_and_from_claims(self):
        self.command("user", "change", "ada", "--role", "physician")
        self.assertIn("roles: physician", self.command("user", "list").stdout)
        app = people.App(self.instance, "roles")

        def tokens(groups):
            browser = self.browser()
            back, _ = browser.come_back(form("account-7") | {"groups": groups})
            self.assertEqual(browser.send(back).status, 303)
            return app.tokens(browser.as_people())

        def post(path, fields, token=None):
            headers = {"Content-Type": people.FORM}
            if token:
                headers["Authorization"] = "Bearer " + token
            return self.instance.client().post(path, urllib.parse.urlencode(fields), headers)

        def roles(answer):
            return people.claims_of(answer["access_token"]).get("roles")

        def refresh(answer):
            return post("/oauth/token", {"grant_type": "refresh_token", "client_id": app.name,
                                         "refresh_token": answer["refresh_token"]})

        first = tokens("staff,cardiology-nurses")
        self.assertEqual(roles(first), ["nurse", "physician"])
        # Exactly, or not at all; a later sign-in gives what it says, and takes nothing back.
        self.assertEqual(roles(tokens("staff,Cardiology-Nurses")), ["physician"])
        refreshed = refresh(first).json()
        self.assertEqual(roles(refreshed), ["nurse", "physician"])
        token = refreshed["access_token"]
        for _ in range(2):
            described = post("/oauth/introspect", {"token": token}, token)
            self.assertEqual(described.json()["roles"], ["nurse", "physician"])
        # What changes them ends what was issued with them.
        self.command("user", "change", "ada", "--no-roles")
        self.assertEqual(post("/oauth/introspect", {"token": token}, token).status, 401)
        self.assertEqual(refresh(refreshed).status, 400)
        self.assertIsNone(roles(tokens("staff")))

    def ask_for_emergency(self, ward, acr):
        """Where the app's request ends after a sign-in there, of which the provider says this."""
        browser = self.browser()
        back, _ = browser.come_back(form("account-7", acr))
        self.assertEqual(browser.send(back).status, 303)
        browser = browser.as_people()
        return browser, ward.begin(browser, purpose_of_use="ETREAT")

    def test_7_the_word_phr_declares_no_emergency_unless_the_operator_says_so(self):
        self.command("user", "change", "ada", "--purpose", "TREAT", "--purpose", "ETREAT",
                     "--scope", "user/*.rs patient/*.cruds")
        ward = Ward(self.instance)
        patient = made(self.instance.client(self.instance.token()), {"resourceType": "Patient"})
        # Of two factors alone, there or here: it has to be proved anew, there.
        browser, landed = self.ask_for_emergency(ward, "mfa")
        self.assertIsNone(landed)
        self.assertIn("/sign-in/provider", browser.page)
        self.assertNotIn("/sign-in/patient", browser.page)
        # As the operator said.
        browser, landed = self.ask_for_emergency(ward, "phr")
        self.assertIsNone(landed)
        choose(browser, patient)
        self.assertIn("Declare an emergency", browser.page)
        tokens = ward.finish(browser.send("/sign-in/consent", decision="allow",
                                          reason="unconscious after a fall"))
        claims = people.claims_of(tokens["access_token"])
        self.assertEqual((claims["acr"], claims["purpose_of_use"]), ("phr", "ETREAT"))
        # The same words of the provider, of which the operator says nothing: two factors.
        for strong in ("", 'amr = ["hwk"]'):
            self.instance.stop()
            self.configure('["127.0.0.0/8", "::1/128"]', strong)
            text = (self.instance.directory / "salus.toml").read_text()
            (self.instance.directory / "salus.toml").write_text(
                text.replace('acr = ["mfa"]', 'acr = ["mfa", "phr"]'))
            self.instance.start(seconds=120)
            browser, landed = self.ask_for_emergency(ward, "phr")
            if strong:
                # It could be proved there by a word that the operator knows.
                self.assertIsNone(landed)
                self.assertNotIn("/sign-in/patient", browser.page)
            else:
                self.assertIn("unmet_authentication_requirements", landed or browser.page)
            # And nobody gets on by asking for the next pages.
            for page in ("/sign-in/patient", "/sign-in/consent"):
                browser.go(page)
                self.assertNotIn("Declare an emergency", browser.page)
        self.instance.stop()
        self.configure('["127.0.0.0/8", "::1/128"]')
        self.instance.start(seconds=120)

    def test_8_who_is_not_linked_any_more_is_out_at_once(self):
        browser = self.browser()
        back, _ = browser.come_back(form("account-7"))
        self.assertEqual(browser.send(back).status, 303)
        self.assertEqual(browser.send("/account").status, 200)
        self.command("user", "change", "ada", "--no-provider-subject")
        self.assertNotEqual(browser.send("/account").status, 200)
        again = self.browser()
        back, _ = again.come_back(form("account-7"))
        self.refused(again, again.send(back))

    def test_9_a_provider_that_is_away_is_said_to_be(self):
        browser = self.browser()
        back, _ = browser.come_back(form("account-7"))
        self.provider.kill()
        self.provider.wait()
        reply = browser.send(back)
        self.assertEqual(reply.status, 503)
        self.assertIn("does not answer as it should", reply.body)
        self.assertEqual(browser.send("/sign-in").status, 200)
        output = self.instance.output.read_text()
        for secret in ("account-7", "code=", "eyJ"):
            self.assertNotIn(secret, output)


if __name__ == "__main__":
    unittest.main()
