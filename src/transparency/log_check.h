// Verifies a log's tiles and checkpoint from its files and the signer's public key alone (AUD-3):
// with every leaf, with those since a checkpoint that was kept elsewhere, or for one leaf. Any
// thread. An error only when files cannot be read; what is wrong with them is a finding.
#pragma once

#include <filesystem>
#include <optional>

#include "audit/verifier.h"
#include "transparency/checkpoint.h"
#include "transparency/cosignature.h"

namespace salus::transparency {

struct LogCheck {
    audit::VerificationReport log;         // of the segments; of check_since only size and root
    std::optional<Checkpoint> checkpoint;  // that is signed and fits
    std::optional<WallTime> cosigned;      // when, where a mirror's key was given
    std::uint64_t tiles = 0;               // files that were compared
    std::optional<audit::Finding> finding;
};

// Every segment, tile and bundle, and the checkpoint. Where there is no verifier, no signature is
// looked at: the tiles up to the checkpoint are compared all the same. Where there is a mirror's
// key, the checkpoint must be cosigned by it: the last one, or the last that was.
[[nodiscard]] Result<LogCheck> check_log(
    std::filesystem::path const& directory, std::optional<NoteVerifier> const& verifier,
    audit::Writer writer, std::optional<CosignatureVerifier> const& mirror = std::nullopt);

// That the log continues the checkpoint `since`, and every leaf, tile and bundle from there on.
// What lies before is vouched for by the one who kept `since`.
[[nodiscard]] Result<LogCheck> check_since(std::filesystem::path const& directory,
                                           NoteVerifier const& verifier, Checkpoint const& since);

// A copy without segments: that the entries make the tiles, and the tiles this head.
[[nodiscard]] Result<LogCheck> check_tiles(std::filesystem::path const& directory,
                                           TreeHead const& head);

struct EntryCheck {
    std::string leaf;  // canonical JSON
    EntryProof proof;
    Checkpoint checkpoint;
};
// One leaf, by its bundle, its proof and the checkpoint. Errc::not_found: the checkpoint is of a
// smaller tree; Errc::gone: the leaf was pruned; Errc::corrupt: bundle, tiles and checkpoint do not
// fit each other.
[[nodiscard]] Result<EntryCheck> check_entry(std::filesystem::path const& directory,
                                             NoteVerifier const& verifier, std::uint64_t index);

// The same by a proof that was handed out (C2SP tlog-proof, with the leaf as its extra data): no
// file of the log is needed. Errc::invalid: it is none, or has no leaf; Errc::forbidden: its
// checkpoint is not signed by this key; Errc::corrupt: leaf, proof and checkpoint do not fit each
// other.
[[nodiscard]] Result<EntryCheck> check_entry_proof(std::string_view text,
                                                   NoteVerifier const& verifier);

// As the first segment's header says; whoever trusts it compares it with what he expects.
[[nodiscard]] Result<std::string> origin_of_log(std::filesystem::path const& directory);
// Errc::not_found: there is no checkpoint.
[[nodiscard]] Result<std::string> read_checkpoint_note(std::filesystem::path const& directory);

}  // namespace salus::transparency
