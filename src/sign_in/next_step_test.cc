#include "sign_in/next_step.h"

#include <gtest/gtest.h>

namespace salus::sign_in {
namespace {

using identity::Assurance;
using std::chrono::seconds;

constexpr WallTime kNow{seconds(1'795'421'730)};

class NextStepTest : public ::testing::Test {
protected:
    NextStepTest() {
        pending_.asked = kNow;
        session_.assurance = Assurance::multi_factor;
        session_.authenticated = kNow - seconds(100);
        user_.password = identity::Password{};
        user_.totp = identity::Totp{};
        user_.scopes = *request::parse_scopes("patient/*.rs user/*.rs");
        grantable_ = *request::parse_scope_request("openid user/Observation.rs");
    }
    [[nodiscard]] NextStep next() const {
        return next_step({.pending = pending_,
                          .session = signed_in_ ? &session_ : nullptr,
                          .user = signed_in_ ? &user_ : nullptr,
                          .outside = outside_,
                          .grantable = &grantable_,
                          .allowed_before = allowed_before_,
                          .now = kNow + seconds(10)});
    }
    void expect(Step step) const { EXPECT_EQ(next().step, step); }
    void expect_refusal(Literal error) const {
        EXPECT_EQ(next().step, Step::refuse);
        EXPECT_EQ(next().error, error);
    }

    identity::PendingAuthorization pending_;
    identity::Session session_;
    identity::User user_;
    request::ScopeRequest grantable_;
    Assurance outside_ = Assurance::none;
    bool signed_in_ = true;
    bool allowed_before_ = false;
};

TEST_F(NextStepTest, NobodyHasToSignIn) {
    signed_in_ = false;
    expect(Step::sign_in);
    pending_.request.prompt_none = true;  // F13
    expect_refusal("login_required");
}

TEST_F(NextStepTest, ASessionIsAskedForConsent) {
    expect(Step::consent);
    pending_.request.prompt_none = true;
    expect_refusal("consent_required");
}

// F13: an app that means one person is not told of another who is signed in.
TEST_F(NextStepTest, SomebodyElseThanTheAppMeansIsNotAnsweredForF13) {
    allowed_before_ = true;
    user_.id = UserId("ada");
    pending_.request.person = UserId("ada");
    expect(Step::done);
    pending_.request.person = UserId("bob");
    expect(Step::sign_in);
    pending_.request.prompt_none = true;
    expect_refusal("login_required");
    pending_.request.prompt_none = false;
    session_.authenticated = kNow;  // who signed in since then is not asked in a circle
    expect_refusal("login_required");
    signed_in_ = false;
    expect(Step::sign_in);
}

TEST_F(NextStepTest, WhatWasAllowedBeforeIsNotAskedAgain) {
    allowed_before_ = true;
    expect(Step::done);
    pending_.request.prompt_none = true;
    expect(Step::done);
    pending_.request.prompt_none = false;
    pending_.request.prompt_consent = true;
    expect(Step::consent);
}

// F13, F14.
TEST_F(NextStepTest, AnOldSignInDoesNotSuffice) {
    pending_.request.max_age = seconds(200);
    expect(Step::consent);
    pending_.request.max_age = seconds(60);
    expect(Step::prove_more);
    pending_.request.prompt_none = true;
    expect_refusal("login_required");
}

TEST_F(NextStepTest, F13MaxAgeZeroAsksForOneSignIn) {
    pending_.request.max_age = seconds(0);
    expect(Step::prove_more);
    session_.authenticated = kNow + seconds(5);
    expect(Step::consent);
}

TEST_F(NextStepTest, PromptLoginAsksForOneSignIn) {
    pending_.request.prompt_login = true;
    expect(Step::prove_more);
    session_.authenticated = kNow + seconds(5);
    expect(Step::consent);
}

TEST_F(NextStepTest, MoreIsAskedOfWhoCanProveMore) {
    pending_.request.needed = Assurance::phishing_resistant;
    expect_refusal("unmet_authentication_requirements");
    user_.passkeys.emplace_back();
    expect(Step::prove_more);
    session_.assurance = Assurance::phishing_resistant;
    expect(Step::consent);
}

// RE1, N5: a code satisfies nothing, and leads to enrolling.
TEST_F(NextStepTest, ACodeSatisfiesNothing) {
    session_.assurance = Assurance::recovery;
    session_.authenticated = kNow + seconds(5);
    expect(Step::prove_more);
    user_.totp.reset();
    expect(Step::enrol);
    pending_.request.prompt_none = true;
    expect_refusal("login_required");
}

// Who comes by an outside provider has no factors here, and needs none of what it can prove.
TEST_F(NextStepTest, WhatAnOutsideProviderProvesCounts) {
    user_.totp.reset();
    outside_ = Assurance::multi_factor;
    expect(Step::consent);
    pending_.request.max_age = seconds(60);
    expect(Step::prove_more);
    session_.assurance = Assurance::recovery;
    expect(Step::prove_more);
    pending_.request.needed = Assurance::phishing_resistant;
    expect_refusal("unmet_authentication_requirements");
    outside_ = Assurance::phishing_resistant;
    expect(Step::prove_more);
    session_.assurance = Assurance::phishing_resistant;
    session_.authenticated = kNow;
    outside_ = Assurance::none;
    expect(Step::consent);
}

TEST_F(NextStepTest, NothingToGrantIsRefused) {
    grantable_ = {};
    expect_refusal("access_denied");
    grantable_.words.add(request::ScopeWord::launch_patient);
    expect_refusal("access_denied");
}

TEST_F(NextStepTest, APatientIsChosenWhereOneIsNeeded) {
    grantable_ = *request::parse_scope_request("patient/Observation.rs");
    expect(Step::choose_patient);
    pending_.request.prompt_none = true;
    expect_refusal("interaction_required");
    pending_.request.prompt_none = false;
    pending_.patient = "p1";
    expect(Step::consent);
}

TEST_F(NextStepTest, WhoMayNotLookForPatientsChoosesNone) {
    grantable_ = *request::parse_scope_request("launch/patient patient/Observation.rs");
    user_.scopes = *request::parse_scopes("patient/*.rs user/Observation.rs");
    expect_refusal("access_denied");
}

TEST_F(NextStepTest, APatientSeesTheirOwnRecordAlone) {
    grantable_ = *request::parse_scope_request("patient/Observation.rs");
    user_.patient = "p1";
    expect(Step::consent);
    pending_.patient = "p1";
    expect(Step::consent);
    pending_.patient = "p2";
    expect_refusal("access_denied");
}

// 45 CFR 164.312(a)(2)(ii): by a person who may, for one patient, and asked about each time.
TEST_F(NextStepTest, AnEmergencyIsDeclaredEachTime) {
    pending_.request.purpose = request::PurposeOfUse::emergency;
    grantable_ = *request::parse_scope_request("patient/*.rs");
    expect_refusal("access_denied");
    user_.purposes = {request::PurposeOfUse::emergency};
    expect(Step::choose_patient);
    pending_.patient = "p1";
    allowed_before_ = true;
    expect(Step::consent);
    grantable_ = *request::parse_scope_request("user/*.rs");
    expect_refusal("invalid_scope");
    grantable_ = *request::parse_scope_request("launch/patient openid");
    expect_refusal("invalid_scope");
    grantable_ = *request::parse_scope_request("patient/*.rs");
    user_.patient = "p1";
    expect_refusal("access_denied");
}

}  // namespace
}  // namespace salus::sign_in
