// ip("..."): how IP addresses and ranges are spelled, and what is asked of them (Cedar language
// reference, "ipaddr"). Pure functions; any thread. Private to the room.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cedar/value.h"

namespace salus::cedar {

// An IPv4 address in four decimal numbers without leading zeros, or an IPv6 address (RFC 4291
// section 2.2, forms 1 and 2: no embedded IPv4 address), each with a prefix's length or none.
[[nodiscard]] std::optional<IpRange> parse_ip(std::string_view text) noexcept;
[[nodiscard]] std::string spell(IpRange const& range);

// Every address of `inner` is in `outer`; those of the other version never are.
[[nodiscard]] bool is_in_range(IpRange const& inner, IpRange const& outer) noexcept;
[[nodiscard]] bool is_loopback(IpRange const& range) noexcept;   // 127.0.0.0/8, ::1
[[nodiscard]] bool is_multicast(IpRange const& range) noexcept;  // 224.0.0.0/4, ff00::/8

}  // namespace salus::cedar
