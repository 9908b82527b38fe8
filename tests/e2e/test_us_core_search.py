"""Every search that US Core 6.1 says a server SHALL support, over US Core's examples and Synthea's
patients, against a naive filter over what the server holds.

The requirements come from the Inferno test kit's metadata. Two of them ask for patients by name
without anything that names few people; these are refused, as they must be (MIN-3)."""
import datetime
import gzip
import unicodedata
import unittest
import urllib.parse

from instance import Instance, exact, material

try:
    import yaml
except ImportError:
    yaml = None

PROFILES = "inferno-requirements/us-core-v6.1.0-metadata.yml"
TOO_BROAD = {("Patient", ("name",)), ("Patient", ("gender", "name"))}
SYNTHEA_PATIENTS = 3
FAULTS = ("diagnosticreport-cbc.json",)  # its narrative has no div
WITH_PROVENANCE = ("Patient", "AllergyIntolerance", "Condition", "Observation")
VALUES = 7  # of each parameter, for each patient
UTC = datetime.timezone.utc


def items(value):
    return value if isinstance(value, list) else [value]


def follow(value, path):
    """The values at a path; a choice is named without its type."""
    for step in path:
        found = []
        for each in items(value):
            if not isinstance(each, dict):
                continue
            for name, member in each.items():
                choice = name.startswith(step) and name[len(step):len(step) + 1].isupper()
                if name == step or choice:
                    found += items(member)
        value = found
    return items(value)


def codes(value):
    """(system, code) pairs; a code's system is its element's own."""
    if isinstance(value, bool):
        return [(None, "true" if value else "false")]
    if isinstance(value, str):
        return [(None, value)]
    if "coding" in value:
        return [(c.get("system", ""), c["code"]) for c in value["coding"] if "code" in c]
    if "code" in value:
        return [(value.get("system", ""), value["code"])]
    return [(value.get("system", ""), value["value"])] if "value" in value else []


def span(text):
    """First moment, and first moment after it."""
    if len(text) == 4:
        return moment(text + "-01-01"), moment(str(int(text) + 1) + "-01-01")
    if len(text) == 7:
        year, month = int(text[:4]), int(text[5:])
        after = f"{year + month // 12:04}-{month % 12 + 1:02}-01"
        return moment(text + "-01"), moment(after)
    if len(text) == 10:
        return moment(text), moment(text) + datetime.timedelta(days=1)
    fraction = "." in text
    begin = moment(text)
    return begin, begin + datetime.timedelta(milliseconds=1 if fraction else 1000)


def moment(text):
    if len(text) == 10:
        return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def spans(value):
    if isinstance(value, str):
        return [span(value)]
    if "start" in value or "end" in value:
        least = datetime.datetime.min.replace(tzinfo=UTC)
        most = datetime.datetime.max.replace(tzinfo=UTC)
        return [(span(value["start"])[0] if "start" in value else least,
                 span(value["end"])[1] if "end" in value else most)]
    return []


def folded(text):
    plain = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in plain if not unicodedata.combining(c))


def texts(value):
    if isinstance(value, str):
        return [value]
    parts = ("text", "family", "given", "prefix", "suffix", "line", "city", "district", "state",
             "postalCode", "country")
    return [text for part in parts for text in items(value.get(part, []))]


class Parameter:
    """One search parameter as the metadata describes it."""

    def __init__(self, name, definition):
        self.name = name
        self.kind = definition[":type"]
        self.paths = [path.split(".")[1:] for path in definition[":full_paths"]]

    def values(self, resource):
        if self.name == "_id":
            return [resource["id"]]
        return [value for path in self.paths for value in follow(resource, path)]

    def asked(self, resource):
        """Search values that this resource gives rise to."""
        for value in self.values(resource):
            if self.kind == "Reference":
                yield value.get("reference", "")
            elif self.kind in ("HumanName", "Address", "string"):
                if self.name == "_id":
                    yield value
                    continue
                for text in texts(value):
                    yield text
                    yield text[:3].upper()
            elif self.kind in ("date", "dateTime", "instant", "Period"):
                text = value if isinstance(value, str) else value.get("start", "")
                if text:
                    for prefix in ("gt", "lt", "ge", "le", ""):
                        yield prefix + text
                    yield text[:10]
                    yield "ge" + text[:4]
            else:
                for system, code in codes(value):
                    yield code
                    if system:
                        yield system + "|" + code

    def matches(self, resource, asked):
        return any(self.one(value, asked) for value in self.values(resource))

    def one(self, value, asked):
        if self.name == "_id":
            return value == asked
        if self.kind == "Reference":
            return value.get("reference") == asked
        if self.kind in ("HumanName", "Address", "string"):
            return any(folded(text).startswith(folded(asked)) for text in texts(value))
        if self.kind in ("date", "dateTime", "instant", "Period"):
            return any(self.in_time(each, asked) for each in spans(value))
        system, _, code = asked.rpartition("|")
        return any(code == held and system in ("", at or system) for at, held in codes(value))

    @staticmethod
    def in_time(value, asked):
        prefix = asked[:2] if asked[:2].isalpha() else ""
        begin, end = span(asked[len(prefix):])
        inside = begin <= value[0] and value[1] <= end
        return {"": inside, "gt": value[1] > end, "lt": value[0] < begin,
                "ge": value[1] > end or inside, "le": value[0] < begin or inside}[prefix]


