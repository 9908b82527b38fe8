// Places: a Location or an Organization of the tenant, by its reference. Where a person or a
// service works, as an administrator says, and where a record belongs, as the record says; for
// policies to compare (45 CFR 164.312(a)(1), 164.514(d)(2)). No ePHI: places are the tenant's own.
// Values; any thread.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/literal.h"
#include "json/document.h"
#include "json/writer.h"

namespace salus::request {

// "Location/[id]" or "Organization/[id]"; nothing else can be made.
class PlaceName {
public:
    [[nodiscard]] static std::optional<PlaceName> parse(std::string_view text);
    [[nodiscard]] std::string const& text() const noexcept { return text_; }
    [[nodiscard]] bool is_location() const noexcept { return text_.starts_with("Location/"); }
    friend auto operator<=>(PlaceName const&, PlaceName const&) = default;

private:
    explicit PlaceName(std::string_view text) : text_(text) {}
    std::string text_;
};

// Sorted, each once.
using PlaceNames = std::vector<PlaceName>;

inline constexpr std::size_t kPlacesLargest = 16;  // where one user or client works

// For whoever wrote them wrongly.
inline constexpr Literal kWhatPlacesAre =
    "locations must be a list of at most 16 references: Location/[id] or Organization/[id]";

// A member that is a list of them; none if it is absent. Nothing if a value is no place, it is no
// list, or it has more than `most` values.
[[nodiscard]] std::optional<PlaceNames> places_in(json::Value root, std::string_view member,
                                                  std::size_t most = kPlacesLargest);
// Nothing is written where there are none.
void write_places(json::Writer& writer, std::string_view member, PlaceNames const& places);
// Sorts, and leaves each once.
void put_in_order(PlaceNames& places);

}  // namespace salus::request
