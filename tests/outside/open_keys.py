#!/usr/bin/env python3
"""Opens an instance's key hierarchy without any of Salus's code: docs/formats/key-store.md, from
the page, for the back end "sealed-file".

usage: open_keys.py INSTANCE     how many keys of each kind open; never a key
Exit status 1 when one does not. Needs python3-cryptography.
"""
import hashlib
import hmac
import pathlib
import shutil
import sqlite3
import struct
import sys
import tempfile
import tomllib

from open_sealed_record import Corrupt, hkdf_expand, open_record

REALM, TENANT, COMPARTMENT, OBJECT_CLASS, TYPE, ID, VERSION = range(1, 8)
HEADER = 24
DESTROYED = 3


def context(*parts):
    out = b"salus-ctx-v1"
    for tag, value in parts:
        if isinstance(value, int):
            value = struct.pack(">Q", value)
        elif isinstance(value, str):
            value = value.encode()
        out += bytes([tag]) + struct.pack(">I", len(value)) + value
    return out


def derive_key(key, label, info):
    return hkdf_expand(key, b"salus/" + label.encode() + b"\0" + info, 32)


class KeyFile:
    """keys/root.sealed"""

    def __init__(self, path, passphrase, realm):
        content = path.read_bytes()
        if content[:8] != b"SALUSKEK" or content[8:12] != bytes([0, 0, 0, 1]):
            raise Corrupt
        n, r, p = struct.unpack(">QII", content[12:28])
        if hashlib.sha256(content[:92]).digest() != content[92:124]:
            raise Corrupt
        stretched = hashlib.scrypt(passphrase, salt=content[28:60], n=n, r=r, p=p, dklen=32,
                                   maxmem=1 << 30)
        verifier = derive_key(stretched, "kek-file/verifier", content[:60])
        if not hmac.compare_digest(verifier, content[60:92]):
            raise Corrupt
        self.seal_key = derive_key(stretched, "kek-file/seal", content[:60])
        bound = context((REALM, realm), (OBJECT_CLASS, "key-encryption keys"),
                        (ID, content[:124]))
        plain = open_record(self.seal_key, bound, content[124:])
        self.root, plain = plain[:32], plain[32:]
        count, plain = struct.unpack(">I", plain[:4])[0], plain[4:]
        self.keks = {}
        for _ in range(count):
            length, plain = struct.unpack(">I", plain[:4])[0], plain[4:]
            tenant, plain = plain[:length].decode(), plain[length:]
            epoch, identity, key = struct.unpack(">I", plain[:4])[0], plain[4:20], plain[20:52]
            self.keks[tenant, epoch] = (identity, key)
            plain = plain[52:]
        if plain:
            raise Corrupt


def unwrap(key, wrapped, magic, mechanism, *parts):
    header, record = wrapped[:HEADER], wrapped[HEADER:]
    if header[:4] != magic + bytes([1, mechanism]):
        raise Corrupt
    return open_record(key, context(*parts, (OBJECT_CLASS, header)), record)


def copy_of(path, folder):
    """A running server has the database locked; its write-ahead log may hold the newest rows."""
    for suffix in ("-wal", ""):
        source = path.with_name(path.name + suffix)
        if source.exists():
            shutil.copy(source, folder)
    return pathlib.Path(folder) / path.name


class TenantKeys:
    """keys/TENANT/keys.db"""

    def __init__(self, path, realm, tenant, keks):
        self.shards, self.purposes, self.data = {}, {}, {}
        with tempfile.TemporaryDirectory() as folder:
            self.open_copy(copy_of(path, folder), realm, tenant, keks)

    def open_copy(self, path, realm, tenant, keks):
        database = sqlite3.connect(path)
        self.open_shards(database, realm, tenant, keks)
        for purpose, version, state, wrapped in database.execute(
                "SELECT purpose, version, state, wrapped FROM purpose_key"):
            if state != DESTROYED:
                self.purposes[purpose, version] = unwrap(
                    self.wrapper(wrapped), wrapped, b"WK", 1, (REALM, realm), (TENANT, tenant),
                    (OBJECT_CLASS, "purpose key"), (ID, purpose), (TYPE, state),
                    (VERSION, version))
        for compartment, version, state, wrapped in database.execute(
                "SELECT compartment, version, state, wrapped FROM data_key"):
            if state != DESTROYED:
                self.data[compartment, version] = unwrap(
                    self.wrapper(wrapped), wrapped, b"WK", 1, (REALM, realm), (TENANT, tenant),
                    (COMPARTMENT, compartment), (OBJECT_CLASS, "data key"), (TYPE, state),
                    (VERSION, version))
        database.close()

    def open_shards(self, database, realm, tenant, keks):
        for identity, shard, epoch, state, kek_epoch, wrapped in database.execute(
                "SELECT id, shard, epoch, state, kek_epoch, wrapped FROM shard_key"):
            if state == DESTROYED:
                continue
            kek_identity, kek = keks[tenant, kek_epoch]
            if wrapped[4:20] != kek_identity:
                raise Corrupt
            inner = context((OBJECT_CLASS, "shard key"), (ID, identity), (COMPARTMENT, shard),
                            (VERSION, epoch), (TYPE, state))
            self.shards[identity] = unwrap(
                kek, wrapped, b"HW", 2, (REALM, realm), (TENANT, tenant),
                (OBJECT_CLASS, "key wrapped by the key management service"),
                (VERSION, kek_epoch), (ID, inner))

    def wrapper(self, wrapped):
        return self.shards[wrapped[4:20]]


class InstanceKeys:
    def __init__(self, directory):
        directory = pathlib.Path(directory)
        configuration = tomllib.loads((directory / "salus.toml").read_text())
        realm = configuration["instance"]["realm"]
        passphrase = (directory / "credentials/root.passphrase").read_bytes()
        self.file = KeyFile(directory / "keys/root.sealed", passphrase, realm)
        self.tenants = {path.parent.name: TenantKeys(path, realm, path.parent.name,
                                                     self.file.keks)
                        for path in sorted(directory.glob("keys/*/keys.db"))}


def main(arguments):
    if len(arguments) != 1:
        raise SystemExit(__doc__)
    try:
        keys = InstanceKeys(arguments[0])
    except (Corrupt, KeyError):
        print("a key does not open", file=sys.stderr)
        return 1
    print(f"{len(keys.file.keks)} key-encryption keys")
    for name, tenant in keys.tenants.items():
        print(f"{name}: {len(tenant.shards)} shard keys, {len(tenant.purposes)} purpose keys, "
              f"{len(tenant.data)} data keys")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
