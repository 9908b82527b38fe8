"""Records that name several patients, under the hospital's set (decision 0056): a coverage is the
beneficiary's and not the subscriber's, for whoever reads, searches or looks at versions; who takes
part in the care of several patients sees the record of each; nobody comes into the care of a
patient by a record that they write about another one; and a Provenance is of whom its targets
are."""
from instance import Instance
from people import Person
from test_device_posture import SAFE, Station, made, pulse
from test_hospital_policies import client_of, in_force

ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


def encounter(patient, practitioner):
    return {"resourceType": "Encounter", "status": "in-progress",
            "class": {"system": ACT, "code": "IMP"},
            "subject": {"reference": f"Patient/{patient}"},
            "participant": [{"individual": {"reference": f"Practitioner/{practitioner}"}}]}


def coverage(child, parent):
    return {"resourceType": "Coverage", "status": "active",
            "policyHolder": {"reference": f"Patient/{parent}"},
            "subscriber": {"reference": f"Patient/{parent}"},
            "beneficiary": {"reference": f"Patient/{child}"},
            "payor": [{"reference": f"Patient/{parent}"}]}


def team(practitioner, *patients, **more):
    places = [f"Patient/{each}" for each in patients] + [f"Practitioner/{practitioner}"]
    return {"resourceType": "CareTeam", "status": "active",
            "participant": [{"member": {"reference": each}} for each in places]} | more


def appointment(practitioner, *patients):
    places = [f"Patient/{each}" for each in patients] + [f"Practitioner/{practitioner}"]
    return {"resourceType": "Appointment", "status": "booked", "start": "2026-12-01T10:00:00Z",
            "end": "2026-12-01T10:30:00Z", "participant": [
                {"actor": {"reference": each}, "status": "accepted"} for each in places]}


class Physicians:
    def __init__(self, instance):
        self.instance = instance
        self.app = Station(instance, "ward", "--device-posture", states=SAFE)

    def named(self, practitioner):
        person = Person(self.instance, practitioner, "--role", "physician", "--fhir-user",
                        f"Practitioner/{practitioner}")
        return self.instance.client(self.app.tokens(person.browser)["access_token"])


def total(client, path):
    """How many are found; None: the search is refused."""
    answer = client.get("/fhir/" + path)
    if answer.status in (403, 404):
        return None
    assert answer.status == 200, (path, answer.status, answer.body)
    body = answer.json()
    assert body["total"] == len(body.get("entry", [])), body
    return body["total"]


def sees(client, patient):
    """Whether the record of the patient is there: one answer for reads and searches."""
    answer = client.get(f"/fhir/Patient/{patient}")
    status = answer.status
    assert status in (200, 403, 404), (status, answer.headers, answer.body)
    found = total(client, f"Observation?patient={patient}")
    assert (found == 1) if status == 200 else not found, (status, found)
    return status == 200


def insured(instance, for_child, for_parent, child, parent):
    desk = client_of(instance, "desk", "HPAYMT", "registration")
    one = made(desk, coverage(child, parent))
    changed = desk.send("PATCH", f"/fhir/Coverage/{one}",
                        '[{"op": "add", "path": "/order", "value": 1}]',
                        {"Content-Type": "application/json-patch+json"})
    assert changed.status == 200, (changed.status, changed.body)
    for path in (f"Coverage/{one}", f"Coverage/{one}/_history/1"):
        read = for_child.get("/fhir/" + path)
        assert read.status == 200, (path, read.status, read.body)
        assert read.json()["beneficiary"]["reference"] == f"Patient/{child}"
        assert for_parent.get("/fhir/" + path).status in (403, 404), path
    assert total(for_child, f"Coverage?patient={child}") == 1
    assert total(for_child, f"Patient/{child}/Coverage") == 1
    for path in (f"Coverage?patient={parent}", f"Patient/{parent}/Coverage"):
        assert total(for_parent, path) == 0, path
        assert not total(for_child, path), path
    for path in (f"Coverage?patient={child}", f"Patient/{child}/Coverage"):
        assert not total(for_parent, path), path
    everything = for_parent.get(f"/fhir/Patient/{parent}/$everything")
    assert everything.status == 200 and one not in everything.body.decode(), everything.body


