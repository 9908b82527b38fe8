"""A proxy under the hospital's set (45 CFR 164.502(g)): a RelatedPerson sees the records of the
patient whom that record names, nobody else's, and nothing when the record says that it is over."""
from instance import Instance
from people import App, Person
from test_device_posture import made, pulse
from test_hospital_policies import in_force

SCOPE = "openid offline_access launch/patient patient/*.cruds"


def related(patient, **more):
    return {"resourceType": "RelatedPerson", "patient": {"reference": f"Patient/{patient}"}} | more


def main():
    instance = Instance()
    try:
        in_force(instance)
        instance.start()
        service = instance.client(instance.token())
        child, stranger = (made(service, {"resourceType": "Patient", "name": [{"family": name}]})
                           for name in ("Child", "Stranger"))
        pulses = [made(service, pulse(patient)) for patient in (child, stranger)]
        parent = made(service, related(child, active=True))
        person = Person(instance, "pat", "--role", "proxy", "--fhir-user",
                        f"RelatedPerson/{parent}", scope="patient/*.cruds", purpose="PATRQT")
        app = App(instance, "family", scope=SCOPE, purpose="PATRQT")
        tokens = app.tokens(person.browser)
        assert tokens["patient"] == child, tokens
        proxy = instance.client(tokens["access_token"])
        assert proxy.get(f"/fhir/Observation/{pulses[0]}").status == 200
        found = proxy.get(f"/fhir/Observation?patient={child}")
        assert found.status == 200 and found.json()["total"] == 1, (found.status, found.body)
        assert proxy.get(f"/fhir/Observation/{pulses[1]}").status in (403, 404)
        assert proxy.get(f"/fhir/Observation?patient={stranger}").status == 403
        assert proxy.put(f"/fhir/Observation/{pulses[0]}",
                         pulse(child, id=pulses[0])).status == 403
        over = service.put(f"/fhir/RelatedPerson/{parent}", related(child, id=parent, active=False))
        assert over.status == 200, (over.status, over.body)
        refused = app.ask({"grant_type": "refresh_token", "client_id": "family",
                           "refresh_token": tokens["refresh_token"]})
        assert refused.status == 400 and refused.json()["error"] == "invalid_grant", refused.body
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
