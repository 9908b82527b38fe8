// A policy in the policy language: roles, fields and redaction, security labels, sign-in, and what
// explanations tell of it.
#include <gtest/gtest.h>

#include "authorization/explain.h"
#include "authorization/found_record_rules.h"
#include "authorization/judgement.h"
#include "authorization/policy_for_test.h"

namespace salus::authorization {
namespace {

constexpr char const* kWard = R"cedar(
@id("physician") @fields("*") @description("Physicians read and write.") @reference("164.506(c)")
permit(principal in Role::"physician",
       action in [Action::"read", Action::"search", Action::"create", Action::"update"],
       resource is Record)
when { context.purpose == "TREAT" };

@id("clerk") @fields("birthDate, identifier, name, telecom, text")
    permit(principal in Role::"registration", action in[Action::"read", Action::"search"],
           resource in Type::"Patient") when{context.purpose == "HOPERAT"};

@id("contact") @redact("telecom")
    permit(principal, action == Action::"limit",
           resource in Type::"Patient") when{context.purpose == "HOPERAT"};

@id("notes") @redact("value")
    permit(principal in Role::"physician", action == Action::"limit",
           resource in Type::"Observation") when{resource.labels.contains("PSYTHPN")};

@id("part2") forbid(principal, action, resource in TypeGroup::"clinical") when{
    resource.labels.contains("ETH")} unless{context.purpose == "ETREAT"};

@id("strong") @obligate("sign-in:phr:60")
    permit(principal is User, action == Action::"limit",
           resource) when{resource has labels && resource.labels.contains("V")};

@id("wall") forbid(principal, action, resource) unless{principal.tenant == resource.tenant};
)cedar";

Policy ward() {
    auto policy = Policy::parse(kWard);
    EXPECT_TRUE(policy) << (policy ? "" : policy.error().front().text);
    return policy ? *std::move(policy) : Policy();
}

request::CallerFacts somebody(char const* role, PurposeOfUse purpose = kTreat,
                              char const* scopes = "system/*.cruds") {
    auto facts = facts_of_caller(scopes, purpose);
    if (auto name = request::RoleName::parse(role)) facts.roles = {*name};
    return facts;
}

TEST(Roles, OpenWhatTheirRulesOpen) {
    auto const policy = ward();
    auto const allowed = [&](request::CallerFacts const& caller, Interaction interaction,
                             char const* type) {
        return decide(policy, caller, facts_of_intent(interaction, type), kNow).allowed;
    };
    EXPECT_TRUE(allowed(somebody("physician"), Interaction::read, "Observation"));
    EXPECT_TRUE(allowed(somebody("physician"), Interaction::create, "Observation"));
    EXPECT_FALSE(allowed(somebody("physician"), Interaction::remove, "Observation"));
    EXPECT_FALSE(
        allowed(somebody("physician", PurposeOfUse::research), Interaction::read, "Observation"));
    EXPECT_FALSE(allowed(somebody("nobody"), Interaction::read, "Observation"));
    EXPECT_FALSE(allowed(somebody("nobody"), Interaction::read, "Patient"));
    // Scopes stay the ceiling.
    EXPECT_FALSE(allowed(somebody("physician", kTreat, "system/Patient.rs"), Interaction::read,
                         "Observation"));
}

TEST(Roles, FieldsAreWhatPermitsOpenWithoutWhatLimitsWithhold) {
    auto const policy = ward();
    auto const caller = somebody("registration", PurposeOfUse::operations);
    auto const decision =
        decide(policy, caller, facts_of_intent(Interaction::read, "Patient"), kNow);
    ASSERT_TRUE(decision.allowed);
    EXPECT_FALSE(decision.elements.all);
    // The narrative goes with what is withheld.
    EXPECT_EQ(decision.elements.names,
              (std::vector<std::string>{"birthDate", "identifier", "name"}));
    EXPECT_FALSE(
        decide(policy, caller, facts_of_intent(Interaction::read, "Observation"), kNow).allowed);
}

class Labels : public ::testing::Test {
protected:
    [[nodiscard]] bool left(request::CallerFacts facts, std::vector<std::string> const& carried,
                            char const* type = "Observation") const {
        FoundRecordRules const rules(policy_, testing::make_caller(std::move(facts)),
                                     TenantName("default"), {.now = kNow}, false);
        request::CarriedLabels bits = 0;
        for (std::size_t i = 0; i < rules.labels().size(); ++i) {
            bool const has = std::ranges::find(carried, rules.labels()[i]) != carried.end();
            if (has) bits |= request::CarriedLabels{1} << i;
        }
        return rules
            .leave(Interaction::read, type, CompartmentId::from(crypto::Sha256Digest{1}),
                   {.carried = bits, .care = false})
            .has_value();
    }
    Policy policy_ = ward();
};

TEST_F(Labels, NamedByThePolicy) {
    auto const labels = policy_.labels();
    for (auto const* label : {"PSYTHPN", "ETH", "V"})
        EXPECT_TRUE(std::ranges::binary_search(labels, std::string(label))) << label;
}

TEST_F(Labels, ARecordIsJudgedByItsOwn) {
    EXPECT_TRUE(left(somebody("physician"), {}));
    EXPECT_FALSE(left(somebody("physician"), {"ETH"}));
    EXPECT_FALSE(left(somebody("physician"), {"ETH", "V"}));
    // Elements of it would be withheld that the request's decision opens.
    EXPECT_FALSE(left(somebody("physician"), {"PSYTHPN"}));
    EXPECT_TRUE(left(somebody("physician"), {"PSYTHPN"}, "Condition"));
    EXPECT_TRUE(left(somebody("physician"), {"ETH"}, "Practitioner"));
}

TEST_F(Labels, AskForTheSignInOfTheRecord) {
    auto facts = somebody("physician");
    facts.person = request::Person{.id = UserId(std::string(32, 'a')),
                                   .grant = "g",
                                   .acr = "phr",
                                   .authenticated = kNow - std::chrono::seconds(60)};
    EXPECT_TRUE(left(facts, {"V"}));
    facts.person->authenticated = kNow - std::chrono::seconds(61);
    EXPECT_FALSE(left(facts, {"V"}));
    facts.person->authenticated = kNow;
    facts.person->acr = "mfa";
    EXPECT_FALSE(left(facts, {"V"}));
}

// A request that names a patient is decided by what the records say; one that names a record alone
// when it is found.
TEST(Care, OfTheNamedPatientOpensTheirRecords) {
    class Cares : public request::CareRelationships {
    public:
        Result<bool> hold(std::string_view practitioner, CompartmentId const& patient) override {
            return practitioner == "Practitioner/d1" && patient == mine;
        }
        CompartmentId mine = CompartmentId::from(crypto::Sha256Digest{1});
    } care;
    auto const policy = Policy::parse(R"cedar(
@id("care") @fields("*")
permit(principal in Role::"physician", action in [Action::"read", Action::"search"],
       resource is Record) when { resource.careRelationship };
)cedar");
    ASSERT_TRUE(policy);
    Authorization const authorization(*policy, care);
    auto const permit = [&](std::string const& practitioner,
                            std::optional<CompartmentId> const& patient, char const* id) {
        auto facts = somebody("physician");
        facts.person = request::Person{.id = UserId(std::string(32, 'a')),
                                       .grant = "g",
                                       .acr = "mfa",
                                       .authenticated = kNow,
                                       .practitioner = practitioner};
        request::Exchange exchange;
        exchange.started = kNow;
        exchange.facts.caller = testing::make_caller(std::move(facts));
        auto intent = facts_of_intent(Interaction::read, "Observation");
        intent.compartment = patient;
        intent.id = EphiText(id);
        return authorization.permit(exchange, testing::make_intent(std::move(intent)));
    };
    auto const other = CompartmentId::from(crypto::Sha256Digest{2});
    EXPECT_TRUE(permit("Practitioner/d1", care.mine, "o1"));
    EXPECT_FALSE(permit("Practitioner/d1", other, "o1"));
    EXPECT_FALSE(permit("Practitioner/d2", care.mine, "o1"));
    EXPECT_FALSE(permit("", care.mine, "o1"));
    EXPECT_FALSE(permit("", std::nullopt, "o1"));
    EXPECT_FALSE(permit("Practitioner/d1", std::nullopt, ""));
    auto const found_later = permit("Practitioner/d1", std::nullopt, "o1");
    ASSERT_TRUE(found_later);
    auto const& left = found_later->constraints();
    EXPECT_TRUE(left.leave_found(Interaction::read, "Observation", care.mine, {.care = true}));
    EXPECT_FALSE(left.leave_found(Interaction::read, "Observation", other, {}));
}

// What is withheld from one's own record stays withheld when the request did not say whose it is.
TEST(OwnRecord, OpensNoMoreThanItsOwnJudgement) {
    auto const policy = Policy::parse(R"cedar(
@id("all") @fields("*") permit(principal, action == Action::"read", resource is Record);
@id("mine") @redact("note")
permit(principal, action == Action::"limit", resource is Record)
when { resource.own || resource.labels.contains("X") };
)cedar");
    ASSERT_TRUE(policy);
    auto facts = somebody("patient");
    auto const mine = CompartmentId::from(crypto::Sha256Digest{1});
    facts.patient_compartment = mine;
    facts.person = request::Person{.id = UserId(std::string(32, 'a')),
                                   .grant = "g",
                                   .acr = "mfa",
                                   .authenticated = kNow,
                                   .is_patient = true};
    FoundRecordRules const rules(*policy, testing::make_caller(std::move(facts)),
                                 TenantName("default"), {.now = kNow}, false);
    EXPECT_FALSE(rules.leave(Interaction::read, "Observation", mine, {}));
    auto const other = CompartmentId::from(crypto::Sha256Digest{2});
    EXPECT_TRUE(rules.leave(Interaction::read, "Observation", other, {}));
}

TEST(Explain, TellsWhichRulesSpokeAndWhatTheyWithhold) {
    auto const policy = ward();
    auto const told = explain(policy, somebody("registration", PurposeOfUse::operations),
                              facts_of_intent(Interaction::read, "Patient"), {.now = kNow});
    ASSERT_TRUE(told.allowed);
    ASSERT_EQ(told.rules.size(), 1U);
    EXPECT_EQ(told.rules[0].id.text(), "clerk");
    ASSERT_EQ(told.scopes.size(), 1U);
    auto const withheld = [&](std::string const& name) {
        return std::ranges::find(told.withheld, name, &WithheldElement::element);
    };
    ASSERT_NE(withheld("telecom"), told.withheld.end());
    EXPECT_EQ(withheld("telecom")->rules.front().text(), "contact");
    ASSERT_NE(withheld("address"), told.withheld.end());
    EXPECT_TRUE(withheld("address")->rules.empty());
    EXPECT_EQ(withheld("birthDate"), told.withheld.end());
    auto const read = explain(policy, somebody("physician"),
                              facts_of_intent(Interaction::read, "Condition"), {.now = kNow});
    ASSERT_EQ(read.rules.size(), 1U);
    EXPECT_EQ(read.rules[0].description, "Physicians read and write.");
    EXPECT_EQ(read.rules[0].reference, "164.506(c)");
}

// Each remedy is enough by itself; nothing else is offered.
TEST(Explain, TellsWhatWouldMakeItSucceed) {
    auto const policy = ward();
    auto const remedies = [&](request::CallerFacts const& caller, Interaction interaction,
                              char const* type) {
        auto const told =
            explain(policy, caller, facts_of_intent(interaction, type), {.now = kNow});
        EXPECT_FALSE(told.allowed);
        std::vector<std::string> all;
        for (auto const& remedy : told.remedies)
            all.push_back(std::string(name_of(remedy.kind).text()) + " " + remedy.value);
        return all;
    };
    using Texts = std::vector<std::string>;
    EXPECT_EQ(
        remedies(somebody("physician", PurposeOfUse::research), Interaction::read, "Observation"),
        Texts{"purpose TREAT"});
    EXPECT_EQ(remedies(somebody("nobody"), Interaction::read, "Observation"),
              Texts{"role physician"});
    EXPECT_EQ(remedies(somebody("physician", kTreat, "system/Patient.r"), Interaction::read,
                       "Observation"),
              Texts{"scope system/Observation.cruds"});
    EXPECT_EQ(remedies(somebody("physician"), Interaction::remove, "Observation"), Texts{});
    auto weak = somebody("physician");
    weak.person = request::Person{
        .id = UserId(std::string(32, 'a')), .grant = "g", .acr = "recovery", .authenticated = kNow};
    EXPECT_EQ(remedies(weak, Interaction::read, "Observation"), Texts{"stronger-sign-in phr"});
}

}  // namespace
}  // namespace salus::authorization
