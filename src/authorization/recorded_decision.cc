#include "authorization/recorded_decision.h"

#include <algorithm>
#include <array>

#include "fhir/definitions.h"
#include "foundation/literal.h"

namespace salus::authorization {
namespace {

struct VerdictName {
    RecordedVerdict verdict;
    Literal name;
};
constexpr std::array kVerdicts{VerdictName{RecordedVerdict::permitted, "permitted:"},
                               VerdictName{RecordedVerdict::refused, "refused:"},
                               VerdictName{RecordedVerdict::sign_in, "sign-in:"}};

constexpr std::size_t kRuleBytes = 48;  // of nearly all of them

VerdictName const* verdict_of(std::string_view rule) noexcept {
    auto const found = std::ranges::find_if(
        kVerdicts, [rule](VerdictName const& each) { return rule.starts_with(each.name.text()); });
    return found == kVerdicts.end() ? nullptr : &*found;
}

}  // namespace

PolicyRuleId to_rule(RecordedDecision const& decision) {
    auto const verdict = std::ranges::find(kVerdicts, decision.verdict, &VerdictName::verdict);
    std::string text;
    text.reserve(kRuleBytes);
    text.append(verdict->name.text()).append(request::name_of(decision.interaction).text());
    // What is no type is text of the caller's.
    if (fhir::find_resource_type(decision.type) != nullptr) text.append(":").append(decision.type);
    return PolicyRuleId(std::move(text));
}

bool is_recorded_decision(std::string_view rule) noexcept {
    return verdict_of(rule) != nullptr;
}

std::optional<RecordedDecision> recorded_decision(std::string_view rule) {
    auto const* verdict = verdict_of(rule);
    if (verdict == nullptr) return std::nullopt;
    rule.remove_prefix(verdict->name.text().size());
    auto const colon = std::min(rule.find(':'), rule.size());
    auto const name = rule.substr(0, colon);
    auto const interactions = request::all_interactions();
    auto const interaction = std::ranges::find_if(interactions, [name](request::Interaction each) {
        return request::name_of(each).text() == name;
    });
    if (interaction == interactions.end()) return std::nullopt;
    RecordedDecision decision{.verdict = verdict->verdict, .interaction = *interaction, .type = {}};
    if (colon == rule.size()) return decision;
    decision.type = rule.substr(colon + 1);
    if (fhir::find_resource_type(decision.type) == nullptr) return std::nullopt;
    return decision;
}

}  // namespace salus::authorization
