"""Every route in every outcome has exactly the leaves that it should (AUD-1). The routes are what
the server itself says: its OpenAPI document, the table of the API's handbook, and the interactions
that its router knows; one of them without a case fails, and so does a leaf that nobody expects."""
import json
import re
import socket
import time
import unittest

from custodians import Custodians
from instance import FHIR_JSON, Instance, REPOSITORY
from keyed_instance import START

INTERACTIONS = REPOSITORY / "src/request/interaction.h"
HANDBOOK = REPOSITORY / "docs/handbook/api.md"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
PATCH = [{"op": "add", "path": "/active", "value": True}]
HASH = "0" * 64
MEGABYTE = 1 << 20


def patient(name, **more):
    return {"resourceType": "Patient", "id": name, **more}


def bundle(kind, *entries):
    return {"resourceType": "Bundle", "type": kind, "entry": [
        {"request": {"method": method, "url": url}} | ({"resource": body} if body else {})
        for method, url, body in entries]}


class Route:
    """One way to ask for an interaction. Bodies are of requests that succeed; `status` is then
    the answer's, None where people must have signed something first. `leaves`: of that answer.
    `absent`: a path of the same route with nothing at it, and what answers."""

    def __init__(self, interaction, event, method, path, body=None, kind=FHIR_JSON, status=200,
                 leaves=1, absent=None, absent_status=404, template=None, public=False,
                 other="PUT"):
        self.interaction, self.event, self.method, self.path = interaction, event, method, path
        self.body, self.kind, self.status, self.leaves = body, kind, status, leaves
        self.absent, self.absent_status, self.public = absent, absent_status, public
        self.template, self.other = template, other

    def text(self):
        if self.body is None or isinstance(self.body, (str, bytes)):
            return self.body
        return json.dumps(self.body)


META = {"resourceType": "Parameters", "parameter": [
    {"name": "meta", "valueMeta": {"tag": [{"system": "urn:t", "code": "t"}]}}]}
