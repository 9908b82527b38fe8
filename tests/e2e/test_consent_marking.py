"""Consents as an earlier version stored them, without what they are found by: a server that is
killed again and again while it makes them to be found (docs/handbook/consent.md) has done it in the
end, and a denial counts."""
import random
import sqlite3
import subprocess
import time
import unittest

from instance import BINARY, Instance, wait_for
from test_consent import consent, put

VERSIONS = 3000  # that the work has to pass
KILLS = 6
START = 120  # seconds, on a busy machine


class ConsentMarking(unittest.TestCase):
    def setUp(self):
        self.instance = Instance()
        self.addCleanup(self.instance.remove)
        self.instance.start(seconds=START)
        writer = self.instance.client(self.instance.token())
        for patient in ("a", "b"):
            put(writer, {"resourceType": "Patient", "id": patient})
            put(writer, {"resourceType": "Observation", "id": f"of-{patient}", "status": "final",
                         "code": {"text": "pulse"}, "subject": {"reference": f"Patient/{patient}"}})
        self.instance.kill()
        before = self.committed()
        self.instance.start(seconds=START)
        writer = self.instance.client(self.instance.token())
        put(writer, consent("denies", "deny"))
        self.assertEqual(self.status("a"), 404)
        self.instance.kill()
        self.forget(before)
        # A start that takes the work for done: what is not found denies nothing.
        self.instance.start(seconds=START)
        self.assertEqual(self.status("a"), 200, "the consent is found without its token")
        self.fill(self.instance.client(self.instance.token()))
        self.instance.kill()
        for place in self.instance.directory.rglob("*consents*"):
            place.unlink()

    def database(self):
        """Of a server that does not run."""
        (path,) = [path for path in self.instance.directory.rglob("*.db")
                   if self.has_tokens(path)]
        return sqlite3.connect(path)

    @staticmethod
    def has_tokens(path):
        database = sqlite3.connect(path)
        try:
            return database.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'token'"
                                    ).fetchone() == (1,)
        finally:
            database.close()

    def committed(self):
        database = self.database()
        (last,) = database.execute("SELECT max(vid) FROM history").fetchone()
        database.close()
        return last

    def forget(self, before):
        """Takes the tokens away from what was written since."""
        database = self.database()
        addresses = database.execute("SELECT address FROM history WHERE vid > ? AND tokens <> x''",
                                     (before,)).fetchall()
        self.assertTrue(addresses)
        with database:
            for address in addresses:
                database.execute("DELETE FROM token WHERE address = ?", address)
                database.execute("UPDATE history SET tokens = x'' WHERE address = ?", address)
        database.close()

    @staticmethod
    def fill(writer):
        """Versions that stand before the consent in the order in which the work goes."""
        for begin in range(0, VERSIONS, 100):
            entries = [{"request": {"method": "PUT", "url": f"Observation/x{number}"},
                        "resource": {"resourceType": "Observation", "id": f"x{number}",
                                     "status": "final", "code": {"text": "pulse"},
                                     "subject": {"reference": "Patient/b"}}}
                       for number in range(begin, begin + 100)]
            answer = writer.post("/fhir", {"resourceType": "Bundle", "type": "transaction",
                                           "entry": entries})
            assert answer.status == 200, answer.body

    def status(self, patient):
        reader = self.instance.client(self.instance.token())
        return reader.get(f"/fhir/Observation/of-{patient}").status

    def test_killed_in_the_middle(self):
        random.seed(seed := random.randrange(1 << 32))
        print(f"seed {seed}")
        for _ in range(KILLS):
            with open(self.instance.output, "ab") as output:
                process = subprocess.Popen(
                    [BINARY, "serve", "--dir", str(self.instance.directory)],
                    stdout=output, stderr=output)
            time.sleep(random.uniform(0.02, 0.6))
            process.kill()
            process.wait()
        self.instance.start(seconds=START)
        wait_for(lambda: self.status("a") == 404, 60, "the denial does not count",
                 self.instance.output)
        self.assertEqual(self.status("b"), 200)
        # And after one more start, which finds the work done.
        self.instance.kill()
        self.instance.start(seconds=START)
        self.assertEqual(self.status("a"), 404)


if __name__ == "__main__":
    unittest.main()
