#include "fhir/reference.h"

#include "fhir/lexical.h"

namespace salus::fhir {
namespace {

bool is_absolute(std::string_view text) {
    auto const mark = text.find_first_of(":/?#");
    return mark != std::string_view::npos && mark > 0 && text[mark] == ':';
}

}  // namespace

std::optional<LocalReference> parse_local_reference(std::string_view text) noexcept {
    auto const slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    auto const* type = find_resource_type(text.substr(0, slash));
    if (type == nullptr) return std::nullopt;
    auto const rest = text.substr(slash + 1);
    constexpr std::string_view kHistory = "/_history/";
    auto const history = rest.find(kHistory);
    LocalReference reference{type, rest.substr(0, history), {}};
    if (!is_id(reference.id)) return std::nullopt;
    if (history == std::string_view::npos) return reference;
    reference.version = rest.substr(history + kHistory.size());
    if (!is_id(reference.version)) return std::nullopt;
    return reference;
}

bool is_literal_reference(std::string_view text) noexcept {
    if (text.find_first_of(" \t\r\n") != std::string_view::npos) return false;
    if (text.starts_with('#') || is_absolute(text)) return true;
    if (auto const question = text.find('?'); question != std::string_view::npos)
        return is_resource_type(text.substr(0, question));
    // A fragment may follow: Patient/1#p2 points into that resource.
    return parse_local_reference(text.substr(0, text.find('#'))).has_value();
}

}  // namespace salus::fhir
