// Codes of an outside provider, redeemed, and what an attacker or a broken provider sends (OpenID
// Connect Core section 3.1.3.7, RFC 9700, RFC 9207).
#include "outside_provider/provider.h"

#include <gtest/gtest.h>
#include <thread>

#include "foundation/blocking.h"
#include "foundation/limits.h"
#include "foundation/provider_limits.h"
#include "jose/claims.h"
#include "outside_provider/provider_for_test.h"

namespace salus::outside_provider {
namespace {

using namespace std::chrono_literals;
using testing::JsonTexts;
using testing::object_of;
using testing::ProviderKey;
using testing::quoted;

class ProviderTest : public ::testing::Test {
protected:
    ProviderTest() { network_.say("nonce-1", clock_.now()); }

    [[nodiscard]] static Redemption redemption(std::string state) {
        return {.state = std::move(state),
                .code = "code-1",
                .issuer = testing::kProviderIssuer,
                .verifier = "verifier-1",
                .nonce = "nonce-1",
                .redirect_uri = "https://us.example/sign-in/provider",
                .assertion = "assertion-1"};
    }
    Result<Proven> redeem(Redemption asked) {
        auto const state = asked.state;
        EXPECT_TRUE(home_.run(provider_.fulfil(Wish{std::move(asked)}, home_)));
        return *provider_.outcome_of(state);
    }
    // Of a state of its own.
    Result<Proven> redeem() { return redeem(redemption("state-" + std::to_string(++states_))); }
    void expect_refused(JsonTexts const& changed) {
        auto const before = network_.claims;
        for (auto const& [name, value] : changed) {
            network_.claims[name] = value;
            if (value.empty()) network_.claims.erase(name);
        }
        auto const outcome = redeem();
        ASSERT_FALSE(outcome.has_value()) << object_of(network_.claims);
        EXPECT_EQ(outcome.error().code, Errc::unauthenticated);
        network_.claims = before;
        EXPECT_TRUE(redeem().has_value());
    }
    [[nodiscard]] std::string seconds(std::chrono::seconds from_now) const {
        return std::to_string(to_unix_seconds(clock_.now() + from_now));
    }

