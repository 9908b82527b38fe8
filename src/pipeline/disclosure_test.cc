// No audit, no access (AUD-2): what leaves has a durable record, and without one nothing leaves.
#include <gtest/gtest.h>

#include "pipeline/pipeline_for_test.h"

namespace salus::pipeline {
namespace {

using http::Method;
using testing::patient_json;
using testing::PipelineRoom;
using testing::TestRequest;

constexpr char const* kUnrecorded =
    R"({"resourceType":"OperationOutcome","issue":[{"severity":"fatal","code":"transient",)"
    R"("diagnostics":"the audit log cannot be written, so nothing is answered"}]})";

class DisclosureTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1", R"(,"gender":"male")")).status,
                  201);
    }
    // One request of each kind: reading, writing, refused, public and not.
    [[nodiscard]] std::vector<TestRequest> of_every_kind() {
        testing::HeaderList const bearer{{"Authorization", "Bearer " + room_.token()}};
        auto json = bearer;
        json.emplace_back("Content-Type", "application/fhir+json");
        std::string const transaction =
            R"({"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"PUT",)"
            R"("url":"Patient/p9"},"resource":{"resourceType":"Patient","id":"p9"}}]})";
        return {
            {.target = "/fhir/Patient/p1", .headers = bearer},
            {.target = "/fhir/Patient/p1/_history", .headers = bearer},
            {.target = "/fhir/Patient/p1/_history/1", .headers = bearer},
            {.target = "/fhir/Patient?_id=p1", .headers = bearer},
            {Method::put, "/fhir/Patient/p1", json, patient_json("p1")},
            {Method::post, "/fhir/Patient", json, patient_json("p1")},
            {Method::remove, "/fhir/Patient/p1", bearer, ""},
            {Method::post, "/fhir", json, transaction},
            {.target = "/fhir/Patient/p2", .headers = bearer},
            {.target = "/fhir/Patient", .headers = bearer},
            {.target = "/fhir/Patient/p1"},
            {.target = "/fhir/Patient/p1", .headers = {{"Authorization", "Bearer x"}}},
            {.target = "/fhir/metadata"},
            {.target = "/oauth/jwks"},
            {.target = "/admin/check", .headers = bearer},
            {.target = "/no/such/route"},
            {.target = "//"},
            {Method::post,
             "/oauth/token",
             {{"Content-Type", "application/x-www-form-urlencoded"}},
             "grant_type=x"},
        };
    }

    PipelineRoom room_;
};

TEST_F(DisclosureTest, WithABrokenLogNothingLeavesAndNothingIsWritten) {
    auto const requests = of_every_kind();
    auto const versions = [&] {
        return testing::must(room_.instance().store->statistics()).versions;
    };
    auto const before = versions();
    room_.owner().break_audit_log();
    for (auto const& wanted : requests) {
        auto const response = room_.send(wanted);
        EXPECT_EQ(response.status, 503) << wanted.target;
        EXPECT_EQ(PipelineRoom::body(response), kUnrecorded) << wanted.target;
        EXPECT_EQ(response.headers.get("Retry-After"), "5");
        EXPECT_EQ(response.headers.count("ETag"), 0U);
        EXPECT_EQ(response.headers.count("Location"), 0U);
        EXPECT_EQ(response.headers.count("Salus-Audit-Leaf"), 0U);
    }
    EXPECT_EQ(versions(), before);
}

TEST_F(DisclosureTest, AnotherTenantsLogIsItsOwn) {
    room_.owner().break_audit_log();
    EXPECT_EQ(room_.get("/fhir/Patient/p1").status, 503);
    auto const token = room_.token("system/*.cruds", request::PurposeOfUse::treatment, 1);
    auto const response = room_.send(
        {.target = "/t/north/fhir/Patient/p1", .headers = {{"Authorization", "Bearer " + token}}});
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(room_.north().leaves().size(), 1U);
}

TEST_F(DisclosureTest, HealthTellsOfABrokenLog) {
    auto const health = [&] { return room_.send({.target = "/health"}); };
    auto const leaves = room_.owner().leaves().size();
    EXPECT_EQ(health().status, 200);
    EXPECT_EQ(room_.owner().leaves().size(), leaves);
    room_.north().break_audit_log();
    auto const token = room_.token("system/*.cruds", request::PurposeOfUse::treatment, 1);
    EXPECT_EQ(room_
                  .send({.target = "/t/north/fhir/Patient/p1",
                         .headers = {{"Authorization", "Bearer " + token}}})
                  .status,
              503);
    EXPECT_EQ(health().status, 503);
}