def required_searches():
    """(type, names) -> parameters, and the includes that the profiles name."""
    groups = yaml.safe_load(open(material("inferno-requirements") /
                                 "us-core-v6.1.0-metadata.yml"))[":groups"]
    searches = {}
    for group in groups:
        for search in group.get(":searches") or []:
            if search[":expectation"] != "SHALL":
                continue
            names = tuple(search[":names"])
            definitions = group[":search_definitions"]
            searches[group[":resource"], names] = [
                Parameter(name, definitions[":" + name]) for name in names]
    return searches


def invented(places):
    """Of the types that no example and no patient of Synthea has, and US Core asks for. Provenance
    names nothing but the record: it stands with that record's patient."""
    practitioners = [place for place in places if place.startswith("Practitioner/")]
    for number, code in enumerate(("207R00000X", "208D00000X")):
        yield {"resourceType": "PractitionerRole", "id": f"role-{number}",
               "practitioner": {"reference": practitioners[number]},
               "specialty": [{"coding": [{"system": "http://nucc.org/provider-taxonomy",
                                          "code": code}]}]}
    for kind in WITH_PROVENANCE:
        place = next(place for place in places if place.startswith(kind + "/"))
        yield {"resourceType": "Provenance", "id": "origin-" + kind.lower(),
               "target": [{"reference": place}],
               "recorded": "2026-01-02T03:04:05Z",
               "agent": [{"who": {"reference": practitioners[0]}}]}


