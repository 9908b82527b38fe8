"""People sign in for apps written with openid-client, from the administrator's code to signing out
(IAM-1 to IAM-9): once an app is held to FAPI 2.0, on an instance as it is by default; once tokens
are signed by RS256 and proofs of possession need a nonce (RFC 9449 section 8). The apps are in
tests/outside/clients."""
import os
import re
import shutil
import subprocess

from instance import Instance, REPOSITORY

CLIENTS = REPOSITORY / "tests/outside/clients"
CALLBACK = "https://app.example/callback"
SCOPE = "openid profile fhirUser offline_access user/Patient.rs"


def code_of(output):
    return re.search(r"^\s+([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})$", output, re.MULTILINE).group(1)


def main():
    node = shutil.which("node")
    if node is None or not (CLIENTS / "node_modules/openid-client").is_dir():
        print("note: node or the client libraries are absent, so nothing was driven")
        return
    drive(node, "ES256", {}, ["--fapi2", "--dpop-bound"])
    drive(node, "RS256", {'signing_algorithm = "ES256"': 'signing_algorithm = "RS256"',
                          "dpop_nonce = false": "dpop_nonce = true"}, [])


def drive(node, algorithm, settings, held_to):
    instance = Instance()
    try:
        file = instance.directory / "salus.toml"
        text = file.read_text()
        for old, new in settings.items():
            assert old in text, old
            text = text.replace(old, new)
        file.write_text(text)
        instance.start(seconds=30)
        key = instance.root / "library.jwk"
        here = ["--dir", str(instance.directory)]
        app = ["--scope", SCOPE, "--purpose", "TREAT", "--redirect-uri", CALLBACK, "--logout-uri",
               "https://app.example/goodbye"]
        instance.command("client", "add", *here, "library", *app, "--par", *held_to,
                         "--new-key", str(key))
        instance.command("client", "add", *here, "public", *app, "--public")
        added = instance.command("user", "add", *here, "ada@example.org", "--name", "Ada Example",
                                 "--scope", "user/*.cruds", "--purpose", "TREAT", "--fhir-user",
                                 "Practitioner/p1")
        writer = instance.client(instance.token())
        patient = {"resourceType": "Patient", "id": "people", "active": True}
        assert writer.put("/fhir/Patient/people", patient).status == 201
        environment = os.environ | {"NODE_EXTRA_CA_CERTS": str(instance.directory / "tls/ca.crt")}
        done = subprocess.run([node, str(CLIENTS / "people.mjs"),
                               f"https://localhost:{instance.port}", "ada@example.org",
                               code_of(added.stdout), str(key), algorithm],
                              capture_output=True, text=True, timeout=240, env=environment)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        listed = instance.command("user", "list", *here).stdout
        assert "ada@example.org  active" in listed, listed
        instance.command("user", "disable", *here, "ada@example.org")
        assert "ada@example.org  disabled" in instance.command("user", "list", *here).stdout
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
