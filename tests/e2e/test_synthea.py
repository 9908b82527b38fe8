"""Synthea's bundles: none refused, and every resource reads back equal to what went in."""
import gzip
import json
import threading
import unittest

from instance import Instance, exact, material


def comparable(value, names):
    """Without what the server must set, and with references as the server renames them."""
    if isinstance(value, dict):
        return {key: comparable(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [comparable(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value


def without_server_fields(resource):
    copy = dict(resource)
    copy.pop("id", None)
    meta = {key: item for key, item in copy.pop("meta", {}).items()
            if key not in ("versionId", "lastUpdated")}
    if meta:
        copy["meta"] = meta
    return copy


class Synthea(unittest.TestCase):
    def setUp(self):
        self.instance = Instance()
        self.instance.start()
        self.token = self.instance.token()
        self.problems = []
        self.compared = 0

    def tearDown(self):
        self.instance.remove()

    def one(self, client, path):
        text = gzip.open(path).read()
        sent = exact(text)
        answer = client.post("/fhir", text)
        if answer.status != 200:
            return self.problems.append((path.name, answer.status, answer.body[:300]))
        entries = answer.json()["entry"]
        places = [entry["response"]["location"].split("/fhir/")[1].split("/_history")[0]
                  for entry in entries]
        names = {entry["fullUrl"]: place for entry, place in zip(sent["entry"], places)}
        for entry, place in zip(sent["entry"], places):
            read = client.get("/fhir/" + place)
            expected = without_server_fields(comparable(entry["resource"], names))
            if read.status != 200 or without_server_fields(read.json()) != expected:
                self.problems.append((path.name, place, read.status))
            self.compared += 1

    def share(self, paths):
        client = self.instance.client(self.token)
        try:
            for path in paths:
                self.one(client, path)
        except Exception as problem:  # a thread's failure must fail the test
            self.problems.append(repr(problem))

    def test_every_resource_reads_back(self):
        folder = material("synthea-r4-dev")
        if not folder:
            return
        paths = sorted((folder / "bundles").glob("*.gz"))
        self.assertEqual(len(paths), 125)
        threads = [threading.Thread(target=self.share, args=(paths[i::4],)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.problems[:5], [])
        expected = sum(sum(json.loads(line)["resources"].values())
                       for line in open(folder / "index.ndjson"))
        self.assertEqual(self.compared, expected)
        self.assertEqual(self.instance.command("audit", "verify", "--dir",
                                               str(self.instance.directory)).returncode, 0)

    def test_import_running_stopped_and_again(self):
        folder = material("synthea-r4-dev")
        if not folder:
            return
        bundles = self.instance.root / "bundles"
        bundles.mkdir()
        for path in sorted((folder / "bundles").glob("*.gz"))[:4]:
            (bundles / path.name[:-3]).write_bytes(gzip.open(path).read())
        files = [str(path) for path in sorted(bundles.iterdir())]
        directory = str(self.instance.directory)
        first = self.instance.command("import", "--quiet", "--dir", directory, *files[:2])
        self.assertIn("Imported 2 files", first.stdout)
        self.assertEqual(self.instance.stop(), 0)
        stopped = self.instance.command("import", "--quiet", "--dir", directory, *files)
        self.assertIn("Imported 2 files, skipped 2", stopped.stdout)
        broken = bundles / "broken.json"
        broken.write_text('{"resourceType":"Patient","id":"a","id":"b"}')
        refused = self.instance.command("import", "--quiet", "--dir", directory, str(broken),
                                        check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("refused", refused.stderr)


if __name__ == "__main__":
    unittest.main()
