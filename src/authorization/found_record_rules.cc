#include "authorization/found_record_rules.h"

#include <algorithm>
#include <optional>

#include "authorization/looked_at.h"

namespace salus::authorization {
namespace {

bool opens_no_less(request::AllowedElements const& found, request::AllowedElements const& decided) {
    if (found.all) return true;
    return !decided.all && std::ranges::includes(found.names, decided.names);
}

}  // namespace

FoundRecordRules::FoundRecordRules(Policy policy, request::CallerPointer caller, TenantName tenant,
                                   Circumstances const& circumstances, bool assumes_care,
                                   request::LabelsOfCode labels_of_code)
    : policy_(std::move(policy)),
      caller_(std::move(caller)),
      tenant_(std::move(tenant)),
      circumstances_(circumstances),
      assumes_care_(assumes_care),
      labels_of_code_(labels_of_code) {}

std::vector<std::string> const& FoundRecordRules::labels() const noexcept {
    return policy_.labels();
}

request::CarriedLabels FoundRecordRules::implied_by(std::string_view system,
                                                    std::string_view code) const {
    request::CarriedLabels implied = 0;
    if (labels_of_code_ == nullptr) return implied;
    auto const& known = policy_.labels();
    for (auto const label : labels_of_code_(system, code)) {
        for (std::size_t i = 0; i < known.size(); ++i) {
            if (known[i] == label) implied |= request::CarriedLabels{1} << i;
        }
    }
    return implied;
}

bool FoundRecordRules::ask_for_care() const noexcept {
    return policy_.asks_for_care();
}

std::string_view FoundRecordRules::author() const noexcept {
    auto const& person = caller_->facts().person;
    if (!policy_.asks_for_authors() || !person) return {};
    return person->practitioner;
}

bool FoundRecordRules::leave_all(request::Interaction part, std::string_view type) const {
    auto const [place, added] = certain_.try_emplace({part, std::string(type)});
    if (added) place->second = is_certain(part, type);
    return place->second;
}

// Whether no rule that may speak of this depends on what shows only when a record is found.
bool FoundRecordRules::is_certain(request::Interaction part, std::string_view type) const {
    auto const act = act_of(part);
    if (!act) return false;
    Judgement rules(policy_, caller_->facts(), tenant_, std::nullopt, circumstances_);
    return rules.is_certain(*act, type);
}

bool FoundRecordRules::leave(request::Interaction part, std::string_view type,
                             CompartmentId const& compartment,
                             request::RecordCircumstances const& record) const {
    bool const own = caller_->facts().patient_compartment == compartment;
    auto const [place, added] = answers_.try_emplace(
        {part, std::string(type), own, record.care, record.authored, record.carried});
    if (added) place->second = judge(part, type, compartment, record);
    return place->second;
}

bool FoundRecordRules::judge(request::Interaction part, std::string_view type,
                             CompartmentId const& compartment,
                             request::RecordCircumstances const& record) const {
    auto const act = act_of(part);
    if (!act) return false;
    std::vector<std::string> labels;
    for (std::size_t i = 0; i < policy_.labels().size(); ++i) {
        if ((record.carried >> i & 1U) != 0) labels.push_back(policy_.labels()[i]);
    }
    auto const& caller = caller_->facts();
    auto circumstances = circumstances_;
    circumstances.care_relationship = record.care;
    circumstances.authored = record.authored;
    Judgement rules(policy_, caller, tenant_, compartment, circumstances);
    auto const found = rules.on_labelled(*act, type, labels);
    if (!found.allowed) return false;
    // What the answer is narrowed to was decided before the record was found, perhaps without
    // knowing whose it is.
    circumstances.care_relationship = record.care || assumes_care_;
    circumstances.authored = false;
    for (auto const& whose : {std::optional<CompartmentId>(), std::optional(compartment)}) {
        Judgement before(policy_, caller, tenant_, whose, circumstances);
        if (!opens_no_less(found.elements, before.on(*act, type).elements)) return false;
    }
    return !found.sign_in || !caller.person ||
           is_met(*found.sign_in, *caller.person, circumstances_.now);
}

}  // namespace salus::authorization
