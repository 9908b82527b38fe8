"""Tokens by outside cryptography: private_key_jwt, forged assertions, forged access tokens,
tenants and purposes (IAM-2, IAM-3, IAM-8, AZ-4, AZ-6). Attack names follow T1 to T14 of the
threat list."""
import base64
import hashlib
import hmac
import json
import threading
import time
import unittest
import urllib.parse
import uuid

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from instance import Instance

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def b64(data):
    if isinstance(data, dict):
        data = json.dumps(data).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, size):
    return b64(value.to_bytes(size, "big"))


class Es384:
    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP384R1())
        self.kid = str(uuid.uuid4())

    def jwk(self):
        point = self.key.public_key().public_numbers()
        return {"kty": "EC", "crv": "P-384", "alg": "ES384", "use": "sig", "kid": self.kid,
                "x": number(point.x, 48), "y": number(point.y, 48)}

    def sign(self, claims, header=None):
        head = {"alg": "ES384", "typ": "JWT", "kid": self.kid} | (header or {})
        text = b64(head) + "." + b64(claims)
        r, s = decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA384())))
        return text + "." + b64(r.to_bytes(48, "big") + s.to_bytes(48, "big"))


class Rs384:
    def __init__(self):
        self.key = rsa.generate_private_key(65537, 2048)
        self.kid = str(uuid.uuid4())

    def jwk(self):
        public = self.key.public_key().public_numbers()
        return {"kty": "RSA", "alg": "RS384", "use": "sig", "kid": self.kid,
                "n": number(public.n, 256), "e": number(public.e, 3)}

    def sign(self, claims):
        text = b64({"alg": "RS384", "typ": "JWT", "kid": self.kid}) + "." + b64(claims)
        return text + "." + b64(self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA384()))


