// The whole way from a leaf to the parent log: the leaf, its place in the tree that a leaf of the
// parent log states, and that leaf's place in the parent's tree, which is signed and cosigned.
// Stands without any file of the instance. Format: docs/formats/checkpoint.md, "Proofs through the
// parent log". Any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "transparency/checkpoint.h"

namespace salus::transparency {

struct ParentProof {
    EntryProof entry;      // its checkpoint is the stated head, as a text that nobody signed
    EntryProof statement;  // of the parent's leaf
};
[[nodiscard]] std::string to_text(ParentProof const& proof);
// Errc::invalid: it is none.
[[nodiscard]] Result<ParentProof> parent_proof_from(std::string_view text);
[[nodiscard]] bool is_parent_proof(std::string_view text);

struct ParentProofCheck {
    std::string leaf;   // canonical JSON
    Checkpoint stated;  // of the log that it is in
    Checkpoint parent;  // signed
    ParentProof proof;
};
// `verifier` is of the parent's checkpoints. Errc::invalid: it is none; Errc::forbidden: not signed
// by this key; Errc::corrupt: its parts do not fit each other.
[[nodiscard]] Result<ParentProofCheck> check_parent_proof(std::string_view text,
                                                          NoteVerifier const& verifier);

// Of the leaf with this index in the log `origin`, from the files of both. The last cosigned
// checkpoint of the parent is taken, if it is new enough. Errc::not_found: no signed statement has
// the leaf yet; Errc::gone: it was pruned; Errc::corrupt: the files do not fit each other.
[[nodiscard]] Result<ParentProof> prove_through_parent(
    std::filesystem::path const& directory, std::string const& origin,
    std::filesystem::path const& parent_directory, NoteVerifier const& verifier,
    std::uint64_t index);

}  // namespace salus::transparency
