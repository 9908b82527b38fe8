"""Faults and attacks between an instance and its mirror: a full disk there between entries and
checkpoint, two servers of one log under load, the mirror's clock set while it cosigns (AUD-4)."""
import copy
import pathlib
import re
import shutil
import tempfile
import threading
import time
import unittest

from instance import free_port
from mirrored_instance import MirroredInstance, salus, START
from small_disk import SmallDisk, enter_or_leave
from test_clock import DAY, HOUR, LIBRARIES


class FullDisk(MirroredInstance):
    def make_folder(self):
        self.disk = SmallDisk(16)
        self.addCleanup(self.disk.remove)
        folder = pathlib.Path(tempfile.mkdtemp(prefix="salus-mirror-"))
        tempfile.tempdir = self.disk.former  # the instance is on another disk
        return folder

    def test_a_full_disk_at_the_mirror(self):
        """Before the entries, in the middle of them, between them and tiles or checkpoint; with
        strict mode and without it."""
        for strict in (False, True):
            self.configure(strict=strict, acknowledge_within_ms=1000)
            self.mirror.start()
            self.instance.start(START)
            self.fill(20)
            for room in (0, 4096, 16384, 65536):
                with self.subTest(strict=strict, room=room):
                    self.fill(5)
                    self.disk.fill(leaving=room)
                    before = self.mirror.size()
                    end = time.monotonic() + 4
                    statuses = set()
                    while time.monotonic() < end:
                        statuses.add(self.instance.client().get("/fhir/Patient/absent").status)
                    self.assertEqual(statuses - {401, 503}, set())
                    if strict and room == 0:
                        self.assertIn(503, statuses)
                    self.assertGreaterEqual(self.mirror.size(), before)
                    self.disk.free()
                    self.wait_for(lambda: self.health() == 200, 40, "never OK again")
                    self.fill(1)
                    size = self.published_size()
                    self.wait_for(lambda: self.mirror.size() >= size, 80, "not cosigned again")
            self.assertEqual(self.instance.stop(), 0)
            self.mirror.stop()
            whole = salus("mirror", "verify", self.mirror.directory)
            self.assertEqual(whole.returncode, 0, whole.stdout + whole.stderr)
        alarms = self.mirror.alarms()
        self.assertIn("damage", alarms)
        self.assertEqual(set(alarms) - {"damage", "gap", "silence", "over"}, set())


class TwoServers(MirroredInstance):
    def second(self):
        """A copy of all that the server's account has, signer and certificate included."""
        other = copy.copy(self.instance)
        other.directory = self.folder / "copy"
        other.output = self.folder / "copy.output"
        other.port = free_port()
        other.process = None
        shutil.copytree(self.directory, other.directory,
                        ignore=shutil.ignore_patterns("*.socket", "lock"))
        file = other.directory / "salus.toml"
        text, count = re.subn(rf"(?m)^port = {self.instance.port}$", f"port = {other.port}",
                              file.read_text())
        self.assertGreaterEqual(count, 1)
        file.write_text(text.replace(str(self.directory), str(other.directory)))
        return other

    def attempt(self, strict):
        self.configure(strict=strict, acknowledge_within_ms=1000)
        self.mirror.start()
        self.instance.start(START)
        self.fill(20)
        self.assertEqual(self.instance.stop(), 0)
        other = self.second()
        self.addCleanup(other.stop)
        told, stopping = {}, threading.Event()

        def load(instance):
            while not stopping.is_set():
                try:
                    answer = instance.client(timeout=5).get("/fhir/Patient/absent")
                except OSError:
                    time.sleep(0.05)
                    continue
                if "Salus-Audit-Leaf" in answer.headers:
                    told[answer.headers["X-Request-Id"]] = int(answer.headers["Salus-Audit-Leaf"])

        self.instance.start(START)
        threads = [threading.Thread(target=load, args=(one,))
                   for one in (self.instance, other) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            other.start(8)
        except AssertionError:
            pass  # it may be closed before it is ever open

        def closed():
            found = []
            for one in (self.instance, other):
                try:
                    found.append(one.client(timeout=5).get("/health").status == 503)
                except OSError:
                    found.append(False)
            return found

        self.wait_for(lambda: any(closed()), 40, "nobody noticed")
        time.sleep(3)
        stopping.set()
        for thread in threads:
            thread.join()
        found = closed()
        other.stop()
        self.instance.stop()
        self.mirror.stop()
        return found, told, other

    def test_a_second_server_is_closed(self):
        found, _, other = self.attempt(strict=False)
        self.assertIn(True, found)
        outputs = self.instance.output.read_text() + other.output.read_text()
        self.assertRegex(outputs, "the mirror (has a longer log|refuses: this is not the log)")
        self.assertEqual(salus("mirror", "verify", self.mirror.directory).returncode, 0)

    def test_in_strict_mode_it_never_answers(self):
        found, told, _ = self.attempt(strict=True)
        self.assertEqual(found, [False, True])
        kept = self.mirror.kept()
        self.assertGreater(len(told), 20)
        self.assertEqual([one for one, leaf in told.items() if leaf not in kept.get(one, ())][:5],
                         [])
        self.assertEqual(salus("mirror", "verify", self.mirror.directory).returncode, 0)


class MirrorClock(MirroredInstance):
    def test_the_clock_is_set_while_it_cosigns(self):
        """The time of a cosignature is the mirror's; what time decides, monotonic clocks decide."""
        library = next((path for path in LIBRARIES if path.exists()), None)
        if library is None:
            self.skipTest("libfaketime is absent")
        setting = self.folder / "faketime"

        def set_clock(text):
            new = setting.with_suffix(".new")
            new.write_text(text + "\n")
            new.rename(setting)

        set_clock("+0")
        self.mirror.start({"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(setting),
                           "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
        self.instance.start(START)
        self.fill(5)
        for text, seconds in (("+0", 0), (f"-{HOUR}", -HOUR), (f"+{DAY}", DAY), ("+0", 0)):
            set_clock(text)
            size = self.mirror.size()
            self.fill(5)
            self.wait_for(lambda: self.mirror.size() >= size + 5, 20, f"not cosigned at {text}")
            self.wait_for(lambda: abs(self.told_age() + seconds) < 30, 20,
                          f"not the mirror's clock: {text}")
            self.assertEqual(self.health(), 200)
        self.assertEqual(self.instance.stop(), 0)
        self.mirror.stop()
        self.assertEqual(set(self.mirror.alarms()), set())
        verified = self.verify("--mirror-key", self.mirror.directory / "mirror.pub")
        self.assertEqual(verified.returncode, 0, verified.stderr)

    def told_age(self):
        found = re.search(r"cosigned (-?\d+) s ago", self.report()["evidence"])
        return int(found.group(1)) if found else 1 << 30


if __name__ == "__main__":
    enter_or_leave()
    unittest.main()
