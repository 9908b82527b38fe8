"""FHIRPath Patch: HL7's cases (material/fhir-patch) through the server, and what it must not do
(fhirpatch.html; invariant 6)."""
import json
import unittest
import xml.etree.ElementTree as ElementTree

from instance import FHIR_JSON, Instance, material

FHIR = "{http://hl7.org/fhir}"
XHTML = "{http://www.w3.org/1999/xhtml}"
# Of the elements that the cases use: those that are lists, and those that are no text in JSON.
LISTS = {"identifier", "contact", "name", "telecom", "address", "given", "line", "coding",
         "parameter", "part", "extension", "photo", "link", "communication", "prefix", "suffix",
         "generalPractitioner", "relationship"}
SINGLE = {("contact", "name"), ("contact", "address"), ("parameter", "name"), ("part", "name")}
LITERAL = {"active", "deceasedBoolean", "multipleBirthBoolean", "valueInteger", "valueBoolean",
           "preferred", "rank"}


def xhtml(element):
    ElementTree.register_namespace("", XHTML.strip("{}"))
    return ElementTree.tostring(element, encoding="unicode").strip()


def plain(element):
    """An element of FHIR's XML as JSON, without its name."""
    made = {}
    for child in element:
        if child.tag.startswith(XHTML):
            made["div"] = xhtml(child)
            continue
        name = child.tag.replace(FHIR, "")
        parent = element.tag.replace(FHIR, "")
        value = child.get("value")
        if value is None:
            value = plain(child)
        elif name in LITERAL:
            value = json.loads(value)
        if name in LISTS and (parent, name) not in SINGLE:
            made.setdefault(name, []).append(value)
        else:
            made[name] = value
    if element.get("url"):
        made["url"] = element.get("url")
    return made


def resource(element):
    return {"resourceType": element.tag.replace(FHIR, ""), **plain(element)}


def without_server_fields(made):
    made = {name: value for name, value in made.items() if name != "id"}
    made["meta"] = {name: value for name, value in made.get("meta", {}).items()
                    if name not in ("versionId", "lastUpdated")}
    return {name: value for name, value in made.items() if value != {}}


def spaceless(value):
    """White space inside a narrative does not count."""
    if isinstance(value, dict):
        return {name: "".join(item.split()) if name == "div" else spaceless(item)
                for name, item in value.items()}
    return [spaceless(item) for item in value] if isinstance(value, list) else value


def operation(kind, path, value=None, **more):
    parts = [{"name": "type", "valueCode": kind}, {"name": "path", "valueString": path}]
    parts += [{"name": name, "valueInteger" if isinstance(item, int) else "valueString": item}
              for name, item in more.items()]
    if value:
        parts.append({"name": "value", **value})
    return {"name": "operation", "part": parts}


def parameters(*operations):
    return {"resourceType": "Parameters", "parameter": list(operations)}


