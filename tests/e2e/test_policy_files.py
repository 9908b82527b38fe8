"""A policy in the policy language: roles, fields, redaction, security labels (AZ-1, AZ-2, AZ-7,
MIN-1). What the policy withholds is not there: not for reads, versions, histories, searches,
totals, pages, includes, chains or writes."""
import re

from instance import Instance

POLICY = """
@id("integration") @fields("*") @description("The integration engine keeps the records.")
permit(principal in Role::"integration", action, resource is Record)
when { context.purpose == "TREAT" };

@id("psychiatry-read") @fields("*")
permit(principal in Role::"psychiatrist", action in [Action::"read", Action::"search"],
       resource is Record)
when { context.purpose == "TREAT" };

@id("nursing-read") @fields("*")
permit(principal in Role::"nurse", action in [Action::"read", Action::"search"], resource is Record)
when { context.purpose == "TREAT" };

@id("nursing-contact") @redact("telecom, address")
permit(principal in Role::"nurse", action == Action::"limit", resource in Type::"Patient");

@id("registration-read") @fields("name, birthDate, identifier")
permit(principal in Role::"registration", action in [Action::"read", Action::"search"],
       resource in Type::"Patient")
when { context.purpose == "HOPERAT" };

@id("psychiatry-only") @reference("45 CFR 164.508(a)(2)")
forbid(principal, action, resource is Record)
when { resource.labels.contains("PSY") }
unless { principal in Role::"psychiatrist" || principal in Role::"integration" };

@id("administration")
permit(principal in Role::"administrator",
       action in [Action::"administerRead", Action::"administerWrite"], resource is Function)
when { context.purpose == "SYSADMIN" && context.network.zone == "internal" };
"""
PSY = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "PSY"}


def with_policy(instance, text):
    file = instance.directory / "salus.toml"
    settings = file.read_text()
    settings = re.sub(r"(?ms)^\[policy\..*", "", settings)
    file.write_text(settings.replace('policies = ""', 'policies = "policies"'))
    folder = instance.directory / "policies"
    folder.mkdir(exist_ok=True)
    (folder / "10-care.cedar").write_text(text)


def client_of(instance, role, scopes, purpose="TREAT"):
    key = instance.root / f"{role}.jwk"
    instance.command("client", "add", "--dir", str(instance.directory), role, "--scope", scopes,
                     "--purpose", purpose, "--role", role, "--new-key", str(key))
    return instance.client(instance.token("--client", role, "--key", str(key), "--scope", scopes))


def observation(number, labels=()):
    body = {"resourceType": "Observation", "id": f"o{number}", "status": "final",
            "code": {"text": f"finding {number}"}, "subject": {"reference": "Patient/p"},
            "valueQuantity": {"value": number}}
    if labels:
        body["meta"] = {"security": list(labels)}
    return body


def ids(answer):
    assert answer.status == 200, (answer.status, answer.body)
    return sorted(entry["resource"]["id"] for entry in answer.json().get("entry", []))


def fill(writer):
    patient = {"resourceType": "Patient", "id": "p", "birthDate": "1970-01-01",
               "name": [{"family": "Example"}],
               "telecom": [{"system": "phone", "value": "555-0100"}],
               "text": {"status": "generated", "div":
                        '<div xmlns="http://www.w3.org/1999/xhtml">Example 555-0100</div>'}}
    answer = writer.put("/fhir/Patient/p", patient)
    assert answer.status == 201, (answer.status, answer.body)
    for number in range(6):
        labels = [PSY] if number % 2 else ()
        answer = writer.put(f"/fhir/Observation/o{number}", observation(number, labels))
        assert answer.status == 201, (answer.status, answer.body)


