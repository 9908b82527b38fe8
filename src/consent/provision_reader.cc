#include "consent/provision_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "fhir/reference.h"

namespace salus::consent {
namespace {

constexpr std::string_view kParticipation =
    "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
constexpr std::string_view kResourceTypes = "http://hl7.org/fhir/resource-types";
constexpr std::string_view kActionCodes = "http://terminology.hl7.org/CodeSystem/consentaction";

constexpr auto kProvisionMembers = std::to_array<std::string_view>(
    {"type", "period", "actor", "action", "securityLabel", "purpose", "class", "code", "dataPeriod",
     "data", "provision"});
constexpr auto kCodingMembers =
    std::to_array<std::string_view>({"system", "version", "code", "display", "userSelected"});
constexpr auto kConceptMembers = std::to_array<std::string_view>({"coding", "text"});
constexpr auto kPeriodMembers = std::to_array<std::string_view>({"start", "end"});
constexpr auto kActorMembers = std::to_array<std::string_view>({"role", "reference"});
constexpr auto kDataMembers = std::to_array<std::string_view>({"meaning", "reference"});

std::optional<Action> action_of(Code const& code) {
    static constexpr auto kActions = std::to_array<std::pair<std::string_view, Action>>({
        {"access", Action::access},
        {"collect", Action::collect},
        {"use", Action::use},
        {"disclose", Action::disclose},
        {"correct", Action::correct},
    });
    if (code.system != kActionCodes) return std::nullopt;
    for (auto const& [name, action] : kActions) {
        if (name == code.code) return action;
    }
    return std::nullopt;
}

std::optional<DataMeaning> meaning_of(std::string_view code) {
    if (code == "instance") return DataMeaning::instance;
    if (code == "related") return DataMeaning::related;
    if (code == "dependents") return DataMeaning::dependents;
    if (code == "authoredby") return DataMeaning::authored_by;
    return std::nullopt;
}

// Type/id of what a Reference names on this server; nothing: it names something else.
std::optional<std::string> place_of(std::optional<json::Value> reference) {
    if (!reference) return std::nullopt;
    auto const text = reference->text_member("reference");
    if (!text) return std::nullopt;
    auto const local = fhir::parse_local_reference(*text);
    // One version of a resource is not all of it.
    if (!local || !local->version.empty()) return std::nullopt;
    return std::string(local->type->name.text()).append("/").append(local->id);
}

bool has_participation(std::span<Code const> roles, std::string_view code) {
    return std::ranges::any_of(roles, [&](Code const& role) {
        return role.system == kParticipation && role.code == code;
    });
}

}  // namespace

void ProvisionReader::expect_members(json::Value value, std::span<std::string_view const> names) {
    if (!value.is_object()) {
        misunderstand();
        return;
    }
    for (auto const& [key, member] : value.members()) {
        auto const name = key.text();
        bool const known =
            name == "id" || name == "extension" || std::ranges::find(names, name) != names.end();
        if (!known) misunderstand();
    }
}

std::vector<json::Value> ProvisionReader::elements(json::Value parent, std::string_view name) {
    std::vector<json::Value> all;
    auto const member = parent.member(name);
    if (!member) return all;
    if (!member->is_array() || member->size() == 0) {
        misunderstand();
        return all;
    }
    for (auto const each : member->elements()) all.push_back(each);
    return all;
}

std::optional<Code> ProvisionReader::code(json::Value coding) {
    expect_members(coding, kCodingMembers);
    for (auto const name : {"system", "code"}) {
        if (auto const member = coding.member(name); member && !member->is_string())
            misunderstand();
    }
    auto text = coding.text_member("code");
    auto system = coding.text_member("system");
    if (!text || !system) return std::nullopt;
    return Code{*std::move(system), *std::move(text)};
}

std::vector<Code> ProvisionReader::concept_codes(json::Value codeable) {
    expect_members(codeable, kConceptMembers);
    std::vector<Code> codes;
    for (auto const coding : elements(codeable, "coding")) {
        if (auto one = code(coding)) codes.push_back(*std::move(one));
    }
    return codes;
}

Listed<Code> ProvisionReader::codings(json::Value parent, std::string_view name) {
    Listed<Code> listed;
    for (auto const each : elements(parent, name)) {
        if (auto one = code(each)) {
            listed.items.push_back(*std::move(one));
        } else {
            listed.beyond = true;
        }
    }
    return listed;
}

// Types of resources; profiles, media and document types are beyond.
Listed<Code> ProvisionReader::classes(json::Value parent) {
    auto listed = codings(parent, "class");
    auto const removed =
        std::erase_if(listed.items, [](Code const& each) { return each.system != kResourceTypes; });
    if (removed != 0) listed.beyond = true;
    return listed;
}

Listed<Code> ProvisionReader::concepts(json::Value parent, std::string_view name) {
    Listed<Code> listed;
    for (auto const each : elements(parent, name)) {
        auto codes = concept_codes(each);
        // Text alone, or a coding without its system, may mean anything.
        if (codes.empty() || codes.size() < elements(each, "coding").size()) listed.beyond = true;
        std::ranges::move(codes, std::back_inserter(listed.items));
    }
    return listed;
}

std::optional<Period> ProvisionReader::period(json::Value parent, std::string_view name) {
    auto const value = parent.member(name);
    if (!value) return std::nullopt;
    expect_members(*value, kPeriodMembers);
    auto const bound = [&](std::string_view end) -> std::optional<fhir::TimeRange> {
        auto const member = value->member(end);
        if (!member) return std::nullopt;
        auto const time =
            member->is_string() ? fhir::parse_date_time(member->text()) : std::nullopt;
        if (!time) {
            misunderstand();
            return std::nullopt;
        }
        return time->range;
    };
    auto const start = bound("start");
    auto const end = bound("end");
    if (!start && !end) misunderstand();
    Period const whole{start ? start->start : std::numeric_limits<std::int64_t>::min(),
                       end ? end->end : std::numeric_limits<std::int64_t>::max()};
    if (whole.start >= whole.end) misunderstand();
    return whole;
}

void ProvisionReader::actor(json::Value value, Provision& provision) {
    expect_members(value, kActorMembers);
    auto const role = value.member("role");
    auto roles = role ? concept_codes(*role) : std::vector<Code>();
    auto const reference = value.member("reference");
    auto const place = place_of(reference);
    if (reference && !reference->is_object()) misunderstand();
    if (has_participation(roles, "CST")) {
        if (place) {
            provision.custodians.items.push_back(*place);
        } else {
            provision.custodians.beyond = true;
        }
        return;
    }
    bool const receives = has_participation(roles, "IRCP") || has_participation(roles, "PRCP");
    if (receives) std::erase_if(roles, [](Code const& e) { return e.system == kParticipation; });
    bool const takes_another_part =
        std::ranges::any_of(roles, [](Code const& each) { return each.system == kParticipation; });
    if (takes_another_part) {
        provision.other_actors = true;
    } else if ((roles.empty() && !receives) || (reference && !place) || (!reference && receives)) {
        provision.recipients.beyond = true;
    } else {
        provision.recipients.items.push_back(
            {.roles = std::move(roles), .reference = place.value_or("")});
    }
}

void ProvisionReader::actors(json::Value parent, Provision& provision) {
    for (auto const each : elements(parent, "actor")) actor(each, provision);
}

void ProvisionReader::actions(json::Value parent, Provision& provision) {
    for (auto const each : elements(parent, "action")) {
        auto const codes = concept_codes(each);
        bool known = false;
        for (auto const& one : codes) {
            if (auto const action = action_of(one)) {
                provision.actions.add(*action);
                known = true;
            }
        }
        if (!known) provision.other_actions = true;
    }
}

Listed<DataReference> ProvisionReader::data(json::Value parent) {
    Listed<DataReference> listed;
    for (auto const each : elements(parent, "data")) {
        expect_members(each, kDataMembers);
        auto const code = each.text_member("meaning");
        auto const meaning = code ? meaning_of(*code) : std::nullopt;
        auto const place = place_of(each.member("reference"));
        if (meaning && place) {
            listed.items.push_back({.meaning = *meaning, .reference = *place});
        } else {
            listed.beyond = true;
        }
    }
    return listed;
}

Provision ProvisionReader::provision(json::Value value, std::string path, std::size_t depth) {
    Provision provision;
    provision.path = std::move(path);
    if (++provisions_ > kProvisionsLargest || depth > kDepth) {
        misunderstand();
        return provision;
    }
    expect_members(value, kProvisionMembers);
    auto const type = value.member("type");
    provision.permits = type && type->is_text("permit");
    bool const typed = provision.permits || (type && type->is_text("deny"));
    // Only the base rule may leave it out.
    if (!typed && (type || depth > 0)) misunderstand();
    provision.period = period(value, "period");
    actors(value, provision);
    actions(value, provision);
    provision.purposes = codings(value, "purpose");
    provision.labels = codings(value, "securityLabel");
    provision.classes = classes(value);
    provision.codes = concepts(value, "code");
    provision.data_period = period(value, "dataPeriod");
    provision.data = data(value);
    std::size_t number = 0;
    for (auto const each : elements(value, "provision")) {
        auto nested = provision.path + "." + std::to_string(++number);
        provision.provisions.push_back(this->provision(each, std::move(nested), depth + 1));
    }
    return provision;
}

ProvisionReader::Base ProvisionReader::base(json::Value value) {
    auto read = provision(value, "p", 0);
    return {.provision = std::move(read), .typed = value.member("type").has_value()};
}

}  // namespace salus::consent
