// How often one may guess (TO1, N2, N3; NIST SP 800-63B section 5.2.2): five guesses in a row, then
// one after 30 seconds, 60, 120 and so on, at most 15 minutes apart. Nobody is locked out for good,
// and who guesses on gets 96 guesses a day: against a one-time password, of which three are right
// at a time, a chance of 1 in 3,400 a day.
//
// A value and its arithmetic; the caller keeps one for each account and one for each address, and
// asks both. That an attacker cannot keep the account's owner out, it keeps a second one for the
// account's devices that have signed in before (a cookie says so), which nobody else's guesses
// reach.
//
// Before it looks at a guess the caller calls failed() and stores the state, only where the old one
// still stands: of many guesses at once one is counted and the others come again. succeeded()
// afterwards takes it back. Thread safety: a value.
#pragma once

#include <chrono>
#include <cstdint>

#include "foundation/bytes.h"
#include "foundation/clock.h"
#include "foundation/result.h"

namespace salus::factors {

class Throttle {
public:
    Throttle() = default;  // nobody guessed yet

    [[nodiscard]] bool allowed(WallTime now) const { return retry_after(now).count() == 0; }
    // Zero when a guess is allowed now.
    [[nodiscard]] std::chrono::nanoseconds retry_after(WallTime now) const;
    void failed(WallTime now);
    void succeeded() noexcept { *this = Throttle(); }
    // Takes back one failure, for a count that many share: who succeeds proves nothing of the
    // others.
    void forgive_one() noexcept { failures_ -= failures_ > 0 ? 1 : 0; }

    [[nodiscard]] Bytes to_bytes() const;
    // Errc::corrupt for what to_bytes() did not give.
    static Result<Throttle> from_bytes(BytesView bytes);

    friend bool operator==(Throttle const&, Throttle const&) = default;

private:
    std::uint32_t failures_ = 0;  // in a row
    WallTime last_{};             // of the last one
};

}  // namespace salus::factors
