// Attacks T7, T8 and T11 of the reference on claims.
#include "jose/claims.h"

#include <gtest/gtest.h>

#include "foundation/limits.h"

namespace salus::jose {
namespace {

constexpr std::int64_t kNowSeconds = 1'790'000'000;
WallTime const kNow{std::chrono::seconds(kNowSeconds)};
constexpr auto kSkew = limits::kClockSkew.count();

std::string at(std::int64_t offset) {
    return std::to_string(kNowSeconds + offset);
}

class ClaimChecks : public testing::Test {
protected:
    static Result<Claims> check(std::string text, ClaimRules const& rules) {
        auto const document = json::Parser().parse(std::move(text));
        if (!document) return fail(document.error());
        return check_claims(document->root(), rules, kNow);
    }
    // Good claims but for these members, which are written last.
    [[nodiscard]] Result<Claims> with(std::string const& times) const {
        return check(R"({"iss":"client","sub":"client","aud":"https://us",)" + times + "}", rules_);
    }
    [[nodiscard]] Result<Claims> with_audience(std::string const& audience) const {
        return check(
            R"({"iss":"client","sub":"client","exp":)" + at(60) + R"(,"aud":)" + audience + "}",
            rules_);
    }
    ClaimRules rules_{
        .issuer = "client", .subject = "client", .audiences = {"https://us", "https://us/token"}};
};

TEST_F(ClaimChecks, GoodClaimsAreReturned) {
    auto const claims = with(R"("exp":)" + at(60) + R"(,"iat":)" + at(-5) + R"(,"nbf":)" + at(0) +
                             R"(,"jti":"abc")");
    ASSERT_TRUE(claims);
    EXPECT_EQ(claims->issuer, "client");
    EXPECT_EQ(claims->subject, "client");
    EXPECT_EQ(claims->audience, std::vector<std::string>{"https://us"});
    EXPECT_EQ(claims->expires, kNow + std::chrono::seconds(60));
    EXPECT_EQ(claims->issued_at, kNow - std::chrono::seconds(5));
    EXPECT_EQ(claims->not_before, kNow);
    EXPECT_EQ(claims->token_id, "abc");
}

TEST_F(ClaimChecks, EdgesOfTimeAreExact) {
    EXPECT_TRUE(with(R"("exp":)" + at(1 - kSkew)));
    EXPECT_FALSE(with(R"("exp":)" + at(-kSkew)));
    EXPECT_FALSE(with(R"("exp":)" + at(-kSkew - 1)));
    auto const exp = R"("exp":)" + at(60);
    for (auto const* const name : {R"(,"nbf":)", R"(,"iat":)"}) {
        EXPECT_TRUE(with(exp + name + at(kSkew)));
        EXPECT_FALSE(with(exp + name + at(kSkew + 1)));
        EXPECT_TRUE(with(exp + name + "0"));
    }
}

TEST_F(ClaimChecks, LongLivedTokensAreRefused) {
    rules_.life_longest = limits::kAssertionLifeLongest;
    auto const life = std::chrono::seconds(limits::kAssertionLifeLongest).count();
    EXPECT_TRUE(with(R"("exp":)" + at(life + kSkew)));
    EXPECT_FALSE(with(R"("exp":)" + at(life + kSkew + 1)));
    EXPECT_FALSE(with(R"("exp":9000000000)"));
    rules_.life_longest.reset();
    EXPECT_TRUE(with(R"("exp":9000000000)"));
}

TEST_F(ClaimChecks, TimesThatAreNoSecondsAreRefused) {
    for (auto const* const bad :
         {"null", "\"1790000060\"", "true", "[1790000060]", "1790000060.5", "1.79e9", "-1",
          "9000000001", "9223372036854775807", "-9223372036854775808", "{}"}) {
        EXPECT_FALSE(with(R"("exp":)" + std::string(bad))) << bad;
        auto const exp = R"("exp":)" + at(60);
        EXPECT_FALSE(with(exp + R"(,"nbf":)" + bad)) << bad;
        EXPECT_FALSE(with(exp + R"(,"iat":)" + bad)) << bad;
    }
    EXPECT_FALSE(with(R"("jti":"no exp")"));
    EXPECT_FALSE(with(R"("exp":)" + at(60) + R"(,"exp":)" + at(60)));
    EXPECT_FALSE(with(R"("exp":)" + at(60) + R"(,"jti":5)"));
}

TEST_F(ClaimChecks, AudienceIsUsAlone) {
    EXPECT_TRUE(with_audience(R"("https://us/token")"));
    EXPECT_TRUE(with_audience(R"(["https://us"])"));
    EXPECT_TRUE(with_audience(R"(["https://us","https://us/token"])"));
    for (auto const* const bad :
         {R"("https://us/")", R"("https://US")", R"("https://us.evil.test")", R"("")", "[]", "null",
          "1", "{}", R"([["https://us"]])", R"(["https://us",1])",
          R"(["https://us","https://them"])", R"(["https://them"])",
          R"("https://us https://them")"}) {
        EXPECT_FALSE(with_audience(bad)) << bad;
    }
}

TEST_F(ClaimChecks, SharedAudienceOnlyWhereAllowed) {
    rules_.audience_rule = AudienceRule::contains_ours;
    EXPECT_TRUE(with_audience(R"(["https://them","https://us"])"));
    EXPECT_FALSE(with_audience(R"(["https://them"])"));
    EXPECT_FALSE(with_audience("[]"));
    EXPECT_FALSE(with_audience(R"(["https://us",1])"));
}

TEST_F(ClaimChecks, IssuerAndSubjectAreExact) {
    auto const rest = R"("aud":"https://us","exp":)" + at(60) + "}";
    EXPECT_TRUE(check(R"({"iss":"client","sub":"client",)" + rest, rules_));
    for (auto const* const bad :
         {R"("iss":"Client","sub":"client",)", R"("iss":"client ","sub":"client",)",
          R"("iss":["client"],"sub":"client",)", R"("iss":null,"sub":"client",)",
          R"("sub":"client",)", R"("iss":"","sub":"client",)", R"("iss":"client",)",
          R"("iss":"client","sub":"other",)", R"("iss":"client","sub":"",)",
          R"("iss":"client","sub":7,)", R"("iss":"client\u0000","sub":"client",)"}) {
        EXPECT_FALSE(check("{" + std::string(bad) + rest, rules_)) << bad;
    }
    rules_.subject.reset();
    EXPECT_TRUE(check(R"({"iss":"client","sub":"anyone",)" + rest, rules_));
    EXPECT_FALSE(check(R"({"iss":"client","sub":"",)" + rest, rules_));
    EXPECT_FALSE(check(R"({"iss":"client",)" + rest, rules_));
}

TEST_F(ClaimChecks, EveryRefusalIsTheSameKindOfError) {
    for (auto const& refused : {with(R"("exp":0)"), with_audience("[]")}) {
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::unauthenticated);
    }
}

}  // namespace
}  // namespace salus::jose
