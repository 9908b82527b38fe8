#include "authorization/label_rules.h"

#include <algorithm>

#include "authorization/looked_at.h"

namespace salus::authorization {
namespace {

bool opens_no_less(request::AllowedElements const& labelled,
                   request::AllowedElements const& decided) {
    if (labelled.all) return true;
    return !decided.all && std::ranges::includes(labelled.names, decided.names);
}

}  // namespace

LabelRules::LabelRules(Policy policy, request::CallerPointer caller, TenantName tenant,
                       WallTime now)
    : policy_(std::move(policy)),
      caller_(std::move(caller)),
      tenant_(std::move(tenant)),
      now_(now) {}

std::vector<std::string> const& LabelRules::labels() const noexcept {
    return policy_.labels();
}

bool LabelRules::leave_all(request::Interaction, std::string_view) const {
    return policy_.labels().empty();
}

bool LabelRules::leave(request::Interaction part, std::string_view type,
                       CompartmentId const& compartment, request::CarriedLabels carried) const {
    if (carried == 0) return true;
    bool const own = caller_->facts().patient_compartment == compartment;
    auto const [place, added] = answers_.try_emplace({part, std::string(type), own, carried});
    if (added) place->second = judge(part, type, compartment, carried);
    return place->second;
}

bool LabelRules::judge(request::Interaction part, std::string_view type,
                       CompartmentId const& compartment, request::CarriedLabels carried) const {
    auto const act = act_of(part);
    if (!act) return false;
    std::vector<std::string> labels;
    for (std::size_t i = 0; i < policy_.labels().size(); ++i) {
        if ((carried >> i & 1U) != 0) labels.push_back(policy_.labels()[i]);
    }
    auto const& caller = caller_->facts();
    Judgement rules(policy_, caller, tenant_, compartment, now_);
    auto const& decided = rules.on(*act, type);
    auto const labelled = rules.on_labelled(*act, type, labels);
    if (!labelled.allowed || !opens_no_less(labelled.elements, decided.elements)) return false;
    return !labelled.sign_in || !caller.person || is_met(*labelled.sign_in, *caller.person, now_);
}

}  // namespace salus::authorization
