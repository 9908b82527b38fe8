// The policy in force (AZ-4, AZ-8; 164.312(a)(1), 164.502(b), 164.514(d)): rules in the policy
// language (cedar/policy_set.h), with what their annotations mean:
//
//   @id("...")        what audit leaves and explanations call the rule; each has one
//   @fields("a, b")   of a permit: top-level elements that it opens; "*": all; without it: none
//   @redact("a, b")   of a limit: top-level elements that it withholds
//   @obligate("...")  of a limit: duties: sign-in:ACR:SECONDS (0: any), audit:elevated,
//                     notify:privacy, review:24h, watermark
//
// A limit is a permit for Action::"limit". The law, in which no order counts: allowed if some
// permit is satisfied, no forbid is, and no forbid or limit fails to evaluate; open are the fields
// of the satisfied permits without what satisfied limits withhold; due are the duties of satisfied
// limits. A policy with an annotation that is not understood is refused as a whole.
//
// Data, not code: named in every audit leaf by the SHA-256 of its text. Immutable; a copy costs a
// reference count. Any thread.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "authorization/purpose_rule.h"
#include "cedar/policy_set.h"
#include "crypto/hash.h"
#include "request/duty.h"
#include "request/permit.h"

namespace salus::authorization {

using request::Duty;

// What a rule says beside its condition.
struct RuleMeaning {
    PolicyRuleId id;
    bool forbids = false;
    bool limits = false;
    request::AllowedElements fields;
    std::vector<std::string> redacted;  // sorted
    std::optional<SignIn> sign_in;      // a duty, of persons
    std::vector<Duty> duties;           // all others
};

class Policy {
public:
    // Permits nothing.
    Policy();
    // The tables of the configuration.
    explicit Policy(PurposeTable const& table);
    // All that is wrong.
    static std::expected<Policy, std::vector<cedar::Message>> parse(std::string text);

    [[nodiscard]] cedar::PolicySet const& rules() const noexcept;
    // Of rules().policies()[rule].
    [[nodiscard]] RuleMeaning const& meaning(std::size_t rule) const;
    // "": it has none of this name.
    [[nodiscard]] static std::string annotation(cedar::Policy const& rule, std::string_view name);
    // Whether rules read resource.careRelationship.
    [[nodiscard]] bool asks_for_care() const noexcept;
    // Whether rules read resource.authored.
    [[nodiscard]] bool asks_for_authors() const noexcept;
    // Whether rules read resource.consented.
    [[nodiscard]] bool asks_for_consents() const noexcept;
    // Whether rules read what shows only when a record is found: labels, care, whose it is, who
    // wrote it, where it belongs.
    [[nodiscard]] bool judges_records() const noexcept;
    // Of those rules, what can be said without a record (record_dependence.h).
    [[nodiscard]] cedar::PolicySet const& record_guards() const noexcept;
    // Of those rules that may hide a record: forbids, and limits that withhold, ask for a sign-in
    // or may err for one record and not for another. Other limits put duties on record.
    [[nodiscard]] cedar::PolicySet const& withholding_guards() const noexcept;
    // Of those rules that may permit it.
    [[nodiscard]] cedar::PolicySet const& granting_guards() const noexcept;
    // Whether rules().policies()[rule] permits, opens all elements, and is none of those rules.
    [[nodiscard]] bool opens_every_record(std::size_t rule) const;
    // Of the rules that read where a record belongs, what can be said without knowing that.
    [[nodiscard]] cedar::PolicySet const& place_guards() const noexcept;
    // Security labels that rules name, sorted: every text in the conditions of rules that read
    // resource.labels but for names of places. At most request::RecordRules::kLabelsLargest.
    [[nodiscard]] std::vector<std::string> const& labels() const noexcept;
    [[nodiscard]] std::string const& text() const noexcept;
    // Two policies with one hash decide alike. Computed when asked for: a policy is made while a
    // configuration is read, and the configuration says which cryptographic module is to be used.
    [[nodiscard]] crypto::Sha256Digest hash() const;

private:
    struct Content;
    explicit Policy(std::shared_ptr<Content const> content) : content_(std::move(content)) {}
    std::shared_ptr<Content const> content_;
};

}  // namespace salus::authorization
