#pragma once
#include "foundation/limits.h"
namespace salus::limits {
using namespace std::chrono_literals;
inline constexpr std::size_t kKeyVersionsLive = 8;
inline constexpr std::size_t kRewrappedAtOnce = 256;
inline constexpr std::size_t kResealedAtOnce = 64;
inline constexpr std::size_t kCompartmentsInRotation = 2'048;
inline constexpr auto kReadersOfOldKeys = 5s;
inline constexpr auto kRotationSetAside = 3600s;
inline constexpr auto kCursorLife = 86'400s;
}
