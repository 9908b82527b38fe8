// The only source of time. Injected, so that tests own it. Thread safety: now() from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace salus {

using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;  // UTC
using MonotonicTime =
    std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;  // since boot

class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual WallTime now() const noexcept = 0;
    [[nodiscard]] virtual MonotonicTime monotonic() const noexcept = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] WallTime now() const noexcept override;
    [[nodiscard]] MonotonicTime monotonic() const noexcept override;
};

// Stands still until a test moves it.
class ManualClock final : public Clock {
public:
    explicit ManualClock(WallTime start) : wall_(start.time_since_epoch().count()) {}
    [[nodiscard]] WallTime now() const noexcept override;
    [[nodiscard]] MonotonicTime monotonic() const noexcept override;
    void advance(std::chrono::nanoseconds step) noexcept;
    // Moves only the wall clock, as an administrator or a bad time server would.
    void step_wall(std::chrono::nanoseconds step) noexcept;

private:
    std::atomic<std::int64_t> wall_;
    std::atomic<std::int64_t> monotonic_{0};
};

// FHIR instant in UTC with milliseconds: 2026-11-23T08:15:30.123Z.
[[nodiscard]] std::string to_instant(WallTime time);
// RFC 9110 section 5.6.7: Mon, 23 Nov 2026 08:15:30 GMT.
[[nodiscard]] std::string to_http_date(WallTime time);
// Nothing unless it is the spelling that to_http_date gives.
[[nodiscard]] std::optional<WallTime> from_http_date(std::string_view text);
[[nodiscard]] std::int64_t to_unix_seconds(WallTime time) noexcept;

}  // namespace salus
