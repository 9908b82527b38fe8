// A proposed policy, replayed against requests that were really made: what the report says of them.
#include "admin/policy_replay.h"

#include <gtest/gtest.h>

#include "admin/policy_desk_for_test.h"
#include "pipeline/pipeline_for_test.h"

namespace salus::pipeline {
namespace {

using admin::ReplayPeriod;
using authorization::Policy;
using request::PurposeOfUse;
using std::chrono::days;
using testing::must;
using testing::patient_json;
using testing::PipelineRoom;

constexpr auto kPayment = PurposeOfUse::payment;

// Treatment as in force. Payment reads no claims any more, but coverage; of a patient the birth
// date and no identifier.
Policy proposed() {
    auto treatment = testing::rule_for(PurposeOfUse::treatment);
    treatment.read.all = treatment.write.all = treatment.remove.all = true;
    auto payment = testing::rule_for(kPayment);
    payment.read.names = {"Coverage", "Patient"};
    payment.write.names = {"Claim", "Patient"};
    payment.elements["Patient"] = {.all = false, .names = {"birthDate", "name"}};
    return Policy({.rules = {std::move(treatment), std::move(payment),
                             testing::rule_for(PurposeOfUse::system_administration)}});
}

class PolicyReplayTest : public ::testing::Test {
protected:
    PolicyReplayTest() {
        auto& client = subjects_.clients["client-1"];
        client.caller.anonymous = false;
        client.caller.tenant = room_.owner().tenant().name;
        client.caller.client = ClientId("client-1");
        client.is_stored = true;
    }
    void SetUp() override {
        ASSERT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1")).status, 201);
        ASSERT_EQ(room_.put("/fhir/Patient/p2", patient_json("p2")).status, 201);
    }
    int as(PurposeOfUse purpose, std::string const& target,
           std::string const& scopes = "system/*.cruds") {
        return room_
            .send({.target = target,
                   .headers = {{"Authorization", "Bearer " + room_.token(scopes, purpose)}}})
            .status;
    }
    Result<std::string> replayed(Policy const& now, Policy const& next, ReplayPeriod period = {}) {
        return admin::replay_policy({.now = now,
                                     .next = next,
                                     .subjects = subjects_,
                                     .trail = *room_.house().tenants.front()->audit_trail,
                                     .parser = parser_,
                                     .clock = room_.instance().clock,
                                     .local = local_},
                                    period);
    }
    // Of the policy in force against another; the report stays in report_.
    json::Value replay(Policy const& next, ReplayPeriod period = {}) {
        report_ = std::make_unique<json::Document>(
            must(parser_.parse(must(replayed(testing::policy_for_test(), next, period)))));
        return report_->root();
    }
    static std::int64_t number(json::Value of, std::string_view name) {
        auto const member = of.member(name);
        return member ? member->integer().value_or(-1) : -1;
    }
    static std::int64_t requests(json::Value report, std::string_view change) {
        return number(*report.member(change), "requests");
    }
    // The only group of a type, as JSON.
    static std::string group(json::Value report, std::string_view change, std::string_view type) {
        std::string found;
        auto const groups = *report.member(change)->member("groups");
        for (auto const each : groups.elements()) {
            if (each.text_member("type") != type) continue;
            EXPECT_TRUE(found.empty()) << found;
            found = each.raw();
        }
        return found;
    }

