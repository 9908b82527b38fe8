// A policy is changed while requests are served: by two people, never by one, and each request is
// decided and recorded under one version (AZ-8).
#include "admin/policy_changes.h"

#include <gtest/gtest.h>
#include <thread>

#include "oauth/access_token.h"
#include "pipeline/pipeline_for_test.h"

namespace salus::pipeline {
namespace {

using http::Method;
using request::PurposeOfUse;
using testing::PipelineRoom;

constexpr auto* kAdministration = R"(
@id("administration") permit (principal, action in [Action::"administerRead", Action::"administerWrite"], resource)
  when { context.purpose == "SYSADMIN" };
)";
// Treatment may read patients, and nothing else.
constexpr auto* kReads = R"(
@id("reads") @fields("*") permit (principal, action == Action::"read", resource is Record in Type::"Patient")
  when { context.purpose == "TREAT" };
)";

class PolicyChangesTest : public ::testing::Test {
protected:
    std::string token() {
        oauth::AccessTokenGrant grant{
            ClientId("console"),
            request::parse_scopes("admin/policies.read admin/policies.write").value(),
            PurposeOfUse::system_administration};
        auto const& house = *room_.house().tenants.front();
        return oauth::issue_access_token(house.tenant, house.token_keys, grant,
                                         room_.instance().random, room_.instance().clock.now());
    }
    http::Response post(std::string const& path, std::string const& body) {
        return room_.send(
            {Method::post,
             "/admin/policy/versions" + path,
             {{"Authorization", "Bearer " + token()}, {"Content-Type", "application/json"}},
             body});
    }
    http::Response propose(std::string const& text) {
        std::string body;
        json::Writer(body)
            .begin_object()
            .key("reason")
            .string("a test")
            .key("text")
            .string(text)
            .end_object();
        return post("", body);
    }
    // As if two people had approved the version.
    void approve_by_two(std::uint64_t number) {
        auto records = testing::must(records::Records::make(
            room_.owner().tenant(), room_.instance().random, room_.house().index_cache));
        json::Parser parser;
        auto version = testing::must(admin::policy_version(*records, parser, number));
        for (auto const* person : {"1", "2"})
            version.approvals.push_back({.client = "app", .person = person, .at = 1});
        records::Change change;
        change.document_class = records::DocumentClass::policy;
        change.type = "policy-version";
        change.id = std::to_string(number);
        change.compartment = records->addressing().identity_compartment();
        change.version = 2;
        change.when = room_.instance().clock.now();
        change.text = EphiText(to_json(version));
        request::Prepared prepared;
        ASSERT_TRUE(records::add_document(*records, change, prepared));
        ASSERT_TRUE(room_.commit_behind(*std::move(prepared.batch)));
    }
    static std::string named(http::Response const& response) {
        json::Parser parser;
        auto const document = testing::must(parser.parse(PipelineRoom::body(response)));
        return R"({"sha256":")" + document.root().text_member("sha256").value_or("") + "\"}";
    }
    static std::string version_of(http::Response const& response) {
        return std::string(response.headers.get("Salus-Policy-Version").value_or("none"));
    }

    PipelineRoom room_;
};

TEST_F(PolicyChangesTest, TakesEffectForTheNextRequestAndNoSooner) {
    room_.put("/fhir/Patient/p", testing::patient_json("p"));
    auto const proposed = propose(std::string(kAdministration) + kReads);
    ASSERT_EQ(proposed.status, 201) << PipelineRoom::body(proposed);
    EXPECT_TRUE(room_.last_leaf().contains("admin.policy.proposed"));
    EXPECT_EQ(post("/1/activate", named(proposed)).status, 409);
    // A client approves nothing, whatever its scopes.
    EXPECT_EQ(post("/1/approve", named(proposed)).status, 403);
    EXPECT_EQ(version_of(room_.get("/fhir/Patient/p")), "0");
    auto const before = room_.last_leaf();
    approve_by_two(1);
    EXPECT_EQ(post("/1/activate", R"({"sha256":"00"})").status, 409);
    EXPECT_EQ(post("/1/activate", "{}").status, 400);
    auto const activated = post("/1/activate", named(proposed));
    ASSERT_EQ(activated.status, 200) << PipelineRoom::body(activated);
    EXPECT_EQ(version_of(activated), "0");
    EXPECT_TRUE(PipelineRoom::body(activated).contains("in-force"));
    auto const read = room_.get("/fhir/Patient/p");
    EXPECT_EQ(read.status, 200);
    EXPECT_EQ(version_of(read), "1");
    auto const policy_in = [](std::string const& leaf) {
        auto const at = leaf.find("\"policy\":");
        return leaf.substr(at, 75);
    };
    EXPECT_NE(policy_in(room_.last_leaf()), policy_in(before));
    auto const written = room_.put("/fhir/Patient/q", testing::patient_json("q"));
    EXPECT_EQ(written.status, 403);
    EXPECT_EQ(version_of(written), "1");
}

