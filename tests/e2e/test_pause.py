"""A rotation of data keys that is told to rest half way, in the middle of a patient, rests: not one
record more is sealed again, also after a restart, while the server serves; then it ends (ENC-4)."""
import time
import unittest

from keyed_instance import KeyedInstance

SMALL = [f"small{n}" for n in range(12)]
BIG, MANY = "big", 600  # some ten batches
RATE = 40  # records a second: the whole takes a quarter of a minute
SLOW = 40
STILL = 4  # seconds in which nothing may happen; a batch takes less than two


class PauseTest(unittest.TestCase):
    def begin(self, records_per_second):
        self.instance = KeyedInstance(records_per_second=records_per_second)
        self.addCleanup(self.instance.remove)
        return self.instance

    def resealed(self):
        return self.instance.leaves('"ev":"key.rotated"', '"ph":"intent"')

    def test_it_rests(self):
        instance = self.begin(RATE)
        for patient in SMALL:
            instance.write(patient, 3)
        instance.write(BIG, MANY)
        began = time.monotonic()
        instance.custodians.rotate("data")
        while self.resealed() < len(SMALL) // 2:
            self.assertLess(time.monotonic() - began, 30, instance.said()[-2000:])
            time.sleep(0.02)
        instance.keys("pause")
        time.sleep(3)  # the batch that was under way, and its rest
        before = self.resealed()
        self.assertGreater(before, 0)
        self.serve_for(STILL)
        self.assertEqual(self.resealed(), before)
        self.assertTrue(instance.status()["paused"])
        instance.stop()
        under = self.total()
        self.assertGreater(under[1], MANY // 4, "it had ended before it was told to rest")
        self.assertGreater(under[2], 0)

        instance.restart()
        self.serve_for(STILL)
        self.assertTrue(instance.status()["paused"])
        instance.stop()
        self.assertEqual(self.total()[1], under[1])

        settings = instance.directory / "salus.toml"
        settings.write_text(settings.read_text().replace(
            f"records_per_second = {RATE}", "records_per_second = 2000"))
        instance.restart()
        instance.keys("resume")
        instance.wait_until(instance.data_is_rotated, "the rotation")
        self.serve_for(0)
        instance.stop()
        self.assertEqual(self.total()[1], 0)
        instance.everything_holds()

    def total(self):
        total = {1: 0, 2: 0}
        for versions in self.instance.sealed_under().values():
            for version, records in versions.items():
                total[version] += records
        return total

    def serve_for(self, seconds):
        end = time.monotonic() + seconds
        while True:
            for patient in (*SMALL[:3], BIG):
                self.assertTrue(self.instance.reads(patient, 3))
            if time.monotonic() >= end:
                return

    def test_small_patients_are_paced_too(self):
        """The limit counts records, not batches: patients of one batch each rest as well."""
        patients, records = 40, 10
        instance = self.begin(SLOW)
        for number in range(patients):
            instance.write(f"p{number}", records - 1)
        instance.custodians.rotate("data")
        instance.wait_until(lambda _: self.resealed() > 0, "the first batch")
        began, done = time.monotonic(), self.resealed()
        self.assertLess(done, patients // 2, "seen too late to tell")
        instance.wait_until(lambda _: self.resealed() >= patients, "a batch of each patient")
        self.assertGreater(time.monotonic() - began, 0.8 * (patients - done - 1) * records / SLOW)


if __name__ == "__main__":
    unittest.main()
