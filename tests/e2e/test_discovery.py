"""Every member and value of the three discovery documents has a test that exercises it, by the
table in advertised.py, and nothing else stands there. And tests of what no other exercises: each
algorithm of assertions, each endpoint at the port that asks for certificates, scopes of SMART 1."""
import json
import pathlib
import re
import time
import unittest
import urllib.parse
import uuid

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from advertised import TESTS
from instance import Client, Instance, REPOSITORY, free_port
from test_mutual_tls import Certificates
from test_tokens import ASSERTION, FORM, b64, number

DOCUMENTS = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration",
             "/fhir/.well-known/smart-configuration")
HERE = pathlib.Path(__file__).resolve().parent
GTEST = re.compile(r"\bTEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)")


def names_in(document, prefix=""):
    """What a document says, by the names of advertised.py."""
    for member, value in document.items():
        name = prefix + member
        if isinstance(value, dict):
            yield from names_in(value, name + ".")
        elif isinstance(value, list):
            yield from (f"{name}={each}" for each in value)
        elif isinstance(value, bool):
            yield f"{name}={str(value).lower()}"
        else:
            yield name


def unit_tests():
    return {f"{suite}.{name}" for file in (REPOSITORY / "src").rglob("*_test.cc")
            for suite, name in GTEST.findall(file.read_text())}


def exists(test, known):
    file, colon, text = test.partition(": ")
    if not colon:
        return test in known
    place = REPOSITORY / "tests/outside" / file if file.endswith(".mjs") else HERE / file
    return place.is_file() and text in place.read_text()


class Key:
    """A client's key that signs assertions, as outside cryptography makes it."""

    def __init__(self, algorithm):
        self.algorithm = algorithm
        self.kid = str(uuid.uuid4())
        self.hash = hashes.SHA384() if algorithm.endswith("384") else hashes.SHA256()
        self.size = 48 if algorithm == "ES384" else 32
        curve = ec.SECP384R1() if algorithm == "ES384" else ec.SECP256R1()
        self.curve = curve if algorithm.startswith("ES") else None
        self.key = (ec.generate_private_key(curve) if self.curve
                    else rsa.generate_private_key(65537, 2048))

    def jwk(self):
        public = self.key.public_key().public_numbers()
        common = {"alg": self.algorithm, "use": "sig", "kid": self.kid}
        if self.curve:
            return common | {"kty": "EC", "crv": f"P-{self.size * 8}",
                             "x": number(public.x, self.size), "y": number(public.y, self.size)}
        return common | {"kty": "RSA", "n": number(public.n, 256), "e": number(public.e, 3)}

    def sign(self, text):
        if not self.curve:
            return self.key.sign(text, padding.PKCS1v15(), self.hash)
        r, s = decode_dss_signature(self.key.sign(text, ec.ECDSA(self.hash)))
        return r.to_bytes(self.size, "big") + s.to_bytes(self.size, "big")

    def assertion(self, client, audience, **more):
        claims = {"iss": client, "sub": client, "aud": audience, "exp": int(time.time()) + 200,
                  "jti": str(uuid.uuid4())} | more
        text = b64({"alg": self.algorithm, "typ": "JWT", "kid": self.kid}) + "." + b64(claims)
        return text + "." + b64(self.sign(text.encode()))


class DiscoveryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.port = free_port()
        file = cls.instance.directory / "salus.toml"
        text = file.read_text()
        # Everything that can be offered is, or its values would not be looked for.
        assert "mutual_tls_port = 0" in text
        nobody = 'tls_client_auth_authorities = ""'
        assert nobody in text
        text = text.replace(nobody, nobody[:-1] + 'tls/ca.crt"')
        file.write_text(text.replace("mutual_tls_port = 0", f"mutual_tls_port = {cls.port}"))
        cls.instance.start()
        cls.base = f"https://localhost:{cls.instance.port}"
        cls.documents = {path: cls.instance.client().get(path).json() for path in DOCUMENTS}
        cls.administrator = cls.instance.administrator("admin/clients.write")

    @classmethod
    def tearDownClass(cls):
        cls.instance.stop()
        cls.instance.remove()

    def register(self, name, key, **more):
        client = {"client_id": name, "name": name, "scope": "system/*.cruds",
                  "purposes": ["TREAT"], "jwks": {"keys": [key.jwk()]}} | more
        answer = self.administrator.post("/admin/clients", client,
                                         {"Content-Type": "application/json"})
        self.assertEqual(answer.status, 201, answer.body)

    def granted(self, name, key, scope):
        form = {"grant_type": "client_credentials", "scope": scope,
                "client_assertion_type": ASSERTION,
                "client_assertion": key.assertion(name, self.base + "/oauth/token")}
        answer = self.instance.client().post("/oauth/token", urllib.parse.urlencode(form), FORM)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def test_every_value_has_its_test(self):
        advertised = {name for document in self.documents.values() for name in names_in(document)}
        self.assertGreater(len(advertised), 60)
        self.assertEqual(advertised - set(TESTS), set(), "advertised, and exercised by no test")
        self.assertEqual(set(TESTS) - advertised, set(), "in the table, and not advertised")
        known = unit_tests()
        self.assertGreater(len(known), 500)
        absent = {name: test for name, test in TESTS.items() if not exists(test, known)}
        self.assertEqual(absent, {}, "their test does not exist")

    def test_what_is_not_there_would_be_found(self):
        known = unit_tests()
        for test in ("MetadataTest.NoSuchTest", "test_discovery.py: def test_nothing_" + "at_all",
                     "test_absent.py: def", "clients/people.mjs: " + "no such line"):
            self.assertFalse(exists(test, known), test)
        self.assertEqual(list(names_in({"a": ["x", "y"], "b": {"c": "u"}, "d": False, "e": "u"})),
                         ["a=x", "a=y", "b.c", "d=false", "e"])

    def test_the_documents_agree(self):
        first, *others = self.documents.values()
        for other in others:
            for name, value in first.items():
                self.assertEqual(other[name], value, name)
        self.assertEqual(first["issuer"], self.base)

    def test_assertions_by_each_algorithm(self):
        algorithms = self.documents[DOCUMENTS[0]][
            "token_endpoint_auth_signing_alg_values_supported"]
        for algorithm in algorithms:
            with self.subTest(algorithm):
                key, name = Key(algorithm), "signs-" + algorithm.lower()
                self.register(name, key)
                token = self.granted(name, key, "system/*.rs")["access_token"]
                answer = self.instance.client(token).get("/fhir/Patient?_id=absent")
                self.assertEqual(answer.status, 200, answer.body)

    def test_a_service_creates_reads_updates_deletes(self):
        key = Key("ES256")
        self.register("all", key)
        client = self.instance.client(self.granted("all", key, "system/*.cruds")["access_token"])
        patient = {"resourceType": "Patient", "id": "cruds", "active": True}
        self.assertEqual(client.put("/fhir/Patient/cruds", patient).status, 201)
        self.assertEqual(client.get("/fhir/Patient/cruds").status, 200)
        self.assertEqual(client.get("/fhir/Patient?_id=cruds").json()["total"], 1)
        patient["active"] = False
        self.assertEqual(client.put("/fhir/Patient/cruds", patient).status, 200)
        self.assertIn(client.delete("/fhir/Patient/cruds").status, (200, 204))
        self.assertEqual(client.get("/fhir/Patient/cruds").status, 410)

    def test_scopes_of_version_one(self):
        key = Key("ES256")
        self.register("older", key)
        granted = self.granted("older", key, "system/Patient.read")
        client = self.instance.client(granted["access_token"])
        self.assertEqual(client.get("/fhir/Patient?_id=absent").status, 200)
        self.assertEqual(client.put("/fhir/Patient/older", {"resourceType": "Patient",
                                                           "id": "older"}).status, 403)

    def test_each_endpoint_takes_a_certificate(self):
        mine, other = (Certificates(self.instance.root, name) for name in ("mine", "other"))
        self.register("mutual", Key("ES256"), jwks=mine.jwks(),
                      token_endpoint_auth_method="self_signed_tls_client_auth",
                      tls_client_certificate_bound_access_tokens=True,
                      scope="system/*.cruds user/*.rs", redirect_uris=["https://app.test/back"],
                      grant_types=["authorization_code", "client_credentials"])
        aliases = self.documents[DOCUMENTS[0]]["mtls_endpoint_aliases"]

        def ask(endpoint, certificate, **form):
            address = urllib.parse.urlsplit(aliases[endpoint])
            self.assertEqual(address.port, self.port)
            client = Client(self.instance)
            context = self.instance.tls()
            context.load_cert_chain(certificate.file, certificate.key)
            client.connection = type(client.connection)("localhost", address.port, timeout=30,
                                                        context=context)
            body = urllib.parse.urlencode({"client_id": "mutual"} | form)
            answer = client.post(address.path, body, FORM)
            return answer.status, json.loads(answer.body or b"{}")

        status, granted = ask("token_endpoint", mine, grant_type="client_credentials",
                              scope="system/*.rs")
        self.assertEqual(status, 200, granted)
        token = granted["access_token"]
        pushed = {"response_type": "code", "redirect_uri": "https://app.test/back",
                  "scope": "user/*.rs", "aud": self.base + "/fhir", "state": "s",
                  "code_challenge": "a" * 43, "code_challenge_method": "S256"}
        par = "pushed_authorization_request_endpoint"
        for endpoint, form in (("introspection_endpoint", {"token": token}),
                               ("revocation_endpoint", {"token": token}), (par, pushed)):
            status, answer = ask(endpoint, other, **form)
            self.assertEqual((status, answer["error"]), (401, "invalid_client"), endpoint)
        told = ask("introspection_endpoint", mine, token=token)
        self.assertEqual((told[0], told[1]["active"]), (200, True))
        self.assertEqual(ask("revocation_endpoint", mine, token=token)[0], 200)
        self.assertEqual(ask("introspection_endpoint", mine, token=token),
                         (200, {"active": False}))
        status, answer = ask(par, mine, **pushed)
        self.assertEqual(status, 201, answer)
        self.assertTrue(answer["request_uri"].startswith("urn:ietf:params:oauth:request_uri:"))


if __name__ == "__main__":
    unittest.main()
