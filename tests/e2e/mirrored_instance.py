"""An instance and its mirror in the account of somebody else, for tests: set up as two operators
would do it."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from instance import BINARY, free_port, Instance, wait_for


LEAF = re.compile(rb'"i":(\d+),[ -~]{0,900}?"rq":"([A-Za-z0-9_-]{22})"')
START = 30  # seconds; a busy machine is no finding


def salus(*arguments):
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True)


class Mirror:
    """A mirror's directory and its process."""

    def __init__(self, root, *options):
        root.mkdir(exist_ok=True)
        self.directory = root / "mirror"
        self.output = root / "mirror.log"
        self.port = free_port()
        made = salus("mirror", "init", self.directory, "--name", "mirror.example/salus",
                     "--port", self.port, *options)
        assert made.returncode == 0, made.stderr
        self.server_key = made.stdout.split("server_key ")[1].split()[0]
        self.process = None
        self.origin = None  # of the tenant's log

    def configure(self, key, value):
        file = self.directory / "mirror.toml"
        lines = [f"{key} = {json.dumps(value)}" if line.startswith(f"{key} = ") else line
                 for line in file.read_text().splitlines()]
        file.write_text("\n".join(lines) + "\n")

    def start(self, environment=None):
        with self.output.open("a") as output:
            self.process = subprocess.Popen([BINARY, "mirror", "serve", str(self.directory)],
                                            stderr=output, env=os.environ | (environment or {}))
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

    def log(self, origin=None):
        """Of the tenant, unless another one is named."""
        name = hashlib.sha256((origin or self.origin).encode()).hexdigest()[:32]
        return self.directory / "logs" / name

    def size(self, origin=None):
        return int((self.log(origin) / "checkpoint").read_text().splitlines()[1])

    def kept(self):
        """What is on its disk: leaf indexes by request id."""
        found = {}
        for path in [self.log() / "kept", *self.log().glob("tile/entries/**/*")]:
            if path.is_file():
                for index, request in LEAF.findall(path.read_bytes()):
                    found.setdefault(request.decode(), set()).add(int(index))
        return found

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


class MirroredInstance(unittest.TestCase):
    INIT = ()  # options of `salus init`
    MIRROR_INIT = ()  # of `salus mirror init`

    def setUp(self):
        self.instance = Instance(*self.INIT)
        self.directory = self.instance.directory
        self.folder = self.make_folder()
        self.mirror = Mirror(self.folder, *self.MIRROR_INIT)
        made = salus("audit", "mirror-identity", "--dir", self.directory)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.origin, self.parent_origin = [
            line.split()[1] for line in made.stdout.splitlines() if line.startswith("origin")]
        self.mirror.origin = self.origin
        # The signer makes its key when it starts for the first time.
        self.instance.start(START)
        self.instance.stop()
        self.add_log(self.origin)
        self.add_log(self.parent_origin)
        self.configure()

    def make_folder(self):
        """Of the mirror's account."""
        return pathlib.Path(tempfile.mkdtemp(prefix="salus-mirror-"))

    def tearDown(self):
        self.instance.stop()
        self.mirror.stop(signal.SIGKILL)
        self.instance.remove()
        shutil.rmtree(self.folder, ignore_errors=True)

    def add_log(self, origin):
        done = salus("mirror", "add-log", self.mirror.directory, "--key",
                     self.directory / "signer/checkpoint.pub", "--origin", origin,
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
        wait_for(condition, seconds, what, self.instance.output, self.mirror.output)

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
