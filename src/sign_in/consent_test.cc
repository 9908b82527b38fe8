// From a session to the app's answer: consent, the choice of a patient, and what an attacker tries
// (the catalogue's F5, F6, F7, F13).
#include <gmock/gmock.h>

#include "foundation/sign_in_limits.h"
#include "identity/grant.h"
#include "operations/blind_tokens.h"
#include "sign_in/browser_for_test.h"
#include "sign_in/dates.h"
#include "sign_in/scope_words.h"

namespace salus::testing {
namespace {

using audit::Event;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ConsentTest : public ::testing::Test {
protected:
    [[nodiscard]] static identity::AuthorizationRequest asked(
        std::string const& scope = "openid user/Observation.rs") {
        identity::AuthorizationRequest request;
        request.client = ClientId("app");
        request.redirect_uri = kCallback;
        request.state = "state-1";
        request.code_challenge = "x";
        request.scope = *request::parse_scope_request(scope);
        return request;
    }
    // Signed in, and looking at what the app asks.
    std::pair<std::string, Reply> look(std::string const& scope = "openid user/Observation.rs") {
        auto const id = browser_.ask(asked(scope));
        EXPECT_EQ(browser_.sign_in(ada_, id).location, "/sign-in?authorization=" + id);
        return {id, browser_.get("/sign-in?authorization=" + id)};
    }
    Reply decide(std::string const& id, std::string const& shown, std::string const& decision) {
        return browser_.post("/sign-in/consent",
                             {{"authorization", id}, {"shown", shown}, {"decision", decision}});
    }
    void add_patient(std::string const& id, std::string const& family = "Jones") {
        auto& home = house_.home();
        auto change =
            home.change("Patient", id, id,
                        R"({"resourceType":"Patient","id":")" + id + R"(","name":[{"family":")" +
                            family + R"(","given":["Q"]}],"birthDate":"1931-02-03"})");
        write(std::move(change));
    }
    // Denies everybody everything.
    void add_denial(std::string const& patient) {
        write(house_.home().change(
            "Consent", "no-" + patient, patient,
            R"({"resourceType":"Consent","id":"no-)" + patient +
                R"(","status":"active","scope":{"coding":[{"system":)"
                R"("http://terminology.hl7.org/CodeSystem/consentscope","code":)"
                R"("patient-privacy"}]},"category":[{"text":"x"}],"patient":{"reference":)"
                R"("Patient/)" +
                patient +
                R"("},"policy":[{"uri":"https://profiles.ihe.net/ITI/PCF/Policy-all-normal"}],)"
                R"("provision":{"type":"deny"}})"));
    }
    void write(records::Change change) {
        auto& home = house_.home();
        change.tokens = must(operations::tokens_of(home.addressing(), home.tenant().fhir_base(),
                                                   EphiTestAccess::open(change.index_entry)));
        home.write(change);
    }
    Reply look_for(std::string const& id, std::string const& name, std::string const& birth_date) {
        return browser_.post("/sign-in/patient",
                             {{"authorization", id}, {"name", name}, {"birth_date", birth_date}});
    }

    SignInHouse house_;
    sign_in::StoredUser ada_ = house_.add_user("ada");
    Browser browser_{house_};
};

TEST_F(ConsentTest, TheAppIsToldWhatWasAllowed) {
    auto const [id, page] = look();
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.body, HasSubstr("An &lt;App&gt;"));
    EXPECT_THAT(page.body, HasSubstr("test results and vital signs"));
    EXPECT_THAT(page.body, HasSubstr("Purpose: <strong>care and treatment</strong>"));
    EXPECT_THAT(page.headers.at("Content-Security-Policy"),
                HasSubstr("form-action 'self' https://app.example;"));
    auto const reply = decide(id, hidden_in(page.body, "shown"), "allow");
    EXPECT_EQ(reply.status, 303);
    EXPECT_THAT(reply.location, StartsWith(std::string(kCallback) + "?code="));
    EXPECT_EQ(reply.facts.event, Event::authorized);
    EXPECT_EQ(reply.facts.user, ada_->id);
    EXPECT_EQ(reply.facts.target_client, ClientId("app"));
    // It served once.
    EXPECT_EQ(browser_.get("/sign-in?authorization=" + id).status, 400);
}

