#include "operations/parameters.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>
#include <utility>

#include "fhir/definitions.h"
#include "foundation/limits.h"

namespace salus::operations {
namespace {

using request::IntentFacts;
using request::Interaction;

void add_names(std::string_view list, std::vector<std::string>& names) {
    while (!list.empty()) {
        auto const end = std::min(list.find(','), list.size());
        names.emplace_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
}

bool shows_one_resource(Interaction interaction) {
    return interaction == Interaction::read || interaction == Interaction::vread ||
           interaction == Interaction::history_instance;
}

bool is_history(Interaction interaction) {
    return interaction == Interaction::history_instance ||
           interaction == Interaction::history_type || interaction == Interaction::history_system;
}

Result<fhir::TimeRange> time(std::string_view text) {
    auto const parsed = fhir::parse_date_time(text);
    if (!parsed) return fail(Errc::invalid, "a date or time is expected here");
    return parsed->range;
}

Result<void> read_count(std::string_view value, IntentFacts& facts) {
    SALUS_TRY(auto const count, parse_number(value));
    facts.count = std::clamp<std::size_t>(count, 1, limits::kPageSizeLargest);
    return {};
}

Result<void> read_since(std::string_view value, IntentFacts& facts) {
    SALUS_TRY(auto const range, time(value));
    facts.since = WallTime(std::chrono::nanoseconds(range.start));
    return {};
}

// Errc::invalid, or whether the parameter is one of history.
Result<bool> read_history(request::Parameter const& parameter, IntentFacts& facts) {
    auto const& [name, value] = parameter;
    if (name == "_count") {
        SALUS_TRY_VOID(read_count(value, facts));
    } else if (name == "_since" && !facts.since) {
        SALUS_TRY_VOID(read_since(value, facts));
    } else if (name == "_at" && !facts.at) {
        SALUS_TRY(facts.at, time(value));
    } else {
        return false;
    }
    if (facts.since && facts.at) return fail(Errc::invalid, "_since and _at exclude each other");
    return true;
}

Result<void> read_types(std::string_view value, IntentFacts& facts) {
    add_names(value, facts.types);
    bool const known = std::ranges::all_of(
        facts.types, [](std::string const& type) { return fhir::is_resource_type(type); });
    if (!known || facts.types.empty()) return fail(Errc::invalid, "_type names resource types");
    return {};
}

Result<bool> read_everything(request::Parameter const& parameter, IntentFacts& facts) {
    auto const& [name, value] = parameter;
    if (name == "_count") {
        SALUS_TRY_VOID(read_count(value, facts));
    } else if (name == "_since" && !facts.since) {
        SALUS_TRY_VOID(read_since(value, facts));
    } else if (name == "_type" && facts.types.empty()) {
        SALUS_TRY_VOID(read_types(value, facts));
    } else if (name == "start" || name == "end") {
        SALUS_TRY(auto const range, time(value));
        if (!facts.care) facts.care = fhir::TimeRange{INT64_MIN, INT64_MAX};
        (name == "start" ? facts.care->start : facts.care->end) =
            name == "start" ? range.start : range.end;
    } else {
        return false;
    }
    return true;
}

Result<bool> read_elements(request::Parameter const& parameter, IntentFacts& facts) {
    auto const& [name, value] = parameter;
    if (name == "_elements" || name == "fields") {
        add_names(value, facts.elements.names);
        return true;
    }
    if (name != "_summary") return false;
    using enum request::SummaryForm;
    constexpr std::array<std::pair<std::string_view, request::SummaryForm>, 4> kForms{
        {{"true", summary}, {"text", text}, {"data", data}, {"false", none}}};
    auto const* const form =
        std::ranges::find(kForms, value, [](auto const& one) { return one.first; });
    if (form == kForms.end()) return false;
    facts.elements.summary = form->second;
    return true;
}

// https://hl7.org/fhir/R4/http.html#capabilities: a server may ignore which statement is asked for.
bool is_capability_mode(request::Parameter const& parameter) {
    return parameter.name == "mode" &&
           (parameter.value == "full" || parameter.value == "normative" ||
            parameter.value == "terminology");
}

// Parameters of the media type do not matter. A plus that was not escaped arrives as a blank.
bool names_json(std::string_view format) {
    static constexpr std::array<std::string_view, 5> kJson{
        "json", "application/json", "application/fhir+json", "application/fhir json", "text/json"};
    format = format.substr(0, format.find(';'));
    while (format.ends_with(' ')) format.remove_suffix(1);
    return std::ranges::find(kJson, format) != kJson.end();
}

}  // namespace

Result<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    auto const parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
    // One number, one spelling.
    bool const padded = text.size() > 1 && text.front() == '0';
    if (!whole || text.empty() || padded) return fail(Errc::invalid, "a number is expected here");
    return value;
}

Result<void> take_presentation(std::vector<request::Parameter>& parameters, IntentFacts& facts) {
    for (auto const& [name, value] : parameters) {
        if (name == "_format" && !names_json(value)) {
            return fail(Errc::not_acceptable, "only application/fhir+json is offered");
        }
        if (name != "_pretty") continue;
        if (value != "true" && value != "false") {
            return fail(Errc::invalid, "_pretty is true or false");
        }
        facts.pretty = value == "true";
    }
    std::erase_if(parameters, [](request::Parameter const& parameter) {
        return parameter.name == "_format" || parameter.name == "_pretty";
    });
    return {};
}

Result<void> read_shape(std::vector<request::Parameter> const& parameters, IntentFacts& facts) {
    for (auto const& parameter : parameters) {
        bool known = false;
        if (shows_one_resource(facts.interaction)) {
            SALUS_TRY(known, read_elements(parameter, facts));
        }
        if (!known && is_history(facts.interaction)) {
            SALUS_TRY(known, read_history(parameter, facts));
        }
        if (!known && facts.interaction == Interaction::everything) {
            SALUS_TRY(known, read_everything(parameter, facts));
        }
        if (!known && facts.interaction == Interaction::capabilities) {
            known = facts.type.empty() && is_capability_mode(parameter);
        }
        if (!known) return fail(Errc::invalid, "a parameter is not known here");
    }
    return {};
}

bool shapes_a_search(std::string_view name) {
    static constexpr std::array<std::string_view, 12> kNames{
        "_sort",    "_count",      "_total",     "_summary",       "_elements", "fields",
        "_include", "_revinclude", "_contained", "_containedType", "_cursor",   "_score"};
    return std::ranges::find(kNames, name.substr(0, name.find(':'))) != kNames.end();
}

std::string canonical(std::vector<request::Parameter> parameters) {
    std::ranges::sort(parameters, [](request::Parameter const& a, request::Parameter const& b) {
        return std::tie(a.name, a.value) < std::tie(b.name, b.value);
    });
    std::string text;
    for (auto const& [name, value] : parameters) {
        text.append(text.empty() ? "" : "&").append(request::percent_encode(name));
        text.append("=").append(request::percent_encode(value));
    }
    return text;
}

}  // namespace salus::operations
