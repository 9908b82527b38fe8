#!/usr/bin/env python3
"""Verifies an audit log from its files, by docs/formats/audit-log.md; standard library only.

    verify_audit_log.py DIRECTORY      prints "size N", "root HEX", "origin TEXT"; exit code 0
    anything wrong: one line on standard error naming file, offset and index; exit code 1
"""
import base64
import hashlib
import json
import os
import re
import struct
import sys

HEADER = 4096
SECTOR = 512
BEGIN, OPEN_INTENTS, DETAIL, LEAF, COMMIT = 1, 2, 3, 4, 5
ZERO = bytes(32)
KEYS = {"b", "dh", "i", "in", "m", "o", "p", "ph", "r", "t", "v", "what"}
LARGEST = 2**53 - 1


class Wrong(Exception):
    pass


def make_table():
    table = []
    for i in range(256):
        for _ in range(8):
            i = (i >> 1) ^ (0x82F63B78 if i & 1 else 0)
        table.append(i)
    return table


TABLE = make_table()


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = (value >> 8) ^ TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def sha256(data):
    return hashlib.sha256(data).digest()


class Tree:
    """RFC 6962 section 2.1: the stack of complete subtrees as (width, hash)."""

    def __init__(self):
        self.stack = []
        self.size = 0

    def append(self, leaf_hash):
        width, node = 1, leaf_hash
        while self.stack and self.stack[-1][0] == width:
            node = sha256(b"\x01" + self.stack.pop()[1] + node)
            width *= 2
        self.stack.append((width, node))
        self.size += 1

    def root(self):
        if not self.stack:
            return sha256(b"")
        node = self.stack[-1][1]
        for _, left in reversed(self.stack[:-1]):
            node = sha256(b"\x01" + left + node)
        return node


def check_value(value):
    if isinstance(value, bool) or value is None or isinstance(value, float):
        raise Wrong("a value of a kind that leaves do not have")
    if isinstance(value, int) and abs(value) > LARGEST:
        raise Wrong("a number that is too large")
    if isinstance(value, str) and not all(0x20 <= ord(c) <= 0x7E for c in value):
        raise Wrong("a text that is not printable ASCII")
    if isinstance(value, dict):
        for name, member in value.items():
            check_value(name)
            check_value(member)
    if isinstance(value, list):
        for element in value:
            check_value(element)


def parse_leaf(data):
    if len(data) > 65535:
        raise Wrong("a leaf that is too large")
    try:
        leaf = json.loads(data.decode("ascii"))
    except ValueError:
        raise Wrong("a leaf that is not JSON") from None
    check_value(leaf)
    if json.dumps(leaf, sort_keys=True, separators=(",", ":")).encode() != data:
        raise Wrong("a leaf that is not canonical")
    known = isinstance(leaf, dict) and set(leaf) <= KEYS
    if not known or not isinstance(leaf.get("what"), dict):
        raise Wrong("a leaf with wrong members")
    return leaf


class Pruning:
    """What the file `pruned` says of the log's beginning; a leaf must say it too."""

    def __init__(self, text):
        said = json.loads(text)
        if json.dumps(said, sort_keys=True, separators=(",", ":")) + "\n" != text:
            raise Wrong("a file of a pruning that is not canonical")
        self.leaf = said["leaf"]
        self.prefix = said["pruned"]
        self.told = False

    def segment(self):
        return self.prefix["segment"]

    def look_at(self, index, what):
        if index == self.leaf and what.get("ev") == "retention.pruned":
            self.told = what.get("pruned") == self.prefix


