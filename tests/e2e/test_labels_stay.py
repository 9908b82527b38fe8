"""Labels under the hospital's set: what leaves a program for substance use disorders with consent
bears the notice of 42 CFR 2.32, on the wire and in the audit log, and nobody but the privacy office
takes a label away from a record, with a passkey. Under tables, which let clients delete: neither
deletion nor many writers at once take one away."""
import json
import threading

from instance import Instance
from passkeys import Passkey
from people import App, Browser, Person
from test_consented_labels import CODES, HIV, consent
from test_device_posture import SAFE, Station, made, pulse
from test_hospital_policies import client_of, in_force
from test_step_up import challenge_of

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


def with_a_passkey(instance, ward):
    """Who may and signed in by one-time password is told what would do (RFC 9470), and then may."""
    path = f"/fhir/Observation/{made(ward.service, pulse(ward.patient, meta={'security': [HIV]}))}"
    removal = '[{"op":"remove","path":"/meta/security/0"}]'
    person = Person(instance, "olga", "--role", "physician", "--role", "privacyOfficer",
                    "--fhir-user", "Practitioner/c1")
    station = Station(instance, "office-desk", "--device-posture", states=SAFE)
    weak = instance.client(station.tokens(person.browser)["access_token"])
    # An update takes nothing away by name, and goes on keeping.
    kept = weak.put(path, pulse(ward.patient, id=path.rsplit("/", 1)[1], status="amended"))
    assert kept.status == 200 and codes(kept.json()) == ["HIV"], (kept.status, kept.body)
    asked = challenge_of(weak.send("PATCH", path, removal, JSON_PATCH))
    assert asked["error"] == "insufficient_user_authentication", asked
    assert (asked["acr_values"], asked["max_age"]) == ("phr", "900"), asked
    label = {"resourceType": "Parameters",
             "parameter": [{"name": "meta", "valueMeta": {"security": [HIV]}}]}
    assert challenge_of(weak.post(path + "/$meta-delete", label)) == asked
    passkey = Passkey()
    person.browser.go("/account")
    passkey.create(person.browser)
    browser = Browser(instance)
    browser.go("/sign-in")
    passkey.sign_in(browser)
    assert browser.status == 200, browser.page
    strong = instance.client(station.tokens(browser)["access_token"])
    gone = strong.send("PATCH", path, removal, JSON_PATCH)
    assert gone.status == 200 and codes(gone.json()) == [], (gone.status, gone.body)


def entry(resource, method, url):
    content = {"resource": resource} if resource else {}
    return content | {"request": {"method": method, "url": url}}


def bundle(kind, *entries):
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def kept_over_deletion(instance):
    """Who may delete and write brings a record back with the labels that it had."""
    writer = instance.client(instance.token())
    assert writer.put("/fhir/Patient/p", {"resourceType": "Patient", "id": "p"}).status == 201
    path = "/fhir/Observation/o"
    plain = pulse("p", id="o")
    writing = entry(plain, "PUT", "Observation/o")
    deletion = entry(None, "DELETE", "Observation/o")

    def imported():
        (instance.root / "back.json").write_text(json.dumps(bundle("transaction", writing)))
        instance.command("import", "--quiet", "--dir", str(instance.directory),
                         str(instance.root / "back.json"))

    assert writer.put(path, plain | {"meta": {"security": [HIV]}}).status == 201
    for back in (lambda: writer.put(path, plain),
                 lambda: writer.put("/fhir/Observation?_id=nothing&patient=p", plain),
                 lambda: writer.post("/fhir", bundle("batch", writing)),
                 lambda: writer.post("/fhir", bundle("transaction", entry(
                     plain, "PUT", "Observation?_id=nothing&patient=p"))),
                 imported):
        assert writer.delete(path).status == 204
        answer = back()
        assert answer is None or answer.status == 200, (answer.status, answer.body)
        assert codes(writer.get(path).json()) == ["HIV"]
    both = bundle("batch", deletion, writing)
    answer = writer.post("/fhir", both).json()
    assert [each["response"]["status"][:3] for each in answer["entry"]] == ["204", "200"], answer
    assert codes(writer.get(path).json()) == ["HIV"]
    refused = writer.post("/fhir", both | {"type": "transaction"})
    assert refused.status == 400, (refused.status, refused.body)
    assert codes(writer.get(path).json()) == ["HIV"]


def at_once(*works):
    answers = []
    barrier = threading.Barrier(len(works))

    def one(work):
        barrier.wait()
        answers.append(work())

    threads = [threading.Thread(target=one, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(works)
    return answers


def kept_in_a_race(instance):
    """One adds a label while others write without it: it is there afterwards, whoever came last."""
    token = instance.token()
    clients = [instance.client(token) for _ in range(4)]
    for client in clients:
        client.get("/health")
    meta = {"resourceType": "Parameters",
            "parameter": [{"name": "meta", "valueMeta": {"security": [HIV]}}]}
    behind = 0
    for number in range(60):
        path = f"/fhir/Observation/r{number}"
        plain = pulse("p", id=f"r{number}")
        assert clients[0].put(path, plain).status == 201
        gone = number % 3 == 2
        if gone:
            assert clients[0].delete(path).status == 204
        adding = ((lambda: clients[0].put(path, plain | {"meta": {"security": [HIV]}}))
                  if gone or number % 3 else (lambda: clients[0].post(path + "/$meta-add", meta)))
        answers = at_once(adding, lambda: clients[1].put(path, plain),
                          lambda: clients[2].put(path, plain | {"status": "amended"}),
                          lambda: clients[3].post("/fhir", bundle("transaction", entry(
                              plain, "PUT", f"Observation/r{number}"))))
        # Who loses again and again gives up, and nothing of it is stored.
        assert {answer.status for answer in answers} <= {200, 409}, answers
        history = clients[0].get(path + "/_history").json()["entry"]
        versions = [codes(each["resource"]) for each in history if "resource" in each]
        labelled = [each == ["HIV"] for each in versions]  # the newest first
        if not any(labelled):
            assert any(answer.status == 409 for answer in answers), "the label was lost"
            continue
        first = len(labelled) - labelled[::-1].index(True)
        assert all(labelled[:first]), labelled
        behind += first > 1
    assert behind > 5, "no writer came after the label"


def under_tables():
    instance = Instance()
    try:
        instance.start()
        kept_over_deletion(instance)
        kept_in_a_race(instance)
    finally:
        instance.stop()
        instance.remove()


def main():
    under_tables()
    instance = Instance()
    try:
        in_force(instance)
        instance.start()
        ward = Ward(instance)
        notice_accompanies(instance, ward)
        labels_stay(instance, ward)
        with_a_passkey(instance, ward)
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
