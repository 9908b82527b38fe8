// What is known of the parent log by one of the logs below it: part of that log's state.
#pragma once

#include <optional>
#include <string>

#include "foundation/clock.h"
#include "transparency/cosigning.h"

namespace salus::transparency {

struct ParentStatus {
    // closed: this log is not what the parent says of it, or the parent itself is refused, until
    // the next start; or it could not be written for too long. degraded: for long, or it is not
    // cosigned, or another log is not what the parent says of it.
    SigningState state = SigningState::ok;
    std::uint64_t size = 0;                    // of this log, that the parent stated last
    WallTime at;                               // when, by this process; the epoch: not yet
    TreeHead parent;                           // its last checkpoint
    std::optional<CosigningStatus> cosigning;  // of the parent; nothing: there is no mirror
    Literal why;                               // empty: nothing is wrong
    std::string lost;  // origin of another log that is not what the parent says; empty: none
};

class ParentState {
public:
    virtual ~ParentState() = default;
    // Any thread.
    [[nodiscard]] virtual ParentStatus status() const = 0;
};

}  // namespace salus::transparency
