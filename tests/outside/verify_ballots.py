#!/usr/bin/env python3
"""Verifies who approved a proposal, without any of Salus's code: docs/formats/ballots.md, from the
page.

usage: verify_ballots.py FILE      JSON with custodians, proposal, signature and ballots
       verify_ballots.py --self-test

Prints operation, target, proposer and approvers. Exit status 1 when the approval does not stand.
Needs python3-cryptography.
"""
import base64
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature


class Refused(Exception):
    pass


def demand(condition, why):
    if not condition:
        raise Refused(why)


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def padded(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def is_good(custodian, message, signature):
    key = serialization.load_der_public_key(base64.b64decode(custodian["key"]))
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        else:
            demand(len(signature) == 64, "a signature's length")
            r = int.from_bytes(signature[:32], "big")
            s = int.from_bytes(signature[32:], "big")
            key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def read_set(text):
    people = json.loads(text)
    demand(canonical(people) == text, "the custodians are not in canonical form")
    by_name = {each["name"]: each for each in people["custodians"]}
    demand(len(by_name) == len(people["custodians"]), "a custodian twice")
    demand(len({each["key"] for each in by_name.values()}) == len(by_name), "a key twice")
    roles = {each["role"] for each in by_name.values()}
    demand(roles == {"generate", "rotate", "destroy"}, "roles")
    return by_name, people["policy"]


def verify(approval):
    """The proposal and the names of those who approved it."""
    people, policy = read_set(approval["custodians"])
    text = approval["proposal"]
    proposal = json.loads(text)
    demand(canonical(proposal) == text, "the proposal is not in canonical form")
    set_hash = hashlib.sha256(approval["custodians"].encode()).digest()
    demand(unpadded(proposal["custodians"]) == set_hash, "the proposal is for other custodians")
    digest = hashlib.sha256(text.encode()).digest()
    proposer = people.get(proposal["proposer"])
    demand(proposer, "the proposer is no custodian")
    demand(is_good(proposer, b"salus-proposal-v1" + digest, unpadded(approval["signature"])),
           "the proposal's signature")
    approvers, last = set(), 0
    for each in approval["ballots"]:
        ballot = each["ballot"]
        person = people.get(ballot["custodian"])
        message = b"salus-ballot-v1" + digest + ballot["decision"].encode()
        if unpadded(ballot["proposal"]) != digest or not person:
            continue
        if not is_good(person, message, unpadded(ballot["signature"])):
            continue
        demand(ballot["decision"] != "veto", "vetoed")
        if ballot["custodian"] != proposal["proposer"]:
            approvers.add(ballot["custodian"])
            last = max(last, each["received"])
    demand(len(approvers) >= policy["approvals"], "too few approvals")
    demand(len({people[name]["role"] for name in approvers}) > 1, "one role only")
    return proposal, sorted(approvers), last + policy["cool_off"]


def sample():
    keys = {name: ed25519.Ed25519PrivateKey.generate() for name in ("dora", "grace", "rosa")}
    der = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    roles = {"dora": "destroy", "grace": "generate", "rosa": "rotate"}
    people = canonical({
        "custodians": [{"key": base64.b64encode(keys[n].public_key().public_bytes(*der)).decode(),
                        "name": n, "role": roles[n]} for n in sorted(keys)],
        "policy": {"approvals": 2, "cool_off": 1, "lifetime": 9}, "v": 1, "version": 1})
    proposal = canonical({
        "custodians": padded(hashlib.sha256(people.encode()).digest()),
        "operation": "erase-patient", "proposer": "dora", "target": "00"})
    digest = hashlib.sha256(proposal.encode()).digest()
    ballots = [{"received": 5, "ballot": {
        "custodian": n, "decision": "approve", "proposal": padded(digest),
        "signature": padded(keys[n].sign(b"salus-ballot-v1" + digest + b"approve"))}}
        for n in ("grace", "rosa")]
    return {"custodians": people, "proposal": proposal, "ballots": ballots,
            "signature": padded(keys["dora"].sign(b"salus-proposal-v1" + digest))}


def self_test():
    assert verify(sample())[1] == ["grace", "rosa"]

    def refused(change):
        approval = sample()
        change(approval)
        try:
            verify(approval)
        except (Refused, KeyError, ValueError):
            return True
        return False

    assert refused(lambda a: a["ballots"].pop())
    assert refused(lambda a: a["ballots"][0]["ballot"].update(decision="veto"))
    assert refused(lambda a: a["ballots"][0]["ballot"].update(custodian="rosa"))
    assert refused(lambda a: a.update(ballots=[a["ballots"][0]] * 2))
    assert refused(lambda a: a.update(proposal=a["proposal"].replace("00", "01")))
    assert refused(lambda a: a.update(custodians=a["custodians"].replace(":2", ":1")))
    assert refused(lambda a: a.update(signature=padded(bytes(64))))


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    with open(sys.argv[1], encoding="utf-8") as file:
        approval = json.load(file)
    try:
        proposal, approvers, _ = verify(approval)
    except Refused as refused:
        print(f"refused: {refused}")
        return 1
    print(proposal["operation"], proposal["target"], proposal["proposer"], *approvers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
