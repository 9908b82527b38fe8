// Duties of the policy that are kept with a request: each goes on record with it, as duty:NAME
// among the rules of its audit leaf, and the watermark is put on what leaves
// (redisclosure_notice.h). Values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "foundation/literal.h"
#include "foundation/strong_id.h"

namespace salus::request {

enum class Duty : std::uint8_t { audit_elevated, notify_privacy, review, watermark };
inline constexpr std::array kDuties{Duty::audit_elevated, Duty::notify_privacy, Duty::review,
                                    Duty::watermark};

// As policies name it.
[[nodiscard]] constexpr Literal name_of(Duty duty) noexcept {
    switch (duty) {
        case Duty::audit_elevated: return "audit:elevated";
        case Duty::notify_privacy: return "notify:privacy";
        case Duty::review: return "review:24h";
        case Duty::watermark: return "watermark";
    }
    return "";
}

// As audit leaves name it.
[[nodiscard]] inline PolicyRuleId rule_of(Duty duty) {
    return PolicyRuleId("duty:" + std::string(name_of(duty).text()));
}

// Some of them, each once.
class Duties {
public:
    constexpr void add(Duty duty) noexcept { bits_ |= bit(duty); }
    constexpr void add(Duties others) noexcept { bits_ |= others.bits_; }
    [[nodiscard]] constexpr bool contains(Duty duty) const noexcept {
        return (bits_ & bit(duty)) != 0;
    }
    [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
    friend constexpr bool operator==(Duties, Duties) = default;

private:
    static constexpr std::uint8_t bit(Duty duty) noexcept {
        return static_cast<std::uint8_t>(1U << static_cast<unsigned>(duty));
    }
    std::uint8_t bits_ = 0;
};

}  // namespace salus::request
