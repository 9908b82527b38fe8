"""An authenticator in software (WebAuthn Level 3): one passkey with user verification, without
attestation, for browsers of people.py."""
import base64
import hashlib
import json
import re
import secrets
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from people import attributes

PRESENT_AND_VERIFIED, WITH_CREDENTIAL = 0x05, 0x40


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cbor_bytes(data):
    size = len(data)
    head = bytes([0x58, size]) if size < 256 else b"\x59" + size.to_bytes(2, "big")
    return head + data


class Passkey:
    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.user = b""

    def create(self, browser, action="/account/passkey"):
        options = self.options(browser, action)
        self.user = unb64(options["user"]["id"])
        public = self.key.public_key().public_numbers()
        # COSE: {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
        cose = (b"\xa5\x01\x02\x03\x26\x20\x01\x21" + cbor_bytes(public.x.to_bytes(32, "big")) +
                b"\x22" + cbor_bytes(public.y.to_bytes(32, "big")))
        data = self.data(options["rp"]["id"], PRESENT_AND_VERIFIED | WITH_CREDENTIAL)
        data += bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        attested = (b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData" + cbor_bytes(data))
        client = self.client_data("webauthn.create", options, browser)
        return browser.send(action, answer=self.answer(
            {"clientDataJSON": b64(client), "attestationObject": b64(attested),
             "transports": ["internal"]}))

    def sign_in(self, browser, action="/sign-in/passkey"):
        options = self.options(browser, action)
        data = self.data(options["rpId"], PRESENT_AND_VERIFIED)
        client = self.client_data("webauthn.get", options, browser)
        signature = self.key.sign(data + hashlib.sha256(client).digest(),
                                  ec.ECDSA(hashes.SHA256()))
        return browser.send(action, answer=self.answer(
            {"clientDataJSON": b64(client), "authenticatorData": b64(data),
             "signature": b64(signature), "userHandle": b64(self.user)}))

    @staticmethod
    def options(browser, action):
        """What the page's script asks for; the page stays."""
        page = browser.page
        for tag, content in re.findall(r"<form([^>]*)>(.*?)</form>", page, re.DOTALL):
            form = attributes(tag)
            if not form["action"].split("?")[0].endswith(action):
                continue
            fields = [attributes(field) for field in re.findall(r"<input([^>]*)>", content)]
            given = {field["name"]: field["value"] for field in fields if field["name"] != "answer"}
            browser.go(form["data-options"], urllib.parse.urlencode(given))
            options, browser.page = json.loads(browser.page), page
            return options
        raise AssertionError(f"no passkeys here: {page[-2000:]}")

    @staticmethod
    def data(party, flags):
        return hashlib.sha256(party.encode()).digest() + bytes([flags]) + bytes(4)

    @staticmethod
    def client_data(kind, options, browser):
        return json.dumps({"type": kind, "challenge": options["challenge"],
                           "origin": browser.origin, "crossOrigin": False}).encode()

    def answer(self, response):
        return json.dumps({"id": b64(self.id), "rawId": b64(self.id), "type": "public-key",
                           "response": response, "clientExtensionResults": {}})
