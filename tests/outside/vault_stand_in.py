"""A stand-in for HashiCorp Vault and OpenBao, written from their API documentation: the transit
engine and the token's own paths, over HTTPS. It holds real keys and wraps with another library.

    vault_stand_in.py CHAIN_PEM KEY_PEM [PORT]

prints its port and the SHA-256 of its public key, in hex.

POST /control with a JSON object changes how it behaves, for tests:
    valid_token         the token it accepts
    ttl, renewable      of that token
    sealed              503 to everything
    answers_left        after so many answers it is sealed; -1 for no end
    failures            how many of the next requests get 500
    truncated           answers are cut in the middle, with a length that fits
    cut                 how many of the next connections are closed without an answer
    slow                seconds that it waits before each answer
    ignores_associated_data   as versions before 1.13 do
GET /control answers with how often each path was called; GET /control/keys, with its keys' names.
"""
import base64
import binascii
import hashlib
import json
import os
import re
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY_PATH = re.compile(r"/v1/transit/(keys|encrypt|decrypt)/(\w(?:[\w.-]*\w)?)(/rotate|/config)?$")


class Refusal(Exception):
    def __init__(self, status, why):
        super().__init__(why)
        self.status = status


class Vault:
    def __init__(self):
        self.lock = threading.Lock()
        self.keys = {}
        self.calls = {}
        self.behaviour = {"valid_token": "token-1", "ttl": 3600, "renewable": True,
                          "sealed": False, "failures": 0, "truncated": False, "cut": 0,
                          "slow": 0, "ignores_associated_data": False, "answers_left": -1}

    def answer(self, method, path, token, body):
        with self.lock:
            kind = path.split("/")[3] if path.startswith("/v1/transit/") else path
            self.calls[kind] = self.calls.get(kind, 0) + 1
            if self.behaviour["failures"] > 0:
                self.behaviour["failures"] -= 1
                raise Refusal(500, "internal error")
            if self.behaviour["answers_left"] == 0:
                self.behaviour.update(sealed=True, answers_left=-1)
            if self.behaviour["answers_left"] > 0:
                self.behaviour["answers_left"] -= 1
            if self.behaviour["sealed"]:
                raise Refusal(503, "Vault is sealed")
            if token != self.behaviour["valid_token"]:
                raise Refusal(403, "permission denied")
            if path == "/v1/auth/token/lookup-self" and method == "GET":
                return {"data": {"ttl": self.behaviour["ttl"],
                                 "renewable": self.behaviour["renewable"]}}
            if path == "/v1/auth/token/renew-self" and method == "POST":
                return {"auth": {"lease_duration": self.behaviour["ttl"],
                                 "renewable": self.behaviour["renewable"]}}
            return self.transit(method, path, body)

    def transit(self, method, path, body):
        found = KEY_PATH.match(path)
        if not found:
            raise Refusal(404, "no handler for route")
        action, name, below = found.groups()
        if action == "keys":
            return self.key(method, name, below, body)
        if method != "POST":
            raise Refusal(405, "unsupported operation")
        associated = base64.b64decode(body.get("associated_data", ""), validate=True)
        if self.behaviour["ignores_associated_data"]:
            associated = b""
        if action == "encrypt":
            if name not in self.keys:
                self.make(name, {})  # what a policy with "create" allows
            versions = self.keys[name]["versions"]
            iv = os.urandom(12)
            plaintext = base64.b64decode(body["plaintext"], validate=True)
            sealed = iv + AESGCM(versions[-1]).encrypt(iv, plaintext, associated)
            text = base64.b64encode(sealed).decode()
            return {"data": {"ciphertext": f"vault:v{len(versions)}:{text}"}}
        return {"data": {"plaintext": self.decrypt(name, body["ciphertext"], associated)}}

    def key(self, method, name, below, body):
        if method == "GET":
            if name not in self.keys:
                raise Refusal(404, "")
            return {"data": self.keys[name]["attributes"]}
        if method == "POST" and not below:
            self.make(name, body)
            return None
        if name not in self.keys:
            raise Refusal(400, "no existing key named " + name + " could be found")
        if method == "POST" and below == "/rotate":
            self.keys[name]["versions"].append(AESGCM.generate_key(256))
        elif method == "POST" and below == "/config":
            allowed = body.get("deletion_allowed")
            self.keys[name]["attributes"]["deletion_allowed"] = allowed is True
        elif method == "DELETE" and not below:
            if not self.keys[name]["attributes"]["deletion_allowed"]:
                raise Refusal(400, "deletion is not allowed for this key")
            del self.keys[name]
        else:
            raise Refusal(405, "unsupported operation")
        return None

    def make(self, name, body):
        if name in self.keys:
            return
        attributes = {"type": body.get("type", "aes256-gcm96"),
                      "exportable": body.get("exportable", False),
                      "allow_plaintext_backup": body.get("allow_plaintext_backup", False),
                      "derived": body.get("derived", False), "name": name,
                      "deletion_allowed": False}
        self.keys[name] = {"attributes": attributes, "versions": [AESGCM.generate_key(256)]}

    def decrypt(self, name, text, associated):
        if name not in self.keys:
            raise Refusal(400, "encryption key not found")
        form = re.match(r"vault:v(\d+):(.*)$", text)
        if not form:
            raise Refusal(400, "invalid ciphertext: no prefix")
        version = int(form.group(1)) or 1
        versions = self.keys[name]["versions"]
        if version > len(versions):
            raise Refusal(400, "invalid ciphertext: version is too new")
        try:
            sealed = base64.b64decode(form.group(2), validate=True)
            plaintext = AESGCM(versions[version - 1]).decrypt(sealed[:12], sealed[12:], associated)
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise Refusal(400, "cipher: message authentication failed") from error
        return base64.b64encode(plaintext).decode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One segment for head and body: apart, the second would wait for the first's acknowledgement.
    wbufsize = 65_536
    disable_nagle_algorithm = True
    vault = Vault()

    def log_message(self, *_):
        pass

    def reply(self, status, value):
        text = b"" if value is None else json.dumps(value).encode()
        if self.vault.behaviour["truncated"] and not self.path.startswith("/control"):
            text = text[: len(text) // 2]
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def work(self, method):
        size = int(self.headers.get("Content-Length", "0"))
        body = json.loads(self.rfile.read(size) or b"{}")
        if self.path == "/control/keys":
            self.reply(200, sorted(self.vault.keys))
            return
        if self.path == "/control":
            if method == "POST":
                self.vault.behaviour.update(body)
            self.reply(200, self.vault.calls)
            return
        if self.vault.behaviour["cut"] > 0:
            self.vault.behaviour["cut"] -= 1
            self.close_connection = True
            return
        time.sleep(self.vault.behaviour["slow"])
        try:
            answer = self.vault.answer(method, self.path, self.headers.get("X-Vault-Token"), body)
            self.reply(204 if answer is None else 200, answer)
        except Refusal as refusal:
            self.reply(refusal.status, {"errors": [str(refusal)] if str(refusal) else []})

    def do_GET(self):
        self.work("GET")

    def do_DELETE(self):
        self.work("DELETE")

    def do_POST(self):
        self.work("POST")


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # a client that goes away is no news


def main():
    chain, key = sys.argv[1:3]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    server = Server(("127.0.0.1", int(sys.argv[3]) if len(sys.argv) > 3 else 0), Handler)
    # The handshake belongs to the connection's thread, or one slow client would stop all others.
    server.socket = context.wrap_socket(server.socket, server_side=True,
                                        do_handshake_on_connect=False)
    with open(chain, "rb") as file:
        certificate = x509.load_pem_x509_certificate(file.read())
    encoded = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    # In one piece: whoever reads it may close the pipe at once.
    line = f"{server.server_address[1]} {hashlib.sha256(encoded).hexdigest()}\n"
    os.write(sys.stdout.fileno(), line.encode())
    server.serve_forever()


if __name__ == "__main__":
    main()
