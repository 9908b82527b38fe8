#include "request/scope_constraint.h"

#include <algorithm>
#include <array>

#include "crypto/hash.h"
#include "fhir/definitions.h"
#include "foundation/bytes.h"
#include "request/form.h"

namespace salus::request {
namespace {

// Parameters of one constraint, and bytes of its text: a token has room for 64 scopes.
constexpr std::size_t kParametersLargest = 4;
constexpr std::size_t kBytesLargest = 512;
// Of the hash that stands for a constraint where it is recorded.
constexpr std::size_t kLabelBytes = 8;

// Values of these types say what something is, and name nobody.
bool is_coded(fhir::SearchPath const& path) {
    static constexpr std::array<std::string_view, 4> kCoded{"boolean", "code", "CodeableConcept",
                                                            "Coding"};
    return std::ranges::find(kCoded, path.leaf->name.text()) != kCoded.end();
}

bool is_evaluable(fhir::SearchParameter const& parameter) {
    switch (parameter.type) {
        case fhir::ParameterType::token:
            return !parameter.paths.empty() && std::ranges::all_of(parameter.paths, is_coded);
        case fhir::ParameterType::date:
        case fhir::ParameterType::uri:
        case fhir::ParameterType::number:
        case fhir::ParameterType::quantity: return parameter.offered();
        case fhir::ParameterType::string:
        case fhir::ParameterType::reference:
        case fhir::ParameterType::composite:
        case fhir::ParameterType::special: break;
    }
    return false;
}

// What "approximately" means depends on when it is asked.
bool is_approximate(fhir::Criterion const& criterion) {
    if (auto const* date = std::get_if<fhir::DateCriterion>(&criterion))
        return date->prefix == fhir::SearchPrefix::ap;
    return false;
}

bool is_evaluable(fhir::SearchClause const& clause) {
    return clause.kind == fhir::ClauseKind::plain &&
           std::ranges::none_of(clause.criteria, is_approximate);
}

// The audit log is no stored resource.
fhir::Type const* constrained_type(std::string_view name) {
    if (name == "*") return fhir::find_type("Resource");
    return name == "AuditEvent" ? nullptr : fhir::find_resource_type(name);
}

using Parameters = std::vector<fhir::SearchQuery::Parameter>;

// In order, each once.
std::optional<Parameters> parameters_of(std::string_view query) {
    auto const parsed = parse_form(query);
    if (!parsed) return std::nullopt;
    Parameters parameters;
    for (auto const& [name, value] : *parsed) parameters.emplace_back(name, value);
    std::ranges::sort(parameters);
    auto const repeated = std::ranges::unique(parameters);
    parameters.erase(repeated.begin(), repeated.end());
    return parameters;
}

// %x21 / %x23-5B / %x5D-7E may stand in a scope (RFC 6749 section 3.3).
std::string encode(std::string_view text, std::string_view read_otherwise) {
    std::string out;
    for (char const& c : text) {
        bool const plain = c > ' ' && c < '\x7f' && c != '"' && c != '\\' &&
                           read_otherwise.find(c) == std::string_view::npos;
        out += plain ? std::string(1, c) : percent_encode(std::string_view(&c, 1));
    }
    return out;
}

std::optional<fhir::SearchQuery> evaluable(fhir::Type const& type, Parameters const& parameters) {
    if (parameters.empty() || parameters.size() > kParametersLargest) return std::nullopt;
    for (auto const& [name, value] : parameters) {
        auto const base = std::string_view(name).substr(0, name.find_first_of(":."));
        auto const* parameter = fhir::find_search_parameter(type, base);
        if (parameter == nullptr || !is_evaluable(*parameter)) return std::nullopt;
    }
    // No value depends on the time.
    auto query = fhir::SearchQuery::parse(type, parameters, WallTime{});
    bool const each_by_itself =
        query && query->clauses().size() == parameters.size() &&
        std::ranges::all_of(query->clauses(), [](auto const& each) { return is_evaluable(each); });
    if (!each_by_itself) return std::nullopt;
    return *std::move(query);
}

}  // namespace

std::optional<std::string> canonical_constraint(std::string_view type, std::string_view query) {
    auto const* constrained = constrained_type(type);
    if (constrained == nullptr || query.size() > kBytesLargest) return std::nullopt;
    auto const parameters = parameters_of(query);
    if (!parameters || !evaluable(*constrained, *parameters)) return std::nullopt;
    std::string text;
    for (auto const& [name, value] : *parameters) {
        text.append(text.empty() ? "" : "&").append(encode(name, "%&+="));
        text.append("=").append(encode(value, "%&+"));
    }
    if (text.size() > kBytesLargest) return std::nullopt;
    return text;
}

std::optional<std::string> conjunction(std::string_view type, std::string_view one,
                                       std::string_view other) {
    if (one.empty() || one == other) return std::string(other);
    if (other.empty()) return std::string(one);
    // A repeated parameter means both values (search.html#combining).
    return canonical_constraint(type, std::string(one).append("&").append(other));
}

std::optional<fhir::SearchQuery> constraint_query(fhir::Type const& type, std::string_view query) {
    auto const parameters = parameters_of(query);
    if (!parameters) return std::nullopt;
    return evaluable(type, *parameters);
}

std::string label_of(Scope const& scope) {
    if (scope.constraint.empty()) return scope.text();
    auto const digest = crypto::sha256(bytes_of(scope.constraint));
    auto whole = scope;
    whole.constraint.clear();
    return whole.text() + "?#" + to_hex(BytesView(digest).first(kLabelBytes));
}

std::string labels_of(std::string_view scopes) {
    std::string out;
    while (!scopes.empty()) {
        auto const end = std::min(scopes.find(' '), scopes.size());
        auto const one = scopes.substr(0, end);
        auto const scope = one.contains('?') ? parse_scope(one) : std::nullopt;
        out.append(out.empty() ? "" : " ").append(scope ? label_of(*scope) : std::string(one));
        scopes.remove_prefix(std::min(end + 1, scopes.size()));
    }
    return out;
}

}  // namespace salus::request