    ManualClock clock_{WallTime(1'795'000'000s)};
    Log log_{clock_, 2, LogLevel::error};
    testing::ProviderForTest network_;
    BlockingExecutor home_;
    Provider provider_{testing::provider_settings(), network_, clock_, log_};
    int states_ = 0;
};

TEST_F(ProviderTest, ACodeSaysWhoSignedInHowAndWhen) {
    auto const proven = redeem();
    ASSERT_TRUE(proven.has_value());
    EXPECT_EQ(proven->subject, "account-7");
    EXPECT_EQ(proven->assurance, identity::Assurance::multi_factor);
    EXPECT_EQ(proven->authenticated, clock_.now() - 30s);
    EXPECT_EQ(network_.field("grant_type"), "authorization_code");
    EXPECT_EQ(network_.field("code"), "code-1");
    EXPECT_EQ(network_.field("code_verifier"), "verifier-1");
    EXPECT_EQ(network_.field("redirect_uri"), "https://us.example/sign-in/provider");
    EXPECT_EQ(network_.field("client_assertion"), "assertion-1");
    EXPECT_EQ(network_.field("client_assertion_type"),
              "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
}

TEST_F(ProviderTest, ClaimsGiveTheRolesThatTheOperatorNamed) {
    auto const roles = [&](std::string const& groups) {
        network_.claims["groups"] = groups;
        std::vector<std::string> names;
        auto const proven = redeem();
        EXPECT_TRUE(proven.has_value());
        for (auto const& role : proven->roles) names.push_back(role.text());
        return names;
    };
    using Names = std::vector<std::string>;
    EXPECT_EQ(roles(R"(["staff","cardiology-nurses"])"), Names{"nurse"});
    EXPECT_EQ(roles(R"("cardiology-nurses")"), Names{"nurse"});
    EXPECT_EQ(roles(R"(["Ärzte","ward-4","cardiology-nurses"])"), (Names{"nurse", "physician"}));
    network_.claims["department"] = quoted("cardiology");
    EXPECT_EQ(roles("[]"), Names{"cardiologist"});
    network_.claims.erase("department");
    // Exactly, as a text, and in this claim.
    for (auto const* groups :
         {R"(["Cardiology-Nurses"])", R"(["cardiology-nurses "])", R"(["cardiology"])",
          R"("cardiology-nurses,staff")", R"([["cardiology-nurses"]])", "7", "null",
          R"({"cardiology-nurses":true})", R"({"0":"cardiology-nurses"})"}) {
        EXPECT_EQ(roles(groups), Names()) << groups;
    }
    network_.claims["roles"] = R"(["cardiology-nurses","nurse"])";
    EXPECT_EQ(roles("[]"), Names());
}

TEST(ProviderRoles, AListOfThousandsCountsForNothing) {
    json::Parser parser;
    auto const given = [&](std::size_t count) {
        std::string text = R"({"groups":["cardiology-nurses")";
        for (std::size_t i = 1; i < count; ++i) text += ",\"a\"";
        auto const document = parser.parse(text + "]}");
        EXPECT_TRUE(document.has_value());
        return roles_given(testing::provider_settings().roles, document->root()).size();
    };
    EXPECT_EQ(given(limits::kProviderClaimValues), 1U);
    EXPECT_EQ(given(limits::kProviderClaimValues + 1), 0U);
    EXPECT_TRUE(may_mean_roles("groups"));
    for (auto const* claim : {"email", "sub", "name", "preferred_username", "acr"})
        EXPECT_FALSE(may_mean_roles(claim)) << claim;
}

TEST_F(ProviderTest, ATokenThatIsNotForUsIsRefused) {
    expect_refused({{"iss", quoted("https://login.example/")}});
    expect_refused({{"iss", ""}});
    expect_refused({{"aud", quoted("another")}});
    expect_refused({{"aud", R"(["salus","another"])"}});
    expect_refused({{"aud", ""}});
    expect_refused({{"azp", quoted("another")}});
    expect_refused({{"azp", "1"}});
    expect_refused({{"nonce", quoted("nonce-2")}});
    expect_refused({{"nonce", ""}});
    expect_refused({{"nonce", R"(["nonce-1"])"}});
    network_.claims["aud"] = R"(["salus"])";
    network_.claims["azp"] = quoted("salus");
    EXPECT_TRUE(redeem().has_value());
}

TEST_F(ProviderTest, ATokenOfAnotherTimeIsRefused) {
    expect_refused({{"exp", seconds(-limits::kClockSkew)}});
    expect_refused({{"exp", ""}});
    expect_refused({{"iat", ""}});
    expect_refused({{"iat", seconds(limits::kClockSkew + 1s)}});
    expect_refused({{"iat", seconds(-limits::kProviderTokenAge - 1s)}});
    expect_refused({{"nbf", seconds(limits::kClockSkew + 1s)}});
    expect_refused({{"auth_time", ""}});
    expect_refused({{"auth_time", quoted("now")}});
    expect_refused({{"auth_time", "-1"}});
    expect_refused({{"auth_time", seconds(limits::kClockSkew + 1s)}});
}

TEST_F(ProviderTest, ASubjectThatIsNoneIsRefused) {
    expect_refused({{"sub", ""}});
    expect_refused({{"sub", quoted("")}});
    expect_refused({{"sub", quoted("a b")}});
    expect_refused({{"sub", quoted(std::string(256, 'a'))}});
    expect_refused({{"sub", "7"}});
}

TEST_F(ProviderTest, ASignatureOfNobodyIsRefused) {
    auto const payload = to_base64url(bytes_of(object_of(network_.claims)));
    auto const expect_token_refused = [&](std::string const& token) {
        network_.token = token;
        auto const outcome = redeem();
        ASSERT_FALSE(outcome.has_value()) << token;
        EXPECT_EQ(outcome.error().code, Errc::unauthenticated);
    };
    expect_token_refused(to_base64url(bytes_of(R"({"alg":"none"})")) + "." + payload + ".");
    expect_token_refused("no token");
    auto const stranger = ProviderKey::make("one");
    expect_token_refused(
        jose::sign_compact(stranger.key, "one", "JWT", object_of(network_.claims)));
    auto const right =
        jose::sign_compact(network_.key.key, "one", "JWT", object_of(network_.claims));
    expect_token_refused(right.substr(0, right.find('.') + 1) +
                         to_base64url(bytes_of(R"({"sub":"eve"})")) +
                         right.substr(right.rfind('.')));
    network_.token = right;
    EXPECT_TRUE(redeem().has_value());
}

TEST_F(ProviderTest, OnlyTheAlgorithmsOfTheListCount) {
    for (auto const& [algorithm, counts] : {std::pair{crypto::SignatureAlgorithm::es384, false},
                                            std::pair{crypto::SignatureAlgorithm::ed25519, true}}) {
        network_.key = ProviderKey::make("new", algorithm);
        network_.published = {network_.key.jwk()};
        clock_.advance(limits::kProviderDefault);
        network_.say("nonce-1", clock_.now());
        EXPECT_EQ(redeem().has_value(), counts);
    }
}

TEST_F(ProviderTest, ANewKeyIsFetchedOnceInAWhile) {
    EXPECT_TRUE(redeem().has_value());
    network_.key = ProviderKey::make("two");
    network_.published.push_back(network_.key.jwk());
    EXPECT_FALSE(redeem().has_value());  // the keys came just now
    clock_.advance(limits::kProviderPause);
    EXPECT_TRUE(redeem().has_value());
    network_.key = ProviderKey::make("three");
    auto const gets = network_.gets.load();
    clock_.advance(limits::kProviderPause);
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(redeem().has_value());
    EXPECT_EQ(network_.gets, gets + 1);
}

TEST_F(ProviderTest, AnAnswerOfAnotherIssuerIsNotRedeemed) {
    for (auto const* issuer : {"", "https://evil.example"}) {
        auto asked = redemption("state-of-" + std::string(issuer));
        asked.issuer = issuer;
        EXPECT_EQ(redeem(std::move(asked)).error().code, Errc::unauthenticated) << issuer;
    }
    EXPECT_EQ(network_.posts, 0);
}

TEST_F(ProviderTest, AProviderThatNeverNamesItselfNeedNot) {
    network_.metadata.erase("authorization_response_iss_parameter_supported");
    auto asked = redemption("one");
    asked.issuer.clear();
    EXPECT_TRUE(redeem(std::move(asked)).has_value());
    auto other = redemption("two");
    other.issuer = "https://evil.example";
    EXPECT_FALSE(redeem(std::move(other)).has_value());
}

TEST_F(ProviderTest, ACodeIsRedeemedOnceWhoeverAsks) {
    std::vector<std::jthread> threads;
    threads.reserve(8);
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([this] {
            BlockingExecutor home;
            EXPECT_TRUE(home.run(provider_.fulfil(Wish{redemption("same")}, home)));
            EXPECT_TRUE((*provider_.outcome_of("same")).has_value());
        });
    }
    threads.clear();
    EXPECT_EQ(network_.posts, 1);
    EXPECT_FALSE(provider_.outcome_of("another").has_value());
    // Nothing of it is left after a while.
    clock_.advance(limits::kOutcomeLife);
    static_cast<void>(redeem());
    EXPECT_FALSE(provider_.outcome_of("same").has_value());
}

TEST_F(ProviderTest, AProviderThatIsAwayProvesNobody) {
    network_.is_down = true;
    auto const outcome = redeem();
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error().code, Errc::unavailable);
    EXPECT_EQ(provider_.metadata(), nullptr);
    network_.is_down = false;
    EXPECT_FALSE(redeem().has_value());  // tried a moment ago
    clock_.advance(limits::kProviderPause);
    EXPECT_TRUE(redeem().has_value());
    EXPECT_NE(provider_.metadata(), nullptr);
}

TEST_F(ProviderTest, WhatItPublishedCountsForADayWhileItIsAway) {
    EXPECT_TRUE(home_.run(provider_.fulfil(Wish{}, home_)));
    network_.is_down = true;
    clock_.advance(limits::kProviderDefault);
    EXPECT_EQ(provider_.metadata(), nullptr);  // nobody tried yet
    EXPECT_TRUE(home_.run(provider_.fulfil(Wish{}, home_)));
    EXPECT_NE(provider_.metadata(), nullptr);
    clock_.advance(limits::kProviderLife);
    EXPECT_FALSE(home_.run(provider_.fulfil(Wish{}, home_)));
    EXPECT_EQ(provider_.metadata(), nullptr);
}

TEST_F(ProviderTest, MetadataOfSomebodyElseCountsForNothing) {
    for (auto const& [name, value] :
         JsonTexts{{"issuer", quoted("https://evil.example")},
                   {"authorization_endpoint", quoted("http://login.example/auth")},
                   {"token_endpoint", "7"},
                   {"jwks_uri", quoted("file:///etc/passwd")}}) {
        auto metadata = network_.metadata;
        metadata[name] = value;
        EXPECT_FALSE(parse_metadata(object_of(metadata), testing::kProviderIssuer).has_value())
            << name;
    }
    EXPECT_TRUE(parse_metadata(object_of(network_.metadata), testing::kProviderIssuer).has_value());
    EXPECT_FALSE(parse_metadata("[]", testing::kProviderIssuer).has_value());
    EXPECT_EQ(metadata_url("https://a.example/b/"),
              "https://a.example/b/.well-known/openid-configuration");
}

TEST(ProviderAssurance, NothingCountsThatTheOperatorDidNotName) {
    using identity::Assurance;
    auto const settings = testing::provider_settings();
    EXPECT_EQ(assurance_of(settings, "phr", {}), Assurance::phishing_resistant);
    EXPECT_EQ(assurance_of(settings, "mfa", {}), Assurance::multi_factor);
    EXPECT_EQ(assurance_of(settings, "", {"pwd", "otp"}), Assurance::multi_factor);
    EXPECT_EQ(assurance_of(settings, "otp", {"mfa", "phr"}), Assurance::none);
    EXPECT_EQ(assurance_of(settings, "", {}), Assurance::none);
    EXPECT_EQ(assurance_of(Settings{}, "phr", {"mfa"}), Assurance::none);
    EXPECT_EQ(assurance_of(Settings{}, "", {""}), Assurance::none);
    EXPECT_EQ(most_of(settings), Assurance::phishing_resistant);
    EXPECT_EQ(most_of(Settings{}), Assurance::none);
}

TEST(ProviderMessages, TheAssertionIsForTheIssuerAlone) {
    crypto::SystemRandom random;
    WallTime const now{1'795'000'000s};
    auto const key = ProviderKey::make("ours");
    auto const settings = testing::provider_settings();
    auto const keys = *jose::KeySet::parse(jose::to_key_set({key.jwk()}));
    auto const assertion = client_assertion(settings, key.key, "ours", random, now);
    jose::VerifyOptions options;
    options.type = "client-authentication+jwt";
    auto const verified = jose::verify_compact(assertion, keys, options);
    ASSERT_TRUE(verified.has_value());
    auto const claims = jose::check_claims(verified->payload.root(),
                                           {.issuer = "salus",
                                            .subject = "salus",
                                            .audiences = {testing::kProviderIssuer},
                                            .life_longest = limits::kClientAssertionLife},
                                           now);
    ASSERT_TRUE(claims.has_value());
    EXPECT_TRUE(claims->token_id.has_value());
    // Not one of our access tokens, and not an ID token.
    options.type = "at+jwt";
    EXPECT_FALSE(jose::verify_compact(assertion, keys, options).has_value());
    options.type = "JWT";
    EXPECT_FALSE(jose::verify_compact(assertion, keys, options).has_value());
}

TEST(ProviderMessages, TheBrowserCarriesNoSecret) {
    auto const metadata =
        *parse_metadata(object_of(testing::ProviderForTest().metadata), testing::kProviderIssuer);
    Ask ask{.redirect_uri = "https://us.example/sign-in/provider",
            .state = "s",
            .nonce = "n",
            .verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"};
    auto const url = authorization_url(metadata, testing::provider_settings(), ask);
    // The example of RFC 7636 appendix B.
    EXPECT_EQ(url,
              "https://login.example/auth?realm=a&response_type=code&client_id=salus"
              "&redirect_uri=https%3A%2F%2Fus.example%2Fsign-in%2Fprovider&scope=openid&state=s"
              "&nonce=n&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
              "&code_challenge_method=S256&max_age=43200&acr_values=phr%20mfa");
    ask.anew = true;
    EXPECT_TRUE(
        authorization_url(metadata, testing::provider_settings(), ask).ends_with("&prompt=login"));
}

}  // namespace
}  // namespace salus::outside_provider
