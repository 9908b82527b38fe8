"""The authorization server as certified OAuth libraries from npm see it: discovery, DPoP,
introspection, revocation (IAM-2, IAM-8, IAM-9). Their code is in tests/outside/clients."""
import os
import shutil
import subprocess

from instance import Instance, REPOSITORY

CLIENTS = REPOSITORY / "tests/outside/clients"


def main():
    node = shutil.which("node")
    if node is None or not (CLIENTS / "node_modules/openid-client").is_dir():
        print("note: node or the client libraries are absent, so nothing was driven")
        return
    instance = Instance()
    try:
        instance.start()
        key = instance.root / "library.jwk"
        instance.command("client", "add", "--dir", str(instance.directory), "library", "--scope",
                         "system/*.cruds", "--purpose", "TREAT", "--new-key", str(key))
        writer = instance.client(instance.token())
        patient = {"resourceType": "Patient", "id": "oauth", "active": True}
        assert writer.put("/fhir/Patient/oauth", patient).status == 201
        environment = os.environ | {"NODE_EXTRA_CA_CERTS": str(instance.directory / "tls/ca.crt")}
        done = subprocess.run([node, str(CLIENTS / "oauth.mjs"),
                               f"https://localhost:{instance.port}", "library", str(key)],
                              capture_output=True, text=True, timeout=120, env=environment)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
