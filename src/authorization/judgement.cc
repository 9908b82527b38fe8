#include "authorization/judgement.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <utility>

#include "request/emergency.h"

namespace salus::authorization {
namespace {

using cedar::EntityUid;
using cedar::Value;
using request::AllowedElements;

// In the order of Act.
constexpr std::array<Literal, 8> kNames{"read",           "search",         "create",
                                        "update",         "delete",         "spanPatients",
                                        "administerRead", "administerWrite"};

EntityUid const& uid_of(Act act) {
    static auto const kUids = [] {
        std::array<EntityUid, kNames.size()> uids;
        for (std::size_t i = 0; i < uids.size(); ++i)
            uids[i] = {"Action", std::string(kNames[i].text())};
        return uids;
    }();
    return kUids.at(static_cast<std::size_t>(act));
}

// A sign-in in the future is none: as old as can be.
std::int64_t age_of(request::Person const& person, WallTime now) {
    if (person.authenticated > now) return std::numeric_limits<std::int64_t>::max();
    return std::chrono::duration_cast<std::chrono::seconds>(now - person.authenticated).count();
}

Value flags(std::initializer_list<std::pair<char const*, bool>> values) {
    std::vector<cedar::Record::Member> members;
    for (auto const& [name, value] : values) members.emplace_back(name, Value(value));
    return Value(cedar::Record(std::move(members)));
}

Value counts(std::initializer_list<std::pair<char const*, std::uint32_t>> values) {
    std::vector<cedar::Record::Member> members;
    for (auto const& [name, value] : values)
        members.emplace_back(name, Value(static_cast<std::int64_t>(value)));
    return Value(cedar::Record(std::move(members)));
}

// A request that came over no network has the address of this machine.
cedar::IpRange range_of(std::optional<http::IpAddress> const& address) {
    cedar::IpRange range;
    if (!address) {
        range.address = {127, 0, 0, 1};
        range.prefix = 32;
        return range;
    }
    auto const octets = address->octets();
    range.version_6 = !address->is_ipv4();
    range.prefix = range.version_6 ? 128 : 32;
    // An IPv4 address is the last four of the sixteen (RFC 4291 section 2.5.5.2).
    auto const from = octets.begin() + (range.version_6 ? 0 : 12);
    std::copy(from, octets.end(), range.address.begin());
    return range;
}

Value network_of(request::NetworkFacts const& network) {
    std::vector<cedar::Record::Member> members;
    members.emplace_back("address", Value(range_of(network.address)));
    members.emplace_back("country", Value(std::string(network.country.text())));
    members.emplace_back("reputation", Value(std::int64_t{network.reputation}));
    members.emplace_back("zone", Value(std::string(request::name_of(network.zone))));
    return Value(cedar::Record(std::move(members)));
}

// Sorted by name, as a Record is; `action` is set for each act.
std::vector<cedar::Record::Member> context_of(request::CallerFacts const& caller,
                                              Circumstances const& circumstances) {
    auto const now = circumstances.now;
    auto const& access = circumstances.access;
    auto const milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    auto const purpose =
        caller.purpose ? std::string(request::code_of(*caller.purpose).text()) : std::string();
    std::vector<cedar::Record::Member> members;
    members.reserve(11);
    members.emplace_back("acr", Value(caller.person ? caller.person->acr : std::string()));
    members.emplace_back("action", Value(std::string()));
    members.emplace_back("authAge",
                         Value(caller.person ? age_of(*caller.person, now) : std::int64_t{0}));
    members.emplace_back("device", flags({{"claimed", access.device.claimed},
                                          {"encrypted", access.device.encrypted},
                                          {"managed", access.device.managed}}));
    members.emplace_back("emergency", Value(request::in_emergency(caller, now)));
    members.emplace_back("hour", Value(std::int64_t{access.local.hour}));
    members.emplace_back("network", network_of(access.network));
    members.emplace_back("now", Value(cedar::DateTime{milliseconds}));
    members.emplace_back("purpose", Value(purpose));
    members.emplace_back("recent", counts({{"patients", access.recent.patients},
                                           {"refusals", access.recent.refusals},
                                           {"requests", access.recent.requests}}));
    members.emplace_back("weekday", Value(std::int64_t{access.local.weekday}));
    return members;
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
      members_(context_of(caller, circumstances)) {}

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

cedar::Record const& Judgement::context(Act act) {
    auto& made = contexts_.at(static_cast<std::size_t>(act));
    if (!made) {
        // `action` is the second by name.
        members_[1].second = Value(std::string(name_of(act).text()));
        made.emplace(members_);
    }
    return *made;
}

Outcome Judgement::judge(Act act, std::string_view type) {
    return apply(policy_, {entities_.principal(), uid_of(act), entities_.resource(), context(act)},
                 entities_, type, response_);
}

// Evaluated anew for each request, with all its facts: nothing is remembered that could have
// changed. If no rule depends on the record, any record stands for all of them.
bool Judgement::is_certain(Act act, std::string_view type) {
    if (!judged(act, type, false, {}).allowed) return false;
    entities_.ask_about_type(type, {});
    for (auto const* action : {&uid_of(act), &limit_action()}) {
        policy_.record_guards().evaluate(
            {entities_.principal(), *action, entities_.resource(), context(act)}, entities_,
            response_);
        if (!response_.satisfied.empty() || !response_.erring.empty()) return false;
    }
    return true;
}

}  // namespace salus::authorization
