"""crypto.fips: off, prefer and require; the module right, absent, tampered, wrongly pinned.

The module is OpenSSL's FIPS provider, built from Debian's source by tools/fips_module.sh. It is no
validated module.
"""
import json
import os
import pathlib
import shutil
import socket
import ssl
import unittest

from instance import REPOSITORY, Instance

MADE = pathlib.Path(os.environ.get("SALUS_FIPS_MODULE", str(REPOSITORY / "build/fips")))


def options(mode, folder=MADE, **changed):
    chosen = {"fips": mode, "fips-module": str(folder / "fips.so"),
              "fips-configuration": str(folder / "fipsmodule.cnf"),
              "fips-sha256": (MADE / "sha256").read_text().strip(),
              "fips-version": (MADE / "version").read_text().strip()}
    chosen.update({name.replace("_", "-"): value for name, value in changed.items()})
    return [text for name, value in chosen.items() for text in ("--" + name, value)]


@unittest.skipUnless((MADE / "fipsmodule.cnf").exists(),
                     "there is no FIPS provider to try; tools/fips_module.sh builds one")
class FipsTest(unittest.TestCase):
    def setUp(self):
        self.instances = []

    def tearDown(self):
        for instance in self.instances:
            instance.remove()

    def made(self, *init_options):
        self.instances.append(Instance(*init_options))
        return self.instances[-1]

    def change(self, instance, key, value):
        path = instance.directory / "salus.toml"
        lines = path.read_text().splitlines(keepends=True)
        begin = lines.index("[crypto]\n")
        for at in range(begin, len(lines)):
            if lines[at].startswith(key + " = "):
                lines[at] = f'{key} = "{value}"\n'
                break
        path.write_text("".join(lines))

    def refusal(self, instance):
        done = instance.command("serve", "--dir", str(instance.directory), check=False, timeout=60)
        self.assertEqual(done.returncode, 1)
        return done.stderr

    def line(self, instance):
        done = instance.command("check", "--dir", str(instance.directory), "--json", check=False)
        report = json.loads(done.stdout)
        lines = report["controls"] if isinstance(report, dict) else report
        return next(line for line in lines if line["id"] == "ENC-6")

    def smoke(self, instance):
        client = instance.client(instance.token("--scope", "system/*.cruds"))
        patient = {"resourceType": "Patient", "id": "p1", "name": [{"family": "Muster"}]}
        self.assertEqual(client.put("/fhir/Patient/p1", patient).status, 201)
        self.assertEqual(client.get("/fhir/Patient/p1").json()["name"], patient["name"])
        self.assertEqual(client.get("/fhir/Patient?family=Muster&_id=p1").status, 200)

    def test_required(self):
        instance = self.made(*options("require", fips_certificate="0000"))
        instance.start(seconds=60)
        self.smoke(instance)
        line = self.line(instance)
        print("\n" + line["evidence"])
        self.assertEqual(line["state"], "enforced")
        self.assertIn("OpenSSL FIPS Provider", line["evidence"])
        self.assertIn("operator claims certificate 0000", line["evidence"])
        self.assertNotIn("validated", line["evidence"].lower())
        context = instance.tls()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ECDHE+CHACHA20")
        with self.assertRaises(ssl.SSLError):
            with socket.create_connection(("localhost", instance.port)) as plain:
                context.wrap_socket(plain, server_hostname="localhost")
        backup = [str(instance.root / part) for part in ("data", "keys")]
        instance.command("backup", "--dir", str(instance.directory), "--to", backup[0],
                         "--keys-to", backup[1])
        drill = instance.command("backup", "drill", "--dir", str(instance.directory), "--from",
                                 backup[0], "--keys-from", backup[1], "--scratch",
                                 str(instance.root))
        self.assertIn("The drill succeeded", drill.stdout)
        instance.stop()

        folder = instance.root / "tampered"
        shutil.copytree(MADE, folder, ignore=shutil.ignore_patterns("openssl*", "lists"))
        module = bytearray((folder / "fips.so").read_bytes())
        module[len(module) // 2] ^= 1
        (folder / "fips.so").write_bytes(module)
        self.change(instance, "module", folder / "fips.so")
        self.assertIn("is not the pinned one", self.refusal(instance))
        self.change(instance, "module", folder / "absent.so")
        self.assertIn("is not there", self.refusal(instance))
        self.change(instance, "module", MADE / "fips.so")
        self.change(instance, "version", "3.1.2")
        self.assertIn("name or version is not the pinned one", self.refusal(instance))

    def test_required_too_late(self):
        """An instance whose passphrase was stretched by scrypt says so, and how it is put right."""
        instance = self.made(*options("off"))
        self.change(instance, "fips", "require")
        self.assertIn("needs scrypt", self.refusal(instance))
        instance.command("keys", "reseal", "--dir", str(instance.directory))
        instance.start(seconds=60)
        self.smoke(instance)
        self.assertIn("OpenSSL FIPS Provider", self.line(instance)["evidence"])

    def test_preferred(self):
        instance = self.made(*options("prefer"))
        instance.start(seconds=60)
        self.assertIn("OpenSSL FIPS Provider", self.line(instance)["evidence"])
        instance.stop()
        instance = self.made(*options("prefer", folder=pathlib.Path("/nowhere")))
        instance.start(seconds=60)
        self.smoke(instance)
        line = self.line(instance)
        self.assertEqual(line["state"], "partly")
        self.assertIn("is not there", line["evidence"])
        self.assertIn("OpenSSL Default Provider", line["evidence"])

    def test_off(self):
        instance = self.made()
        instance.start(seconds=30)
        line = self.line(instance)
        self.assertEqual(line["state"], "not yet")
        self.assertIn("crypto.fips is off", line["evidence"])


if __name__ == "__main__":
    unittest.main()
