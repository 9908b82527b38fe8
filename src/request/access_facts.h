// AccessFacts: the circumstances of one request, as policies see them (AZ-3). Computed by
// access_context/, read by authorization/. They say; they decide nothing. Values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "http/network.h"
#include "request/device_posture.h"

namespace salus::request {

// By the operator's lists. In the order of precedence: an address that stands in several lists has
// the last of these, so that what is denied stays denied whatever else names it.
enum class NetworkZone : std::uint8_t { other, allowed, internal, denied };

// "internal", "allowed", "denied", "other".
[[nodiscard]] constexpr std::string_view name_of(NetworkZone zone) noexcept {
    switch (zone) {
        case NetworkZone::other: return "other";
        case NetworkZone::allowed: return "allowed";
        case NetworkZone::internal: return "internal";
        case NetworkZone::denied: return "denied";
    }
    return "denied";
}

// ISO 3166-1 alpha-2, capitals; nothing: not known.
struct CountryCode {
    std::array<char, 2> letters{};
    [[nodiscard]] std::string_view text() const noexcept {
        return letters[0] == '\0' ? std::string_view() : std::string_view(letters.data(), 2);
    }
    friend bool operator==(CountryCode const&, CountryCode const&) = default;
};

struct NetworkFacts {
    NetworkZone zone = NetworkZone::other;
    CountryCode country;
    std::uint8_t reputation = 0;             // 0 good or not known, 100 worst
    std::optional<http::IpAddress> address;  // nothing: the request came over no network
};

struct LocalTime {
    int hour = 0;     // 0 to 23
    int weekday = 1;  // 1 Monday to 7 Sunday (ISO 8601)
    friend bool operator==(LocalTime const&, LocalTime const&) = default;
};

// Of this caller (its client and the person it acts for) in the last hour, this request included.
struct RecentCounts {
    std::uint32_t requests = 0;
    std::uint32_t patients = 0;  // different ones whose data was answered, within some 3 %
    std::uint32_t refusals = 0;
    friend bool operator==(RecentCounts const&, RecentCounts const&) = default;
};

struct AccessFacts {
    NetworkFacts network;
    LocalTime local;  // in the tenant's time zone
    DevicePosture device;
    RecentCounts recent;
};

}  // namespace salus::request
