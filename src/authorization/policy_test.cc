#include "authorization/policy.h"

#include <functional>
#include <gtest/gtest.h>
#include <set>

namespace salus::authorization {
namespace {

using request::PurposeOfUse;

PurposeRule payment_rule() {
    PurposeRule rule{.id = PolicyRuleId("policy.HPAYMT"),
                     .purpose = PurposeOfUse::payment,
                     .read = {.all = false, .names = {"Claim", "Patient"}},
                     .write = {.all = false, .names = {"Claim"}},
                     .remove = {},
                     .elements = {}};
    rule.elements["Patient"] = {.all = false, .names = {"birthDate", "name"}};
    return rule;
}
Policy two_rules() {
    PurposeRule const treatment{.id = PolicyRuleId("policy.TREAT"),
                                .purpose = PurposeOfUse::treatment,
                                .read = {.all = true, .names = {}},
                                .write = {},
                                .remove = {},
                                .elements = {}};
    return {.rules = {treatment, payment_rule()}};
}

TEST(PolicyHash, IsTheSameForTheSamePolicy) {
    EXPECT_EQ(hash_of(two_rules()), hash_of(two_rules()));
}

TEST(PolicyHash, ChangesWithAnyChange) {
    using Change = std::function<void(PurposeRule&)>;
    std::vector<Change> const changes{
        [](PurposeRule& r) { r.id = PolicyRuleId("policy.HPAYMT2"); },
        [](PurposeRule& r) { r.purpose = PurposeOfUse::research; },
        [](PurposeRule& r) { r.read.all = true; },
        [](PurposeRule& r) { r.read.names.pop_back(); },
        [](PurposeRule& r) { r.read.names = {"ClaimPatient"}; },
        [](PurposeRule& r) { r.read.names.swap(r.write.names); },
        [](PurposeRule& r) { r.write.names.clear(); },
        [](PurposeRule& r) { r.write.names.emplace_back("Patient"); },
        [](PurposeRule& r) { r.write.all = true; },
        [](PurposeRule& r) { r.remove.all = true; },
        [](PurposeRule& r) { r.remove.names = {"Claim"}; },
        [](PurposeRule& r) { r.remove.names.swap(r.write.names); },
        [](PurposeRule& r) { r.reach = request::Reach::population; },
        [](PurposeRule& r) { r.elements.clear(); },
        [](PurposeRule& r) { r.elements["Claim"]; },
        [](PurposeRule& r) { r.elements["Patient"].all = true; },
        [](PurposeRule& r) { r.elements["Patient"].names = {"birthDatename"}; },
        [](PurposeRule& r) { r.elements["Patient"].names.emplace_back("photo"); },
        [](PurposeRule& r) { r.elements["Claim"] = r.elements.extract("Patient").mapped(); },
        [](PurposeRule& r) { r.other_elements.all = false; },
        [](PurposeRule& r) { r.other_elements.names = {"name"}; },
        [](PurposeRule& r) { r.sign_ins.read.least = Assurance::phishing_resistant; },
        [](PurposeRule& r) { r.sign_ins.read.max_age = std::chrono::seconds(1); },
        [](PurposeRule& r) { r.sign_ins.write.least = Assurance::phishing_resistant; },
        [](PurposeRule& r) { r.sign_ins.write.max_age = std::chrono::seconds(1); },
        [](PurposeRule& r) { r.sign_ins.administration.least = Assurance::phishing_resistant; },
        [](PurposeRule& r) { r.sign_ins.administration.max_age = std::chrono::seconds(1); },
    };
    std::set<crypto::Sha256Digest> hashes{hash_of(two_rules()), hash_of({})};
    for (auto const& change : changes) {
        auto policy = two_rules();
        change(policy.rules[1]);
        hashes.insert(hash_of(policy));
    }
    auto one_rule_less = two_rules();
    one_rule_less.rules.pop_back();
    hashes.insert(hash_of(one_rule_less));
    EXPECT_EQ(hashes.size(), changes.size() + 3);
}

}  // namespace
}  // namespace salus::authorization
