// Records that no label marks and whose codes are sensitive, under a policy that reads labels: they
// are judged as if they carried the label (45 CFR 164.522(a), law of the states).
#include <gtest/gtest.h>

#include "pipeline/pipeline_for_test.h"

namespace salus::pipeline {
namespace {

using http::Method;
using testing::PipelineRoom;

constexpr char const* kPolicy = R"cedar(
@id("all") @fields("*")
permit(principal, action in [Action::"read", Action::"search", Action::"create",
  Action::"update", Action::"delete"], resource is Record);
@id("sensitive")
forbid(principal, action in [Action::"read", Action::"search", Action::"update",
  Action::"delete"], resource is Record)
when { resource.labels.containsAny(["HIV", "SEX"]) };
)cedar";
constexpr char const* kPulse = R"({"system":"http://loinc.org","code":"8867-4"})";
constexpr char const* kViralLoad = R"({"system":"http://loinc.org","code":"25836-8"})";
constexpr char const* kSyphilis =
    R"({"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"A51.0"})";

class SensitiveCodesTest : public ::testing::Test {
protected:
    void SetUp() override { patient_ = post("Patient", R"({"resourceType":"Patient"})"); }
    // The id that it got.
    std::string post(std::string const& type, std::string const& json) {
        auto const response = room_.send_authorized(
            {Method::post, "/fhir/" + type, {{"Content-Type", "application/fhir+json"}}, json});
        EXPECT_EQ(response.status, 201) << PipelineRoom::body(response);
        auto const location = std::string(response.headers.get("Location").value_or(""));
        auto const begin = location.find("/fhir/" + type + "/") + 7 + type.size();
        return location.substr(begin, location.find('/', begin) - begin);
    }
    [[nodiscard]] std::string observation(std::string const& coding,
                                          std::string const& more = "") const {
        return R"({"resourceType":"Observation","status":"final","code":{"coding":[)" + coding +
               R"(]},"subject":{"reference":"Patient/)" + patient_ + "\"}" + more + "}";
    }
    [[nodiscard]] std::string condition(std::string const& coding) const {
        return R"({"resourceType":"Condition","code":{"coding":[)" + coding +
               R"(]},"subject":{"reference":"Patient/)" + patient_ + "\"}}";
    }
    int status(std::string const& path) { return room_.get("/fhir/" + path).status; }
    std::string searched(std::string const& type) {
        return PipelineRoom::body(room_.get("/fhir/" + type + "?patient=" + patient_));
    }

    PipelineRoom room_{nullptr, authorization::Policy::parse(kPolicy).value()};
    std::string patient_;
};

TEST_F(SensitiveCodesTest, HideTheRecordFromWhomItsLabelWould) {
    auto const plain = post("Observation", observation(kPulse));
    auto const hidden = post("Observation", observation(kViralLoad));
    EXPECT_EQ(status("Observation/" + plain), 200);
    for (auto const* rest : {"", "/_history/1", "/_history", "/$meta"})
        EXPECT_EQ(status("Observation/" + hidden + rest), 404) << rest;
    auto const found = searched("Observation");
    EXPECT_TRUE(found.contains(plain));
    EXPECT_FALSE(found.contains(hidden));
    EXPECT_TRUE(found.contains(R"("total":1)")) << found;
    auto const everything =
        PipelineRoom::body(room_.get("/fhir/Patient/" + patient_ + "/$everything"));
    EXPECT_TRUE(everything.contains(plain)) << everything;
    EXPECT_FALSE(everything.contains(hidden));
}

TEST_F(SensitiveCodesTest, CountWithTheBroaderLabelToo) {
    auto const hidden = post("Condition", condition(kSyphilis));
    auto const plain = post("Condition", condition(kPulse));
    EXPECT_EQ(status("Condition/" + hidden), 404);
    EXPECT_EQ(status("Condition/" + plain), 200);
    EXPECT_TRUE(searched("Condition").contains(R"("total":1)"));
}

TEST_F(SensitiveCodesTest, CountWhereverTheyStand) {
    auto const component =
        post("Observation", observation(kPulse, R"(,"component":[{"code":{"text":"x"},)"
                                                R"("valueCodeableConcept":{"coding":[)" +
                                                    std::string(kViralLoad) + "]}}]"));
    EXPECT_EQ(status("Observation/" + component), 404);
    EXPECT_TRUE(searched("Observation").contains(R"("total":0)"));
    // A place that nothing can be searched by.
    auto const reason =
        post("MedicationRequest",
             R"({"resourceType":"MedicationRequest","status":"active","intent":"order",)"
             R"("medicationCodeableConcept":{"text":"x"},"subject":{"reference":"Patient/)" +
                 patient_ + R"("},"reasonCode":[{"coding":[)" + kViralLoad + "]}]}");
    EXPECT_EQ(status("MedicationRequest/" + reason), 404);
    EXPECT_FALSE(searched("MedicationRequest").contains(reason));
}

TEST_F(SensitiveCodesTest, AreNotWrittenIntoWhatOneSees) {
    auto const plain = post("Observation", observation(kPulse));
    auto const put = [&](std::string const& id, std::string body) {
        body.insert(1, R"("id":")" + id + "\",");
        return room_.put("/fhir/Observation/" + id, body).status;
    };
    EXPECT_EQ(put(plain, observation(kPulse)), 200);
    EXPECT_EQ(put(plain, observation(kViralLoad)), 403);
    auto const hidden = post("Observation", observation(kViralLoad));
    EXPECT_EQ(put(hidden, observation(kPulse)), 404);
}

}  // namespace
}  // namespace salus::pipeline
