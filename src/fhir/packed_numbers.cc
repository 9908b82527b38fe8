#include "fhir/packed_numbers.h"

#include <algorithm>
#include <bit>

namespace salus::fhir {
namespace {

constexpr std::size_t kNumberBytes = 8;
constexpr std::size_t kHead = 1 + kNumberBytes;  // the width, the least

}  // namespace

void append_packed(Bytes& out, std::span<std::uint64_t const> numbers) {
    auto const [least, most] = numbers.empty() ? std::ranges::minmax_result<std::uint64_t>{}
                                               : std::ranges::minmax(numbers);
    auto const width = (static_cast<std::size_t>(std::bit_width(most - least)) + 7) / 8;
    out.push_back(static_cast<std::uint8_t>(width));
    append_u64(out, least);
    for (auto const number : numbers) {
        for (auto byte = width; byte > 0; --byte)
            out.push_back(static_cast<std::uint8_t>((number - least) >> (8 * (byte - 1))));
    }
}

std::optional<std::size_t> packed_size(BytesView bytes, std::size_t count) noexcept {
    if (bytes.size() < kHead || bytes.front() > kNumberBytes) return std::nullopt;
    std::size_t const width = bytes.front();
    if (width > 0 && count > (bytes.size() - kHead) / width) return std::nullopt;
    return kHead + width * count;
}

std::uint64_t packed_at(BytesView packed, std::size_t at) noexcept {
    std::size_t const width = packed.front();
    std::uint64_t difference = 0;
    for (auto const byte : packed.subspan(kHead + width * at, width))
        difference = difference << 8U | byte;
    return read_u64(packed.subspan(1)) + difference;
}

}  // namespace salus::fhir
