"""Where people work and where records belong, under the hospital's set (42 CFR 2.12(c)(3)): a
record of a program for substance use disorders is there for the program's own staff who care for
the patient, in reads, searches and totals alike, and for nobody who works elsewhere. A change of
where somebody works ends what they had. And care by a team, for as long as it says."""
import json

from instance import Instance
from people import App, Person
from test_device_posture import made, pulse
from test_hospital_policies import in_force

CODES = "http://terminology.hl7.org/CodeSystem/"
PART_2 = {"system": CODES + "v3-ActCode", "code": "42CFRPart2"}
RECORDS = {"plain", "of_program", "of_stay_in_two", "of_nowhere"}


def stay(patient, locations, **more):
    return {"resourceType": "Encounter", "status": "in-progress",
            "class": {"system": CODES + "v3-ActCode", "code": "IMP"},
            "subject": {"reference": f"Patient/{patient}"},
            "location": [{"location": {"reference": f"Location/{each}"}} for each in locations]
            } | more


class Ward:
    def __init__(self, instance):
        self.instance = instance
        service = instance.client(instance.token())
        self.patient = made(service, {"resourceType": "Patient", "name": [{"family": "Moody"}]})
        # Nora by name; Otto by his team, which is in force for a time; Vera's team was.
        cared = {"participant": [{"individual": {"reference": "Practitioner/n1"}}]}
        for practitioner, end in (("n2", "2099-01-01"), ("n3", "2020-02-01")):
            made(service, {"resourceType": "CareTeam", "status": "active",
                           "subject": {"reference": f"Patient/{self.patient}"},
                           "period": {"start": "2020-01-01", "end": end},
                           "participant": [{"member": {
                               "reference": f"Practitioner/{practitioner}"}}]})
        program = made(service, stay(self.patient, ["recovery"], **cared))
        two = made(service, stay(self.patient, ["recovery", "icu"], **cared))

        def marked(**more):
            return made(service, pulse(self.patient, meta={"security": [PART_2]}, **more))
        self.ids = {"plain": made(service, pulse(self.patient)), "of_nowhere": marked(),
                    "of_program": marked(encounter={"reference": f"Encounter/{program}"}),
                    "of_stay_in_two": marked(encounter={"reference": f"Encounter/{two}"})}
        self.app = App(instance, "chart", scope="openid user/*.rs")

    def nurse(self, name, practitioner, *places):
        where = [word for place in places for word in ("--location", place)]
        person = Person(self.instance, name, "--role", "nurse", "--fhir-user",
                        f"Practitioner/{practitioner}", *where)
        return self.instance.client(self.app.tokens(person.browser)["access_token"])

    def seen_by(self, nurse):
        there = {name for name in RECORDS
                 if nurse.get(f"/fhir/Observation/{self.ids[name]}").status == 200}
        found = nurse.get(f"/fhir/Observation?patient={self.patient}")
        assert found.status == 200, (found.status, found.body)
        assert found.json()["total"] == len(there), (there, found.body)
        pages = nurse.get(f"/fhir/Observation?patient={self.patient}&_count=1")
        assert pages.json()["total"] == len(there), (there, pages.body)
        return there

    def user(self, command, *arguments):
        return self.instance.command("user", command, "--dir", str(self.instance.directory),
                                     *arguments)


def main():
    instance = Instance()
    try:
        in_force(instance)
        instance.start()
        ward = Ward(instance)
        nora = ward.nurse("nora", "n1", "Location/recovery")
        assert ward.seen_by(nora) == {"plain", "of_program"}
        both = ward.nurse("nadia", "n1", "Location/icu", "Location/recovery")
        assert ward.seen_by(both) == {"plain", "of_program", "of_stay_in_two"}
        elsewhere = ward.nurse("nils", "n1", "Location/icu")
        assert ward.seen_by(elsewhere) == {"plain"}
        otto = ward.nurse("otto", "n2", "Location/recovery")
        assert ward.seen_by(otto) == {"plain", "of_program"}
        vera = ward.nurse("vera", "n3", "Location/recovery")
        assert vera.get(f"/fhir/Observation/{ward.ids['plain']}").status in (403, 404)

        listed = ward.user("list").stdout
        assert "locations: Location/icu Location/recovery" in listed, listed
        ward.user("change", "nora", "--no-locations")
        assert nora.get(f"/fhir/Observation/{ward.ids['of_program']}").status == 401

        asked = instance.command(
            "policy", "explain", "--dir", str(instance.directory), "--for-user", "nadia",
            "--purpose", "TREAT", "--care", "--at-work", "--at-location", "Location/icu", "--json",
            "read", "Observation")
        answer = json.loads(asked.stdout)
        assert answer["allowed"] and answer["works_at"] == [
            "Location/icu", "Location/recovery"], answer
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
