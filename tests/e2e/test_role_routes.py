"""Every route for every role: what the table for privacy officers (docs/handbook/policy-matrix.md)
says is what the server answers. Roles, purposes and what they may are read from the table; the
routes of the server itself from the list that test_audit_coverage holds to the router, so that a
new one is asked here or fails; records by their five actions. Those who ask are clients with one
role each: what the table gives only in care, to patients about themselves and the like is refused
to all of them."""
import json
import re
import shutil
import time
import unittest

from instance import REPOSITORY, Instance
from keyed_instance import START
from test_audit_coverage import BESIDE, LOG

MATRIX = REPOSITORY / "docs/handbook/policy-matrix.md"
TYPE_GROUPS = REPOSITORY / "policies/type_groups.json"
SCOPES = ["system/*.cruds", "system/AuditEvent.rs", "admin/audit.read", "admin/check.read",
          "admin/tokens.read", "admin/launch.write"]
SCOPES += [f"admin/{name}.{access}" for access in ("read", "write") for name in (
    "clients", "users", "definitions", "keys", "backups", "policies")]
ROLES = ["physician", "nurse", "careCoordinator", "registration", "billing", "researcher",
         "patient", "proxy", "auditor", "privacyOfficer", "securityOfficer", "keyCustodian",
         "administrator", "service", "nobody"]
# By the first word of an interaction, the function of the server that it is of.
FUNCTIONS = {"definitions": "definitions", "client": "clients", "user": "users", "key": "keys",
             "keys": "keys", "custodians": "keys", "proposal": "keys", "ballot": "keys",
             "hold": "keys", "control": "check", "backup": "backups", "policy": "policies",
             "access": "policies", "launch": "launch", "audit": "auditDetails"}
# Nothing is changed by asking these, whatever the method.
ASKING = {"proposal_draft", "policy_explain", "policy_replay", "access_evaluation",
          "access_evaluations"}
# Of the caller, or of the caller's own requests: no role has or lacks them.
OWN = {"user_info", "audit_proof"}
# Where the table gives functions; with other purposes it is enough to ask what changes nothing.
BUSY = ("SYSADMIN", "TREAT", "HOPERAT")
# Who makes the record of each type, for what; and a record, about a patient where P stands.
MAKERS = {"Patient": ("service", "TREAT"), "Observation": ("service", "TREAT"),
          "Procedure": ("service", "TREAT"), "Claim": ("billing", "HPAYMT"),
          "Consent": ("privacyOfficer", "HOPERAT"), "Practitioner": ("administrator", "HOPERAT"),
          "Questionnaire": ("administrator", "HOPERAT")}
SUBJECT, CODE = {"subject": {"reference": "P"}}, {"code": {"text": "c"}}
RECORDS = {
    "Patient": {}, "Practitioner": {}, "Questionnaire": {"status": "draft"},
    "Observation": {"status": "final", **CODE, **SUBJECT},
    "Procedure": {"status": "completed", **SUBJECT},
    "Claim": {"status": "active", "type": {"text": "t"}, "use": "claim", "created": "2026-01-01",
              "patient": {"reference": "P"}, "provider": {"reference": "Practitioner/a"},
              "priority": {"text": "p"}, "insurance": [
                  {"sequence": 1, "focal": True, "coverage": {"reference": "Coverage/a"}}]},
    "Consent": {"status": "draft", "scope": {"text": "s"}, "category": [{"text": "c"}],
                "patient": {"reference": "P"}, "policyRule": {"text": "p"}},
}


class Matrix:
    """What the table says: of records, (role, purpose, action) to types; of functions likewise."""

    def __init__(self):
        self.records, self.functions, purpose = {}, {}, None
        for line in MATRIX.read_text().splitlines():
            head = re.match(r"## ([A-Z]+):", line)
            if line.startswith("## "):
                purpose = head and head.group(1)
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            roles = [role for role in cells[0].strip("| ").split(", ") if role in ROLES]
            if len(cells) == 3 and roles and purpose:
                for role in roles:
                    for action in cells[1].split(", "):
                        self.records[role, purpose, action] = self.types(cells[2].strip(" |"))
            elif len(cells) == 4 and roles:
                for access, names in (("sees", cells[2]), ("changes", cells[3])):
                    for name in filter(None, re.split(r",\s*", names.strip(" |"))):
                        self.functions.setdefault((roles[0], cells[1], access), set()).add(name)

    @staticmethod
    def types(cell):
        """What is there without a condition: types and "all GROUP", with * where only elements."""
        plain = [part for part in cell.split("; ") if ":" not in part]
        return set(re.sub(r"\\", "", ", ".join(plain)).split(", ")) - {""}

    def permits(self, role, purpose, action, name, group):
        """True, False, or None: some elements of it."""
        types = self.records.get((role, purpose, action), set())
        if name in types or f"all {group}" in types:
            return True
        return None if f"{name}*" in types else False


