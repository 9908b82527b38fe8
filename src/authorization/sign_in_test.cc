// How a person has to have signed in (RFC 9470, SU1, SU3, SU4).
#include <array>
#include <gtest/gtest.h>

#include "authorization/policy_for_test.h"

namespace salus::authorization {
namespace {

using namespace std::chrono_literals;
using request::CredentialError;

request::CallerFacts person(std::string const& scopes, std::string const& acr,
                            std::chrono::seconds age, PurposeOfUse purpose = kTreat) {
    auto facts = facts_of_caller(scopes, purpose);
    facts.person = request::Person{
        .id = UserId(std::string(32, 'a')), .grant = "g", .acr = acr, .authenticated = kNow - age};
    return facts;
}

Policy policy_with(SignIns const& sign_ins) {
    auto purposes = test_purposes();
    for (auto& rule : purposes.rules) rule.sign_ins = sign_ins;
    return Policy(purposes);
}

TEST(SignIn, ATableOfWhatIsEnough) {
    struct Row {
        SignIn needed;
        char const* acr;
        std::chrono::seconds age;
        bool enough;
    };
    constexpr auto kMulti = Assurance::multi_factor;
    constexpr auto kResistant = Assurance::phishing_resistant;
    static constexpr std::array kRows{
        Row{{kMulti, 0s}, "mfa", 0s, true},
        Row{{kMulti, 0s}, "phr", 0s, true},
        Row{{kMulti, 0s}, "mfa", 24h * 365, true},
        Row{{kMulti, 0s}, "recovery", 0s, false},
        Row{{kMulti, 0s}, "pwd", 0s, false},
        Row{{kMulti, 0s}, "", 0s, false},
        Row{{kMulti, 0s}, "MFA", 0s, false},
        Row{{kMulti, 0s}, "phr mfa", 0s, false},
        Row{{kResistant, 0s}, "phr", 0s, true},
        Row{{kResistant, 0s}, "mfa", 0s, false},
        Row{{kMulti, 900s}, "mfa", 900s, true},
        Row{{kMulti, 900s}, "mfa", 901s, false},
        Row{{kMulti, 900s}, "phr", 901s, false},
        Row{{kResistant, 900s}, "phr", 899s, true},
        Row{{kResistant, 900s}, "mfa", 1s, false},
        // Later than now: the clock or the token is wrong.
        Row{{kMulti, 0s}, "phr", -1s, false},
        Row{{kMulti, 900s}, "phr", -1s, false},
    };
    auto const read = facts_of_intent(Interaction::read, "Patient");
    for (auto const& [needed, acr, age, enough] : kRows) {
        auto const policy = policy_with({.read = needed});
        auto const decision = decide(policy, person("user/*.r", acr, age), read, kNow);
        EXPECT_EQ(decision.allowed, enough) << acr << " " << age.count();
        if (enough) continue;
        EXPECT_EQ(decision.code, Errc::unauthenticated);
        ASSERT_TRUE(decision.sign_in);
        EXPECT_EQ(*decision.sign_in, needed);
        EXPECT_FALSE(decision.elements.all);
        // A client that acts for itself is not asked.
        EXPECT_TRUE(decide(policy, facts_of_caller("system/*.r"), read, kNow).allowed);
    }
}

TEST(SignIn, EachClassOfActsHasItsOwn) {
    SignIns const sign_ins{
        .read = {.max_age = 3s}, .write = {.max_age = 2s}, .administration = {.max_age = 1s}};
    struct Row {
        Interaction interaction;
        char const* type;
        PurposeOfUse purpose;
        int seconds;
    };
    static constexpr std::array kRows{
        Row{Interaction::read, "Patient", kTreat, 3},
        Row{Interaction::vread, "Patient", kTreat, 3},
        Row{Interaction::search_type, "Condition", kTreat, 3},
        Row{Interaction::history_instance, "Patient", kTreat, 3},
        Row{Interaction::meta, "Patient", kTreat, 3},
        Row{Interaction::everything, "Patient", kTreat, 3},
        Row{Interaction::validate, "Patient", kTreat, 2},
        Row{Interaction::audit_search, "AuditEvent", kTreat, 3},
        Row{Interaction::access_report, "Patient", kTreat, 3},
        Row{Interaction::create, "Patient", kTreat, 2},
        Row{Interaction::update, "Patient", kTreat, 2},
        Row{Interaction::remove, "Patient", kTreat, 2},
        Row{Interaction::patch, "Patient", kTreat, 2},
        Row{Interaction::meta_add, "Patient", kTreat, 2},
        Row{Interaction::audit_details, "", kTreat, 1},
        Row{Interaction::client_add, "", kAdministrate, 1},
        Row{Interaction::key_status, "", kAdministrate, 1},
        Row{Interaction::definitions_load, "", kAdministrate, 1},
        Row{Interaction::user_list, "", kAdministrate, 1},
        Row{Interaction::backup_begin, "", kAdministrate, 1},
        Row{Interaction::control_check, "", kAdministrate, 1},
        Row{Interaction::policy_explain, "", kAdministrate, 1},
    };
    constexpr char const* kScopes =
        "user/*.cruds user/AuditEvent.rs admin/audit.read admin/clients.write admin/keys.read "
        "admin/definitions.write admin/users.read admin/backups.write admin/check.read "
        "admin/policies.read";
    auto const policy = policy_with(sign_ins);
    for (auto const& [interaction, type, purpose, seconds] : kRows) {
        SCOPED_TRACE(request::name_of(interaction).text());
        auto const intent = facts_of_intent(interaction, type);
        auto const at = [&](int age) {
            return decide(policy, person(kScopes, "mfa", std::chrono::seconds(age), purpose),
                          intent, kNow);
        };
        EXPECT_TRUE(at(seconds).allowed);
        auto const late = at(seconds + 1);
        ASSERT_TRUE(late.sign_in);
        EXPECT_EQ(late.sign_in->max_age, std::chrono::seconds(seconds));
    }
}

TEST(SignIn, HistoriesOfAllPatientsAreAdministration) {
    auto purposes = test_purposes();
    for (auto& rule : purposes.rules) rule.sign_ins = {};
    purposes.rules[0].reach = request::Reach::population;
    Policy const policy(purposes);
    for (auto const interaction : {Interaction::history_type, Interaction::history_system}) {
        auto const type = interaction == Interaction::history_type ? "Patient" : "";
        auto const at = [&](std::chrono::seconds age) {
            return decide(policy, person("user/*.rs admin/population.read", "mfa", age),
                          facts_of_intent(interaction, type), kNow);
        };
        auto const late = at(kAdministrationMaxAge + 1s);
        EXPECT_FALSE(late.allowed);
        if (interaction == Interaction::history_type) {
            EXPECT_TRUE(at(kAdministrationMaxAge).allowed);
            EXPECT_TRUE(late.sign_in);
        }
    }
}

// Nothing but the sign-in may be missing: signing in again must help.
TEST(SignIn, IsAskedForOnlyWhereItWouldHelp) {
    auto const policy = policy_with({});
    auto const read = facts_of_intent(Interaction::read, "Patient");
    for (auto const& [scopes, purpose] :
         std::vector<std::pair<char const*, PurposeOfUse>>{{"user/Observation.r", kTreat},
                                                           {"user/*.cuds", kTreat},
                                                           {"user/*.r", kAdministrate},
                                                           {"user/*.r", PurposeOfUse::research}}) {
        auto const decision = decide(policy, person(scopes, "pwd", 0s, purpose), read, kNow);
        EXPECT_EQ(decision.code, Errc::forbidden) << scopes;
        EXPECT_FALSE(decision.sign_in);
    }
    auto stranger = person("user/*.r", "pwd", 0s);
    stranger.tenant = TenantName("north");
    EXPECT_EQ(decide(policy, stranger, read, kNow).code, Errc::not_found);
    // Public routes and what is said of oneself ask for nothing.
    for (auto const interaction : {Interaction::capabilities, Interaction::user_info})
        EXPECT_TRUE(
            decide(policy, person("user/*.r", "pwd", 0s), facts_of_intent(interaction), kNow)
                .allowed);
}

TEST(SignIn, AConditionIsReadBesideTheWrite) {
    auto const policy =
        policy_with({.read = {.max_age = 5s}, .write = {.least = Assurance::phishing_resistant}});
    auto condition = facts_of_intent(Interaction::search_type, "Patient");
    std::vector<fhir::SearchQuery::Parameter> const pairs{{"identifier", "urn:x|1"}};
    condition.query =
        fhir::SearchQuery::parse(*fhir::find_resource_type("Patient"), pairs, WallTime{}).value();
    auto facts = facts_of_intent(Interaction::update, "Patient");
    facts.condition = std::make_shared<request::IntentFacts const>(std::move(condition));
    auto const decision = decide(policy, person("user/*.cruds", "mfa", 9s), facts, kNow);
    ASSERT_TRUE(decision.sign_in);
    EXPECT_EQ(*decision.sign_in, (SignIn{Assurance::phishing_resistant, 5s}));
    EXPECT_TRUE(decide(policy, person("user/*.cruds", "phr", 5s), facts, kNow).allowed);
}

TEST(SignIn, TheStricterOfTwoIsStrictInBoth) {
    constexpr auto kResistant = Assurance::phishing_resistant;
    EXPECT_EQ(stricter_of({}, {}), SignIn{});
    EXPECT_EQ(stricter_of({.max_age = 5s}, {}), SignIn{.max_age = 5s});
    EXPECT_EQ(stricter_of({.max_age = 5s}, {.max_age = 3s}), SignIn{.max_age = 3s});
    EXPECT_EQ(stricter_of({.least = kResistant}, {.max_age = 3s}), (SignIn{kResistant, 3s}));
    for (auto const& one : {SignIn{}, SignIn{kResistant, 7s}, SignIn{.max_age = 2s}}) {
        for (auto const& other : {SignIn{}, SignIn{kResistant, 0s}, SignIn{.max_age = 9s}})
            EXPECT_EQ(stricter_of(one, other), stricter_of(other, one));
    }
}

TEST(SignIn, TheDefaultsAreStrong) {
    SignIns const sign_ins;
    EXPECT_EQ(sign_ins.read, (SignIn{Assurance::multi_factor, 0s}));
    EXPECT_EQ(sign_ins.write, (SignIn{Assurance::multi_factor, 0s}));
    EXPECT_EQ(sign_ins.administration, (SignIn{Assurance::multi_factor, 900s}));
}

request::Exchange exchange_of(request::CallerFacts facts) {
    request::Exchange exchange;
    exchange.started = kNow;
    exchange.facts.caller = testing::make_caller(std::move(facts));
    exchange.challenge.dpop = true;
    return exchange;
}

TEST(SignIn, ThePermitIsRefusedWithAChallenge) {
    auto const policy = policy_with({.write = {Assurance::phishing_resistant, 60s}});
    NobodyCares care;
    Authorization const authorization(policy, care);
    auto exchange = exchange_of(person("user/*.cruds", "mfa", 10s));
    auto const refused = authorization.permit(
        exchange, testing::make_intent(facts_of_intent(Interaction::update, "Patient")));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unauthenticated);
    EXPECT_EQ(exchange.challenge.error, CredentialError::insufficient_user_authentication);
    EXPECT_EQ(exchange.challenge.acr_values, Literal("phr"));
    EXPECT_EQ(exchange.challenge.max_age, 60s);
    EXPECT_TRUE(exchange.challenge.dpop);
    // The record tells by what it would have been allowed.
    ASSERT_EQ(exchange.facts.rules.size(), 3U);
    EXPECT_EQ(exchange.facts.rules.back().text(), "sign-in:update:Patient");