class Log:
    def __init__(self, pruning=None):
        self.pruning = pruning
        self.tree = Tree()
        self.head = ZERO
        self.time = 0
        self.origin = None
        self.intents = {}
        self.segment_bytes = None
        self.previous_header = ZERO
        self.last_commit = 0
        self.spare = False
        self.number = 0
        self.offset = 0

    def frame(self, data, offset):
        self.offset = offset
        if offset + 24 > len(data):
            raise Wrong("no room for a frame")
        length, crc, index, kind = struct.unpack_from(">IIQB", data, offset)
        end = offset + 24 + length
        padded = offset + 24 + (length + 7) // 8 * 8
        if padded > len(data) or any(data[offset + 17 : offset + 24]) or any(data[end:padded]):
            raise Wrong("an invalid frame")
        place = struct.pack(">QQ", self.number, offset)
        if crc32c(place + data[offset : offset + 4] + data[offset + 8 : end]) != crc:
            raise Wrong("a wrong checksum")
        return kind, index, data[offset + 24 : end], padded

    def expected_header(self):
        subtrees = b"".join(node for _, node in self.tree.stack)
        origin = self.origin.encode()
        body = b"SALUSAUD" + struct.pack(">II", 1, 0)
        body += struct.pack(">QQQQ", self.number, self.segment_bytes, self.last_commit, self.time)
        body += self.previous_header + self.head + ZERO
        body += struct.pack(">Q", self.tree.size) + self.tree.root()
        body += struct.pack(">H", len(origin)) + origin
        body += struct.pack(">H", len(self.tree.stack)) + subtrees
        body += bytes(HEADER - len(body))
        return body[:12] + struct.pack(">I", crc32c(body)) + body[16:]

    def segment(self, data):
        self.number += 1
        self.offset = 0
        if self.segment_bytes not in (None, len(data)) or len(data) % SECTOR or len(data) < HEADER:
            raise Wrong("a wrong file size")
        self.segment_bytes = len(data)
        if not any(data):
            self.spare = True
            return
        if self.spare:
            raise Wrong("a segment with contents behind an empty one")
        header = data[:HEADER]
        if self.origin is None:
            length = struct.unpack_from(">H", header, 184)[0]
            self.origin = header[186 : 186 + min(length, 254)].decode("ascii", "replace")
            if self.pruning:
                self.begin_after_pruning(header)
        if self.expected_header() != header:
            raise Wrong("a header that does not continue the log")
        self.previous_header = sha256(header)
        offset = HEADER
        while offset < len(data) and any(data[offset : offset + SECTOR]):
            offset = self.batch(data, offset)
        self.offset = offset
        if any(data[offset:]):
            raise Wrong("bytes behind the last batch")

    def begin_after_pruning(self, header):
        """The state that the first segment left says, if it is the one that was recorded."""
        self.last_commit, self.time = struct.unpack_from(">QQ", header, 32)
        self.previous_header, self.head = header[48:80], header[80:112]
        size = struct.unpack_from(">Q", header, 144)[0]
        at = 186 + len(self.origin) + 2
        for bit in reversed(range(64)):
            if size >> bit & 1:
                self.tree.stack.append((1 << bit, header[at : at + 32]))
                at += 32
        self.tree.size = size
        recorded = base64.b64decode(self.pruning.prefix["root"])
        if size != self.pruning.prefix["first"] or self.tree.root() != recorded:
            raise Wrong("a header of another tree than was pruned")

    def batch(self, data, start):
        first = self.tree.size
        kind, index, payload, offset = self.frame(data, start)
        if kind != BEGIN or len(payload) != 24 or index != first:
            raise Wrong("no begin frame")
        batch_bytes, begin_first, leaves = struct.unpack(">QQQ", payload)
        detail = None
        if start == HEADER:
            kind, _, payload, offset = self.frame(data, offset)
            listed = b"".join(
                struct.pack(">QQQ", i, *self.intents[i]) for i in sorted(self.intents))
            if kind != OPEN_INTENTS or payload != listed:
                raise Wrong("a wrong list of open intents")
        while True:
            at = offset
            kind, index, payload, offset = self.frame(data, at)
            if kind == COMMIT:
                break
            if index != self.tree.size or kind not in (DETAIL, LEAF):
                raise Wrong("a frame out of place")
            if kind == DETAIL:
                if detail is not None:
                    raise Wrong("two details for one leaf")
                detail = payload
                continue
            self.leaf(payload, detail, at)
            detail = None
        fields = struct.pack(">QQQ", first, self.tree.size, start) + ZERO
        if payload != fields + self.tree.root() + self.head or index != self.tree.size - 1:
            raise Wrong("a commit that does not fit")
        count = self.tree.size - first
        if detail is not None or begin_first != first or leaves != count or count == 0:
            raise Wrong("a begin frame that does not fit")
        if batch_bytes != offset - start:
            raise Wrong("a batch of another length")
        end = (offset + SECTOR - 1) // SECTOR * SECTOR
        if end > len(data) or any(data[offset:end]):
            raise Wrong("bytes between two batches")
        self.last_commit = at
        return end

    def leaf(self, data, detail, at):
        leaf = parse_leaf(data)
        if leaf["v"] != 1 or leaf["i"] != self.tree.size or leaf["o"] != self.origin:
            raise Wrong("a leaf of another place")
        if leaf["p"] != base64.b64encode(self.head).decode():
            raise Wrong("a leaf that does not continue the chain")
        if leaf["t"] < self.time:
            raise Wrong("a leaf before its time")
        expected = None if detail is None else base64.b64encode(sha256(detail)).decode()
        if leaf.get("dh") != expected:
            raise Wrong("a changed detail")
        if (leaf.get("ph") == "outcome") != ("in" in leaf):
            raise Wrong("an outcome without its intent")
        if leaf.get("ph") == "intent":
            self.intents[self.tree.size] = (self.number, at)
        elif leaf.get("ph") == "outcome":
            self.intents.pop(leaf["in"], None)
        elif "ph" in leaf:
            raise Wrong("an unknown phase")
        if self.pruning:
            self.pruning.look_at(self.tree.size, leaf["what"])
        self.head = sha256(b"\x00" + data)
        self.time = leaf["t"]
        self.tree.append(self.head)


def read_pruning(directory):
    path = os.path.join(directory, "pruned")
    if not os.path.exists(path):
        return None
    with open(path, encoding="ascii") as file:
        return Pruning(file.read())


def main():
    directory = sys.argv[1]
    names = sorted(name for name in os.listdir(directory) if name.endswith(".segment"))
    log = Log()
    name = ""
    try:
        log = Log(read_pruning(directory))
        first = log.pruning.segment() if log.pruning else 1
        log.number = first - 1
        # What a pruning that was interrupted left is no part of the log.
        names = [name for name in names if not ("0000000001" <= name[:10] < f"{first:010}")]
        for number, name in enumerate(names, first):
            if not re.fullmatch(r"\d{10}\.segment", name) or int(name[:10]) != number:
                raise Wrong("a segment is missing or strange")
            with open(os.path.join(directory, name), "rb") as file:
                log.segment(file.read())
        if log.pruning and not log.pruning.told:
            raise Wrong("no leaf records that the log's beginning was pruned")
    except (Wrong, KeyError, TypeError, ValueError, struct.error) as wrong:
        print(f"{name} offset {log.offset} index {log.tree.size}: {wrong}", file=sys.stderr)
        return 1
    print(f"size {log.tree.size}")
    print(f"root {log.tree.root().hex()}")
    print(f"origin {log.origin}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
