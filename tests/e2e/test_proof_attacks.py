"""Attacks on tokens that are bound to a key (docs/handbook/attacks.md): S1 to S32, the steps of the
OpenID Foundation's negative tests of DPoP in their order; S34 and S35; and refreshing with another
key or with none, R3 and R7."""
import http.client
import threading
import time
import unittest
import urllib.parse

from instance import Answer, Instance
from people import FORM, App, Person
from proofs import ABSENT, Holder, RsaHolder

PATH = "/fhir/Patient/grace"


class BoundApp(App):
    """A public client that proves possession of its key wherever it asks for tokens."""

    def __init__(self, instance, name):
        super().__init__(instance, name)
        self.address = f"https://localhost:{instance.port}/oauth/token"
        self.holder = Holder()

    def ask(self, form, *proofs):
        if not proofs:
            answer = self.ask(form, self.holder.proof("POST", self.address))
            if self.holder.heeds(answer):
                answer = self.ask(form, self.holder.proof("POST", self.address))
            return answer
        fields = [("Content-Type", FORM)] + [("DPoP", proof) for proof in proofs if proof]
        return send(self.instance, "POST", "/oauth/token", fields, urllib.parse.urlencode(form))

    def stranger(self):
        """Another key, of whoever knows the nonce of the day as well."""
        return Holder(self.holder.nonce)

    def refresh(self, token, *proofs):
        return self.ask({"grant_type": "refresh_token", "client_id": self.name,
                         "refresh_token": token}, *proofs)


def send(instance, method, path, fields, body="", host=None):
    """One request with just these fields, some of them twice."""
    connection = http.client.HTTPSConnection("localhost", instance.port, context=instance.tls(),
                                             timeout=60)
    connection.putrequest(method, path, skip_host=True)
    for name, value in [("Host", host or f"localhost:{instance.port}"), *fields,
                        ("Content-Length", str(len(body)))]:
        connection.putheader(name, value)
    connection.endheaders(body.encode())
    answer = Answer(connection.getresponse())
    connection.close()
    return answer


