"""./run as a newcomer uses it: detached, reused, its printed commands verbatim, stopped cleanly."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from instance import BINARY, REPOSITORY, free_port


class RunScript(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="salus-run-")
        self.directory = os.path.join(self.root, "demonstration")
        self.port = free_port()
        self.pid = None

    def tearDown(self):
        if self.pid:
            try:
                os.kill(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        shutil.rmtree(self.root, ignore_errors=True)

    def run_it(self):
        done = subprocess.run(
            ["./run", "--no-install", "--detach", "--dir", self.directory, "--port", str(self.port),
             "--patients", "3"], cwd=REPOSITORY, capture_output=True, text=True, timeout=580)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_run(self):
        if not BINARY.endswith("build/release/salus"):
            return print("note: this is no release build, so ./run was not tried")
        output = self.run_it()
        self.pid = int(re.search(r"^pid: (\d+)$", output.strip().splitlines()[-1]).group(1))
        block = re.search(r"(  TOKEN=.*?')\n\n", output, re.S).group(1)
        shown = subprocess.run(["bash", "-euc", block], cwd=REPOSITORY, capture_output=True,
                               text=True)
        self.assertIn('"resourceType":"Bundle"', shown.stdout, shown.stderr)
        self.assertIn('"total":1', shown.stdout)
        second = self.run_it()
        self.assertIn(str(self.port), second)
        self.assertNotIn("Making a new instance", second)
        checked = subprocess.run([BINARY, "check", "--dir", self.directory], capture_output=True,
                                 text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout[-800:])
        os.kill(self.pid, signal.SIGTERM)
        for _ in range(150):
            try:
                os.kill(self.pid, 0)
            except ProcessLookupError:
                self.pid = None
                break
            time.sleep(0.1)
        self.assertIsNone(self.pid, "SIGTERM did not end it")
        verified = subprocess.run([BINARY, "audit", "verify", "--dir", self.directory],
                                  capture_output=True, text=True)
        self.assertEqual(verified.returncode, 0, verified.stderr)


if __name__ == "__main__":
    unittest.main()
