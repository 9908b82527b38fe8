"""The authorization server: tokens for private_key_jwt, by itself and beside the OpenID provider of
the npm registry, and introspection."""

import base64
import json
import pathlib
import secrets
import subprocess
import time

from accounting import median
from figures import compared, microseconds, milliseconds, per_second, row
from load import wrk

PEERS = pathlib.Path(__file__).resolve().parent / "peers"
SCOPE = "scope=system%2F*.rs"
GRANT = f"grant_type=client_credentials&{SCOPE}"
ASSERTION_LIFE = 290  # seconds; Salus accepts 300
CONNECTIONS = 8
CROWD = 64  # connections
TRIAL_SECONDS = 2  # a cold JavaScript engine is slow in its first
FIRST_GUESS = 10_000  # assertions of a trial
ENOUGH = 3  # assertions for each that another run used up in the same time: the machine is not even
START_SECONDS = 30


def install_peers():
    if not (PEERS / "node_modules" / "oidc-provider").is_dir():
        npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(npm, cwd=PEERS, check=True)


def _base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class ClientKey:
    """A client's private key, which signs assertions (RFC 7523); each of them is accepted once."""

    def __init__(self, client, jwk):
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        self.client = client
        self.identity = jwk["kid"]
        curve, digest, self.algorithm, self.size = {
            "P-256": (ec.SECP256R1(), hashes.SHA256(), "ES256", 32),
            "P-384": (ec.SECP384R1(), hashes.SHA384(), "ES384", 48),
        }[jwk["crv"]]
        scalar = int.from_bytes(base64.urlsafe_b64decode(jwk["d"] + "=="), "big")
        self._key = ec.derive_private_key(scalar, curve)
        self._method = ec.ECDSA(digest)

    def public(self):
        point = self._key.public_key().public_numbers()
        x, y = (_base64url(part.to_bytes(self.size, "big")) for part in (point.x, point.y))
        return {"kty": "EC", "crv": f"P-{self.size * 8}", "x": x, "y": y, "kid": self.identity,
                "alg": self.algorithm, "use": "sig"}

    def assertions(self, audience, count):
        from cryptography.hazmat.primitives.asymmetric import utils

        header = {"alg": self.algorithm, "typ": "JWT", "kid": self.identity}
        encoded = _base64url(json.dumps(header).encode())
        now = int(time.time())
        for _ in range(count):
            claims = {"iss": self.client, "sub": self.client, "aud": audience, "iat": now,
                      "exp": now + ASSERTION_LIFE, "jti": secrets.token_urlsafe(16)}
            signed = f"{encoded}.{_base64url(json.dumps(claims).encode())}"
            r, s = utils.decode_dss_signature(self._key.sign(signed.encode(), self._method))
            signature = r.to_bytes(self.size, "big") + s.to_bytes(self.size, "big")
            yield f"{signed}.{_base64url(signature)}"


def _new_key(client):
    from cryptography.hazmat.primitives.asymmetric import ec

    scalar = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    jwk = {"crv": "P-256", "kid": "bench", "d": _base64url(scalar.to_bytes(32, "big"))}
    return ClientKey(client, jwk)


class TokenEndpoint:
    """Where one client gets tokens, as often as it has prepared assertions."""

    def __init__(self, server, path, audience, key, directory):
        self.server, self.path, self.audience, self.key = server, path, audience, key
        self.connections = CONNECTIONS
        self._file = directory / f"assertions-{secrets.token_hex(4)}"
        self._rate = 0  # a second, the highest that was seen

    def prepare(self):
        if self.load(TRIAL_SECONDS, FIRST_GUESS).requests == 0:
            raise RuntimeError(f"{self.server.url} gives no token")
        return self

    def load(self, seconds, count=0):
        count = count or int(self._rate * ENOUGH * seconds)
        self._file.write_text("\n".join(self.key.assertions(self.audience, count)))
        environment = {
            "BENCH_ASSERTIONS": str(self._file), "BENCH_THREADS": "2", "BENCH_FORM": GRANT}
        load = wrk(self.server, self.path, seconds, script="token.lua",
                   connections=self.connections, environment=environment)
        self._rate = max(self._rate, load.rate)
        return load


def _ours(bench, key):
    audience = f"https://localhost:{bench.instance.port}/oauth/token"
    return TokenEndpoint(bench.instance, "/oauth/token", audience, key, bench.directory).prepare()


def tokens(bench):
    jwk = bench.instance.directory / "credentials" / "demonstration.jwk"
    key = ClientKey("demonstration", json.loads(jwk.read_text()))
    load = bench.keep(_ours(bench, key).load(4))
    yield f"access tokens, {CONNECTIONS} connections", per_second(load.rate), "", ""
    yield "latency, median", milliseconds(load.p50), "", ""
    yield "CPU per token", microseconds(load.cpu_each), "", ""


class NodeProvider:
    """npm's oidc-provider: one process, plain HTTP, everything in memory."""

    def __init__(self, directory, key):
        client = directory / "node-client.jwk"
        client.write_text(json.dumps(key.public()))
        program = ["node", str(PEERS / "authorization_server.mjs"), str(client)]
        self._process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
        said = self._process.stdout.readline().strip()
        if not said.isdecimal():
            self.stop()
            raise RuntimeError("the provider for Node.js did not start")
        self.url = f"http://127.0.0.1:{said}"

    @property
    def pids(self):
        return [self._process.pid]

    def stop(self):
        self._process.terminate()
        self._process.wait(timeout=START_SECONDS)


def _register(instance, key, directory):
    jwks = directory / "client.jwks"
    jwks.write_text(json.dumps({"keys": [key.public()]}))
    instance.run("client", "add", "--dir", instance.directory, key.client, "--jwks", jwks,
                 "--scope", "system/*.rs", "--purpose", "TREAT")


def tokens_beside_node(bench):
    """Each assertion is fresh on both sides, ES256, as is the access token that answers it."""
    install_peers()
    key = _new_key("bench")
    _register(bench.instance, key, bench.directory)
    node = NodeProvider(bench.directory, key)
    try:
        ours = _ours(bench, key)
        theirs = TokenEndpoint(node, "/token", node.url, key, bench.directory).prepare()
        for connections in (CONNECTIONS, CROWD):
            ours.connections = theirs.connections = connections
            yield f"with {connections} connections", "", "", ""
            loads, baseline = bench.interleaved(
                lambda: ours.load(bench.seconds), lambda: theirs.load(bench.seconds))
            yield from compared(loads, baseline)
            yield row("tokens in a second of the processor", loads, baseline,
                      lambda load: 1 / load.cpu_each, per_second)
            ours_failed, theirs_failed = (
                sum(load.failures for load in each) for each in (loads, baseline))
            yield "answers that were no success", f"{ours_failed}", f"{theirs_failed}", ""
    finally:
        node.stop()


def introspection(bench):
    """The bearer of a token asks about it: it is verified once for each event loop."""
    token = bench.instance.token()
    environment = {"BENCH_TOKEN": token}

    def ask(subject):
        return bench.keep(wrk(
            bench.instance, "/oauth/introspect", bench.seconds, script="introspect.lua",
            environment={**environment, "BENCH_FORM": f"token={subject}"}))

    for what, subject in (("an access token", token), ("what is no token", "nothing")):
        loads = [ask(subject) for _ in range(bench.rounds)]
        for figure, pick, show in (
            ("CPU per request", lambda load: load.cpu_each, microseconds),
            ("requests", lambda load: load.rate, per_second),
            ("latency, median", lambda load: load.p50, milliseconds),
        ):
            yield f"{what}: {figure}", show(median([pick(load) for load in loads])), "", ""
