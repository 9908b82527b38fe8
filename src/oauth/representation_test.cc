// Who represents whom (45 CFR 164.502(g)), and that tokens say it no longer than it is so.
#include "oauth/representation.h"

#include <gtest/gtest.h>

#include "oauth/people_for_test.h"

namespace salus::oauth {
namespace {

using testing::must;
using testing::PeopleRoom;

class RepresentationTest : public ::testing::Test {
protected:
    void SetUp() override {
        room_.changed_person().fhir_user = "RelatedPerson/r1";
        room_.save_person();
    }
    // The next version of RelatedPerson/r1.
    void relate(std::string const& more) {
        auto const text = R"({"resourceType":"RelatedPerson","id":"r1")" + more + "}";
        room_.home().write(room_.home().change("RelatedPerson", "r1", "p1", text, ++version_));
    }
    [[nodiscard]] std::optional<std::string> represented() {
        return must(represented_patient(room_.home().records(), parser_, room_.person(),
                                        instance_.clock.now()));
    }
    // The answer to a code of a request about this patient's records.
    [[nodiscard]] PeopleRoom::Answer tokens_for(std::string const& patient) {
        auto const id = room_.waiting(room_.asked());
        auto const pending = *must(room_.authorizations().find(id, room_.browser()));
        request::Prepared chosen;
        EXPECT_TRUE(room_.authorizations().choose_patient(pending, patient, chosen).has_value());
        room_.save(std::move(chosen));
        auto consented = room_.consent(id);
        auto const code = testing::query_of(*consented.headers.get("Location"))["code"];
        room_.save(std::move(consented));
        return room_.tokens(PeopleRoom::redemption(code));
    }
    [[nodiscard]] request::Person person_in(PeopleRoom::Answer const& answer) {
        return *must(authentication::verify_access_token(answer.texts.at("access_token"),
                                                         room_.tenant(), room_.keys(),
                                                         instance_.clock.now()))
                    .person;
    }

    testing::TestInstance instance_;
    PeopleRoom room_{instance_};
    json::Parser parser_;
    std::uint64_t version_ = 0;
};

constexpr char const* kPatient = R"(,"patient":{"reference":"Patient/p1"})";

TEST_F(RepresentationTest, IsOfThePatientWhomTheRecordNames) {
    EXPECT_EQ(represented(), std::nullopt);  // there is no record yet
    relate(kPatient);
    EXPECT_EQ(represented(), "p1");
    relate(std::string(kPatient) + R"(,"active":true,"period":{"start":"2020"})");
    EXPECT_EQ(represented(), "p1");
    room_.changed_person().fhir_user = "Practitioner/r1";
    room_.save_person();
    EXPECT_EQ(represented(), std::nullopt);
}

TEST_F(RepresentationTest, IsOfNobodyWhereTheRecordSaysSoOrNamesNoPatientHere) {
    for (auto const* more : {R"(,"active":false)", R"(,"period":{"end":"2020-01-01"})",
                             R"(,"period":{"start":"2999-01-01"})"}) {
        relate(std::string(kPatient) + more);
        EXPECT_EQ(represented(), std::nullopt) << more;
    }
    for (auto const* patient :
         {R"(,"patient":{"display":"p1"})",
          R"(,"patient":{"reference":"https://elsewhere.example/Patient/p1"})"}) {
        relate(patient);
        EXPECT_EQ(represented(), std::nullopt) << patient;
    }
}

TEST_F(RepresentationTest, IsInTheTokenAndEndsWithTheRecord) {
    relate(kPatient);
    auto const first = tokens_for("p1");
    ASSERT_EQ(first.status, 200) << first.text;
    EXPECT_TRUE(person_in(first).represents);
    EXPECT_FALSE(person_in(first).is_patient);
    auto const second = room_.tokens(PeopleRoom::refreshing(first.texts.at("refresh_token")));
    ASSERT_EQ(second.status, 200) << second.text;
    EXPECT_TRUE(person_in(second).represents);
    relate(std::string(kPatient) + R"(,"active":false)");
    auto const third = room_.tokens(PeopleRoom::refreshing(second.texts.at("refresh_token")));
    EXPECT_EQ(third.texts.at("error"), "invalid_grant");
}

TEST_F(RepresentationTest, OpensNoOtherPatient) {
    relate(kPatient);
    EXPECT_EQ(tokens_for("p2").texts.at("error"), "invalid_grant");
}

TEST_F(RepresentationTest, IsNotThatOfThePatient) {
    room_.changed_person().fhir_user = "Patient/p1";
    room_.changed_person().patient = "p1";
    room_.save_person();
    auto const answer = tokens_for("p1");
    ASSERT_EQ(answer.status, 200) << answer.text;
    EXPECT_TRUE(person_in(answer).is_patient);
    EXPECT_FALSE(person_in(answer).represents);
}

}  // namespace
}  // namespace salus::oauth
