"""Labels under the hospital's set: what leaves a program for substance use disorders with consent
bears the notice of 42 CFR 2.32, on the wire and in the audit log, and nobody but the privacy office
takes a label away from a record."""
from instance import Instance
from people import App, Person
from test_consented_labels import CODES, HIV, consent
from test_device_posture import made, pulse
from test_hospital_policies import client_of, in_force

PROGRAM = {"system": CODES + "v3-ActCode", "code": "42CFRPart2"}
NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
OUTGOING = "NORDSCLCD"
JSON_PATCH = {"Content-Type": "application/json-patch+json"}


def codes(resource):
    return [label["code"] for label in resource["meta"].get("security", [])]


def notice_of(answer):
    return answer.headers.get("Salus-Notice")


class Ward:
    def __init__(self, instance):
        self.service = instance.client(instance.token())
        self.patient = made(self.service, {"resourceType": "Patient",
                                           "name": [{"family": "Moody"}]})
        made(self.service, {"resourceType": "Encounter", "status": "in-progress",
                            "class": {"system": CODES + "v3-ActCode", "code": "IMP"},
                            "subject": {"reference": f"Patient/{self.patient}"},
                            "participant": [{"individual": {"reference": "Practitioner/c1"}}]})
        self.plain = made(self.service, pulse(self.patient))
        self.program = made(self.service, pulse(self.patient, meta={"security": [PROGRAM]}))
        self.marked = made(self.service, pulse(self.patient, meta={"security": [HIV]}))
        person = Person(instance, "cara", "--role", "physician", "--fhir-user", "Practitioner/c1")
        app = App(instance, "plan", scope="openid user/*.rs")
        self.physician = instance.client(app.tokens(person.browser)["access_token"])


def notice_accompanies(instance, ward):
    path = f"/fhir/Observation/{ward.program}"
    assert ward.physician.get(path).status == 404
    office = client_of(instance, "office", "HOPERAT", "privacyOfficer")
    made(office, consent(ward.patient, PROGRAM))
    read = ward.physician.get(path)
    assert read.status == 200 and notice_of(read) == NOTICE, (read.status, read.headers)
    assert codes(read.json()) == ["42CFRPart2", OUTGOING], read.body
    assert read.headers["ETag"] == 'W/"1"'
    plain = ward.physician.get(f"/fhir/Observation/{ward.plain}")
    assert plain.status == 200 and notice_of(plain) is None and OUTGOING.encode() not in plain.body
    found = ward.physician.get(f"/fhir/Observation?patient={ward.patient}&_elements=status")
    assert notice_of(found) == NOTICE
    entries = found.json()["entry"]
    outcomes = [entry for entry in entries if entry["search"]["mode"] == "outcome"]
    assert [each["resource"]["issue"][0]["diagnostics"] for each in outcomes] == [NOTICE]
    assert [entry["resource"]["id"] for entry in entries
            if OUTGOING in str(entry["resource"])] == [ward.program]
    reviewer = client_of(instance, "reviewer", "HOPERAT", "privacyOfficer",
                         scopes="system/AuditEvent.rs")
    events = reviewer.get("/fhir/AuditEvent?policy=duty:watermark")
    assert events.status == 200, (events.status, events.body)
    assert len(events.json().get("entry", [])) == 2, events.body


def labels_stay(instance, ward):
    path = f"/fhir/Observation/{ward.marked}"
    stripped = pulse(ward.patient, id=ward.marked, issued="2026-01-10T00:00:00Z")
    kept = ward.service.put(path, stripped)
    assert kept.status == 200 and codes(kept.json()) == ["HIV"], (kept.status, kept.body)
    removal = '[{"op":"remove","path":"/meta/security/0"}]'
    refused = ward.service.send("PATCH", path, removal, JSON_PATCH)
    assert refused.status == 403 and b"security label" in refused.body, refused.body
    tool = client_of(instance, "labels", "TREAT", "service", "privacyOfficer")
    gone = tool.send("PATCH", path, removal, JSON_PATCH)
    assert gone.status == 200 and codes(gone.json()) == [], (gone.status, gone.body)


def main():
    instance = Instance()
    try:
        in_force(instance)
        instance.start()
        ward = Ward(instance)
        notice_accompanies(instance, ward)
        labels_stay(instance, ward)
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
