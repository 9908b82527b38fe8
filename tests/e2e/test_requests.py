"""The public requests of another server's collection (material/ms-fhir-server-requests): those that
R4 defines behave as the specification says. The table says what; what is not R4, or is refused by
our rules, stands there with its status too."""
import json
import re
import unittest

from instance import Instance, material

TRANSACTIONS = {  # file: status of the whole, with the reason where it is not 200
    "Bundle-TransactionWithValidBundleEntry": 200,
    # An identifier whose system is an empty string: FHIR has none.
    "Bundle-TransactionWithConditionalCreateAndReference": 400,
    "Bundle-TransactionWithConditionalUpdateAndReference": 400,
    # A search by name alone is too broad here.
    "Bundle-TransactionWithAllValidRoutes": 403,
    "Bundle-Transaction": 404,  # ValueSet/$lookup is not offered
    "Bundle-TransactionForRollBack": 404,  # GET of what is not there
    "Bundle-TransactionForRollBackWithDelete": 400,  # an id that is not the address's
    "Bundle-TransactionWithConditionalReferenceInResourceBody": 412,  # nobody has the identifier
    "Bundle-TransactionWithConditionalReferenceReferringToSameResource": 400,
    "Bundle-TransactionWithInvalidProcessingRoutes": 404,
    "Bundle-TransactionWithInvalidResourceType": 400,
    "Bundle-TransactionWithInvalidBundleEntry": 400,  # not JSON
    "Bundle-TransactionWithMultipleEntriesModifyingSameResource": 400,
    "Bundle-TransactionWithMultipleResourcesWithSameFullUrl": 400,
    "Bundle-TransactionWithMetaHistory": 400,  # a parameter of theirs
    "Bundle-InvalidBundleType": 400,
    "Bundle-TypeMissing": 400,
    "Bundle-TransactionWithReferenceInResourceBody": 200,
    "Bundle-TransactionWithForeignReferenceInResourceBody": 200,
    "Bundle-TransactionWithInvalidProcessingRecord": 400,  # a fullUrl that is no UUID
    "Bundle-ChainingSortAndSearchValidation": 200,
    # A fullUrl that is no absolute URL.
    "Bundle-TransactionWithPOSTFullUrlMatchesWithPUTRequestUrl": 400,
}
# Single resources, those that the collection calls wrong and those that R4 does not allow: 400. All
# others are accepted.
REFUSED = {
    # Not R4, or no resource.
    *(f"CompositeCustom{name}SearchParameterStu3" for name in (
        "ReferenceToken", "TokenDateTime", "TokenNumberNumber", "TokenOverflowToken",
        "TokenQuantity", "TokenString", "TokenTokenOverflow")),
    "Observation-For-Patient-f001", "ObservationWithBloodPressure", "ObservationWithTemperature",
    "ProvenanceHeader",  # without the target that the server is to add
    # What their names say.
    "InvalidObservation", "ObservationWithInvalidStatus", "ObservationWithNoCode",
    "PatientWithUnknownElements", "SearchParameterInvalidBase", "SearchParameterInvalidType",
    "SearchParameterBadSyntax", "SearchParameterExpressionWrongProperty",
    "SearchParameterMissingBase", "SearchParameterMissingExpression", "SearchParameterMissingType",
    "Medication",                    # dom-3: contained and not referred to
    "Patient",                       # meta.lastUpdated is no instant
    "Sequence",                      # msq-5
    "Specimen",                      # ref-1, and a reference that is none
    "TokenOverflowChargeItem",       # two unknown elements
    "TokenOverflowPatient",          # a reference that is none
    "WeightInGrams",                 # narrative without div
    "codesystem-abstract-types",     # an extension where it may not stand
    # Narrative with style, HTML in markdown, narrative without div.
    *(f"StructureDefinition-us-core-{name}" for name in (
        "birthsex", "careplan", "ethnicity", "organization", "patient-v6", "patient", "race")),
}
NO_RESOURCE = {"MoneyWithWrongDecimal", "PatientMissingResourceType", "ResourceWrapperNoVersion",
               "LegacyRawReindexJobRecord"}
OTHER = {  # files that are no resource in JSON: status of a create, or None for what is no request
    "ObservationWithInvalidStatus.xml": 415, "ObservationWithNoCode.xml": 415, "Patient.xml": 415,
    **{f"DocumentReference-example-relatesTo-code-{name}.indexes.json": None for name in (
        "appends", "transforms", "transforms-replaces-target")},
}
LINES = {  # file: status of a create of each line, ids put in
    "Import-DupPatientTemplate": [201] * 2,
    "Import-InvalidPatient": [201, 201, 201, 400, 201],  # one is not JSON
    "Import-Observation": [201],
    "Import-Patient": [201] * 4,
    "Import-SinglePatientTemplate": [201],
}
COLLECTIONS = {"ValidCompartmentDefinition": 201,
               "InvalidCompartmentDefinition": 400}  # bdl-7: a fullUrl twice