    auto fine = exchange_of(person("user/*.cruds", "phr", 10s));
    EXPECT_TRUE(authorization.permit(
        fine, testing::make_intent(facts_of_intent(Interaction::update, "Patient"))));
    EXPECT_EQ(fine.challenge.error, CredentialError::none);
    auto forbidden = exchange_of(person("user/*.r", "mfa", 10s));
    EXPECT_EQ(authorization
                  .permit(forbidden,
                          testing::make_intent(facts_of_intent(Interaction::update, "Patient")))
                  .error()
                  .code,
              Errc::forbidden);
    EXPECT_EQ(forbidden.challenge.error, CredentialError::none);
}

TEST(SignIn, ATransactionAsksOnceForAllOfItsEntries) {
    auto const policy =
        policy_with({.read = {.max_age = 60s}, .write = {.least = Assurance::phishing_resistant}});
    NobodyCares care;
    Authorization const authorization(policy, care);
    auto const bundle = [](Interaction last) {
        std::vector<request::Intent> entries;
        entries.push_back(testing::make_intent(facts_of_intent(Interaction::read, "Patient")));
        entries.push_back(testing::make_intent(facts_of_intent(last, "Patient")));
        return testing::make_intent(facts_of_intent(Interaction::transaction), std::move(entries));
    };
    auto exchange = exchange_of(person("user/*.ru", "mfa", 90s));
    EXPECT_FALSE(authorization.permit(exchange, bundle(Interaction::update)));
    EXPECT_EQ(exchange.challenge.acr_values, Literal("phr"));
    EXPECT_EQ(exchange.challenge.max_age, 60s);
    // What signing in would not help is refused for that.
    auto forbidden = exchange_of(person("user/*.ru", "mfa", 90s));
    auto const refused = authorization.permit(forbidden, bundle(Interaction::remove));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::forbidden);
    EXPECT_EQ(forbidden.challenge.error, CredentialError::none);
}

}  // namespace
}  // namespace salus::authorization
