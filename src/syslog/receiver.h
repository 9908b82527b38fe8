// Who takes syslog messages. Syslog has no acknowledgement; what a receiver has read is known only
// from how it ends a connection (RFC 5425 section 4.4). Thread safety: one thread at a time.
#pragma once

#include <string_view>

#include "foundation/result.h"

namespace salus::syslog {

class Receiver {
public:
    virtual ~Receiver() = default;
    // Whether what is sent now would reach it, as far as is known. Does not wait.
    [[nodiscard]] virtual bool is_open() = 0;
    // REQUIRES: !is_open(). Errc::unavailable, Errc::timeout, Errc::forbidden: it is another.
    [[nodiscard]] virtual Result<void> open() = 0;
    // Frames, whole. It may not have read them yet. Errc::unavailable, Errc::timeout.
    [[nodiscard]] virtual Result<void> send(std::string_view frames) = 0;
    // Ends the connection. Done: the receiver has read all that was sent on it.
    [[nodiscard]] virtual Result<void> finish() = 0;
    // Ends it at once.
    virtual void abandon() = 0;
};

}  // namespace salus::syslog
