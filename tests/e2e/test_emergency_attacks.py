"""Emergencies, attacked: two of one person side by side, each for its own patient and ended alone;
and what is left of one that ended, which is nothing: no access token, no refresh token."""
import urllib.parse

from instance import Instance
from passkeys import Passkey
from people import FORM, Browser, Person
from test_device_posture import made, pulse
from test_emergency import Ward, declared
from test_hospital_policies import in_force

PERSON = {"resourceType": "Patient", "birthDate": "1931-02-03"}


class Room:
    """A physician with a passkey, and two patients whom nobody treats."""

    def __init__(self, instance):
        self.instance = instance
        service = instance.client(instance.token())
        self.records = []
        for family in ("First", "Second"):
            patient = made(service, PERSON | {"name": [{"family": family}]})
            self.records.append((patient, made(service, pulse(patient))))
        person = Person(instance, "dora", "--purpose", "ETREAT", "--role", "physician",
                        "--fhir-user", "Practitioner/d1", scope="user/*.cruds patient/*.cruds")
        self.ward = Ward(instance)
        passkey = Passkey()
        person.browser.go("/account")
        passkey.create(person.browser)
        self.browser = Browser(instance)
        self.browser.go("/sign-in")
        passkey.sign_in(self.browser)
        assert self.browser.status == 200, self.browser.page

    def opened(self, tokens):
        """Which of the two records the token opens: by id, by search, and by everything."""
        client = self.instance.client(tokens["access_token"])
        found = set()
        for number, (patient, record) in enumerate(self.records):
            statuses = {client.get(path).status for path in (
                f"/fhir/Observation/{record}", f"/fhir/Observation?patient={patient}",
                f"/fhir/Patient/{patient}")}
            assert len(statuses) == 1 or not statuses & {200}, (number, statuses)
            if statuses == {200}:
                found.add(number)
        return found

    def refreshed(self, tokens, **more):
        return self.ward.ask({"grant_type": "refresh_token", "client_id": self.ward.name,
                              "refresh_token": tokens["refresh_token"]} | more)

    def over(self, tokens):
        """Nothing is left of it."""
        for _, record in self.records:
            answer = self.instance.client(tokens["access_token"]).get(f"/fhir/Observation/{record}")
            assert answer.status == 401, (answer.status, answer.body)
        for more in ({}, {"scope": "patient/*.rs"}):
            answer = self.refreshed(tokens, **more)
            assert answer.status == 400 and answer.json()["error"] == "invalid_grant", answer.body

    def revoke(self, tokens):
        form = {"client_id": self.ward.name, "token": tokens["refresh_token"]}
        answer = self.instance.client().post("/oauth/revoke", urllib.parse.urlencode(form),
                                             {"Content-Type": FORM})
        assert answer.status == 200, (answer.status, answer.body)


def side_by_side(room):
    first, second = (declared(room.ward, room.browser, patient) for patient, _ in room.records)
    assert room.opened(first) == {0} and room.opened(second) == {1}
    # A refresh changes neither patient nor end, whatever is asked for.
    answer = room.refreshed(second, scope="patient/*.rs launch/patient")
    later = answer.json() if answer.status == 200 else room.refreshed(second).json()
    assert room.opened(later) == {1}
    widened = room.refreshed(later, scope="user/*.cruds")
    assert widened.status == 400 and widened.json()["error"] == "invalid_scope", widened.body
    # The app ends the first: the second goes on.
    room.revoke(first)
    room.over(first)
    assert room.opened(later) == {1}
    return later


def ended_by_the_person(room, second):
    third = declared(room.ward, room.browser, room.records[0][0])
    room.browser.go("/account")
    while "/account/app/end" in room.browser.page:
        room.browser.send("/account/app/end")
    room.over(second)
    room.over(third)


def ended_with_the_session(room):
    last = declared(room.ward, room.browser, room.records[0][0])
    assert room.opened(last) == {0}
    room.browser.go("/account")
    room.browser.send("/sign-out")
    room.over(last)


def main():
    instance = Instance()
    try:
        in_force(instance)
        instance.start(seconds=120)
        room = Room(instance)
        ended_by_the_person(room, side_by_side(room))
        ended_with_the_session(room)
    finally:
        instance.stop()
        instance.remove()


if __name__ == "__main__":
    main()