TEST_F(ConsentTest, TheAppIsToldThatItWasNotAllowed) {
    auto const [id, page] = look();
    auto const reply = decide(id, hidden_in(page.body, "shown"), "deny");
    EXPECT_THAT(reply.location, HasSubstr("error=access_denied"));
    EXPECT_THAT(reply.location, HasSubstr("state=state-1"));
    EXPECT_EQ(reply.facts.event, Event::authorization_refused);
}

// F7: what is allowed is what was shown.
TEST_F(ConsentTest, F7AnotherConsentThanWasShownIsNoConsent) {
    auto const [small, page] = look();
    auto const shown = hidden_in(page.body, "shown");
    auto const large = browser_.ask(asked("openid user/*.rs offline_access"));
    auto const reply = decide(large, shown, "allow");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.written, 0U);
    EXPECT_THAT(reply.body, HasSubstr("has changed"));
    EXPECT_EQ(decide(small, "", "allow").status, 200);
    // Rights that were taken away in between.
    auto user = house_.stored(ada_->id);
    user->scopes = *request::parse_scopes("user/Condition.rs");
    house_.save(user);
    EXPECT_EQ(decide(small, shown, "allow").status, 200);
}

TEST_F(ConsentTest, F7AnotherPurposeThanWasShownIsShownAgain) {
    house_.add_client("both", "openid user/*.rs", "", R"("TREAT","HRESCH")");
    auto request = asked("openid user/Observation.rs");
    request.client = ClientId("both");
    browser_.sign_in(ada_);
    auto const id = browser_.ask(request);
    auto const shown = hidden_in(browser_.get("/sign-in?authorization=" + id).body, "shown");
    auto user = house_.stored(ada_->id);
    user->purposes = {request::PurposeOfUse::research};
    house_.save(user);
    auto const reply = decide(id, shown, "allow");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.written, 0U);
    EXPECT_THAT(reply.body, HasSubstr("Purpose: <strong>research</strong>"));
}

TEST_F(ConsentTest, F7TheScopesOfAFormAreNotHeeded) {
    auto const [id, page] = look();
    auto const reply = browser_.post("/sign-in/consent", {{"authorization", id},
                                                          {"shown", hidden_in(page.body, "shown")},
                                                          {"decision", "allow"},
                                                          {"scope", "user/*.cruds"}});
    EXPECT_EQ(reply.status, 303);
    auto const holdings = *must(house_.documents().read<identity::UserHoldings>(ada_->id.text()));
    auto const grant =
        *must(house_.documents().read<identity::Grant>(holdings.value.grants.front()));
    EXPECT_EQ(request::to_text(grant.value.scope), "openid user/Observation.rs");
}

TEST_F(ConsentTest, F5ConsentNeedsATokenOfThisBrowser) {
    auto const [id, page] = look();
    FormFields const fields{
        {"authorization", id}, {"shown", hidden_in(page.body, "shown")}, {"decision", "allow"}};
    EXPECT_EQ(browser_.post_as_it_is("/sign-in/consent", fields).error, Errc::forbidden);
}

// F6: what waits for one browser waits for no other.
TEST_F(ConsentTest, F6WhatWaitsElsewhereIsNotFound) {
    auto const id = browser_.ask(asked());
    Browser attacker(house_);
    EXPECT_EQ(attacker.get("/sign-in?authorization=" + id).status, 400);
    attacker.get("/sign-in");
    auto const theirs = attacker.ask(asked());
    EXPECT_EQ(browser_.get("/sign-in?authorization=" + theirs).status, 400);
}

TEST_F(ConsentTest, F13WithoutASessionAndWithoutAPrompt) {
    auto request = asked();
    request.prompt_none = true;
    auto const id = browser_.ask(request);
    EXPECT_THAT(browser_.get("/sign-in?authorization=" + id).location,
                HasSubstr("error=login_required"));
    browser_.sign_in(ada_);
    auto const second = browser_.ask(request);
    EXPECT_THAT(browser_.get("/sign-in?authorization=" + second).location,
                HasSubstr("error=consent_required"));
}

