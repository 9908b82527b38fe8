"""A mirror with a key of P-256, which a FIPS provider has; and on both sides, where that is
required, the refusal of Ed25519, which OpenSSL 3.0's has not (AUD-4, ENC-6)."""
import subprocess
import unittest

from mirrored_instance import Mirror, MirroredInstance, salus, START
from test_fips import MADE, options
from test_transparency import build_go_verifier

HAS_MODULE = (MADE / "fipsmodule.cnf").exists()


class P256(MirroredInstance):
    """The signer's key is Ed25519 here, so that Go's library reads the checkpoint."""

    MIRROR_INIT = ("--algorithm", "p256")

    def test_cosigned_and_verified_by_others(self):
        self.mirror.start()
        self.instance.start(START)
        self.fill(30)
        self.assertEqual(self.instance.stop(), 0)
        self.mirror.stop()
        self.assertEqual(self.mirror.size(), self.published_size())
        key = self.mirror.directory / "mirror.pub"
        verified = self.verify("--mirror-key", key)
        self.assertEqual(verified.returncode, 0, verified.stderr)
        self.assertIn("by mirror.example/salus", verified.stdout)
        self.assertEqual(salus("mirror", "verify", self.mirror.directory).returncode, 0)
        go = build_go_verifier(self.folder)
        if go is None:
            return
        (self.folder / "key").write_text(verified.stdout.split("key ")[1].split()[0] + "\n")
        command = [str(go), "-cosigner", str(key), str(self.folder / "key"),
                   str(self.directory / "audit/default")]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("cosigned by mirror.example/salus", done.stdout)
        other = Mirror(self.folder / "other", "--algorithm", "p256")
        command[2] = str(other.directory / "mirror.pub")
        self.assertEqual(subprocess.run(command, capture_output=True).returncode, 1)


@unittest.skipUnless(HAS_MODULE,
                     "there is no FIPS provider to try; tools/fips_module.sh builds one")
class Required(MirroredInstance):
    INIT = options("require") if HAS_MODULE else ()
    MIRROR_INIT = ("--algorithm", "p256")

    def require_at_the_mirror(self, mirror):
        text = (self.directory / "salus.toml").read_text()
        section = text[text.index("[crypto]\n"):].split("\n[")[0]
        with (mirror.directory / "mirror.toml").open("a") as file:
            file.write("\n" + section + "\n")

    def test_with_p256_on_both_sides(self):
        self.require_at_the_mirror(self.mirror)
        self.mirror.start()
        self.instance.start(START)
        self.fill(5)
        self.assertEqual(self.instance.stop(), 0)
        self.assertEqual(self.mirror.size(), self.published_size())
        verified = self.verify("--mirror-key", self.mirror.directory / "mirror.pub")
        self.assertEqual(verified.returncode, 0, verified.stderr)

    def test_ed25519_is_refused_on_both_sides(self):
        other = Mirror(self.folder / "other")
        self.require_at_the_mirror(other)
        done = salus("mirror", "serve", other.directory)
        self.assertEqual(done.returncode, 1)
        self.assertIn("Ed25519", done.stderr)
        (self.mirror.directory / "mirror.pub").write_text(
            (other.directory / "mirror.pub").read_text())
        self.configure()
        done = self.instance.command("serve", "--dir", str(self.directory), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("audit.mirror.key is Ed25519", done.stderr)


if __name__ == "__main__":
    unittest.main()
