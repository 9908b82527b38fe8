#include "fhir/local_references.h"

#include <algorithm>
#include <span>

namespace salus::fhir {
namespace {

// The resource refers to its container somewhere ("#").
bool refers_up(json::Value value) {
    if (value.is_string()) return value.is_text("#");
    if (value.is_array()) {
        for (auto const each : value.elements()) {
            if (refers_up(each)) return true;
        }
    }
    if (value.is_object()) {
        for (auto const& each : value.members()) {
            if (refers_up(each.value)) return true;
        }
    }
    return false;
}

}  // namespace

LocalReferences::Outer LocalReferences::begin(json::Value container) {
    Outer outer{container_, first_};
    container_ = container;
    first_ = names_.size();
    return outer;
}

void LocalReferences::end(Outer outer) {
    names_.resize(first_);
    container_ = outer.container;
    first_ = outer.names;
}

void LocalReferences::note(json::Value text) {
    bool const could_be = text.raw_text().starts_with('#') || text.has_escapes();
    if (!could_be) return;
    auto name = text.text();
    if (name.starts_with('#')) names_.push_back(name.substr(1));
}

bool LocalReferences::resolves(json::Value reference) const {
    auto const name = reference.text().substr(1);
    return name.empty() || find(name).has_value();
}

std::optional<json::Value> LocalReferences::find(std::string_view name) const {
    auto const contained = container_ ? container_->member("contained") : std::nullopt;
    if (!contained || !contained->is_array()) return std::nullopt;
    for (auto const each : contained->elements()) {
        auto const id = each.member("id");
        if (id && id->is_text(name)) return each;
    }
    return std::nullopt;
}

bool LocalReferences::all_used() const {
    auto const contained = container_ ? container_->member("contained") : std::nullopt;
    if (!contained || !contained->is_array()) return true;
    for (auto const each : contained->elements()) {
        auto const id = each.text_member("id");
        auto const own = std::span(names_).subspan(first_);
        bool const named = id && std::ranges::find(own, *id) != own.end();
        if (!named && !refers_up(each)) return false;
    }
    return true;
}

}  // namespace salus::fhir
