"""Mutual TLS as OpenSSL, curl and Python see it (RFC 8705, TRN-3, IAM-2, IAM-9): a port of its own
that asks for certificates, tokens that open nothing without theirs (S36), headers that mean nothing
(S37), sessions that are not resumed (S38); HTTP/1.1 and HTTP/2."""
import base64
import hashlib
import http.client
import json
import socket
import ssl
import subprocess
import unittest
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from instance import Instance, free_port
from test_tokens import FORM, number


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Certificates:
    def __init__(self, root, name, key=None):
        self.key = key or root / f"{name}.key"
        self.file = root / f"{name}.crt"
        if key is None:
            openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.key)
        openssl("req", "-new", "-x509", "-key", self.key, "-subj", f"/CN={name}", "-days", "2",
                "-out", self.file)

    def thumbprint(self):
        der = x509.load_pem_x509_certificate(self.file.read_bytes()).public_bytes(
            serialization.Encoding.DER)
        return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()

    def jwks(self):
        key = serialization.load_pem_private_key(self.key.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        point = key.public_key().public_numbers()
        return {"keys": [{"kty": "EC", "crv": "P-256", "use": "sig", "kid": "mine",
                          "x": number(point.x, 32), "y": number(point.y, 32)}]}


def claims_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class Authority:
    """A root that the instance trusts, and an authority below it that issues."""

    def __init__(self, root, name):
        self.root, self.name = root, name
        self.certificate = self.issue(f"{name}-root", f"/CN={name} root", ca=True)
        self.below = self.issue(f"{name}-below", f"/CN={name} below", self.certificate, ca=True)

    def issue(self, file, subject, issuer=None, ca=False, names="", use="clientAuth", days=2):
        made = Certificates.__new__(Certificates)
        made.key, made.file = self.root / f"{file}.key", self.root / f"{file}.crt"
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", made.key)
        lines = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"] if ca else [
            "basicConstraints=critical,CA:FALSE", f"extendedKeyUsage={use}"]
        lines += [f"subjectAltName={names}"] if names else []
        extensions = self.root / f"{file}.ext"
        extensions.write_text("\n".join(lines))
        request = self.root / f"{file}.csr"
        openssl("req", "-new", "-utf8", "-key", made.key, "-subj", subject, "-out", request)
        signer = ["-CA", issuer.file, "-CAkey", issuer.key, "-CAcreateserial"] if issuer else [
            "-signkey", made.key]
        openssl("x509", "-req", "-in", request, "-days", days, "-extfile", extensions, *signer,
                "-out", made.file)
        return made

    def client(self, file, subject, with_below=True, **more):
        made = self.issue(file, subject, self.below, **more)
        if with_below:
            made.file.write_text(made.file.read_text() + self.below.file.read_text())
        return made


SUBJECT = "/C=US/O=Example, Inc./CN=Chärt"
SUBJECT_NAME = "CN=Chärt,O=Example\\, Inc.,C=US"


class MutualTlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.port = free_port()
        file = cls.instance.directory / "salus.toml"
        text = file.read_text()
        assert "mutual_tls_port = 0" in text
        root = cls.instance.root
        cls.authority, cls.stranger = Authority(root, "ours"), Authority(root, "theirs")
        text = text.replace("mutual_tls_port = 0", f"mutual_tls_port = {cls.port}")
        none = 'tls_client_auth_authorities = ""'
        assert none in text
        file.write_text(text.replace(none, none[:-1] + f'{cls.authority.certificate.file}"'))
        cls.instance.start()
        cls.mine = Certificates(root, "mine")
        cls.renewed = Certificates(root, "renewed", key=cls.mine.key)
        cls.other = Certificates(root, "other")
        administrator = cls.instance.administrator("admin/clients.write")
        answer = administrator.post("/admin/clients", {
            "client_id": "mutual", "name": "Mutual", "scope": "system/*.cruds",
            "purposes": ["TREAT"], "token_endpoint_auth_method": "self_signed_tls_client_auth",
            "tls_client_certificate_bound_access_tokens": True, "jwks": cls.mine.jwks()},
            {"Content-Type": "application/json"})
        assert answer.status == 201, answer.body
        for name, option, value in (("by-subject", "--certificate-subject", SUBJECT_NAME),
                                    ("by-dns", "--certificate-dns", "chart.example"),
                                    ("by-uri", "--certificate-uri", "https://chart.example/app")):
            cls.instance.command("client", "add", "--dir", str(cls.instance.directory), name,
                                 "--scope", "system/*.cruds", "--purpose", "TREAT", option, value,
                                 "--certificate-bound")

    @classmethod
    def tearDownClass(cls):
        cls.instance.stop()
        cls.instance.remove()

    def context(self, certificate=None):
        context = self.instance.tls()
        if certificate:
            context.load_cert_chain(certificate.file, certificate.key)
        return context

    def send(self, method, path, certificate=None, body=None, headers=None, port=None):
        connection = http.client.HTTPSConnection("localhost", port or self.port, timeout=30,
                                                 context=self.context(certificate))
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        status, content = response.status, response.read()
        connection.close()
        return status, content

    def ask_token(self, certificate, port=None, client="mutual"):
        form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": client,
                                       "scope": "system/*.cruds"})
        status, content = self.send("POST", "/oauth/token", certificate, form, FORM, port)
        return status, json.loads(content)

    def token(self):
        status, answer = self.ask_token(self.mine)
        self.assertEqual(status, 200, answer)
        return answer["access_token"]

    def read(self, certificate, token, headers=None, port=None):
        fields = {"Authorization": "Bearer " + token} | (headers or {})
        return self.send("GET", "/fhir/Patient/absent", certificate, None, fields, port)[0]

    def test_discovery_names_the_port(self):
        for path in ("/.well-known/oauth-authorization-server",
                     "/fhir/.well-known/smart-configuration"):
            document = json.loads(self.send("GET", path)[1])
            self.assertEqual(document["mtls_endpoint_aliases"]["token_endpoint"],
                             f"https://localhost:{self.port}/oauth/token")
            self.assertIn("self_signed_tls_client_auth",
                          document["token_endpoint_auth_methods_supported"])
            self.assertIn("tls_client_auth", document["token_endpoint_auth_methods_supported"])
            self.assertIs(document["tls_client_certificate_bound_access_tokens"], True)

    def test_a_registered_key_gets_a_bound_token(self):
        token = self.token()
        self.assertEqual(claims_of(token)["cnf"], {"x5t#S256": self.mine.thumbprint()})
        self.assertEqual(self.read(self.mine, token), 404)
        # The key is registered, whatever certificate it comes in.
        self.assertEqual(self.ask_token(self.renewed)[0], 200)

    def test_who_shows_nothing_or_another_gets_none(self):
        for certificate in (None, self.other):
            status, answer = self.ask_token(certificate)
            self.assertEqual((status, answer["error"]), (401, "invalid_client"))
        # The other port asks for nothing, so nothing is proved there.
        self.assertEqual(self.ask_token(self.mine, self.instance.port)[0], 401)

    def test_a_name_that_an_authority_vouches_for(self):
        """RFC 8705 section 2.1: by the subject, or an alternative name."""
        cases = (("by-subject", SUBJECT, ""), ("by-dns", "/CN=x", "DNS:CHART.example"),
                 ("by-uri", "/CN=y", "DNS:other.example,URI:https://chart.example/app"))
        for client, subject, names in cases:
            made = self.authority.client(client, subject, names=names)
            status, answer = self.ask_token(made, client=client)
            self.assertEqual(status, 200, (client, answer))
            token = answer["access_token"]
            self.assertEqual(self.read(made, token), 404)
            self.assertEqual(self.read(self.mine, token), 401)
            form = urllib.parse.urlencode({"token": token, "client_id": client})
            told = json.loads(self.send("POST", "/oauth/introspect", made, form, FORM)[1])
            self.assertEqual((told["active"], told["client_id"]), (True, client))
            self.assertEqual(self.send("POST", "/oauth/revoke", made, form, FORM)[0], 200)
            self.assertEqual(self.read(made, token), 401)
            for other, _, _ in cases:
                if other != client:
                    self.assertEqual(self.ask_token(made, client=other)[0], 401, (client, other))
            self.assertEqual(self.ask_token(made)[0], 401)
            self.assertEqual(self.ask_token(made, self.instance.port, client)[0], 401)

    def test_names_that_nobody_vouches_for(self):
        ours, theirs = self.authority, self.stranger
        wrong = {
            "another authority": theirs.client("w1", SUBJECT),
            "itself": ours.issue("w2", SUBJECT),
            "an authority that is not sent": ours.client("w3", SUBJECT, with_below=False),
            "for servers": ours.client("w4", SUBJECT, use="serverAuth"),
            "over": ours.client("w5", SUBJECT, days=-1),
            "a longer name": ours.client("w6", SUBJECT + "/OU=more"),
            "another order": ours.client("w7", "/CN=Chärt/O=Example, Inc./C=US"),
            "a client as an authority": ours.issue(
                "w9", SUBJECT, ours.client("w8", "/CN=client")),
            "nothing": None,
        }
        last = wrong["a client as an authority"]
        last.file.write_text(last.file.read_text() + (ours.root / "w8.crt").read_text())
        for why, certificate in wrong.items():
            status, answer = self.ask_token(certificate, client="by-subject")
            self.assertEqual((status, answer["error"]), (401, "invalid_client"), why)
        # A wildcard is a name like any other, and no part of one is the whole.
        for number, names in enumerate(("DNS:*.example", "DNS:chart.example.org",
                                        "URI:https://chart.example/app",
                                        "email:chart.example")):
            made = ours.client(f"n{number}", "/CN=chart.example", names=names)
            self.assertEqual(self.ask_token(made, client="by-dns")[0], 401, names)

    def test_a_stolen_token_opens_nothing(self):
        token = self.token()
        for _ in range(2):
            for certificate in (None, self.other, self.renewed):
                self.assertEqual(self.read(certificate, token), 401)
            self.assertEqual(self.read(self.mine, token, port=self.instance.port), 401)
            self.assertEqual(self.read(self.mine, token), 404)

    def test_headers_mean_nothing(self):
        token = self.token()
        pem = urllib.parse.quote(self.mine.file.read_text())
        forwarded = f'Hash={self.mine.thumbprint()};Cert="{pem}"'
        for name, value in (("X-Forwarded-Client-Cert", forwarded),
                            ("X-SSL-Client-Cert", pem), ("X-Client-Cert", pem),
                            ("Client-Cert", f":{pem}:"), ("X-Forwarded-For", "127.0.0.1")):
            self.assertEqual(self.read(None, token, {name: value}), 401, name)

    def test_no_session_is_resumed(self):
        token = self.token()
        request = (f"GET /fhir/Patient/absent HTTP/1.1\r\nHost: localhost\r\n"
                   f"Authorization: Bearer {token}\r\nConnection: close\r\n\r\n").encode()
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            def connect(context, session):
                plain = socket.create_connection(("localhost", self.port), 10)
                tls = context.wrap_socket(plain, server_hostname="localhost", session=session)
                tls.sendall(request)
                answer = tls.recv(65_536)
                session, reused = tls.session, tls.session_reused
                tls.close()
                return answer.split()[1], session, reused

            context = self.context(self.mine)
            context.minimum_version = context.maximum_version = version
            status, session, _ = connect(context, None)
            self.assertEqual(status, b"404")
            status, _, reused = connect(context, session)
            self.assertFalse(reused, version)
            self.assertEqual(status, b"404")

    def test_http2(self):
        token = self.token()

        def curl(*more):
            done = subprocess.run(
                ["curl", "-s", "--http2", "-o", "/dev/null", "-w", "%{http_version} %{http_code}",
                 "--cacert", str(self.instance.directory / "tls/ca.crt"),
                 "-H", "Authorization: Bearer " + token, *map(str, more),
                 f"https://localhost:{self.port}/fhir/Patient/absent"],
                capture_output=True, text=True)
            return done.stdout

        self.assertEqual(curl("--cert", self.mine.file, "--key", self.mine.key), "2 404")
        self.assertEqual(curl("--cert", self.other.file, "--key", self.other.key), "2 401")
        self.assertEqual(curl(), "2 401")

    def test_a_bearer_token_needs_no_certificate(self):
        self.assertEqual(self.read(None, self.instance.token()), 404)


if __name__ == "__main__":
    unittest.main()
