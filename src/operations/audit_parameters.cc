#include "operations/audit_parameters.h"

#include <algorithm>

#include "foundation/limits.h"
#include "operations/parameters.h"

namespace salus::operations {
namespace {

using request::AuditQuery;

constexpr fhir::TimeRange kAlways{INT64_MIN, INT64_MAX};

// https://hl7.org/fhir/R4/search.html#date: leaves are instants, so a prefix is one side of a
// range.
Result<void> read_date(std::string_view value, AuditQuery& query) {
    std::string_view prefix = "eq";
    bool const has_prefix = value.size() > 2 && value[0] >= 'a' && value[0] <= 'z';
    if (has_prefix) {
        prefix = value.substr(0, 2);
        value.remove_prefix(2);
    }
    auto const date = fhir::parse_date_time(value);
    if (!date) return fail(Errc::invalid, "a date or time is expected here");
    auto const& range = date->range;
    auto time = query.time.value_or(kAlways);
    bool const from_start = prefix == "eq" || prefix == "ge";
    bool const from_end = prefix == "gt" || prefix == "sa";
    bool const to_end = prefix == "eq" || prefix == "le";
    bool const to_start = prefix == "lt" || prefix == "eb";
    if (!from_start && !from_end && !to_end && !to_start)
        return fail(Errc::invalid, "date takes eq, ge, gt, le, lt, sa and eb");
    if (from_start) time.start = std::max(time.start, range.start);
    if (from_end) time.start = std::max(time.start, range.end);
    if (to_end) time.end = std::min(time.end, range.end);
    if (to_start) time.end = std::min(time.end, range.start);
    query.time = time;
    return {};
}

// [system|]value; the systems are ours, so the value says it all.
std::string token_value(std::string const& value) {
    auto const bar = value.rfind('|');
    return bar == std::string::npos ? value : value.substr(bar + 1);
}

Result<void> set(std::string& member, std::string value) {
    if (!member.empty()) return fail(Errc::invalid, "a parameter is given twice");
    if (value.empty()) return fail(Errc::invalid, "a parameter has no value");
    member = std::move(value);
    return {};
}

Result<std::string> outcome_named(std::string const& code) {
    if (code == "0") return "ok";
    if (code == "4") return "denied";
    if (code == "8") return "error";
    return fail(Errc::invalid, "outcome is 0, 4 or 8");
}

Result<void> read_one(request::Parameter const& parameter, request::IntentFacts& facts) {
    auto const& [name, value] = parameter;
    auto& query = facts.audit;
    if (name == "date") return read_date(value, query);
    if (name == "agent:identifier") return set(query.client, token_value(value));
    if (name == "entity:identifier") return set(query.entity, token_value(value));
    if (name == "action") return set(query.action, token_value(value));
    if (name == "policy") return set(query.policy, value);
    if (name == "subtype") return set(query.subtype, token_value(value));
    if (name == "outcome") {
        SALUS_TRY(auto word, outcome_named(token_value(value)));
        return set(query.outcome, std::move(word));
    }
    if (name == "_count") {
        SALUS_TRY(auto const count, parse_number(value));
        query.count = std::clamp<std::size_t>(count, 1, limits::kPageSizeLargest);
        return {};
    }
    return fail(Errc::invalid, "a parameter is not known here");
}

Result<void> read_bound(request::Parameter const& parameter, AuditQuery& query) {
    auto const date = fhir::parse_date_time(parameter.value);
    if (!date) return fail(Errc::invalid, "a date or time is expected here");
    auto time = query.time.value_or(kAlways);
    auto& bound = parameter.name == "start" ? time.start : time.end;
    bound = parameter.name == "start" ? date->range.start : date->range.end;
    query.time = time;
    return {};
}

}  // namespace

Result<void> read_audit_search(std::vector<request::Parameter> const& parameters,
                               request::IntentFacts& facts) {
    for (auto const& parameter : parameters) {
        if (parameter.name == "patient") continue;
        SALUS_TRY_VOID(read_one(parameter, facts));
    }
    return {};
}

Result<void> read_report_parameters(std::vector<request::Parameter>& parameters,
                                    request::IntentFacts& facts) {
    auto const page = std::ranges::find_if(parameters, [](request::Parameter const& parameter) {
        return parameter.name == "_format" && parameter.value == "text/html";
    });
    facts.audit.as_page = page != parameters.end();
    if (facts.audit.as_page) parameters.erase(page);
    SALUS_TRY_VOID(take_presentation(parameters, facts));
    if (facts.audit.as_page && facts.pretty) return fail(Errc::invalid, "_pretty is for JSON");
    for (auto const& parameter : parameters) {
        auto const& [name, value] = parameter;
        if (name == "start" || name == "end") {
            SALUS_TRY_VOID(read_bound(parameter, facts.audit));
        } else if (name == "exempt" && (value == "true" || value == "false") &&
                   facts.interaction == request::Interaction::accounting) {
            facts.audit.exempt_too = value == "true";
        } else {
            return fail(Errc::invalid, "a parameter is not known here");
        }
    }
    return {};
}

}  // namespace salus::operations
