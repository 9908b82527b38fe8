#!/usr/bin/env python3
"""Verifies a certificate of destruction without any of Salus's code, from the pages
docs/formats/certificate-of-destruction.md and docs/formats/ballots.md.

usage: verify_certificate.py CERTIFICATE PUBLIC_KEY_PEM
       verify_certificate.py --self-test

Prints the patient's pseudonym, the keys and who approved. Exit status 1 when anything does not
hold.
Needs python3-cryptography.
"""
import base64
import hashlib
import json
import pathlib
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import verify_ballots  # noqa: E402  (the other page's verifier)
from verify_ballots import Refused, demand, unpadded  # noqa: E402


def leaf_hash(leaf):
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from(leaf, index, size, nodes):
    """RFC 9162 section 2.1.3.2."""
    demand(0 <= index < size, "the leaf's index")
    number, last, result = index, size - 1, leaf_hash(leaf)
    for node in nodes:
        demand(last > 0, "the proof is too long")
        if number % 2 == 1 or number == last:
            result = node_hash(node, result)
            while number % 2 == 0 and number != 0:
                number, last = number // 2, last // 2
        else:
            result = node_hash(result, node)
        number, last = number // 2, last // 2
    demand(last == 0, "the proof is too short")
    return result


def tree_head(leaves):
    """RFC 6962 section 2.1, as it is defined."""
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(tree_head(leaves[:split]), tree_head(leaves[split:]))


def path_of(index, leaves):
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return path_of(index, leaves[:split]) + [tree_head(leaves[split:])]
    return path_of(index - split, leaves[split:]) + [tree_head(leaves[:split])]


def verify(certificate, public_key):
    """The statement and the names of those who approved it."""
    text = certificate["statement"]
    message = b"salus-certificate-v1" + hashlib.sha256(text.encode()).digest()
    try:
        public_key.verify(unpadded(certificate["signature"]), message)
    except InvalidSignature as error:
        raise Refused("the certificate's signature") from error
    statement = json.loads(text)
    proposal, approvers, earliest = verify_ballots.verify(statement["approval"])
    demand(proposal["operation"] == "erase-patient", "an approval for something else")
    demand(proposal["target"] == statement["patient"], "an approval for another patient")
    demand(proposal["instance"] == statement["instance"], "an approval of another instance")
    demand(statement["begun"] >= earliest, "begun before its time")
    demand(statement["finished"] >= statement["begun"], "its times")
    audit = statement["audit"]
    leaf = base64.b64decode(audit["leaf"])
    nodes = [base64.b64decode(node) for node in audit["proof"]]
    root = root_from(leaf, audit["index"], audit["size"], nodes)
    demand(root == base64.b64decode(audit["root"]), "the audit log's proof")
    recorded = json.loads(leaf)
    what = recorded["what"]
    digest = hashlib.sha256(statement["approval"]["proposal"].encode()).hexdigest()
    demand(recorded["i"] == audit["index"], "the leaf says another index")
    demand(what["ev"] == "key.destroyed" and what["out"] == "ok", "the leaf says something else")
    demand(what["pt"] == statement["patient"], "the leaf is about another patient")
    demand(what["key"]["proposal"] == digest, "the leaf is about another proposal")
    return statement, approvers


def self_test():
    for size in range(1, 34):
        leaves = [bytes([n]) for n in range(size)]
        for index in range(size):
            nodes = path_of(index, leaves)
            assert root_from(leaves[index], index, size, nodes) == tree_head(leaves)
            assert root_from(b"other", index, size, nodes) != tree_head(leaves)
            for wrong in (nodes + [bytes(32)], nodes[:-1]):
                try:
                    assert root_from(leaves[index], index, size, wrong) != tree_head(leaves) or (
                        wrong == nodes)
                except Refused:
                    pass


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    certificate = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    key = serialization.load_pem_public_key(pathlib.Path(sys.argv[2]).read_bytes())
    try:
        statement, approvers = verify(certificate, key)
    except Refused as refused:
        print(f"refused: {refused}")
        return 1
    print(statement["patient"], "keys", statement["patient_keys"], "shard", statement["shard_keys"],
          "key-encryption", statement["key_encryption_keys"], "approved by", *approvers)
    print("audit log:", statement["audit"]["size"], statement["audit"]["root"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
