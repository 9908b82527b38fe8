"""What a registered client states of its device, by the policies of the hospital's set (AZ-3): a
physician in care reads anywhere in the house, and writes on a managed, encrypted device alone."""
import json
import urllib.parse

from instance import Instance
from people import CALLBACK, FORM, App, Person, claims_of
from test_discovery import Key
from test_hospital_policies import in_force
from test_tokens import ASSERTION

SAFE = {"managed": True, "encrypted": True}
SCOPE = "openid offline_access user/*.cruds"


class Station(App):
    """A confidential app that states this of its device, if anything."""

    def __init__(self, instance, name, *options, states=None):
        self.instance = instance
        self.name = name
        self.scope = SCOPE
        self.key = Key("ES384")
        self.states = states
        keys = instance.root / f"{name}.jwks"
        keys.write_text(json.dumps({"keys": [self.key.jwk()]}))
        instance.command("client", "add", "--dir", str(instance.directory), name, "--scope", SCOPE,
                         "--purpose", "TREAT", "--redirect-uri", CALLBACK, "--jwks", str(keys),
                         *options)

    def ask(self, form, path="/oauth/token", states=None):
        base = f"https://localhost:{self.instance.port}"
        stated = states if states is not None else self.states
        more = {} if stated is None else {"device_posture": stated}
        form = form | {"client_assertion_type": ASSERTION,
                       "client_assertion": self.key.assertion(self.name, base, **more)}
        return self.instance.client().post(path, urllib.parse.urlencode(form),
                                           {"Content-Type": FORM})

    def refreshed(self, tokens, states=None):
        answer = self.ask({"grant_type": "refresh_token",
                           "refresh_token": tokens["refresh_token"]}, states=states)
        assert answer.status == 200, answer.body
        return answer.json()


def pulse(patient, **more):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "pulse"},
            "subject": {"reference": f"Patient/{patient}"}} | more


def made(client, resource):
    answer = client.post("/fhir/" + resource["resourceType"], resource)
    assert answer.status == 201, (answer.status, answer.body)
    return answer.json()["id"]


def records(instance):
    """A patient in the physician's care with a pulse, and a stranger."""
    service = instance.client(instance.token())
    mine, stranger = (made(service, {"resourceType": "Patient", "name": [{"family": name}]})
                      for name in ("Mine", "Stranger"))
    made(service, {"resourceType": "Encounter", "status": "in-progress",
                   "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
                             "code": "IMP"},
                   "subject": {"reference": f"Patient/{mine}"},
                   "participant": [{"individual": {"reference": "Practitioner/d1"}}]})
    return mine, stranger, made(service, pulse(mine))


def writes(instance, access_token, patient, first):
    """The answers to a new pulse and to another version of the first one."""
    client = instance.client(access_token)
    seen = client.get(f"/fhir/Observation/{first}")
    assert seen.status == 200, (seen.status, seen.body)  # reading needs no device in the house
    changed = client.put(f"/fhir/Observation/{first}", pulse(patient, id=first, status="amended"))
    return client.post("/fhir/Observation", pulse(patient)).status, changed.status


def stations(instance, browser, mine, stranger, first):
    safe = Station(instance, "safe", "--device-posture", states=SAFE)
    tokens = safe.tokens(browser)
    assert claims_of(tokens["access_token"])["device"] == SAFE
    assert writes(instance, tokens["access_token"], mine, first) == (201, 200)
    physician = instance.client(tokens["access_token"])
    assert physician.post("/fhir/Observation", pulse(stranger)).status == 403
    told = safe.ask({"token": tokens["access_token"]}, "/oauth/introspect")
    assert told.json()["device"] == SAFE, told.body
    # What was stated last counts.
    safe.states = None
    kept = safe.refreshed(tokens)
    assert writes(instance, kept["access_token"], mine, first) == (201, 200)
    lost = safe.refreshed(kept, states={"managed": True})
    assert claims_of(lost["access_token"])["device"] == {"managed": True, "encrypted": False}
    assert writes(instance, lost["access_token"], mine, first) == (403, 403)

    silent = Station(instance, "silent", "--device-posture").tokens(browser)
    assert "device" not in claims_of(silent["access_token"])
    assert writes(instance, silent["access_token"], mine, first) == (403, 403)
    claims = instance.client(silent["access_token"]).post(
        "/fhir/Observation", pulse(mine), {"Device": json.dumps(SAFE), "X-Device-Managed": "true"})
    assert claims.status == 403, claims.body


def not_registered(instance, browser, mine, first):
    """Who may not speak of devices is told so; a public app cannot be registered for it."""
    plain = Station(instance, "plain")
    refused = plain.ask({"grant_type": "refresh_token", "refresh_token": "x"}, states=SAFE)
    assert refused.status == 401 and refused.json()["error"] == "invalid_client", refused.body
    assert writes(instance, plain.tokens(browser)["access_token"], mine, first) == (403, 403)
    answer = instance.administrator("admin/clients.write").post(
        "/admin/clients",
        {"client_id": "open", "name": "open", "scope": SCOPE, "purposes": ["TREAT"],
         "token_endpoint_auth_method": "none", "grant_types": ["authorization_code"],
         "redirect_uris": [CALLBACK], "device_posture": True},
        {"Content-Type": "application/json"})
    assert answer.status == 400, (answer.status, answer.body)


def main():
    instance = Instance()
    try:
        in_force(instance)
        instance.start()
        mine, stranger, first = records(instance)
        person = Person(instance, "dora", "--role", "physician", "--fhir-user", "Practitioner/d1")
        stations(instance, person.browser, mine, stranger, first)
        not_registered(instance, person.browser, mine, first)
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
