#include "access_context/range_table.h"

#include <algorithm>
#include <tuple>

#include "foundation/bytes.h"

namespace salus::access_context {
namespace {

using Position = RangeTable::Position;

constexpr auto kAll = ~std::uint64_t{0};
constexpr Position kLastOfAll{kAll, kAll};
constexpr unsigned kHalf = 64;  // bits

Position position_of(http::IpAddress const& address) noexcept {
    BytesView const octets(address.octets());
    return {read_u64(octets.first(8)), read_u64(octets.last(8))};
}

// The bits of one half that the first `bits` leave free.
std::uint64_t free_bits(unsigned bits) noexcept {
    return bits >= kHalf ? 0 : kAll >> bits;
}

struct Span {
    Position first;
    Position last;
    std::uint8_t value;
};

Span span_of(Range const& range) noexcept {
    auto const first = position_of(range.network.base());
    auto const bits = range.network.prefix_bits();
    auto const low_bits = bits > kHalf ? bits - kHalf : 0;
    return {first, {first.high | free_bits(bits), first.low | free_bits(low_bits)}, range.value};
}

}  // namespace

// Goes over all spans in their order. Two networks are apart, or one is within the other; so those
// that are open at a moment lie within each other.
class RangeTable::Sweep {
public:
    explicit Sweep(RangeTable& table) : table_(table) {}

    void open(Span span) {
        while (!open_.empty() && open_.back().last < span.first) close();
        span.value = std::max(span.value, current());
        open_.push_back(span);
        mark(span.first);
    }
    void finish() {
        while (!open_.empty()) close();
    }

private:
    [[nodiscard]] std::uint8_t current() const { return open_.empty() ? 0 : open_.back().value; }
    void close() {
        auto const last = open_.back().last;
        open_.pop_back();
        if (last == kLastOfAll) return;
        mark(last.low == kAll ? Position{last.high + 1, 0} : Position{last.high, last.low + 1});
    }
    // From here on the current value holds.
    void mark(Position at) {
        auto& starts = table_.starts_;
        auto& values = table_.values_;
        if (!starts.empty() && starts.back() == at) {
            starts.pop_back();
            values.pop_back();
        }
        if (current() == (values.empty() ? 0 : values.back())) return;
        starts.push_back(at);
        values.push_back(current());
    }

    RangeTable& table_;
    std::vector<Span> open_;
};

RangeTable::RangeTable(std::vector<Range> const& ranges) {
    std::vector<Span> spans;
    spans.reserve(ranges.size());
    for (auto const& range : ranges) spans.push_back(span_of(range));
    std::ranges::sort(spans, [](Span const& one, Span const& other) {
        return std::tie(one.first, other.last) < std::tie(other.first, one.last);  // wider first
    });
    Sweep sweep(*this);
    for (auto const& span : spans) sweep.open(span);
    sweep.finish();
    starts_.shrink_to_fit();
    values_.shrink_to_fit();
}

std::uint8_t RangeTable::at(http::IpAddress const& address) const noexcept {
    auto const after = std::ranges::upper_bound(starts_, position_of(address));
    if (after == starts_.begin()) return 0;
    return values_[static_cast<std::size_t>(after - starts_.begin()) - 1];
}

}  // namespace salus::access_context