@unittest.skipIf(yaml is None, "python3-yaml is not installed")
class UsCoreSearch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        cls.instance.start()
        cls.client = cls.instance.client(cls.instance.token())
        cls.held = {}
        examples = material("us-core-examples-dev")
        synthea = material("synthea-r4-dev")
        cls.ready = bool(examples and synthea and material("inferno-requirements"))
        if not cls.ready:
            return
        places = []
        for path in sorted((examples / "resources").glob("*.json")):
            sent = exact(path.read_bytes())
            put = cls.client.put(f"/fhir/{sent['resourceType']}/{sent['id']}", path.read_bytes())
            if path.name in FAULTS:
                assert put.status == 400, path.name
                continue
            # What is refused would silently not be searched for.
            assert put.status in (200, 201), (path.name, put.body[:300])
            places.append(f"{sent['resourceType']}/{sent['id']}")
        for path in sorted((synthea / "bundles").glob("*.gz"))[:SYNTHEA_PATIENTS]:
            answer = cls.client.post("/fhir", gzip.open(path).read())
            assert answer.status == 200, answer.body[:300]
            places += [entry["response"]["location"].split("/fhir/")[1].split("/_history")[0]
                       for entry in answer.json()["entry"]]
        for resource in invented(places):
            place = f"{resource['resourceType']}/{resource['id']}"
            put = cls.client.put("/fhir/" + place, resource)
            assert put.status == 201, put.body[:300]
            places.append(place)
        for place in places:
            resource = cls.client.get("/fhir/" + place).json()
            cls.held.setdefault(resource["resourceType"], {})[resource["id"]] = resource

    @classmethod
    def tearDownClass(cls):
        cls.instance.remove()

    def found(self, kind, pairs, by_form=False):
        query = urllib.parse.urlencode([(name, value.replace(",", "\\,")) for name, value in pairs])
        path = f"/fhir/{kind}?_count=1000&{query}"
        if by_form:
            answer = self.client.post(f"/fhir/{kind}/_search?_count=1000", query, {
                "Content-Type": "application/x-www-form-urlencoded"})
        else:
            answer = self.client.get(path)
        self.assertEqual(answer.status, 200, (path, answer.body[:300]))
        bundle = answer.json()
        ids = [entry["resource"]["id"] for entry in bundle.get("entry", [])
               if entry["search"]["mode"] == "match"]
        self.assertEqual(len(ids), len(set(ids)), path)
        self.assertEqual(bundle["total"], len(ids), path)
        return set(ids)

    def expected(self, kind, parameters, values):
        return {name for name, resource in self.held.get(kind, {}).items()
                if all(parameter.matches(resource, value)
                       for parameter, value in zip(parameters, values))}

    def combinations(self, kind, parameters):
        """Values that occur together in one resource, and each with another's."""
        seen = {}
        for resource in self.held.get(kind, {}).values():
            columns = []
            for parameter in parameters:
                asked = [value for value in parameter.asked(resource) if value]
                columns.append(asked)
            if not all(columns):
                continue
            for at in range(min(VALUES, max(len(column) for column in columns))):
                values = tuple(column[at % len(column)] for column in columns)
                seen[values] = True
        return list(seen)[:60]

    def test_every_required_search(self):
        if not self.ready:
            return
        asked = 0
        for (kind, names), parameters in sorted(required_searches().items()):
            hits = 0
            for values in self.combinations(kind, parameters):
                pairs = list(zip(names, values))
                if (kind, names) in TOO_BROAD:
                    query = urllib.parse.urlencode(pairs)
                    self.assertEqual(self.client.get(f"/fhir/{kind}?{query}").status, 403, query)
                    # Beside an identifier that names the patient they filter.
                    for name in self.expected(kind, parameters, values):
                        self.assertEqual(self.found(kind, [("_id", name), *pairs]), {name})
                        hits += 1
                    continue
                if names == ("birthdate", "name") and self.refused_by_breadth(pairs):
                    continue
                expected = self.expected(kind, parameters, values)
                with self.subTest(kind=kind, pairs=pairs):
                    self.assertEqual(self.found(kind, pairs, asked % 5 == 0), expected)
                hits += len(expected)
                asked += 1
            # No combination is passed over for want of data.
            self.assertGreater(hits, 0, (kind, names))
        self.assertGreater(asked, 400)

    def refused_by_breadth(self, pairs):
        """A look-up by name and birth date takes a full day and three letters."""
        values = dict(pairs)
        return len(values["birthdate"]) != 10 or len(values["name"]) < 3

    def test_required_includes(self):
        if not self.ready:
            return
        found = {"MedicationRequest": 0, "PractitionerRole": 0} | dict.fromkeys(WITH_PROVENANCE, 0)
        for kind, parameter, path in (("MedicationRequest", "medication",
                                       ["medicationReference"]),
                                      ("PractitionerRole", "practitioner", ["practitioner"])):
            for resource in self.held.get(kind, {}).values():
                wanted = {value["reference"] for value in follow(resource, path)
                          if "reference" in value}
                found[kind] += self.check_included(
                    kind, resource, f"_include={kind}:{parameter}", wanted)
        provenances = self.held.get("Provenance", {}).values()
        for kind in WITH_PROVENANCE:
            for resource in list(self.held.get(kind, {}).values())[:40]:
                place = f"{kind}/{resource['id']}"
                wanted = {"Provenance/" + p["id"] for p in provenances
                          if any(target.get("reference") == place for target in p["target"])}
                found[kind] += self.check_included(
                    kind, resource, "_revinclude=Provenance:target", wanted)
        self.assertNotIn(0, found.values(), found)

    def check_included(self, kind, resource, include, wanted):
        """How many came along: all that should, and what stands in another patient's compartment
        never does."""
        held = {f"{k}/{name}" for k, names in self.held.items() for name in names}
        answer = self.client.get(f"/fhir/{kind}?_id={resource['id']}&{include}")
        self.assertEqual(answer.status, 200, answer.body[:300])
        included = {f"{e['resource']['resourceType']}/{e['resource']['id']}"
                    for e in answer.json()["entry"] if e["search"]["mode"] == "include"}
        self.assertEqual(included, wanted & held, (kind, resource["id"]))
        return len(included)


if __name__ == "__main__":
    unittest.main()
