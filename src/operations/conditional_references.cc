#include "operations/conditional_references.h"

#include <algorithm>

#include "fhir/definitions.h"
#include "foundation/limits.h"

namespace salus::operations {
namespace {

void add(json::Value reference, std::vector<std::string>& found) {
    if (found.size() > limits::kConditionalReferences) return;
    if (reference.raw_text().find('?') == std::string_view::npos) return;
    auto text = reference.text();
    auto const question = text.find('?');
    bool const conditional = question != std::string::npos &&
                             fhir::is_resource_type(std::string_view(text).substr(0, question));
    if (conditional && std::ranges::find(found, text) == found.end()) {
        found.push_back(std::move(text));
    }
}

}  // namespace

void find_conditional_references(json::Value value, std::vector<std::string>& found) {
    if (value.is_array()) {
        for (auto const element : value.elements()) find_conditional_references(element, found);
        return;
    }
    if (!value.is_object()) return;
    for (auto const member : value.members()) {
        if (member.value.is_string() && member.is_named("reference")) {
            add(member.value, found);
        } else {
            find_conditional_references(member.value, found);
        }
    }
}

}  // namespace salus::operations