TEST_F(DisclosureTest, ALogThatBreaksBetweenCommitAndOutcomeGivesNoAnswer) {
    room_.hooks().before_commit = [&](store::Batch const&) -> std::optional<Error> {
        room_.owner().break_audit_log();
        return std::nullopt;
    };
    auto const response = room_.put("/fhir/Patient/p1", patient_json("p1"));
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(PipelineRoom::body(response), kUnrecorded);
    // It happened, and its intent is on record: the next start looks and says so.
    EXPECT_EQ(room_.owner().tenant().audit_log.status().open_intents, 1U);
    EXPECT_EQ(testing::must(room_.instance().store->statistics()).versions, 2U);
}

TEST_F(DisclosureTest, ALogThatBreaksWhenARaceIsLostStopsTheAttempts) {
    int attempts = 0;
    room_.hooks().before_commit = [&](store::Batch const&) -> std::optional<Error> {
        ++attempts;
        room_.owner().break_audit_log();
        return Error{Errc::conflict, "another was faster", {}};
    };
    auto const response = room_.put("/fhir/Patient/p1", patient_json("p1"));
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(PipelineRoom::body(response), kUnrecorded);
    EXPECT_EQ(attempts, 1);
}

TEST_F(DisclosureTest, EveryAnswerHasItsLeaf) {
    for (auto const& wanted : of_every_kind()) {
        auto const before = room_.owner().leaves().size();
        auto const response = room_.send(wanted);
        auto const leaves = room_.owner().leaves();
        ASSERT_GT(leaves.size(), before) << wanted.target;
        auto const id = response.headers.get("X-Request-Id");
        ASSERT_TRUE(id.has_value()) << wanted.target;
        for (auto i = before; i < leaves.size(); ++i) {
            EXPECT_TRUE(leaves[i].contains("\"rq\":\"" + std::string(*id) + "\"")) << leaves[i];
        }
        EXPECT_TRUE(leaves.back().contains("\"st\":" + std::to_string(response.status)))
            << wanted.target << leaves.back();
        // The header names the leaf of the answer.
        auto const index = response.headers.get("Salus-Audit-Leaf");
        ASSERT_TRUE(index.has_value());
        EXPECT_EQ(*index, std::to_string(leaves.size() - 1)) << wanted.target;
    }
}

TEST_F(DisclosureTest, ARefusalIsRecordedWithItsReasonAndNoneOfTheRequest) {
    struct Case {
        TestRequest wanted;
        int status;
        char const* event;
    };
    std::vector<Case> const cases{
        {{.target = "/fhir/Patient/PLANTED?PLANTED=1"}, 400, "denied"},
        {{.target = "/fhir/Patient/PLANTED"}, 404, "denied"},
        {{.target = "/fhir/Patient?name=PLANTED"}, 403, "denied"},
        {{.target = "/PLANTED"}, 404, "denied"},
        {{.method = Method::put, .target = "/fhir/Patient/PLANTED", .body = "PLANTED"},
         415,
         "denied"},
        {{.method = Method::options, .target = "/fhir/Patient/PLANTED"}, 405, "denied"},
        {{.target = "/fhir/Patient/PLANTED", .headers = {{"Accept", "PLANTED/x"}}}, 406, "denied"},
    };
    for (auto const& one : cases) {
        auto const response = room_.send_authorized(one.wanted);
        EXPECT_EQ(response.status, one.status) << one.wanted.target;
        EXPECT_FALSE(PipelineRoom::body(response).contains("PLANTED"));
        auto const leaf = room_.last_leaf();
        EXPECT_TRUE(leaf.contains("\"ev\":\"" + std::string(one.event) + "\"")) << leaf;
        EXPECT_TRUE(leaf.contains(R"("out":"denied")")) << leaf;
        EXPECT_TRUE(leaf.contains("\"why\":\"")) << leaf;
        EXPECT_TRUE(leaf.contains(R"("client":"client-1")")) << leaf;
        EXPECT_FALSE(leaf.contains("PLANTED")) << leaf;
    }
}

}  // namespace
}  // namespace salus::pipeline
