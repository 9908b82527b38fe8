"""The wall clock set back an hour, a day ahead, and frozen, under a server that runs (AUD-5): order
and times of the log hold, each change is a leaf and an alarm, and a token is over when the clock
says so, or once said so before a restart (P12)."""
import json
import pathlib
import sys
import time
import unittest

from instance import Instance, wait_for
from keyed_instance import START

LIBRARIES = [pathlib.Path("/usr/lib") / machine / "faketime/libfaketime.so.1"
             for machine in ("x86_64-linux-gnu", "aarch64-linux-gnu")]
HOUR, DAY = 3600, 86400
YEARS = 5 * 365 * DAY


class Clock(unittest.TestCase):
    def setUp(self):
        library = next((path for path in LIBRARIES if path.exists()), None)
        if library is None:
            self.skipTest("libfaketime is absent")
        self.instance = Instance()
        self.addCleanup(self.instance.remove)
        self.setting = self.instance.root / "faketime"
        self.set_clock("+0")
        self.instance.environment = {
            "LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(self.setting),
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        self.instance.start(seconds=START)

    def set_clock(self, text):
        """Of the server, at its next look."""
        new = self.setting.with_suffix(".new")
        new.write_text(text + "\n")
        new.rename(self.setting)

    def record(self):
        """Requests that leave leaves."""
        for _ in range(2):
            self.assertEqual(self.instance.client().get("/fhir/metadata").status, 200)

    def leaves(self):
        decoder, found = json.JSONDecoder(), []
        for path in sorted(self.instance.directory.glob("audit/default/*.segment")):
            content = path.read_bytes().rstrip(b"\0").decode("latin-1")
            begin = content.find('{"b":"')
            while begin >= 0:
                leaf, end = decoder.raw_decode(content, begin)
                found.append(leaf)
                begin = content.find('{"b":"', end)
        return found

    def changes(self, name):
        return [leaf["what"]["num"][name] / 1e6 for leaf in self.leaves()
                if leaf["what"]["ev"] == "clock" and name in leaf["what"].get("num", {})]

    def test_steps_and_a_frozen_clock(self):
        token = self.instance.token()
        self.record()
        self.assertEqual(self.changes("step") + self.changes("drift"), [])
        self.set_clock(f"-{HOUR}")
        self.record()
        self.set_clock(f"+{DAY}")
        self.record()
        # The token was for some minutes, and a day has passed.
        self.assertEqual(self.instance.client(token).get("/fhir/Patient/x").status, 401)
        back, ahead = self.changes("step")
        self.assertAlmostEqual(back, -HOUR, delta=2)
        self.assertAlmostEqual(ahead, DAY + HOUR, delta=2)
        self.set_clock(time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time.time() + DAY)))

        def has_drifted():
            # Looks that are more than a second apart would see a step.
            for _ in range(25):
                self.record()
                time.sleep(0.1)
            return len(self.changes("drift")) >= 2

        wait_for(has_drifted, 60, "a frozen clock is not told of")
        drifts = self.changes("drift")
        # By a second and what passed until the next request; a busy machine lets some pass.
        self.assertTrue(all(-30 < drift < -1 for drift in drifts), drifts)
        self.set_clock("+0")
        self.record()
        self.holds(len(drifts) + len(self.changes("step")))

    def holds(self, changes):
        report = json.loads(self.instance.command(
            "check", "--dir", str(self.instance.directory), "--json", check=False).stdout)
        line = [one for one in report if one["id"] == "AUD-5"][0]
        self.assertRegex(line["evidence"], "kernel clock (NOT )?synchronized")
        self.assertIn('"audit.clock_changed"', self.instance.output.read_text())
        self.assertEqual(self.instance.stop(), 0)
        leaves = self.leaves()
        self.assertEqual([leaf["i"] for leaf in leaves], list(range(len(leaves))))
        times = [leaf["t"] for leaf in leaves]
        self.assertEqual(times, sorted(times))
        self.assertTrue(all(leaf["r"] < leaf["t"] for leaf in leaves if "r" in leaf))
        self.assertTrue(any("r" in leaf for leaf in leaves))
        self.assertGreaterEqual(changes, 4)
        self.instance.command("audit", "verify", "--dir", str(self.instance.directory))

    def test_across_a_start(self):
        self.record()
        self.assertEqual(self.instance.stop(), 0)
        self.set_clock("-7200")
        self.instance.start(seconds=START)
        self.record()
        self.assertAlmostEqual(self.changes("step")[-1], -7200, delta=10)
        kernel = [leaf["what"]["why"] for leaf in self.leaves()
                  if leaf["what"]["ev"] == "clock" and "why" in leaf["what"]]
        self.assertEqual(len(kernel), 2, "one for each start, and the kernel did not change")
        self.assertEqual(self.instance.stop(), 0)

    def test_what_is_over_stays_over_across_a_start(self):
        token = self.instance.token()
        self.assertEqual(self.instance.client(token).get("/fhir/Patient/x").status, 404)
        self.set_clock(f"+{HOUR}")
        self.record()
        self.assertEqual(self.instance.client(token).get("/fhir/Patient/x").status, 401)
        self.restart("+0")
        self.assertEqual(self.instance.client(token).get("/fhir/Patient/x").status, 401)
        # And people can go on working: what begins now has its time.
        fresh = self.instance.client(self.instance.token())
        self.assertEqual(fresh.get("/fhir/Patient/x").status, 404)
        report = self.instance.command(
            "check", "--dir", str(self.instance.directory), "--json", check=False)
        line = [one for one in json.loads(report.stdout) if one["id"] == "AUD-5"][0]
        self.assertEqual(line["state"], "failing")
        self.assertRegex(line["evidence"], "is 3[56][0-9][0-9] s behind")
        self.assertIn('"clock.behind_log"', self.instance.output.read_text())
        # Unless it was the hour ahead that was wrong.
        settings = self.instance.directory / "salus.toml"
        settings.write_text(settings.read_text().replace(
            "accept_earlier_clock = false", "accept_earlier_clock = true"))
        self.restart("+0")
        self.assertEqual(self.instance.client(token).get("/fhir/Patient/x").status, 404)
        self.assertEqual(self.instance.stop(), 0)

    def test_years_ahead_and_put_right(self):
        """What began before lives again when the right clock is accepted; what was issued years
        ahead ends, for it is dated after now."""
        early = self.instance.token()
        self.restart(f"+{YEARS}")
        self.assertEqual(self.status_of(early), 401)
        ahead = self.instance.token()
        self.assertEqual(self.status_of(ahead), 404)
        self.restart("+0")
        # By the log's time, which is years ahead: everybody works, and what was over stays over.
        self.assertEqual(self.status_of(self.instance.token()), 404)
        self.assertEqual((self.status_of(early), self.status_of(ahead)), (401, 404))
        settings = self.instance.directory / "salus.toml"
        settings.write_text(settings.read_text().replace(
            "accept_earlier_clock = false", "accept_earlier_clock = true"))
        self.restart("+0")
        self.assertEqual((self.status_of(early), self.status_of(ahead)), (404, 401))
        fresh = self.instance.client(self.instance.token())
        written = fresh.put("/fhir/Patient/y", {"resourceType": "Patient", "id": "y"})
        self.assertEqual(written.status, 201)
        self.assertLess(written.json()["meta"]["lastUpdated"], time.strftime(
            "%Y-%m-%d", time.gmtime(time.time() + 2 * DAY)))
        self.assertEqual(self.instance.stop(), 0)
        times = [leaf["t"] for leaf in self.leaves()]
        self.assertEqual(times, sorted(times))
        self.instance.command("audit", "verify", "--dir", str(self.instance.directory))

    def status_of(self, token):
        return self.instance.client(token).get("/fhir/Patient/x").status

    def restart(self, clock):
        self.assertEqual(self.instance.stop(), 0)
        self.set_clock(clock)
        self.instance.start(seconds=START)


if __name__ == "__main__":
    if not any(path.exists() for path in LIBRARIES):
        print("note: libfaketime is absent, so no clock was changed")
        sys.exit(0)
    unittest.main()