    PipelineRoom room_;
    admin::SubjectsForTest subjects_;
    json::Parser parser_;
    std::unique_ptr<json::Document> report_;
    admin::LocalClock local_ = [](WallTime time) {
        auto const hours = std::chrono::floor<std::chrono::hours>(time.time_since_epoch()).count();
        return request::LocalTime{.hour = static_cast<int>(hours % 24), .weekday = 3};
    };
};

TEST_F(PolicyReplayTest, NamesWhatWouldBeGainedAndLostAndByHowMany) {
    ASSERT_EQ(as(kPayment, "/fhir/Patient/p1"), 200);
    ASSERT_EQ(as(kPayment, "/fhir/Patient/p2"), 200);
    ASSERT_EQ(as(kPayment, "/fhir/Claim/none"), 404);     // permitted, and there is none
    ASSERT_EQ(as(kPayment, "/fhir/Coverage/none"), 403);  // refused
    ASSERT_EQ(as(kPayment, "/fhir/Observation/none"), 403);
    ASSERT_EQ(as(PurposeOfUse::treatment, "/fhir/Patient/p1"), 200);
    auto const report = replay(proposed());
    EXPECT_EQ(number(report, "requests"), 8) << report.raw();
    EXPECT_EQ(number(report, "replayed"), 8);
    EXPECT_EQ(number(report, "compared_with_record"), 8);
    EXPECT_EQ(number(report, "differs_from_record"), 0);
    EXPECT_EQ(number(report, "unchanged"), 4);
    EXPECT_EQ(requests(report, "gains"), 1);
    EXPECT_EQ(group(report, "gains", "Coverage"),
              R"({"count":1,"client":"client-1","interaction":"read","type":"Coverage",)"
              R"("purpose":"HPAYMT","recorded":"refused",)"
              R"("before":{"allowed":false,"why":"the policy does not permit this","rules":[]},)"
              R"("after":{"allowed":true,"rules":["policy.HPAYMT.read"]},)"
              R"("fields_gained":[],"fields_lost":[]})");
    EXPECT_EQ(requests(report, "losses"), 3);
    auto const claim = group(report, "losses", "Claim");
    EXPECT_TRUE(claim.starts_with(R"({"count":1,)")) << claim;
    EXPECT_TRUE(claim.contains(R"("recorded":"permitted","before":{"allowed":true,)")) << claim;
    EXPECT_TRUE(claim.contains(R"("after":{"allowed":false,)")) << claim;
    auto const patient = group(report, "losses", "Patient");
    EXPECT_TRUE(patient.starts_with(R"({"count":2,)")) << patient;
    EXPECT_TRUE(patient.contains(R"("fields_gained":["birthDate"],"fields_lost":["identifier"])"))
        << patient;
    EXPECT_EQ(requests(report, "care_decides"), 0);
}

TEST_F(PolicyReplayTest, ThePolicyInForceChangesNothing) {
    ASSERT_EQ(as(kPayment, "/fhir/Patient/p1"), 200);
    ASSERT_EQ(as(kPayment, "/fhir/Observation/none"), 403);
    ASSERT_EQ(as(PurposeOfUse::treatment, "/fhir/AuditEvent", "system/AuditEvent.rs"), 200);
    ASSERT_EQ(as(PurposeOfUse::system_administration, "/admin/clients", "admin/clients.read"), 200);
    ASSERT_EQ(as(PurposeOfUse::treatment, "/admin/clients", "admin/clients.read"), 403);
    auto const report = replay(testing::policy_for_test());
    EXPECT_EQ(number(report, "requests"), 7) << report.raw();
    EXPECT_EQ(number(report, "unchanged"), 7);
    EXPECT_EQ(number(report, "differs_from_record"), 0);
    for (auto const* change : {"gains", "losses", "care_decides"})
        EXPECT_EQ(requests(report, change), 0) << change;
}

TEST_F(PolicyReplayTest, ARequestCountsOnceHoweverManyLeavesItHas) {
    // An intent and an outcome for each patient.
    auto const before = room_.owner().leaves().size();
    auto const entry = [](std::string const& id) {
        return R"({"resource":)" + patient_json(id) +
               R"(,"request":{"method":"PUT","url":"Patient/)" + id + "\"}}";
    };
    auto const written = room_.send_authorized(
        {.method = http::Method::post,
         .target = "/fhir",
         .headers = {{"Content-Type", "application/fhir+json"}},
         .body = R"({"resourceType":"Bundle","type":"transaction","entry":[)" + entry("p3") + "," +
                 entry("p4") + "]}"});
    ASSERT_EQ(written.status, 200) << PipelineRoom::body(written);
    ASSERT_GE(room_.owner().leaves().size(), before + 4);
    // What needs no token, or has none that is good, is no decision of the policy.
    ASSERT_EQ(room_.send({.target = "/fhir/metadata"}).status, 200);
    ASSERT_EQ(room_.send({.target = "/fhir/Patient/p1"}).status, 401);
    auto const report = replay(testing::policy_for_test());
    EXPECT_EQ(number(report, "requests"), 3) << report.raw();
    EXPECT_EQ(number(report, "leaves_read"),
              static_cast<std::int64_t>(room_.owner().leaves().size()));
}

TEST_F(PolicyReplayTest, WhatTheLogDoesNotTellCountsAsDifferent) {
    // Refused for the element that it searches by, which no leaf says.
    ASSERT_EQ(as(kPayment, "/fhir/Patient?gender=male"), 403);
    auto const report = replay(testing::policy_for_test());
    EXPECT_EQ(number(report, "compared_with_record"), 3) << report.raw();
    EXPECT_EQ(number(report, "differs_from_record"), 1);
}

TEST_F(PolicyReplayTest, LeavesOfAnotherPolicyAreReplayedAndNotComparedWithTheRecord) {
    ASSERT_EQ(as(kPayment, "/fhir/Coverage/none"), 403);
    auto const now = proposed();
    auto const text = must(replayed(now, testing::policy_for_test()));
    auto const document = must(parser_.parse(text));
    EXPECT_EQ(number(document.root(), "replayed"), 3) << text;
    EXPECT_EQ(number(document.root(), "compared_with_record"), 0);
    EXPECT_EQ(number(document.root(), "differs_from_record"), 0);
    auto const lost = group(document.root(), "losses", "Coverage");
    EXPECT_TRUE(lost.contains(R"("recorded":"refused","before":{"allowed":true,)")) << lost;
}

TEST_F(PolicyReplayTest, WhoIsGoneIsNotReplayed) {
    subjects_.clients.clear();
    auto const report = replay(proposed());
    EXPECT_EQ(number(report, "requests"), 2) << report.raw();
    EXPECT_EQ(number(report, "replayed"), 0);
    EXPECT_EQ(number(*report.member("not_replayed"), "the subject no longer exists"), 2);
}

TEST_F(PolicyReplayTest, ReadsTheDaysAskedForAndTheNewestLeavesOfThem) {
    auto const old = room_.owner().leaves().size();
    room_.instance().clock.advance(days(3));
    ASSERT_EQ(as(kPayment, "/fhir/Patient/p1"), 200);
    ASSERT_EQ(as(kPayment, "/fhir/Coverage/none"), 403);
    auto const all = room_.owner().leaves().size();
    auto const recent = replay(proposed(), {.days = days(1)});
    EXPECT_EQ(number(recent, "leaves_read"), static_cast<std::int64_t>(all - old));
    EXPECT_EQ(number(recent, "requests"), 2) << recent.raw();
    EXPECT_TRUE(recent.raw().contains(R"("truncated":false)"));
    EXPECT_EQ(number(replay(proposed(), {.days = days(4)}), "requests"), 4);
    auto const last = replay(proposed(), {.days = days(4), .leaves_most = 1});
    EXPECT_EQ(number(last, "leaves_read"), 1);
    EXPECT_TRUE(last.raw().contains(R"("truncated":true)")) << last.raw();
    EXPECT_EQ(requests(last, "gains"), 1);
    // Nothing is that young.
    room_.instance().clock.advance(days(2));
    EXPECT_EQ(number(replay(proposed(), {.days = days(1)}), "leaves_read"), 0);
}

TEST_F(PolicyReplayTest, TheHourIsTheHourOfThen) {
    auto const midnight = std::chrono::ceil<days>(room_.instance().clock.now());
    auto const at = [&](int hour) {
        room_.instance().clock.advance(midnight + std::chrono::hours(hour) -
                                       room_.instance().clock.now());
    };
    at(11);
    ASSERT_EQ(as(kPayment, "/fhir/Patient/p1"), 200);
    at(21);
    ASSERT_EQ(as(kPayment, "/fhir/Patient/p1"), 200);
    ASSERT_EQ(as(kPayment, "/fhir/Patient/p2"), 200);
    auto text = testing::policy_for_test().text();
    text += R"(
@id("billing-goes-home") forbid (principal, action, resource)
when { context.purpose == "HPAYMT" && context.hour >= 20 };
)";
    auto const report = replay(*Policy::parse(text), {.days = days(1)});
    EXPECT_EQ(requests(report, "losses"), 2) << report.raw();
    EXPECT_GE(number(report, "unchanged"), 1);
    local_ = [](WallTime) { return request::LocalTime{.hour = 12, .weekday = 3}; };
    EXPECT_EQ(requests(replay(*Policy::parse(text), {.days = days(1)}), "losses"), 0);
}

