#include "fhir/element_rules.h"

#include <algorithm>

namespace salus::fhir {
namespace {

bool has(CodeList const& list, std::string_view code) {
    auto const found =
        std::ranges::lower_bound(list.codes, code, {}, [](Literal each) { return each.text(); });
    return found != list.codes.end() && found->text() == code;
}

}  // namespace

bool has_code(ValueSet const& set, std::string_view code) noexcept {
    return std::ranges::any_of(set.lists, [&](CodeList const& list) { return has(list, code); });
}

bool has_coding(ValueSet const& set, std::string_view system, std::string_view code) noexcept {
    return std::ranges::any_of(set.lists, [&](CodeList const& list) {
        return list.system.text() == system && has(list, code);
    });
}

}  // namespace salus::fhir
