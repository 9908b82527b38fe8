// Consents that deny those who treat: what they may add to a record that they may not see.
#include "operations/consent_filter.h"

#include <gtest/gtest.h>

#include "operations/operations_for_test.h"

namespace salus::operations {
namespace {

using http::Method;
using testing::observation_json;
using testing::patient_json;

constexpr char const* kDenial =
    R"({"resourceType":"Consent","id":"no","status":"active","scope":{"coding":[{"system":)"
    R"("http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},)"
    R"("category":[{"text":"x"}],"patient":{"reference":"Patient/p1"},"policy":[{"uri":)"
    R"("https://profiles.ihe.net/ITI/PCF/Policy-all-normal"}],"provision":{"type":"deny"}})";

class ConsentFilterTest : public ::testing::Test {
protected:
    void SetUp() override {
        settings_.implicit = consent::OverarchingPolicy::all_normal;
        put("Patient/p1", patient_json("p1"));
        put("Observation/o1", observation_json("o1", "p1"));
        put("Encounter/e1",
            R"({"resourceType":"Encounter","id":"e1","status":"in-progress","class":)"
            R"({"code":"AMB"},"subject":{"reference":"Patient/p1"},"participant":[)"
            R"({"individual":{"reference":"Practitioner/anna"}}]})");
        put("Consent/no", kDenial);
    }
    void put(std::string const& name, std::string const& json) {
        ASSERT_LT(room_.put("/fhir/" + name, json).status(), 300) << name;
    }
    Errc write(Method method, std::string const& target, std::string const& json,
               std::string const& practitioner,
               request::PurposeOfUse purpose = request::PurposeOfUse::treatment) {
        auto facts = testing::facts_of_caller("user/*.cruds");
        facts.purpose = purpose;
        facts.person = request::Person{.id = UserId(std::string(32, 'a')),
                                       .grant = "g",
                                       .acr = "mfa",
                                       .authenticated = instance_.clock.now(),
                                       .practitioner = practitioner};
        auto const permit = testing::must(room_.permit(
            {method, "/fhir/" + target, {{"Content-Type", testing::kFhirJsonType}}, json},
            testing::make_caller(std::move(facts))));
        Workplace const workplace{
            room_.home().tenant(), room_.records(), parser_,   instance_.random,
            instance_.clock,       nullptr,         &settings_};
        auto prepared = operations::prepare(workplace, permit);
        if (!prepared) return prepared.error().code;
        auto const done = room_.commit(*std::move(prepared));
        return done ? kDone : done.error().code;
    }
    Errc add(std::string const& practitioner,
             request::PurposeOfUse purpose = request::PurposeOfUse::treatment) {
        auto json = observation_json("x", "p1");
        json.erase(json.find(R"("id":"x",)"), 9);
        return write(Method::post, "Observation", json, practitioner, purpose);
    }

    static constexpr auto kDone = Errc::internal;  // no operation fails so
    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
    consent::ConsentSettings settings_;
    json::Parser parser_;
};

TEST_F(ConsentFilterTest, ADenialRefusesWritesUnlessTheTenantSaysOtherwise) {
    EXPECT_EQ(add("Practitioner/anna"), Errc::forbidden);
    settings_.treating_may_add = true;
    EXPECT_EQ(add("Practitioner/anna"), kDone);
    EXPECT_EQ(add("Practitioner/anna", request::PurposeOfUse::emergency), kDone);
}

TEST_F(ConsentFilterTest, OnlyThoseWhoTreatMayAdd) {
    settings_.treating_may_add = true;
    EXPECT_EQ(add("Practitioner/ben"), Errc::forbidden);
    EXPECT_EQ(add(""), Errc::forbidden);
    EXPECT_EQ(add("Practitioner/anna", request::PurposeOfUse::payment), Errc::forbidden);
}

TEST_F(ConsentFilterTest, WhatIsThereStaysOutOfReach) {
    settings_.treating_may_add = true;
    auto const changed = observation_json("o1", "p1", R"(,"valueInteger":1)");
    // The id is taken (docs/handbook/consent.md, "What is not hidden").
    EXPECT_EQ(write(Method::put, "Observation/o1", changed, "Practitioner/anna"), Errc::conflict);
    EXPECT_EQ(write(Method::remove, "Observation/o1", "", "Practitioner/anna"), Errc::not_found);
    EXPECT_EQ(write(Method::get, "Observation/o1", "", "Practitioner/anna"), Errc::not_found);
}

}  // namespace
}  // namespace salus::operations