# Writes have an intent and an outcome. The order matters: what is deleted comes last.
FHIR = [
    Route("read", "read", "GET", "/fhir/Patient/a", absent="/fhir/Patient/absent",
          template="/{type}/{id}", other="OPTIONS"),
    Route("vread", "vread", "GET", "/fhir/Patient/a/_history/1",
          absent="/fhir/Patient/a/_history/99", template="/{type}/{id}/_history/{version}"),
    Route("history_instance", "history", "GET", "/fhir/Patient/a/_history",
          absent="/fhir/Patient/absent/_history", template="/{type}/{id}/_history"),
    Route("history_type", "history", "GET", "/fhir/Patient/_history", leaves=3,
          template="/{type}/_history"),
    Route("history_system", "history", "GET", "/fhir/_history", leaves=3, template="/_history"),
    Route("update", "update", "PUT", "/fhir/Patient/a", {
        **patient("a", active=False), "identifier": [{"system": "urn:s", "value": "a"}]}, leaves=2,
          template="/{type}/{id}", other="OPTIONS"),
    Route("update", "update", "PUT", "/fhir/Patient?identifier=urn:s|a",
          patient("a", identifier=[{"system": "urn:s", "value": "a"}]), leaves=2,
          template="/{type}", other="OPTIONS"),
    Route("patch", "patch", "PATCH", "/fhir/Patient/a", PATCH, "application/json-patch+json",
          leaves=2, absent="/fhir/Patient/absent", template="/{type}/{id}", other="OPTIONS"),
    Route("patch", "patch", "PATCH", "/fhir/Patient?identifier=urn:s|a", PATCH,
          "application/json-patch+json", leaves=2, template="/{type}", other="OPTIONS"),
    Route("create", "create", "POST", "/fhir/Observation", {
        "resourceType": "Observation", "status": "final", "code": {"text": "c"},
        "subject": {"reference": "Patient/a"}}, status=201, leaves=2, template="/{type}",
          other="OPTIONS"),
    Route("search_type", "search", "GET", "/fhir/Observation?patient=a", template="/{type}",
          other="OPTIONS"),
    Route("search_type", "search", "POST", "/fhir/Observation/_search", "patient=a", FORM,
          template="/{type}/_search"),
    Route("search_type", "search", "GET", "/fhir/Patient/a/Observation",
          template="/Patient/{id}/{type}"),
    Route("search_type", "search", "POST", "/fhir/Patient/a/Observation/_search", "status=final",
          FORM, template="/Patient/{id}/{type}/_search"),
    Route("search_type", "search", "GET", "/fhir/Patient/a/*", template="/Patient/{id}/*"),
    Route("search_type", "search", "POST", "/fhir/Patient/a/*/_search", "_count=1", FORM,
          template="/Patient/{id}/*/_search"),
    Route("validate", "validate", "POST", "/fhir/Patient/$validate", patient("a"),
          template="/{type}/$validate"),
    Route("validate", "validate", "POST", "/fhir/Patient/a/$validate", patient("a"),
          template="/{type}/{id}/$validate"),
    Route("everything", "everything", "GET", "/fhir/Patient/a/$everything",
          absent="/fhir/Patient/absent/$everything", template="/Patient/{id}/$everything"),
    Route("everything", "everything", "POST", "/fhir/Patient/a/$everything",
          absent="/fhir/Patient/absent/$everything", template="/Patient/{id}/$everything"),
    Route("meta", "meta", "GET", "/fhir/Patient/a/$meta", absent="/fhir/Patient/absent/$meta",
          template="/{type}/{id}/$meta"),
    Route("meta", "meta", "GET", "/fhir/Patient/a/_history/1/$meta",
          absent="/fhir/Patient/a/_history/99/$meta",
          template="/{type}/{id}/_history/{version}/$meta"),
    Route("meta_add", "update", "POST", "/fhir/Patient/a/$meta-add", META, leaves=2,
          absent="/fhir/Patient/absent/$meta-add", template="/{type}/{id}/$meta-add"),
    Route("meta_delete", "update", "POST", "/fhir/Patient/a/$meta-delete", META, leaves=2,
          absent="/fhir/Patient/absent/$meta-delete", template="/{type}/{id}/$meta-delete"),
    # Two patients: two intents, two outcomes.
    Route("transaction", "transaction", "POST", "/fhir", bundle(
        "transaction", ("PUT", "Patient/a", patient("a", active=True)),
        ("PUT", "Patient/b", patient("b"))), leaves=4, template="/"),
    # An entry each, and the batch itself.
    Route("batch", "batch", "POST", "/fhir", bundle(
        "batch", ("GET", "Patient/a", None), ("GET", "Patient/absent", None)), leaves=3,
          template="/"),
    Route("capabilities", "capabilities", "GET", "/fhir/metadata", public=True,
          template="/metadata"),
    Route("open_api", "capabilities", "GET", "/fhir/openapi.json", public=True,
          template="/openapi.json"),
    Route("capabilities", "capabilities", "GET",
          "/fhir/OperationDefinition/Patient-accounting", public=True,
          template="/OperationDefinition/Patient-accounting"),
    Route("capabilities", "capabilities", "GET",
          "/fhir/OperationDefinition/Patient-access-report", public=True,
          template="/OperationDefinition/Patient-access-report"),
    Route("remove", "delete", "DELETE", "/fhir/Patient/gone", status=204, leaves=2,
          template="/{type}/{id}", other="OPTIONS"),
    Route("remove", "delete", "DELETE", "/fhir/Patient?identifier=urn:s|gone2", status=204,
          leaves=2, template="/{type}", other="OPTIONS"),
]
EVALUATION = {"subject": {"type": "client", "id": "demonstration"}, "action": {"name": "read"},
              "resource": {"type": "Patient", "id": "*"}}
