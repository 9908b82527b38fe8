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

FoundRecordRules::FoundRecordRules(Policy const& policy, request::CallerPointer const& caller,
                                   TenantName tenant, Circumstances const& circumstances,
                                   bool assumes_care)
    : FoundRecordRules(
          policy, caller,
          std::make_shared<Judgement>(policy, caller->facts(), std::move(tenant), circumstances),
          circumstances.now, assumes_care) {}

FoundRecordRules::FoundRecordRules(Policy policy, request::CallerPointer caller,
                                   std::shared_ptr<Judgement> rules, WallTime now,
                                   bool assumes_care)
    : policy_(std::move(policy)),
      caller_(std::move(caller)),
      rules_(std::move(rules)),
      now_(now),
      assumes_care_(assumes_care) {}

std::vector<std::string> const& FoundRecordRules::labels() const noexcept {
    return policy_.labels();
}

bool FoundRecordRules::ask_for_consents() const noexcept {
    return policy_.asks_for_consents();
}

void FoundRecordRules::release(CompartmentId const& compartment,
                               std::vector<std::string> const& labels) const {
    auto const& known = policy_.labels();
    request::CarriedLabels released = 0;
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (std::ranges::find(labels, known[i]) != labels.end())
            released |= request::CarriedLabels{1} << i;
    }
    released_.insert_or_assign(compartment, released);
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

bool FoundRecordRules::hide_some(request::Interaction part, std::string_view type) const {
    auto const act = act_of(part);
    return !act || rules_->may_hide_some(*act, type);
}

// Whether no rule that may speak of this depends on what shows only when a record is found.
bool FoundRecordRules::is_certain(request::Interaction part, std::string_view type) const {
    auto const act = act_of(part);
    if (!act) return false;
    return rules_->is_certain(*act, type);
}

std::optional<request::Duties> FoundRecordRules::leave(
    request::Interaction part, std::string_view type, CompartmentId const& compartment,
    request::RecordCircumstances const& record) const {
    auto const [place, added] = answers_.try_emplace(found_as(part, type, compartment, record));
    if (added) place->second = judge(part, type, compartment, std::get<3>(place->first));
    return place->second;
}

bool FoundRecordRules::ask_for_places(request::Interaction part, std::string_view type,
                                      CompartmentId const& compartment,
                                      request::RecordCircumstances const& record) const {
    auto const act = act_of(part);
    if (!act || policy_.place_guards().policies().empty()) return false;
    auto const [place, added] =
        place_counts_.try_emplace(found_as(part, type, compartment, record));
    if (added) {
        place->second = rules_->asks_for_places(*act, type, compartment, std::get<3>(place->first));
    }
    return place->second;
}

FoundRecordRules::Key FoundRecordRules::found_as(request::Interaction part, std::string_view type,
                                                 CompartmentId const& compartment,
                                                 request::RecordCircumstances const& record) const {
    auto found = record;
    auto const released = released_.find(compartment);
    found.consented = released == released_.end() ? 0 : released->second;
    bool const own = caller_->facts().patient_compartment == compartment;
    return {part, std::string(type), own, std::move(found)};
}

std::optional<request::Duties> FoundRecordRules::judge(
    request::Interaction part, std::string_view type, CompartmentId const& compartment,
    request::RecordCircumstances const& record) const {
    auto const act = act_of(part);
    if (!act) return std::nullopt;
    auto const& found = rules_->on_record(*act, type, compartment, record);
    if (!found.allowed || !is_signed_in(found)) return std::nullopt;
    request::Duties duties;
    for (auto const duty : found.duties) duties.add(duty);
    if (found.elements.all) return duties;
    // What the answer is narrowed to was decided before the record was found, perhaps without
    // knowing whose it is.
    bool const care = record.care || assumes_care_;
    for (auto const& whose : {std::optional<CompartmentId>(), std::optional(compartment)}) {
        auto const& before = rules_->before_found(*act, type, whose, care);
        if (!opens_no_less(found.elements, before.elements)) return std::nullopt;
    }
    return duties;
}

bool FoundRecordRules::is_signed_in(Outcome const& found) const {
    auto const& person = caller_->facts().person;
    return !found.sign_in || !person || is_met(*found.sign_in, *person, now_);
}

}  // namespace salus::authorization
