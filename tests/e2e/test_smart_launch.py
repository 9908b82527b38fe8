"""SMART App Launch with fhirclient in a real browser: launched by an EHR, and by itself (AZ-6,
IAM-1). What drives the browser is in tests/outside/browser."""
import os
import re
import shutil
import subprocess

from instance import Instance, REPOSITORY, free_port

DRIVER = REPOSITORY / "tests/outside/browser"
CLIENTS = REPOSITORY / "tests/outside/clients"
LIBRARY = CLIENTS / "node_modules/fhirclient/build/fhir-client.min.js"
PASSWORD = "seven purple otters of the north"


def browser():
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    drives = (DRIVER / "node_modules/playwright-core").is_dir() and LIBRARY.is_file()
    if found and shutil.which("node") and shutil.which("oathtool") and drives:
        return found
    print("note: node, chromium, oathtool or the client libraries are absent: nothing was driven")
    return None


def enrolled(instance, environment):
    """The secret of the one-time passwords of a user who enrolled with the administrator's code."""
    added = instance.command("user", "add", "--dir", str(instance.directory), "ada", "--name",
                             "Ada Example", "--scope", "patient/*.rs user/*.rs", "--purpose",
                             "TREAT", "--fhir-user", "Practitioner/p1").stdout
    code = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", added).group(0)
    program = ("import { enrol } from './browser.mjs';"
               "const [origin, name, code, password] = process.argv.slice(1);"
               "console.log((await enrol(origin, name, code, password)).secret);")
    done = subprocess.run(["node", "--input-type=module", "-e", program,
                           f"https://localhost:{instance.port}", "ada", code, PASSWORD],
                          capture_output=True, text=True, timeout=120, env=environment, cwd=CLIENTS)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()


def records(instance):
    writer = instance.client(instance.token())
    for patient in ("smart", "somebody-else"):
        body = {"resourceType": "Patient", "id": patient, "name": [{"family": "Example"}]}
        assert writer.put(f"/fhir/Patient/{patient}", body).status == 201
    for number in range(2):
        body = {"resourceType": "Observation", "id": f"o{number}", "status": "final",
                "code": {"text": "pulse"}, "subject": {"reference": "Patient/smart"}}
        assert writer.put(f"/fhir/Observation/o{number}", body).status == 201


def opened(instance):
    """What the EHR gets for the app that it opens."""
    key = instance.root / "ehr.jwk"
    instance.command("client", "add", "--dir", str(instance.directory), "ehr", "--scope",
                     "admin/launch.write", "--purpose", "TREAT", "--new-key", str(key))
    token = instance.command("token", "--dir", str(instance.directory), "--client", "ehr", "--key",
                             str(key), "--scope", "admin/launch.write").stdout.strip()
    answer = instance.client(token).send(
        "POST", "/oauth/launch",
        '{"client_id":"chart","patient":"smart","encounter":"visit","user":"ada"}',
        {"Content-Type": "application/json"})
    assert answer.status == 201, (answer.status, answer.body)
    return answer.json()["launch"]


def main():
    chromium = browser()
    if chromium is None:
        return
    instance = Instance()
    try:
        instance.start(seconds=30)
        environment = os.environ | {"NODE_EXTRA_CA_CERTS": str(instance.directory / "tls/ca.crt")}
        port = free_port()
        instance.command("client", "add", "--dir", str(instance.directory), "chart", "--name",
                         "Growth Chart", "--public", "--redirect-uri",
                         f"http://127.0.0.1:{port}/callback", "--purpose", "TREAT", "--scope",
                         "launch launch/patient openid fhirUser offline_access patient/*.rs")
        records(instance)
        secret = enrolled(instance, environment)
        done = subprocess.run(
            [shutil.which("node"), str(DRIVER / "smart_launch.mjs"),
             f"https://localhost:{instance.port}", chromium, "ada", PASSWORD, secret, "chart",
             opened(instance), str(LIBRARY)],
            capture_output=True, text=True, timeout=240, env=os.environ | {"APP_PORT": str(port)})
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
