"""Clients that registered the address of their keys: fetched over HTTPS from a server of Python's,
rotated, redirected, too long, slow, away, and at addresses that may not be called (IAM-2)."""
import http.server
import json
import ssl
import threading
import time
import unittest
import urllib.parse
import uuid

from instance import Instance
from test_tokens import ASSERTION, FORM, Es384


class KeyServer:
    """Serves what it is told to, with the instance's own server certificate."""

    def __init__(self, instance):
        self.answer = (200, {}, b"{}")
        self.delay = 0
        self.requests = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.requests += 1
                time.sleep(outer.delay)
                status, headers, body = outer.answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if headers.get("Transfer-Encoding") != "chunked":
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(instance.directory / "tls/server.crt",
                                instance.directory / "tls/server.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, host="localhost"):
        return f"https://{host}:{self.server.server_address[1]}/keys"

    def serve(self, *keys, headers=None):
        body = json.dumps({"keys": [key.jwk() for key in keys]}).encode()
        self.answer = (200, headers or {}, body)


class ClientKeysTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        file = cls.instance.directory / "salus.toml"
        text = file.read_text()
        text = text.replace('jwks_uri_authorities = "/etc/ssl/certs/ca-certificates.crt"',
                            'jwks_uri_authorities = "tls/ca.crt"')
        cls.closed = text
        file.write_text(text.replace("jwks_uri_networks = []",
                                     'jwks_uri_networks = ["127.0.0.0/8", "::1/128"]'))
        cls.instance.start()

    @classmethod
    def tearDownClass(cls):
        cls.instance.stop()
        cls.instance.remove()

    def setUp(self):
        self.keys = KeyServer(self.instance)
        self.key = Es384()
        self.client = "c" + uuid.uuid4().hex

    def register(self, url=None, check=True):
        return self.instance.command("client", "add", "--dir", str(self.instance.directory),
                                     self.client, "--jwks-uri", url or self.keys.url(),
                                     check=check)

    def ask(self, key=None, header=None):
        base = f"https://localhost:{self.instance.port}"
        now = int(time.time())
        claims = {"iss": self.client, "sub": self.client, "aud": base + "/oauth/token",
                  "iat": now, "exp": now + 200, "jti": str(uuid.uuid4())}
        form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION,
                "client_assertion": (key or self.key).sign(claims, header),
                "scope": "system/*.rs"}
        return self.instance.client().post("/oauth/token", urllib.parse.urlencode(form), FORM)

    def test_a_client_gets_a_token_at_its_first_try(self):
        self.keys.serve(self.key)
        self.register()
        for _ in range(3):
            answer = self.ask()
            self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(self.keys.requests, 1)
        self.assertEqual(self.ask(Es384()).status, 401)

    def test_chunks_are_read(self):
        self.keys.serve(self.key)
        body = self.keys.answer[2]
        chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        self.keys.answer = (200, {"Transfer-Encoding": "chunked"}, chunked)
        self.register()
        self.assertEqual(self.ask().status, 200)

    def test_only_the_registered_address_counts(self):
        self.keys.serve(self.key)
        self.register()
        self.assertEqual(self.ask(header={"jku": self.keys.url()}).status, 200)
        self.assertEqual(self.ask(header={"jku": self.keys.url() + "?"}).status, 401)

    def test_what_brings_no_keys_grants_nothing(self):
        elsewhere = KeyServer(self.instance)
        elsewhere.serve(self.key)
        self.keys.serve(self.key)
        body = self.keys.answer[2]
        for answer in ((302, {"Location": elsewhere.url()}, b""), (404, {}, body),
                       (200, {}, body + b" " * 65_536), (200, {}, b"keys")):
            self.client = "c" + uuid.uuid4().hex
            self.keys.answer = answer
            self.register()
            refused = self.ask()
            self.assertEqual(refused.status, 503, answer[:2])
            self.assertEqual(refused.headers["Retry-After"], "5")
            self.assertEqual(refused.json()["error"], "temporarily_unavailable")
            self.keys = KeyServer(self.instance)  # another address, so a fetch of its own
        self.assertEqual(elsewhere.requests, 0)

    def test_a_slow_server_holds_nobody_else_up(self):
        self.keys.serve(self.key)
        self.keys.delay = 30
        self.register()
        answers = []
        begin = time.monotonic()
        waiting = threading.Thread(target=lambda: answers.append(self.ask()))
        waiting.start()
        health = self.instance.client()
        while waiting.is_alive():
            self.assertEqual(health.get("/health").status, 200)
            time.sleep(0.05)
        self.assertEqual(answers[0].status, 503)
        self.assertLess(time.monotonic() - begin, 15)

    def test_addresses_that_may_not_be_called(self):
        self.keys.serve(self.key)
        file = self.instance.directory / "salus.toml"
        opened = file.read_text()
        self.instance.stop()
        file.write_text(self.closed)
        try:
            self.instance.start()
            for url in (self.keys.url(), self.keys.url("127.0.0.1"), self.keys.url("[::1]"),
                        self.keys.url("[::ffff:127.0.0.1]"), "https://169.254.169.254/latest",
                        "https://10.0.0.1/"):
                self.client = "c" + uuid.uuid4().hex
                self.register(url)
                self.assertEqual(self.ask().status, 503, url)
            self.assertEqual(self.keys.requests, 0)
        finally:
            self.instance.stop()
            file.write_text(opened)
            self.instance.start()

    def test_what_is_no_address_is_not_registered(self):
        for url in ("http://localhost/keys", "https://localhost/#keys", "file:///etc/passwd"):
            self.assertNotEqual(self.register(url, check=False).returncode, 0, url)


if __name__ == "__main__":
    unittest.main()
