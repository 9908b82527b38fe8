"""What is read and written: invented, of a fixed size."""

import json

PATIENT_BYTES = 2048
OBSERVATION_BYTES = 1024


def _padded(resource, holder, size):
    """The resource as JSON of this size: the text of its last note is as long as it takes."""
    holder["text"] = ""
    short = size - len(json.dumps(resource, separators=(",", ":")))
    words = "seen in good health, to be called again next year; "
    holder["text"] = (words * (short // len(words) + 1))[:short]
    return json.dumps(resource, separators=(",", ":")).encode()


def patient(identity):
    note = {}
    return _padded(
        {
            "resourceType": "Patient",
            "id": identity,
            "identifier": [{"system": "https://sample.example.org/bench", "value": identity}],
            "name": [{"use": "official", "family": "Example", "given": ["Ada", "May"]}],
            "telecom": [{"system": "phone", "value": "555-0100", "use": "home"}],
            "gender": "female",
            "birthDate": "1970-04-05",
            "address": [{"line": ["1 Main Street"], "city": "Springfield", "postalCode": "00000"}],
            "contact": [{"name": note}],
        },
        note,
        PATIENT_BYTES,
    )


def observation(patient_identity):
    note = {}
    return _padded(
        {
            "resourceType": "Observation",
            "status": "final",
            "category": [
                {
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                            "code": "vital-signs",
                        }
                    ]
                }
            ],
            "code": {"coding": [{"system": "http://loinc.org", "code": "8310-5"}]},
            "subject": {"reference": f"Patient/{patient_identity}"},
            "effectiveDateTime": "2025-06-01T10:00:00Z",
            "valueQuantity": {
                "value": 36.8,
                "unit": "Cel",
                "system": "http://unitsofmeasure.org",
                "code": "Cel",
            },
            "note": [note],
        },
        note,
        OBSERVATION_BYTES,
    )


def small_record(identity, observations):
    """A transaction that creates a patient with this id and so many observations."""
    created = [("PUT", f"Patient/{identity}", patient(identity))]
    created += [("POST", "Observation", observation(identity))] * observations
    entries = [
        {"request": {"method": method, "url": url}, "resource": json.loads(body)}
        for method, url, body in created
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    return json.dumps(bundle, separators=(",", ":")).encode()