class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        with open(cls.instance.directory / "salus.toml", "a") as configuration:
            configuration.write('\n[[tenant]]\nname = "north"\n')
        cls.instance.start()
        cls.base = f"https://localhost:{cls.instance.port}"
        cls.ec, cls.rsa = Es384(), Rs384()
        cls.register("service", cls.ec, "system/Patient.rs system/Observation.cruds")
        cls.register("other", cls.rsa, "system/*.rs")

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    @classmethod
    def register(cls, name, key, scope):
        jwks = cls.instance.root / f"{name}.jwks"
        jwks.write_text(json.dumps({"keys": [key.jwk()]}))
        cls.instance.command("client", "add", "--dir", str(cls.instance.directory), name, "--scope",
                             scope, "--purpose", "TREAT", "HPAYMT", "--jwks", str(jwks))

    def claims(self, name="service", **changes):
        claims = {"iss": name, "sub": name, "aud": self.base + "/oauth/token",
                  "exp": int(time.time()) + 200, "jti": str(uuid.uuid4())}
        return {key: value for key, value in (claims | changes).items() if value is not None}

    def ask(self, assertion, scope="system/Patient.rs", path="/oauth/token", **fields):
        form = {"grant_type": "client_credentials", "scope": scope, "client_assertion": assertion,
                "client_assertion_type": ASSERTION} | fields
        return self.instance.client().post(path, urllib.parse.urlencode(form), FORM)

    def granted(self, assertion, **more):
        answer = self.ask(assertion, **more)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        return answer.json()

    def refused(self, answer, code, status=401):
        self.assertEqual((answer.status, answer.json()["error"]), (status, code))

    def test_services_get_tokens(self):
        for key, name in ((self.ec, "service"), (self.rsa, "other")):
            token = self.granted(key.sign(self.claims(name)))
            self.assertEqual(token["token_type"], "Bearer")
            self.assertLessEqual(int(token["expires_in"]), 300)
            client = self.instance.client(token["access_token"])
            self.assertEqual(client.get("/fhir/Patient/none").status, 404)
            self.assertEqual(client.get("/fhir/Encounter/none").status, 403)

    def test_scopes_are_a_ceiling(self):
        token = self.granted(self.ec.sign(self.claims()),
                             scope="system/Observation.rs system/Patient.cruds system/Claim.rs")
        self.assertEqual(token["scope"], "system/Observation.rs system/Patient.rs")
        client = self.instance.client(token["access_token"])
        patient = {"resourceType": "Patient", "id": "a"}
        self.assertEqual(client.put("/fhir/Patient/a", patient).status, 403)
        for scope in ("system/Patient.sr", "system/Patient", "patient/Patient.rs", "", "openid",
                      "system/Observation.rs?patient=a", "system/Observation.rs?_include=*",
                      "system/Observation.rs?category:in=http://x", "system/Observation.rs?"):
            self.refused(self.ask(self.ec.sign(self.claims()), scope), "invalid_scope", 400)

    def test_a_scope_may_be_granular(self):
        asked = "system/Observation.rs?category=urn:c|laboratory"
        token = self.granted(self.ec.sign(self.claims()), scope=asked + " system/Patient.s")
        self.assertEqual(token["scope"], asked + " system/Patient.s")
        client = self.instance.client(token["access_token"])
        found = client.get("/fhir/Observation?patient=none")
        self.assertEqual((found.status, int(found.json()["total"])), (200, 0))
        self.assertEqual(client.get("/fhir/Observation/none").status, 404)
        self.assertEqual(client.get("/fhir/Patient/none").status, 403)

    def test_purpose_of_use(self):
        def b2b(code):
            return {"hl7-b2b": {"version": "1", "purpose_of_use": [code]}}

        token = self.granted(self.ec.sign(self.claims(extensions=b2b("HPAYMT"))))
        middle = token["access_token"].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=="))
        self.assertEqual(claims["purpose_of_use"], "HPAYMT")
        for code in ("HRESCH", "nonsense", "TREAT HPAYMT"):
            self.refused(self.ask(self.ec.sign(self.claims(extensions=b2b(code)))), "invalid_grant",
                         400)

    def test_forged_assertions(self):
        now = int(time.time())
        stranger = Es384()
        stranger.kid = self.ec.kid
        public = json.dumps(self.ec.jwk()).encode()
        text = b64({"alg": "HS256", "typ": "JWT", "kid": self.ec.kid}) + "." + b64(self.claims())
        by_public_key = text + "." + b64(hmac.new(public, text.encode(), hashlib.sha256).digest())
        none = b64({"alg": "none", "kid": self.ec.kid}) + "." + b64(self.claims()) + "."
        good = self.ec.sign(self.claims())
        forged = [none, by_public_key, stranger.sign(self.claims()), good[:-4], good + "AAAA",
                  good.rsplit(".", 1)[0] + ".", self.ec.sign(self.claims(), {"crit": ["exp"]}),
                  self.ec.sign(self.claims(), {"jwk": stranger.jwk()}),
                  self.ec.sign(self.claims(), {"jku": "https://evil.example/keys"}),
                  self.ec.sign(self.claims(), {"kid": "../../dev/null"}),
                  self.ec.sign(self.claims(sub="other")), self.ec.sign(self.claims(iss="other")),
                  self.ec.sign(self.claims(name="nobody")),
                  self.ec.sign(self.claims(aud="https://elsewhere/oauth/token")),
                  self.ec.sign(self.claims(exp=now - 60)),
                  self.ec.sign(self.claims(exp=now + 3600)),
                  self.ec.sign(self.claims(exp=None)), self.ec.sign(self.claims(jti=None)),
                  self.ec.sign(self.claims(nbf=now + 600)), "a.b.c", "", "." * 5000]
        for assertion in forged:
            self.refused(self.ask(assertion), "invalid_client")
        self.refused(self.ask(good, grant_type="password"), "unsupported_grant_type", 400)
        self.granted(good)

    def test_an_assertion_works_once(self):
        assertion = self.ec.sign(self.claims())
        statuses = []
        threads = [threading.Thread(target=lambda: statuses.append(self.ask(assertion).status))
                   for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(statuses), [200] + [401] * 15)
        self.instance.kill()
        self.instance.start()
        self.refused(self.ask(assertion), "invalid_client")
        self.granted(self.ec.sign(self.claims()))

    def test_forged_access_tokens(self):
        good = self.granted(self.ec.sign(self.claims()))["access_token"]
        head, body, signature = good.split(".")
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        more = b64(claims | {"scope": "system/*.cruds"})
        other = Es384()
        none = b64({"alg": "none", "typ": "at+jwt"}) + "." + body + "."
        for token in (none, f"{head}.{more}.{signature}", f"{head}.{body}.", f"{head}.{body}",
                      f"{head}.{body}.{signature[:-2]}", f"{head}.{body}.{signature}AA",
                      other.sign(claims, {"typ": "at+jwt"}),
                      self.ec.sign(claims, {"typ": "at+jwt"}),
                      self.ec.sign(self.claims()), good + "x", "x", "a" * 9000):
            answer = self.instance.client(token).get("/fhir/Patient/none")
            self.assertEqual(answer.status, 401, token[:60])
            self.assertIn("Bearer", answer.headers["WWW-Authenticate"])
        plain = self.instance.client()
        self.assertIn(plain.get("/fhir/Patient/none?access_token=" + good).status, (400, 401))
        basic = plain.get("/fhir/Patient/none", {"Authorization": "Basic YTpi"})
        self.assertEqual(basic.status, 401)

    def test_tenants_are_apart(self):
        directory = str(self.instance.directory)
        key = str(self.instance.root / "north.jwk")
        self.instance.command("client", "add", "--dir", directory, "--tenant", "north", "--new-key",
                              key, "clinic")
        north = self.instance.token("--tenant", "north", "--client", "clinic", "--key", key)
        south = self.instance.token()
        patient = {"resourceType": "Patient", "id": "same", "gender": "female"}
        self.assertEqual(self.instance.client(south).put("/fhir/Patient/same", patient).status, 201)
        there = self.instance.client(north)
        self.assertEqual(there.get("/t/north/fhir/Patient/same").status, 404)
        self.assertEqual(there.get("/fhir/Patient/same").status, 401)
        self.assertEqual(self.instance.client(south).get("/t/north/fhir/Patient/same").status, 401)
        self.assertEqual(there.put("/t/north/fhir/Patient/same", patient).status, 201)
        self.assertEqual(there.get("/t/nowhere/fhir/Patient/same").status, 401)

    def test_discovery_tells_the_truth(self):
        plain = self.instance.client()
        smart = plain.get("/fhir/.well-known/smart-configuration").json()
        oauth = plain.get("/.well-known/oauth-authorization-server").json()
        for document in (smart, oauth):
            self.assertEqual(document["token_endpoint"], self.base + "/oauth/token")
            self.assertEqual(document["grant_types_supported"],
                             ["authorization_code", "refresh_token", "client_credentials"])
            self.assertEqual(document["code_challenge_methods_supported"], ["S256"])
        keys = plain.get(smart["jwks_uri"][len(self.base):]).json()["keys"]
        self.assertTrue(all("d" not in key and key["kty"] == "EC" for key in keys))


if __name__ == "__main__":
    unittest.main()
