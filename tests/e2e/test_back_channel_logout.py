"""Apps are told that a session ended (OpenID Connect Back-Channel Logout 1.0, IAM-7): a listener of
Python's takes the logout tokens, and outside cryptography verifies them. By each way a session
ends; when the listener refuses, is away, and when the server is killed in between."""
import base64
import http.server
import json
import ssl
import threading
import time
import unittest
import urllib.parse
import uuid

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from instance import Instance, free_port
from people import App, Person, claims_of

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(data):
    return int.from_bytes(data, "big")


def verify(token, keys):
    """The claims of a token that one of these keys signed by ES256 (RFC 7515, RFC 7518)."""
    head, payload, signature = token.split(".")
    header = json.loads(decode(head))
    assert header["alg"] == "ES256", header
    jwk = next(key for key in keys if key["kid"] == header["kid"])
    key = ec.EllipticCurvePublicNumbers(number(decode(jwk["x"])), number(decode(jwk["y"])),
                                        ec.SECP256R1()).public_key()
    raw = decode(signature)
    key.verify(encode_dss_signature(number(raw[:32]), number(raw[32:])),
               f"{head}.{payload}".encode(), ec.ECDSA(hashes.SHA256()))
    return header, json.loads(decode(payload))


class Listener:
    """An app's place for logout tokens, with the instance's own server certificate."""

    def __init__(self, instance):
        self.instance = instance
        self.port = free_port()
        self.statuses = []  # of the next answers; then 200
        self.got = []       # path, content type, fields
        self.server = None
        self.open()

    def open(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.got.append((self.path, self.headers["Content-Type"],
                                  urllib.parse.parse_qs(body, strict_parsing=True)))
                status = outer.statuses.pop(0) if outer.statuses else 200
                self.send_response(status)
                if status != 204:
                    self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.instance.directory / "tls/server.crt",
                                self.instance.directory / "tls/server.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def url(self, app):
        return f"https://localhost:{self.port}/logout/{app}"

    def tokens(self, app, count=1, seconds=20):
        """Those that came for an app, once there are so many."""
        until = time.monotonic() + seconds
        while True:
            came = [fields["logout_token"] for path, _, fields in list(self.got)
                    if path == f"/logout/{app}"]
            if len(came) >= count or time.monotonic() > until:
                assert len(came) == count, (app, count, came)
                return [token for each in came for token in each]
            time.sleep(0.05)


class BackChannelLogoutTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        file = cls.instance.directory / "salus.toml"
        text = file.read_text()
        for old, new in {
            'jwks_uri_authorities = "/etc/ssl/certs/ca-certificates.crt"':
                'jwks_uri_authorities = "tls/ca.crt"',
            "jwks_uri_networks = []": 'jwks_uri_networks = ["127.0.0.0/8", "::1/128"]',
        }.items():
            assert old in text, old
            text = text.replace(old, new)
        file.write_text(text)
        cls.instance.start()

    @classmethod
    def tearDownClass(cls):
        cls.instance.stop()
        cls.instance.remove()

    def setUp(self):
        self.listener = Listener(self.instance)
        self.addCleanup(self.listener.close)

    def app(self, *options):
        name = "a" + uuid.uuid4().hex
        return App(self.instance, name, "--backchannel-logout-uri", self.listener.url(name),
                   *options)

    def person(self):
        return Person(self.instance, "p" + uuid.uuid4().hex)

    def keys(self):
        return self.instance.client().get("/oauth/jwks").json()["keys"]

    def claims(self, token):
        header, claims = verify(token, self.keys())
        self.assertEqual(header["typ"], "logout+jwt")
        self.assertEqual(claims["events"], {EVENT: {}})
        self.assertNotIn("nonce", claims)
        self.assertEqual(claims["iss"], f"https://localhost:{self.instance.port}")
        self.assertEqual(claims["exp"] - claims["iat"], 120)
        self.assertLess(abs(claims["iat"] - time.time()), 60)
        self.assertTrue(claims["jti"])
        return claims

    def told(self, app):
        return self.claims(self.listener.tokens(app.name)[0])

    def test_discovery_says_so(self):
        found = self.instance.client().get("/.well-known/openid-configuration").json()
        self.assertIs(found["backchannel_logout_supported"], True)
        self.assertIs(found["backchannel_logout_session_supported"], True)

    def test_by_the_request_of_an_app_every_app_of_the_session_is_told(self):
        person, stranger = self.person(), self.person()
        asking, other, elsewhere = self.app(), self.app(), self.app()
        silent = App(self.instance, "s" + uuid.uuid4().hex)
        given = asking.tokens(person.browser)["id_token"]
        other.tokens(person.browser)
        silent.tokens(person.browser)
        elsewhere.tokens(stranger.browser)
        self.assertIsNone(person.browser.go(
            "/oauth/logout?" + urllib.parse.urlencode({"id_token_hint": given})))
        self.assertIn("You are signed out", person.browser.page)
        for app in (asking, other):
            claims = self.told(app)
            self.assertEqual(claims["aud"], app.name)
            self.assertEqual(claims["sub"], claims_of(given)["sub"])
            self.assertEqual(claims["sid"], claims_of(given)["sid"])
        for path, content_type, fields in self.listener.got:
            self.assertEqual(content_type, "application/x-www-form-urlencoded")
            self.assertEqual(list(fields), ["logout_token"])
        time.sleep(2)  # nobody else, and nobody twice
        self.assertEqual(len(self.listener.got), 2)

    def test_a_signature_that_is_not_the_servers_would_be_noticed(self):
        person, app = self.person(), self.app()
        app.tokens(person.browser)
        person.browser.go("/account")
        person.browser.send("/account/sign-out")
        head, payload, signature = self.listener.tokens(app.name)[0].split(".")
        forged = base64.urlsafe_b64encode(decode(payload) + b" ").rstrip(b"=").decode()
        self.assertRaises(InvalidSignature, verify, f"{head}.{forged}.{signature}", self.keys())

    def test_on_the_account_page(self):
        person, app = self.person(), self.app()
        given = claims_of(app.tokens(person.browser)["id_token"])
        person.browser.go("/account")
        person.browser.send("/account/sign-out")
        claims = self.told(app)
        self.assertEqual((claims["sub"], claims["sid"]), (given["sub"], given["sid"]))

    def test_everywhere_and_no_more_allowed(self):
        person, everywhere = self.person(), self.app()
        everywhere.tokens(person.browser)
        person.browser.go("/account")
        person.browser.send("/account/sessions/end")
        self.assertNotIn("sid", self.told(everywhere))
        ended = self.app()
        given = claims_of(ended.tokens(person.browser)["id_token"])
        person.browser.go("/account")
        person.browser.send("/account/app/end")
        self.assertEqual(self.told(ended)["sid"], given["sid"])

    def test_when_a_user_is_disabled_all_sessions_end(self):
        person, app = self.person(), self.app()
        given = claims_of(app.tokens(person.browser)["id_token"])
        app.tokens(person.browser)
        self.instance.command("user", "disable", "--dir", str(self.instance.directory), person.name)
        claims = self.told(app)
        self.assertEqual(claims["sub"], given["sub"])
        self.assertNotIn("sid", claims)

    def test_an_app_that_refuses_is_asked_again_by_another_token(self):
        person, app = self.person(), self.app()
        app.tokens(person.browser)
        self.listener.statuses = [503, 400, 204]
        begin = time.monotonic()
        person.browser.go("/account")
        person.browser.send("/account/sign-out")
        self.assertLess(time.monotonic() - begin, 5)  # signing out waits for no app
        tokens = self.listener.tokens(app.name, 3)
        names = {self.claims(token)["jti"] for token in tokens}
        self.assertEqual(len(names), 3)
        self.assertGreater(time.monotonic() - begin, 2.9)
        time.sleep(2)
        self.listener.tokens(app.name, 3)

    def test_what_a_killed_server_had_not_told_the_next_one_tells(self):
        person, app = self.person(), self.app()
        given = claims_of(app.tokens(person.browser)["id_token"])
        self.listener.close()
        person.browser.go("/account")
        person.browser.send("/account/sign-out")
        self.instance.kill()
        self.listener.open()
        self.assertEqual(self.listener.got, [])
        self.instance.start()
        self.assertEqual(self.told(app)["sid"], given["sid"])
        # Told is told: another start says nothing.
        self.instance.stop()
        self.instance.start()
        time.sleep(2)
        self.assertEqual(len(self.listener.got), 1)

    def test_it_is_on_record(self):
        person, app = self.person(), self.app()
        app.tokens(person.browser)
        person.browser.go("/account")
        person.browser.send("/account/sign-out")
        self.listener.tokens(app.name)
        self.instance.stop()
        try:
            text = b"".join(
                file.read_bytes() for file in
                sorted((self.instance.directory / "audit/default").rglob("*"))
                if file.is_file())
            self.assertIn(b"the client was told", text)
            output = self.instance.output.read_text()
            for secret in (person.name, self.listener.url(app.name)):
                self.assertNotIn(secret, output)
            self.instance.command("audit", "verify", "--dir", str(self.instance.directory))
        finally:
            self.instance.start()

    def test_what_is_no_address_is_not_registered(self):
        for url in ("http://localhost/logout", "https://localhost/#logout", "file:///etc/passwd"):
            refused = self.instance.command(
                "client", "add", "--dir", str(self.instance.directory), "c" + uuid.uuid4().hex,
                "--scope", "openid user/Patient.rs", "--redirect-uri", "https://app.example/",
                "--public", "--backchannel-logout-uri", url, check=False)
            self.assertNotEqual(refused.returncode, 0, url)
            self.assertIn("backchannel_logout_uri", refused.stderr)


if __name__ == "__main__":
    unittest.main()
