"""Patients' consents (AZ-5; IHE PCF): evaluated on reads, versions, searches, includes, histories,
exports and writes; what is withdrawn has effect on the next request, and on the next page."""
from instance import Instance

PERMIT_SCOPE = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope",
                            "code": "patient-privacy"}]}
CATEGORY = [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}]
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


def consent(identifier, base, *provisions, status="active"):
    body = {"resourceType": "Consent", "id": identifier, "status": status, "scope": PERMIT_SCOPE,
            "category": CATEGORY, "patient": {"reference": "Patient/a"},
            "dateTime": "2026-01-01",
            "policy": [{"uri": "https://profiles.ihe.net/ITI/PCF/Policy-all-normal"}],
            "provision": {"type": base}}
    if provisions:
        body["provision"]["provision"] = list(provisions)
    return body


def put(writer, body, *statuses):
    answer = writer.put(f"/fhir/{body['resourceType']}/{body['id']}", body)
    assert answer.status in (statuses or (200, 201)), (answer.status, answer.body)
    return answer


def ids(answer):
    assert answer.status == 200, (answer.status, answer.body)
    return sorted(entry["resource"]["id"] for entry in answer.json().get("entry", []))


def fill(writer):
    for patient in ("a", "b"):
        put(writer, {"resourceType": "Patient", "id": patient, "name": [{"family": "Example"}]})
        for number in range(4):
            body = {"resourceType": "Observation", "id": f"{patient}{number}", "status": "final",
                    "code": {"text": f"finding {number}"},
                    "subject": {"reference": f"Patient/{patient}"},
                    "valueQuantity": {"value": number}}
            if number == 3:
                body["meta"] = {"security": [{"system": ACT_CODE, "code": "HIV"}]}
            put(writer, body)


def denied_whole(reader, writer):
    """A patient who denies everything: as if nothing of them were there."""
    first = reader.get("/fhir/Observation?patient=a&_count=2&_sort=value-quantity")
    assert ids(first) == ["a0", "a1"]
    following = next(link["url"] for link in first.json()["link"] if link["relation"] == "next")
    put(writer, consent("c1", "deny"))
    page = reader.get(following[following.index("/fhir"):])
    assert page.status in (200, 410) and b'"a2"' not in page.body, page.body
    for path in ("Patient/a", "Observation/a0", "Observation/a0/_history/1"):
        assert reader.get("/fhir/" + path).status == 404, path
    for path in ("Observation/a0/_history", "Observation?patient=a", "Patient?_id=a",
                 "Patient?_id=a&_revinclude=Observation:patient", "Patient/a/$everything"):
        answer = reader.get("/fhir/" + path)
        shown = ids(answer) if answer.status == 200 else []
        assert answer.status in (200, 404) and shown == [], (path, answer.status, shown)
    assert reader.get("/fhir/Observation?patient=a&_summary=count").json()["total"] == 0
    changed = writer.put("/fhir/Observation/a0", {
        "resourceType": "Observation", "id": "a0", "status": "amended",
        "code": {"text": "finding"}, "subject": {"reference": "Patient/a"}})
    assert changed.status in (403, 404), changed.status
    # Nobody else is concerned, and the consent itself can be read and changed.
    assert ids(reader.get("/fhir/Observation?patient=b")) == ["b0", "b1", "b2", "b3"]
    assert reader.get("/fhir/Consent/c1").status == 200
    put(writer, consent("c1", "deny", status="inactive"))
    assert reader.get("/fhir/Patient/a").status == 200


def filtered(reader, writer):
    """Permitted but for what is labelled: the record shrinks, totals too."""
    put(writer, consent("c2", "permit", {
        "type": "deny", "securityLabel": [{"system": ACT_CODE, "code": "HIV"}]}))
    assert ids(reader.get("/fhir/Observation?patient=a")) == ["a0", "a1", "a2"]
    assert reader.get("/fhir/Observation?patient=a&_summary=count").json()["total"] == 3
    assert reader.get("/fhir/Observation/a3").status == 404
    assert ids(reader.get("/fhir/Patient?_id=a&_has:Observation:patient:value-quantity=3")) == []
    assert ids(reader.get("/fhir/Patient?_id=a&_revinclude=Observation:patient")) == [
        "a", "a0", "a1", "a2"]
    assert ids(reader.get("/fhir/Observation?patient=b")) == ["b0", "b1", "b2", "b3"]


def by_purpose(instance, writer):
    """No research: another purpose is another answer."""
    put(writer, consent("c3", "permit", {
        "type": "deny", "purpose": [{"system": ACT_REASON, "code": "HPAYMT"}]}))
    key = instance.root / "payer.jwk"
    instance.command("client", "add", "--dir", str(instance.directory), "payer", "--scope",
                     "system/*.rs", "--purpose", "HPAYMT", "--new-key", str(key))
    payer = instance.client(instance.token("--client", "payer", "--key", str(key), "--scope",
                                           "system/*.rs"))
    assert payer.get("/fhir/Patient/a").status == 404
    assert payer.get("/fhir/Patient/b").status == 200


def main():
    instance = Instance()
    try:
        instance.start()
        writer = instance.client(instance.token())
        reader = instance.client(instance.token())
        fill(writer)
        denied_whole(reader, writer)
        # An ended permission leaves no implicit one; an ended denial is as if it had never been.
        filtered(reader, writer)
        by_purpose(instance, writer)
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