class FhirPathPatch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        configuration = cls.instance.directory / "salus.toml"
        text = configuration.read_text()
        configuration.write_text(text.replace(
            'Patient = ["identifier", "name"',
            'ClaimResponse = ["status", "use", "disposition"]\nPatient = ["identifier", "name"'))
        cls.instance.start()
        cls.client = cls.instance.client(cls.instance.token())

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def patch(self, path, body, client=None):
        return (client or self.client).send("PATCH", path, json.dumps(body),
                                            {"Content-Type": FHIR_JSON})

    def patient(self, **more):
        made = self.client.post("/fhir/Patient", {"resourceType": "Patient", **more})
        self.assertEqual(made.status, 201, made.body)
        return "/fhir/Patient/" + made.json()["id"]

    def test_public_cases(self):
        folder = material("fhir-patch")
        if not folder:
            return
        cases = ElementTree.parse(folder / "fhir-patch-tests.xml").getroot().findall("case")
        self.assertEqual(len(cases), 33)
        for number, case in enumerate(cases):
            with self.subTest(case.get("name")):
                before = resource(case.find("input")[0])
                before["id"] = f"case-{number}"
                path = f"/fhir/Patient/case-{number}"
                made = self.client.put(path, before)
                self.assertEqual(made.status, 201, made.body)
                body = resource(case.find("diff")[0])
                answer = self.patch(path, body)
                if case.find("error") is not None:
                    self.assertEqual(answer.status, 422, answer.body)
                    continue
                self.assertEqual(answer.status, 200, answer.body)
                expected = resource(case.find("output")[0])
                self.assertEqual(spaceless(without_server_fields(answer.json())),
                                 spaceless(without_server_fields(expected)))

    def test_choices_and_extensions(self):
        path = self.patient(deceasedBoolean=True, birthDate="1990-01-01",
                            _birthDate={"extension": [{"url": "urn:x", "valueCode": "y"}]},
                            name=[{"given": ["A", "B"],
                                   "_given": [None, {"id": "g"}]}])
        changed = self.patch(path, parameters(
            operation("replace", "Patient.deceased", {"valueDateTime": "2020-01-01"}),
            operation("delete", "Patient.birthDate"),
            operation("add", "Patient", {"valueInteger": 2}, name="multipleBirth")))
        self.assertEqual(changed.status, 200, changed.body)
        now = changed.json()
        self.assertEqual((now["deceasedDateTime"], int(now["multipleBirthInteger"])),
                         ("2020-01-01", 2))
        self.assertFalse({"deceasedBoolean", "birthDate", "_birthDate"} & set(now))
        # Places of values and of their extensions would come apart.
        for refused in (operation("delete", "Patient.name.given[0]"),
                        operation("move", "Patient.name.given", source=0, destination=1),
                        operation("insert", "Patient.name.given", {"valueString": "C"}, index=0)):
            self.assertEqual(self.patch(path, parameters(refused)).status, 422)

    def test_what_is_refused(self):
        path = self.patient(gender="male", name=[{"family": "Quux"}, {"family": "Other"}])
        cases = [
            (operation("replace", "Patient.name.family", {"valueString": "x"}), 422),
            (operation("delete", "Patient.name"), 422),
            (operation("replace", "Patient.photo", {"valueString": "x"}), 422),
            (operation("add", "Patient", {"valueCode": "female"}, name="gender"), 422),
            (operation("add", "Patient", {"valueCode": "female"}, name="nonsense"), 422),
            (operation("add", "Patient.gender", {"valueCode": "x"}, name="id"), 422),
            (operation("insert", "Patient.name", {"valueHumanName": {"text": "x"}}, index=9), 422),
            (operation("move", "Patient.name", source=0, destination=7), 422),
            (operation("delete", "Patient"), 422),
            (operation("replace", "Patient.id", {"valueId": "other"}), 422),
            (operation("replace", "Patient.meta.versionId", {"valueId": "abc"}), 422),
            (operation("replace", "Patient.gender", {"valueBoolean": True}), 400),
            (operation("replace", "Patient.name[", {"valueString": "x"}), 400),
            (operation("replace", "Patient.frobnicate()", {"valueString": "x"}), 400),
            (operation("frobnicate", "Patient.name"), 400),
            (operation("replace", "Patient.gender"), 400),
            (operation("add", "Patient", {"valueCode": "x"}), 400),
            (operation("insert", "Patient.name", {"valueHumanName": {"text": "x"}}), 400),
            ({"name": "other"}, 400),
        ]
        for one, status in cases:
            answer = self.patch(path, parameters(one))
            self.assertEqual(answer.status, status, (one, answer.body))
            self.assertNotIn(b"Quux", answer.body)
        self.assertEqual(self.patch(path, {"resourceType": "Patient"}).status, 400)
        self.assertEqual(self.client.get(path).json()["meta"]["versionId"], "1")

    def test_in_bundles(self):
        path = self.patient(gender="male")
        for number, kind in enumerate(("batch", "transaction")):
            answer = self.client.post("/fhir", {"resourceType": "Bundle", "type": kind, "entry": [
                {"resource": parameters(operation("replace", "Patient.gender",
                                                  {"valueCode": "female"})),
                 "request": {"method": "PATCH", "url": path[len("/fhir/"):]}}]})
            self.assertEqual(answer.status, 200, answer.body)
            self.assertEqual(answer.json()["entry"][0]["response"]["status"], "200 OK")
            self.assertEqual(answer.json()["entry"][0]["response"]["etag"], f'W/"{number + 2}"')

    def test_only_what_may_be_seen(self):
        key = str(self.instance.root / "payer.jwk")
        self.instance.command("client", "add", "--dir", str(self.instance.directory), "payer",
                              "--purpose", "HPAYMT", "--new-key", key)
        payer = self.instance.client(self.instance.token("--client", "payer", "--key", key))
        who = self.patient()[len("/fhir/"):]
        made = self.client.post("/fhir/ClaimResponse", {
            "resourceType": "ClaimResponse", "status": "active", "use": "claim",
            "type": {"text": "x"}, "created": "2026-01-02", "outcome": "complete",
            "insurer": {"display": "payer"}, "patient": {"reference": who}})
        self.assertEqual(made.status, 201, made.body)
        path = "/fhir/ClaimResponse/" + made.json()["id"]
        good = operation("add", "ClaimResponse", {"valueString": "paid"}, name="disposition")
        self.assertEqual(self.patch(path, parameters(good), payer).status, 200)
        now = self.client.get(path).json()
        bodies = set()
        for refused in (
                operation("replace", "ClaimResponse.insurer.display", {"valueString": "x"}),
                operation("delete", "ClaimResponse.insurer"),
                operation("delete", "ClaimResponse.preAuthRef"),
                operation("delete",
                          "ClaimResponse.disposition.where(%resource.insurer.exists())"),
                operation("delete", "insurer"),
                operation("delete", "ClaimResponse.children()"),
                operation("delete", "iif(ClaimResponse.insurer.exists(), "
                                    "ClaimResponse.disposition, {})"),
                operation("add", "ClaimResponse", {"valueString": "x"}, name="preAuthRef")):
            answer = self.patch(path, parameters(refused), payer)
            self.assertEqual(answer.status, 403, refused)
            bodies.add(answer.body)
        self.assertEqual(len(bodies), 1)
        self.assertEqual(self.client.get(path).json(), now)


if __name__ == "__main__":
    unittest.main()