TEST_F(ConsentTest, F13MaxAgeZeroAsksForASignInOnce) {
    browser_.sign_in(ada_);
    house_.clock().advance(std::chrono::seconds(31));
    auto request = asked();
    request.max_age = std::chrono::seconds(0);
    auto const id = browser_.ask(request);
    EXPECT_THAT(browser_.get("/sign-in?authorization=" + id).body, HasSubstr("Confirm that it is"));
    browser_.post(
        "/sign-in/password",
        {{"authorization", id}, {"username", "ada"}, {"password", std::string(kPassword)}});
    browser_.post("/sign-in/one-time-password",
                  {{"authorization", id}, {"code", house_.code_of(ada_->id)}});
    EXPECT_THAT(browser_.get("/sign-in?authorization=" + id).body, HasSubstr("asks for access"));
}

TEST_F(ConsentTest, APatientIsChosenShownAndOnRecord) {
    add_patient("p1");
    auto const [id, page] = look("launch/patient patient/Observation.rs");
    EXPECT_THAT(page.body, HasSubstr("Choose a patient"));
    EXPECT_EQ(browser_.post("/sign-in/patient", {{"authorization", id}, {"patient", "p2"}}).status,
              404);
    EXPECT_EQ(
        browser_.post("/sign-in/patient", {{"authorization", id}, {"patient", "../p1"}}).status,
        404);
    auto const chosen =
        browser_.post("/sign-in/patient", {{"authorization", id}, {"patient", "p1"}});
    EXPECT_EQ(chosen.status, 303);
    EXPECT_EQ(chosen.consulted, 1U);
    auto const consent = browser_.get("/sign-in?authorization=" + id);
    EXPECT_THAT(consent.body, HasSubstr("Q Jones"));
    EXPECT_THAT(consent.body, HasSubstr("born 3 February 1931"));
    EXPECT_EQ(consent.consulted, 1U);
    EXPECT_THAT(decide(id, hidden_in(consent.body, "shown"), "allow").location, HasSubstr("code="));
}

// By name and birth date; whoever was shown is on record.
TEST_F(ConsentTest, APatientIsFoundByNameAndBirthDate) {
    add_patient("p1", "Jones");
    add_patient("p2", "J\xc3\xb3nsson");
    add_patient("p3", "Jonathan");
    auto const id = look("launch/patient patient/Observation.rs").first;
    auto const two = look_for(id, "JON", "1931-02-03");
    EXPECT_EQ(two.status, 200);
    EXPECT_EQ(two.consulted, 3U);
    auto const one = look_for(id, "jone", "1931-02-03");
    EXPECT_EQ(one.consulted, 1U);
    EXPECT_THAT(one.body, HasSubstr("Q Jones"));
    EXPECT_THAT(one.body, Not(HasSubstr("Jonathan")));
    EXPECT_EQ(browser_
                  .post("/sign-in/patient",
                        {{"authorization", id}, {"patient", hidden_in(one.body, "patient")}})
                  .location,
              "/sign-in?authorization=" + id);
    EXPECT_THAT(browser_.get("/sign-in?authorization=" + id).body, HasSubstr("Q Jones"));
}

// As if there were no such patient, whichever way one looks for them.
TEST_F(ConsentTest, APatientWhoseConsentDeniesThePersonIsNotThere) {
    consent::ConsentSettings settings;
    settings.implicit = consent::OverarchingPolicy::all_normal;
    house_.enforce(settings);
    add_patient("p1", "Jones");
    add_patient("p2", "Jonathan");
    add_denial("p1");
    auto const id = look("launch/patient patient/Observation.rs").first;
    auto const found = look_for(id, "JON", "1931-02-03");
    EXPECT_EQ(found.status, 200);
    EXPECT_EQ(found.consulted, 1U);
    EXPECT_THAT(found.body, HasSubstr("Q Jonathan"));
    EXPECT_THAT(found.body, Not(HasSubstr("Q Jones")));
    auto const choose = [&](std::string const& patient) {
        return browser_.post("/sign-in/patient", {{"authorization", id}, {"patient", patient}});
    };
    auto const denied = choose("p1");
    auto const absent = choose("p9");
    EXPECT_EQ(denied.status, 404);
    EXPECT_EQ(denied.status, absent.status);
    // But for the id, which stays as it was typed.
    auto const without = [](std::string body, std::string const& typed) {
        auto const at = body.find("value=\"" + typed + "\"");
        return at == std::string::npos ? body : body.erase(at, typed.size() + 8);
    };
    EXPECT_EQ(without(denied.body, "p1"), without(absent.body, "p9"));
    EXPECT_EQ(denied.consulted, 0U);
    EXPECT_EQ(look_for(id, "jones", "1931-02-03").status, 404);
    // Nor does their number show.
    for (std::size_t i = 0; i <= limits::kPatientsShown; ++i) {
        add_patient("hidden" + std::to_string(i), "Jonah");
        add_denial("hidden" + std::to_string(i));
    }
    EXPECT_EQ(look_for(id, "JON", "1931-02-03").consulted, 1U);
    EXPECT_EQ(choose("p2").status, 303);
    EXPECT_THAT(browser_.get("/sign-in?authorization=" + id).body, HasSubstr("Q Jonathan"));
}

