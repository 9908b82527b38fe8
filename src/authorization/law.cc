#include "authorization/law.h"

#include <algorithm>
#include <iterator>

#include "cedar/inquiry.h"
#include "fhir/definitions.h"

namespace salus::authorization {
namespace {

using request::AllowedElements;

void open(AllowedElements& all, AllowedElements const& more) {
    all.all = all.all || more.all;
    if (more.names.empty()) return;
    std::vector<std::string> both;
    std::ranges::set_union(all.names, more.names, std::back_inserter(both));
    all.names = std::move(both);
}

void add_limit(Outcome& outcome, RuleMeaning const& meaning, std::string_view type) {
    withhold(outcome.elements, meaning.redacted, type);
    if (!meaning.redacted.empty()) outcome.redactions.push_back({meaning.id, meaning.redacted});
    for (auto const duty : meaning.duties) {
        if (std::ranges::find(outcome.duties, duty) == outcome.duties.end())
            outcome.duties.push_back(duty);
    }
    if (!meaning.sign_in) return;
    outcome.sign_in =
        outcome.sign_in ? stricter_of(*outcome.sign_in, *meaning.sign_in) : *meaning.sign_in;
}

// Permits and forbids, limits aside. A forbid that fails to evaluate forbids.
bool is_permitted(Policy const& policy, cedar::Response const& response, Outcome& outcome) {
    bool forbidden = false;
    std::vector<PolicyRuleId> permits;
    for (auto const rule : response.erring) {
        auto const& meaning = policy.meaning(rule);
        if (meaning.forbids) outcome.rules.push_back(meaning.id);
        forbidden = forbidden || meaning.forbids;
    }
    for (auto const rule : response.satisfied) {
        auto const& meaning = policy.meaning(rule);
        if (meaning.limits) continue;
        forbidden = forbidden || meaning.forbids;
        auto& rules = meaning.forbids ? outcome.rules : permits;
        rules.push_back(meaning.id);
        if (!meaning.forbids) open(outcome.elements, meaning.fields);
    }
    if (!forbidden) outcome.rules = std::move(permits);
    return !forbidden && !outcome.rules.empty();
}

}  // namespace

void withhold(AllowedElements& allowed, std::vector<std::string> const& redacted,
              std::string_view type_name) {
    if (redacted.empty()) return;
    auto const* type = fhir::find_resource_type(type_name);
    auto const goes = [&](std::string_view name) {
        auto const* element = type == nullptr ? nullptr : fhir::find_element(*type, name);
        return name == "text" || std::ranges::binary_search(redacted, name) ||
               (element != nullptr &&
                std::ranges::binary_search(redacted, fhir::base_name(*element)));
    };
    if (allowed.all && type != nullptr) {
        allowed.names.clear();  // of permits that name elements beside one that opens all
        for (auto const& element : type->elements) allowed.names.emplace_back(element.name.text());
        std::ranges::sort(allowed.names);
    }
    allowed.all = false;
    std::erase_if(allowed.names, goes);
}

cedar::EntityUid const& limit_action() {
    static cedar::EntityUid const kLimit{"Action", "limit"};
    return kLimit;
}

Outcome apply(Policy const& policy, cedar::Request const& request, cedar::Entities const& entities,
              std::string_view type, cedar::Response& memory) {
    Outcome outcome;
    cedar::Inquiry inquiry(policy.rules(), request, entities);
    inquiry.evaluate(memory);
    outcome.allowed = is_permitted(policy, memory, outcome);
    if (outcome.allowed) {
        inquiry.ask_about(limit_action());
        inquiry.evaluate(memory);
    }
    for (auto const rule : outcome.allowed ? memory.erring : std::vector<std::uint32_t>()) {
        auto const& meaning = policy.meaning(rule);
        if (!meaning.limits && !meaning.forbids) continue;
        if (outcome.allowed) outcome.rules.clear();
        outcome.rules.push_back(meaning.id);
        outcome.allowed = false;
    }
    for (auto const rule : memory.satisfied) {
        auto const& meaning = policy.meaning(rule);
        if (outcome.allowed && meaning.limits) add_limit(outcome, meaning, type);
    }
    if (!outcome.allowed) outcome.elements = {};
    return outcome;
}

}  // namespace salus::authorization