TEST_F(PolicyChangesTest, NobodyLocksThemselvesOut) {
    auto const proposed = propose(kReads);
    ASSERT_EQ(proposed.status, 201);
    approve_by_two(1);
    EXPECT_EQ(post("/1/activate", named(proposed)).status, 422);
    EXPECT_EQ(version_of(room_.get("/fhir/Patient/p")), "0");
}

TEST_F(PolicyChangesTest, OfTwoVersionsOneIsActivated) {
    auto const first = propose(kAdministration);
    auto const second = propose(std::string(kAdministration) + kReads);
    approve_by_two(1);
    approve_by_two(2);
    EXPECT_EQ(post("/2/activate", named(second)).status, 200);
    auto const overtaken = post("/1/activate", named(first));
    EXPECT_EQ(overtaken.status, 409);
    EXPECT_EQ(version_of(room_.get("/fhir/Patient/p")), "2");
}

TEST_F(PolicyChangesTest, WhatIsNoPolicyIsNotKept) {
    auto const wrong = propose("permit(principal);");
    EXPECT_EQ(wrong.status, 422);
    EXPECT_TRUE(PipelineRoom::body(wrong).contains("\"line\":1"));
    auto const unknown =
        propose(R"(@id("x") permit (principal, action, resource) when { context.nothing == 1 };)");
    EXPECT_EQ(unknown.status, 422);
    for (auto const* body : {"[]", "{}", R"({"text":""})", R"({"text":"","reason":""})",
                             R"({"text":"","reason":"r","tables":[]})",
                             R"({"text":"","reason":"r","table":[]})", "no json"})
        EXPECT_EQ(post("", body).status, 400) << body;
    EXPECT_EQ(post("/1/approve", "{}").status, 404);
}

TEST_F(PolicyChangesTest, AWithdrawnVersionIsKeptAndNotActivated) {
    auto const proposed = propose(kAdministration);
    approve_by_two(1);
    auto const withdrawn = room_.send({.method = Method::remove,
                                       .target = "/admin/policy/versions/1",
                                       .headers = {{"Authorization", "Bearer " + token()}}});
    ASSERT_EQ(withdrawn.status, 200) << PipelineRoom::body(withdrawn);
    EXPECT_TRUE(room_.last_leaf().contains("admin.policy.withdrawn"));
    EXPECT_EQ(post("/1/activate", named(proposed)).status, 409);
}

TEST(PolicyInForce, IsTakenWholeByEachReaderAndNeverGoesBack) {
    authorization::PolicyInForce in_force{authorization::Policy()};
    std::vector<request::DecidingPolicy> versions;
    for (std::uint64_t i = 0; i < 50; ++i) {
        auto text = "@id(\"rule-" + std::to_string(i) + "\") permit (principal, action, resource);";
        versions.push_back(
            authorization::deciding(*authorization::Policy::parse(std::move(text)), i));
    }
    std::thread reader([&] {
        std::uint64_t last = 0;
        while (last < 49) {
            auto const now = in_force.current();
            EXPECT_GE(now.version, last);
            EXPECT_EQ(now.hash, now.version == 0 ? now.rules->hash() : versions[now.version].hash);
            last = now.version;
        }
    });
    for (std::uint64_t i = 1; i < 50; ++i) {
        in_force.activate(i, *versions[i].rules);
        in_force.activate(i - 1, *versions[i - 1].rules);
    }
    reader.join();
}

}  // namespace
}  // namespace salus::pipeline