TEST_F(ConsentTest, APatientSeesTheirOwnRecordWhateverTheyDeniedOthers) {
    consent::ConsentSettings settings;
    house_.enforce(settings);
    add_patient("p1");
    add_denial("p1");
    auto user = house_.stored(ada_->id);
    user->patient = "p1";
    house_.save(user);
    auto const [id, page] = look("launch/patient patient/Observation.rs");
    EXPECT_EQ(page.consulted, 1U);
}

TEST_F(ConsentTest, ABroadLookForPatientsFindsNobody) {
    add_patient("p1");
    auto const id = look("launch/patient patient/Observation.rs").first;
    for (auto const& [name, date] :
         std::vector<std::pair<std::string, std::string>>{{"Jo", "1931-02-03"},
                                                          {"", "1931-02-03"},
                                                          {"Jones", ""},
                                                          {"Jones", "1931"},
                                                          {"Jones", "1931-02"},
                                                          {"Jones", "ge1931-02-03"},
                                                          {"Jones", "1931-02-03,1931-02-04"},
                                                          {"Jones", "x"}}) {
        auto const reply = look_for(id, name, date);
        EXPECT_EQ(reply.status, 400) << name << " " << date;
        EXPECT_EQ(reply.consulted, 0U);
        EXPECT_THAT(reply.body, Not(HasSubstr("Q Jones")));
    }
    EXPECT_EQ(look_for(id, "Jones,Smith", "1931-02-03").status, 404);
    EXPECT_EQ(look_for(id, "Jones", "1931-02-04").status, 404);
    EXPECT_EQ(look_for(id, "Smith", "1931-02-03").status, 404);
    for (std::size_t i = 0; i <= limits::kPatientsShown; ++i)
        add_patient("many" + std::to_string(i), "Many");
    auto const many = look_for(id, "many", "1931-02-03");
    EXPECT_EQ(many.status, 400);
    EXPECT_EQ(many.consulted, 0U);
}

TEST_F(ConsentTest, APatientIsNotAskedWhoTheyAre) {
    add_patient("p1");
    auto user = house_.stored(ada_->id);
    user->patient = "p1";
    house_.save(user);
    auto const [id, page] = look("launch/patient patient/Observation.rs");
    EXPECT_THAT(page.body, HasSubstr("in your own record"));
    EXPECT_THAT(decide(id, hidden_in(page.body, "shown"), "allow").location, HasSubstr("code="));
    auto const holdings = *must(house_.documents().read<identity::UserHoldings>(ada_->id.text()));
    auto const grant =
        *must(house_.documents().read<identity::Grant>(holdings.value.grants.front()));
    EXPECT_EQ(grant.value.patient, "p1");
}

TEST_F(ConsentTest, WhoRepresentsAPatientIsNotAskedWhichOne) {
    add_patient("p1");
    auto& home = house_.home();
    auto const related = [&](std::uint64_t version, std::string const& more) {
        home.write(home.change("RelatedPerson", "r1", "p1",
                               R"({"resourceType":"RelatedPerson","id":"r1","patient":)"
                               R"({"reference":"Patient/p1"})" +
                                   more + "}",
                               version));
    };
    related(1, "");
    auto user = house_.stored(ada_->id);
    user->fhir_user = "RelatedPerson/r1";
    user->scopes = *request::parse_scopes("patient/*.rs");
    house_.save(user);
    auto const [id, page] = look("launch/patient patient/Observation.rs");
    EXPECT_THAT(page.body, HasSubstr("Q Jones"));
    EXPECT_THAT(decide(id, hidden_in(page.body, "shown"), "allow").location, HasSubstr("code="));
    auto const holdings = *must(house_.documents().read<identity::UserHoldings>(ada_->id.text()));
    auto const grant =
        *must(house_.documents().read<identity::Grant>(holdings.value.grants.front()));
    EXPECT_EQ(grant.value.patient, "p1");
    // Who does no longer, and may look for nobody, gets nothing.
    related(2, R"(,"active":false)");
    auto const again = browser_.ask(asked("launch/patient patient/Observation.rs"));
    EXPECT_THAT(browser_.get("/sign-in?authorization=" + again).location,
                HasSubstr("error=access_denied"));
}

