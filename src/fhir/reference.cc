#include "fhir/reference.h"

#include "fhir/lexical.h"

namespace salus::fhir {

bool is_absolute_uri(std::string_view text) noexcept {
    auto const mark = text.find_first_of(":/?#");
    return mark != std::string_view::npos && mark > 0 && text[mark] == ':';
}

Type const* type_of_reference(std::string_view text) noexcept {
    if (text.starts_with("urn:") || text.starts_with('#')) return nullptr;
    auto const question = text.find('?');
    if (question != std::string_view::npos) return find_resource_type(text.substr(0, question));
    text = text.substr(0, text.find('#'));
    text = text.substr(0, text.find("/_history/"));
    auto const id = text.rfind('/');
    if (id == std::string_view::npos || id == 0) return nullptr;
    auto const before = text.rfind('/', id - 1);
    auto const from = before == std::string_view::npos ? 0 : before + 1;
    return find_resource_type(text.substr(from, id - from));
}
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
    if (text.starts_with('#') || is_absolute_uri(text)) return true;
    if (auto const question = text.find('?'); question != std::string_view::npos)
        return is_resource_type(text.substr(0, question));
    // A fragment may follow: Patient/1#p2 points into that resource.
    return parse_local_reference(text.substr(0, text.find('#'))).has_value();
}

}  // namespace salus::fhir
