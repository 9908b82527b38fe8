"""A PKCS#11 token in software (Debian's SoftHSM2) for an instance's key-encryption keys."""
import os
import subprocess

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "493817"


def private_file(path, text):
    """What salus.toml says of a secret in a file that only its owner reads."""
    path.write_text(text)
    path.chmod(0o600)
    return f"file:{path}"


class SoftToken:
    """Below the folder, until the test ends."""

    def __init__(self, test, folder):
        self.folder = folder
        self.tokens = folder / "tokens"
        self.tokens.mkdir()
        configuration = folder / "softhsm2.conf"
        configuration.write_text(
            f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\n")
        os.environ["SOFTHSM2_CONF"] = str(configuration)
        test.addCleanup(os.environ.pop, "SOFTHSM2_CONF")
        subprocess.run(["softhsm2-util", "--init-token", "--free", "--label", "salus e2e",
                        "--so-pin", "12345678", "--pin", PIN], check=True, capture_output=True)

    def options(self):
        """Of `salus init`."""
        return ("--keys", "pkcs11", "--pkcs11-module", MODULE, "--pkcs11-token", "salus e2e",
                "--pkcs11-pin", private_file(self.folder / "pin", PIN))