class RoleRoutes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        folder = cls.instance.directory / "policies"
        shutil.copytree(REPOSITORY / "policies/hospital", folder)
        # What only takes away, by network, hour and how often a caller was refused.
        (folder / "circumstances.cedar").unlink()
        file = cls.instance.directory / "salus.toml"
        settings = re.sub(r"(?ms)^\[policy\..*", "", file.read_text())
        file.write_text(settings.replace('policies = ""', 'policies = "policies"'))
        cls.instance.start(seconds=START)
        cls.matrix = Matrix()
        cls.purposes = sorted({purpose for _, purpose, *_ in cls.matrix.functions} |
                              {purpose for _, purpose, _ in cls.matrix.records})
        cls.clients = {}
        cls.allowed = cls.refused = 0

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def client(self, role, purpose):
        """One connection for each, whose token is young enough."""
        name, key = f"{role}-{purpose}", self.instance.root / f"{role}-{purpose}.jwk"
        client, made = self.clients.get(name, (None, 0))
        if time.monotonic() - made < 60:
            return client
        if not key.exists():
            self.instance.command(
                "client", "add", "--dir", str(self.instance.directory), name, "--scope",
                " ".join(SCOPES), "--role", role, "--purpose", purpose, "--new-key", str(key))
        client = self.instance.client(self.instance.token(
            "--client", name, "--key", str(key), "--scope", " ".join(SCOPES)))
        self.clients[name] = client, time.monotonic()
        return client

    def expect(self, permitted, answer, *about):
        """Nothing is told of what is refused, not even whether it is there."""
        if permitted:
            self.assertNotIn(answer.status, (401, 403), (*about, answer.body))
            type(self).allowed += 1
        else:
            self.assertIn(answer.status, (403, 404), (*about, answer.body))
            self.assertTrue(answer.status == 403 or "resourceType" in answer.json())
            type(self).refused += 1

    def test_1_the_table_has_roles_purposes_and_functions(self):
        roles = {role for role, *_ in [*self.matrix.records, *self.matrix.functions]}
        self.assertEqual(roles | {"nobody"}, set(ROLES))
        self.assertEqual(len(self.purposes), 8)
        named = set().union(*self.matrix.functions.values())
        self.assertEqual(named - set(FUNCTIONS.values()), {"audit", "tokens"})

    def test_2_routes_of_the_server_itself(self):
        ours = [route for route in LOG + BESIDE
                if not route.public and route.interaction not in OWN | {"keys_seal"}]
        for role in ROLES:
            for purpose in self.purposes:
                for route in ours:
                    if purpose not in BUSY and route.method != "GET":
                        continue
                    with self.subTest(route.interaction, role=role, purpose=purpose):
                        self.function_route(role, purpose, route)

    def function_route(self, role, purpose, route):
        if route.interaction in ("audit_search", "audit_event", "accounting", "access_report"):
            action = "search" if route.interaction == "audit_search" else "read"
            permitted = self.matrix.permits(role, purpose, action, "AuditEvent", "audit")
            permitted = permitted is not False
        else:
            function = FUNCTIONS[route.interaction.split("_")[0]]
            sees = route.method == "GET" or route.interaction in ASKING
            permitted = function in self.matrix.functions.get(
                (role, purpose, "sees" if sees else "changes"), set())
        fields = {"Content-Type": route.kind} if route.text() is not None else {}
        answer = self.client(role, purpose).send(route.method, route.path, route.text(), fields)
        self.expect(permitted, answer, role, purpose, route.method, route.path)

    def make(self, name, patient, role=None, purpose=None):
        maker = (role, purpose) if role else MAKERS[name]
        record = json.loads(json.dumps({"resourceType": name, **RECORDS[name]}).replace(
            '"P"', f'"Patient/{patient}"'))
        return self.client(*maker).post(f"/fhir/{name}", record)

    def test_3_routes_of_records(self):
        groups = {name: group for group, names in json.loads(TYPE_GROUPS.read_text()).items()
                  for name in names}
        patient = self.make("Patient", None).json()["id"]
        for name in MAKERS:
            made = self.make(name, patient)
            self.assertEqual(made.status, 201, (name, made.body))
            self.content = made.body
            self.record = f"{name}/{made.json()['id']}"
            for role in ROLES:
                for purpose in self.purposes:
                    with self.subTest(name, role=role, purpose=purpose):
                        self.record_routes(role, purpose, name, groups[name], patient)

    def record_routes(self, role, purpose, name, group, patient):
        client = self.client(role, purpose)

        def permits(action):
            return self.matrix.permits(role, purpose, action, name, group)

        self.expect(permits("read") is not False, client.get(f"/fhir/{self.record}"), role,
                    purpose, "read", name)
        found = client.get(f"/fhir/{name}?_id={self.record.split('/')[1]}")
        if found.status == 200 and permits("search") is False:
            self.assertEqual(found.json().get("entry", []), [])
        else:
            self.expect(permits("search") is not False, found, role, purpose, "search", name)
        # Of some elements only, it depends on which.
        if permits("create") is not None:
            self.expect(permits("create"), self.make(name, patient, role, purpose), role, purpose,
                        "create", name)
        if not permits("delete"):
            self.expect(False, client.delete(f"/fhir/{self.record}"), role, purpose, "delete",
                        name)
        if permits("update") is False:
            answer = client.put(f"/fhir/{self.record}", self.content)
            self.expect(False, answer, role, purpose, "update", name)

    def test_9_the_last_route_seals(self):
        for role in [each for each in ROLES if each != "keyCustodian"]:
            answer = self.client(role, "SYSADMIN").post("/admin/keys/seal", None)
            self.expect(False, answer, role, "seal")
        print(f"\n{self.allowed} requests were permitted and {self.refused} refused")
        answer = self.client("keyCustodian", "SYSADMIN").post("/admin/keys/seal", None)
        self.assertEqual(answer.status, 202, answer.body)


if __name__ == "__main__":
    unittest.main()
