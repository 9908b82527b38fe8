"""The mirror of the audit log as two operators see it: set up, cosigned checkpoints, states,
attacks by whoever has the server's files and keys, crashes of the mirror (AUD-4)."""
import json
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from instance import BINARY, free_port, Instance
from test_transparency import build_go_verifier


START = 30  # seconds; a busy machine is no finding


def salus(*arguments):
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True)


class Mirror:
    """A mirror's directory and its process."""

    def __init__(self, root):
        self.directory = root / "mirror"
        self.output = root / "mirror.log"
        self.port = free_port()
        made = salus("mirror", "init", self.directory, "--name", "mirror.example/salus",
                     "--port", self.port)
        assert made.returncode == 0, made.stderr
        self.server_key = made.stdout.split("server_key ")[1].split()[0]
        self.process = None

    def configure(self, key, value):
        file = self.directory / "mirror.toml"
        lines = [f"{key} = {json.dumps(value)}" if line.startswith(f"{key} = ") else line
                 for line in file.read_text().splitlines()]
        file.write_text("\n".join(lines) + "\n")

    def start(self):
        with self.output.open("a") as output:
            self.process = subprocess.Popen([BINARY, "mirror", "serve", str(self.directory)],
                                            stderr=output)
        end = time.monotonic() + START
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(self.output.read_text())

    def stop(self, how=signal.SIGTERM):
        if self.process is None:
            return 0
        self.process.send_signal(how)
        code = self.process.wait(10)
        self.process = None
        return code

    def log(self):
        return next((self.directory / "logs").iterdir())

    def size(self):
        return int((self.log() / "checkpoint").read_text().splitlines()[1])

    def alarms(self):
        lines = (self.directory / "alarms").read_text().splitlines()
        return [json.loads(line)["alarm"] for line in lines]


class BlackHole:
    """Takes connections and never answers, or resets each."""

    def __init__(self, port, resets):
        self.listener = socket.create_server(("127.0.0.1", port))
        self.kept, self.resets = [], resets
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            if self.resets:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                connection.close()
            else:
                self.kept.append(connection)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.kept:
            connection.close()


class MirrorTest(unittest.TestCase):
    def setUp(self):
        self.instance = Instance()
        self.directory = self.instance.directory
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="salus-mirror-"))
        self.mirror = Mirror(self.folder)
        made = salus("audit", "mirror-identity", "--dir", self.directory)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.origin = made.stdout.split("origin")[1].split()[0]
        # The signer makes its key when it starts for the first time.
        self.instance.start(START)
        self.instance.stop()
        self.add_log()
        self.configure()

    def tearDown(self):
        self.instance.stop()
        self.mirror.stop(signal.SIGKILL)
        self.instance.remove()
        shutil.rmtree(self.folder, ignore_errors=True)

    def add_log(self):
        done = salus("mirror", "add-log", self.mirror.directory, "--key",
                     self.directory / "signer/checkpoint.pub", "--origin", self.origin,
                     "--client", self.directory / "mirror/client.crt")
        self.assertEqual(done.returncode, 0, done.stderr)

    def configure(self, **values):
        shutil.copy(self.mirror.directory / "tls/ca.crt", self.directory / "mirror/ca.crt")
        shutil.copy(self.mirror.directory / "mirror.pub", self.directory / "mirror/mirror.pub")
        settings = {"host": "127.0.0.1", "port": self.mirror.port, "authorities": "mirror/ca.crt",
                    "server_key": self.mirror.server_key, "certificate": "mirror/client.crt",
                    "certificate_key": "mirror/client.key", "key": "mirror/mirror.pub",
                    "timeout_ms": 1000, "alarm_after_seconds": 2, "late_after_seconds": 4,
                    "when_late": "degraded"} | values
        file = self.directory / "salus.toml"
        text = file.read_text().split("\n[audit.mirror]")[0]
        text = text.replace("checkpoint_seconds = 10", "checkpoint_seconds = 1")
        lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
        file.write_text(text.rstrip() + "\n\n[audit.mirror]\n" + "\n".join(lines) + "\n")

    def wait_for(self, condition, seconds, what):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.05)
        outputs = [self.instance.output, self.mirror.output]
        self.fail("\n".join([what, *(one.read_text()[-3000:] for one in outputs if one.exists())]))

    def fill(self, requests=20):
        client = self.instance.client()
        for _ in range(requests):
            client.get("/fhir/Patient/absent")

    def published_size(self):
        return int((self.directory / "audit/default/checkpoint").read_text().splitlines()[1])

    def verify(self, *arguments):
        return salus("audit", "verify", "--dir", self.directory, *arguments)

    def report(self):
        done = salus("check", "--json", "--dir", self.directory)
        lines = json.loads(done.stdout)
        lines = lines["controls"] if isinstance(lines, dict) else lines
        return next(one for one in lines if one["id"] == "AUD-4")

    def health(self):
        """The status, or nothing while nobody listens."""
        try:
            return self.instance.client().get("/health").status
        except OSError:
            return None

    def assert_closed(self, why):
        with self.assertRaises(AssertionError):
            self.instance.start(3)
        self.wait_for(lambda: self.health() == 503, 20, "never CLOSED")
        client = self.instance.client()
        for path in ("/health", "/fhir/metadata"):
            self.assertEqual(client.get(path).status, 503)
        self.assertIn(why, self.instance.output.read_text())
        self.instance.stop()

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
                self.assertLess(time.monotonic() - begin, 10)
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
        self.wait_for(told.exists, 6, "nobody was told")
        self.assertEqual(told.read_text(), f"mirrored silence {self.origin}\n")
        self.instance.start(START)
        self.wait_for(lambda: self.mirror.alarms() == ["silence", "over"], 6, "still silent")

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