# Of the audit log itself: each asking is an event of it.
LOG = [
    Route("audit_search", "audit.read", "GET", "/fhir/AuditEvent?_count=2", template="/{type}",
          other="OPTIONS"),
    Route("audit_event", "audit.read", "GET", "/fhir/AuditEvent/0",
          absent="/fhir/AuditEvent/99999999", template="/{type}/{leaf}", other="PUT"),
    Route("accounting", "audit.read", "GET", "/fhir/Patient/a/$accounting",
          template="/Patient/{id}/$accounting"),
    Route("access_report", "audit.read", "GET", "/fhir/Patient/a/$access-report",
          template="/Patient/{id}/$access-report"),
    Route("audit_proof", "audit.read", "GET", "/audit/v1/proof?index=0",
          absent="/audit/v1/proof?index=99999999"),
    Route("audit_details", "audit.read", "GET", "/audit/v1/details?index=0"),
]
BESIDE = [
    Route("authorization_server_metadata", "capabilities", "GET",
          "/.well-known/oauth-authorization-server", public=True),
    Route("smart_configuration", "capabilities", "GET", "/fhir/.well-known/smart-configuration",
          public=True),
    Route("json_web_key_set", "capabilities", "GET", "/oauth/jwks", public=True),
    Route("access_evaluation_metadata", "capabilities", "GET", "/.well-known/authzen-configuration",
          public=True),
    Route("token", "token", "POST", "/oauth/token", "grant_type=x", FORM, status=None,
          public=True),
    Route("introspection", "token.introspected", "POST", "/oauth/introspect", "token=x", FORM,
          status=None, public=True),
    Route("revocation", "token.revoked", "POST", "/oauth/revoke", "token=x", FORM, status=None,
          public=True),
    Route("openid_configuration", "capabilities", "GET", "/.well-known/openid-configuration",
          public=True),
    Route("page_script", "capabilities", "GET", "/sign-in/passkey.js", public=True),
    Route("sign_in", "sign-in.page", "GET", "/sign-in", public=True),
    Route("account", "account.viewed", "GET", "/account", status=303, public=True),
    Route("end_session", "sign-out", "GET", "/oauth/logout", public=True),
    Route("authorization", "authorization.requested", "GET", "/oauth/authorize", status=None,
          public=True),
    Route("authorization", "authorization.requested", "POST", "/oauth/authorize", "scope=x", FORM,
          status=None, public=True),
    Route("end_session", "sign-out", "POST", "/oauth/logout", "state=x", FORM, public=True),
    Route("user_info", "read", "POST", "/oauth/userinfo", "x=y", FORM, status=None),
    Route("pushed_authorization", "authorization.requested", "POST", "/oauth/par", "scope=x", FORM,
          status=None, public=True),
    Route("user_info", "read", "GET", "/oauth/userinfo", status=None),
    Route("launch_open", "launch.opened", "POST", "/oauth/launch", {}, JSON, status=None),
    Route("user_list", "admin.users.listed", "GET", "/admin/users", other="DELETE"),
    Route("user_add", "admin.user.added", "POST", "/admin/users", {}, JSON, status=None,
          other="DELETE"),
    Route("user_change", "admin.user.changed", "POST", f"/admin/users/{HASH}", {}, JSON,
          status=None,
          absent=f"/admin/users/{HASH}"),
    Route("client_list", "admin.clients.listed", "GET", "/admin/clients", other="DELETE"),
    Route("client_remove", "admin.client.removed", "DELETE", f"/admin/clients/{HASH}",
          status=None,
          absent=f"/admin/clients/{HASH}"),
    Route("definitions_list", "admin.definitions.listed", "GET", "/admin/definitions"),
    Route("definitions_load", "admin.definitions.changed", "POST", "/admin/definitions", b"x",
          "application/gzip", status=None),
    Route("definitions_remove", "admin.definitions.changed", "DELETE",
          "/admin/definitions/none@1.0.0", status=None, absent="/admin/definitions/none@1.0.0"),
    Route("key_status", "key.status-read", "GET", "/admin/keys"),
    Route("key_rotation", "key.rotation-ordered", "POST", "/admin/keys/rotation",
          {"paused": False}, JSON),
    Route("client_add", "admin.client.added", "POST", "/admin/clients", {}, JSON, status=None),
    Route("custodians_read", "key.read", "GET", "/admin/keys/custodians", other="DELETE"),
    Route("custodians_set", "key.custodians", "POST", "/admin/keys/custodians", {}, JSON,
          status=None, other="DELETE"),
    Route("proposal_draft", "key.read", "POST", "/admin/keys/drafts", {}, JSON, status=None),
    Route("proposal_list", "key.read", "GET", "/admin/keys/proposals", other="DELETE"),
    Route("proposal_add", "key.proposed", "POST", "/admin/keys/proposals", {}, JSON, status=None,
          other="DELETE"),
    Route("proposal_read", "key.read", "GET", f"/admin/keys/proposals/{HASH}", status=None,
          absent=f"/admin/keys/proposals/{HASH}"),
    Route("ballot_add", "key.voted", "POST", f"/admin/keys/proposals/{HASH}/ballots", {}, JSON,
          status=None),
    Route("proposal_execute", "key.executed", "POST", f"/admin/keys/proposals/{HASH}/execute",
          status=None),
    Route("hold_list", "key.read", "GET", "/admin/keys/holds", other="DELETE"),
    Route("hold_place", "key.hold", "POST", "/admin/keys/holds", {}, JSON, status=None,
          other="DELETE"),
    Route("control_check", "admin.check", "GET", "/admin/check"),
    Route("backup_state", "admin.backup", "GET", "/admin/backups"),
    Route("backup_drill_report", "admin.backup", "POST", "/admin/backups/drills", {}, JSON,
          status=None),
    Route("backup_begin", "admin.backup", "POST", "/admin/backups", {}, JSON, status=None),
    Route("policy_read", "admin.policy.asked", "GET", "/admin/policy"),
    Route("policy_document", "admin.policy.asked", "GET", "/admin/policy/document"),
    Route("policy_explain", "admin.policy.asked", "POST", "/admin/policy/explain",
          {"service": True, "interaction": "read", "type": "Patient"}, JSON),
    Route("policy_versions", "admin.policy.asked", "GET", "/admin/policy/versions",
          other="DELETE"),
    Route("policy_propose", "admin.policy.proposed", "POST", "/admin/policy/versions",
          {"text": "", "reason": "a test"}, JSON, other="DELETE", status=201, leaves=2),
    Route("policy_version", "admin.policy.asked", "GET", "/admin/policy/versions/1",
          absent="/admin/policy/versions/99"),
    Route("policy_replay", "admin.policy.asked", "POST", "/admin/policy/versions/1/replay", {},
          JSON),
    Route("policy_approve", "admin.policy.approved", "POST", "/admin/policy/versions/1/approve",
          {}, JSON, status=None),
    Route("policy_activate", "admin.policy.changed", "POST", "/admin/policy/versions/1/activate",
          {}, JSON, status=None),
    Route("policy_withdraw", "admin.policy.withdrawn", "DELETE", "/admin/policy/versions/1",
          leaves=2),
    Route("access_evaluation", "admin.policy.asked", "POST", "/access/v1/evaluation",
          EVALUATION, JSON),
    Route("access_evaluations", "admin.policy.asked", "POST", "/access/v1/evaluations",
          {"evaluations": [EVALUATION]}, JSON),
    Route("keys_seal", "key.sealed", "POST", "/admin/keys/seal", status=None),
]
ADMINISTRATOR = ("admin/keys.read admin/keys.write admin/clients.write admin/check.read "
                 "admin/clients.read admin/users.read admin/users.write "
                 "admin/definitions.read admin/definitions.write admin/backups.read "
                 "admin/backups.write admin/policies.read admin/policies.write")