BATCHES = {  # file: statuses of the entries
    # Another server's version; operations, XML and a search by name that are not offered.
    "Bundle-Batch": ["201", "201", "201", "201", "412", "404", "204", "404", "403", "404"],
    "Bundle-BatchWithConditionalUpdateByIdentifier": ["400"] * 4,  # again an empty system
    "Bundle-BinaryPatch": ["201", "200"],
    "Bundle-MissingIdentifier": ["400"],
    "Bundle-FhirPatch": ["200", "200", "200"],
    "Bundle-BatchWithDuplicatedItems": ["200", "200", "200", "200", "404", "204", "404", "403",
                                        "404"],
    # Unknown elements.
    "Bundle-BatchWithInvalidEleEnums": ["400", "200", "400", "200", "400", "404", "204", "404",
                                        "403", "404"],
    # A single result where R4 has a list.
    "Includes-TestResources": ["201"] * 30 + ["400"] * 10 + ["201"] * 24,
    # Single practitioners and results, as before R4; nobody but the server makes an AuditEvent.
    "SearchDataBatch": ["201", "400", "400", "201", "201", "201", "201", "201", "201", "400",
                        "400", "201", "201", "201", "405"],
    # Extensions of HL7's own where their definitions do not let them stand.
    "Expand-ValueSets": ["400", "201"],
    "SearchParameter-USCoreIG": ["400"] * 3,
}
JSON_PATCH = {"Content-Type": "application/json-patch+json"}
# JsonPatchRequests.http, in its order: operations and status.
PATCHES = [
    ([{"op": "add", "path": "/address/0", "value": {
        "use": "home", "line": ["23 thule st", "avon"], "city": "Big Smoke",
        "country": "erewhon", "text": "23 thule st"}}], 200),
    ([{"op": "remove", "path": "/telecom/0"}], 200),
    ([{"op": "add", "path": "/telecom", "value": []},
      {"op": "add", "path": "/telecom/0", "value": {
          "system": "phone", "value": "888-888-8888", "use": "work"}}], 200),
    ([{"op": "replace", "path": "/meta/versionId", "value": "abc"}], 422),
    ([{"op": "remove", "path": "/telecom/0"},
      {"op": "replace", "path": "/meta/versionId", "value": "abc"}], 422),
    ([{"op": "add", "path": "/deceasedBoolean", "value": False}], 200),
    ([{"op": "test", "path": "/deceasedBoolean", "value": False},
      {"op": "replace", "path": "/deceasedBoolean", "value": True}], 200),
    ([{"op": "add", "path": "/meta/security", "value": [
        {"system": "http://example.org/security-system", "code": "SECURITY_TAG_CODE"}]}], 200),
    ([{"op": "add", "path": "/meta/security/-", "value": {
        "system": "http://example.org/security-system", "code": "NEW_SECURITY_TAG_CODE"}}], 200),
]


