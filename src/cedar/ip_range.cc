#include "cedar/ip_range.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace salus::cedar {
namespace {

constexpr std::uint8_t kBits4 = 32;
constexpr std::uint8_t kBits6 = 128;
constexpr std::size_t kGroups = 8;
constexpr int kHexadecimal = 16;

// All of the text, a number of at most so many digits. Signs are no digits here.
std::optional<unsigned> number(std::string_view text, std::size_t digits, int base) noexcept {
    if (text.empty() || text.size() > digits || text.front() == '-') return std::nullopt;
    unsigned value = 0;
    auto const* const end = text.data() + text.size();
    auto const [rest, error] = std::from_chars(text.data(), end, value, base);
    if (error != std::errc() || rest != end) return std::nullopt;
    return value;
}

std::optional<unsigned> decimal_number(std::string_view text, unsigned largest) noexcept {
    if (text.size() > 1 && text.front() == '0') return std::nullopt;
    auto const value = number(text, 3, 10);
    return value && *value <= largest ? value : std::nullopt;
}

bool parse_version_4(std::string_view text, IpRange& range) noexcept {
    for (std::size_t i = 0; i < 4; ++i) {
        auto const dot = text.find('.');
        if ((dot == std::string_view::npos) != (i == 3)) return false;
        auto const value = decimal_number(text.substr(0, dot), 255);
        if (!value) return false;
        range.address.at(i) = static_cast<std::uint8_t>(*value);
        text.remove_prefix(i == 3 ? text.size() : dot + 1);
    }
    return true;
}

struct Groups {
    std::array<std::uint16_t, kGroups> values{};
    std::size_t count = 0;
};

// Groups with colons between them; none if the text is empty.
bool parse_groups(std::string_view text, Groups& groups) noexcept {
    while (!text.empty()) {
        if (groups.count == kGroups) return false;
        auto const colon = text.find(':');
        auto const value = number(text.substr(0, colon), 4, kHexadecimal);
        if (!value) return false;
        groups.values.at(groups.count++) = static_cast<std::uint16_t>(*value);
        if (colon == std::string_view::npos) return true;
        text.remove_prefix(colon + 1);
        if (text.empty()) return false;
    }
    return true;
}

bool parse_version_6(std::string_view text, IpRange& range) noexcept {
    Groups head;
    Groups tail;
    auto const gap = text.find("::");
    if (!parse_groups(text.substr(0, gap), head)) return false;
    if (gap == std::string_view::npos) {
        if (head.count != kGroups) return false;
    } else if (!parse_groups(text.substr(gap + 2), tail) || head.count + tail.count >= kGroups) {
        return false;  // "::" is one group of zeros at least
    }
    for (std::size_t i = 0; i < tail.count; ++i)
        head.values.at(kGroups - tail.count + i) = tail.values.at(i);
    for (std::size_t i = 0; i < kGroups; ++i) {
        range.address.at(2 * i) = static_cast<std::uint8_t>(head.values.at(i) >> 8U);
        range.address.at(2 * i + 1) = static_cast<std::uint8_t>(head.values.at(i) & 0xffU);
    }
    return true;
}

bool bits_agree(IpRange const& one, IpRange const& other, std::size_t bits) noexcept {
    auto const bytes = bits / 8;
    for (std::size_t i = 0; i < bytes; ++i)
        if (one.address.at(i) != other.address.at(i)) return false;
    auto const left = bits % 8;
    if (left == 0) return true;
    return ((one.address.at(bytes) ^ other.address.at(bytes)) >> (8 - left)) == 0;
}

}  // namespace

std::optional<IpRange> parse_ip(std::string_view text) noexcept {
    auto const slash = text.find('/');
    auto const address = text.substr(0, slash);
    IpRange range;
    range.version_6 = address.contains(':');
    range.prefix = range.version_6 ? kBits6 : kBits4;
    if (!(range.version_6 ? parse_version_6(address, range) : parse_version_4(address, range)))
        return std::nullopt;
    if (slash == std::string_view::npos) return range;
    auto const prefix = decimal_number(text.substr(slash + 1), range.prefix);
    if (!prefix) return std::nullopt;
    range.prefix = static_cast<std::uint8_t>(*prefix);
    return range;
}

std::string spell(IpRange const& range) {
    std::string text;
    if (range.version_6) {
        for (std::size_t i = 0; i < kGroups; ++i) {
            std::array<char, 4> digits{};
            auto const group = (range.address.at(2 * i) << 8) | range.address.at(2 * i + 1);
            auto const end = std::to_chars(digits.begin(), digits.end(), group, kHexadecimal).ptr;
            if (i != 0) text += ':';
            text.append(digits.begin(), end);
        }
    } else {
        for (std::size_t i = 0; i < 4; ++i) {
            if (i != 0) text += '.';
            text += std::to_string(range.address.at(i));
        }
    }
    if (range.prefix != (range.version_6 ? kBits6 : kBits4))
        text.append("/").append(std::to_string(range.prefix));
    return text;
}

bool is_in_range(IpRange const& inner, IpRange const& outer) noexcept {
    return inner.version_6 == outer.version_6 && inner.prefix >= outer.prefix &&
           bits_agree(inner, outer, outer.prefix);
}

bool is_loopback(IpRange const& range) noexcept {
    IpRange loopback{.version_6 = range.version_6, .address = {}, .prefix = kBits6};
    if (range.version_6) {
        loopback.address.back() = 1;
    } else {
        loopback.address.front() = 127;
        loopback.prefix = 8;
    }
    return is_in_range(range, loopback);
}

bool is_multicast(IpRange const& range) noexcept {
    IpRange multicast{.version_6 = range.version_6, .address = {}, .prefix = 8};
    multicast.address.front() = 0xff;
    if (!range.version_6) {
        multicast.address.front() = 224;
        multicast.prefix = 4;
    }
    return is_in_range(range, multicast);
}

}  // namespace salus::cedar
