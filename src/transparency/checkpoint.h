// Checkpoints (C2SP tlog-checkpoint) and the texts of proofs: what leaves the house to be checked
// by others. Values; any thread. Every reader is strict: one value, one spelling.
#pragma once

#include <string>
#include <string_view>

#include "transparency/note.h"
#include "transparency/proof.h"

namespace salus::transparency {

struct Checkpoint {
    std::string origin;
    TreeHead head;
    friend bool operator==(Checkpoint const&, Checkpoint const&) = default;
};

// The text of the note: origin, size and root (base64), a line each.
[[nodiscard]] std::string to_text(Checkpoint const& checkpoint);
// Without extension lines. Errc::invalid.
[[nodiscard]] Result<Checkpoint> checkpoint_from(std::string_view text);
// A checkpoint that this key signed, of the origin that is the key's name. Errc::invalid,
// Errc::forbidden.
[[nodiscard]] Result<Checkpoint> open_checkpoint(std::string_view note,
                                                 NoteVerifier const& verifier);

inline constexpr std::string_view kEntryProofStart = "c2sp.org/tlog-proof@v1\n";
// C2SP tlog-proof: extra data, index, hashes, an empty line, the signed checkpoint.
struct EntryProof {
    std::uint64_t index = 0;
    Proof proof;
    std::string checkpoint;  // the note
    std::string extra{};     // the leaf itself, which is believed for its hash; may be empty
};
[[nodiscard]] std::string to_text(EntryProof const& proof);
[[nodiscard]] Result<EntryProof> entry_proof_from(std::string_view text);

// As C2SP tlog-witness has it in add-checkpoint: "old SIZE", hashes, an empty line, a checkpoint,
// which is signed where it is given to others, and not yet where the signer is asked.
struct Continuation {
    std::uint64_t old_size = 0;
    Proof proof;
    std::string checkpoint;
};
[[nodiscard]] std::string to_text(Continuation const& continuation);
[[nodiscard]] Result<Continuation> continuation_from(std::string_view text);

// A decimal number without leading zeros that fits.
[[nodiscard]] std::optional<std::uint64_t> size_from(std::string_view text);

}  // namespace salus::transparency