class Fresh(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = material("ms-fhir-server-requests")
        cls.instance = Instance()
        cls.instance.start()
        cls.client = cls.instance.client(cls.instance.token())

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def text(self, name):
        return (self.folder / name).read_text(encoding="utf-8-sig")


class Batches(Fresh):
    def test_batches(self):
        for name, statuses in BATCHES.items() if self.folder else ():
            with self.subTest(name):
                answer = self.client.post("/fhir", self.text(f"testfiles/{name}.json"))
                self.assertEqual(answer.status, 200, answer.body[:600])
                got = [e["response"]["status"].split()[0] for e in answer.json()["entry"]]
                self.assertEqual(got, statuses, answer.body[:3000])


class Requests(Fresh):
    def test_transactions(self):
        for name, status in TRANSACTIONS.items() if self.folder else ():
            with self.subTest(name):
                answer = self.client.post("/fhir", self.text(f"testfiles/{name}.json"))
                self.assertEqual(answer.status, status, answer.body[:600])

    def test_patches(self):
        if not self.folder:
            return
        patient = json.loads(self.text("http/Data/R4ExamplePatient.json"))
        made = self.client.post("/fhir/Patient", patient)
        self.assertEqual(made.status, 201, made.body)
        path = "/fhir/Patient/" + made.json()["id"]
        for operations, status in PATCHES:
            with self.subTest(operations):
                answer = self.client.send("PATCH", path, json.dumps(operations), JSON_PATCH)
                self.assertEqual(answer.status, status, answer.body[:600])

    def test_conditional_deletes(self):
        """ConditionalDeleteRequests.http"""
        def make():
            self.client.post("/fhir/Patient", {
                "resourceType": "Patient", "identifier": [{"value": "1032704"}]})
        make()
        url = "/fhir/Patient?identifier=1032704"
        for query, status in (("&hardDelete=true", 400), ("&_count=100", 400),
                              ("&_count=-1", 400), ("", 204)):
            self.assertEqual(self.client.delete(url + query).status, status, query)
        self.assertEqual(self.client.delete("/fhir/Patient?_count=100").status, 400)
        make()
        make()
        self.assertEqual(self.client.delete(url).status, 412)

    def test_versioned_updates(self):
        """VersionedUpdateExample.http"""
        made = self.client.post("/fhir/Patient", {"resourceType": "Patient"})
        path = "/fhir/Patient/" + made.json()["id"]
        body = {"resourceType": "Patient", "id": made.json()["id"], "active": True}
        self.assertEqual(self.client.put(path, body, {"If-Match": 'W/"2"'}).status, 412)
        self.assertEqual(self.client.put(path, body, {"If-Match": 'W/"1"'}).status, 200)
        self.assertEqual(self.client.put(path, body).status, 200)

    def test_compartments(self):
        """CompartmentSearchExamples.http: a type, or all types."""
        self.client.put("/fhir/Patient/patient-id", {"resourceType": "Patient", "id": "patient-id"})
        self.client.put("/fhir/Observation/observation-id", {
            "resourceType": "Observation", "id": "observation-id", "status": "final",
            "code": {"text": "x"}, "subject": {"reference": "Patient/patient-id"}})
        for path, total in (("/fhir/Patient/patient-id/Observation", 1),
                            ("/fhir/Patient/patient-id/$everything?_type=Observation", 1),
                            ("/fhir/Patient/patient-id/*", 2)):
            answer = self.client.get(path)
            self.assertEqual(answer.status, 200, path)
            self.assertEqual(answer.json()["total"], total, path)
        refused = self.client.get("/fhir/Patient/patient-id/Observation?_type=Patient")
        self.assertEqual(refused.status, 501)

    def test_writes(self):
        files = sorted((self.folder / "testfiles").glob("*.json")) if self.folder else ()
        others = {*TRANSACTIONS, *BATCHES, *COLLECTIONS}
        seen = set()
        for path in files:
            if path.stem in others or path.name in OTHER:
                continue
            body = self.text(f"testfiles/{path.name}")
            kind = re.search(r'"resourceType"\s*:\s*"(\w+)"', body)
            refused = path.stem in REFUSED or path.stem in NO_RESOURCE
            with self.subTest(path.stem):
                answer = self.client.post("/fhir/" + (kind[1] if kind else "Patient"), body)
                self.assertIn(answer.status, (400, 404) if refused else (201,), answer.body[:600])
            seen.add(path.stem)
        if files:
            self.assertLessEqual(REFUSED | NO_RESOURCE, seen)
            self.assertGreater(len(seen), 90)

    def test_what_is_no_resource_in_json(self):
        for name, status in OTHER.items() if self.folder else ():
            if status is not None:
                answer = self.client.post("/fhir/" + re.match("[A-Z][a-z]+", name)[0],
                                          self.text("testfiles/" + name),
                                          {"Content-Type": "application/fhir+xml"})
                self.assertEqual(answer.status, status, name)

    def test_lines(self):
        for name, statuses in LINES.items() if self.folder else ():
            text = re.sub("##.*?##", "an-id", self.text(f"testfiles/{name}.ndjson"))
            lines = [line for line in text.splitlines() if line.strip()]
            kind = re.search("Observation|Patient", name)[0]
            got = [self.client.post("/fhir/" + kind, line).status for line in lines]
            self.assertEqual(got, statuses, name)

    def test_collections(self):
        for name, status in COLLECTIONS.items() if self.folder else ():
            body = self.text(f"testfiles/{name}.json")
            self.assertEqual(self.client.post("/fhir/Bundle", body).status, status, name)
            self.assertEqual(self.client.post("/fhir", body).status, 400, name)

    def test_no_file_is_left_out(self):
        files = {path.name for path in (self.folder / "testfiles").iterdir()} if self.folder else ()
        asked = {*OTHER, *(name + ".ndjson" for name in LINES)}
        left = [name for name in files if name not in asked and not name.endswith(".json")]
        self.assertEqual(left, [])
        bundles = {name[:-5] for name in files if name.startswith("Bundle-")}
        self.assertLessEqual(bundles, {*TRANSACTIONS, *BATCHES})


if __name__ == "__main__":
    unittest.main()
