"""Consents open labels under the hospital's set (45 CFR 164.508, 42 CFR 2.31): what is labelled PSY
is not there for a care coordinator, not in totals either, until the patient's consent names the
label; and it is gone with the consent."""
from instance import Instance
from people import App, Person
from test_device_posture import made, pulse
from test_hospital_policies import client_of, in_force

CODES = "http://terminology.hl7.org/CodeSystem/"
PSY = {"system": CODES + "v3-ActCode", "code": "PSY"}
HIV = {"system": CODES + "v3-ActCode", "code": "HIV"}


def consent(patient, label, status="active", **more):
    return {"resourceType": "Consent", "status": status,
            "scope": {"coding": [{"system": CODES + "consentscope", "code": "patient-privacy"}]},
            "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
            "patient": {"reference": f"Patient/{patient}"}, "dateTime": "2026-01-10",
            "policy": [{"uri": "https://profiles.ihe.net/ITI/PCF/Policy-all-normal"}],
            # Everything that is normal to everybody, and what has this label besides.
            "provision": {"type": "permit", "provision": [
                {"type": "permit", "securityLabel": [label]}]}} | more


class Ward:
    def __init__(self, instance):
        service = instance.client(instance.token())
        self.patient = made(service, {"resourceType": "Patient", "name": [{"family": "Moody"}]})
        made(service, {"resourceType": "Encounter", "status": "in-progress",
                       "class": {"system": CODES + "v3-ActCode", "code": "IMP"},
                       "subject": {"reference": f"Patient/{self.patient}"},
                       "participant": [{"individual": {"reference": "Practitioner/c1"}}]})
        self.plain = made(service, pulse(self.patient))
        self.marked = made(service, pulse(self.patient, meta={"security": [PSY]}))
        self.both = made(service, pulse(self.patient, meta={"security": [PSY, HIV]}))
        person = Person(instance, "cara", "--role", "careCoordinator", "--fhir-user",
                        "Practitioner/c1")
        app = App(instance, "plan", scope="openid user/*.rs")
        self.coordinator = instance.client(app.tokens(person.browser)["access_token"])

    def sees(self):
        there = {name for name in ("plain", "marked", "both") if self.coordinator.get(
            f"/fhir/Observation/{getattr(self, name)}").status == 200}
        found = self.coordinator.get(f"/fhir/Observation?patient={self.patient}")
        assert found.status == 200, (found.status, found.body)
        assert found.json()["total"] == len(there), (there, found.body)
        return there


def main():
    instance = Instance()
    try:
        in_force(instance)
        instance.start()
        ward = Ward(instance)
        office = client_of(instance, "office", "HOPERAT", "privacyOfficer")
        assert ward.sees() == {"plain"}
        # Another label opens nothing; neither does a general consent.
        other = made(office, consent(ward.patient, HIV))
        assert ward.sees() == {"plain"}
        opens = made(office, consent(ward.patient, PSY))
        assert ward.sees() == {"plain", "marked", "both"}
        ended = office.put(f"/fhir/Consent/{other}",
                           consent(ward.patient, HIV, "inactive", id=other))
        assert ended.status == 200, (ended.status, ended.body)
        assert ward.sees() == {"plain", "marked"}  # label by label
        ended = office.put(f"/fhir/Consent/{opens}",
                           consent(ward.patient, PSY, "inactive", id=opens))
        assert ended.status == 200, (ended.status, ended.body)
        assert "marked" not in ward.sees()
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
