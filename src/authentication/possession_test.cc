// Tokens that are bound to a key, and what is revoked, at the door.
#include <gtest/gtest.h>

#include "authentication/authentication_for_test.h"

namespace salus::authentication {
namespace {

using testing::AuthenticationRoom;
using testing::HolderKey;

class PossessionTest : public ::testing::Test {
protected:
    void expect_refused(Result<request::CallerPointer> const& caller, request::CredentialError why,
                        std::string_view what) {
        ASSERT_FALSE(caller.has_value()) << what;
        EXPECT_EQ(caller.error().code, Errc::unauthenticated) << what;
        EXPECT_EQ(room_.challenge().error, why) << what;
    }

    AuthenticationRoom room_;
    HolderKey key_;
    std::string token_ = room_.sign(room_.bound_to(key_));
};

TEST_F(PossessionTest, ABoundTokenWithAProof) {
    auto const caller = room_.ask("DPoP", token_, key_.proof(room_, token_));
    ASSERT_TRUE(caller.has_value());
    EXPECT_EQ((*caller)->facts().key_thumbprint, key_.thumbprint());
    EXPECT_TRUE(room_.ask("dpop", token_, key_.proof(room_, token_, "another")).has_value());
}

TEST_F(PossessionTest, AStolenTokenOpensNothing) {
    using enum request::CredentialError;
    expect_refused(room_.ask("Bearer", token_, {}), invalid_token, "as a bearer token");
    expect_refused(room_.ask("Bearer", token_, key_.proof(room_, token_)), invalid_token,
                   "as a bearer token, with the proof");
    expect_refused(room_.ask("DPoP", token_, {}), invalid_dpop_proof, "without a proof");
    HolderKey const thief;
    expect_refused(room_.ask("DPoP", token_, thief.proof(room_, token_)), invalid_dpop_proof,
                   "with another key's proof");
    auto const unbound = room_.sign(room_.claims());
    expect_refused(room_.ask("DPoP", unbound, key_.proof(room_, unbound)), invalid_token,
                   "a bearer token as a bound one");
    EXPECT_TRUE(room_.challenge().dpop);
}

TEST_F(PossessionTest, AProofIsForOneRequest) {
    using enum request::CredentialError;
    auto const proof = key_.proof(room_, token_);
    ASSERT_TRUE(room_.ask("DPoP", token_, proof).has_value());
    expect_refused(room_.ask("DPoP", token_, proof), invalid_dpop_proof, "used before");
    auto const another = room_.sign(room_.bound_to(key_), "jti-2");
    expect_refused(room_.ask("DPoP", another, key_.proof(room_, token_, "p-2")), invalid_dpop_proof,
                   "made for another token");
    expect_refused(room_.ask("DPoP", token_, key_.proof(room_, token_, "p-3"), "/fhir/Patient/2"),
                   invalid_dpop_proof, "made for another address");
    room_.advance(limits::kDpopProofLife + limits::kClockSkew);
    expect_refused(room_.ask("DPoP", token_, proof), invalid_dpop_proof, "too old by now");
}

// RFC 9449 section 9, where the operator asks for nonces.
TEST_F(PossessionTest, AProofNeedsANonceOfOurs) {
    using enum request::CredentialError;
    room_.guards().proofs.require_nonces();
    expect_refused(room_.ask("DPoP", token_, key_.proof(room_, token_, "a")), use_dpop_nonce,
                   "no nonce");
    auto const nonce = room_.challenge().dpop_nonce;
    ASSERT_FALSE(nonce.empty());
    auto const with = [&](std::string const& id, std::string const& value) {
        return room_.ask("DPoP", token_, key_.proof_with_nonce(room_, token_, id, value));
    };
    EXPECT_TRUE(with("b", nonce).has_value());
    expect_refused(with("b", nonce), invalid_dpop_proof, "the same proof again");
    expect_refused(with("c", nonce + "x"), use_dpop_nonce, "somebody's nonce");
    room_.advance(limits::kDpopNonceStretch);
    EXPECT_TRUE(with("d", nonce).has_value());
    room_.advance(limits::kDpopNonceStretch);
    expect_refused(with("e", nonce), use_dpop_nonce, "an old nonce");
    EXPECT_NE(room_.challenge().dpop_nonce, nonce);
    EXPECT_TRUE(with("f", room_.challenge().dpop_nonce).has_value());
}

// S34. What may have been used at the process before, by its date, needs a nonce of this one.
TEST_F(PossessionTest, AProofThatTheLastProcessMayHaveTakenNeedsANonce) {
    using enum request::CredentialError;
    using std::chrono::seconds;
    AuthenticationRoom last;
    last.guards().proofs.require_nonces();
    ASSERT_FALSE(last.ask("DPoP", last.sign(last.bound_to(key_)), key_.proof(last, "x")));
    // The same second, or up to the skew ahead: the process before would have taken them all.
    AuthenticationRoom room(std::chrono::milliseconds(1));
    auto const token = room.sign(room.bound_to(key_));
    auto const refusal = [&](std::string const& proof) {
        auto const caller = room.ask("DPoP", token, proof);
        EXPECT_FALSE(caller.has_value());
        return room.challenge().error;
    };
    for (int ahead = -60; ahead <= 9; ++ahead) {
        auto const id = std::to_string(ahead);
        ASSERT_EQ(refusal(key_.proof_dated(room, token, id, seconds(ahead))), use_dpop_nonce) << id;
    }
    // A replayed proof has what nonce it had then.
    EXPECT_EQ(refusal(key_.proof_with_nonce(room, token, "old", last.challenge().dpop_nonce)),
              use_dpop_nonce);
    auto const nonce = room.challenge().dpop_nonce;
    EXPECT_NE(nonce, last.challenge().dpop_nonce);
    auto const good = key_.proof_with_nonce(room, token, "new", nonce);
    EXPECT_TRUE(room.ask("DPoP", token, good).has_value());
    EXPECT_EQ(refusal(good), invalid_dpop_proof);
    // A client whose clock is behind.
    EXPECT_TRUE(
        room.ask("DPoP", token, key_.proof_with_nonce(room, token, "late", nonce, seconds(-50)))
            .has_value());
    // Nobody could have used this one.
    auto const after = key_.proof_dated(room, token, "after", limits::kClockSkew);
    EXPECT_TRUE(room.ask("DPoP", token, after).has_value());
    EXPECT_EQ(refusal(after), invalid_dpop_proof);
    room.advance(limits::kClockSkew);
    EXPECT_EQ(refusal(key_.proof_dated(room, token, "-1", seconds(-1))), use_dpop_nonce);
    EXPECT_TRUE(room.ask("DPoP", token, key_.proof(room, token, "now")).has_value());
}

TEST_F(PossessionTest, TheHostIsTheConfiguredOne) {
    auto const proof = key_.proof(room_, token_, "p", "https://evil.example/fhir/Patient/1");
    auto const caller = room_.ask("DPoP", token_, proof, "/fhir/Patient/1", "evil.example");
    expect_refused(caller, request::CredentialError::invalid_dpop_proof, "a Host header");
}

TEST_F(PossessionTest, TwoProofsAreNone) {
    auto const caller = room_.ask_with({{"Authorization", "DPoP " + token_},
                                        {"DPoP", key_.proof(room_, token_, "a")},
                                        {"DPoP", key_.proof(room_, token_, "b")}});
    expect_refused(caller, request::CredentialError::invalid_dpop_proof, "two headers");
}

TEST_F(PossessionTest, ABindingThatIsNotUnderstoodIsRefused) {
    for (auto const* confirmation :
         {R"({"x5t#S256":"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"})", "{}", "null", "[]",
          R"("jkt")", R"({"jkt":""})", R"({"jkt":7})"}) {
        auto claims = room_.claims();
        claims["cnf"] = confirmation;
        expect_refused(room_.ask("Bearer", room_.sign(claims), {}),
                       request::CredentialError::invalid_token, confirmation);
    }
}

TEST_F(PossessionTest, ARevokedTokenIsRefusedThoughItWasRemembered) {
    auto const token = room_.sign(room_.claims());
    ASSERT_TRUE(room_.ask("Bearer", token, {}).has_value());
    ASSERT_TRUE(room_.ask("Bearer", token, {}).has_value());
    EXPECT_EQ(room_.standing().asked, 1);  // then it is remembered
    room_.standing().revoked.insert("jti-1");
    room_.guards().revocations.add("jti-1");
    expect_refused(room_.ask("Bearer", token, {}), request::CredentialError::invalid_token,
                   "revoked");
    EXPECT_EQ(room_.standing().asked, 2);
}

TEST_F(PossessionTest, OtherTokensAreRemembered) {
    auto const token = room_.sign(room_.claims());
    auto const other = room_.sign(room_.claims(), "jti-2");
    ASSERT_TRUE(room_.ask("Bearer", token, {}).has_value());
    ASSERT_TRUE(room_.ask("Bearer", other, {}).has_value());
    room_.standing().revoked.insert("jti-2");
    room_.guards().revocations.add("jti-2");
    ASSERT_TRUE(room_.ask("Bearer", token, {}).has_value());
    EXPECT_EQ(room_.standing().asked, 2);
    // More news than is kept: everything is asked again.
    for (std::size_t i = 0; i < limits::kRevocationsKept + 1; ++i) {
        room_.guards().revocations.add("someone-" + std::to_string(i));
    }
    ASSERT_TRUE(room_.ask("Bearer", token, {}).has_value());
    EXPECT_EQ(room_.standing().asked, 3);
}

TEST_F(PossessionTest, AStoreThatCannotSayRefuses) {
    room_.standing().fails = true;
    auto const caller = room_.ask("Bearer", room_.sign(room_.claims()), {});
    ASSERT_FALSE(caller.has_value());
    EXPECT_EQ(caller.error().code, Errc::unavailable);
    room_.standing().fails = false;
    EXPECT_TRUE(room_.ask("Bearer", room_.sign(room_.claims()), {}).has_value());
}

}  // namespace
}  // namespace salus::authentication
