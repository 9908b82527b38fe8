"""Client libraries from npm, as programs of others would use them. Their code is in
tests/outside/clients."""
import os
import shutil
import subprocess

from instance import Instance, REPOSITORY

CLIENTS = REPOSITORY / "tests/outside/clients"


def broad_client(instance):
    """A client that may read across patients: its purpose and its registration both say so."""
    file = instance.directory / "salus.toml"
    text = file.read_text()
    assert "[policy.TREAT]\n" in text
    file.write_text(text.replace("[policy.TREAT]\n", "[policy.TREAT]\npopulation = true\n"))
    instance.start()
    key = instance.root / "broad.jwk"
    scope = "system/*.rs admin/population.read"
    instance.command("client", "add", "--dir", str(instance.directory), "broad", "--scope", scope,
                     "--purpose", "TREAT", "--new-key", str(key))
    return instance.token("--client", "broad", "--key", str(key), "--scope", scope)


def main():
    node = shutil.which("node")
    if node is None or not (CLIENTS / "node_modules").is_dir():
        print("note: node or the client libraries are absent, so nothing was driven")
        return
    instance = Instance()
    try:
        broad = broad_client(instance)
        environment = os.environ | {"NODE_EXTRA_CA_CERTS": str(instance.directory / "tls/ca.crt"),
                                    "SALUS_TOKEN": instance.token(), "SALUS_BROAD_TOKEN": broad}
        done = subprocess.run([node, str(CLIENTS / "drive.mjs"),
                               f"https://localhost:{instance.port}/fhir"],
                              capture_output=True, text=True, timeout=120, env=environment)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
