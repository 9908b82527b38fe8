// Who keeps a copy of the log elsewhere and says of each leaf that it is durable there, before
// anybody relies on it (AUD-2, AUD-4: strict mode). Thread safety: any thread.
#pragma once

#include "foundation/task.h"
#include "transparency/publisher.h"

namespace salus::transparency {

struct AcknowledgingStatus {
    // closed: somebody waited too long, until the next acknowledgement; or the copy is of another
    // log, until the next start.
    SigningState state = SigningState::ok;
    std::uint64_t size = 0;  // leaves that are durable there
    std::uint64_t lost = 0;  // that were, and were not any more when it was asked again
    Literal why;             // the last round failed; empty if it did not
};

class Acknowledging {
public:
    virtual ~Acknowledging() = default;
    // Ends when the first `size` leaves are durable there; resumes on `home`. Errc::unavailable:
    // not within the time that is allowed, or it is known that nobody answers.
    // REQUIRES: they are durable here; the task is awaited to its end, and `home` outlives it.
    [[nodiscard]] virtual Task<Result<void>> acknowledged(std::uint64_t size, Executor& home) = 0;
    [[nodiscard]] virtual AcknowledgingStatus status() const = 0;
};

}  // namespace salus::transparency
