#include "fhir/local_references.h"

#include <span>
#include <unordered_set>

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

// What narrative shows as an image: the names in src="#NAME", as it stands in JSON.
std::unordered_set<std::string_view> shown_in(json::Value container) {
    std::unordered_set<std::string_view> names;
    auto const text = container.raw();
    for (std::string_view const begin : {R"(src=\"#)", "src='#"}) {
        auto const quote = begin.substr(4, begin.size() - 5);
        for (auto at = text.find(begin); at != std::string_view::npos; at = text.find(begin, at)) {
            at += begin.size();
            auto const end = text.find(quote, at);
            if (end == std::string_view::npos) break;
            names.insert(text.substr(at, end - at));
        }
    }
    return names;
}

}  // namespace

LocalReferences::Outer LocalReferences::begin(json::Value container) {
    Outer outer{container_, first_, std::move(contained_)};
    container_ = container;
    contained_.reset();
    first_ = names_.size();
    return outer;
}

void LocalReferences::end(Outer outer) {
    names_.resize(first_);
    container_ = outer.container;
    contained_ = std::move(outer.contained);
    first_ = outer.names;
}

void LocalReferences::note(json::Value text) {
    bool const could_be = text.raw_text().starts_with('#') || text.has_escapes();
    if (!could_be) return;
    auto name = text.text();
    if (name.starts_with('#')) names_.push_back(name.substr(1));
}

bool LocalReferences::resolves(json::Value reference) {
    auto const name = reference.text().substr(1);
    return name.empty() || find(name).has_value();
}

std::optional<json::Value> LocalReferences::find(std::string_view name) {
    if (!contained_) {
        contained_.emplace();
        auto const contained = container_ ? container_->member("contained") : std::nullopt;
        if (contained && contained->is_array()) {
            for (auto const each : contained->elements()) {
                if (auto id = each.text_member("id")) contained_->emplace(*std::move(id), each);
            }
        }
    }
    auto const found = contained_->find(std::string(name));
    return found != contained_->end() ? std::optional(found->second) : std::nullopt;
}

bool LocalReferences::are_distinct() const {
    auto const contained = container_ ? container_->member("contained") : std::nullopt;
    if (!contained || !contained->is_array()) return true;
    std::unordered_set<std::string> ids;
    for (auto const each : contained->elements()) {
        auto id = each.text_member("id");
        if (id && !ids.insert(*std::move(id)).second) return false;
    }
    return true;
}

bool LocalReferences::all_used() const {
    auto const contained = container_ ? container_->member("contained") : std::nullopt;
    if (!contained || !contained->is_array()) return true;
    auto const own = std::span(names_).subspan(first_);
    std::unordered_set<std::string_view> const names(own.begin(), own.end());
    std::optional<std::unordered_set<std::string_view>> shown;
    for (auto const each : contained->elements()) {
        auto const id = each.text_member("id");
        if ((id && names.contains(*id)) || refers_up(each)) continue;
        if (!shown) shown = shown_in(*container_);
        if (!id || !shown->contains(*id)) return false;
    }
    return true;
}

}  // namespace salus::fhir
