// OpenID AuthZEN Authorization API 1.0, over the policy.
#include "admin/access_evaluation.h"

#include <gtest/gtest.h>

#include "admin/policy_desk_for_test.h"

namespace salus::admin {
namespace {

using testing::must;

constexpr char const* kNurse = R"("subject":{"type":"user","id":"u1"})";
constexpr char const* kRead = R"("action":{"name":"read"})";
constexpr char const* kPatients = R"("resource":{"type":"Patient","id":"*"})";

std::string evaluation(std::string const& subject, std::string const& action,
                       std::string const& resource, std::string const& more = {}) {
    return "{" + subject + "," + action + "," + resource + more + "}";
}

class AccessEvaluationTest : public ::testing::Test {
protected:
    Result<request::Prepared> one(std::string body) {
        exchange_ = room_.exchange(std::move(body));
        return evaluate_access(room_.desk(), exchange_);
    }
    std::string answer(std::string body) { return PolicyRoom::text(must(one(std::move(body)))); }
    bool decision(std::string body) {
        auto const text = answer(std::move(body));
        EXPECT_TRUE(text.starts_with(R"({"decision":true)") ||
                    text.starts_with(R"({"decision":false)"))
            << text;
        return text.starts_with(R"({"decision":true)");
    }
    Errc refused(std::string body) {
        auto const result = one(std::move(body));
        EXPECT_FALSE(result);
        return result ? Errc::internal : result.error().code;
    }
    Result<request::Prepared> several(std::string body) {
        exchange_ = room_.exchange(std::move(body));
        return evaluate_accesses(room_.desk(), exchange_);
    }
    // "+" for each yes, "-" for each no.
    std::string decisions(std::string body) {
        auto const document = must(parser_.parse(PolicyRoom::text(must(several(std::move(body))))));
        std::string all;
        for (auto const each : document.root().member("evaluations")->elements())
            all += each.member("decision")->boolean() ? "+" : "-";
        return all;
    }

