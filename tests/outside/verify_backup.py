#!/usr/bin/env python3
"""Verifies the two repositories of a backup without any of Salus's code, from the page
docs/formats/backup.md.

usage: verify_backup.py DATA KEYS PUBLIC_KEY_PEM [--newest-known N]
       verify_backup.py --self-test

Checks, of every backup that is there: both signatures, by the key given; the chain of manifests;
that data and keys belong together; every block of every file. Exit status 1 when anything does not
hold.
Needs python3-cryptography.
"""
import base64
import binascii
import hashlib
import json
import pathlib
import re
import shutil
import sys
import tempfile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (decode_dss_signature,
                                                             encode_dss_signature)

BLOCK = 65_536
NAMES = 2_048  # in a node
DOMAIN = b"salus-backup-manifest-v1\n"
MEMBERS = {"backup", "files", "format", "keys", "logs", "part", "point", "previous", "realm",
           "signer"}
FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


class Refused(Exception):
    pass


def demand(holds, what):
    if not holds:
        raise Refused(what)


def digest(data):
    return hashlib.sha256(data).digest()


def canonical(value):
    """RFC 8785 for what the format allows: printable ASCII and integers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


class Repository:
    def __init__(self, path, part):
        self.path = pathlib.Path(path)
        form = re.fullmatch(r"salus-backup 1 (data|keys) (\S+)\n?",
                            (self.path / "repository").read_text(encoding="ascii"))
        demand(form and form.group(1) == part, f"{part}: not a repository of this part")
        self.part, self.realm = form.groups()
        self.sizes = {}  # of blocks that were read and are what they are called

    def block(self, name):
        text = name.hex()
        try:
            contents = (self.path / "blocks" / text[:2] / text).read_bytes()
        except FileNotFoundError as error:
            raise Refused("a block is missing") from error
        demand(len(contents) <= BLOCK and digest(contents) == name, "a block was changed")
        self.sizes[name] = len(contents)
        return contents

    def check_file(self, root, size):
        """The tree from its root down to blocks of exactly this many bytes."""
        if size == 0:
            demand(root == digest(b""), "an empty file that is not empty")
            return
        count = -(-size // BLOCK)
        levels = 0
        while NAMES ** levels < count:
            levels += 1
        names = [root]
        for level in range(levels, 0, -1):
            expected = -(-count // NAMES ** (level - 1))
            below = []
            for position, name in enumerate(names):
                node = self.block(name)
                held = min(NAMES, expected - position * NAMES)
                demand(len(node) == 32 * held, "a node of another size")
                below += [node[i:i + 32] for i in range(0, len(node), 32)]
            names = below
        for position, name in enumerate(names):
            length = min(BLOCK, size - position * BLOCK)
            if name not in self.sizes:
                self.block(name)
            demand(self.sizes[name] == length, "a block of another size")

    def manifests(self, key):
        """By number: manifests of which signature and place in the chain are right, and hashes."""
        found, before = {}, None
        for path in sorted((self.path / "manifests").glob("*.manifest")):
            demand(re.fullmatch(r"\d{10}\.manifest", path.name), "a manifest with another name")
            signed = path.read_bytes()
            manifest = opened(signed, key)
            demand(manifest["part"] == self.part, "a manifest of the other part")
            demand(manifest["realm"] == self.realm, "a manifest of another instance")
            demand(manifest["backup"] == int(path.stem), "a manifest with another's number")
            # The oldest may have been removed (pruned); none in the middle may.
            demand(before is None or manifest["previous"] == before, "the chain of manifests")
            before = hashlib.sha256(signed).hexdigest()
            found[manifest["backup"]] = (manifest, before)
        demand(found, "no backup")
        return found


def opened(signed, key):
    demand(signed.count(b"\n") == 2 and signed.endswith(b"\n"), "a manifest is two lines")
    text, signature = signed.split(b"\n")[:2]
    try:
        raw = base64.b64decode(signature, validate=True)
        demand(len(raw) == 64 and base64.b64encode(raw) == signature, "a signature's form")
        key.verify(encode_dss_signature(int.from_bytes(raw[:32], "big"),
                                        int.from_bytes(raw[32:], "big")),
                   DOMAIN + text, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, binascii.Error) as error:
        raise Refused("a manifest's signature") from error
    manifest = json.loads(text)
    demand(canonical(manifest).encode() == text, "a manifest that is not canonical")
    demand(set(manifest) == MEMBERS and manifest["format"] == 1, "a manifest of another form")
    spki = key.public_bytes(serialization.Encoding.DER,
                            serialization.PublicFormat.SubjectPublicKeyInfo)
    demand(manifest["signer"] == base64.b64encode(spki).decode(), "a manifest names another key")
    names = [file["name"] for file in manifest["files"]]
    demand(all(FILE_NAME.fullmatch(name) for name in names) and len(set(names)) == len(names),
           "names of files")
    return manifest


def verify(data_path, keys_path, key, newest_known=0):
    """The number of each backup with the number of its files."""
    data, keys = Repository(data_path, "data"), Repository(keys_path, "keys")
    demand(data.realm == keys.realm, "data and keys of two instances")
    of_data, of_keys = data.manifests(key), keys.manifests(key)
    newest = max(of_data)
    demand(newest >= newest_known, "newer backups were taken away")
    for number, (manifest, _) in of_data.items():
        demand(number in of_keys or number < newest, "the newest backup has no keys")
        if number in of_keys:
            demand(manifest["keys"] == of_keys[number][1], "keys of another backup")
    for repository, manifests in ((data, of_data), (keys, of_keys)):
        for manifest, _ in manifests.values():
            for file in manifest["files"]:
                repository.check_file(bytes.fromhex(file["root"]), file["size"])
    return {number: len(manifest["files"]) for number, (manifest, _) in of_data.items()}


# --- The self-test: a repository made here, and every way to spoil it.
class Maker:
    def __init__(self, root, key=None):
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.places = {part: root / part for part in ("data", "keys")}
        self.before = {"data": "", "keys": ""}
        for part, place in self.places.items():
            (place / "manifests").mkdir(parents=True)
            (place / "repository").write_text(f"salus-backup 1 {part} realm\n")

    def put(self, part, contents):
        name = digest(contents)
        path = self.places[part] / "blocks" / name.hex()[:2] / name.hex()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents)
        return name

    def tree(self, part, contents):
        if not contents:
            return digest(b"")
        names = [self.put(part, contents[i:i + BLOCK]) for i in range(0, len(contents), BLOCK)]
        while len(names) > 1:
            names = [self.put(part, b"".join(names[i:i + NAMES]))
                     for i in range(0, len(names), NAMES)]
        return names[0]

    def manifest(self, part, number, files, keys=""):
        spki = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return {"backup": number, "format": 1, "keys": keys, "logs": [], "part": part,
                "point": 1, "previous": self.before[part], "realm": "realm",
                "signer": base64.b64encode(spki).decode(),
                "files": [{"name": name, "root": self.tree(part, contents).hex(),
                           "size": len(contents)} for name, contents in files.items()]}

    def sign(self, part, manifest):
        text = canonical(manifest).encode()
        r, s = decode_dss_signature(self.key.sign(DOMAIN + text, ec.ECDSA(hashes.SHA256())))
        signed = (text + b"\n" + base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
                  + b"\n")
        name = f"{manifest['backup']:010}.manifest"
        (self.places[part] / "manifests" / name).write_bytes(signed)
        self.before[part] = hashlib.sha256(signed).hexdigest()

    def back_up(self, number, data, keys):
        self.sign("keys", self.manifest("keys", number, keys))
        self.sign("data", self.manifest("data", number, data, self.before["keys"]))


def refusal(places, key, newest_known=0):
    try:
        verify(places["data"], places["keys"], key, newest_known)
    except Refused as refused:
        return str(refused)
    return None


def spoil_blocks(places, key):
    for place in places.values():
        for path in [each for each in place.rglob("blocks/*/*") if each.is_file()]:
            good = path.read_bytes()
            for bad in (bytes([good[0] ^ 1]) + good[1:], good + b"x", good[:-1]):
                path.write_bytes(bad)
                assert refusal(places, key) == "a block was changed"
            path.unlink()
            assert refusal(places, key) == "a block is missing"
            path.write_bytes(good)


def spoil_manifests(places, key):
    for place in places.values():
        for path in (place / "manifests").iterdir():
            good = path.read_bytes()
            for position in range(len(good)):
                path.write_bytes(good[:position] + bytes([good[position] ^ 1])
                                 + good[position + 1:])
                assert refusal(places, key), position
            path.write_bytes(good)
        # Renamed, exchanged, replayed, taken from the middle or from the end.
        first, second, third = sorted((place / "manifests").iterdir())
        texts = [path.read_bytes() for path in (first, second, third)]
        second.write_bytes(texts[0])
        assert refusal(places, key) == "a manifest with another's number"
        second.unlink()
        assert refusal(places, key) == "the chain of manifests"
        second.write_bytes(texts[1])
        third.unlink()
        assert refusal(places, key, newest_known=3)
        third.write_bytes(texts[2])
        first.unlink()
        assert refusal(places, key) is None  # pruned
        first.write_bytes(texts[0])


def spoil_signed(root):
    """What only whoever holds the key can write is still checked."""
    for change in (lambda m: m.update(format=2), lambda m: m.update(realm="other"),
                   lambda m: m.update(part="keys"), lambda m: m.update(more=1),
                   lambda m: m.update(keys="00" * 32), lambda m: m.update(previous="00" * 32),
                   lambda m: m["files"][0].update(name="../x"),
                   lambda m: m["files"][0].update(name="/etc/x"),
                   lambda m: m["files"][0].update(size=3), lambda m: m["files"][0].update(size=0),
                   lambda m: m["files"].append(dict(m["files"][0]))):
        shutil.rmtree(root)
        maker = Maker(root)
        maker.back_up(1, {"a": b"1234"}, {"k": b"5"})
        maker.sign("keys", maker.manifest("keys", 2, {"k": b"5"}))
        manifest = maker.manifest("data", 2, {"a": b"1234"}, maker.before["keys"])
        maker.sign("data", manifest)
        assert refusal(maker.places, maker.key.public_key()) is None
        maker.before["data"] = manifest["previous"]
        change(manifest)
        maker.sign("data", manifest)
        assert refusal(maker.places, maker.key.public_key()), manifest


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder) / "made"
        maker = Maker(root)
        key = maker.key.public_key()
        data = {"empty": b"", "one": b"1", "full": bytes(BLOCK), "more": bytes(BLOCK) + b"2",
                "store/deep": bytes(BLOCK * NAMES + 7)}
        maker.back_up(1, {"one": b"1"}, {"keys/k": b"a"})
        maker.back_up(2, data, {"keys/k": b"ab"})
        maker.back_up(3, {"one": b"12"}, {"keys/k": b"abc"})
        assert verify(maker.places["data"], maker.places["keys"], key) == {1: 1, 2: 5, 3: 1}
        spoil_blocks(maker.places, key)
        spoil_manifests(maker.places, key)
        assert refusal(maker.places, ec.generate_private_key(ec.SECP256R1()).public_key())
        swapped = {"data": maker.places["keys"], "keys": maker.places["data"]}
        assert refusal(swapped, key) == "data: not a repository of this part"
        assert refusal(maker.places, key) is None
        spoil_signed(root)


def main():
    arguments = sys.argv[1:]
    if arguments == ["--self-test"]:
        self_test()
        return 0
    newest_known = int(arguments[4]) if arguments[3:4] == ["--newest-known"] else 0
    key = serialization.load_pem_public_key(pathlib.Path(arguments[2]).read_bytes())
    try:
        found = verify(arguments[0], arguments[1], key, newest_known)
    except Refused as refused:
        print(f"refused: {refused}")
        return 1
    for number, files in found.items():
        print(f"backup {number}: {files} files of data, whole")
    return 0


if __name__ == "__main__":
    sys.exit(main())
