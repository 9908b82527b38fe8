"""Step-up (RFC 9470, IAM-7) from end to end: the policy asks for a passkey and a sign-in of the
last moments where something is written; the app of tests/outside/browser/step_up.mjs, written with
openid-client, learns that from the API's challenge and comes back with it. Whoever has no passkey
comes back with nothing."""
import os
import re
import secrets
import shutil
import subprocess
import urllib.parse

import test_sign_in
from instance import Instance, free_port
from people import App, Person

# Long enough for a slow machine to get from the sign-in to the request, short enough to wait for.
MAX_AGE = 40
POLICY = f"""
[policy.TREAT.acr]
write = ["phr"]
[policy.TREAT.max_age]
write = {MAX_AGE}
"""
SCOPE = "openid offline_access user/Patient.crus"
RECORD = {"resourceType": "Patient", "id": "grace", "active": True}


def challenge_of(answer):
    """The first challenge of the header, whose scheme is the one that was used."""
    assert answer.status == 401, (answer.status, answer.body)
    used = answer.headers["WWW-Authenticate"].split(", DPoP ")[0]
    return dict(re.findall(r'(\w+)="([^"]*)"', used))


def without_a_passkey(instance):
    """The same with a bearer token, and for somebody who cannot do what is asked: the app is told
    so, and gets no token (SU2)."""
    person = Person(instance, "ben")
    app = App(instance, "bearer-app", scope=SCOPE)
    tokens = app.tokens(person.browser)
    asked = challenge_of(instance.client(tokens["access_token"]).put("/fhir/Patient/grace", RECORD))
    assert asked["error"] == "insufficient_user_authentication", asked
    wanted = {name: asked[name] for name in ("acr_values", "max_age")}
    assert wanted == {"acr_values": "phr", "max_age": str(MAX_AGE)}, wanted
    request = app.request(person.browser, secrets.token_urlsafe(48)) | wanted
    landed = person.browser.go("/oauth/authorize?" + urllib.parse.urlencode(request))
    answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(landed).query))
    assert answer["error"] == "unmet_authentication_requirements", answer
    assert answer["state"] == request["state"] and "code" not in answer, answer


def in_a_browser(instance):
    chromium = test_sign_in.browser()
    if not chromium or not (test_sign_in.DRIVER / "node_modules/openid-client").is_dir():
        return
    port = free_port()
    App(instance, "step-up-app", "--redirect-uri", f"http://127.0.0.1:{port}/callback", scope=SCOPE)
    added = instance.command("user", "add", "--dir", str(instance.directory), "ada", "--scope",
                             "user/*.cruds", "--purpose", "TREAT")
    code = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", added.stdout).group(0)
    environment = {"APP_PORT": str(port),
                   "NODE_EXTRA_CA_CERTS": str(instance.directory / "tls/ca.crt")}
    done = subprocess.run(
        [shutil.which("node"), str(test_sign_in.DRIVER / "step_up.mjs"),
         f"https://localhost:{instance.port}", chromium, "ada", code, "grace", str(MAX_AGE)],
        capture_output=True, text=True, timeout=300, env=os.environ | environment)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


def main():
    instance = Instance()
    try:
        file = instance.directory / "salus.toml"
        file.write_text(file.read_text() + POLICY)
        instance.start(seconds=60)
        writer = instance.client(instance.token())  # acts for itself: nobody to ask
        assert writer.put("/fhir/Patient/grace", RECORD).status == 201
        without_a_passkey(instance)
        in_a_browser(instance)
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
