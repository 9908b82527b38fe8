// Who signs checkpoints. A signer remembers durably what it signed last for each log, and signs
// nothing that does not continue it: a log that was cut back, written anew or continued twice gets
// no signature, whoever asks. It is a process of its own (signer_server.h), so that whoever takes
// the server has neither the key nor this memory.
#pragma once

#include <string>

#include "transparency/checkpoint.h"

namespace salus::transparency {

struct Refusal {
    enum class Why {
        older,        // the last signed tree is not the one that the proof begins with
        inconsistent  // the tree does not continue the last signed one
    };
    Why why = Why::inconsistent;
    std::uint64_t last_size = 0;  // that was signed for this log
};

struct SigningAnswer {
    std::string note;  // signed; empty: refused
    Refusal refusal;
};

class CheckpointSigner {
public:
    virtual ~CheckpointSigner() = default;
    // REQUIRES: the checkpoint in the request is not signed. Errors: Errc::unavailable, the signer
    // does not answer or cannot remember; Errc::invalid, the request is none. One thread at a time.
    [[nodiscard]] virtual Result<SigningAnswer> sign(Continuation const& request) = 0;
};

}  // namespace salus::transparency
