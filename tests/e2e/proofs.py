"""Proofs of possession (RFC 9449) by cryptography that is not ours: good ones, and ones that are
wrong in one place."""
import hashlib
import json
import time
import uuid

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from passkeys import b64

ABSENT = object()  # the place of a member that is left out


def part(members):
    return b64(json.dumps({key: value for key, value in members.items()
                           if value is not ABSENT}).encode())


class Holder:
    """An ES256 key and what it proves, with the last nonce that the server gave it, as clients do
    (RFC 9449 section 8)."""

    def __init__(self, nonce=None):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.nonce = nonce

    def heeds(self, answer):
        """Whether the same request by a new proof may succeed: the server asked for its nonce."""
        self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
        asked = answer.headers.get("WWW-Authenticate", "") + str(answer.body)
        return answer.status in (400, 401) and "use_dpop_nonce" in asked

    def jwk(self):
        point = self.key.public_key().public_numbers()
        return {"kty": "EC", "crv": "P-256", "x": b64(point.x.to_bytes(32, "big")),
                "y": b64(point.y.to_bytes(32, "big"))}

    def private_jwk(self):
        return self.jwk() | {"d": b64(self.key.private_numbers().private_value.to_bytes(32, "big"))}

    def sign(self, text):
        r, s = decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def proof(self, method, url, token=None, header=None, claims=None, sign=None):
        """For this request; `header` and `claims` change it, and `sign` is who signs it."""
        head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk()} | (header or {})
        body = {"jti": str(uuid.uuid4()), "htm": method, "htu": url, "iat": int(time.time())}
        if self.nonce is not None:
            body["nonce"] = self.nonce
        if token is not None:
            body["ath"] = b64(hashlib.sha256(token.encode()).digest())
        text = part(head) + "." + part(body | (claims or {}))
        return text + "." + (sign or self.sign)(text)


class RsaHolder:
    """A key whose proofs by RS256 are refused, however good."""

    def __init__(self):
        self.key = rsa.generate_private_key(65537, 2048)

    def jwk(self):
        public = self.key.public_key().public_numbers()
        return {"kty": "RSA", "n": b64(public.n.to_bytes(256, "big")), "e": "AQAB"}

    def sign(self, text):
        return b64(self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))
