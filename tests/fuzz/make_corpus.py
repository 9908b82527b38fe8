"""Writes the inputs to start from of http1_parser, jws, checkpoint and mirror_entries: one for each
branch that random bytes would take long to reach. Made from the RFCs and from docs/formats; the
keys are the base points of their curves (the private key 1), which are nobody's.

  python3 tests/fuzz/make_corpus.py           writes them
  python3 tests/fuzz/make_corpus.py --check   says whether those that are there are these"""
import base64
import hashlib
import json
import pathlib
import sys

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"
P256 = ("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
P384 = ("aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a38"
        "5502f25dbf55296c3a545e3872760ab7",
        "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c0"
        "0a60b1ce1d7e819d7a431d7c90ea0e5f")
ED25519 = "58" + "66" * 31
SPKI_P256 = "3059301306072a8648ce3d020106082a8648ce3d03010703420004" + "".join(P256)
ROOT = base64.b64encode(bytes(range(32))).decode()


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def http1_parser():
    """The first byte says where the bytes are split."""
    host = "Host: a\r\n"

    def get(fields="", version="1.1", target="/fhir/Patient/1"):
        return f"GET {target} HTTP/{version}\r\n{host}{fields}\r\n"

    def post(fields, body):
        return f"POST /fhir/Patient HTTP/1.1\r\n{host}{fields}\r\n{body}"

    chunked = "Transfer-Encoding: chunked\r\n"
    texts = {
        "get": get(),
        "pipelined": get() + get("Connection: close\r\n"),
        "empty_line_first": "\r\n" + get(),
        "absolute_target": get(target="http://a/fhir"),
        "whole_server": f"OPTIONS * HTTP/1.1\r\n{host}\r\n",
        "http_1_0": get(version="1.0"),
        "http_1_0_keep_alive": get("Connection: keep-alive\r\n", "1.0"),
        "version": get(version="2.0"),
        "no_version": "GET /\r\n",
        "bare_feed": f"GET / HTTP/1.1\n{host}\r\n",
        "folded": get("X: a\r\n b\r\n"),
        "space_before_colon": get("X : a\r\n"),
        "no_host": "GET / HTTP/1.1\r\n\r\n",
        "two_hosts": get(host),
        "length": post("Content-Length: 2\r\n", "{}"),
        "length_twice": post("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"),
        "length_sign": post("Content-Length: +2\r\n", "{}"),
        "length_too_large": post("Content-Length: 99999999999\r\n", ""),
        "length_and_coding": post("Content-Length: 2\r\n" + chunked, "0\r\n\r\n"),
        "other_coding": post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
        "coding_http_1_0": f"POST / HTTP/1.0\r\n{host}{chunked}\r\n0\r\n\r\n",
        "chunks": post(chunked, "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"),
        "chunk_extension": post(chunked, '2;a=b;c="d\\""\r\n{}\r\n0\r\n\r\n'),
        "chunk_extension_open": post(chunked, '2;a="b\r\n{}\r\n0\r\n\r\n'),
        "chunk_trailers": post(chunked, "2\r\n{}\r\n0\r\nX-Sum: 1\r\n\r\n"),
        "chunk_size_long": post(chunked, "000000002\r\n{}\r\n0\r\n\r\n"),
        "chunk_without_end": post(chunked, "2\r\n{}0\r\n\r\n"),
        "expect": post("Content-Length: 2\r\nExpect: 100-continue\r\n", "{}"),
        "expect_other": post("Content-Length: 2\r\nExpect: 200-ok\r\n", "{}"),
        "encoded": post("Content-Length: 2\r\nContent-Encoding: gzip\r\n", "{}"),
        "control_byte": get("X: a\x01\r\n"),
        "long_target": get(target="/" + "a" * 8_300),
        "many_fields": get("".join(f"X{n}: a\r\n" for n in range(200))),
    }
    return {name: bytes([len(text) // 2 % 256]) + text.encode() for name, text in texts.items()}


def ec_key(kid, curve=("P-256", P256), **more):
    name, point = curve
    x, y = (url64(bytes.fromhex(each)) for each in point)
    return {"kty": "EC", "crv": name, "x": x, "y": y, "kid": kid} | more


def jws():
    def token(header, payload="{}", signature=b"s" * 64):
        return ".".join([url64(compact(header).encode()), url64(payload.encode()),
                         url64(signature)])

    header = {"alg": "ES256", "kid": "k1", "typ": "JWT"}
    claims = {"iss": "client", "sub": "client", "aud": "https://us", "exp": 1_790_000_060,
              "iat": 1_790_000_000, "nbf": 1_790_000_000, "jti": "1"}
    one = url64((1).to_bytes(32, "big"))
    rsa = {"kty": "RSA", "n": url64((2**2047 + 1).to_bytes(256, "big")), "e": "AQAB", "kid": "r"}
    okp = {"kty": "OKP", "crv": "Ed25519", "x": url64(bytes.fromhex(ED25519)), "kid": "o"}
    texts = {
        "token": token(header, compact(claims)),
        "token_of_another_key": token(header | {"kid": "k2"}),
        "token_none": token({"alg": "none"}, signature=b""),
        "token_hmac": token(header | {"alg": "HS256"}, signature=b"s" * 32),
        "token_other_curve": token(header | {"alg": "ES384"}, signature=b"s" * 96),
        "token_zeros": token(header, signature=bytes(64)),
        "token_short_signature": token(header, signature=b"s"),
        "token_own_key": token(header | {"jwk": ec_key("k1")}),
        "token_critical": token(header | {"crit": ["b64"], "b64": False}),
        "token_key_url": token(header | {"jku": "https://a.example/keys"}),
        "token_no_object": ".".join([url64(b"[]"), url64(b"{}"), ""]),
        "token_four_parts": token(header) + ".",
        "token_padded": token(header) + "=",
        "claims": compact(claims),
        "claims_audiences": compact(claims | {"aud": ["https://us", "https://them"]}),
        "claims_audience_number": compact(claims | {"aud": 1}),
        "claims_expired": compact(claims | {"exp": 1_789_000_000}),
        "claims_early": compact(claims | {"nbf": 1_791_000_000}),
        "claims_from_tomorrow": compact(claims | {"iat": 1_791_000_000}),
        "claims_far": compact(claims | {"exp": 9_000_000_001}),
        "claims_fraction": compact(claims | {"exp": 1_790_000_060.5}),
        "claims_twice": '{"iss":"client","iss":"other"}',
        "keys": compact({"keys": [ec_key("a", alg="ES256", use="sig"),
                                  ec_key("b", ("P-384", P384), key_ops=["verify"]), rsa, okp]}),
        "keys_same_id": compact({"keys": [ec_key("a"), ec_key("a")]}),
        "keys_for_encryption": compact({"keys": [ec_key("a", use="enc")]}),
        "keys_off_the_curve": compact({"keys": [ec_key("a", ("P-256", (P256[0], P256[0])))]}),
        "keys_symmetric": compact({"keys": [{"kty": "oct", "k": one, "kid": "a"}]}),
        "keys_strange_id": compact({"keys": [ec_key("a b")]}),
        "private": compact(ec_key("a", d=one, alg="ES256")),
        "private_other_point": compact(ec_key("a", ("P-256", P256[::-1]), d=one)),
        "private_other_algorithm": compact(ec_key("a", d=one, alg="ES384")),
        "private_zero": compact(ec_key("a", d=url64(bytes(32)))),
    }
    return {name: text.encode() for name, text in texts.items()}


def note_key(name, kind, key, identified=None):
    """docs/formats: NAME+ID+BASE64."""
    encoded = bytes([kind]) + key
    identified = f"{name}\n".encode() + encoded if identified is None else identified
    return (f"{name}+{hashlib.sha256(identified).digest()[:4].hex()}+"
            f"{base64.b64encode(encoded).decode()}")


def signature(name, content):
    return f"\u2014 {name} {base64.b64encode(content).decode()}\n"


def checkpoint():
    log = "salus/fuzz/log"
    head = f"{log}\n7\n{ROOT}\n"
    hashes = "".join(base64.b64encode(bytes([n]) * 32).decode() + "\n" for n in range(3))
    spki = bytes.fromhex(SPKI_P256)
    point = bytes.fromhex(ED25519)
    proof = "c2sp.org/tlog-proof@v1\n"
    note = head + "\n" + signature(log, b"idid" + b"s" * 64)
    timed = b"idid" + (1_790_000_000).to_bytes(8, "big") + b"s" * 64
    texts = {
        "head": head,
        "head_empty_tree": f"{log}\n0\n{ROOT}\n",
        "head_leading_zero": f"{log}\n07\n{ROOT}\n",
        "head_largest": f"{log}\n{2**64 - 1}\n{ROOT}\n",
        "head_too_large": f"{log}\n{2**64}\n{ROOT}\n",
        "head_short_root": f"{log}\n7\n{ROOT[:-4]}\n",
        "head_more": head + "more\n",
        "note": note,
        "note_two_signatures": note + signature("other", b"idid" + b"s" * 64),
        "note_cosigned": head + "\n" + signature("fuzz/mirror", timed),
        "note_short_signature": head + "\n" + signature(log, b"idid"),
        "note_no_name": head + "\n\u2014  AAAA\n",
        "note_unsigned": head + "\n",
        "note_control": head.replace("7", "7\t") + "\n" + signature(log, b"idid" + b"s" * 64),
        "note_gaps": "a\n\nb\n\n" + signature(log, b"idid" + b"s" * 64),
        "proof": f"{proof}index 3\n{hashes}\n{note}",
        "proof_extra": f"{proof}extra {base64.b64encode(b'x').decode()}\nindex 3\n{hashes}\n{note}",
        "proof_extra_empty": f"{proof}extra \nindex 3\n\n{note}",
        "proof_no_end": f"{proof}index 3\n{hashes}",
        "proof_too_many": f"{proof}index 3\n" + f"{ROOT}\n" * 130 + "\n" + note,
        "continuation": f"old 3\n{hashes}\n{note}",
        "continuation_empty": f"old 0\n\n{note}",
        "key_ed25519": note_key("a", 1, point),
        "key_ecdsa": note_key("a", 2, spki, spki),
        "key_cosigner": note_key("a", 4, point),
        "key_cosigner_ecdsa": note_key("a", 0xff, b"cosignature-p256/v1" + spki),
        "key_wrong_id": "a+00000000+" + note_key("a", 1, point).split("+")[2],
        "key_no_point": note_key("a", 1, b"\xff" * 32),
        "key_spaced_name": note_key("a b", 1, point),
        "key_unknown_type": note_key("a", 9, point),
    }
    return {name: text.encode() for name, text in texts.items()}


def mirror_entries():
    def entry(content, size=None):
        return (len(content) if size is None else size).to_bytes(2, "big") + content

    start = b"salus/fuzz/log\n41\n"
    root = ROOT.encode() + b"\n"
    bundle = entry(b'{"b":"1"}') + entry(b"") + entry(b"x" * 300)
    return {
        "entries": start + b"\n" + bundle,
        "entries_none": start + b"\n",
        "entries_cut": start + b"\n" + entry(b"abc", 4),
        "entries_half_a_length": start + b"\n\x00",
        "entries_without_gap": start + bundle,
        "entries_no_origin": b"\n41\n\n" + bundle,
        "entries_index_sign": b"salus/fuzz/log\n+41\n\n",
        "rooted": start + root + b"\n" + bundle,
        "rooted_short_root": start + ROOT[:-4].encode() + b"\n\n" + bundle,
        "rooted_loose_base64": start + ROOT[:-2].encode() + b"9=\n\n" + bundle,
        "bundle": bundle,
        "bundle_cut": entry(b"abc") + entry(b"abc", 0xffff),
    }


def main():
    wrong = []
    for make in (http1_parser, jws, checkpoint, mirror_entries):
        folder = CORPUS / make.__name__
        folder.mkdir(exist_ok=True)
        wanted = make()
        if "--check" in sys.argv:
            there = {path.name: path.read_bytes() for path in folder.iterdir()}
            wrong += [] if there == wanted else [make.__name__]
            continue
        for name, content in wanted.items():
            (folder / name).write_bytes(content)
    return f"not what this program makes: {', '.join(wrong)}" if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
