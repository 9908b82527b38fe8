// Local time in a zone of the IANA time zone database, without the process's own zone (TZ), which
// all threads share. libstdc++ 12 has no std::chrono::time_zone; so this reads the system's
// compiled files, TZif (RFC 8536), versions 2 and above.
// Thread safety: immutable once made; at() from any thread, no allocation, no file.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "access_context/daylight_rule.h"
#include "foundation/bytes.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "request/access_facts.h"

namespace salus::access_context {

inline constexpr std::string_view kZoneDirectory = "/usr/share/zoneinfo";  // of Debian's tzdata

class TimeZone {
public:
    TimeZone() = default;  // UTC
    // "UTC", which needs no file, or "America/New_York". Errc::invalid for a name that is none, and
    // for a file that is no such file or counts leap seconds; Errc::not_found.
    static Result<TimeZone> load(std::string_view name,
                                 std::filesystem::path const& directory = kZoneDirectory);
    static Result<TimeZone> parse(BytesView file);

    // The local hour and weekday at that moment. A pure function.
    [[nodiscard]] request::LocalTime at(WallTime time) const noexcept;

private:
    [[nodiscard]] std::chrono::seconds offset(std::chrono::sys_seconds time) const noexcept;

    std::vector<std::int64_t> changes_;  // seconds since 1970, ascending
    std::vector<std::int32_t> offsets_;  // from each of them: seconds ahead of UTC
    std::int32_t before_ = 0;            // the first of them
    std::optional<DaylightRule> after_;  // the last of them
};

}  // namespace salus::access_context
