#include "fhir/narrative_links.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>

namespace salus::fhir {
namespace {

using Names = std::unordered_set<std::string>;

// The values of each attribute of this name, which is written as in " href=".
template <class Use>
void for_each_value(std::string_view xhtml, std::string_view attribute, Use use) {
    for (auto at = xhtml.find(attribute); at != std::string_view::npos;
         at = xhtml.find(attribute, at + 1)) {
        auto const rest = xhtml.substr(at + attribute.size());
        if (rest.empty()) return;
        // In text it may be followed by anything: what is there is no value, and is not looked for.
        if (rest.front() != '"' && rest.front() != '\'') continue;
        auto const end = rest.find(rest.front(), 1);
        if (end != std::string_view::npos) use(rest.substr(1, end - 1));
    }
}

void add_anchors(std::string_view xhtml, Names& names) {
    for (std::string_view const attribute : {" id=", " name="}) {
        for_each_value(xhtml, attribute, [&](std::string_view name) { names.emplace(name); });
    }
}

// The ids of all that is in it, narrative included; as deep as the document.
void add_ids(json::Value value, Names& names) {
    if (value.is_array()) {
        for (auto const each : value.elements()) add_ids(each, names);
    } else if (value.is_object()) {
        if (auto id = value.text_member("id")) names.insert(*std::move(id));
        for (auto const& each : value.members()) {
            if (each.is_named("div") && each.value.is_string())
                add_anchors(each.value.text(), names);
            else
                add_ids(each.value, names);
        }
    }
}

}  // namespace

bool may_link_inside(json::Value xhtml) noexcept {
    return xhtml.is_string() && xhtml.raw_text().find('#') != std::string_view::npos &&
           xhtml.raw_text().find(" href") != std::string_view::npos;
}

bool links_lead_somewhere(std::span<json::Value const> narratives, json::Value whole) {
    Names wanted;
    Names known;
    for (auto const narrative : narratives) {
        auto const xhtml = narrative.text();
        for_each_value(xhtml, " href=", [&](std::string_view link) {
            if (link.size() > 1 && link.starts_with('#')) wanted.emplace(link.substr(1));
        });
    }
    if (wanted.empty()) return true;
    add_ids(whole, known);
    return std::ranges::all_of(wanted, [&](auto const& name) { return known.contains(name); });
}

}  // namespace salus::fhir
