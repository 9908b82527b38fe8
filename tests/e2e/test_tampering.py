"""Whoever can write the databases changes, moves, swaps, cuts or puts back what stands in them:
each is refused, on record by its reason, and no answer, log or leaf tells of a patient (ENC-1,
ENC-2)."""
import json
import re
import sqlite3
import unittest

from instance import Instance

FAMILY = "Tamperedperson"
FLIPPED_IN_RECORD = {"magic": 0, "format": 2, "suite": 3, "key version": 7, "salt": 8,
                     "commitment": 32, "first byte of the ciphertext": 64, "tag": -1}
FLIPPED_IN_KEY = {"magic": 0, "format": 2, "mechanism": 3, "wrapping key's id": 4,
                  "wrapping key's epoch": 23, "record's magic": 24, "record's format": 26,
                  "record's suite": 27, "record's key version": 31, "record's salt": 32,
                  "record's commitment": 56, "ciphertext": 88, "tag": -1}


def flipped(content, at):
    changed = bytearray(content)
    changed[at] ^= 1
    return bytes(changed)


def patient(number, city="one"):
    return {"resourceType": "Patient", "id": f"tampered-{number}",
            "name": [{"family": FAMILY}], "address": [{"city": city}]}


class Tampering(unittest.TestCase):
    def setUp(self):
        self.instance = Instance()
        self.addCleanup(self.instance.remove)
        self.instance.start()
        self.client = self.instance.client(self.instance.token())

    def database(self, name):
        database = sqlite3.connect(self.instance.directory / name)
        self.addCleanup(database.close)
        return database

    def put(self, count, versions=1):
        for version in range(versions):
            for number in range(count):
                body = patient(number, str(version))
                self.assertIn(self.client.put(f"/fhir/Patient/tampered-{number}", body).status,
                              (200, 201))

    def documents(self, records, count, versions=1):
        """(vid, sealed, compartment) of each patient's versions, in the order they came in."""
        rows = list(records.execute("SELECT vid, sealed, compartment FROM document JOIN history "
                                    "USING (vid) ORDER BY vid DESC LIMIT ?", (count * versions,)))
        return rows[::-1]

    def again(self):
        self.instance.start()
        self.client = self.instance.client(self.instance.token())

    def leaves(self):
        decoder, found = json.JSONDecoder(), {}
        for path in sorted(self.instance.directory.glob("audit/default/*.segment")):
            content = path.read_bytes().rstrip(b"\0").decode("latin-1")
            for match in re.finditer(r'\{"b":"', content):
                leaf = decoder.raw_decode(content, match.start())[0]
                found[leaf["what"].get("rq")] = leaf["what"]
        return found

    def expect_refused(self, paths):
        """By case: what is asked for. Every answer is an error that names nobody."""
        asked = {}
        for case, path in paths.items():
            answer = self.client.get(path)
            self.assertEqual(answer.status, 500, case)
            self.assertEqual(answer.json()["resourceType"], "OperationOutcome")
            self.assertNotIn(FAMILY.encode(), answer.body)
            asked[case] = answer.headers["X-Request-Id"]
        self.assertEqual(self.instance.stop(), 0)
        leaves = self.leaves()
        for case, request in asked.items():
            self.assertEqual(leaves[request]["out"], "error", case)
            self.assertTrue(leaves[request]["why"], case)
        for file in (self.instance.output, *self.instance.directory.glob("log/*")):
            self.assertNotIn(FAMILY.encode(), file.read_bytes())
        self.instance.command("audit", "verify", "--dir", str(self.instance.directory))

    def test_documents(self):
        cases = [*FLIPPED_IN_RECORD, "one byte less", "header only", "nothing", "one byte more",
                 "swapped a", "swapped b", "an older version put back"]
        count = len(cases) + 1
        self.put(count, versions=2)
        self.instance.stop()
        records = self.database("store/records.db")
        rows = self.documents(records, count, versions=2)
        older, newer = rows[:count], rows[count:]
        changed = {}
        for number, case in enumerate(cases):
            vid, sealed, _ = newer[number]
            changed[case] = {
                "one byte less": sealed[:-1], "header only": sealed[:64], "nothing": b"",
                "one byte more": sealed + b"\0", "an older version put back": older[number][1],
                "swapped a": newer[cases.index("swapped b")][1],
                "swapped b": newer[cases.index("swapped a")][1],
            }[case] if case not in FLIPPED_IN_RECORD else flipped(sealed, FLIPPED_IN_RECORD[case])
            records.execute("UPDATE document SET sealed = ? WHERE vid = ?", (changed[case], vid))
        records.commit()
        records.close()
        self.again()
        untouched = self.client.get(f"/fhir/Patient/tampered-{count - 1}")
        self.assertEqual(untouched.status, 200)
        self.expect_refused({case: f"/fhir/Patient/tampered-{number}"
                             for number, case in enumerate(cases)})

    def test_wrapped_keys(self):
        cases = [*FLIPPED_IN_KEY, "one byte less", "swapped a", "swapped b", "another state"]
        count = len(cases) + 1
        self.put(count)
        self.instance.stop()
        records, keys = self.database("store/records.db"), self.database("keys/default/keys.db")
        compartments = [row[2] for row in self.documents(records, count)]
        records.close()
        wrapped = dict(keys.execute("SELECT compartment, wrapped FROM data_key"))
        for number, case in enumerate(cases):
            compartment = compartments[number]
            if case == "another state":
                keys.execute("UPDATE data_key SET state = 2 WHERE compartment = ?", (compartment,))
                continue
            content = wrapped[compartment]
            if case in FLIPPED_IN_KEY:
                content = flipped(content, FLIPPED_IN_KEY[case])
            elif case == "one byte less":
                content = content[:-1]
            else:
                other = "swapped b" if case == "swapped a" else "swapped a"
                content = wrapped[compartments[cases.index(other)]]
            keys.execute("UPDATE data_key SET wrapped = ? WHERE compartment = ?",
                         (content, compartment))
        keys.commit()
        keys.close()
        self.again()
        self.assertEqual(self.client.get(f"/fhir/Patient/tampered-{count - 1}").status, 200)
        self.expect_refused({case: f"/fhir/Patient/tampered-{number}"
                             for number, case in enumerate(cases)})

    def test_index_entries(self):
        cases = [*FLIPPED_IN_RECORD, "swapped a", "swapped b"]
        self.put(len(cases) + 1)
        self.instance.stop()
        records = self.database("store/records.db")
        compartments = [row[2] for row in self.documents(records, len(cases) + 1)]
        entries = {compartment: sealed for compartment, sealed in records.execute(
            "SELECT compartment, sealed FROM index_entry")}
        for number, case in enumerate(cases):
            content = entries[compartments[number]]
            if case in FLIPPED_IN_RECORD:
                content = flipped(content, FLIPPED_IN_RECORD[case])
            else:
                other = "swapped b" if case == "swapped a" else "swapped a"
                content = entries[compartments[cases.index(other)]]
            records.execute("UPDATE index_entry SET sealed = ? WHERE compartment = ?",
                            (content, compartments[number]))
        records.commit()
        records.close()
        self.again()
        whole = self.client.get(f"/fhir/Observation?patient=tampered-{len(cases)}")
        self.assertEqual(whole.status, 200)
        self.expect_refused({case: f"/fhir/Observation?patient=tampered-{number}"
                             for number, case in enumerate(cases)})


if __name__ == "__main__":
    unittest.main()
