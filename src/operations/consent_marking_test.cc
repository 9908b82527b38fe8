// Consents as an earlier version stored them, without the token by which they are found, and
// consents whose patient stands there as an address of this server.
#include "operations/consent_marking.h"

#include <gtest/gtest.h>

#include "operations/operations_for_test.h"

namespace salus::operations {
namespace {

using testing::must;
using testing::observation_json;
using testing::patient_json;

std::string consent_json(std::string const& id, std::string const& patient,
                         std::string const& base_rule) {
    return R"({"resourceType":"Consent","id":")" + id +
           R"(","status":"active","scope":{"coding":[{"system":)"
           R"("http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},)"
           R"("category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}],)"
           R"("patient":{"reference":")" +
           patient +
           R"("},"policy":[{"uri":"https://profiles.ihe.net/ITI/PCF/Policy-all-normal"}],)"
           R"("provision":{"type":")" +
           base_rule + "\"}}";
}

class ConsentMarkingTest : public ::testing::Test {
protected:
    void SetUp() override {
        for (std::string const patient : {"p1", "p2"}) {
            ASSERT_EQ(room_.put("/fhir/Patient/" + patient, patient_json(patient)).status(), 201);
            auto const observation = "o-" + patient;
            ASSERT_EQ(
                room_
                    .put("/fhir/Observation/" + observation, observation_json(observation, patient))
                    .status(),
                201);
        }
    }
    // As an earlier version did it: no tokens.
    void store_before(std::string const& id, std::string const& json, bool shared = false) {
        auto change = room_.home().change("Consent", id, "p1", json);
        if (shared) change.compartment = room_.addressing().shared_compartment();
        room_.home().write(change);
    }
    [[nodiscard]] std::string address_of(std::string const& name) {
        return room_.home().tenant().fhir_base() + "/" + name;
    }
    bool shown(std::string const& target, consent::OverarchingPolicy implicit) {
        consent::ConsentSettings settings;
        settings.implicit = implicit;
        Workplace const workplace{
            room_.home().tenant(), room_.records(), parser_,  instance_.random,
            instance_.clock,       nullptr,         &settings};
        auto const permit =
            must(room_.permit({.target = "/fhir/" + target}, testing::caller_named("client-1")));
        auto const prepared = operations::prepare(workplace, permit);
        if (!prepared) {
            EXPECT_EQ(prepared.error().code, Errc::not_found);
            return false;
        }
        auto const* bundle = std::get_if<request::BundleContent>(&prepared->content);
        return bundle == nullptr || !bundle->entries.empty();
    }
    // What a start does.
    std::size_t mark() {
        std::size_t marked = 0;
        std::size_t left_out = 0;
        std::uint64_t below = 0;
        do {
            auto step = must(
                mark_consents(room_.records(), room_.home().tenant().fhir_base(), below, left_out));
            marked += step.batch.size();
            EXPECT_TRUE(instance_.home.run(
                instance_.store->retoken(std::move(step.batch), instance_.home)));
            below = step.below;
        } while (below != 0);
        EXPECT_EQ(left_out, 0U);
        return marked;
    }

    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
    json::Parser parser_;
};

constexpr auto kOptOut = consent::OverarchingPolicy::all_normal;
constexpr auto kOptIn = consent::OverarchingPolicy::deny;

TEST_F(ConsentMarkingTest, MakesThemCount) {
    store_before("c1", consent_json("c1", "Patient/p1", "deny"));
    ASSERT_TRUE(shown("Observation/o-p1", kOptOut)) << "it is found without its token";
    EXPECT_EQ(mark(), 1U);
    EXPECT_FALSE(shown("Observation/o-p1", kOptOut));
    EXPECT_FALSE(shown("Observation?patient=p1", kOptOut));
    EXPECT_TRUE(shown("Observation/o-p2", kOptOut));
    // Again, as after an interrupted start.
    EXPECT_EQ(mark(), 1U);
    EXPECT_FALSE(shown("Observation/o-p1", kOptOut));
}

TEST_F(ConsentMarkingTest, GoesOnBehindManyVersions) {
    store_before("c1", consent_json("c1", "Patient/p1", "deny"));
    for (std::size_t i = 0; i < limits::kResealedAtOnce + 3; ++i)
        ASSERT_LT(room_.put("/fhir/Patient/p2", patient_json("p2")).status(), 300);
    EXPECT_EQ(mark(), 1U);
    EXPECT_FALSE(shown("Observation/o-p1", kOptOut));
}

TEST_F(ConsentMarkingTest, WhatWasReplacedOrDeletedIsLeftAlone) {
    store_before("c1", consent_json("c1", "Patient/p1", "deny"));
    ASSERT_EQ(room_.remove("/fhir/Consent/c1").status(), 204);
    EXPECT_EQ(mark(), 0U);
    EXPECT_TRUE(shown("Observation/o-p1", kOptOut));
}

// It stands outside of the patient's record: it denies, and permits nothing.
TEST_F(ConsentMarkingTest, AnAddressOfThisServerNamesItsPatient) {
    store_before("c1", consent_json("c1", address_of("Patient/p1"), "deny"), true);
    store_before("c2", consent_json("c2", address_of("Patient/p2"), "permit"), true);
    store_before("c3", consent_json("c3", "https://elsewhere/fhir/Patient/p2", "deny"), true);
    EXPECT_EQ(mark(), 3U);
    EXPECT_FALSE(shown("Observation/o-p1", kOptOut));
    // A permission that is there leaves nothing implied.
    EXPECT_FALSE(shown("Observation/o-p2", kOptOut));
    EXPECT_FALSE(shown("Observation/o-p2", kOptIn));
}

TEST_F(ConsentMarkingTest, NoneIsStoredByAnAddressOfThisServer) {
    auto const answer =
        room_.put("/fhir/Consent/c1", consent_json("c1", address_of("Patient/p1"), "deny"));
    EXPECT_EQ(answer.status(), 400) << answer.body();
    auto const observation =
        R"({"resourceType":"Observation","id":"x","status":"final","code":{"text":"x"},)"
        R"("subject":{"reference":")" +
        address_of("Patient/p1") + "\"}}";
    EXPECT_EQ(room_.put("/fhir/Observation/x", observation).status(), 400);
    EXPECT_EQ(room_.put("/fhir/Consent/c1", consent_json("c1", "Patient/p1", "deny")).status(),
              201);
    EXPECT_FALSE(shown("Observation/o-p1", kOptOut));
}

}  // namespace
}  // namespace salus::operations
