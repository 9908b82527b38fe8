// Records that are out of the reach of reading and not of searching: a search shows of them what
// searching opens, by every way.
#include <gtest/gtest.h>

#include "pipeline/scoped_requests_for_test.h"

namespace salus::pipeline {
namespace {

using http::Method;
using testing::PipelineRoom;

constexpr char const* kReadingApart = R"cedar(
@id("reads") @fields("*")
permit(principal, action in [Action::"read", Action::"create"], resource is Record);
@id("finds") @fields("code, name, status, subject")
permit(principal, action == Action::"search", resource is Record);
@id("writes") @fields("*")
permit(principal, action == Action::"update", resource is Record);
@id("withheld") forbid(principal, action == Action::"read", resource is Record)
when { resource.labels.contains("PSY") };
)cedar";
constexpr char const* kTold = "what was told in confidence";

class OpenedByActTest : public ::testing::Test {
protected:
    void SetUp() override {
        make("Patient/p", testing::patient_json("p"));
        make("Observation/told", told(R"("id":"told","meta":{"security":[{"code":"PSY"}]},)"));
        make("Observation/plain", told(R"("id":"plain",)"));
    }
    [[nodiscard]] static std::string told(std::string const& begin) {
        return R"({"resourceType":"Observation",)" + begin +
               R"("status":"final","code":{"coding":[{"code":"mood"}]},)"
               R"("subject":{"reference":"Patient/p"},"valueString":")" +
               kTold + "\"}";
    }
    void make(std::string const& name, std::string const& json) {
        auto const response = room_.put("/fhir/" + name, json);
        ASSERT_EQ(response.status, 201) << PipelineRoom::body(response);
    }
    http::Response get(std::string const& rest) { return room_.get("/fhir/" + rest); }

    PipelineRoom room_{nullptr, authorization::Policy::parse(kReadingApart).value()};
};

TEST_F(OpenedByActTest, ASearchShowsOfWhatMayNotBeReadWhatSearchingOpens) {
    EXPECT_EQ(get("Observation/told").status, 404);
    EXPECT_TRUE(PipelineRoom::body(get("Observation/plain")).contains(kTold));
    for (auto const* way :
         {"Observation?_id=told", "Observation?patient=p", "Patient/p/Observation",
          "Observation?patient=p&_elements=value,code", "Patient/p/*", "Patient/p/$everything"}) {
        auto const body = PipelineRoom::body(get(way));
        EXPECT_TRUE(body.contains(R"("mood")")) << way << body;
        EXPECT_FALSE(body.contains(kTold)) << way << body;
    }
    auto const included = PipelineRoom::body(get("Patient?_id=p&_revinclude=Observation:subject"));
    EXPECT_TRUE(included.contains("Observation/plain")) << included;
    EXPECT_FALSE(included.contains("Observation/told")) << included;
    EXPECT_EQ(get("Observation?patient=p&value-string=what").status, 403);
    EXPECT_EQ(get("Patient?_id=p&_has:Observation:subject:value-string=what").status, 403);
}

TEST_F(OpenedByActTest, NorDoesACreateThatFindsIt) {
    testing::TestRequest request{.method = Method::post,
                                 .target = "/fhir/Observation",
                                 .headers = {{"Authorization", "Bearer " + room_.token()},
                                             {"Content-Type", "application/fhir+json"},
                                             {"If-None-Exist", "_id=told"}},
                                 .body = told("")};
    auto const response = room_.send(request);
    EXPECT_EQ(response.status, 200) << PipelineRoom::body(response);
    EXPECT_FALSE(PipelineRoom::body(response).contains(kTold)) << PipelineRoom::body(response);
}

}  // namespace
}  // namespace salus::pipeline
