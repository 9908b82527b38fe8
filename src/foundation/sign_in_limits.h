// Bounds of sign-in and sessions (NIST SP 800-63B section 7.2, 45 CFR 164.312(a)(2)(iii)), as
// limits.h.
#pragma once

#include <chrono>
#include <cstddef>

namespace salus::limits {

using namespace std::chrono_literals;

inline constexpr auto kSessionIdle = 900s;         // without a request: automatic logoff
inline constexpr auto kSessionLife = 12 * 3'600s;  // whatever happens
inline constexpr auto kSessionTouch = 60s;         // how exactly the last use is stored
inline constexpr auto kSignInAttemptLife = 900s;   // from the first page to the last factor
inline constexpr auto kEnrolmentCodeLife = 7 * 86'400s;
inline constexpr auto kKnownDeviceLife = 365 * 86'400s;
inline constexpr auto kFactorChangeWindow = 300s;  // after a sign-in, to change what proves one
// Declared emergencies (45 CFR 164.312(a)(2)(ii)): for how long one opens a record, and how old
// the sign-in of who declares it may be.
inline constexpr std::chrono::minutes kEmergencyShortest{5};
inline constexpr std::chrono::minutes kEmergencyDefault{30};
inline constexpr std::chrono::minutes kEmergencyLongest{480};
inline constexpr auto kEmergencySignInAge = 3'600s;
inline constexpr std::size_t kReasonLettersFewest = 10;  // of an emergency
inline constexpr std::size_t kReasonBytes = 1'000;
inline constexpr std::size_t kUserNameBytes = 128;
inline constexpr std::size_t kDisplayNameBytes = 200;
inline constexpr std::size_t kSessionsOfUser = 20;
inline constexpr std::size_t kUsersOfDevice = 50;  // of one browser, on a ward's computer
inline constexpr std::size_t kPasskeyNameBytes = 64;
inline constexpr std::size_t kPatientsShown = 10;  // of those whose name and birth date fit
inline constexpr std::size_t kGrantsOfUser = 100;
inline constexpr std::size_t kUsers = 20'000;  // of one tenant: they stand in one list
// Passwords that are hashed at once, of all event loops: 128 MiB each.
inline constexpr std::size_t kPasswordsAtOnce = 2;

}  // namespace salus::limits
