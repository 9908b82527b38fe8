"""Search inside a patient against a naive filter over the same data; paging, cursors,
refusals, elements and purposes (MIN-1, MIN-2, MIN-3, AZ-4)."""
import json
import unittest
import urllib.parse

from instance import Instance

MRN = "https://sample.example.org/medical-record-number"


def codes(resource, element):
    value = resource.get(element, [])
    concepts = value if isinstance(value, list) else [value]
    return {coding.get("code") for concept in concepts for coding in concept.get("coding", [])}


def moment(resource):
    return resource.get("effectiveDateTime") or resource["effectivePeriod"]["start"]


class Search(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.instance.start()
        bundles = cls.instance.root / "bundles"
        cls.instance.command("generate", "--patients", "6", "--seed", "5", "--output", str(bundles))
        directory = str(cls.instance.directory)
        cls.instance.command("import", "--quiet", "--dir", directory, str(bundles))
        cls.client = cls.instance.client(cls.instance.token())
        found = cls.client.get(f"/fhir/Patient?identifier={MRN}%7CMRN0000003").json()
        cls.patient = found["entry"][0]["resource"]
        cls.id = cls.patient["id"]
        cls.all = cls.everything(f"/fhir/Observation?patient={cls.id}&_count=7")

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    @classmethod
    def everything(cls, path):
        """All pages by their next links; every entry once."""
        resources = []
        total = None
        while path:
            page = cls.client.get(path).json()
            total = page["total"] if total is None else total
            assert page["total"] == total
            resources += [entry["resource"] for entry in page.get("entry", [])]
            links = {link["relation"]: link["url"] for link in page["link"]}
            path = "/fhir" + links["next"].split("/fhir", 1)[1] if "next" in links else None
        assert len({resource["id"] for resource in resources}) == len(resources) == total
        return resources

    def same(self, query, expected):
        found = self.everything(f"/fhir/Observation?patient={self.id}&{query}&_count=9")
        self.assertEqual({r["id"] for r in found}, {r["id"] for r in expected}, query)
        return found

    def test_tokens_and_dates_against_a_naive_filter(self):
        self.assertGreater(len(self.all), 15)
        for code in {code for r in self.all for code in codes(r, "code")}:
            self.same(f"code={code}", [r for r in self.all if code in codes(r, "code")])
            self.same(f"code=http://loinc.org%7C{code}",
                      [r for r in self.all if code in codes(r, "code")])
        for category in ("vital-signs", "laboratory", "social-history"):
            self.same(f"category={category}",
                      [r for r in self.all if category in codes(r, "category")])
        self.same("status=final", [r for r in self.all if r["status"] == "final"])
        self.same("status=final,amended&category=laboratory",
                  [r for r in self.all if "laboratory" in codes(r, "category")])
        middle = sorted(moment(r) for r in self.all)[len(self.all) // 2]
        compare = {"gt": lambda t: t > middle, "lt": lambda t: t < middle,
                   "ge": lambda t: t >= middle, "le": lambda t: t <= middle,
                   "eq": lambda t: t == middle, "": lambda t: t == middle,
                   "ne": lambda t: t != middle, "sa": lambda t: t > middle,
                   "eb": lambda t: t < middle}
        for prefix, keep in compare.items():
            self.same(f"date={prefix}{urllib.parse.quote(middle)}",
                      [r for r in self.all if keep(moment(r))])
        year = middle[:4]
        self.same(f"date={year}", [r for r in self.all if moment(r).startswith(year)])
        self.same("_lastUpdated=gt2020-01-01", self.all)
        self.same("_lastUpdated=lt2020-01-01", [])
        self.same(f"_id={self.all[0]['id']}", self.all[:1])

    def test_sorting(self):
        for query, reverse in (("_sort=date", False), ("_sort=-date", True)):
            found = [moment(r) for r in self.same(query, self.all)]
            self.assertEqual(found, sorted(found, reverse=reverse))

    def test_compartment_by_path(self):
        found = self.everything(f"/fhir/Patient/{self.id}/Observation?_count=8")
        self.assertEqual({r["id"] for r in found}, {r["id"] for r in self.all})
        for kind in ("Encounter", "Condition", "MedicationRequest", "Claim"):
            for resource in self.everything(f"/fhir/Patient/{self.id}/{kind}"):
                self.assertIn(self.id, json.dumps(resource, default=str))

    def test_finding_patients(self):
        name = self.patient["name"][0]
        born = self.patient["birthDate"]
        for query in (f"family={name['family']}&birthdate={born}", f"_id={self.id}",
                      f"name={name['family'][:3]}&birthdate={born}",
                      f"given={name['given'][0].upper()}&birthdate={born}",
                      "identifier=MRN0000003", f"identifier={MRN}%7CMRN0000003"):
            quoted = urllib.parse.quote(query, safe="=&%:/")
            found = self.client.get("/fhir/Patient?" + quoted).json()
            self.assertEqual([e["resource"]["id"] for e in found["entry"]], [self.id], query)
        for query in ("identifier=MRN9999999", f"family=Nobodyhere&birthdate={born}",
                      f"family={name['family']}&birthdate=1800-01-01"):
            self.assertEqual(self.client.get("/fhir/Patient?" + query).json()["total"], 0)

    def test_broad_and_unknown_searches_are_refused(self):
        for path in ("/fhir/Patient", "/fhir/Patient?gender=female", "/fhir/Observation",
                     "/fhir/Observation?code=8867-4", "/fhir/Patient?name=Smith",
                     "/fhir/Patient?name=Sm&birthdate=1980-01-01", "/fhir/Practitioner",
                     "/fhir/Observation?identifier=x", "/fhir/Patient?birthdate=1980-01-01"):
            self.assertEqual(self.client.get(path).status, 403, path)
        for path in ("/fhir/Practitioner?name:missing=false", "/fhir/Task?status=draft",
                     "/fhir/Practitioner?_lastUpdated=gt2000", "/fhir/Practitioner?active:not=true",
                     "/fhir/Patient?_has:Observation:patient:code=8867-4",
                     "/fhir/Observation?patient.name=Smith", "/fhir/Bundle?type=collection"):
            self.assertEqual(self.client.get(path).status, 403, path)
        for query in ("nonsense=1", "code:nonsense=1", "date=zz2020", "_sort=nonsense", "_count=-1",
                      "_count=x", "_include=Observation:nonsense", "_has:Observation:patient=1",
                      "subject.nonsense=x", "_elements=nonsense", "patient=a&patient=b&x=1",
                      "code:in=x", "_text=x", "_filter=x", "_type=Patient", "_since=2020"):
            answer = self.client.get(f"/fhir/Observation?patient={self.id}&{query}")
            self.assertIn(answer.status, (400, 501), query)
            self.assertEqual(answer.json()["resourceType"], "OperationOutcome")

    def test_cursors_cannot_be_forged_or_borrowed(self):
        page = self.client.get(f"/fhir/Observation?patient={self.id}&_count=2").json()
        link = next(l["url"] for l in page["link"] if l["relation"] == "next")
        path = "/fhir" + link.split("/fhir", 1)[1]
        self.assertNotIn(self.id, path)
        self.assertEqual(self.client.get(path).status, 200)
        cursor = path.split("_cursor=")[1]
        for position in range(0, len(cursor), 7):
            changed = "A" if cursor[position] != "A" else "B"
            forged = cursor[:position] + changed + cursor[position + 1:]
            answer = self.client.get("/fhir/Observation?_cursor=" + forged)
            self.assertEqual(answer.status, 400, position)
        self.assertEqual(self.client.get("/fhir/Condition?_cursor=" + cursor).status, 400)
        key = str(self.instance.root / "second.jwk")
        directory = str(self.instance.directory)
        self.instance.command("client", "add", "--dir", directory, "--new-key", key, "second")
        second = self.instance.client(self.instance.token("--client", "second", "--key", key))
        self.assertEqual(second.get(path).status, 400)

    def test_elements_and_summary(self):
        whole = self.client.get(f"/fhir/Patient/{self.id}").json()
        for query in ("_elements=birthDate,name", "fields=birthDate,name"):
            part = self.client.get(f"/fhir/Patient/{self.id}?{query}").json()
            self.assertLessEqual(set(part), {"resourceType", "id", "meta", "birthDate", "name",
                                             "active",
                                             "deceasedBoolean", "deceasedDateTime", "link"})
            self.assertEqual(part["name"], whole["name"])
            self.assertIn("SUBSETTED", [tag["code"] for tag in part["meta"]["tag"]])
        back = self.client.put(f"/fhir/Patient/{self.id}", json.dumps(part, default=str))
        self.assertEqual(back.status, 422)
        count = self.client.get(f"/fhir/Observation?patient={self.id}&_summary=count").json()
        self.assertEqual((count["total"], count.get("entry")), (len(self.all), None))

    def purpose_client(self, purpose):
        key = str(self.instance.root / f"{purpose}.jwk")
        self.instance.command("client", "add", "--dir", str(self.instance.directory),
                              purpose.lower(), "--purpose", purpose, "--new-key", key)
        return self.instance.client(self.instance.token("--client", purpose.lower(), "--key", key))

    def test_purposes_see_what_they_need(self):
        payer = self.purpose_client("HPAYMT")
        seen = payer.get(f"/fhir/Patient/{self.id}").json()
        self.assertLessEqual(set(seen), {"resourceType", "id", "meta", "identifier", "name",
                                         "gender", "birthDate", "address"})
        self.assertIn("REDACTED", [label["code"] for label in seen["meta"]["security"]])
        wider = payer.get(f"/fhir/Patient/{self.id}?_elements=telecom,extension").json()
        self.assertNotIn("telecom", wider)
        self.assertEqual(payer.get(f"/fhir/Patient?_id={self.id}&phone=555").status, 403)
        self.assertEqual(payer.get(f"/fhir/Patient?_id={self.id}&_sort=phone").status, 403)
        self.assertEqual(payer.get(f"/fhir/Observation?patient={self.id}").status, 403)
        self.assertEqual(payer.delete(f"/fhir/Patient/{self.id}").status, 403)
        manager = self.purpose_client("HOPERAT")
        self.assertEqual(manager.get(f"/fhir/Patient/{self.id}").status, 403)
        # Who the encounter's subject is may not be seen, so it may not be asked either.
        path = f"/fhir/Patient/{self.id}/Encounter"
        self.assertEqual(manager.get(path).status, 403)
        encounter = self.client.get(path).json()["entry"][0]["resource"]
        seen = manager.get("/fhir/Encounter/" + encounter["id"]).json()
        self.assertEqual(seen["status"], encounter["status"])
        self.assertNotIn("subject", seen)


if __name__ == "__main__":
    unittest.main()
