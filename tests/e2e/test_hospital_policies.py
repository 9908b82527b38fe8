"""The policy set that a hospital starts from, in force (AZ-1 to AZ-5, AZ-7): what services may do
by it, what labels withhold, what networks decide, and what the policy says of itself."""
import re
import shutil
import signal
import time

from instance import REPOSITORY, Instance

LABELS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


def in_force(instance):
    file = instance.directory / "salus.toml"
    settings = re.sub(r"(?ms)^\[policy\..*", "", file.read_text())
    settings = settings.replace('policies = ""', 'policies = "policies"')
    file.write_text(settings.replace('deny_file = ""', 'deny_file = "denied"'))
    (instance.directory / "denied").write_text("# nobody yet\n")
    shutil.copytree(REPOSITORY / "policies/hospital", instance.directory / "policies")


def client_of(instance, name, purpose, *roles, scopes="system/*.cruds"):
    key = instance.root / f"{name}.jwk"
    arguments = [each for role in roles for each in ("--role", role)]
    instance.command("client", "add", "--dir", str(instance.directory), name, "--scope", scopes,
                     "--purpose", purpose, "--new-key", str(key), *arguments)
    return instance.client(instance.token("--client", name, "--key", str(key), "--scope", scopes))


def services(instance):
    writer = instance.client(instance.token())  # of the demonstration, with the role service
    patient = writer.post("/fhir/Patient", {"resourceType": "Patient", "name": [{"family": "A"}]})
    assert patient.status == 201, (patient.status, patient.body)
    place = patient.json()["id"]
    observation = {"resourceType": "Observation", "status": "final", "code": {"text": "pulse"},
                   "subject": {"reference": f"Patient/{place}"}}
    plain = writer.post("/fhir/Observation", observation)
    assert plain.status == 201, (plain.status, plain.body)
    labelled = dict(observation, meta={"security": [{"system": LABELS, "code": "42CFRPart2"}]})
    hidden = writer.post("/fhir/Observation", labelled)
    assert hidden.status in (201, 403), (hidden.status, hidden.body)
    found = writer.get(f"/fhir/Observation?patient={place}")
    assert found.status == 200 and found.json()["total"] == 1, (found.status, found.body)
    if hidden.status == 201 and "Location" in hidden.headers:
        path = hidden.headers["Location"]
        assert writer.get(path[path.index("/fhir"):]).status == 404
    one = f"/fhir/Observation/{plain.json()['id']}"
    assert writer.get(one).status == 200
    # Records are kept; nobody without a role gets anything; researchers change nothing.
    assert writer.delete(one).status == 403
    assert writer.get("/fhir/Observation?code=pulse").status == 403
    assert client_of(instance, "nobody", "TREAT").get(one).status == 403
    researcher = client_of(instance, "study", "HRESCH", "researcher")
    assert researcher.post("/fhir/Observation", observation).status == 403
    return writer, one


def networks(instance, writer, one):
    """A network that is denied gets nothing, from the reload on; and the reason says so."""
    (instance.directory / "denied").write_text("127.0.0.1 ; for the test\n::1\n")
    instance.process.send_signal(signal.SIGHUP)
    begin = time.monotonic()
    while writer.get(one).status != 403:
        assert time.monotonic() - begin < 20, "the list was not read again"
        time.sleep(0.1)
    (instance.directory / "denied").write_text("# nobody\n")
    instance.process.send_signal(signal.SIGHUP)
    begin = time.monotonic()
    while writer.get(one).status != 200:
        assert time.monotonic() - begin < 20, "the list was not read again"
        time.sleep(0.1)


def questions(instance):
    document = instance.command("policy", "document", "--dir", str(instance.directory)).stdout
    for word in ("physician", "researcher", "HRESCH", "treat-physician-read"):
        assert word in document, word
    shown = instance.command("policy", "show", "--dir", str(instance.directory)).stdout
    assert '@id("tenant-wall")' in shown, shown[:500]


def main():
    instance = Instance()
    try:
        in_force(instance)
        instance.start()
        writer, one = services(instance)
        networks(instance, writer, one)
        questions(instance)
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