class ProofAttacks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.addClassCleanup(cls.instance.remove)
        cls.instance.start(seconds=60)
        writer = cls.instance.client(cls.instance.token())
        assert writer.put(PATH, {"resourceType": "Patient", "id": "grace"}).status == 201
        cls.person = Person(cls.instance, "ada")
        cls.app = BoundApp(cls.instance, "bound")
        cls.url = f"https://localhost:{cls.instance.port}{PATH}"

    def tokens(self):
        return self.app.tokens(self.person.browser)

    def get(self, token, *proofs, scheme="DPoP", name="DPoP", path=PATH, host=None):
        fields = [("Authorization", f"{scheme} {token}")] + [(name, proof) for proof in proofs]
        return send(self.instance, "GET", path, fields, host=host)

    def good(self, token, **changes):
        return self.app.holder.proof("GET", self.url, token, **changes)

    def test_S1_to_S32_steps_of_the_openid_foundation(self):
        token = self.tokens()["access_token"]
        now = int(time.time())
        stranger = self.app.stranger()

        def changed(**changes):
            return [self.good(token, **changes)]

        def claim(name, value):
            return changed(claims={name: value})

        def head(name, value):
            return changed(header={name: value})

        once = self.good(token)
        flipped = once[:-10] + ("A" if once[-10] != "A" else "B") + once[-9:]
        upper = self.url.replace("https://localhost", "HTTPS://LOCALHOST")
        steps = [
            (2, "two proofs", [self.good(token), self.good(token)], {}, 401),
            (3, "no JWT", ["proof"], {}, 401),
            (4, "no typ", head("typ", ABSENT), {}, 401),
            (5, "no alg", head("alg", ABSENT), {}, 401),
            (6, "no jwk", head("jwk", ABSENT), {}, 401),
            (7, "no jti", claim("jti", ABSENT), {}, 401),
            (8, "no htm", claim("htm", ABSENT), {}, 401),
            (9, "no htu", claim("htu", ABSENT), {}, 401),
            (10, "no iat", claim("iat", ABSENT), {}, 401),
            (11, "no ath", claim("ath", ABSENT), {}, 401),
            (12, "another typ", head("typ", "JWT"), {}, 401),
            (14, "none", changed(header={"alg": "none"}, sign=lambda text: ""), {}, 401),
            (15, "a changed signature", [flipped], {}, 401),
            (16, "the private key", head("jwk", self.app.holder.private_jwk()), {}, 401),
            (17, "another method", claim("htm", "PUT"), {}, 401),
            (18, "htu with a query", claim("htu", self.url + "?a=b#c"), {}, 200),
            (19, "htu without the query", changed(), {"path": PATH + "?_pretty=true"}, 200),
            (20, "another address", claim("htu", self.url + "x"), {}, 401),
            (21, "an hour ahead", claim("iat", now + 3600), {}, 401),
            (22, "an hour old", claim("iat", now - 3600), {}, 401),
            (23, "its first use", [once], {}, 200),
            (24, "its second use", [once], {}, 401),
            (25, "of another token", claim("ath", "a" * 43), {}, 401),
            (26, "another key", [stranger.proof("GET", self.url, token)], {}, 401),
            (26, "another signer", changed(sign=stranger.sign), {}, 401),
            (27, "unknown members", changed(header={"x": "y"}, claims={"x": {"y": 1}}), {}, 200),
            (28, "scheme and host in capitals", claim("htu", upper), {}, 200),
            (30, "no proof", [], {}, 401),
            (31, "no proof, as a bearer", [], {"scheme": "Bearer"}, 401),
            (31, "with a proof, as a bearer", changed(), {"scheme": "Bearer"}, 401),
            (1, "names in capitals", changed(), {"name": "DPOP", "scheme": "DPOP"}, 200),
            (32, "nothing wrong", changed(), {}, 200),
        ]
        for number, what, proofs, options, status in steps:
            with self.subTest(f"S{number}: {what}"):
                answer = self.get(token, *proofs, **options)
                self.assertEqual(answer.status, status, answer.body)
                if status == 401:
                    self.assertIn("error=", answer.headers["WWW-Authenticate"])

    def test_S13_a_good_signature_by_RS256(self):
        tokens, holder = self.tokens(), RsaHolder()
        weak = self.app.holder.proof("POST", self.app.address, sign=holder.sign,
                                     header={"alg": "RS256", "jwk": holder.jwk()})
        answer = self.app.refresh(tokens["refresh_token"], weak)
        self.assertEqual((answer.status, answer.json()["error"]), (400, "invalid_dpop_proof"))

    def test_S34_a_replay_to_every_connection_and_to_the_next_process(self):
        token = self.tokens()["access_token"]
        proof, unused = self.good(token), self.good(token)
        gate, statuses = threading.Barrier(8), []

        def replay():
            gate.wait()
            statuses.append(self.get(token, proof).status)

        threads = [threading.Thread(target=replay) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        self.assertEqual(sorted(statuses), [200] + [401] * 7)
        # What is dated ahead, as far as the skew goes, is still good when the next process serves.
        ahead = self.good(token, claims={"iat": int(time.time()) + 9})
        self.assertEqual(self.get(token, ahead).status, 200)
        old_nonce = self.app.holder.nonce
        self.instance.kill()
        self.instance.start(seconds=60)
        for replayed in (proof, ahead, unused, self.good(token, claims={"nonce": ABSENT})):
            answer = self.get(token, replayed)
            self.assertEqual(answer.status, 401)
            self.assertIn('error="use_dpop_nonce"', answer.headers["WWW-Authenticate"])
        self.assertTrue(self.app.holder.heeds(answer))
        self.assertNotEqual(self.app.holder.nonce, old_nonce)
        once = self.good(token)
        self.assertEqual(self.get(token, once).status, 200)
        self.assertEqual(self.get(token, once).status, 401)
        # The process before could not have taken this one.
        time.sleep(1)  # iat has whole seconds
        later = self.good(token, claims={"iat": int(time.time()) + 10, "nonce": ABSENT})
        self.assertEqual(self.get(token, later).status, 200)
        self.assertEqual(self.get(token, later).status, 401)

    def test_S34_at_the_token_endpoint_of_the_next_process(self):
        refresh = self.tokens()["refresh_token"]
        ahead = self.app.holder.proof("POST", self.app.address,
                                      claims={"iat": int(time.time()) + 9})
        answer = self.app.refresh(refresh, ahead)
        self.assertEqual(answer.status, 200, answer.body)
        refresh = answer.json()["refresh_token"]
        self.instance.kill()
        self.instance.start(seconds=60)
        answer = self.app.refresh(refresh, ahead)
        self.assertEqual((answer.status, answer.json()["error"]), (400, "use_dpop_nonce"))
        self.assertTrue(answer.headers["DPoP-Nonce"])
        self.assertEqual(self.app.refresh(refresh).status, 200)  # a client heeds the nonce

    def test_S35_the_address_is_the_configured_one_whatever_Host_says(self):
        token = self.tokens()["access_token"]
        evil = self.app.holder.proof("GET", "https://evil.example" + PATH, token)
        self.assertEqual(self.get(token, evil).status, 401)
        evil = self.app.holder.proof("GET", "https://evil.example" + PATH, token)
        self.assertEqual(self.get(token, evil, host="evil.example").status, 401)

    def test_R3_with_another_key_in_time_the_family_ends(self):
        other, tokens = self.tokens(), self.tokens()
        rotated = self.app.refresh(tokens["refresh_token"])
        self.assertEqual(rotated.status, 200, rotated.body)
        rotated = rotated.json()
        again = self.app.refresh(tokens["refresh_token"])  # R2: an answer that was lost
        self.assertEqual(again.json()["refresh_token"], rotated["refresh_token"])
        thief = self.app.stranger().proof("POST", self.app.address)
        refused = self.app.refresh(tokens["refresh_token"], thief)
        self.assertEqual((refused.status, refused.json()["error"]), (400, "invalid_grant"))
        self.assertEqual(self.app.refresh(rotated["refresh_token"]).status, 400)
        access = rotated["access_token"]
        self.assertEqual(self.get(access, self.good(access)).status, 401)
        self.assertEqual(self.app.refresh(other["refresh_token"]).status, 200)

    def test_R7_without_the_proof_of_its_key_nothing_is_refreshed_and_nothing_ends(self):
        token = self.tokens()["refresh_token"]
        for proofs in ([None], [self.app.stranger().proof("POST", self.app.address)]):
            refused = self.app.refresh(token, *proofs)
            self.assertEqual((refused.status, refused.json()["error"]), (400, "invalid_grant"))
        good = self.app.holder.proof("POST", self.app.address)
        refused = self.app.refresh(token, good, self.app.holder.proof("POST", self.app.address))
        self.assertEqual((refused.status, refused.json()["error"]), (400, "invalid_dpop_proof"))
        answer = self.app.refresh(token)
        self.assertEqual((answer.status, answer.json()["token_type"]), (200, "DPoP"))


if __name__ == "__main__":
    unittest.main()
