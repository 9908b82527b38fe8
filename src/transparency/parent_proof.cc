#include "transparency/parent_proof.h"

#include <algorithm>
#include <array>

#include "audit/envelope.h"
#include "audit/pruned_prefix.h"
#include "foundation/file.h"
#include "transparency/log_check.h"
#include "transparency/publisher.h"
#include "transparency/stated_heads.h"

namespace salus::transparency {
namespace {

constexpr std::string_view kParentProofStart = "salus/parent-proof@v1\n";

struct Parent {
    std::string note;
    Checkpoint checkpoint;
    StatedHead stated;
};

// The statement of a log that has the leaf, in the tree that this note signs.
Result<Parent> statement_under(std::filesystem::path const& file,
                               std::filesystem::path const& directory, NoteVerifier const& verifier,
                               std::string const& origin, std::uint64_t index) {
    SALUS_TRY(auto const note, read_file(file, kNoteBytesMost));
    SALUS_TRY(auto checkpoint, open_checkpoint(text_of(note), verifier));
    SALUS_TRY(auto const stated, read_stated_heads(directory, checkpoint.head));
    auto const known = stated.by_origin.find(origin);
    if (known == stated.by_origin.end() || known->second.log.size <= index) {
        return fail(Errc::not_found, "the parent log does not state a tree with this leaf yet");
    }
    return Parent{std::string(text_of(note)), std::move(checkpoint), known->second};
}

Result<EntryProof> prove(std::filesystem::path const& directory, TreeHead const& head,
                         std::uint64_t index, std::string checkpoint) {
    TileReader tiles(directory, head.size);
    SALUS_TRY(auto proof, prove_inclusion(tiles, index));
    SALUS_TRY(auto leaf, tiles.entry(index));
    if (!proves_inclusion(head, index, audit::leaf_hash(bytes_of(leaf)), proof)) {
        return fail(Errc::corrupt, "entry, tiles and the head of the tree do not fit each other");
    }
    return EntryProof{index, std::move(proof), std::move(checkpoint), std::move(leaf)};
}

bool states(audit::Statement const& statement, Checkpoint const& checkpoint) {
    return std::ranges::any_of(statement.heads, [&](audit::LogHead const& head) {
        return head.origin == checkpoint.origin && tree_of(head) == checkpoint.head;
    });
}

}  // namespace

std::string to_text(ParentProof const& proof) {
    auto const entry = to_text(proof.entry);
    return std::string(kParentProofStart) + entry.substr(kEntryProofStart.size()) + "\n" +
           to_text(proof.statement);
}

bool is_parent_proof(std::string_view text) {
    return text.starts_with(kParentProofStart);
}

Result<ParentProof> parent_proof_from(std::string_view text) {
    auto const wrong = [] { return fail(Errc::invalid, "this is no proof through a parent log"); };
    auto const second = text.find("\n\n" + std::string(kEntryProofStart));
    if (!is_parent_proof(text) || second == std::string_view::npos) return wrong();
    auto const first = text.substr(kParentProofStart.size(), second + 1 - kParentProofStart.size());
    SALUS_TRY(auto entry, entry_proof_from(std::string(kEntryProofStart) + std::string(first)));
    SALUS_TRY(auto statement, entry_proof_from(text.substr(second + 2)));
    ParentProof proof{std::move(entry), std::move(statement)};
    if (to_text(proof) != text) return wrong();
    return proof;
}

Result<ParentProofCheck> check_parent_proof(std::string_view text, NoteVerifier const& verifier) {
    SALUS_TRY(auto proof, parent_proof_from(text));
    SALUS_TRY(auto const parent, check_entry_proof(to_text(proof.statement), verifier));
    SALUS_TRY(auto stated, checkpoint_from(proof.entry.checkpoint));
    auto const statement = audit::statement_in(parent.leaf);
    auto const& leaf = proof.entry.extra;
    auto const envelope = audit::parse_leaf(leaf);
    bool const fits = statement && *statement && states(**statement, stated) && envelope &&
                      envelope->index == proof.entry.index && envelope->origin == stated.origin &&
                      proves_inclusion(stated.head, proof.entry.index,
                                       audit::leaf_hash(bytes_of(leaf)), proof.entry.proof);
    if (!fits) return fail(Errc::corrupt, "leaf, tree and the parent's leaf do not fit each other");
    return ParentProofCheck{leaf, std::move(stated), parent.checkpoint, std::move(proof)};
}

Result<ParentProof> prove_through_parent(std::filesystem::path const& directory,
                                         std::string const& origin,
                                         std::filesystem::path const& parent_directory,
                                         NoteVerifier const& verifier, std::uint64_t index) {
    SALUS_TRY(auto const pruning, audit::read_pruning(directory));
    if (index < pruning.prefix.first) {
        return fail(Errc::gone, "the leaf was removed when its retention had ended");
    }
    auto parent =
        statement_under(cosigned_file(parent_directory), parent_directory, verifier, origin, index);
    if (!parent && parent.error().code == Errc::not_found) {
        parent = statement_under(checkpoint_file(parent_directory), parent_directory, verifier,
                                 origin, index);
    }
    if (!parent) return std::unexpected(parent.error());
    auto const head = tree_of(parent->stated.log);
    SALUS_TRY(auto entry, prove(directory, head, index, to_text(Checkpoint{origin, head})));
    SALUS_TRY(auto statement, prove(parent_directory, parent->checkpoint.head, parent->stated.leaf,
                                    std::move(parent->note)));
    return ParentProof{std::move(entry), std::move(statement)};
}

}  // namespace salus::transparency
