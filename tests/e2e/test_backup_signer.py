"""The signer of checkpoints in backups (AUD-3, AUD-4): a restored instance goes on with the same
log under the same key, and nobody is brought to believe that an older backup is the log that went
on: the mirror refuses it, and so does who kept a checkpoint."""
import base64
import shutil
import signal
import time
import unittest

from instance import Instance
from mirrored_instance import MirroredInstance, salus, START


class BackupSigner(MirroredInstance):
    def setUp(self):
        super().setUp()
        self.data = self.instance.root / "backup-data"
        self.keys = self.instance.root / "backup-keys"

    def without_mirror(self, directory=None):
        file = (directory or self.directory) / "salus.toml"
        file.write_text(file.read_text().split("\n[audit.mirror]")[0] + "\n")

    def back_up(self):
        self.instance.command("backup", "--dir", str(self.directory), "--to", str(self.data),
                              "--keys-to", str(self.keys))

    def restored(self, name, *options):
        """The newest backup in a new directory, with what no backup holds."""
        copy = Instance.__new__(Instance)
        copy.root = self.instance.root / name
        copy.root.mkdir()
        copy.directory, copy.output = copy.root / "instance", copy.root / "server.output"
        copy.port, copy.process = self.instance.port, None
        self.addCleanup(copy.stop)
        self.said = self.instance.command("restore", "--from", str(self.data), "--keys-from",
                                          str(self.keys), "--dir", str(copy.directory),
                                          *options).stdout
        for folder in ("credentials", "mirror"):
            shutil.copytree(self.directory / folder, copy.directory / folder, dirs_exist_ok=True)
        shutil.copy(self.directory / "tls/server.key", copy.directory / "tls/server.key")
        return copy

    @staticmethod
    def size_of(directory):
        return int((directory / "audit/default/checkpoint").read_text().splitlines()[1])

    def signed(self, directory, least):
        self.wait_for(lambda: (directory / "audit/default/checkpoint").exists() and
                      self.size_of(directory) >= least, 20, "no checkpoint")
        return self.size_of(directory)

    @staticmethod
    def leaves(directory):
        return b"".join(path.read_bytes() for path in directory.glob("audit/default/*.segment"))

    def kept(self, name):
        """A checkpoint in an auditor's hands."""
        file = self.folder / name
        shutil.copy(self.directory / "audit/default/checkpoint", file)
        return file

    def test_the_same_log_goes_on_under_the_same_key(self):
        self.without_mirror()
        self.instance.start(START)
        self.fill(300)
        self.signed(self.directory, 300)
        kept = self.kept("kept")
        self.instance.stop()
        self.back_up()
        before = self.size_of(self.directory)
        secret = (self.directory / "signer/checkpoint.key").read_bytes()
        for part in (self.data, self.keys):
            for path in part.rglob("*"):
                contents = path.read_bytes() if path.is_file() else b""
                for form in (secret, secret[-32:], base64.b64encode(secret)):
                    self.assertNotIn(form, contents, path.name)

        copy = self.restored("copy")
        self.assertIn("go on under the same key", self.said)
        self.assertFalse((copy.directory / "signer/checkpoint.key").exists())
        copy.start(START)
        self.signed(copy.directory, before)
        for name in ("checkpoint.pub", "checkpoint.key"):
            self.assertEqual((copy.directory / "signer" / name).read_bytes(),
                             (self.directory / "signer" / name).read_bytes(), name)
        self.assertEqual((copy.directory / "signer/checkpoint.key").stat().st_mode & 0o777, 0o600)
        self.assertIn(b'"why":"restored from a backup"', self.leaves(copy.directory))
        self.assertNotIn(b'"why":"restored from a backup"', self.leaves(self.directory))
        end = time.monotonic() + 20
        while self.size_of(copy.directory) <= before and time.monotonic() < end:
            copy.client().get("/fhir/metadata")
            time.sleep(0.2)
        self.assertEqual(copy.stop(), 0)
        self.assertGreater(self.size_of(copy.directory), before)
        # Who has the key and the checkpoint of before the loss sees one log.
        done = salus("audit", "verify", "--dir", copy.directory, "--since", kept, "--key",
                     self.directory / "signer/checkpoint.pub")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = salus("audit", "verify", "--dir", copy.directory)
        self.assertEqual(done.returncode, 0, done.stderr)
        # Later starts need nothing of the backup, and record no second restore.
        (copy.directory / "keys/checkpoint-signer.sealed").unlink()
        copy.start(START)
        copy.stop()
        self.assertEqual(self.leaves(copy.directory).count(b'"restored from a backup"'), 1)

    def test_an_older_backup_is_seen_by_who_kept_a_checkpoint(self):
        self.without_mirror()
        self.instance.start(START)
        self.fill(20)
        self.back_up()
        self.fill(60)
        self.signed(self.directory, 80)
        self.instance.stop()
        kept = self.kept("later")
        copy = self.restored("copy")
        copy.start(START)
        for _ in range(100):  # past the size that was signed
            copy.client().get("/fhir/metadata")
        self.signed(copy.directory, 100)
        copy.stop()
        done = salus("audit", "verify", "--dir", copy.directory, "--since", kept)
        self.assertEqual(done.returncode, 3, done.stdout)
        # The log itself tells where it came back.
        self.assertIn(b'"why":"restored from a backup"', self.leaves(copy.directory))

    def test_the_mirror_refuses_an_older_backup_and_takes_a_new_signer(self):
        self.mirror.start()
        self.instance.start(START)
        self.fill(20)
        self.back_up()
        self.fill(60)
        self.wait_for(lambda: self.mirror.size() >= 80, 20, "not cosigned")
        self.instance.stop()
        cosigned = self.mirror.size()
        entries = (self.mirror.log() / "checkpoint").read_bytes()
        copy = self.restored("copy")
        original, self.instance = self.instance, copy  # whose output a failure shows
        self.assert_closed("CLOSED")
        self.assertEqual(self.mirror.size(), cosigned)
        self.assertEqual((self.mirror.log() / "checkpoint").read_bytes(), entries)
        self.instance = original

        # The way on: another key, so that what the old one signed stays true.
        self.mirror.stop(signal.SIGTERM)
        for origin in (self.origin, self.parent_origin):
            self.mirror.log(origin).rename(self.folder / f"evidence of {origin.split('/')[-1]}")
        later = self.restored("later", "--new-signer")
        self.assertIn("makes a new key", self.said)
        self.assertFalse((later.directory / "signer").exists())
        self.without_mirror(later.directory)
        later.start(START)
        later.stop()
        old, new = (directory / "signer/checkpoint.pub"
                    for directory in (self.directory, later.directory))
        self.assertNotEqual(old.read_bytes(), new.read_bytes())
        self.directory = later.directory
        for origin in (self.origin, self.parent_origin):
            self.add_log(origin)
        self.mirror.start()
        self.configure()
        later.start(START)
        self.wait_for(lambda: self.mirror.size() > 0, 20, "the new log is not cosigned")
        self.assertEqual(later.client().get("/health").status, 200)
        later.stop()
        self.assertEqual(salus("audit", "verify", "--dir", later.directory).returncode, 0)
        old_key = salus("audit", "verify", "--dir", later.directory, "--key", old)
        self.assertEqual(old_key.returncode, 3, old_key.stdout)
        # A backup of it has the new key.
        self.directory = later.directory
        self.instance.command("backup", "--dir", str(later.directory), "--to", str(self.data),
                              "--keys-to", str(self.keys))
        again = self.restored("again")
        self.without_mirror(again.directory)
        again.start(START)
        again.stop()
        self.assertEqual((again.directory / "signer/checkpoint.pub").read_bytes(),
                         new.read_bytes())
        # Older data with the newest keys: the memory is not of the key that they have.
        mixed = self.restored("mixed", "--backup", "1")
        self.without_mirror(mixed.directory)
        with self.assertRaises(AssertionError) as caught:
            mixed.start(START)
        self.assertIn("the signer's key cannot be restored", str(caught.exception))
        self.assertFalse((mixed.directory / "signer/checkpoint.key").exists())


if __name__ == "__main__":
    unittest.main()