TEST_F(ConsentTest, WhatWaitsEndsWithItsTime) {
    auto const id = browser_.ask(asked());
    house_.clock().advance(limits::kPendingAuthorizationLife + std::chrono::seconds(1));
    EXPECT_EQ(browser_.get("/sign-in?authorization=" + id).status, 400);
}

TEST(ScopeWordsTest, SayWhatAGranularScopeLeaves) {
    auto const words_of = [](std::string const& scope) {
        auto const asked = request::parse_scope_request(scope);
        EXPECT_TRUE(asked.has_value()) << scope;
        auto const all = sign_in::in_words(*asked, sign_in::Whose::own);
        EXPECT_EQ(all.size(), 1U) << scope;
        return all.front().things;
    };
    auto const one = [&words_of](std::string const& scope) { return words_of(scope).front(); };
    EXPECT_EQ(one("patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/"
                  "observation-category|laboratory"),
              "test results and vital signs (only entries with category = laboratory)");
    EXPECT_EQ(one("patient/Observation.rs?category=laboratory,urn:c|vital-signs&date=ge2024-01-01"),
              "test results and vital signs (only entries with category = laboratory or "
              "vital-signs and date at least 2024-01-01)");
    EXPECT_EQ(one("patient/Observation.rs?status:not=entered-in-error,cancelled"),
              "test results and vital signs (only entries with status other than "
              "entered-in-error or cancelled)");
    EXPECT_EQ(one("patient/Condition.rs?category:missing=true"),
              "conditions and diagnoses (only entries with no category)");
    EXPECT_EQ(one("patient/*.rs?_security=urn:l|"),
              "everything in the record (only entries with security = any of urn:l)");
    // A code that begins like a prefix is a code.
    EXPECT_EQ(one("patient/Condition.rs?code=ge2024"),
              "conditions and diagnoses (only entries with code = ge2024)");
    // The whole is not hidden behind a part of it, nor a part behind the whole.
    EXPECT_EQ(words_of("patient/Condition.rs patient/Condition.rs?code=a").size(), 2U);
}

TEST(ScopeWordsTest, SayWhenItEnds) {
    auto const until = [](std::string_view scope) {
        return sign_in::until_in_words(*request::parse_scope_request(std::string(scope)));
    };
    EXPECT_THAT(until("offline_access patient/*.rs"), HasSubstr("after 180 days"));
    EXPECT_THAT(until("offline_access patient/*.rs"), HasSubstr("for 30 days"));
    EXPECT_THAT(until("online_access patient/*.rs"), HasSubstr("at the latest 12 hours"));
    EXPECT_THAT(until("patient/*.rs"), HasSubstr("after 5 minutes"));
}

TEST(DatesTest, AreWrittenAsPeopleDo) {
    EXPECT_EQ(sign_in::date_in_words("1990-05-07"), "7 May 1990");
    EXPECT_EQ(sign_in::date_in_words("1990-12"), "December 1990");
    for (std::string const other :
         {"1990", "", "1990-13-01", "1990-0x-01", "1990-05-x1", "unknown"})
        EXPECT_EQ(sign_in::date_in_words(other), other);
}

