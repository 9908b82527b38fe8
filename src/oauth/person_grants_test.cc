// Codes and refresh tokens under attack: the numbers are those of the attack list (F2, F3, R1 to
// R8).
#include <gtest/gtest.h>

#include "foundation/oauth_limits.h"
#include "oauth/people_for_test.h"

namespace salus::oauth {
namespace {

using testing::must;
using testing::PeopleRoom;

class PersonGrantsTest : public ::testing::Test {
protected:
    using Fields = PeopleRoom::Fields;
    using Answer = PeopleRoom::Answer;

    [[nodiscard]] std::string code() { return room_.code_for(room_.asked()); }
    [[nodiscard]] Answer redeem(std::string const& code) {
        return room_.tokens(PeopleRoom::redemption(code));
    }
    [[nodiscard]] Answer refresh(std::string const& token) {
        return room_.tokens(PeopleRoom::refreshing(token));
    }
    [[nodiscard]] std::string error(Fields const& form) {
        auto const answer = room_.tokens(form);
        return answer.status == 400 || answer.status == 401 ? answer.texts.at("error") : "none";
    }
    [[nodiscard]] json::Document claims(std::string const& token) {
        auto const first = token.find('.');
        auto const payload =
            from_base64url(token.substr(first + 1, token.find('.', first + 1) - first - 1));
        return must(parser_.parse(std::string(text_of(*payload))));
    }

