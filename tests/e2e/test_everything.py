"""Patient/$everything against what was imported, in pages, by type and time, and for callers who
may not see all of it (patient-operation-everything; invariant 6)."""
import json
import unittest

from instance import Instance

MRN = "https://sample.example.org/medical-record-number"


def name_of(resource):
    return f"{resource['resourceType']}/{resource['id']}"


class Everything(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.instance.start()
        bundles = cls.instance.root / "bundles"
        cls.instance.command("generate", "--patients", "4", "--seed", "7", "--output", str(bundles))
        cls.instance.command("import", "--quiet", "--dir", str(cls.instance.directory),
                             str(bundles))
        cls.client = cls.instance.client(cls.instance.token())
        cls.ids = [cls.find(f"MRN000000{n}") for n in (1, 2)]
        cls.id = cls.ids[0]
        cls.path = f"/fhir/Patient/{cls.id}/$everything"

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    @classmethod
    def find(cls, number):
        found = cls.client.get(f"/fhir/Patient?identifier={MRN}%7C{number}").json()
        return found["entry"][0]["resource"]["id"]

    def pages(self, path, client=None, method="GET", body=None):
        matches, included, total = [], {}, None
        while path:
            page = (client or self.client).send(method, path, body)
            self.assertEqual(page.status, 200, page.body)
            page = page.json()
            total = page["total"] if total is None else total
            self.assertEqual(page["total"], total)
            for entry in page.get("entry", []):
                if entry["search"]["mode"] == "match":
                    matches.append(entry["resource"])
                else:
                    included[name_of(entry["resource"])] = entry["resource"]
            links = {link["relation"]: link["url"] for link in page["link"]}
            path = "/fhir" + links["next"].split("/fhir", 1)[1] if "next" in links else None
            method, body = "GET", None
        self.assertEqual(len(matches), total)
        self.assertEqual(len({name_of(r) for r in matches}), total)
        return matches, included

    def test_it_is_the_compartment_and_what_it_refers_to(self):
        whole, included = self.pages(self.path + "?_count=1000")
        self.assertEqual(name_of(whole[0]), "Patient/" + self.id)
        self.assertGreater(len(whole), 30)
        types = {r["resourceType"] for r in whole}
        for kind in types - {"Patient"}:
            page = self.client.get(f"/fhir/Patient/{self.id}/{kind}?_count=1000").json()
            self.assertEqual({e["resource"]["id"] for e in page["entry"]},
                             {r["id"] for r in whole if r["resourceType"] == kind}, kind)
        for resource in whole:
            self.assertIn(self.id, json.dumps(resource, default=str))
            self.assertNotIn(self.ids[1], json.dumps(resource, default=str))
        self.assertGreater(len(included), 0)
        self.assertFalse({r["resourceType"] for r in included.values()} & {"Patient"})
        text = json.dumps(whole, default=str)
        for name in included:
            self.assertIn(name, text)
        for count in (1, 7, 50):
            paged, more = self.pages(f"{self.path}?_count={count}")
            self.assertEqual([name_of(r) for r in paged], [name_of(r) for r in whole])
            self.assertEqual(set(more), set(included))

    def test_by_type(self):
        for types in ("Observation", "Condition,Encounter", "Patient"):
            found, included = self.pages(f"{self.path}?_type={types}&_count=20")
            self.assertEqual({r["resourceType"] for r in found}, set(types.split(",")))
            self.assertLessEqual({r["resourceType"] for r in included.values()},
                                 set(types.split(",")))

    def test_by_time(self):
        whole, _ = self.pages(self.path + "?_count=1000&_type=Observation")
        times = sorted(r["effectiveDateTime"] for r in whole if "effectiveDateTime" in r)
        middle = times[len(times) // 2][:10]
        later, _ = self.pages(f"{self.path}?_type=Observation&start={middle}&_count=1000")
        earlier, _ = self.pages(f"{self.path}?_type=Observation&end={middle}&_count=1000")
        self.assertEqual({r["id"] for r in later},
                         {r["id"] for r in whole
                          if r.get("effectiveDateTime", "9999")[:10] >= middle})
        self.assertEqual({r["id"] for r in earlier},
                         {r["id"] for r in whole
                          if r.get("effectiveDateTime", "0000")[:10] <= middle})
        self.assertEqual(self.pages(self.path + "?_since=2100-01-01T00:00:00Z")[0], [])
        since = self.pages(self.path + "?_since=2001&_count=1000&_type=Observation")[0]
        self.assertEqual(len(since), len(whole))

    def test_by_post(self):
        body = {"resourceType": "Parameters", "parameter": [
            {"name": "_type", "valueString": "Observation"}, {"name": "_count", "valueInteger": 9}]}
        posted, _ = self.pages(self.path, method="POST", body=json.dumps(body))
        got, _ = self.pages(self.path + "?_type=Observation&_count=1000")
        self.assertEqual([name_of(r) for r in posted], [name_of(r) for r in got])

    def test_new_and_deleted_resources_do_not_upset_the_pages(self):
        made = self.client.post("/fhir/Observation", {
            "resourceType": "Observation", "status": "final", "code": {"text": "x"},
            "subject": {"reference": f"Patient/{self.ids[1]}"}}).json()
        path = f"/fhir/Patient/{self.ids[1]}/$everything"
        names = [name_of(r) for r in self.pages(path + "?_count=1000")[0]]
        place = names.index("Observation/" + made["id"])
        first = self.client.get(f"{path}?_count={place + 1}").json()
        link = next(l["url"] for l in first["link"] if l["relation"] == "next")
        self.client.delete("/fhir/Observation/" + made["id"])
        rest = self.client.get("/fhir" + link.split("/fhir", 1)[1]).json()
        self.assertEqual(name_of(rest["entry"][0]["resource"]), names[place + 1])

    def test_only_what_may_be_seen(self):
        key = str(self.instance.root / "payer.jwk")
        self.instance.command("client", "add", "--dir", str(self.instance.directory), "payer",
                              "--purpose", "HPAYMT", "--new-key", key)
        payer = self.instance.client(self.instance.token("--client", "payer", "--key", key))
        seen, included = self.pages(self.path + "?_count=1000", payer)
        allowed = {"Claim", "ClaimResponse", "Coverage", "Encounter", "ExplanationOfBenefit",
                   "Organization", "Patient", "Practitioner", "Procedure"}
        self.assertLessEqual({r["resourceType"] for r in seen} |
                             {r["resourceType"] for r in included.values()}, allowed)
        self.assertLessEqual(set(seen[0]), {"resourceType", "id", "meta", "identifier", "name",
                                            "gender", "birthDate", "address"})
        # A date that may not be seen filters nothing; a type that may not is refused.
        dated, _ = self.pages(self.path + "?_type=Encounter&end=1800&_count=1000", payer)
        self.assertEqual(len(dated), len([r for r in seen if r["resourceType"] == "Encounter"]))
        self.assertEqual(payer.get(self.path + "?_type=Observation").status, 403)
        manager_key = str(self.instance.root / "manager.jwk")
        self.instance.command("client", "add", "--dir", str(self.instance.directory), "manager",
                              "--purpose", "HOPERAT", "--new-key", manager_key)
        manager = self.instance.client(self.instance.token("--client", "manager", "--key",
                                                           manager_key))
        self.assertEqual(manager.get(self.path).status, 403)

    def test_refusals(self):
        for query in ("_type=Nonsense", "_type=", "start=x", "_since=x", "_count=x", "x=1",
                      "_cursor=AAAA", "_sort=date"):
            self.assertEqual(self.client.get(f"{self.path}?{query}").status, 400, query)
        self.assertEqual(self.client.get("/fhir/Patient/nobody/$everything").status, 404)
        self.assertEqual(self.client.put(self.path, {"resourceType": "Patient"}).status, 405)
        self.assertEqual(self.instance.client().get(self.path).status, 401)
        page = self.client.get(self.path + "?_count=2").json()
        link = next(l["url"] for l in page["link"] if l["relation"] == "next")
        other = "/fhir" + link.split("/fhir", 1)[1].replace(self.id, self.ids[1])
        self.assertEqual(self.client.get(other).status, 400)


if __name__ == "__main__":
    unittest.main()
