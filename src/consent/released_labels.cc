#include "consent/released_labels.h"

#include <algorithm>
#include <limits>

#include "consent/consent_rules.h"
#include "consent/evaluation.h"

namespace salus::consent {
namespace {

Code code_of(std::string const& label) {
    Code const level{std::string(kConfidentialityCodes), label};
    return confidentiality_of(level) ? level : Code{std::string(kActCode), label};
}

// A record of which there is nothing but this label: of no type and before all times, so that what
// a provision says of some records is not about it. Each record meets that by itself.
ResourceFacts labelled(Code const& label) {
    ResourceFacts facts;
    facts.marks = {label};
    facts.labels = labels_from(facts.marks, {});
    constexpr auto kBefore = std::numeric_limits<decltype(fhir::TimeRange::start)>::min();
    facts.time = fhir::TimeRange{kBefore, kBefore};
    return facts;
}

// Whether a provision that matches a record with this label speaks of the label: another level of
// confidentiality than the one in question names no sensitivity, and the other way round.
bool names(Provision const& provision, Code const& label) {
    auto const level = confidentiality_of(label);
    return std::ranges::any_of(provision.labels.items, [&](Code const& each) {
        auto const stated = confidentiality_of(each);
        if (level) return stated && *stated >= *level;
        auto const sensitivity = stated ? std::nullopt : sensitivity_of(each);
        return sensitivity && covers(*sensitivity, label.code);
    });
}

bool is_released(std::span<Consent const> consents, RequestFacts const& request,
                 Code const& label) {
    auto const record = labelled(label);
    bool permitted = false;
    for (auto const& consent : consents) {
        auto const [says, by] = statement_of(consent, request, record);
        if (says == Says::deny) return false;
        permitted = permitted || (says == Says::permit && names(*by, label));
    }
    return permitted;
}

}  // namespace

std::vector<std::string> released_labels(std::span<Consent const> consents,
                                         RequestFacts const& request,
                                         std::span<std::string const> labels) {
    std::vector<std::string> released;
    for (auto const& label : labels) {
        if (is_released(consents, request, code_of(label))) released.push_back(label);
    }
    return released;
}

std::vector<std::string> ConsentDecision::released(std::span<std::string const> labels) const {
    return released_labels(set_->consents, request_, labels);
}

}  // namespace salus::consent
