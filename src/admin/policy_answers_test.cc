// Questions to the policy: whom and what they may be about, and what is answered (AZ-4, AZ-7).
#include "admin/policy_answers.h"

#include <gtest/gtest.h>

#include "admin/policy_desk_for_test.h"

namespace salus::admin {
namespace {

using testing::must;

class PolicyAnswersTest : public ::testing::Test {
protected:
    // What was asked of the last question stays in exchange_.
    Result<request::Prepared> asked(std::string body) {
        exchange_ = room_.exchange(std::move(body));
        return explain_policy(room_.desk(), exchange_);
    }
    std::string answer(std::string body) { return PolicyRoom::text(must(asked(std::move(body)))); }
    bool allowed(std::string body) {
        auto const text = answer(std::move(body));
        EXPECT_TRUE(text.starts_with(R"({"allowed":true)") ||
                    text.starts_with(R"({"allowed":false)"))
            << text;
        return text.starts_with(R"({"allowed":true)");
    }
    Errc refused(std::string const& body) {
        auto const result = asked(body);
        EXPECT_FALSE(result) << body;
        return result ? Errc::internal : result.error().code;
    }

    PolicyRoom room_;
    request::Exchange exchange_;
};

TEST_F(PolicyAnswersTest, AnAnswerNamesRulesScopesAndWhatIsWithheldByWhich) {
    auto const text = answer(R"({"user":"name of u1","interaction":"read","type":"Patient"})");
    EXPECT_TRUE(text.contains(R"("roles":["nurse"])")) << text;
    EXPECT_TRUE(text.contains(R"json({"id":"treat.read","description":"Whoever treats reads",)json"
                              R"json("reference":"45 CFR 164.506(c)"})json"))
        << text;
    EXPECT_TRUE(text.contains(R"("scopes":["user/*.cruds"])")) << text;
    EXPECT_TRUE(text.contains(R"({"element":"telecom","rules":["treat.no-telecom"]})")) << text;
    EXPECT_FALSE(text.contains(R"("element":"birthDate")")) << text;
    EXPECT_TRUE(text.contains(to_hex(room_.desk().policy.hash())));
    EXPECT_EQ(exchange_.facts.target_user, UserId("u1"));
    // A role of the sign-in counts beside those that are stored.
    EXPECT_TRUE(
        answer(
            R"({"user":"name of u1","roles":["registrar"],"interaction":"read","type":"Patient"})")
            .contains(R"("withheld":[])"));
}

TEST_F(PolicyAnswersTest, ARefusalSaysWhyAndWhatWouldHelp) {
    auto const text =
        answer(R"({"person":true,"purpose":"TREAT","interaction":"create","type":"Observation"})");
    EXPECT_TRUE(text.starts_with(
        R"({"allowed":false,"why":"the policy does not permit this","purpose":"TREAT")"))
        << text;
    EXPECT_TRUE(text.contains(R"({"kind":"role","value":"nurse"})")) << text;
    EXPECT_FALSE(exchange_.facts.target_user);
    EXPECT_TRUE(answer(R"({"client":"lab","interaction":"read","type":"Patient"})")
                    .contains(R"("why":"no scope of the token permits this")"));
    EXPECT_EQ(exchange_.facts.target_client, ClientId("lab"));
}

TEST_F(PolicyAnswersTest, HowAPersonSignedInCounts) {
    std::string const question = R"({"user":"name of u1","interaction":"read","type":"Basic")";
    EXPECT_TRUE(allowed(question + "}"));
    EXPECT_TRUE(allowed(question + R"(,"acr":"mfa","auth_age":900})"));
    EXPECT_FALSE(allowed(question + R"(,"acr":"mfa","auth_age":901})"));
    EXPECT_TRUE(answer(question + R"(,"auth_age":901})").contains(R"("kind":"recent-sign-in")"));
    EXPECT_FALSE(allowed(question + R"(,"acr":"recovery"})"));
    EXPECT_EQ(refused(R"({"client":"lab","acr":"mfa","interaction":"read","type":"Basic"})"),
              Errc::invalid);
}

TEST_F(PolicyAnswersTest, WhatIsStoredLimitsWhatATokenCanSay) {
    // Another purpose than the registered; more scope than there is.
    EXPECT_TRUE(answer(R"({"user":"name of u1","purpose":"PATRQT","interaction":"read",)"
                       R"("type":"Patient","own":false})")
                    .contains("may not state this purpose"));
    EXPECT_FALSE(allowed(
        R"({"client":"lab","scope":"system/*.cruds","interaction":"read","type":"Patient"})"));
    EXPECT_FALSE(allowed(
        R"({"user":"name of u1","scope":"user/Patient.s","interaction":"read","type":"Patient"})"));
    EXPECT_TRUE(answer(R"({"user":"name of u3","interaction":"read","type":"Patient"})")
                    .starts_with(R"({"allowed":false,"why":"the user is disabled")"));
}

TEST_F(PolicyAnswersTest, OnesOwnRecordIsSaidWithoutNamingIt) {
    std::string const own = R"({"user":"name of u2","interaction":"read","type":"Patient")";
    EXPECT_TRUE(allowed(own + R"(,"own":true})"));
    EXPECT_FALSE(allowed(own + "}"));
    EXPECT_EQ(refused(R"({"user":"name of u1","interaction":"read","type":"Patient","own":true})"),
              Errc::unprocessable);
    EXPECT_EQ(refused(R"({"client":"lab","interaction":"read","type":"Patient","own":true})"),
              Errc::unprocessable);
    EXPECT_EQ(refused(R"({"person":true,"interaction":"read","type":"Practitioner","own":true})"),
              Errc::unprocessable);
}

TEST_F(PolicyAnswersTest, FunctionsOfTheServer) {
    EXPECT_TRUE(
        allowed(R"({"service":true,"purpose":"SYSADMIN","function":"policies","access":"read"})"));
    EXPECT_TRUE(
        allowed(R"({"service":true,"purpose":"SYSADMIN","interaction":"admin.policy-explain"})"));
    EXPECT_FALSE(
        allowed(R"({"service":true,"purpose":"TREAT","function":"policies","access":"read"})"));
    // The policy here lets read.
    EXPECT_FALSE(
        allowed(R"({"service":true,"purpose":"SYSADMIN","function":"policies","access":"write"})"));
    for (auto const* function :
         {R"("function":"receipt","access":"read")",
          R"("function":"","access":"read","interaction":"none")",
          R"("function":"other","access":"read")", R"("function":"keys","access":"delete")"})
        EXPECT_NE(refused(std::string(R"({"service":true,)") + function + "}"), Errc::internal);
}

TEST_F(PolicyAnswersTest, TheAuditLogHasInteractionsOfItsOwn) {
    for (auto const* question :
         {R"("interaction":"read","type":"AuditEvent")",
          R"("interaction":"search","type":"AuditEvent")", R"("interaction":"audit.search")",
          R"("interaction":"accounting","type":"Patient")"})
        EXPECT_TRUE(allowed(std::string(R"({"service":true,"purpose":"TREAT",)") + question + "}"))
            << question;
    EXPECT_EQ(refused(R"({"service":true,"interaction":"create","type":"AuditEvent"})"),
              Errc::unprocessable);
    EXPECT_EQ(refused(R"({"service":true,"interaction":"accounting","type":"Basic"})"),
              Errc::unprocessable);
}

TEST_F(PolicyAnswersTest, WhatIsNoQuestionIsRefused) {
    for (auto const* body :
         {"", "[]", "{}", "{", R"({"interaction":"read","type":"Patient"})",
          R"({"user":"name of u1","client":"lab","interaction":"read","type":"Patient"})",
          R"({"service":true,"person":true,"interaction":"read","type":"Patient"})",
          R"({"service":"yes","interaction":"read","type":"Patient"})",
          R"({"service":true,"interaction":"read","type":"Patient","id":"p1"})",
          R"({"service":true,"interaction":"read","type":"Patient","purpose":"treat"})",
          R"({"service":true,"interaction":"read","type":"Patient","scope":"x"})",
          R"({"service":true,"interaction":"read","type":"Patient","roles":"nurse"})",
          R"({"service":true,"interaction":"read","type":"Patient","roles":["Nurse"]})",
          R"({"person":true,"interaction":"read","type":"Patient","auth_age":-1})",
          R"({"person":true,"interaction":"read","type":"Patient","auth_age":1.5})",
          R"({"person":true,"interaction":"read","type":"Patient","acr":1})",
          R"({"service":true,"interaction":"read","function":"keys","access":"read"})",
          R"({"service":true})"})
        EXPECT_EQ(refused(body), Errc::invalid) << body;
    for (auto const* body :
         {R"({"service":true,"interaction":"token"})", R"({"service":true,"interaction":"batch"})",
          R"({"service":true,"interaction":"read","type":"Secret"})",
          R"({"service":true,"interaction":"read"})",
          R"({"service":true,"interaction":"everything","type":"Basic"})",
          R"({"service":true,"interaction":"admin.user-list","type":"Patient"})"})
        EXPECT_EQ(refused(body), Errc::unprocessable) << body;
    EXPECT_EQ(refused(R"({"user":"name of u9","interaction":"read","type":"Patient"})"),
              Errc::not_found);
    EXPECT_EQ(refused(std::string(300'000, ' ')), Errc::too_large);
}

TEST_F(PolicyAnswersTest, ThePolicyIsShownAsItStands) {
    auto const text = PolicyRoom::text(show_policy(room_.desk()));
    EXPECT_TRUE(text.contains(R"("sha256":")" + to_hex(room_.desk().policy.hash()))) << text;
    EXPECT_TRUE(text.contains(R"("rules":6)")) << text;
    EXPECT_TRUE(text.contains("treat.no-telecom")) << text;
}

}  // namespace
}  // namespace salus::admin
