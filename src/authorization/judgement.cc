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
      tenant_(std::move(tenant)),
      circumstances_(circumstances) {}

Judgement::Judgement(Policy const& policy, request::CallerFacts const& caller,
                     request::IntentFacts const& intent, Circumstances const& circumstances)
    : Judgement(policy, caller, intent.tenant, circumstances) {
    about(intent.compartment, circumstances.care_relationship);
}

Judgement::Facts& Judgement::facts() {
    if (!facts_) facts_.emplace(caller_, tenant_, circumstances_);
    return *facts_;
}

void Judgement::about(std::optional<CompartmentId> const& compartment, bool care) noexcept {
    bound_ = is_bound(compartment);
    care_ = care;
}

bool Judgement::is_bound(std::optional<CompartmentId> const& compartment) const noexcept {
    return compartment && caller_.patient_compartment == compartment;
}

Outcome const& Judgement::on(Act act, std::string_view type) {
    return judged_before(act, type, bound_, care_);
}

Outcome const& Judgement::before_found(Act act, std::string_view type,
                                       std::optional<CompartmentId> const& compartment, bool care) {
    return judged_before(act, type, is_bound(compartment), care);
}

Outcome const& Judgement::judged_before(Act act, std::string_view type, bool bound, bool care) {
    request::RecordCircumstances record{.care = care};
    if (circumstances_.locations) record.locations = *circumstances_.locations;
    auto const& nowhere = judged(act, type, bound, record);
    bool const judged_again = act != Act::span_patients && type != "AuditEvent";
    if (nowhere.allowed || circumstances_.locations || caller_.locations.empty() || !judged_again)
        return nowhere;
    record.locations = caller_.locations;
    auto const& here = judged(act, type, bound, record);
    return here.allowed ? here : nowhere;
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
    if (carried == 0) return labels;
    auto const& known = policy_.labels();
    for (std::size_t i = 0; i < known.size(); ++i) {
        if ((carried >> i & 1U) != 0) labels.push_back(known[i]);
    }
    return labels;
}

Outcome const& Judgement::judged(Act act, std::string_view type, bool bound,
                                 request::RecordCircumstances const& record) {
    auto const known = outcomes_.find(std::tuple(act, type, bound, record));
    if (known != outcomes_.end()) return known->second;
    ask_about(type, bound, record);
    return outcomes_.emplace(Key(act, std::string(type), bound, record), judge(facts(), act, type))
        .first->second;
}

void Judgement::ask_about(std::string_view type, bool bound,
                          request::RecordCircumstances const& record) {
    auto& entities = facts().entities;
    bool const again = asked_ && asked_->bound == bound && asked_->record == record &&
                       entities.is_about_type(type);
    if (again) return;
    auto const labels = labels_in(record.carried);
    auto const consented = labels_in(record.consented);
    entities.ask_about_type(type, {.bound = bound,
                                   .care = record.care,
                                   .authored = record.authored,
                                   .labels = labels,
                                   .consented = consented,
                                   .locations = record.locations});
    asked_ = {.bound = bound, .record = record};
}

// A function has another kind of name than a type, so one memory serves both.
Outcome const& Judgement::on_function(Act act, std::string_view function) {
    request::RecordCircumstances const none;
    auto const known = outcomes_.find(std::tuple(act, function, false, none));
    if (known != outcomes_.end()) return known->second;
    auto& asked = facts();
    asked.entities.ask_about_function(function);
    return outcomes_.emplace(Key(act, std::string(function), false, none), judge(asked, act, ""))
        .first->second;
}

Outcome Judgement::judge(Facts& facts, Act act, std::string_view type) {
    auto const& entities = facts.entities;
    return apply(policy_,
                 {entities.principal(), uid_of(act), entities.resource(),
                  facts.context.of(name_of(act).text())},
                 entities, type, response_);
}

// Evaluated anew for each request, with all its facts: nothing is remembered that could have
// changed. If no rule depends on the record, any record stands for all of them. Where some rule
// does, which is usual, that is found out for less than what any record would be judged as.
bool Judgement::is_certain(Act act, std::string_view type) {
    auto& entities = facts().entities;
    if (!entities.is_about_type(type)) ask_about(type, false, {});
    return !any_counts(policy_.record_guards(), act) && judged(act, type, false, {}).allowed;
}

// Duties alone hide nothing, and what permits only some records hides none of those that another
// rule permits whole.
bool Judgement::may_hide_some(Act act, std::string_view type) {
    auto& entities = facts().entities;
    if (!entities.is_about_type(type)) ask_about(type, false, {});
    if (any_counts(policy_.withholding_guards(), act)) return true;
    if (any_counts(policy_.granting_guards(), act) && !opens_every_record(act)) return true;
    return !judged(act, type, false, {}).allowed;
}

bool Judgement::opens_every_record(Act act) {
    auto& [entities, context] = facts();
    cedar::Inquiry inquiry(
        policy_.rules(),
        {entities.principal(), uid_of(act), entities.resource(), context.of(name_of(act).text())},
        entities);
    inquiry.evaluate(response_);
    return std::ranges::any_of(response_.satisfied, [this](std::uint32_t rule) {
        return policy_.opens_every_record(rule);
    });
}

bool Judgement::asks_for_places(Act act, std::string_view type,
                                std::optional<CompartmentId> const& compartment,
                                request::RecordCircumstances const& record) {
    if (policy_.place_guards().policies().empty()) return false;
    ask_about(type, is_bound(compartment), record);
    return any_counts(policy_.place_guards(), act);
}

bool Judgement::any_counts(cedar::PolicySet const& guards, Act act) {
    auto& [entities, context] = facts();
    cedar::Inquiry inquiry(
        guards,
        {entities.principal(), uid_of(act), entities.resource(), context.of(name_of(act).text())},
        entities);
    if (inquiry.any_counts()) return true;
    inquiry.ask_about(limit_action());
    return inquiry.any_counts();
}

}  // namespace salus::authorization
