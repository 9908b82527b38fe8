"""The mirror of the audit log as two operators see it: set up, cosigned checkpoints, states,
attacks by whoever has the server's files and keys, crashes of the mirror (AUD-4)."""
import shutil
import signal
import subprocess
import time
import unittest

from mirrored_instance import BlackHole, MirroredInstance, salus, START
from test_transparency import build_go_verifier


class MirrorTest(MirroredInstance):
    def test_cosigned_kept_and_verified_by_others(self):
        self.mirror.start()
        self.instance.start(START)
        self.fill(300)
        self.wait_for(lambda: self.mirror.size() >= 300, 10, "the mirror has not got the entries")
        row = self.report()
        self.assertIn("leaves kept there and cosigned", row["evidence"])
        self.assertEqual(self.instance.stop(), 0)
        # The last round covers all.
        self.assertEqual(self.mirror.size(), self.published_size())
        verified = self.verify("--mirror-key", self.mirror.directory / "mirror.pub")
        self.assertEqual(verified.returncode, 0, verified.stderr)
        self.assertIn("by mirror.example/salus", verified.stdout)
        whole = salus("mirror", "verify", self.mirror.directory)
        self.assertEqual(whole.returncode, 0, whole.stderr)
        status = salus("mirror", "status", self.mirror.directory)
        self.assertIn(f"{self.origin}: {self.mirror.size()} leaves, cosigned", status.stdout)
        self.assertIn("no alarms", status.stdout)
        self.go_accepts(verified.stdout.split("key ")[1].split()[0])
        # Both copies are refused once they are changed.
        tile = self.mirror.log() / "tile/entries/000"
        tile.write_bytes(tile.read_bytes().replace(b'"ev"', b'"eV"', 1))
        self.assertEqual(salus("mirror", "verify", self.mirror.directory).returncode, 3)
        for name in ("checkpoint", "cosigned"):
            file = self.directory / "audit/default" / name
            file.write_text("\n".join(file.read_text().splitlines()[:5]) + "\n")
        refused = self.verify("--mirror-key", self.mirror.directory / "mirror.pub")
        self.assertEqual(refused.returncode, 3, refused.stdout)
        self.assertEqual(self.verify().returncode, 0)

    def go_accepts(self, log_key):
        go = build_go_verifier(self.folder)
        if go is None:
            return
        (self.folder / "key").write_text(log_key + "\n")
        mirror_key = self.mirror.directory / "mirror.pub"
        for copy in (self.directory / "audit/default", self.mirror.log()):
            command = [str(go), "-cosigner", str(mirror_key), str(self.folder / "key"), str(copy)]
            done = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertIn("cosigned ", done.stdout)
        other = salus("mirror", "init", self.folder / "other")
        self.assertEqual(other.returncode, 0)
        command[2] = str(self.folder / "other/mirror.pub")
        self.assertEqual(subprocess.run(command, capture_output=True).returncode, 1)

    def test_a_mirror_that_is_away_is_a_state_and_heals(self):
        self.instance.start(START)
        client = self.instance.client()
        self.wait_for(lambda: "audit.mirror_alarm" in self.instance.output.read_text(), 8,
                      "no alarm")
        self.wait_for(lambda: b"warn" in client.get("/health").body, 10, "never DEGRADED")
        self.assertEqual(client.get("/fhir/metadata").status, 200)
        self.assertEqual(self.report()["state"], "partly")
        self.mirror.start()
        self.wait_for(lambda: b"pass" in client.get("/health").body, 40, "never OK again")
        self.instance.stop()
        self.assertEqual(self.mirror.size(), self.published_size())
        self.configure(when_late="closed")
        self.mirror.stop()
        self.instance.start(START)
        client = self.instance.client()
        self.wait_for(lambda: client.get("/health").status == 503, 10, "never CLOSED")
        self.assertEqual(client.get("/fhir/metadata").status, 503)
        self.mirror.start()
        self.wait_for(lambda: client.get("/health").status == 200, 40, "never OK again")

    def test_a_black_hole_and_resets_are_in_nobodys_way(self):
        for resets in (False, True):
            hole = BlackHole(self.mirror.port, resets)
            try:
                self.instance.start(START)
                self.fill(1)
                begin = time.monotonic()
                self.fill(200)
                # 200 that wait for the mirror would take 200 times its timeout, of a second.
                self.assertLess(time.monotonic() - begin, 60)
                before = self.published_size()
                self.fill(10)
                self.wait_for(lambda: self.published_size() >= before + 10, 10,
                              "checkpoints wait for the mirror")
                self.assertEqual(self.instance.stop(), 0)
            finally:
                hole.close()

    def test_the_mirror_is_killed_at_any_moment(self):
        self.mirror.start()
        self.instance.start(START)
        for _ in range(12):
            self.fill(15)
            self.mirror.stop(signal.SIGKILL)
            self.mirror.start()
        self.wait_for(lambda: self.mirror.size() >= 180, 70, "the mirror did not catch up")
        self.instance.stop()
        self.mirror.stop()
        self.assertEqual(salus("mirror", "verify", self.mirror.directory).returncode, 0)
        self.assertEqual(set(self.mirror.alarms()) - {"silence", "over"}, set())

    def test_a_server_that_went_back_is_closed_and_told_of(self):
        """Row 9: everything of the server's account is older, signer and all; row 8: with the
        signer's memory gone too, nothing here would refuse."""
        self.mirror.start()
        self.instance.start(START)
        self.fill()
        self.instance.stop()
        older = self.folder / "older"
        shutil.copytree(self.directory, older, ignore=shutil.ignore_patterns("*.socket"))
        self.instance.start(START)
        self.fill()
        self.instance.stop()
        shutil.rmtree(self.directory)
        shutil.copytree(older, self.directory)
        self.assert_closed("the mirror has a longer log than this")
        # It goes on by itself past the size that was cosigned: a fork.
        file = self.directory / "salus.toml"
        with_mirror = file.read_text()
        file.write_text(with_mirror.split("\n[audit.mirror]")[0])
        self.instance.start(START)
        self.fill(60)
        self.instance.stop()
        file.write_text(with_mirror)
        self.assert_closed("the mirror refuses: this is not the log that it has")
        self.assertIn("fork", self.mirror.alarms())
        self.assertIn("fork", salus("mirror", "status", self.mirror.directory).stdout)

    def test_silence_and_the_command_for_alarms(self):
        command = self.folder / "alarm"
        told = self.folder / "told"
        command.write_text(f"#!/bin/sh\necho \"$@\" >> {told}\n")
        command.chmod(0o755)
        self.mirror.configure("silence_seconds", 2)
        self.mirror.configure("command", [str(command), "mirrored"])
        self.mirror.start()
        expected = {f"mirrored silence {self.origin}", f"mirrored silence {self.parent_origin}"}
        self.wait_for(lambda: told.exists() and set(told.read_text().splitlines()) == expected, 6,
                      "nobody was told")
        self.instance.start(START)
        self.wait_for(lambda: sorted(self.mirror.alarms()) == ["over"] * 2 + ["silence"] * 2, 6,
                      "still silent")

    def test_one_witnessed_checkpoint_of_the_parent_fixes_the_log(self):
        self.mirror.start()
        self.instance.start(START)
        self.fill(30)
        self.assertEqual(self.instance.stop(), 0)
        parent = self.directory / "audit/_parent"
        size = int((parent / "checkpoint").read_text().splitlines()[1])
        self.assertEqual(self.mirror.size(self.parent_origin), size)
        proof = self.folder / "proof"
        made = salus("audit", "prove", "--dir", self.directory, "--index", 7, "--parent")
        self.assertEqual(made.returncode, 0, made.stderr)
        proof.write_text(made.stdout)
        command = ["audit", "verify", "--proof", proof, "--key",
                   self.directory / "signer/checkpoint.pub", "--mirror-key"]
        done = salus(*command, self.mirror.directory / "mirror.pub")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("cosigned 2", done.stderr)
        other = salus("mirror", "init", self.folder / "other")
        self.assertEqual(other.returncode, 0)
        self.assertEqual(salus(*command, self.folder / "other/mirror.pub").returncode, 3)
        go = build_go_verifier(self.folder)
        if go is None:
            return
        verified = self.verify("--tenant", "_parent")
        (self.folder / "key").write_text(verified.stdout.split("key ")[1].split()[0] + "\n")
        command = [str(go), "-cosigner", str(self.mirror.directory / "mirror.pub"), "-parent",
                   str(proof), str(self.folder / "key")]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        command[2] = str(self.folder / "other/mirror.pub")
        self.assertEqual(subprocess.run(command, capture_output=True).returncode, 1)

    def test_a_mirror_that_was_not_told_of_the_parent_is_in_nobodys_way(self):
        shutil.rmtree(self.mirror.log(self.parent_origin))
        self.configure(when_late="closed")
        self.mirror.start()
        self.instance.start(START)
        client = self.instance.client()
        self.wait_for(lambda: b"warn" in client.get("/health").body, 20, "nobody was told")
        before = self.published_size()
        self.fill(10)
        self.wait_for(lambda: self.mirror.size() >= before + 10, 5, "the tenant's log waits")
        self.assertEqual(client.get("/fhir/metadata").status, 200)
        self.assertEqual(self.report()["state"], "partly")

    def test_a_mirror_without_its_memory_does_not_serve(self):
        self.mirror.start()
        self.instance.start(START)
        self.instance.stop()
        self.mirror.stop()
        (self.mirror.log() / "checkpoint").unlink()
        done = salus("mirror", "serve", self.mirror.directory)
        self.assertEqual(done.returncode, 3)
        self.assertIn("cosigned last", done.stderr)
        again = salus("mirror", "add-log", self.mirror.directory, "--key",
                      self.directory / "signer/checkpoint.pub", "--origin", self.origin,
                      "--client", self.directory / "mirror/client.crt")
        self.assertIn("was known", again.stdout)
        self.assertEqual(salus("mirror", "serve", self.mirror.directory).returncode, 3)

    def test_a_forged_client_is_not_served(self):
        self.mirror.start()
        shutil.rmtree(self.directory / "mirror")
        salus("audit", "mirror-identity", "--dir", self.directory)
        self.configure()
        self.instance.start(START)
        self.wait_for(lambda: "audit.not_cosigned" in self.instance.output.read_text(), 5,
                      "nothing was said")
        self.assertEqual(self.mirror.size(), 0)


if __name__ == "__main__":
    unittest.main()