    PolicyRoom room_;
    json::Parser parser_;
    request::Exchange exchange_;
};

TEST_F(AccessEvaluationTest, TheDecisionIsThePolicys) {
    auto const text = answer(evaluation(kNurse, kRead, kPatients));
    EXPECT_TRUE(text.starts_with(R"({"decision":true,"context":{"reasons":["scope:user/*.cruds",)"
                                 R"("treat.read"])"))
        << text;
    // An asker that enforces must know what not to show.
    EXPECT_TRUE(text.contains(R"("telecom")")) << text;
    EXPECT_FALSE(text.contains(R"("birthDate")")) << text;
    EXPECT_EQ(exchange_.facts.target_user, UserId("u1"));
    EXPECT_TRUE(decision(evaluation(kNurse, R"("action":{"name":"create"})",
                                    R"("resource":{"type":"Observation"})")));
    EXPECT_FALSE(decision(evaluation(kNurse, R"("action":{"name":"create"})", kPatients)));
    EXPECT_TRUE(decision(evaluation(R"("subject":{"type":"client","id":"lab"})", kRead,
                                    R"("resource":{"type":"Observation","id":"*"})")));
    EXPECT_FALSE(
        decision(evaluation(R"("subject":{"type":"client","id":"lab"})", kRead, kPatients)));
    EXPECT_TRUE(decision(evaluation(R"("subject":{"type":"user","id":"u2"})", kRead,
                                    R"("resource":{"type":"Patient","properties":{"own":true}})")));
    EXPECT_FALSE(decision(evaluation(R"("subject":{"type":"user","id":"u2"})", kRead, kPatients)));
}

TEST_F(AccessEvaluationTest, ANoSaysHowToSignIn) {
    auto const text = answer(
        evaluation(kNurse, kRead, kPatients, R"(,"context":{"auth_age":1000,"time":"whenever"})"));
    EXPECT_TRUE(text.starts_with(R"({"decision":false)")) << text;
    EXPECT_TRUE(text.contains(R"("acr_values":"phr mfa","max_age":900)")) << text;
}

TEST_F(AccessEvaluationTest, WhatThereIsNotIsANo) {
    for (auto const& body :
         {evaluation(R"("subject":{"type":"user","id":"nobody"})", kRead, kPatients),
          evaluation(R"("subject":{"type":"user","id":"name of u1"})", kRead, kPatients),
          evaluation(R"("subject":{"type":"user","id":"u3"})", kRead, kPatients),
          evaluation(R"("subject":{"type":"group","id":"u1"})", kRead, kPatients),
          evaluation(kNurse, R"("action":{"name":"can_read"})", kPatients),
          evaluation(kNurse, kRead, R"("resource":{"type":"document","id":"*"})"),
          evaluation(kNurse, kRead, R"("resource":{"type":"Patient","id":"p1"})"),
          evaluation(kNurse, kRead, R"("resource":{"type":"Patient","properties":{"own":true}})"),
          evaluation(kNurse, kRead, R"("resource":{"type":"function","id":"policies"})"),
          evaluation(kNurse, kRead, R"("resource":{"type":"function"})"),
          evaluation(kNurse, kRead, kPatients, R"(,"context":{"purpose":"HMARKT"})"),
          evaluation(kNurse, kRead, kPatients, R"(,"context":{"purpose":"SYSADMIN"})")}) {
        auto const text = answer(body);
        EXPECT_TRUE(text.starts_with(R"({"decision":false)")) << body << text;
        EXPECT_TRUE(text.contains(R"("reason_admin":{"en":")")) << text;
    }
}

TEST_F(AccessEvaluationTest, WhatIsMalformedIsRefused) {
    for (auto const& body : std::vector<std::string>{
             "", "{", "[]", "{}", "\"x\"", std::string("{") + kNurse + "," + kRead + "}",
             std::string("{") + kNurse + "," + kPatients + "}",
             std::string("{") + kRead + "," + kPatients + "}",
             evaluation(R"("subject":"u1")", kRead, kPatients),
             evaluation(R"("subject":{"id":"u1"})", kRead, kPatients),
             evaluation(R"("subject":{"type":"user"})", kRead, kPatients),
             evaluation(R"("subject":{"type":"user","id":1})", kRead, kPatients),
             evaluation(R"("subject":{"type":"user","id":"u1","properties":[]})", kRead, kPatients),
             evaluation(R"("subject":{"type":"user","id":"u1","properties":{"roles":"x"}})", kRead,
                        kPatients),
             evaluation(kNurse, R"("action":{})", kPatients),
             evaluation(kNurse, R"("action":{"name":1})", kPatients),
             evaluation(kNurse, R"("action":{"name":"read","properties":1})", kPatients),
             evaluation(kNurse, kRead, R"("resource":{"id":"*"})"),
             evaluation(kNurse, kRead, R"("resource":{"type":"Patient","id":1})"),
             evaluation(kNurse, kRead, R"("resource":{"type":"Patient","properties":{"own":1}})"),
             evaluation(kNurse, kRead, kPatients, R"(,"context":1)"),
             evaluation(kNurse, kRead, kPatients, R"(,"context":{"purpose":1})"),
             evaluation(kNurse, kRead, kPatients, R"(,"context":{"auth_age":"1"})"),
             // What is malformed is told, whoever it is about.
             evaluation(R"("subject":{"type":"user","id":"nobody"})", kRead, kPatients,
                        R"(,"context":[])")})
        EXPECT_EQ(refused(body), Errc::invalid) << body;
}

TEST_F(AccessEvaluationTest, SeveralShareWhatTheyDoNotSay) {
    // The first reads, the second creates what it may not, the third another type.
    std::string const list = R"("evaluations":[{},{"action":{"name":"create"}},)"
                             R"({"action":{"name":"create"},"resource":{"type":"Observation"}}])";
    auto const with = [&](std::string const& options) {
        return std::string("{") + kNurse + "," + kRead + "," + kPatients + "," + list + options +
               "}";
    };
    auto const semantic = [&](std::string const& name) {
        return with(R"(,"options":{"evaluations_semantic":")" + name + "\"}");
    };
    EXPECT_EQ(decisions(with("")), "+-+");
    EXPECT_EQ(decisions(with(R"(,"options":{"another":1})")), "+-+");
    EXPECT_EQ(decisions(semantic("execute_all")), "+-+");
    EXPECT_EQ(decisions(semantic("deny_on_first_deny")), "+-");
    EXPECT_EQ(decisions(semantic("permit_on_first_permit")), "+");
    for (auto const& wrong : {semantic("first"), with(R"(,"options":[])"),
                              with(R"(,"options":{"evaluations_semantic":1})")})
        EXPECT_EQ(several(wrong).error().code, Errc::invalid) << wrong;
}

TEST_F(AccessEvaluationTest, WhatIsWrongWithOneOfSeveralIsItsOwnNo) {
    auto const body = std::string("{") + kNurse + "," + kRead +
                      R"(,"evaluations":[{"resource":{"type":"Patient"}},{},)"
                      R"({"resource":{"type":"document"}},{"resource":{"type":"Patient"}}]})";
    EXPECT_EQ(decisions(body), "+--+");
    EXPECT_TRUE(PolicyRoom::text(must(several(body))).contains(R"("error":{"status":400,)"));
    std::string many;
    for (int i = 0; i < 101; ++i) many += i == 0 ? "{}" : ",{}";
    EXPECT_EQ(several(R"({"evaluations":[)" + many + "]}").error().code, Errc::too_large);
    for (auto const* wrong : {R"({"evaluations":{}})", R"({"evaluations":[1]})", "[]"})
        EXPECT_EQ(several(wrong).error().code, Errc::invalid) << wrong;
}

TEST_F(AccessEvaluationTest, WithoutAListItIsOne) {
    for (auto const* list : {"", R"(,"evaluations":[])"}) {
        auto const text =
            PolicyRoom::text(must(several(evaluation(kNurse, kRead, kPatients, list))));
        EXPECT_TRUE(text.starts_with(R"({"decision":true)")) << text;
    }
}

TEST_F(AccessEvaluationTest, TheMetadataNameBothAddresses) {
    auto const& tenant = room_.tenant();
    EXPECT_EQ(access_evaluation_metadata(tenant),
              R"({"policy_decision_point":")" + tenant.public_url +
                  R"(","access_evaluation_endpoint":")" + tenant.public_url +
                  R"(/access/v1/evaluation","access_evaluations_endpoint":")" + tenant.public_url +
                  R"(/access/v1/evaluations"})");
}

}  // namespace
}  // namespace salus::admin