TEST(ScopeWordsTest, ArePlain) {
    auto const all = sign_in::in_words(
        *request::parse_scope_request(
            "openid offline_access patient/MedicationRequest.rs patient/Observation.rs "
            "patient/Observation.c user/Practitioner.r"),
        sign_in::Whose::chosen_patient);
    ASSERT_EQ(all.size(), 5U);
    EXPECT_EQ(all[3].what, "See, for everybody whose records you may use");
    EXPECT_EQ(all[0].what, "Know who you are");
    EXPECT_EQ(all[1].what, "See in this patient's record");
    EXPECT_EQ(all[1].things,
              (std::vector<std::string>{"medication requests", "test results and vital signs"}));
    EXPECT_EQ(all[2].what, "Add and change in this patient's record");
    EXPECT_EQ(sign_in::things_of("FamilyMemberHistory"), "family history");
    EXPECT_EQ(sign_in::things_of("Medication"), "medications");
}

// 45 CFR 164.312(a)(2)(ii).
TEST_F(ConsentTest, AnEmergencyIsDeclaredWithAReasonAndForATime) {
    house_.add_client("ward", "openid offline_access patient/*.rs user/*.rs", "",
                      R"("TREAT","ETREAT")");
    add_patient("p1");
    auto request = asked("openid offline_access patient/Observation.rs user/Condition.rs");
    request.client = ClientId("ward");
    request.purpose = request::PurposeOfUse::emergency;
    browser_.sign_in(ada_);
    auto const refused = browser_.ask(request);
    EXPECT_THAT(browser_.get("/sign-in?authorization=" + refused).location,
                HasSubstr("error=access_denied"));  // it is no purpose of theirs
    auto user = house_.stored(ada_->id);
    user->purposes.push_back(request::PurposeOfUse::emergency);
    house_.save(user);
    auto const id = browser_.ask(request);
    browser_.get("/sign-in?authorization=" + id);
    browser_.post("/sign-in/patient", {{"authorization", id}, {"patient", "p1"}});
    auto const page = browser_.get("/sign-in?authorization=" + id);
    EXPECT_THAT(page.body, HasSubstr("<h1>Declare an emergency</h1>"));
    EXPECT_THAT(page.body, HasSubstr("after 30 minutes"));
    EXPECT_THAT(page.body, Not(HasSubstr("as long as you are signed in")));
    // Whoever does not allow it need not say why.
    EXPECT_THAT(page.body, HasSubstr(R"(value="deny" class="second" formnovalidate>)"));
    auto const shown = hidden_in(page.body, "shown");
    for (auto const* reason : {"", "   ", "1234567890 12", "too short"}) {
        auto const again = browser_.post(
            "/sign-in/consent",
            {{"authorization", id}, {"shown", shown}, {"decision", "allow"}, {"reason", reason}});
        EXPECT_EQ(again.status, 200) << reason;
        EXPECT_EQ(again.written, 0U);
        // What was typed stands there still.
        EXPECT_THAT(again.body, HasSubstr("value=\"" + std::string(reason) + "\""));
    }
    auto reply = browser_.post("/sign-in/consent", {{"authorization", id},
                                                    {"shown", shown},
                                                    {"decision", "allow"},
                                                    {"reason", " unconscious after a fall "}});
    EXPECT_THAT(reply.location, HasSubstr("code="));
    EXPECT_EQ(reply.facts.event, Event::emergency_declared);
    EXPECT_EQ(EphiTestAccess::open(reply.facts.stated_reason), "unconscious after a fall");
    EXPECT_EQ(reply.consulted, 1U);  // whose record it is
    auto const holdings = *must(house_.documents().read<identity::UserHoldings>(ada_->id.text()));
    auto const grant =
        *must(house_.documents().read<identity::Grant>(holdings.value.grants.front()));
    EXPECT_EQ(grant.value.purpose, request::PurposeOfUse::emergency);
    EXPECT_EQ(grant.value.patient, "p1");
    EXPECT_EQ(grant.value.emergency_until, grant.value.given + limits::kEmergencyDefault);
    EXPECT_EQ(grant.value.ends(), *grant.value.emergency_until);
    // Of one patient, and no longer than the session.
    EXPECT_EQ(request::to_text(grant.value.scope), "openid patient/Observation.rs");
    // The next one is declared anew.
    auto const next = browser_.ask(request);
    browser_.get("/sign-in?authorization=" + next);
    browser_.post("/sign-in/patient", {{"authorization", next}, {"patient", "p1"}});
    EXPECT_THAT(browser_.get("/sign-in?authorization=" + next).body,
                HasSubstr("Declare an emergency"));
}

}  // namespace
}  // namespace salus::testing
