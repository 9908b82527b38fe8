// What is known of the one who cosigns a log's checkpoints elsewhere: part of the log's state.
#pragma once

#include "foundation/clock.h"
#include "foundation/literal.h"
#include "transparency/publisher.h"

namespace salus::transparency {

struct CosigningStatus {
    SigningState state = SigningState::ok;
    std::uint64_t size = 0;  // of the last tree that was cosigned
    WallTime at;             // when, by the cosigner's clock; the epoch: not since this start
    Literal why;             // the last round failed; empty if it did not
};

class Cosigning {
public:
    virtual ~Cosigning() = default;
    // Any thread.
    [[nodiscard]] virtual CosigningStatus status() const = 0;
};

}  // namespace salus::transparency
