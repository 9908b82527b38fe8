// A Coverage that is moved from one beneficiary to another answers to the consents of both.
#include <gtest/gtest.h>

#include "pipeline/denial_for_test.h"
#include "pipeline/pipeline_for_test.h"

namespace salus::pipeline {
namespace {

constexpr char const* kTarget = "/fhir/Coverage/c";

std::string coverage_json(std::string const& beneficiary) {
    return R"({"resourceType":"Coverage","id":"c","status":"active","payor":[{"display":"x"}],)"
           R"("beneficiary":{"reference":"Patient/)" +
           beneficiary + "\"}}";
}

testing::RoomChoices choices() {
    testing::RoomChoices choices;
    auto policy = authorization::Policy::parse(
        R"(@id("all") @fields("*") permit(principal, action, resource is Record);)");
    EXPECT_TRUE(policy) << (policy ? "" : policy.error().front().text);
    if (policy) choices.policy = *std::move(policy);
    choices.consent.emplace().implicit = consent::OverarchingPolicy::all_normal;
    return choices;
}

class MovedCoverageTest : public ::testing::Test {
protected:
    void SetUp() override {
        for (std::string const id : {"open", "other", "closed"})
            put("/fhir/Patient/" + id, testing::patient_json(id));
        put("/fhir/Consent/deny-closed", testing::denial_to_payment("closed"));
    }
    void put(std::string const& target, std::string const& json) {
        ASSERT_LT(room_.put(target, json).status, 300) << target;
    }
    int as_payment(testing::TestRequest wanted) {
        if (wanted.headers.empty())
            wanted.headers.emplace_back("Content-Type", "application/fhir+json");
        wanted.headers.emplace_back(
            "Authorization",
            "Bearer " + room_.token("system/*.cruds", request::PurposeOfUse::payment));
        return room_.send(wanted).status;
    }
    int move(std::string const& beneficiary) {
        return as_payment({http::Method::put, kTarget, {}, coverage_json(beneficiary)});
    }
    std::string patch(std::string const& beneficiary) {
        return R"([{"op":"replace","path":"/beneficiary/reference","value":"Patient/)" +
               beneficiary + "\"}]";
    }

    testing::PipelineRoom room_{choices()};
};

TEST_F(MovedCoverageTest, IntoAPatientWhoDeniesItIsRefused) {
    put(kTarget, coverage_json("open"));
    EXPECT_EQ(move("closed"), 403);
    EXPECT_EQ(as_payment({http::Method::patch,
                          kTarget,
                          {{"Content-Type", "application/json-patch+json"}},
                          patch("closed")}) /
                  100,
              4);
    EXPECT_EQ(as_payment({.target = kTarget}), 200);
    EXPECT_EQ(move("other"), 200);
}

TEST_F(MovedCoverageTest, OutOfAPatientWhoDeniesItIsNotThere) {
    put(kTarget, coverage_json("closed"));
    EXPECT_EQ(as_payment({.target = kTarget}), 404);
    EXPECT_EQ(move("open"), 409);  // its id is taken, which is told (docs/handbook/consent.md)
    EXPECT_EQ(as_payment({http::Method::remove, kTarget, {}, {}}), 404);
    // Who may moves it; what it was before is still the one's who denies.
    put(kTarget, coverage_json("open"));
    EXPECT_EQ(as_payment({.target = kTarget}), 200);
    EXPECT_EQ(as_payment({.target = std::string(kTarget) + "/_history/1"}), 404);
}

}  // namespace
}  // namespace salus::pipeline
