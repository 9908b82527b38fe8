#include "fhir/profiles/json_match.h"

namespace salus::fhir {
namespace {

bool same_scalar(json::Value a, json::Value b) {
    if (a.kind() != b.kind()) return false;
    return a.is_string() ? a.text() == b.text() : a.raw() == b.raw();
}

}  // namespace

// The recursion is as deep as the two documents.
bool equals_fixed(json::Value value, json::Value fixed) {
    if (value.kind() != fixed.kind() || value.size() != fixed.size()) return false;
    if (value.is_object()) {
        for (auto const& member : fixed.members()) {
            auto const own = value.member(member.name());
            if (!own || !equals_fixed(*own, member.value)) return false;
        }
        return true;
    }
    if (!value.is_array()) return same_scalar(value, fixed);
    auto own = value.elements().begin();
    for (auto const each : fixed.elements()) {
        if (!equals_fixed(*own, each)) return false;
        ++own;
    }
    return true;
}

bool matches_pattern(json::Value value, json::Value pattern) {
    if (value.kind() != pattern.kind()) return false;
    if (value.is_object()) {
        for (auto const& member : pattern.members()) {
            auto const own = value.member(member.name());
            if (!own || !matches_pattern(*own, member.value)) return false;
        }
        return true;
    }
    if (!value.is_array()) return same_scalar(value, pattern);
    for (auto const wanted : pattern.elements()) {
        bool found = false;
        for (auto const each : value.elements()) found = found || matches_pattern(each, wanted);
        if (!found) return false;
    }
    return true;
}

}  // namespace salus::fhir
