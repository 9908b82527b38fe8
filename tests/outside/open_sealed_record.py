#!/usr/bin/env python3
"""Opens a sealed record without any of Salus's code: docs/formats/sealed-record.md, from the page.

usage: open_sealed_record.py KEY CONTEXT RECORD     all in hex; the plaintext goes to stdout
       open_sealed_record.py --seal KEY CONTEXT VERSION PLAINTEXT_HEX SALT_HEX   prints a record
       open_sealed_record.py --self-test

Exit status 1, and nothing on stdout, for a record that does not open. Needs python3-cryptography.
"""
import hashlib
import hmac
import struct
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 16 * 1024
TAG = 16
HEADER = 8
PREFIX = 64
SCHEME = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00"


class Corrupt(Exception):
    pass


def hkdf_expand(key, info, size):
    """RFC 5869 section 2.3 with SHA-512."""
    out, block, counter = b"", b"", 1
    while len(out) < size:
        block = hmac.new(key, block + info + bytes([counter]), hashlib.sha512).digest()
        out += block
        counter += 1
    return out[:size]


def derive(key, header, salt, context):
    okm = hkdf_expand(key, SCHEME + salt + header + context, 76)
    return okm[:32], okm[32:44], okm[44:]


def nonce_of(base, number):
    return (int.from_bytes(base, "big") ^ number).to_bytes(12, "big")


def open_record(key, context, record):
    if len(record) < PREFIX + TAG or record[:4] != b"SR\x01\x01":
        raise Corrupt
    header, salt, commitment = record[:HEADER], record[8:32], record[32:64]
    record_key, base, expected = derive(key, header, salt, context)
    if not hmac.compare_digest(commitment, expected):
        raise Corrupt
    body, plaintext, number = record[PREFIX:], b"", 0
    while True:
        chunk, body = body[: CHUNK + TAG], body[CHUNK + TAG :]
        if len(chunk) < TAG:
            raise Corrupt
        try:
            plaintext += AESGCM(record_key).decrypt(nonce_of(base, number), chunk, None)
        except InvalidTag:
            raise Corrupt from None
        if len(chunk) < CHUNK + TAG:
            if body:
                raise Corrupt
            return plaintext
        number += 1


def seal_record(key, context, version, plaintext, salt):
    header = b"SR\x01\x01" + struct.pack(">I", version)
    record_key, base, commitment = derive(key, header, salt, context)
    out = header + salt + commitment
    for number in range(len(plaintext) // CHUNK + 1):
        piece = plaintext[number * CHUNK : (number + 1) * CHUNK]
        out += AESGCM(record_key).encrypt(nonce_of(base, number), piece, None)
    return out


def self_test():
    key, salt, context = b"\x42" * 32, bytes(range(24)), b"context"
    for size in (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK):
        record = seal_record(key, context, 7, b"x" * size, salt)
        assert open_record(key, context, record) == b"x" * size
        for bad in (record[:-1], record + b"\0", record[:-TAG], record[:40] + b"\0" + record[41:]):
            if bad == record:
                continue
            try:
                open_record(key, context, bad)
            except Corrupt:
                continue
            raise SystemExit("a damaged record opened")
    print("ok")


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if arguments[:1] == ["--seal"]:
        key, context, version, plaintext, salt = arguments[1:]
        record = seal_record(bytes.fromhex(key), bytes.fromhex(context), int(version),
                             bytes.fromhex(plaintext), bytes.fromhex(salt))
        print(record.hex())
        return None
    if len(arguments) != 3:
        raise SystemExit(__doc__)
    try:
        sys.stdout.buffer.write(open_record(*map(bytes.fromhex, arguments)))
    except Corrupt:
        sys.exit(1)
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
