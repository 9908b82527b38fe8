"""Custodians for end-to-end tests: three people with keys of their own, made by the program, and
what they decide by the command line."""
import json

PEOPLE = {"dora": "destroy", "grace": "generate", "rosa": "rotate"}


class Custodians:
    def __init__(self, instance, cool_off=0, people=None):
        self.instance = instance
        self.people = dict(people or PEOPLE)
        self.cool_off = cool_off
        self.entries = {name: self.make(name, role) for name, role in self.people.items()}

    def key(self, name):
        return self.instance.root / f"{name}.pem"

    def make(self, name, role):
        return json.loads(self.instance.command(
            "keys", "custodian-key", str(self.key(name)), "--name", name, "--role", role).stdout)

    def write_set(self, version=1, entries=None, **policy):
        path = self.instance.root / f"set-{version}.json"
        rules = {"approvals": 2, "cool_off": self.cool_off, "lifetime": 86400}
        path.write_text(json.dumps({"v": 1, "version": version, "policy": {**rules, **policy},
                                    "custodians": entries or list(self.entries.values())}))
        return path

    def run(self, *arguments, check=True):
        return self.instance.command("keys", *arguments, "--dir", str(self.instance.directory),
                                     check=check)

    def appoint(self, path=None, check=True):
        return self.run("custodians", str(path or self.write_set()), check=check)

    def propose(self, who, operation, *more, reason="as ordered", check=True):
        done = self.run("propose", operation, *more, "--reason", reason, "--as", who,
                        "--key", str(self.key(who)), check=check)
        return json.loads(done.stdout[done.stdout.index("\n{"):])["id"] if check else done

    def vote(self, who, proposal, decision="--approve", *more, check=True):
        return self.run("vote", proposal, decision, "--as", who, "--key", str(self.key(who)), *more,
                        check=check)

    def rotate(self, kind, who="rosa", check=True):
        return self.run("rotate", kind, "--as", who, "--key", str(self.key(who)), check=check)

    def show(self, proposal):
        return json.loads(self.run("proposals", proposal).stdout)

    def execute(self, proposal, check=True):
        return self.run("execute", proposal, check=check)

    def decide(self, who, operation, *more):
        """Proposed by one, approved by the others, executed."""
        proposal = self.propose(who, operation, *more)
        for other in self.people:
            if other != who:
                self.vote(other, proposal)
        self.execute(proposal)
        return proposal
