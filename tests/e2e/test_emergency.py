"""Break-glass under the hospital's set (45 CFR 164.312(a)(2)(ii), GOV-3): a physician declares an
emergency for one patient, with a passkey and a reason; sees that record and no other; is on record
with the reason; and ends it."""
import json
import os
import re
import secrets
import shutil
import subprocess
import urllib.parse

import test_sign_in
from instance import Instance, free_port
from passkeys import Passkey
from people import App, Browser, Person, claims_of
from test_device_posture import made, pulse
from test_hospital_policies import client_of, in_force

REASON = "unconscious after a fall, allergies unknown"
PERSON = {"resourceType": "Patient", "birthDate": "1931-02-03"}


class Ward(App):
    """An app of the ward, for treatment and for emergencies."""

    def __init__(self, instance):
        super().__init__(instance, "ward", "--purpose", "ETREAT",
                         scope="openid online_access launch/patient patient/*.cruds")

    def begin(self, browser, **more):
        """Where the browser is sent, or None at a page."""
        self.proof = secrets.token_urlsafe(48)
        asked = self.request(browser, self.proof) | more
        return browser.go("/oauth/authorize?" + urllib.parse.urlencode(asked))

    def finish(self, landed):
        answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(landed).query))
        return self.redeem(answer["code"], self.proof)


def choose(browser, patient):
    # Two forms have the address: by name, and by id.
    browser.page = browser.page[browser.page.rindex("<form"):]
    assert browser.send("/sign-in/patient", patient=patient) is None


def refused_before(ward, browser, records):
    """Without an emergency there is no care; without a passkey there is no emergency."""
    patient, record = records
    ward.begin(browser)
    choose(browser, patient)
    tokens = ward.finish(browser.send("/sign-in/consent", decision="allow"))
    assert claims_of(tokens["access_token"])["purpose_of_use"] == "TREAT"
    answer = ward.instance.client(tokens["access_token"]).get(f"/fhir/Observation/{record}")
    assert answer.status in (403, 404), answer.body
    landed = ward.begin(browser, purpose_of_use="ETREAT")
    assert landed and "unmet_authentication_requirements" in landed, (landed, browser.page)


def declared(ward, browser, patient):
    assert ward.begin(browser, purpose_of_use="ETREAT") is None
    choose(browser, patient)
    assert "Declare an emergency" in browser.page, browser.page
    assert browser.send("/sign-in/consent", decision="allow", reason="because") is None
    assert "at least ten letters" in browser.page, browser.page
    return ward.finish(browser.send("/sign-in/consent", decision="allow", reason=REASON))


def opens(ward, access_token, records, stranger):
    patient, record = records
    claims = claims_of(access_token)
    assert claims["purpose_of_use"] == "ETREAT" and claims["emergency_until"] > claims["iat"]
    physician = ward.instance.client(access_token)
    answer = physician.get(f"/fhir/Observation/{record}")
    assert answer.status == 200, (answer.status, answer.body)
    found = physician.get(f"/fhir/Observation?patient={patient}")
    assert found.status == 200 and found.json()["total"] == 1, (found.status, found.body)
    # On a device of which nothing is known.
    assert physician.post("/fhir/Observation", pulse(patient)).status == 201
    assert physician.get(f"/fhir/Observation/{stranger[1]}").status in (403, 404)
    assert physician.get(f"/fhir/Observation?patient={stranger[0]}").status in (403, 404)


def on_record(instance):
    """The declaration, with its patient and, sealed, its reason; and what was opened by it."""
    done = instance.command("audit", "export", "--dir", str(instance.directory), "--format",
                            "jsonl")
    leaves = [json.loads(line) for line in done.stdout.splitlines()]
    said = [leaf for leaf in leaves if leaf["what"]["ev"] == "emergency.declared"]
    assert any("pt" in leaf["what"] for leaf in said), said
    assert all("user" in leaf["what"]["who"] for leaf in said), said
    assert REASON not in done.stdout
    reads = [leaf["what"] for leaf in leaves if leaf["what"].get("pou") == "ETREAT" and
             leaf["what"]["ev"] == "read" and leaf["what"]["out"] == "ok"]
    rules = reads[0]["dec"]["rules"]
    assert {"duty:notify:privacy", "duty:review:24h"} <= set(rules), rules
    key = instance.root / "privacy.jwk"
    instance.command("client", "add", "--dir", str(instance.directory), "privacy", "--scope",
                     "admin/audit.read", "--purpose", "SYSADMIN", "--role", "privacyOfficer",
                     "--new-key", str(key))
    officer = instance.client(instance.token("--client", "privacy", "--key", str(key), "--scope",
                                             "admin/audit.read"))
    reasons = [officer.get(f"/audit/v1/details?index={leaf['i']}&count=1").body.decode()
               for leaf in said if "dh" in leaf]
    assert any(REASON in each for each in reasons), reasons
    # What the privacy office looks for.
    office = client_of(instance, "office", "HOPERAT", "privacyOfficer",
                       scopes="system/AuditEvent.rs")
    for query in ("subtype=110127", "policy=duty:review:24h", "policy=duty:notify:privacy"):
        answer = office.get("/fhir/AuditEvent?" + query)
        assert answer.status == 200 and answer.json()["entry"], (query, answer.status, answer.body)


def in_a_browser(instance, patient):
    """The page as people see it."""
    chromium = test_sign_in.browser()
    if not chromium:
        return
    port = free_port()
    App(instance, "ward-viewer", "--name", "Ward Viewer", "--purpose", "ETREAT",
        "--redirect-uri", f"http://127.0.0.1:{port}/callback",
        scope="openid online_access launch/patient patient/*.cruds")
    added = instance.command("user", "add", "--dir", str(instance.directory), "emma", "--scope",
                             "user/*.cruds patient/*.cruds", "--purpose", "TREAT", "--purpose",
                             "ETREAT", "--role", "physician", "--fhir-user", "Practitioner/d2")
    code = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", added.stdout).group(0)
    done = subprocess.run(
        [shutil.which("node"), str(test_sign_in.DRIVER / "emergency.mjs"),
         f"https://localhost:{instance.port}", chromium, "emma", code, patient,
         os.environ.get("SALUS_PICTURES", "")],
        capture_output=True, text=True, timeout=300, env=os.environ | {"APP_PORT": str(port)})
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


def main():
    instance = Instance()
    try:
        in_force(instance)
        instance.start()
        service = instance.client(instance.token())
        records, stranger = (
            (patient, made(service, pulse(patient)))
            for patient in (made(service, PERSON | {"name": [{"family": family}]})
                            for family in ("Fallen", "Stranger")))
        person = Person(instance, "dora", "--purpose", "ETREAT", "--role", "physician",
                        "--fhir-user", "Practitioner/d1", scope="user/*.cruds patient/*.cruds")
        ward = Ward(instance)
        refused_before(ward, person.browser, records)
        passkey = Passkey()
        person.browser.go("/account")
        passkey.create(person.browser)
        assert person.browser.status == 200, person.browser.page
        browser = Browser(instance)
        browser.go("/sign-in")
        passkey.sign_in(browser)
        assert browser.status == 200, browser.page
        tokens = declared(ward, browser, records[0])
        opens(ward, tokens["access_token"], records, stranger)
        on_record(instance)
        # Ended by who declared it, at once.
        browser.go("/account")
        while "/account/app/end" in browser.page:
            browser.send("/account/app/end")
        answer = instance.client(tokens["access_token"]).get(f"/fhir/Observation/{records[1]}")
        assert answer.status == 401, (answer.status, answer.body)
        in_a_browser(instance, records[0])
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
