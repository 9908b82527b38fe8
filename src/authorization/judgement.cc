#include "authorization/judgement.h"

#include <algorithm>
#include <array>
#include <utility>

#include "cedar/inquiry.h"

namespace salus::authorization {
namespace {

using cedar::EntityUid;
using request::AllowedElements;

// In the order of Act.
constexpr std::array<Literal, 9> kNames{"read",           "search",          "create",
                                        "update",         "delete",          "spanPatients",
                                        "administerRead", "administerWrite", "declassify"};

EntityUid const& uid_of(Act act) {
    static auto const kUids = [] {
        std::array<EntityUid, kNames.size()> uids;
        for (std::size_t i = 0; i < uids.size(); ++i)
            uids[i] = {"Action", std::string(kNames[i].text())};
        return uids;
    }();
    return kUids.at(static_cast<std::size_t>(act));
}

}  // namespace

Literal name_of(Act act) noexcept {
    auto const index = static_cast<std::size_t>(act);
    return index < kNames.size() ? kNames[index] : Literal("");
}

Judgement::Judgement(Policy policy, request::CallerFacts const& caller, TenantName tenant,
                     Circumstances const& circumstances)
    : policy_(std::move(policy)),
      caller_(caller),
      entities_(caller, std::move(tenant)),
      context_(caller, circumstances) {}

Judgement::Judgement(Policy const& policy, request::CallerFacts const& caller,
                     request::IntentFacts const& intent, Circumstances const& circumstances)
    : Judgement(policy, caller, intent.tenant, circumstances) {
    about(intent.compartment, circumstances.care_relationship);
}

void Judgement::about(std::optional<CompartmentId> const& compartment, bool care) noexcept {
    bound_ = is_bound(compartment);
    care_ = care;
}

bool Judgement::is_bound(std::optional<CompartmentId> const& compartment) const noexcept {
    return compartment && caller_.patient_compartment == compartment;
}

Outcome const& Judgement::on(Act act, std::string_view type) {
    return judged(act, type, bound_, {.care = care_});
}

Outcome const& Judgement::on_record(Act act, std::string_view type,
                                    std::optional<CompartmentId> const& compartment,
                                    request::RecordCircumstances const& record) {
    return judged(act, type, is_bound(compartment), record);
}

AllowedElements const& Judgement::elements_of(std::string_view type) {
    for (auto const act : {Act::read, Act::search, Act::update}) {
        auto const& outcome = on(act, type);
        if (outcome.allowed) return outcome.elements;
    }
    return on(Act::create, type).elements;
}

std::vector<std::string> Judgement::labels_in(request::CarriedLabels carried) const {
    std::vector<std::string> labels;
    for (std::size_t i = 0; i < policy_.labels().size(); ++i) {
        if ((carried >> i & 1U) != 0) labels.push_back(policy_.labels()[i]);
    }
    return labels;
}

Outcome const& Judgement::judged(Act act, std::string_view type, bool bound,
                                 request::RecordCircumstances const& record) {
    auto const known = outcomes_.find(std::tuple(act, type, bound, record));
    if (known != outcomes_.end()) return known->second;
    auto const labels = labels_in(record.carried);
    auto const consented = labels_in(record.consented);
    entities_.ask_about_type(type, {.bound = bound,
                                    .care = record.care,
                                    .authored = record.authored,
                                    .labels = labels,
                                    .consented = consented});
    return outcomes_.emplace(Key(act, std::string(type), bound, record), judge(act, type))
        .first->second;
}

// A function has another kind of name than a type, so one memory serves both.
Outcome const& Judgement::on_function(Act act, std::string_view function) {
    request::RecordCircumstances const none;
    auto const known = outcomes_.find(std::tuple(act, function, false, none));
    if (known != outcomes_.end()) return known->second;
    entities_.ask_about_function(function);
    return outcomes_.emplace(Key(act, std::string(function), false, none), judge(act, ""))
        .first->second;
}

Outcome Judgement::judge(Act act, std::string_view type) {
    return apply(policy_,
                 {entities_.principal(), uid_of(act), entities_.resource(),
                  context_.of(name_of(act).text())},
                 entities_, type, response_);
}

// Evaluated anew for each request, with all its facts: nothing is remembered that could have
// changed. If no rule depends on the record, any record stands for all of them. Where some rule
// does, which is usual, that is found out for less than what any record would be judged as.
bool Judgement::is_certain(Act act, std::string_view type) {
    if (!entities_.is_about_type(type)) entities_.ask_about_type(type, {});
    cedar::Inquiry guards(policy_.record_guards(),
                          {entities_.principal(), uid_of(act), entities_.resource(),
                           context_.of(name_of(act).text())},
                          entities_);
    if (guards.any_counts()) return false;
    guards.ask_about(limit_action());
    if (guards.any_counts()) return false;
    return judged(act, type, false, {}).allowed;
}

}  // namespace salus::authorization
