"""The pages for people with what is hard to show, in a real browser. What drives it is
tests/outside/browser/every_page.mjs; axe-core looks at every page."""
import json
import os
import shutil
import subprocess
import urllib.parse

import test_sign_in
from instance import Instance
from passkeys import Passkey
from people import App, Browser, CALLBACK, Person

LONG = ("Longitudinal Growth, Nutrition and Vaccination Chart of the Metropolitan Children's "
        "Hospital Network Pneumonoultramicroscopicsilicovolcanoconiosis Unit")
TYPES = ["Patient", "Observation", "Condition", "AllergyIntolerance", "Immunization",
         "MedicationRequest", "MedicationAdministration", "DiagnosticReport", "DocumentReference",
         "Encounter", "Procedure", "CarePlan", "CareTeam", "Goal", "Coverage", "Device",
         "FamilyMemberHistory", "QuestionnaireResponse", "ServiceRequest", "Specimen"]
MANY = ("openid fhirUser profile launch/patient offline_access " +
        " ".join(f"patient/{one}.{what}" for one in TYPES for what in ("rs", "c")) +
        " patient/Observation.rs?category=laboratory user/Patient.cruds user/Observation.rs")
FAR = "https://app.example/" + "callback-of-the-chart/" * 20 + "end?tenant=" + "0123456789" * 20
RIGHT_TO_LEFT = "مريم بنت عبد الله العلي"


def patient(number, given, family):
    return {"resourceType": "Patient", "id": f"p{number}", "birthDate": "1990-05-17",
            "name": [{"given": [given], "family": family}]}


def records(instance):
    service = instance.client(instance.token())
    people = [patient(n, "Grace", "Twin") for n in range(3)]
    people += [patient(3, RIGHT_TO_LEFT, "Twin"),
               patient(4, "Wolfgang Amadeus Theophilus Johannes Chrysostomus", "Twin-" * 12)]
    people += [patient(n, "One", "Crowded") for n in range(10, 25)]
    for one in people:
        answer = service.put(f"/fhir/Patient/{one['id']}", one)
        assert answer.status == 201, answer.body


def asked_by(app, browser, **more):
    return urllib.parse.urlencode(app.request(browser, "v" * 64) | more)


def setting(instance):
    """Somebody with many sessions and apps, and what apps ask her for."""
    records(instance)
    person = Person(instance, "maryam", "--name", RIGHT_TO_LEFT,
                    scope="user/*.cruds patient/*.cruds admin/clients.read")
    browser = person.browser
    passkey = Passkey()
    browser.go("/account")
    passkey.create(browser)
    assert browser.status == 200, browser.page
    for _ in range(22):
        other = Browser(instance)
        other.go("/sign-in")
        passkey.sign_in(other)
        assert other.status == 200, other.page
    browser = Browser(instance)
    browser.go("/sign-in")
    passkey.sign_in(browser)
    apps = {"long": App(instance, "long", "--name", LONG, "--redirect-uri", FAR, scope=MANY),
            "all": App(instance, "all", "--name", RIGHT_TO_LEFT + " \u202eevil",
                       scope="openid online_access user/*.cruds"),
            "plain": App(instance, "plain", "--name", "Growth Chart", scope="user/Patient.rs")}
    for app in apps.values():
        if app.name != "long":
            app.tokens(browser)
    asks = {name: asked_by(app, browser) for name, app in apps.items()}
    asks["mistaken"] = asked_by(apps["long"], browser, scope="everything", redirect_uri=FAR)
    return {"cookies": browser.cookies, "asks": asks, "callback": CALLBACK}


def main():
    chromium = test_sign_in.browser()
    if not chromium:
        return
    instance = Instance()
    try:
        instance.start(seconds=60)
        file = instance.directory / "setting.json"
        file.write_text(json.dumps(setting(instance)))
        done = subprocess.run(
            [shutil.which("node"), str(test_sign_in.DRIVER / "every_page.mjs"),
             f"https://localhost:{instance.port}", chromium, str(file),
             os.environ.get("SALUS_PICTURES", "")], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
