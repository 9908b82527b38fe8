// What a proven client is granted (scopes, one purpose of use), and that its assertion works once.
#include <gtest/gtest.h>

#include "foundation/limits.h"
#include "oauth/oauth_for_test.h"

namespace salus::oauth {
namespace {

using testing::ClientKey;
using testing::must;

class TokenGrantTest : public ::testing::Test {
protected:
    void SetUp() override {
        room_.add_client(testing::OauthRoom::client_json(
            "client-1", {key_.jwk()}, "system/Patient.rs system/Claim.cruds patient/*.rs user/*.rs",
            R"("HPAYMT","TREAT")"));
        room_.add_client(testing::OauthRoom::client_json("client-2", {key_.jwk()}));
    }
    [[nodiscard]] std::int64_t now() const { return to_unix_seconds(instance_.clock.now()); }
    [[nodiscard]] std::string assertion(std::string const& jti, std::string const& extensions = "",
                                        std::string const& client = "client-1",
                                        std::int64_t life = 300) const {
        testing::ClaimTexts claims{{"iss", "\"" + client + "\""},
                                   {"sub", "\"" + client + "\""},
                                   {"aud", "\"https://localhost:8443/oauth/token\""},
                                   {"exp", std::to_string(now() + life)},
                                   {"jti", "\"" + jti + "\""}};
        if (!extensions.empty()) claims["extensions"] = extensions;
        return key_.sign(claims);
    }
    [[nodiscard]] request::Prepared ask(std::string const& assertion_text,
                                        std::string const& scope = "system/Patient.rs") {
        return room_.ask(testing::form_of(
            {{"grant_type", "client_credentials"},
             {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
             {"client_assertion", assertion_text},
             {"scope", scope}}));
    }
    // The granted scopes, or the OAuth error.
    [[nodiscard]] std::string granted(std::string const& scope) {
        auto const document = room_.body(ask(assertion("jti-1"), scope));
        auto const error = document.root().text_member("error");
        return error ? *error : document.root().text_member("scope").value_or("");
    }
    // The purpose in the token, or the OAuth error.
    [[nodiscard]] std::string purpose(std::string const& extensions) {
        auto const document = room_.body(ask(assertion("jti-1", extensions)));
        auto const error = document.root().text_member("error");
        if (error) return *error;
        auto const verified =
            must(jose::verify_compact(*document.root().text_member("access_token"),
                                      room_.keys().current()->verifying_keys(), {}));
        return verified.payload.root().text_member("purpose_of_use").value_or("none");
    }
    // Redeems an assertion: the whole way to the store.
    [[nodiscard]] Result<void> redeem(std::string const& text) {
        auto prepared = ask(text);
        if (prepared.status != 200) return fail(Errc::unauthenticated, "refused");
        return room_.commit(std::move(prepared));
    }
    void expire() {
        ASSERT_TRUE(instance_.home.run(instance_.store->expire(now(), instance_.home)).has_value());
    }

    testing::TestInstance instance_;
    testing::OauthRoom room_{instance_};
    ClientKey key_ = ClientKey::make("k1");
};

TEST_F(TokenGrantTest, WhatIsAskedAndRegistered) {
    EXPECT_EQ(granted("system/Patient.r"), "system/Patient.r");
    EXPECT_EQ(granted("system/Patient.cruds"), "system/Patient.rs");
    EXPECT_EQ(granted("system/Claim.cud system/Patient.s"), "system/Claim.cud system/Patient.s");
    EXPECT_EQ(granted("system/Claim.read"), "system/Claim.rs");
    EXPECT_EQ(granted("system/Patient.r system/Observation.r"), "system/Patient.r");
}

TEST_F(TokenGrantTest, NothingBeyondTheRegistration) {
    for (auto const* scope :
         {"system/Observation.rs", "system/Patient.cud", "admin/clients.write", "admin/check.read",
          // Registered, and yet: these act for a person, and there is none.
          "patient/*.rs", "user/*.rs", "patient/Patient.r",
          // Not a scope of ours.
          "", " ", "openid", "system/Patient.sr", "system/Patient.", "system/patient.r",
          "System/Patient.r", "system/*", "launch/patient",
          "system/Observation.rs?category=laboratory", "system/Patient.r openid"}) {
        EXPECT_EQ(granted(scope), "invalid_scope") << scope;
    }
}

TEST_F(TokenGrantTest, ThePurposeIsOneThatTheClientRegistered) {
    auto const asking = [](std::string const& list) {
        return R"({"hl7-b2b":{"purpose_of_use":)" + list + "}}";
    };
    EXPECT_EQ(purpose(""), "HPAYMT");
    EXPECT_EQ(purpose(asking(R"(["TREAT"])")), "TREAT");
    EXPECT_EQ(purpose(asking(R"(["urn:oid:2.16.840.1.113883.5.8#TREAT"])")), "TREAT");
    for (auto const* list :
         {R"(["HRESCH"])", R"(["SYSADMIN"])", R"(["ETREAT"])", R"(["treat"])", R"(["TREAT "])",
          R"([""])", "[]", R"(["TREAT","HPAYMT"])", R"("TREAT")", "[1]", "null", "{}",
          R"(["urn:oid:2.16.840.1.113883.5.8#"])", R"(["urn:oid:1.2.3#TREAT"])",
          R"(["urn:oid:2.16.840.1.113883.5.8#HRESCH"])"}) {
        EXPECT_EQ(purpose(asking(list)), "invalid_grant") << list;
    }
    // Something is stated that is not understood: the default does not take its place.
    for (auto const* extensions : {"{}", "null", "[]", R"({"hl7-b2b":{}})", R"({"hl7-b2b":1})",
                                   R"({"HL7-B2B":{"purpose_of_use":["TREAT"]}})"}) {
        EXPECT_EQ(purpose(extensions), "invalid_grant") << extensions;
    }
}

TEST_F(TokenGrantTest, AnAssertionWorksOnce) {
    auto const text = assertion("jti-1");
    ASSERT_TRUE(redeem(text).has_value());
    EXPECT_EQ(ask(text).status, 401);
    // Another assertion with the same jti is the same.
    EXPECT_EQ(ask(assertion("jti-1", "", "client-1", 200)).status, 401);
    EXPECT_TRUE(redeem(assertion("jti-2")).has_value());
    EXPECT_TRUE(redeem(assertion("jti-1", "", "client-2")).has_value());
    auto const again = ask(text);
    EXPECT_FALSE(again.batch.has_value());
    EXPECT_EQ(room_.body(again).root().text_member("error"), "invalid_client");
}

TEST_F(TokenGrantTest, TwoAtOnceAndOneWins) {
    auto const text = assertion("jti-1");
    auto first = ask(text);
    auto second = ask(text);
    EXPECT_TRUE(room_.commit(std::move(second)).has_value());
    EXPECT_EQ(room_.commit(std::move(first)).error().code, Errc::conflict);
}

TEST_F(TokenGrantTest, TheGuardOutlivesTheAssertionAndNotMuchMore) {
    auto const text = assertion("jti-1");
    ASSERT_TRUE(redeem(text).has_value());
    auto const guards = [&] { return must(instance_.store->statistics()).documents; };
    auto const before = guards();
    // As long as the assertion would be accepted, housekeeping leaves its guard alone.
    auto const end = 300 + limits::kClockSkew.count();
    for (std::int64_t second = 0; second < end; ++second) {
        instance_.clock.advance(std::chrono::seconds(1));
        if (second % 50 != 0 && second < end - 5) continue;
        expire();
        EXPECT_EQ(ask(text).status, 401) << second;
    }
    EXPECT_EQ(ask(text).status, 401);
    instance_.clock.advance(std::chrono::seconds(2));
    expire();
    EXPECT_EQ(guards(), before - 1);
    EXPECT_EQ(ask(text).status, 401);
}

TEST_F(TokenGrantTest, TheRecordNamesTheGuard) {
    auto const prepared = ask(assertion("jti-1"));
    ASSERT_TRUE(prepared.batch.has_value());
    ASSERT_EQ(prepared.batch->writes.size(), 1U);
    auto const& write = prepared.batch->writes.front();
    ASSERT_EQ(prepared.touched.size(), 1U);
    EXPECT_EQ(prepared.touched[0].type, "ReplayGuard");
    EXPECT_EQ(prepared.touched[0].address, write.address);
    EXPECT_EQ(prepared.touched[0].stored_hash, records::stored_hash(write.document));
    EXPECT_FALSE(prepared.touched[0].patient_compartment);
    EXPECT_TRUE(write.tokens.empty());
    EXPECT_TRUE(write.index_entry.has_value());  // its name, so that it can be sealed anew
}

TEST_F(TokenGrantTest, AJtiIsNotSplitElsewhere) {
    room_.add_client(testing::OauthRoom::client_json("a", {key_.jwk()}));
    room_.add_client(testing::OauthRoom::client_json("a-b", {key_.jwk()}));
    ASSERT_TRUE(redeem(assertion("b|c", "", "a")).has_value());
    EXPECT_TRUE(redeem(assertion("c", "", "a-b")).has_value());
    EXPECT_TRUE(redeem(assertion("|c", "", "a-b")).has_value());
}

}  // namespace
}  // namespace salus::oauth
