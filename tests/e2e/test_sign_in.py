"""The sign-in pages in a real browser with a virtual authenticator (IAM-5, IAM-6), and how long a
wrong password takes for whoever does and does not exist (N1). What drives the browser is in
tests/outside/browser."""
import os
import re
import shutil
import subprocess
import time
import urllib.parse

from instance import Instance, REPOSITORY, free_port

DRIVER = REPOSITORY / "tests/outside/browser"
SCOPES = "patient/*.rs user/*.rs"


def browser():
    """A browser and what drives it, or None with a line that says so."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    modules = DRIVER / "node_modules"
    libraries = [modules / name
                 for name in ("playwright-core", "@simplewebauthn/browser", "axe-core")]
    if found and shutil.which("node") and all(folder.is_dir() for folder in libraries):
        return found
    print("note: node, chromium or what drives it is absent, so no browser was driven")
    return None


def drive(instance, chromium):
    added = instance.command("user", "add", "--dir", str(instance.directory), "ada", "--name",
                             "Ada Example", "--scope", SCOPES, "--purpose", "TREAT").stdout
    code = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", added).group(0)
    port = free_port()
    instance.command("client", "add", "--dir", str(instance.directory), "browser-app", "--name",
                     "Growth Chart", "--public", "--redirect-uri",
                     f"http://127.0.0.1:{port}/callback", "--purpose", "TREAT", "--scope",
                     "openid fhirUser launch/patient offline_access patient/*.rs user/*.rs")
    patient = {"resourceType": "Patient", "id": "grace", "birthDate": "1990-05-17",
               "name": [{"given": ["Grace"], "family": "Example"}]}
    assert instance.client(instance.token()).put("/fhir/Patient/grace", patient).status == 201
    done = subprocess.run(
        [shutil.which("node"), str(DRIVER / "sign_in.mjs"), f"https://localhost:{instance.port}",
         chromium, "ada", code, "grace", os.environ.get("SALUS_PICTURES", "")],
        capture_output=True, text=True, timeout=300, env=os.environ | {"APP_PORT": str(port)})
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


def guess(instance, name):
    """One wrong password, in a browser of its own; the time of the answer and its bytes."""
    client = instance.client()
    page = client.get("/sign-in")
    cookie = page.headers["Set-Cookie"].split(";")[0]
    token = re.search(rb'name="token" value="([^"]+)"', page.body).group(1).decode()
    form = urllib.parse.urlencode({"token": token, "username": name, "password": "no such one"})
    begin = time.monotonic()
    answer = client.send("POST", "/sign-in/password", form,
                            {"Cookie": cookie,
                             "Content-Type": "application/x-www-form-urlencoded"})
    took = time.monotonic() - begin
    return took, (answer.status, answer.body.replace(token.encode(), b""))


def same_answers(instance):
    """Two guesses each: more are delayed. Both cost a hash; e2e.sign_in_timing compares times."""
    times, answers = {}, set()
    for name in ("ada", "nobody", "ada", "nobody"):
        took, answer = guess(instance, name)
        times.setdefault(name, []).append(took)
        answers.add(answer)
    assert len(answers) == 1, [status for status, _ in answers]
    # The shorter of two: what else a machine does makes times longer only.
    somebody, nobody = (min(times[name]) for name in ("ada", "nobody"))
    assert somebody > 0.02 and nobody > 0.02, times  # both were hashed
    assert 0.2 < somebody / nobody < 5.0, times


def main():
    instance = Instance()
    try:
        instance.start(seconds=60)
        chromium = browser()
        if chromium:
            drive(instance, chromium)
        else:
            instance.command("user", "add", "--dir", str(instance.directory), "ada", "--scope",
                             SCOPES, "--purpose", "TREAT")
        same_answers(instance)
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