def labels_hide(nurse, psychiatrist):
    """The odd ones are for psychiatry: to the nurse they are as an id that nobody has."""
    absent = nurse.get("/fhir/Observation/nobody")
    for number in (1, 3, 5):
        hidden = nurse.get(f"/fhir/Observation/o{number}")
        assert hidden.status == absent.status == 404
        outcome, nothing = hidden.json()["issue"], absent.json()["issue"]
        assert outcome == nothing, (outcome, nothing)
        assert nurse.get(f"/fhir/Observation/o{number}/_history/1").status == 404
        assert psychiatrist.get(f"/fhir/Observation/o{number}").status == 200
    search = "/fhir/Observation?patient=p"
    assert ids(nurse.get(search)) == ["o0", "o2", "o4"]
    assert nurse.get(search + "&_summary=count").json()["total"] == 3
    assert nurse.get(search).json()["total"] == 3
    assert len(ids(psychiatrist.get(search))) == 6
    # Predicates over what is hidden find nothing either.
    assert ids(nurse.get(search + "&value-quantity=3")) == []
    assert ids(nurse.get(search + "&_security=PSY")) == []
    assert ids(nurse.get(search + "&_security:not=PSY")) == ["o0", "o2", "o4"]
    assert ids(nurse.get("/fhir/Patient?_id=p&_has:Observation:patient:value-quantity=3")) == []
    assert ids(nurse.get("/fhir/Patient?_id=p&_has:Observation:patient:value-quantity=2")) == ["p"]
    assert ids(nurse.get("/fhir/Patient?_id=p&_revinclude=Observation:patient")) == [
        "o0", "o2", "o4", "p"]
    everything = ids(nurse.get("/fhir/Patient/p/$everything"))
    assert everything == ["o0", "o2", "o4", "p"], everything
    batch = nurse.post("/fhir", {"resourceType": "Bundle", "type": "batch", "entry": [
        {"request": {"method": "GET", "url": f"Observation/o{number}"}} for number in (0, 1)]})
    assert [entry["response"]["status"][:3] for entry in batch.json()["entry"]] == ["200", "404"]


def pages_shrink(writer, nurse):
    """A label that comes while somebody pages counts on the next page."""
    first = nurse.get("/fhir/Observation?patient=p&_count=1&_sort=value-quantity")
    assert ids(first) == ["o0"]
    following = next(link["url"] for link in first.json()["link"] if link["relation"] == "next")
    answer = writer.put("/fhir/Observation/o2", observation(2, [PSY]))
    assert answer.status == 200, (answer.status, answer.body)
    path = following[following.index("/fhir"):]
    assert ids(nurse.get(path)) == ["o4"], "the page shows what was labelled meanwhile"
    assert nurse.get("/fhir/Observation/o2").status == 404
    # What the version of before showed is judged by that version's own content.
    assert nurse.get("/fhir/Observation/o2/_history/1").status == 200


def fields_are_withheld(nurse, registrar):
    patient = nurse.get("/fhir/Patient/p").json()
    assert "telecom" not in patient and "birthDate" in patient and "text" not in patient, patient
    assert nurse.get("/fhir/Patient?phone=555-0100&_id=p").status == 403
    clerk = registrar.get("/fhir/Patient/p").json()
    assert set(clerk) <= {"resourceType", "id", "meta", "name", "birthDate", "identifier"}, clerk
    assert registrar.get("/fhir/Patient?phone=555-0100&_id=p").status == 403
    assert registrar.get("/fhir/Observation/o0").status == 403


def refuses_to_start(text, says):
    instance = Instance()
    try:
        with_policy(instance, text)
        done = instance.command("serve", "--dir", str(instance.directory), check=False)
        assert done.returncode != 0 and says in done.stderr, done.stderr
    finally:
        instance.remove()


def main():
    refuses_to_start('@id("a")\npermit(principal, action resource);', "10-care.cedar:2:26")
    refuses_to_start('@id("a") @obligate("x")\n'
                     'permit(principal, action == Action::"limit", resource);',
                     "not a duty that is understood: x")
    instance = Instance()
    try:
        with_policy(instance, POLICY)
        writer_key = instance.root / "integration.jwk"
        instance.command("client", "add", "--dir", str(instance.directory), "integration",
                         "--scope", "system/*.cruds", "--purpose", "TREAT", "--role", "integration",
                         "--new-key", str(writer_key))
        instance.start()
        writer = instance.client(instance.token("--client", "integration", "--key", str(writer_key),
                                                "--scope", "system/*.cruds"))
        fill(writer)
        nurse = client_of(instance, "nurse", "system/*.rs")
        psychiatrist = client_of(instance, "psychiatrist", "system/*.rs")
        registrar = client_of(instance, "registration", "system/*.rs", "HOPERAT")
        stranger = client_of(instance, "visitor", "system/*.rs")
        assert stranger.get("/fhir/Patient/p").status == 403
        labels_hide(nurse, psychiatrist)
        fields_are_withheld(nurse, registrar)
        pages_shrink(writer, nurse)
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
