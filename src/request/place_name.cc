#include "request/place_name.h"

#include <algorithm>

#include "fhir/lexical.h"

namespace salus::request {

std::optional<PlaceName> PlaceName::parse(std::string_view text) {
    for (std::string_view const type : {"Location/", "Organization/"}) {
        if (text.starts_with(type) && fhir::is_id(text.substr(type.size()))) return PlaceName(text);
    }
    return std::nullopt;
}

std::optional<PlaceNames> places_in(json::Value root, std::string_view member, std::size_t most) {
    PlaceNames places;
    auto const list = root.member(member);
    if (!list) return places;
    if (!list->is_array() || list->size() > most) return std::nullopt;
    for (auto const value : list->elements()) {
        auto place = value.is_string() ? PlaceName::parse(value.text()) : std::nullopt;
        if (!place) return std::nullopt;
        places.push_back(*std::move(place));
    }
    put_in_order(places);
    return places;
}

void write_places(json::Writer& writer, std::string_view member, PlaceNames const& places) {
    if (places.empty()) return;
    writer.key(member).begin_array();
    for (auto const& place : places) writer.string(place.text());
    writer.end_array();
}

void put_in_order(PlaceNames& places) {
    std::ranges::sort(places);
    auto const twice = std::ranges::unique(places);
    places.erase(twice.begin(), twice.end());
}

}  // namespace salus::request
