"""The wire, by clients that are not ours: TLS, HTTP/1.1 and HTTP/2, and input that is wrong
(TRN-1, TRN-2, API-1, API-2, API-3)."""
import json
import re
import shutil
import socket
import subprocess
import time
import unittest

from instance import FHIR_JSON, Instance

MARK = "Zanzibarcanary"


class Http(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.instance.start()
        cls.token = cls.instance.token()

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def setUp(self):
        self.client = self.instance.client(self.token)

    def curl(self, *arguments):
        url = f"https://localhost:{self.instance.port}"
        command = ["curl", "-sS", "--max-time", "20", "--cacert",
                   str(self.instance.directory / "tls/ca.crt"), *arguments[:-1],
                   url + arguments[-1]]
        return subprocess.run(command, capture_output=True, text=True)

    def raw(self, data, seconds=5, half_close=False):
        """What the server says to these bytes inside TLS, until it closes or falls silent."""
        with socket.create_connection(("localhost", self.instance.port)) as plain:
            with self.instance.tls().wrap_socket(plain, server_hostname="localhost") as tls:
                tls.settimeout(seconds)
                tls.sendall(data)
                if half_close:
                    plain.shutdown(socket.SHUT_WR) if plain.fileno() >= 0 else None
                answer = b""
                try:
                    while piece := tls.recv(65536):
                        answer += piece
                except OSError:
                    pass
                return answer

    def test_both_versions_of_http(self):
        for flag, version in (("--http1.1", "1.1"), ("--http2", "2")):
            done = self.curl(flag, "-o", "/dev/null", "-w", "%{http_version} %{http_code}",
                             "/fhir/metadata")
            self.assertEqual(done.stdout, f"{version} 200", done.stderr)

    def test_only_modern_tls(self):
        for flags, works in ((["--tlsv1.3"], True), (["--tls-max", "1.2"], True),
                             (["--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"], False),
                             (["--tls-max", "1.2", "--ciphers", "AES128-GCM-SHA256"], False),
                             (["--tls-max", "1.2", "--ciphers", "ECDHE-ECDSA-AES128-SHA256"],
                              False)):
            done = self.curl(*flags, "/health")
            self.assertEqual(done.returncode == 0, works, (flags, done.stderr))

    def test_scanner_finds_nothing_weak(self):
        if not shutil.which("sslscan"):
            return print("note: sslscan is absent, so no scanner looked")
        scan = subprocess.run(["sslscan", "--no-colour", f"localhost:{self.instance.port}"],
                              capture_output=True, text=True).stdout
        for weak in ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"):
            self.assertRegex(scan, weak + r"\s+disabled")
        offered = re.findall(r"(?:Preferred|Accepted)\s+TLSv1\.\d\s+\d+ bits\s+(\S+)", scan)
        self.assertTrue(offered, scan)
        for cipher in offered:
            self.assertRegex(cipher, "^(TLS_|ECDHE-).*(GCM|CHACHA20)")
        self.assertNotIn("vulnerable", scan.replace("not vulnerable", ""))

    def test_plain_http_gets_nothing(self):
        with socket.create_connection(("localhost", self.instance.port), timeout=5) as plain:
            plain.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try:
                self.assertNotIn(b"HTTP/", plain.recv(4096))
            except ConnectionResetError:
                pass

    def test_hsts_on_every_answer(self):
        for path in ("/health", "/fhir/metadata", "/fhir/Patient/none", "/nowhere", "/oauth/jwks",
                     "/fhir/Patient?x=1"):
            for client in (self.client, self.instance.client()):
                answer = client.get(path)
                self.assertIn("max-age=", answer.headers["Strict-Transport-Security"], path)
                self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")

    def test_pipelining(self):
        one = (f"GET /fhir/Patient/none HTTP/1.1\r\nHost: localhost\r\n"
               f"Authorization: Bearer {self.token}\r\n\r\n").encode()
        last = one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        answer = self.raw(one * 9 + last)
        self.assertEqual(answer.count(b"HTTP/1.1 404"), 10)

    def test_smuggling_shapes_are_refused_and_nothing_behind_them_is_served(self):
        hidden = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
        head = b"POST /fhir HTTP/1.1\r\nHost: a\r\n"
        shapes = [head + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                  head + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
                  head + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                  head + b"Content-Length : 4\r\n\r\nabcd",
                  b"GET /health HTTP/1.1\nHost: a\n\n",
                  b"GET /health HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
                  b"GET /health HTTP/1.1\r\n\r\n", b"GET /health\r\n",
                  b"GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n"]
        for shape in shapes:
            answer = self.raw(shape + hidden, seconds=3)
            self.assertNotIn(b"200", answer.split(b"\r\n")[0], shape)
            self.assertNotIn(b'"pass"', answer, shape)

    def test_slow_and_vanishing_clients(self):
        begin = time.monotonic()
        answer = self.raw(b"GET /health HTTP/1.1\r\nHost: a\r\nX-Slow: ", seconds=25)
        self.assertLess(time.monotonic() - begin, 20)
        self.assertTrue(answer == b"" or b" 408 " in answer.split(b"\r\n")[0], answer[:80])
        for _ in range(50):
            self.raw(b"POST /fhir HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n{", 0.01)
        self.assertEqual(self.client.get("/health").status, 200)

    def wrong_bodies(self):
        deep = '{"resourceType":"Patient","id":"w","contact":' + "[" * 5000
        yield "duplicate member", '{"resourceType":"Patient","id":"w","id":"w"}', 400
        yield "duplicate by escape", '{"resourceType":"Patient","id":"w","\\u0069d":"w"}', 400
        yield "unknown member", f'{{"resourceType":"Patient","id":"w","{MARK}":"{MARK}"}}', 400
        yield "wrong kind", f'{{"resourceType":"Patient","id":"w","birthDate":["{MARK}"]}}', 400
        yield "wrong date", f'{{"resourceType":"Patient","id":"w","birthDate":"{MARK}"}}', 400
        yield "truncated", '{"resourceType":"Patient","id":"w"', 400
        yield "nested", deep, 400
        yield "not UTF-8", b'{"resourceType":"Patient","id":"w","gender":"\xff"}', 400
        yield "NUL", b'{"resourceType":"Patient","id":"w\0"}', 400
        yield "script", json.dumps({"resourceType": "Patient", "id": "w", "text": {
            "status": "generated", "div": f"<div><script>{MARK}</script></div>"}}), 400
        yield "other id", '{"resourceType":"Patient","id":"other"}', 400
        yield "other type", '{"resourceType":"Basic","id":"w"}', 400
        yield "empty", "", 400
        yield "not an object", "[]", 400

    def test_wrong_bodies(self):
        for name, body, status in self.wrong_bodies():
            answer = self.client.put("/fhir/Patient/w", body)
            self.assertEqual(answer.status, status, name)
            outcome = answer.json()
            self.assertEqual(outcome["resourceType"], "OperationOutcome", name)
            self.assertNotIn(MARK.encode(), answer.body, name)
            self.assertTrue(answer.headers["X-Request-Id"], name)
        self.assertEqual(self.client.get("/fhir/Patient/w").status, 404)

    def test_content_types_and_methods(self):
        good = '{"resourceType":"Patient","id":"w"}'
        for kind in ("text/plain", "application/xml", "application/fhir+json; charset=latin1", ""):
            answer = self.client.put("/fhir/Patient/w", good, {"Content-Type": kind})
            self.assertEqual(answer.status, 415, kind)
        xml = {"Accept": "application/fhir+xml"}
        self.assertEqual(self.client.get("/fhir/Patient/w", xml).status, 406)
        for method, path, status in (("PATCH", "/fhir/Patient/w", 415), ("PUT", "/fhir", 405),
                                     ("TRACE", "/fhir/metadata", 405), ("GET", "/oauth/token", 405),
                                     ("POST", "/fhir/metadata", 405), ("GET", "/fhir/Nothing", 404),
                                     ("GET", "/fhir//Patient", 400), ("GET", "/fhir/../fhir", 400),
                                     ("GET", "/fhir/%2e%2e/x", 400), ("GET", "/t/none/fhir", 404)):
            self.assertEqual(self.client.send(method, path).status, status, (method, path))

    def test_large_things_are_refused_and_nothing_grows(self):
        status = f"/proc/{self.instance.process.pid}/status"

        def resident():
            return int(re.search(r"VmRSS:\s+(\d+)", open(status).read()).group(1))

        before = resident()
        for _ in range(20):
            huge = self.raw(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 200_000 + b"\r\n\r\n", 3)
            self.assertIn(b" 431 ", huge.split(b"\r\n")[0])
            head = b"POST /fhir HTTP/1.1\r\nHost: a\r\n"
            big = self.raw(head + b"Content-Length: 99999999999\r\n\r\n", 3)
            self.assertIn(b" 413 ", big.split(b"\r\n")[0])
        body = b'{"resourceType":"Patient","id":"w","name":[' + b" " * 30_000_000
        for _ in range(4):
            self.assertIn(self.client.put("/fhir/Patient/w", body).status, (400, 413))
        self.assertLess(resident() - before, 200_000)
        self.assertEqual(self.client.get("/health").status, 200)


if __name__ == "__main__":
    unittest.main()
