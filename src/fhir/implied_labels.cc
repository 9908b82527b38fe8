#include "fhir/implied_labels.h"

#include <algorithm>

#include "fhir/contents.h"

namespace salus::fhir {
namespace {

// Codings, and whatever else has a code and perhaps a system (Quantity).
void add_labels(json::Value value, LabelMap const& map, std::vector<std::string_view>& labels) {
    if (value.is_array()) {
        for (auto const each : value.elements()) add_labels(each, map, labels);
    }
    if (!value.is_object()) return;
    if (auto const code = value.text_member("code")) {
        auto const implied = map.of(value.text_member("system").value_or(""), *code);
        labels.insert(labels.end(), implied.begin(), implied.end());
    }
    for (auto const& [key, member] : value.members()) add_labels(member, map, labels);
}

}  // namespace

std::vector<std::string_view> implied_labels(ResourceView const& resource, LabelMap const& map) {
    std::vector<std::string_view> labels;
    if (map.of == nullptr) return labels;
    for (auto const& [key, value] : Contents::of(resource).members()) {
        if (key.text() != "meta") add_labels(value, map, labels);
    }
    std::ranges::sort(labels);
    auto const repeated = std::ranges::unique(labels);
    labels.erase(repeated.begin(), repeated.end());
    return labels;
}

}  // namespace salus::fhir
