"""History of an instance by time and in pages; broad histories are refused; meta operations;
reads by HEAD; presentation (http.html#history, resource-operation-meta)."""
import json
import time
import unittest
import urllib.parse

from instance import Instance


class History(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.instance.start()
        cls.client = cls.instance.client(cls.instance.token())
        for number in range(7):
            cls.client.put("/fhir/Patient/many", {"resourceType": "Patient", "id": "many",
                                                  "name": [{"text": f"v{number}"}]})
            time.sleep(0.01)
        cls.client.delete("/fhir/Patient/many")
        cls.all = cls.client.get("/fhir/Patient/many/_history").json()["entry"]

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def pages(self, query):
        path = "/fhir/Patient/many/_history?" + query
        entries = []
        while path:
            page = self.client.get(path)
            self.assertEqual(page.status, 200, page.body)
            entries += page.json().get("entry", [])
            links = {link["relation"]: link["url"] for link in page.json()["link"]}
            path = "/fhir" + links["next"].split("/fhir", 1)[1] if "next" in links else None
            if path:
                self.assertRegex(path, r"\?_cursor=[A-Za-z0-9_-]+$")
        return entries

    def etags(self, entries):
        return [entry["response"]["etag"] for entry in entries]

    def test_all_versions_newest_first(self):
        self.assertEqual(self.etags(self.all), [f'W/"{n}"' for n in range(8, 0, -1)])
        self.assertEqual([e["request"]["method"] for e in self.all][:2], ["DELETE", "PUT"])
        self.assertNotIn("resource", self.all[0])
        for count in (1, 2, 3, 7, 8, 50):
            self.assertEqual(self.etags(self.pages(f"_count={count}")), self.etags(self.all))

    def test_by_time(self):
        times = [entry["response"]["lastModified"] for entry in self.all]
        for position, instant in enumerate(times):
            quoted = urllib.parse.quote(instant)
            since = self.etags(self.pages(f"_since={quoted}&_count=2"))
            self.assertGreaterEqual(len(since), position)
            self.assertLessEqual(len(since), position + 1)
            self.assertEqual(since, self.etags(self.all)[:len(since)])
            at = self.etags(self.pages(f"_at={quoted}&_count=1"))
            self.assertTrue(1 <= len(at) <= 2, at)
            self.assertIn(f'W/"{8 - position}"', at + self.etags(self.all)[position:position + 1])
        self.assertEqual(self.pages("_since=2100-01-01T00:00:00Z"), [])
        self.assertEqual(self.pages("_at=2001"), [])
        self.assertEqual(self.etags(self.pages("_at=2100")), ['W/"8"'])

    def test_refusals(self):
        for query in ("_since=x", "_at=x", "_since=2020&_at=2020", "_before=3", "_count=x",
                      "_sort=x", "_cursor=AAAA", "nonsense=1"):
            self.assertEqual(self.client.get("/fhir/Patient/many/_history?" + query).status, 400,
                             query)
        first = self.client.get("/fhir/Patient/many/_history?_count=2").json()
        cursor = next(l["url"] for l in first["link"] if l["relation"] == "next").split("=")[1]
        self.client.put("/fhir/Patient/other", {"resourceType": "Patient", "id": "other"})
        for path in ("/fhir/Patient/other/_history", "/fhir/Patient/many/$everything",
                     "/fhir/Patient"):
            self.assertEqual(self.client.get(f"{path}?_cursor={cursor}").status, 400, path)
        for path in ("/fhir/_history", "/fhir/Patient/_history", "/fhir/_history?_since=2020"):
            answer = self.client.get(path)
            self.assertEqual(answer.status, 403, path)
            why = answer.json()["issue"][0]["diagnostics"]
            self.assertIn("too broad", why)
            self.assertIn("admin/population.read", why)
        self.assertEqual(self.client.get("/fhir/Patient/unknown/_history").status, 404)
        self.assertEqual(self.client.send("DELETE", "/fhir/Patient/_history").status, 405)

    def test_head(self):
        path = "/fhir/Patient/head"
        self.client.put(path, {"resourceType": "Patient", "id": "head"})
        for address in (path, path + "/_history/1", path + "/_history", "/fhir/metadata"):
            whole = self.client.get(address)
            head = self.client.send("HEAD", address)
            self.assertEqual((head.status, head.body), (200, b""), address)
            for name in ("ETag", "Last-Modified", "Content-Type"):
                self.assertEqual(head.headers[name], whole.headers[name])
        self.assertEqual(self.client.send("HEAD", "/fhir/Patient/nobody").status, 404)

    def test_presentation(self):
        self.client.put("/fhir/Patient/pretty", {"resourceType": "Patient", "id": "pretty",
                                                 "name": [{"text": "a{\"b\\"}]})
        for path in ("/fhir/Patient/pretty", "/fhir/Patient?_id=pretty", "/fhir/metadata",
                     "/fhir/Patient/pretty/_history", "/fhir/Patient/pretty/$meta"):
            mark = "&" if "?" in path else "?"
            plain = self.client.get(path)
            pretty = self.client.get(f"{path}{mark}_pretty=true&_format=json")
            self.assertEqual(pretty.status, 200, pretty.body)
            self.assertIn(b"\n  ", pretty.body)
            if path == "/fhir/Patient/pretty":
                self.assertEqual(pretty.json(), plain.json())
            for form in ("xml", "application/fhir%2Bxml", "text/turtle"):
                self.assertEqual(self.client.get(f"{path}{mark}_format={form}").status, 406)
        self.assertEqual(self.client.get("/fhir/Patient/pretty?_pretty=yes").status, 400)
        made = self.client.post("/fhir/Patient?_format=json&_pretty=true",
                                {"resourceType": "Patient"})
        self.assertEqual(made.status, 201)
        self.assertIn(b"\n  ", made.body)

    def labels(self, *codes):
        return {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": {
            "tag": [{"system": "urn:tags", "code": code} for code in codes]}}]}

    def test_meta(self):
        path = "/fhir/Patient/labelled"
        self.client.put(path, {"resourceType": "Patient", "id": "labelled", "gender": "male",
                               "meta": {"profile": ["http://example.org/p"]}})
        added = self.client.post(path + "/$meta-add", self.labels("a", "b"))
        self.assertEqual(added.status, 200, added.body)
        meta = added.json()["parameter"][0]["valueMeta"]
        self.assertEqual([tag["code"] for tag in meta["tag"]], ["a", "b"])
        self.assertEqual(meta["profile"], ["http://example.org/p"])
        self.assertEqual(meta["versionId"], "2")
        # What is there already changes nothing.
        again = self.client.post(path + "/$meta-add", self.labels("a"))
        self.assertEqual(again.json()["parameter"][0]["valueMeta"]["versionId"], "2")
        removed = self.client.post(path + "/$meta-delete", self.labels("a", "c"))
        meta = removed.json()["parameter"][0]["valueMeta"]
        self.assertEqual([tag["code"] for tag in meta["tag"]], ["b"])
        now = self.client.get(path).json()
        self.assertEqual((now["gender"], now["meta"]), ("male", meta))
        self.assertEqual(self.client.get(path + "/$meta").json()["parameter"][0],
                         {"name": "return", "valueMeta": meta})
        old = self.client.get(path + "/_history/1/$meta").json()["parameter"][0]["valueMeta"]
        self.assertNotIn("tag", old)
        self.assertEqual(self.client.get(path + "/_history/1").json()["meta"], old)

    def test_meta_refusals(self):
        path = "/fhir/Patient/labelled-2"
        self.client.put(path, {"resourceType": "Patient", "id": "labelled-2"})
        version = {"resourceType": "Parameters", "parameter": [
            {"name": "meta", "valueMeta": {"versionId": "9"}}]}
        for body in (version, {"resourceType": "Patient"}, {"resourceType": "Parameters"},
                     {"resourceType": "Parameters", "parameter": [
                         {"name": "other", "valueMeta": {"profile": ["urn:x"]}}]}):
            self.assertEqual(self.client.post(path + "/$meta-add", body).status, 400, body)
        add = self.labels("x")
        for address, status in (("/fhir/$meta", 403), ("/fhir/Patient/$meta", 403),
                                ("/fhir/Patient/$everything", 403), (path + "/$nothing", 404),
                                ("/fhir/Nonsense/$meta", 404),
                                ("/fhir/Observation/x/$everything", 404)):
            self.assertEqual(self.client.get(address).status, status, address)
        self.assertEqual(self.client.post(path + "/_history/1/$meta-add", add).status, 501)
        self.assertEqual(self.client.get(path + "/$meta-add").status, 405)
        self.assertEqual(self.client.post("/fhir/Patient/nobody/$meta-add", add).status, 404)
        stale = self.client.post(path + "/$meta-add", add, {"If-Match": 'W/"4"'})
        self.assertEqual(stale.status, 412)
        self.assertEqual(self.client.get(path).json()["meta"]["versionId"], "1")


if __name__ == "__main__":
    unittest.main()
