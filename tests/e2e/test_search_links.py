"""Chains, _has, includes, whole compartments, lenient handling and paging while data change,
against a naive filter over the same data; and that none of them shows what the purpose withholds
(MIN-2, MIN-3, invariant 6)."""
import json
import unittest
import urllib.parse

from instance import Instance

MRN = "https://sample.example.org/medical-record-number"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def reference(resource, element):
    return (resource.get(element) or {}).get("reference")


class SearchLinks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.instance.start()
        bundles = cls.instance.root / "bundles"
        cls.instance.command("generate", "--patients", "4", "--seed", "8", "--output", str(bundles))
        directory = str(cls.instance.directory)
        cls.instance.command("import", "--quiet", "--dir", directory, str(bundles))
        cls.client = cls.instance.client(cls.instance.token())
        cls.ids = []
        for number in (1, 2):
            found = cls.client.get(f"/fhir/Patient?identifier={MRN}%7CMRN000000{number}").json()
            cls.ids.append(found["entry"][0]["resource"]["id"])
        cls.id, cls.other = cls.ids
        cls.patient = cls.client.get(f"/fhir/Patient/{cls.id}").json()
        cls.held = {kind: cls.matches(f"/fhir/Patient/{cls.id}/{kind}?_count=1000")
                    for kind in ("Observation", "Encounter", "Condition", "Claim")}

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    @classmethod
    def page(cls, path):
        answer = cls.client.get(path)
        assert answer.status == 200, (path, answer.body[:300])
        return answer.json()

    @classmethod
    def matches(cls, path, mode="match"):
        return {entry["resource"]["id"]: entry["resource"]
                for entry in cls.page(path).get("entry", []) if entry["search"]["mode"] == mode}

    def same(self, path, expected):
        joint = "&" if "?" in path else "?"
        found = self.matches(path + joint + "_count=1000")
        self.assertEqual(set(found), set(expected), path)
        self.assertEqual(self.page(path + joint + "_summary=count")["total"], len(found))

    def encounters(self, keep):
        return {name for name, each in self.held["Encounter"].items() if keep(each)}

    def observations_of(self, encounters):
        return {name for name, each in self.held["Observation"].items()
                if (reference(each, "encounter") or "").removeprefix("Encounter/") in encounters}

    def test_chains(self):
        by_status = {each["status"] for each in self.held["Encounter"].values()}
        for status in sorted(by_status) + ["planned"]:
            wanted = self.observations_of(self.encounters(lambda e: e["status"] == status))
            self.same(f"/fhir/Observation?patient={self.id}&encounter.status={status}", wanted)
        kinds = {each["class"]["code"] for each in self.held["Encounter"].values()}
        for kind in kinds:
            wanted = self.observations_of(self.encounters(lambda e: e["class"]["code"] == kind))
            self.same(f"/fhir/Observation?patient={self.id}&encounter:Encounter.class={kind}",
                      wanted)
        family = urllib.parse.quote(self.patient["name"][0]["family"])
        everything = set(self.held["Observation"])
        self.same(f"/fhir/Observation?patient={self.id}&patient.family={family}", everything)
        self.same(f"/fhir/Observation?patient={self.id}&patient.family=Nobodyhere", set())
        # The patient is found by a chained identifier, and nobody else is.
        self.same(f"/fhir/Observation?patient.identifier={MRN}%7CMRN0000001", everything)
        self.same(f"/fhir/Observation?subject:Patient.identifier=MRN0000001", everything)
        self.same("/fhir/Observation?patient.identifier=MRN9999999", set())

    def test_chains_to_what_belongs_to_no_patient(self):
        providers = {}
        for name, each in self.held["Encounter"].items():
            place = reference(each, "serviceProvider")
            if place:
                providers.setdefault(place, set()).add(name)
        for place, wanted in providers.items():
            title = self.client.get("/fhir/" + place).json()["name"]
            self.same(f"/fhir/Encounter?patient={self.id}&service-provider.name="
                      + urllib.parse.quote(title.replace(",", "\\,")), wanted)
            self.assertIn(place.split("/")[1],
                          self.matches("/fhir/Organization?name=" + urllib.parse.quote(
                              title.replace(",", "\\,"))))

    def test_reverse_chains(self):
        codes = {each["code"]["coding"][0]["code"] for each in self.held["Observation"].values()}
        for code in sorted(codes)[:8]:
            wanted = {(reference(each, "encounter") or "").removeprefix("Encounter/")
                      for each in self.held["Observation"].values()
                      if any(c["code"] == code for c in each["code"]["coding"])} - {""}
            self.same(f"/fhir/Encounter?patient={self.id}"
                      f"&_has:Observation:encounter:code={code}", wanted)
            self.same(f"/fhir/Patient?_id={self.id}&_has:Observation:patient:code={code}",
                      {self.id})
            self.same(f"/fhir/Patient?identifier=MRN0000001&_has:Observation:patient:code={code}",
                      {self.id})
        self.same(f"/fhir/Patient?_id={self.id}&_has:Observation:patient:code=nonsense", set())

    def test_includes(self):
        path = f"/fhir/Observation?patient={self.id}&_count=1000"
        wanted = {(reference(each, "encounter") or "").removeprefix("Encounter/")
                  for each in self.held["Observation"].values()} - {""}
        included = self.matches(path + "&_include=Observation:encounter", "include")
        self.assertEqual(set(included), wanted)
        iterated = self.matches(path + "&_include=Observation:encounter"
                                "&_include:iterate=Encounter:service-provider", "include")
        kinds = {each["resourceType"] for each in iterated.values()}
        self.assertEqual(kinds, {"Encounter", "Organization"})
        back = self.matches(f"/fhir/Encounter?patient={self.id}&_count=1000"
                            "&_revinclude=Observation:encounter", "include")
        self.assertEqual(set(back), {name for name, each in self.held["Observation"].items()
                                     if reference(each, "encounter")})
        self.assertEqual(self.matches(path + "&_include=Observation:encounter:EpisodeOfCare",
                                      "include"), {})

    def test_other_patients_never_come_along(self):
        stranger = {"resourceType": "Observation", "status": "final", "code": {"text": "x"},
                    "subject": {"reference": f"Patient/{self.id}"},
                    "focus": [{"reference": f"Patient/{self.other}"}],
                    "performer": [{"reference": f"Patient/{self.other}"}]}
        made = self.client.post("/fhir/Observation", stranger).json()["id"]
        for query in ("_include=Observation:performer", "_include=*", "_include=Observation:focus"):
            included = self.matches(f"/fhir/Observation?_id={made}&{query}", "include")
            self.assertNotIn(self.other, included)
        self.same(f"/fhir/Observation?patient={self.id}&performer:Patient.gender=female,male",
                  set())
        back = self.matches(f"/fhir/Patient?_id={self.other}&_revinclude=Observation:performer",
                            "include")
        self.assertNotIn(made, back)
        self.assertEqual(self.client.delete(f"/fhir/Observation/{made}").status, 204)

    def test_the_whole_compartment(self):
        seen = {}
        path = f"/fhir/Patient/{self.id}/*?_count=37"
        while path:
            page = self.page(path)
            for entry in page["entry"]:
                place = entry["resource"]["resourceType"] + "/" + entry["resource"]["id"]
                self.assertNotIn(place, seen)
                seen[place] = entry["resource"]
            links = {link["relation"]: link["url"] for link in page["link"]}
            path = "/fhir" + links["next"].split("/fhir", 1)[1] if "next" in links else None
        self.assertEqual(len(seen), page["total"])
        self.assertIn(f"Patient/{self.id}", seen)
        for kind, held in self.held.items():
            self.assertEqual({place.split("/")[1] for place in seen
                              if place.startswith(kind + "/")}, set(held))
        some = self.matches(f"/fhir/Patient/{self.id}/*?_type=Encounter,Claim&_count=1000")
        self.assertEqual(set(some), set(self.held["Encounter"]) | set(self.held["Claim"]))
        for query in ("code=x", "_type=Nobody", "_sort=date", "_elements=code"):
            self.assertIn(self.client.get(f"/fhir/Patient/{self.id}/*?{query}").status, (400, 501))
        self.assertEqual(self.client.get("/fhir/*").status, 404)

    def test_forms_and_addresses_together(self):
        for path, form in ((f"/fhir/Observation/_search?patient={self.id}", "_summary=count"),
                           (f"/fhir/Patient/{self.id}/Observation/_search", "_summary=count"),
                           ("/fhir/Observation/_search", f"patient={self.id}&_summary=count")):
            answer = self.client.post(path, form, FORM)
            self.assertEqual(answer.status, 200, answer.body[:200])
            self.assertEqual(answer.json()["total"], len(self.held["Observation"]))
        # Both count: contradicting ones find nothing.
        both = self.client.post(f"/fhir/Observation/_search?patient={self.id}&status=final",
                                "status=amended", FORM).json()
        self.assertEqual(both["total"], 0)

    def test_lenient_handling_says_what_it_left_out(self):
        path = f"/fhir/Observation?patient={self.id}&nonsense=secretvalue&status=final"
        self.assertEqual(self.client.get(path).status, 400)
        self.assertEqual(self.client.get(path, {"Prefer": "handling=strict"}).status, 400)
        answer = self.client.get(path, {"Prefer": "handling=lenient"})
        self.assertEqual(answer.status, 200)
        bundle = answer.json()
        outcomes = [e for e in bundle["entry"] if e["search"]["mode"] == "outcome"]
        self.assertEqual(len(outcomes), 1)
        self.assertEqual(outcomes[0]["resource"]["resourceType"], "OperationOutcome")
        link = next(l["url"] for l in bundle["link"] if l["relation"] == "self")
        self.assertIn("status=final", link)
        self.assertNotIn("nonsense", answer.body.decode())
        self.assertNotIn("secretvalue", answer.body.decode())
        # A filter that is known and wrong is refused all the same.
        wrong = self.client.get(f"/fhir/Observation?patient={self.id}&date=yesterday",
                                {"Prefer": "handling=lenient"})
        self.assertEqual(wrong.status, 400)

    def test_summaries(self):
        text = self.matches(f"/fhir/Observation?patient={self.id}&_summary=text")
        data = self.matches(f"/fhir/Observation?patient={self.id}&_summary=data")
        for name, whole in list(self.held["Observation"].items())[:20]:
            if name in text:
                self.assertLessEqual(set(text[name]), {"resourceType", "id", "meta", "text",
                                                       "status", "code"})
            if name in data:
                self.assertNotIn("text", data[name])
                self.assertEqual(data[name].get("subject"), whole.get("subject"))

    def test_pages_stand_while_data_change(self):
        made = {}
        for day in range(1, 13):
            body = {"resourceType": "Observation", "status": "final", "code": {"text": "paging"},
                    "method": {"coding": [{"code": "paging"}]},
                    "subject": {"reference": f"Patient/{self.id}"},
                    "effectiveDateTime": f"2031-01-{day:02}"}
            made[self.client.post("/fhir/Observation", body).json()["id"]] = body
        path = (f"/fhir/Observation?patient={self.id}&method=paging&_sort=-date&_count=3")
        seen = []
        step = 0
        while path:
            page = self.page(path)
            seen += [entry["resource"]["id"] for entry in page.get("entry", [])]
            links = {link["relation"]: link["url"] for link in page["link"]}
            path = "/fhir" + links["next"].split("/fhir", 1)[1] if "next" in links else None
            if step == 0:
                # The last one shown goes; one comes in before, one behind; one that was shown
                # changes in what is not sorted by.
                self.assertEqual(self.client.delete(f"/fhir/Observation/{seen[-1]}").status, 204)
                changed = dict(made[seen[0]], id=seen[0], status="amended")
                put = self.client.put(f"/fhir/Observation/{seen[0]}", changed)
                self.assertEqual(put.status, 200)
                before = dict(made[seen[0]], effectiveDateTime="2032-01-01")
                early = self.client.post("/fhir/Observation", before).json()["id"]
                behind = dict(made[seen[0]], effectiveDateTime="2030-06-01")
                late = self.client.post("/fhir/Observation", behind).json()["id"]
            step += 1
        self.assertEqual(len(seen), len(set(seen)))
        self.assertEqual(set(seen), set(made) | {late})
        self.assertNotIn(early, seen)
        for name in set(made) | {early, late}:
            self.client.delete(f"/fhir/Observation/{name}")

    def test_nothing_withheld_is_told_by_a_detour(self):
        key = str(self.instance.root / "payer.jwk")
        self.instance.command("client", "add", "--dir", str(self.instance.directory), "payer",
                              "--purpose", "HPAYMT", "--new-key", key)
        payer = self.instance.client(self.instance.token("--client", "payer", "--key", key))
        claim = f"/fhir/Claim?patient={self.id}"
        self.assertEqual(payer.get(claim).status, 200)
        self.assertEqual(payer.get(claim + "&patient.family=x").status, 200)
        for query in ("&patient.phone=555", "&patient:Patient.telecom:missing=false",
                      "&patient._has:Observation:patient:code=x",
                      "&_revinclude=Observation:subject",
                      "&_include=Claim:nonsense", "&_sort=nonsense",
                      "&patient.general-practitioner.name=x"):
            self.assertIn(payer.get(claim + query).status, (400, 403), query)
        for query in (f"/fhir/Patient?_id={self.id}&_has:Observation:patient:code=8867-4",
                      f"/fhir/Patient?_id={self.id}&_revinclude=Condition:subject",
                      f"/fhir/Patient?_id={self.id}&_has:Encounter:patient:participant=x"):
            self.assertEqual(payer.get(query).status, 403, query)
        # The patient comes along as the purpose sees it.
        page = payer.get(claim + "&_include=Claim:patient").json()
        brought = [e["resource"] for e in page["entry"] if e["search"]["mode"] == "include"]
        self.assertEqual([each["id"] for each in brought], [self.id])
        self.assertNotIn("telecom", brought[0])
        self.assertIn("REDACTED", [label["code"] for label in brought[0]["meta"]["security"]])
        whole = payer.get(f"/fhir/Patient/{self.id}/*?_count=1000").json()
        kinds = {e["resource"]["resourceType"] for e in whole["entry"]}
        self.assertEqual(whole["total"], len(whole["entry"]))
        self.assertNotIn("Observation", kinds)
        self.assertNotIn("telecom", json.dumps(whole, default=str))


if __name__ == "__main__":
    unittest.main()
