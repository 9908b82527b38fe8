"""The signer of checkpoints is killed between its memory and its answer: it has signed, and nobody
knows (AUD-3)."""
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from instance import BINARY, Instance

START = 30


class LosingSigner:
    """Stands before a signer. Once asked to, it takes the answer, kills the signer and hangs up."""

    def __init__(self, folder):
        self.front, self.back = folder / "front", folder / "back"
        self.home = folder / "signer"
        self.loses = self.lost = 0
        self.process = None
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.front))
        self.listener.listen(8)
        threading.Thread(target=self.run, daemon=True).start()

    def start(self):
        self.back.unlink(missing_ok=True)
        self.process = subprocess.Popen([BINARY, "audit", "signer", "--home", str(self.home),
                                         "--socket", str(self.back)], stderr=subprocess.DEVNULL)
        end = time.monotonic() + START
        while not self.back.exists() and time.monotonic() < end:
            time.sleep(0.02)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def ask(self, question):
        with socket.socket(socket.AF_UNIX) as signer:
            signer.connect(str(self.back))
            signer.sendall(question)
            signer.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: signer.recv(65536), b""))

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client:
                try:
                    question = b"".join(iter(lambda: client.recv(65536), b""))
                    answer = self.ask(question)
                except OSError:
                    continue
                if self.loses and answer.startswith(b"signed"):
                    self.loses -= 1
                    self.kill()
                    self.lost += 1
                    self.start()
                else:
                    client.sendall(answer)


class SignerFaults(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="salus-signer-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.signer = LosingSigner(self.folder)
        self.signer.start()
        self.addCleanup(lambda: self.signer.kill())
        self.instance = Instance()
        self.addCleanup(self.instance.remove)
        file = self.instance.directory / "salus.toml"
        text = file.read_text()
        for key, value in (("signer", '"socket"'), ("socket", f'"{self.signer.front}"'),
                           ("signer_key", f'"{self.signer.home}/checkpoint.pub"'),
                           ("checkpoint_seconds", "1")):
            begin = text.index(f"\n{key} = ") + 1
            text = text[:begin] + f"{key} = {value}" + text[text.index("\n", begin):]
        file.write_text(text)

    def published_size(self):
        file = self.instance.directory / "audit/default/checkpoint"
        return int(file.read_text().splitlines()[1]) if file.exists() else 0

    def fill(self, requests):
        client = self.instance.client()
        for _ in range(requests):
            client.get("/fhir/metadata")

    def test_killed_between_memory_and_answer(self):
        self.instance.start(START)
        for number in range(1, 6):
            self.signer.loses = 1
            self.fill(7)
            end = time.monotonic() + 30
            while self.signer.lost < number and time.monotonic() < end:
                time.sleep(0.05)
            self.assertEqual(self.signer.lost, number)
            if number == 3:  # and the server ends before it is told
                self.instance.kill()
                self.instance.start(START)
            before = self.published_size()
            self.fill(7)
            while self.published_size() < before + 7 and time.monotonic() < end:
                time.sleep(0.05)
            self.assertGreaterEqual(self.published_size(), before + 7)
            self.assertEqual(self.instance.client().get("/health").status, 200)
        self.assertEqual(self.instance.stop(), 0)
        self.assertNotIn('"CLOSED"', self.instance.output.read_text())
        self.instance.command("audit", "verify", "--dir", str(self.instance.directory), "--key",
                              str(self.signer.home / "checkpoint.pub"))


if __name__ == "__main__":
    unittest.main()