    testing::TestInstance instance_;
    PeopleRoom room_{instance_};
    json::Parser parser_;
};

TEST_F(PersonGrantsTest, ACodeStandsForTokensOfThePersonAndNoIdOfAPatient) {
    auto const id = room_.waiting(room_.asked());
    auto pending = *must(room_.authorizations().find(id, room_.browser()));
    request::Prepared chosen;
    ASSERT_TRUE(room_.authorizations().choose_patient(pending, "p1", chosen).has_value());
    room_.save(std::move(chosen));
    auto consented = room_.consent(id);
    auto const query = testing::query_of(*consented.headers.get("Location"));
    room_.save(std::move(consented));
    EXPECT_EQ(query.at("state"), "state-1");
    EXPECT_EQ(query.at("iss"), room_.tenant().issuer());  // F4

    auto const answer = redeem(query.at("code"));
    ASSERT_EQ(answer.status, 200) << answer.text;
    EXPECT_EQ(answer.texts.at("token_type"), "Bearer");
    EXPECT_EQ(answer.texts.at("patient"), "p1");
    EXPECT_EQ(answer.texts.at("scope"),
              "openid profile fhirUser launch/patient offline_access patient/Observation.rs "
              "patient/Patient.rs");
    auto const& access = answer.texts.at("access_token");
    EXPECT_TRUE(room_.stands(access));
    auto const token = claims(access);
    EXPECT_EQ(token.root().text_member("sub"), room_.person().id.text());
    EXPECT_EQ(token.root().text_member("acr"), "phr");
    EXPECT_EQ(token.root().text_member("patient_compartment"),
              room_.home().addressing().patient_compartment("p1").hex());
    EXPECT_EQ(token.text().find("p1"), std::string_view::npos);
    EXPECT_EQ(token.text().find("ada"), std::string_view::npos);

    auto const identity = claims(answer.texts.at("id_token"));
    EXPECT_EQ(identity.root().text_member("aud"), "app");
    EXPECT_EQ(identity.root().text_member("nonce"), "nonce-1");
    EXPECT_EQ(identity.root().text_member("name"), "Ada Example");
    EXPECT_EQ(identity.root().text_member("fhirUser"), room_.tenant().fhir_base() + "/Patient/p1");
    auto const hash = crypto::sha256(bytes_of(access));
    EXPECT_EQ(identity.root().text_member("at_hash"), to_base64url(BytesView(hash).first(16)));
}

TEST_F(PersonGrantsTest, RolesOfThePersonAndOfTheSignInAreInTheToken) {
    auto const role = [](char const* name) { return *request::RoleName::parse(name); };
    auto const roles = [&](Answer const& answer) {
        auto const token = claims(answer.texts.at("access_token"));
        auto const member = token.root().member("roles");
        return member ? std::string(member->raw()) : std::string();
    };
    EXPECT_EQ(roles(redeem(code())), "");
    room_.changed_person().roles = {role("physician")};
    room_.save_person();
    room_.give_in_session({role("cardiologist"), role("physician")});
    auto const first = redeem(code());
    EXPECT_EQ(roles(first), R"(["cardiologist","physician"])");
    EXPECT_EQ(claims(first.texts.at("id_token")).text().find("physician"), std::string_view::npos);
    auto const facts = must(authentication::verify_access_token(
        first.texts.at("access_token"), room_.tenant(), room_.keys(), instance_.clock.now()));
    EXPECT_EQ(facts.roles, (request::RoleNames{role("cardiologist"), role("physician")}));
    // A later sign-in with fewer gives fewer, and takes nothing from what was allowed before.
    room_.give_in_session({});
    EXPECT_EQ(roles(redeem(code())), R"(["physician"])");
    auto const refreshed = refresh(first.texts.at("refresh_token"));
    EXPECT_EQ(roles(refreshed), R"(["cardiologist","physician"])");
    // Whoever changes a user's roles raises the generation (identity/user_administration.h).
    room_.changed_person().roles = {};
    ++room_.changed_person().generation;
    room_.save_person();
    EXPECT_FALSE(room_.stands(refreshed.texts.at("access_token")));
    EXPECT_EQ(error(PeopleRoom::refreshing(refreshed.texts.at("refresh_token"))), "invalid_grant");
}

TEST_F(PersonGrantsTest, AnIdTokenIsNoAccessTokenT9) {
    auto const answer = redeem(code());
    EXPECT_FALSE(room_.stands(answer.texts.at("id_token")));
    EXPECT_FALSE(room_.stands(answer.texts.at("refresh_token")));
}

TEST_F(PersonGrantsTest, TheVerifierIsNeededExactlyF2) {
    auto const shown = code();
    auto const form = PeopleRoom::redemption(shown);
    std::string const right(testing::kVerifier);
    for (auto const& wrong :
         {std::optional<std::string>(), std::optional<std::string>(""),
          std::optional(right.substr(0, 42)), std::optional(right + "x"),
          std::optional(std::string(129, 'a')), std::optional(std::string(43, '!')),
          std::optional(to_base64url(crypto::sha256(bytes_of(right))))}) {
        EXPECT_EQ(error(PeopleRoom::with(form, "code_verifier", wrong)), "invalid_grant");
    }
    // Who guessed wrong has ended nothing (F3).
    EXPECT_EQ(redeem(shown).status, 200);
}

TEST_F(PersonGrantsTest, ASecondUseOfACodeEndsWhatTheFirstGotF3) {
    auto const shown = code();
    auto const first = redeem(shown);
    ASSERT_EQ(first.status, 200);
    // Of somebody who cannot say the verifier, or is another client, nothing ends.
    EXPECT_EQ(error(PeopleRoom::with(PeopleRoom::redemption(shown), "code_verifier",
                                     std::string(43, 'x'))),
              "invalid_grant");
    room_.add_client(PeopleRoom::public_client("other"));
    EXPECT_EQ(error(PeopleRoom::redemption(shown, "other")), "invalid_grant");
    EXPECT_TRUE(room_.stands(first.texts.at("access_token")));

    auto const news = room_.guards().revocations.epoch();
    EXPECT_EQ(error(PeopleRoom::redemption(shown)), "invalid_grant");
    EXPECT_FALSE(room_.stands(first.texts.at("access_token")));
    EXPECT_GT(room_.guards().revocations.epoch(), news);
    EXPECT_EQ(error(PeopleRoom::refreshing(first.texts.at("refresh_token"))), "invalid_grant");
}

TEST_F(PersonGrantsTest, OfTwoAtOnceOneWinsF3) {
    auto const form = testing::form_of(PeopleRoom::redemption(code()));
    auto one = room_.ask(form);
    auto two = room_.ask(form);
    ASSERT_EQ(one.status, 200);
    ASSERT_EQ(two.status, 200);
    EXPECT_TRUE(room_.commit(std::move(one)).has_value());
    EXPECT_FALSE(room_.commit(std::move(two)).has_value());
}

TEST_F(PersonGrantsTest, ACodeIsOfItsMomentItsAddressAndItsClientF3) {
    auto const late = code();
    instance_.clock.advance(limits::kAuthorizationCodeLife);
    EXPECT_EQ(error(PeopleRoom::redemption(late)), "invalid_grant");

    auto const form = PeopleRoom::redemption(code());
    for (auto const& uri : {std::optional<std::string>(), std::optional<std::string>(""),
                            std::optional<std::string>("https://app.example/callback/")}) {
        EXPECT_EQ(error(PeopleRoom::with(form, "redirect_uri", uri)), "invalid_grant");
    }
    for (auto const* wrong : {"", "x", ".", "AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA"})
        EXPECT_EQ(error(PeopleRoom::with(form, "code", wrong)), "invalid_grant");
    EXPECT_EQ(room_.tokens(form).status, 200);
}

TEST_F(PersonGrantsTest, AReplacedTokenThatComesBackLateEndsItsFamilyAloneR1) {
    auto const other = redeem(code());
    auto const first = redeem(code());
    auto const second = refresh(first.texts.at("refresh_token"));
    ASSERT_EQ(second.status, 200);
    instance_.clock.advance(limits::kRefreshRetryWindow);
    EXPECT_EQ(refresh(first.texts.at("refresh_token")).status, 400);
    EXPECT_EQ(refresh(second.texts.at("refresh_token")).status, 400);
    EXPECT_FALSE(room_.stands(second.texts.at("access_token")));
    EXPECT_EQ(refresh(other.texts.at("refresh_token")).status, 200);
}

TEST_F(PersonGrantsTest, ALostAnswerIsGivenAgainToTheByteR2) {
    auto const first = redeem(code());
    auto const second = refresh(first.texts.at("refresh_token"));
    auto const again = refresh(first.texts.at("refresh_token"));
    EXPECT_EQ(again.text, second.text);
    EXPECT_EQ(refresh(second.texts.at("refresh_token")).status, 200);
}

TEST_F(PersonGrantsTest, OfManyAtOnceThereIsOneSuccessorR4) {
    auto const first = redeem(code());
    auto const form = testing::form_of(PeopleRoom::refreshing(first.texts.at("refresh_token")));
    std::vector<request::Prepared> all;
    for (int i = 0; i < 100; ++i) all.push_back(room_.ask(form));
    int won = 0;
    for (auto& each : all) won += room_.commit(std::move(each)).has_value() ? 1 : 0;
    EXPECT_EQ(won, 1);
    // Those that lost are prepared again, and get what the winner got.
    auto const again = room_.tokens(PeopleRoom::refreshing(first.texts.at("refresh_token")));
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(refresh(again.texts.at("refresh_token")).status, 200);
}

TEST_F(PersonGrantsTest, AScopeShrinksForOneTokenAndNeverGrowsR5) {
    auto const first = redeem(code());
    auto form = PeopleRoom::refreshing(first.texts.at("refresh_token"));
    for (auto const* wider : {"patient/Condition.rs", "patient/Observation.cruds", "system/*.rs",
                              "user/Observation.rs", "admin/check.read"}) {
        EXPECT_EQ(error(PeopleRoom::with(form, "scope", wider)), "invalid_scope") << wider;
    }
    auto const narrow = room_.tokens(PeopleRoom::with(form, "scope", "patient/Observation.r"));
    EXPECT_EQ(narrow.texts.at("scope"), "patient/Observation.r");
    EXPECT_FALSE(narrow.texts.contains("id_token"));
    auto const whole = refresh(narrow.texts.at("refresh_token"));
    EXPECT_EQ(whole.texts.at("scope"), first.texts.at("scope"));
    // Without a value it was not sent (RFC 6749 section 3.2).
    form = PeopleRoom::refreshing(whole.texts.at("refresh_token"));
    auto const unsaid = room_.tokens(PeopleRoom::with(form, "scope", ""));
    EXPECT_EQ(unsaid.texts.at("scope"), first.texts.at("scope"));
}

TEST_F(PersonGrantsTest, AParameterThatIsThereTwiceIsAMistakeF12) {
    auto const first = redeem(code());
    auto const form = PeopleRoom::refreshing(first.texts.at("refresh_token"));
    for (auto const* name : {"refresh_token", "client_id", "grant_type", "scope", "unknown"}) {
        auto twice = form;
        twice.emplace_back(name, "x");
        if (name == std::string_view("scope") || name == std::string_view("unknown"))
            twice.emplace_back(name, "x");
        EXPECT_EQ(error(twice), "invalid_request") << name;
    }
    EXPECT_EQ(refresh(first.texts.at("refresh_token")).status, 200);
}

// RFC 8707 section 2.2: whoever shows an app another server's address gets no token of ours.
TEST_F(PersonGrantsTest, TheServerThatATokenIsForIsThisOneF15) {
    auto const base = room_.tenant().fhir_base();
    auto const form = PeopleRoom::redemption(code());
    for (auto const* other : {"https://evil.test/fhir", "https://localhost:8443", "x"}) {
        EXPECT_EQ(error(PeopleRoom::with(form, "resource", other)), "invalid_target") << other;
        auto both = PeopleRoom::with(form, "resource", base);
        both.emplace_back("resource", other);
        EXPECT_EQ(error(both), "invalid_target") << other;
    }
    auto const first = room_.tokens(PeopleRoom::with(form, "resource", base));
    ASSERT_EQ(first.status, 200);
    auto const next = PeopleRoom::refreshing(first.texts.at("refresh_token"));
    EXPECT_EQ(error(PeopleRoom::with(next, "resource", "https://evil.test")), "invalid_target");
    EXPECT_EQ(room_.tokens(PeopleRoom::with(next, "resource", base + "/")).status, 200);
}

TEST_F(PersonGrantsTest, AnotherClientGetsNothingAndEndsNothingR6) {
    auto const first = redeem(code());
    room_.add_client(PeopleRoom::public_client("other"));
    EXPECT_EQ(error(PeopleRoom::refreshing(first.texts.at("refresh_token"), "other")),
              "invalid_grant");
    EXPECT_EQ(refresh(first.texts.at("refresh_token")).status, 200);
}

TEST_F(PersonGrantsTest, APublicClientNeedNotSayWhoItIsAConfidentialOneHasToProveItR6) {
    auto const first = redeem(code());
    auto form = PeopleRoom::with(PeopleRoom::refreshing(first.texts.at("refresh_token")),
                                 "client_id", std::nullopt);
    EXPECT_EQ(room_.tokens(form).status, 200);
    EXPECT_EQ(error(PeopleRoom::with(form, "refresh_token", "x")), "invalid_client");

    auto const key = testing::ClientKey::make("k");
    room_.add_client(
        R"({"client_id":"secret","name":"x","scope":"openid offline_access patient/*.rs",)"
        R"("purposes":["PATRQT"],"grant_types":["authorization_code","refresh_token"],)"
        R"("redirect_uris":["https://app.example/callback"],"jwks":)" +
        jose::to_key_set({key.jwk()}) + "}");
    auto const asked = PeopleRoom::with(room_.asked("secret"), "scope",
                                        "openid offline_access patient/Observation.rs");
    EXPECT_EQ(error(PeopleRoom::redemption(room_.code_for(asked), "secret")), "invalid_client");
    identity::Stored<identity::Grant> grant{.value = {}, .id = {}, .version = 0};
    auto const token = identity::SecretId::make(instance_.random);
    grant.id = token.id;
    grant->client = ClientId("secret");
    grant->scope = *request::parse_scope_request("openid");
    grant->refresh = token.hash();
    request::Prepared prepared;
    ASSERT_TRUE(room_.documents().write(grant, std::nullopt, prepared).has_value());
    room_.save(std::move(prepared));
    EXPECT_EQ(error(PeopleRoom::with(form, "refresh_token", token.text())), "invalid_client");
}

TEST_F(PersonGrantsTest, WhatThePersonLostNoTokenHasR8) {
    auto const first = redeem(code());
    room_.changed_person().status = identity::UserStatus::disabled;
    room_.save_person();
    EXPECT_EQ(refresh(first.texts.at("refresh_token")).status, 400);
    EXPECT_FALSE(room_.stands(first.texts.at("access_token")));
    room_.changed_person().status = identity::UserStatus::active;
    room_.save_person();
    EXPECT_EQ(refresh(first.texts.at("refresh_token")).status, 200);
    ++room_.changed_person().generation;
    room_.save_person();
    EXPECT_FALSE(room_.stands(first.texts.at("access_token")));
}

TEST_F(PersonGrantsTest, OnlineAccessEndsWithItsSessionAndOfflineDoesNotRF4) {
    auto const offline = redeem(code());
    auto online_asked =
        PeopleRoom::with(room_.asked(), "scope", "openid online_access patient/Observation.rs");
    room_.add_client(
        PeopleRoom::public_client("online", "openid online_access patient/Observation.rs"));
    online_asked = PeopleRoom::with(online_asked, "client_id", "online");
    auto const online =
        room_.tokens(PeopleRoom::redemption(room_.code_for(online_asked), "online"));
    ASSERT_TRUE(online.texts.contains("refresh_token")) << online.text;

    request::Prepared prepared;
    auto const ended = must(identity::Endings(room_.documents(), room_.logouts())
                                .end_session(room_.person().id, room_.session().id, prepared));
    room_.save(std::move(prepared));
    EXPECT_EQ(ended.size(), 1U);
    EXPECT_FALSE(room_.stands(online.texts.at("access_token")));
    EXPECT_EQ(error(PeopleRoom::refreshing(online.texts.at("refresh_token"), "online")),
              "invalid_grant");
    EXPECT_EQ(refresh(offline.texts.at("refresh_token")).status, 200);
}

TEST_F(PersonGrantsTest, AGrantEndsByIdlingAndByAgeRF4) {
    auto const idle = redeem(code());
    instance_.clock.advance(limits::kGrantIdle);
    EXPECT_EQ(refresh(idle.texts.at("refresh_token")).status, 400);
}

TEST_F(PersonGrantsTest, WithoutARefreshScopeThereIsNoRefreshToken) {
    auto const asked = PeopleRoom::with(room_.asked(), "scope", "openid patient/Observation.rs");
    EXPECT_FALSE(redeem(room_.code_for(asked)).texts.contains("refresh_token"));
}

TEST_F(PersonGrantsTest, GrantsThatAClientIsNotRegisteredForAreRefused) {
    EXPECT_EQ(
        error(
            {{"grant_type", "client_credentials"}, {"client_id", "app"}, {"scope", "system/*.rs"}}),
        "unauthorized_client");
    EXPECT_EQ(error({{"grant_type", "password"}, {"client_id", "app"}}), "unsupported_grant_type");
    EXPECT_EQ(error(PeopleRoom::redemption(code(), "nobody")), "invalid_client");
}

// 45 CFR 164.312(a)(2)(ii).
class EmergencyGrantsTest : public PersonGrantsTest {
protected:
    void SetUp() override {
        room_.changed_person().purposes.push_back(request::PurposeOfUse::emergency);
        room_.save_person();
        room_.add_client(
            R"({"client_id":"ward","name":"x","scope":"openid online_access patient/*.rs",)"
            R"("purposes":["TREAT","ETREAT"],"token_endpoint_auth_method":"none",)"
            R"("grant_types":["authorization_code","refresh_token"],"redirect_uris":[")" +
            std::string(testing::kCallback) + R"("]})");
    }
    // A person asked for an emergency of this patient, and is about to declare it.
    [[nodiscard]] identity::Stored<identity::PendingAuthorization> asked_for(
        std::string const& patient) {
        auto fields = PeopleRoom::with(room_.asked("ward"), "scope", "online_access patient/*.rs");
        fields.emplace_back("purpose_of_use", "ETREAT");
        auto const id = room_.waiting(fields);
        auto& authorizations = room_.authorizations();
        request::Prepared chosen;
        EXPECT_TRUE(
            authorizations
                .choose_patient(*must(authorizations.find(id, room_.browser())), patient, chosen)
                .has_value());
        room_.save(std::move(chosen));
        return *must(authorizations.find(id, room_.browser()));
    }
    [[nodiscard]] Consent consent_to(
        identity::Stored<identity::PendingAuthorization> const& pending,
        std::optional<WallTime> until) {
        return {.user = room_.person(),
                .session = room_.session().id,
                .proof = room_.session().value,
                .scope = must(room_.authorizations().grantable(pending, room_.person())),
                .emergency_until = until};
    }
    // The tokens of an emergency that lasts until then.
    [[nodiscard]] Answer declared(std::string const& patient, WallTime until) {
        auto const pending = asked_for(patient);
        auto prepared = must(room_.authorizations().complete(pending, consent_to(pending, until)));
        auto const code = testing::query_of(*prepared.headers.get("Location"))["code"];
        room_.save(std::move(prepared));
        auto answer = room_.tokens(PeopleRoom::redemption(code, "ward"));
        EXPECT_EQ(answer.status, 200) << answer.text;
        return answer;
    }
    [[nodiscard]] Answer refreshed(Answer const& answer) {
        return room_.tokens(PeopleRoom::refreshing(answer.texts.at("refresh_token"), "ward"));
    }
    [[nodiscard]] request::CallerFacts facts_of(Answer const& answer) {
        return must(authentication::verify_access_token(
            answer.texts.at("access_token"), room_.tenant(), room_.keys(), instance_.clock.now()));
    }
};

TEST_F(EmergencyGrantsTest, NobodyHasOneThatTheyDidNotDeclare) {
    auto const pending = asked_for("p1");
    auto const refused =
        room_.authorizations().complete(pending, consent_to(pending, std::nullopt));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::forbidden);
}

TEST_F(EmergencyGrantsTest, WhatOneOpensEndsWithIt) {
    auto const until = instance_.clock.now() + std::chrono::seconds(500);
    auto answer = declared("p1", until);
    auto const first = facts_of(answer);
    EXPECT_EQ(first.purpose, request::PurposeOfUse::emergency);
    EXPECT_EQ(to_unix_seconds(*first.person->emergency_until), to_unix_seconds(until));
    EXPECT_TRUE(first.patient_compartment.has_value());
    instance_.clock.advance(std::chrono::seconds(400));
    answer = refreshed(answer);
    ASSERT_EQ(answer.status, 200) << answer.text;
    EXPECT_EQ(to_unix_seconds(facts_of(answer).expires), to_unix_seconds(until));
    instance_.clock.advance(std::chrono::seconds(101));
    EXPECT_EQ(error(PeopleRoom::refreshing(answer.texts.at("refresh_token"), "ward")),
              "invalid_grant");
}

// Each time by less than it has lasted: the clock never shows a time before the declaration.
TEST_F(EmergencyGrantsTest, AClockThatIsSetBackMakesNoneLonger) {
    auto answer = declared("p1", instance_.clock.now() + std::chrono::seconds(500));
    for (int i = 0; i < 2; ++i) {
        instance_.clock.advance(std::chrono::seconds(200));
        instance_.clock.step_wall(std::chrono::seconds(-200));
        answer = refreshed(answer);
        ASSERT_EQ(answer.status, 200) << answer.text;
    }
    instance_.clock.advance(std::chrono::seconds(101));
    instance_.clock.step_wall(std::chrono::seconds(-101));
    EXPECT_EQ(error(PeopleRoom::refreshing(answer.texts.at("refresh_token"), "ward")),
              "invalid_grant");
    // Another one, which is declared now, has its own time.
    EXPECT_EQ(refreshed(declared("p1", instance_.clock.now() + std::chrono::seconds(500))).status,
              200);
}

// The answer that was lost is given once more, and opens nothing when its time is over.
TEST_F(EmergencyGrantsTest, ALostAnswerOpensNothingAfterItsEnd) {
    auto const first = declared("p1", instance_.clock.now() + std::chrono::seconds(300));
    instance_.clock.advance(std::chrono::seconds(298));
    ASSERT_EQ(refreshed(first).status, 200);
    instance_.clock.advance(std::chrono::seconds(1));
    EXPECT_EQ(refreshed(first).status, 200) << "within the time to ask again";
    instance_.clock.advance(std::chrono::seconds(1));
    EXPECT_EQ(error(PeopleRoom::refreshing(first.texts.at("refresh_token"), "ward")),
              "invalid_grant");
}

TEST_F(EmergencyGrantsTest, TwoInOneSessionAreForTheirOwnPatientsAndEndAlone) {
    auto const now = instance_.clock.now();
    auto const first = declared("p1", now + std::chrono::seconds(250));
    auto const second = declared("p2", now + std::chrono::seconds(500));
    auto const& addressing = room_.home().addressing();
    EXPECT_EQ(facts_of(first).patient_compartment, addressing.patient_compartment("p1"));
    EXPECT_EQ(facts_of(second).patient_compartment, addressing.patient_compartment("p2"));
    EXPECT_NE(facts_of(first).person->grant, facts_of(second).person->grant);
    instance_.clock.advance(std::chrono::seconds(250));
    EXPECT_EQ(error(PeopleRoom::refreshing(first.texts.at("refresh_token"), "ward")),
              "invalid_grant");
    auto const later = refreshed(second);
    ASSERT_EQ(later.status, 200) << later.text;
    EXPECT_EQ(facts_of(later).patient_compartment, addressing.patient_compartment("p2"));
}

}  // namespace
}  // namespace salus::oauth
