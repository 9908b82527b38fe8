// Networks with a number each, made flat, so that one binary search answers for an address.
// Thread safety: immutable once made; at() from any thread, about 100 ns for a million ranges, no
// allocation.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "http/network.h"

namespace salus::access_context {

struct Range {
    http::Network network;
    std::uint8_t value = 0;
};

class RangeTable {
public:
    RangeTable() = default;
    explicit RangeTable(std::vector<Range> const& ranges);

    // The largest value of all networks that the address is in, whatever their sizes; 0: in none.
    // So a line more in a list never lowers an answer, and the order of lines means nothing.
    [[nodiscard]] std::uint8_t at(http::IpAddress const& address) const noexcept;

    struct Position;  // an address as a number

private:
    class Sweep;
    // From each start to the next one the value beside it holds.
    std::vector<Position> starts_;
    std::vector<std::uint8_t> values_;
};

struct RangeTable::Position {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend auto operator<=>(Position const&, Position const&) = default;
};

}  // namespace salus::access_context