# Each of these is refused some times, and the hospital's set has who was refused ten times in an
# hour sign in again: so there is a physician for each part.
def in_a_team(service, both, child, parent):
    assert not sees(both, child) and not sees(both, parent)
    one = made(service, team("d3", child, parent))
    assert sees(both, child) and sees(both, parent)
    ended = service.put(f"/fhir/CareTeam/{one}",
                        team("d3", child, parent, id=one, status="inactive"))
    assert ended.status == 200, (ended.status, ended.body)
    assert not sees(both, child) and not sees(both, parent)
    # A parent who is in the team of the child gets care of nobody by that.
    made(service, team("d3", parent, child, subject={"reference": f"Patient/{child}"}))
    assert sees(both, child) and not sees(both, parent)


def nobody_helps_themselves(for_child, child, parent):
    refused = for_child.post("/fhir/Appointment", appointment("d1", child, parent))
    assert refused.status == 403, (refused.status, refused.body)
    one = made(for_child, appointment("d1", child))
    joined = for_child.put(f"/fhir/Appointment/{one}",
                           appointment("d1", child, parent) | {"id": one})
    assert joined.status in (403, 404), (joined.status, joined.body)
    assert sees(for_child, child) and not sees(for_child, parent)


def origin(*targets):
    return {"resourceType": "Provenance", "target": [{"reference": place} for place in targets],
            "recorded": "2026-01-02T03:04:05Z", "agent": [{"who": {"display": "ward"}}]}


def about_records(service, for_child, child, parent):
    """A Provenance that names records and no patient stands with the patient of these, and whoever
    does not see them learns nothing from being refused."""
    ours, theirs = (f"Observation/{made(service, pulse(each))}" for each in (child, parent))
    one = f"Provenance/{made(for_child, origin(ours))}"
    other = f"Provenance/{made(service, origin(theirs))}"
    for path in (f"Patient/{child}/Provenance", f"Patient/{child}/$everything",
                 f"Observation?patient={child}&_revinclude=Provenance:target"):
        answer = for_child.get("/fhir/" + path)
        assert answer.status == 200, (path, answer.status, answer.body)
        places = [entry["fullUrl"] for entry in answer.json()["entry"]]
        assert any(place.endswith(one) for place in places), (path, places)
        assert not any(place.endswith(other) for place in places), (path, places)
    assert for_child.get("/fhir/" + other).status in (403, 404)
    answers = []
    for targets in ((theirs,), ("Observation/absent",), (ours, theirs), (ours, "Observation/no")):
        refused = for_child.post("/fhir/Provenance", origin(*targets))
        assert refused.status == 422, (targets, refused.status, refused.body)
        answers.append(refused.json()["issue"][0]["diagnostics"])
    assert len(set(answers)) == 1, answers


def main():
    instance = Instance()
    try:
        in_force(instance)
        instance.start()
        service = instance.client(instance.token())
        child, parent = (made(service, {"resourceType": "Patient", "name": [{"family": name}]})
                         for name in ("Child", "Parent"))
        for patient, practitioner in ((child, "d1"), (parent, "d2")):
            made(service, pulse(patient))
            made(service, encounter(patient, practitioner))
        physicians = Physicians(instance)
        for_child, for_parent = physicians.named("d1"), physicians.named("d2")
        assert sees(for_child, child) and not sees(for_child, parent)
        assert sees(for_parent, parent) and not sees(for_parent, child)
        insured(instance, for_child, for_parent, child, parent)
        nobody_helps_themselves(for_child, child, parent)
        in_a_team(service, physicians.named("d3"), child, parent)
        booked = physicians.named("d4")
        assert not sees(booked, parent)
        made(service, appointment("d4", child, parent))
        assert sees(booked, child) and sees(booked, parent)
        # Whoever cares for both writes about both.
        made(booked, appointment("d5", child, parent))
        assert sees(physicians.named("d5"), parent)
        made(service, encounter(child, "d6"))
        about_records(service, physicians.named("d6"), child, parent)
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
