#include "request/place_name.h"

#include <gtest/gtest.h>

namespace salus::request {
namespace {

std::optional<PlaceNames> read_places(std::string const& text) {
    json::Parser parser;
    auto const document = parser.parse(text);
    EXPECT_TRUE(document.has_value()) << text;
    return places_in(document->root(), "locations");
}

TEST(PlaceName, IsALocationOrAnOrganizationOfThisServer) {
    for (auto const* text : {"Location/icu", "Organization/a.B-9"}) {
        auto const place = PlaceName::parse(text);
        ASSERT_TRUE(place.has_value()) << text;
        EXPECT_EQ(place->text(), text);
    }
    for (auto const* text :
         {"", "icu", "Location/", "Location/i cu", "Location/icu/_history/1", "Practitioner/p",
          "location/icu", "#icu", "https://example.org/fhir/Location/icu", "/Location/icu"})
        EXPECT_FALSE(PlaceName::parse(text).has_value()) << text;
    EXPECT_FALSE(PlaceName::parse("Location/" + std::string(65, 'a')).has_value());
}

TEST(PlaceName, AListIsSortedAndNamesEachOnce) {
    auto const places =
        read_places(R"({"locations":["Organization/a","Location/icu","Organization/a"]})");
    ASSERT_TRUE(places.has_value());
    ASSERT_EQ(places->size(), 2U);
    EXPECT_EQ(places->front().text(), "Location/icu");
    std::string text;
    json::Writer writer(text);
    writer.begin_object();
    write_places(writer, "locations", *places);
    writer.end_object();
    EXPECT_EQ(read_places(text), places);
    EXPECT_EQ(read_places("{}"), PlaceNames());
}

TEST(PlaceName, AListWithAnythingElseIsNone) {
    for (auto const* text : {R"({"locations":"Location/icu"})", R"({"locations":["icu"]})",
                             R"({"locations":[1]})", R"({"locations":null})"})
        EXPECT_FALSE(read_places(text).has_value()) << text;
    std::string many = R"({"locations":["Location/a")";
    for (std::size_t i = 0; i < kPlacesLargest; ++i) many += R"(,"Location/a")";
    EXPECT_FALSE(read_places(many + "]}").has_value());
}

}  // namespace
}  // namespace salus::request