class Coverage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        settings = cls.instance.directory / "salus.toml"
        settings.write_text(settings.read_text().replace(
            "[policy.TREAT]\n", "[policy.TREAT]\npopulation = true\n"))
        cls.instance.start(seconds=START)
        key = cls.instance.directory / "credentials/administrator.jwk"
        cls.admin_token = cls.instance.token("--client", "administrator", "--key", str(key),
                                             "--scope", ADMINISTRATOR)
        reader = cls.instance.root / "reader.jwk"
        cls.instance.command("client", "add", "--dir", str(cls.instance.directory), "reader",
                             "--scope", "system/*.cruds admin/population.read", "--purpose",
                             "TREAT", "--new-key", str(reader))
        cls.wide_token = cls.instance.token("--client", "reader", "--key", str(reader), "--scope",
                                            "system/*.cruds admin/population.read")
        cls.user_token = cls.instance.token()
        auditor = cls.instance.root / "auditor.jwk"
        auditing = "system/AuditEvent.rs admin/audit.read"
        cls.instance.command("client", "add", "--dir", str(cls.instance.directory), "auditor",
                             "--scope", auditing, "--purpose", "HOPERAT", "--new-key",
                             str(auditor))
        cls.auditor_token = cls.instance.token("--client", "auditor", "--key", str(auditor),
                                               "--scope", auditing)
        ehr = cls.instance.root / "ehr.jwk"
        cls.instance.command("client", "add", "--dir", str(cls.instance.directory), "ehr",
                             "--scope", "admin/launch.write", "--purpose", "TREAT", "--new-key",
                             str(ehr))
        cls.ehr_token = cls.instance.token("--client", "ehr", "--key", str(ehr), "--scope",
                                           "admin/launch.write")
        cls.narrow_token = cls.instance.token("--scope", "system/Basic.r")
        cls.custodians = Custodians(cls.instance)
        cls.custodians.appoint()
        client = cls.instance.client(cls.user_token)
        for name in ("a", "gone", "gone2"):
            client.put(f"/fhir/Patient/{name}", patient(
                name, identifier=[{"system": "urn:s", "value": name}]))
        cls.asked = []  # (what, route, answer, expected event, client, count of leaves)

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def ask(self, what, route, token, expected, path=None, method=None, body=None, client=None,
            event=None, leaves=1):
        content = route.text() if body is None else body
        path = path or route.path
        fields = {"Content-Type": route.kind} if content is not None else {}
        before = time.time()
        connection = self.instance.client(token)
        answer = connection.send(method or route.method, path, content, fields)
        if expected is not None:
            expected = expected if isinstance(expected, tuple) else (expected,)
            self.assertIn(answer.status, expected, (what, route.interaction, path, answer.body))
        self.asked.append((what, route, answer, event, client, leaves, before, time.time()))
        return answer

    def token_of(self, route):
        if route in LOG:
            return self.auditor_token, "auditor"
        if route.interaction == "launch_open":
            return self.ehr_token, "ehr"
        if route.path.startswith(("/admin/", "/access/")):
            return self.admin_token, "administrator"
        if route.interaction in ("history_type", "history_system"):
            return self.wide_token, "reader"
        return self.user_token, "demonstration"

    def outcomes(self, route):
        token, client = self.token_of(route)
        if not route.public:
            self.ask("unauthenticated", route, None, 401, event="auth.refused")
            self.ask("forged", route, "forged", 401, event="auth.refused")
            self.denied(route)
        else:
            token, client = None, None
        self.ask("method not allowed", route, token, (404, 405), method=route.other,
                 client=client, event="denied")
        self.ask("no such tenant", route, token, (400, 401, 404), path="/t/nobody" + route.path,
                 client=client, event=("denied", "auth.refused"))
        # Signing out and asking who one is need nothing of their forms.
        if route.text() is not None and route.interaction not in ("end_session", "user_info"):
            self.ask("invalid", route, token, (400, 401, 404, 415, 422), body="{", client=client,
                     event=("denied", "auth.refused", "token", "token.introspected",
                            "token.revoked", "authorization.requested"))
        if route.absent:
            self.ask("absent", route, token, route.absent_status, path=route.absent,
                     client=client, event="denied")
        if route.status is None:
            if route.interaction != "keys_seal":
                self.ask("refused", route, token, (400, 401, 403, 404, 409, 415, 422),
                         client=client, event=("denied", "auth.refused", "token",
                                               "token.introspected", "token.revoked",
                                               "authorization.requested"))
        else:
            self.ask("ok", route, token, route.status, client=client, event=route.event,
                     leaves=route.leaves)

    def denied(self, route):
        if route.interaction == "batch":  # its entries are refused, each by itself
            return self.ask("denied", route, self.narrow_token, 200, client="demonstration",
                            event="batch", leaves=route.leaves)
        if route.interaction == "audit_proof":  # another's request looks absent
            return self.ask("denied", route, self.narrow_token, 404, client="demonstration",
                            event="denied")
        return self.ask("denied", route, self.narrow_token, 403, client="demonstration",
                        event="denied")

    def test_every_route_in_every_outcome(self):
        self.no_hole()
        for route in FHIR + LOG + BESIDE:
            with self.subTest(route.interaction, path=route.path):
                self.outcomes(route)
        self.conflicts_and_preconditions()
        self.too_large()
        self.no_http()
        self.each_patient_and_each_entry()
        self.signed_by_people()
        self.assertEqual(self.instance.stop(), 0)
        self.compare_with_the_log()

    # --- No route without a case
    def no_hole(self):
        known = {route.interaction for route in FHIR + LOG + BESIDE}
        source = INTERACTIONS.read_text()
        source = source[source.index("enum class Interaction"):]
        source = re.sub(r"//.*", "", source[source.index("{") + 1:source.index("};")])
        interactions = {word.strip() for word in source.split(",") if word.strip()}
        self.assertEqual(interactions, known, "the router's interactions and the cases")
        document = self.instance.client().get("/fhir/openapi.json").json()
        offered = {(method.upper(), self.template(path)) for path, methods in
                   document["paths"].items() for method in methods if method != "parameters"}
        cases = {(route.method, self.template("/fhir" + route.template)) for route in FHIR + LOG
                 if route.template}
        self.assertEqual(offered - cases, set(), "offered, and no case")
        listed = set()
        for line in HANDBOOK.read_text().splitlines():
            row = re.match(r"\| ((?:`[^|]*`(?:, )?)+) \|", line)
            for methods, path in re.findall(r"((?:`?[A-Z]+`?(?:, )?)+) (/[^` ?]+)(?:\?[^`]*)?`",
                                            row.group(1) if row else ""):
                # Those of FHIR stand in the OpenAPI document; probes tell no caller anything.
                if not path.startswith(("/fhir", "/health", "/livez", "/readyz")):
                    listed |= {(method, re.sub(r"/(ID|N|NAME@VERSION)\b", "/*", path))
                               for method in re.findall("[A-Z]+", methods)}
        beside = {(route.method, re.sub(f"{HASH}|none@1.0.0|(?<=versions/)1", "*",
                                        route.path.split("?")[0])) for route in LOG + BESIDE}
        self.assertEqual(listed - beside, set(), "in the handbook, and no case")
        self.assertGreater(len(listed), 15)

    @staticmethod
    def template(path):
        path = "/" + path.split("/fhir", 1)[-1].strip("/")
        path = re.sub(r"/(?!Patient/\{)[A-Z][A-Za-z]+(?=/|$)", "/{type}", path)
        return re.sub(r"\{(?!type)[a-zA-Z]*[iI]d\}", "{id}", path)

    # --- Outcomes that few routes have
    def conflicts_and_preconditions(self):
        route = Route("update", "update", "PUT", "/fhir/Patient/a", patient("a"))
        connection = self.instance.client(self.user_token)
        for fields, status in (({"If-Match": 'W/"99"'}, 412), ({"If-None-Match": "*"}, 412)):
            before = time.time()
            answer = connection.put(route.path, route.body, fields)
            self.assertEqual(answer.status, status, answer.body)
            self.asked.append(("precondition", route, answer, "denied", "demonstration", 1, before,
                               time.time()))
        gone = Route("read", "read", "GET", "/fhir/Patient/gone")
        self.ask("gone", gone, self.user_token, 410, client="demonstration", event="denied")
        twice = Route("transaction", "transaction", "POST", "/fhir", bundle(
            "transaction", ("PUT", "Patient/a", patient("a")), ("PUT", "Patient/a", patient("a"))))
        self.ask("conflict", twice, self.user_token, (400, 409, 422), client="demonstration",
                 event="denied")

    def too_large(self):
        route = Route("create", "create", "POST", "/fhir/Basic")
        large = json.dumps({"resourceType": "Basic", "code": {"text": "x" * 20 * MEGABYTE}})
        self.ask("too large", route, self.user_token, (413, 422, 400), body=large,
                 client="demonstration", event="denied")

    def no_http(self):
        """Refused before there is a request: no caller, no target; recorded by number."""
        self.unreadable = 0
        for text in (b"BREW /pot HTCPCP/1.0\r\n\r\n", b"GET / HTTP/1.1\r\nHost\0: x\r\n\r\n",
                     b"POST /fhir/Basic HTTP/1.1\r\nHost: localhost\r\n"
                     b"Content-Length: 999999999999\r\n\r\n"):
            with socket.create_connection(("localhost", self.instance.port)) as plain:
                with self.instance.tls().wrap_socket(plain, server_hostname="localhost") as raw:
                    raw.sendall(text)
                    self.assertRegex(raw.recv(4096), rb"^HTTP/1.1 4\d\d ")
            self.unreadable += 1

    def each_patient_and_each_entry(self):
        client = self.instance.client(self.user_token)
        for number in range(3):
            self.assertEqual(client.put(f"/fhir/Patient/many{number}", patient(
                f"many{number}", identifier=[{"system": "urn:m", "value": "many"}])).status, 201)
        route = Route("search_type", "search", "GET", "/fhir/Patient?identifier=urn:m|many")
        self.ask("three patients", route, self.user_token, 200, client="demonstration",
                 event="search", leaves=3)
        entries = Route("batch", "batch", "POST", "/fhir", bundle(
            "batch", ("GET", "Patient/many0", None), ("GET", "Patient/absent", None),
            ("PUT", "Patient/many1", patient("many1")), ("DELETE", "Patient/many2", None),
            ("GET", "Nowhere/x", None)))
        # Two reads and a refusal with a leaf each, two writes with two, and the batch.
        self.ask("each entry", entries, self.user_token, 200, client="demonstration", leaves=8)

    def signed_by_people(self):
        self.custodians.decide("rosa", "rotate-root", "root")
        directory = str(self.instance.directory)
        self.instance.command("keys", "hold", "--patient", "a", "--reason", "r", "--dir",
                              directory)
        self.instance.command("backup", "--dir", directory, "--to",
                              str(self.instance.root / "data"), "--keys-to",
                              str(self.instance.root / "keys"))

    # --- The log
    def leaves(self):
        decoder = json.JSONDecoder()
        for path in sorted((self.instance.directory / "audit/default").glob("*.segment")):
            content = path.read_bytes().rstrip(b"\0").decode("latin-1")
            begin = content.find('{"b":"')
            while begin >= 0:
                leaf, end = decoder.raw_decode(content, begin)
                yield leaf
                begin = content.find('{"b":"', end)

    def compare_with_the_log(self):
        by_request, events, unreadable = {}, set(), 0
        for leaf in self.leaves():
            by_request.setdefault(leaf["what"].get("rq"), []).append(leaf)
            if leaf["what"]["out"] == "ok" or leaf["what"]["ev"] == "clock":
                events.add(leaf["what"]["ev"])
            if leaf["what"].get("why") == "requests that were not acceptable HTTP":
                unreadable += leaf["what"]["num"]["requests"]
        for asked in self.asked:
            with self.subTest(asked[0], interaction=asked[1].interaction, path=asked[1].path):
                self.compare(by_request, *asked)
        for event in ("token", "admin.client.added", "key.custodians", "key.proposed",
                      "key.voted", "key.executed", "admin.backup", "key.hold", "start", "stop",
                      "clock", "reconciliation", "backup.made"):
            self.assertIn(event, events, "never recorded as done")
        self.assertEqual(unreadable, self.unreadable)
        counted = {}
        for _, route, *_ in self.asked:
            counted[route.interaction] = counted.get(route.interaction, 0) + 1
        print(f"\n{len(self.asked)} requests of {len(counted)} interactions compared with "
              f"{sum(map(len, by_request.values()))} leaves")

    def compare(self, by_request, what, route, answer, event, client, leaves, before, after):
        self.assertIn("Salus-Audit-Leaf", answer.headers)
        mine = by_request.get(answer.headers["X-Request-Id"], [])
        if leaves is not None:
            self.assertEqual(len(mine), leaves, [leaf["what"] for leaf in mine])
        named = [leaf for leaf in mine if leaf["i"] == int(answer.headers["Salus-Audit-Leaf"])]
        self.assertEqual(len(named), 1)
        said = named[0]["what"]
        self.assertEqual(said["st"], answer.status)
        self.assertEqual(said["out"], "ok" if answer.status < 400 else
                         "denied" if answer.status < 500 else "error")
        if event is not None:
            self.assertIn(said["ev"], event if isinstance(event, tuple) else (event,))
        if said["ev"] == "auth.refused":
            client = None
        self.assertEqual(said["who"].get("client"), client)
        self.assertEqual(said["who"]["tenant"], "default")
        self.assertLessEqual(before - 1, named[0]["t"] / 1e6)
        self.assertLessEqual(named[0]["t"] / 1e6, after + 1)
        intents = {leaf["i"] for leaf in mine if leaf.get("ph") == "intent"}
        outcomes = {leaf["in"] for leaf in mine if leaf.get("ph") == "outcome"}
        self.assertEqual(intents, outcomes)
        if what == "three patients":
            self.assertEqual(len({leaf["what"]["pt"] for leaf in mine}), 3)
        if what == "ok" and route.event in ("update", "patch", "create", "delete"):
            self.assertEqual(len(intents), 1)
            self.assertTrue(all("res" in leaf["what"] for leaf in mine
                                if leaf.get("ph") == "intent"))


if __name__ == "__main__":
    unittest.main()
