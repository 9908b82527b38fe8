#include "authorization/policy_survey.h"

#include <algorithm>
#include <array>

#include "fhir/definitions.h"

namespace salus::authorization {
namespace {

// As explanations and rules call them.
constexpr auto kTypeActs = std::to_array<Act>({Act::read, Act::search, Act::create, Act::update,
                                               Act::remove, Act::span_patients, Act::declassify});
constexpr auto kFunctionActs = std::to_array<Act>({Act::administer_read, Act::administer_write});
constexpr auto kFunctions =
    std::to_array<std::string_view>({"auditDetails", "backups", "check", "clients", "definitions",
                                     "keys", "launch", "policies", "receipt", "users"});

// Any two that differ.
CompartmentId compartment(bool own) {
    CompartmentId::Array bytes{};
    bytes.fill(own ? 1 : 2);
    return CompartmentId(bytes);
}

request::CallerFacts caller_of(Asker const& asker, TenantName const& tenant, WallTime now) {
    request::CallerFacts caller;
    caller.anonymous = false;
    caller.tenant = tenant;
    caller.client = ClientId("anybody");
    caller.purpose = asker.purpose;
    caller.roles = asker.roles;
    if (asker.is_person) {
        caller.person = request::Person{
            .id = UserId("anybody"), .grant = {}, .acr = "phr", .authenticated = now};
        if (asker.emergency) caller.person->emergency_until = now + std::chrono::minutes(1);
    }
    if (asker.own) {
        caller.patient_compartment = compartment(true);
        if (caller.person) caller.person->is_patient = true;
    }
    return caller;
}

std::string joined(std::vector<std::string_view> const& names) {
    std::string text;
    for (auto const name : names) text.append(text.empty() ? "" : ", ").append(name);
    return text;
}

// The shorter of what leaves and what does not; id and meta always leave.
std::string in_words(request::AllowedElements const& allowed, std::string_view type_name) {
    if (allowed.all) return "all";
    auto const* type = fhir::find_resource_type(type_name);
    if (type == nullptr) return "none";
    std::vector<std::string_view> open;
    std::vector<std::string_view> withheld;
    for (auto const& element : type->elements) {
        auto const name = element.name.text();
        if (name == "id" || name == "meta") continue;
        (allowed.contains(name) ? open : withheld).push_back(name);
    }
    if (withheld.empty()) return "all";
    if (open.empty()) return "none but id and meta";
    return withheld.size() < open.size() ? "all but " + joined(withheld) : "only " + joined(open);
}

std::string duties_in_words(Outcome const& outcome) {
    std::string text;
    if (outcome.sign_in) {
        text = outcome.sign_in->least == Assurance::phishing_resistant
                   ? "sign in by a factor that cannot be phished"
                   : "sign in by several factors";
        if (outcome.sign_in->max_age.count() > 0)
            text += ", at most " + std::to_string(outcome.sign_in->max_age.count()) + " s ago";
    }
    for (auto const duty : outcome.duties)
        text.append(text.empty() ? "" : "; ").append(name_of(duty).text());
    return text;
}

// Others open nothing by themselves.
bool tells_elements(Act act) {
    return act != Act::span_patients && act != Act::declassify;
}

// Lines of one act, by outcome.
void add(std::vector<SurveyLine>& lines, SurveyLine line) {
    auto const alike = std::ranges::find_if(lines, [&](SurveyLine const& other) {
        return other.acts == line.acts && other.is_function == line.is_function &&
               other.elements == line.elements && other.duties == line.duties;
    });
    if (alike == lines.end())
        lines.push_back(std::move(line));
    else
        alike->names.push_back(std::move(line.names.front()));
}

// Acts that come out alike on the same types are one line.
std::vector<SurveyLine> with_acts_joined(std::vector<SurveyLine> lines) {
    std::vector<SurveyLine> joined;
    for (auto& line : lines) {
        auto const alike = std::ranges::find_if(joined, [&](SurveyLine const& other) {
            return other.names == line.names && other.is_function == line.is_function &&
                   other.elements == line.elements && other.duties == line.duties;
        });
        if (alike == joined.end())
            joined.push_back(std::move(line));
        else
            alike->acts.push_back(line.acts.front());
    }
    return joined;
}

}  // namespace

std::vector<SurveyLine> survey(Policy const& policy, TenantName const& tenant, Asker const& asker,
                               WallTime now) {
    auto const caller = caller_of(asker, tenant, now);
    request::IntentFacts intent;
    intent.tenant = tenant;
    intent.compartment = compartment(asker.own);
    intent.patient_compartment = true;
    Judgement rules(
        policy, caller, intent,
        Circumstances{.now = now, .access = at_work(), .care_relationship = asker.care});
    std::vector<SurveyLine> lines;
    for (auto const act : kTypeActs) {
        for (auto const& type : fhir::resource_types()) {
            auto const name = type.name.text();
            auto const& outcome = rules.on(act, name);
            if (!outcome.allowed) continue;
            add(lines, {.acts = {name_of(act)},
                        .names = {std::string(name)},
                        .is_function = false,
                        .elements = tells_elements(act) ? in_words(outcome.elements, name) : "",
                        .duties = duties_in_words(outcome)});
        }
    }
    for (auto const act : kFunctionActs) {
        for (auto const function : kFunctions) {
            auto const& outcome = rules.on_function(act, function);
            if (!outcome.allowed) continue;
            add(lines, {.acts = {name_of(act)},
                        .names = {std::string(function)},
                        .is_function = true,
                        .elements = {},
                        .duties = duties_in_words(outcome)});
        }
    }
    return with_acts_joined(std::move(lines));
}

}  // namespace salus::authorization