TEST_F(PolicyReplayTest, BoundsAreKept) {
    for (ReplayPeriod const period :
         {ReplayPeriod{.days = days(0)}, ReplayPeriod{.days = days(3661)},
          ReplayPeriod{.leaves_most = 0}, ReplayPeriod{.leaves_most = 1'000'001}}) {
        auto const result = replayed(proposed(), proposed(), period);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, Errc::invalid);
    }
}

TEST_F(PolicyReplayTest, AFaultOfTheRecordsStopsIt) {
    // Whose subjects cannot be read is not told as gone.
    class Broken final : public admin::Subjects {
    public:
        Result<std::optional<admin::Subject>> user_named(std::string_view) override {
            return fail(Errc::unavailable, "the test broke it");
        }
        Result<std::optional<admin::Subject>> user(std::string_view id) override {
            return user_named(id);
        }
        Result<std::optional<admin::Subject>> client(std::string_view id) override {
            return user_named(id);
        }
    } broken;
    auto const policy = proposed();
    auto const result = admin::replay_policy({.now = policy,
                                              .next = policy,
                                              .subjects = broken,
                                              .trail = *room_.house().tenants.front()->audit_trail,
                                              .parser = parser_,
                                              .clock = room_.instance().clock,
                                              .local = local_},
                                             {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::unavailable);
}

}  // namespace
}  // namespace salus::pipeline
