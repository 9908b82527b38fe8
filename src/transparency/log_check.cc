#include "transparency/log_check.h"

#include <algorithm>

#include "audit/envelope.h"
#include "audit/extent.h"
#include "audit/follower.h"
#include "audit/segment.h"
#include "foundation/file.h"
#include "transparency/pruned_tiles.h"
#include "transparency/publisher.h"
#include "transparency/tile_builder.h"

namespace salus::transparency {
namespace {

// Compares each tile that the leaves make with the file of its name.
class TileComparison final : public TileSink {
public:
    explicit TileComparison(std::filesystem::path const& directory) : directory_(directory) {}

    Result<void> put(std::string const& path, BytesView expected) override {
        ++tiles;
        auto const found = read_file(directory_ / path, kBundleBytesMost);
        if (!found && found.error().code == Errc::internal) return std::unexpected(found.error());
        if (found && std::ranges::equal(*found, expected)) return {};
        // A partial tile that became full meanwhile is the beginning of it.
        auto const full = path.substr(0, path.find(".p/"));
        if (!found && full != path) {
            auto const whole = read_file(directory_ / full, kBundleBytesMost);
            if (whole && whole->size() > expected.size() &&
                std::ranges::equal(BytesView(*whole).first(expected.size()), expected)) {
                return {};
            }
        }
        std::uint64_t offset = 0;
        if (found) {
            auto const differs = std::ranges::mismatch(*found, expected);
            offset = static_cast<std::uint64_t>(differs.in1 - found->begin());
        }
        finding = audit::Finding{
            found ? Literal("a tile is not what the leaves say") : Literal("a tile is missing"),
            path, offset, 0};
        return fail(Errc::corrupt, finding->why);
    }
    void filled(std::string const&) override {}

    std::uint64_t tiles = 0;
    std::optional<audit::Finding> finding;

private:
    std::filesystem::path const& directory_;
};

audit::Finding of_checkpoint(Literal why, std::uint64_t index = 0) {
    return {why, "checkpoint", 0, index};
}

// Feeds leaves to a tree up to a checkpoint, and compares what comes out.
class TreeCheck {
public:
    TreeCheck(TileBuilder builder, TileComparison& comparison, TreeHead expected)
        : builder_(std::move(builder)), comparison_(comparison), expected_(expected) {}

    Result<void> take(audit::LeafView const& leaf) {
        if (finding_ || builder_.size() >= expected_.size) return {};
        SALUS_TRY_VOID(keep(builder_.append(leaf.json, leaf.hash)));
        if (builder_.size() == expected_.size) return finish();
        return {};
    }
    [[nodiscard]] std::uint64_t size() const noexcept { return builder_.size(); }
    // What is wrong, once all leaves were taken.
    [[nodiscard]] std::optional<audit::Finding> conclude() const {
        if (finding_ || builder_.size() == expected_.size) return finding_;
        return of_checkpoint("the log is shorter than its checkpoint", builder_.size());
    }

private:
    Result<void> keep(Result<void> const& result) {
        if (result) return {};
        if (!comparison_.finding) return result;
        finding_ = comparison_.finding;
        finding_->index = builder_.size();
        return {};
    }
    Result<void> finish() {
        if (builder_.head() != expected_) {
            finding_ = of_checkpoint("the checkpoint is of another log", builder_.size());
        }
        if (finding_) return {};
        return keep(builder_.put_partial());
    }

    TileBuilder builder_;
    TileComparison& comparison_;
    TreeHead expected_;
    std::optional<audit::Finding> finding_;
};

// The tree that the leaves are fed to: of a pruned log, what its tiles say of the leaves that are
// gone. Nothing, and the finding, if they do not fit what was recorded.
std::optional<TileBuilder> begin_tree(std::filesystem::path const& directory, TileSink& sink,
                                      audit::PrunedPrefix const& pruned,
                                      std::optional<audit::Finding>& finding) {
    if (pruned.is_empty()) return TileBuilder(sink);
    std::string where;
    auto fits = check_pruned_tiles(directory, {pruned.first, pruned.root}, where);
    TileReader tiles(directory, pruned.first);
    auto builder = fits ? TileBuilder::resume(tiles, sink)
                        : Result<TileBuilder>(std::unexpected(fits.error()));
    if (builder) return *std::move(builder);
    finding = audit::Finding{builder.error().why, where, 0, pruned.first};
    return std::nullopt;
}

// What cannot be read, the segments' check says.
audit::PrunedPrefix pruned_of(std::filesystem::path const& directory) {
    return audit::read_pruning(directory).value_or(audit::Pruning{}).prefix;
}

// The checkpoint as it is signed, or as it stands there where nobody verifies signatures.
Result<std::optional<Checkpoint>> present_checkpoint(std::filesystem::path const& directory,
                                                     std::optional<NoteVerifier> const& verifier,
                                                     std::optional<audit::Finding>& finding) {
    auto const note = read_checkpoint_note(directory);
    if (!note && note.error().code != Errc::not_found) return std::unexpected(note.error());
    if (!note) {
        if (verifier) finding = of_checkpoint("there is no checkpoint");
        return std::optional<Checkpoint>();
    }
    auto const checkpoint = verifier ? open_checkpoint(*note, *verifier)
                                     : checkpoint_from(note->substr(0, note->rfind("\n\n") + 1));
    if (checkpoint) return std::optional(*checkpoint);
    finding = of_checkpoint(checkpoint.error().why);
    return std::optional<Checkpoint>();
}

// The last one that both signed: `checkpoint` for a moment has no cosignature yet.
Result<void> find_cosigned(std::filesystem::path const& directory, NoteVerifier const& verifier,
                           CosignatureVerifier const& mirror, LogCheck& check) {
    for (auto const& file : {checkpoint_file(directory), cosigned_file(directory)}) {
        auto const note = read_file(file, kNoteBytesMost);
        if (!note && note.error().code != Errc::not_found) return std::unexpected(note.error());
        auto const cosigned = note ? mirror.open(text_of(*note)) : Result<Cosigned>();
        auto const checkpoint = open_checkpoint(note ? text_of(*note) : "", verifier);
        if (!note || !cosigned || !checkpoint) continue;
        check.checkpoint = *checkpoint;
        check.cosigned = cosigned->at;
        return {};
    }
    check.finding = of_checkpoint("no checkpoint is signed and cosigned");
    return {};
}

}  // namespace

Result<std::string> origin_of_log(std::filesystem::path const& directory) {
    SALUS_TRY(auto header, audit::first_header(directory));
    return std::move(header.origin);
}

Result<std::string> read_checkpoint_note(std::filesystem::path const& directory) {
    SALUS_TRY(auto const note, read_file(checkpoint_file(directory), kNoteBytesMost));
    return std::string(text_of(note));
}

Result<LogCheck> check_log(std::filesystem::path const& directory,
                           std::optional<NoteVerifier> const& verifier, audit::Writer writer,
                           std::optional<CosignatureVerifier> const& mirror) {
    LogCheck check;
    if (verifier && mirror) {
        SALUS_TRY_VOID(find_cosigned(directory, *verifier, *mirror, check));
    } else {
        SALUS_TRY(check.checkpoint, present_checkpoint(directory, verifier, check.finding));
    }
    TileComparison comparison(directory);
    auto const pruned = check.checkpoint ? pruned_of(directory) : audit::PrunedPrefix{};
    auto builder = begin_tree(directory, comparison, pruned, check.finding);
    if (!builder) return check;
    TreeCheck tree(*std::move(builder), comparison,
                   check.checkpoint ? check.checkpoint->head : TreeHead{});
    Result<void> result;
    auto const receive = [&](audit::LeafView const& leaf) {
        if (result) result = tree.take(leaf);
    };
    SALUS_TRY(check.log, audit::read_leaves(directory, receive, writer));
    SALUS_TRY_VOID(result);
    check.tiles = comparison.tiles;
    // The segments first: what is wrong there makes everything else wrong.
    auto const of_tree = tree.conclude();
    if (check.log.finding) {
        check.finding = check.log.finding;
    } else if (!check.finding && of_tree) {
        check.finding = of_tree;
    } else if (check.checkpoint && check.checkpoint->origin != check.log.origin) {
        check.finding = of_checkpoint("the checkpoint is of another log");
    }
    return check;
}

Result<LogCheck> check_since(std::filesystem::path const& directory, NoteVerifier const& verifier,
                             Checkpoint const& since) {
    LogCheck check;
    SALUS_TRY(check.checkpoint, present_checkpoint(directory, verifier, check.finding));
    if (!check.checkpoint) return check;
    auto const head = check.checkpoint->head;
    auto const found = [&](audit::Finding finding) {
        check.finding = std::move(finding);
        return check;
    };
    if (since.origin != check.checkpoint->origin) {
        return found(of_checkpoint("the checkpoint is of another log"));
    }
    if (head.size < since.head.size) {
        return found(
            of_checkpoint("the log was rolled back: it is shorter than the checkpoint "
                          "that was kept",
                          head.size));
    }
    TileReader tiles(directory, head.size);
    auto const proof = prove_consistency(tiles, since.head.size);
    if (!proof || !proves_consistency(since.head, head, *proof)) {
        return found(of_checkpoint("the log does not continue the checkpoint that was kept",
                                   since.head.size));
    }
    TileComparison comparison(directory);
    // What was pruned since, only the hashes tell of.
    auto const pruned = pruned_of(directory);
    auto const begin =
        pruned.first > since.head.size ? TreeHead{pruned.first, pruned.root} : since.head;
    TileReader earlier(directory, begin.size);
    auto builder = TileBuilder::resume(earlier, comparison);
    if (!builder || builder->head() != begin) {
        return found(
            {"the tiles are not those of the checkpoint that was kept", "tile", 0, begin.size});
    }
    TreeCheck tree(*std::move(builder), comparison, head);
    auto follower = audit::Follower::open(directory, begin.size);
    auto const taken = follower ? follower->advance(head.size,
                                                    [&](audit::LeafView const& leaf) {
                                                        ++check.log.size;
                                                        return tree.take(leaf);
                                                    })
                                : Result<void>(std::unexpected(follower.error()));
    if (!taken && taken.error().code != Errc::corrupt) return std::unexpected(taken.error());
    check.tiles = comparison.tiles;
    if (!taken) return found({taken.error().why, {}, 0, begin.size + check.log.size});
    // No leaf was new: nothing was fed, and the tree is the one that was kept.
    if (begin != head) check.finding = tree.conclude();
    check.log.root = head.root;
    return check;
}

Result<LogCheck> check_tiles(std::filesystem::path const& directory, TreeHead const& head) {
    LogCheck check;
    TileComparison comparison(directory);
    TreeCheck tree(TileBuilder(comparison), comparison, head);
    TileReader tiles(directory, head.size);
    for (std::uint64_t number = 0; number * kTileWidth < head.size; ++number) {
        auto const entries = tiles.bundle(number);
        if (!entries && entries.error().code == Errc::internal) {
            return std::unexpected(entries.error());
        }
        if (!entries) {
            check.finding = {entries.error().why, "tile/entries", 0, number * kTileWidth};
            return check;
        }
        for (auto const& entry : *entries) {
            auto const hash = audit::leaf_hash(bytes_of(entry));
            SALUS_TRY_VOID(tree.take({tree.size(), entry, std::nullopt, hash}));
        }
    }
    check.log.size = head.size;
    check.log.root = head.root;
    check.tiles = comparison.tiles;
    if (head.size > 0) check.finding = tree.conclude();
    return check;
}

Result<EntryCheck> check_entry(std::filesystem::path const& directory, NoteVerifier const& verifier,
                               std::uint64_t index) {
    SALUS_TRY(auto note, read_checkpoint_note(directory));
    SALUS_TRY(auto checkpoint, open_checkpoint(note, verifier));
    SALUS_TRY(auto const pruning, audit::read_pruning(directory));
    if (index < pruning.prefix.first) {
        return fail(Errc::gone, "the leaf was removed when its retention had ended");
    }
    TileReader tiles(directory, checkpoint.head.size);
    SALUS_TRY(auto proof, prove_inclusion(tiles, index));
    SALUS_TRY(auto leaf, tiles.entry(index));
    if (!proves_inclusion(checkpoint.head, index, audit::leaf_hash(bytes_of(leaf)), proof)) {
        return fail(Errc::corrupt, "entry, tiles and checkpoint do not fit each other");
    }
    auto extra = leaf;
    return EntryCheck{std::move(leaf),
                      {index, std::move(proof), std::move(note), std::move(extra)},
                      std::move(checkpoint)};
}

Result<EntryCheck> check_entry_proof(std::string_view text, NoteVerifier const& verifier) {
    SALUS_TRY(auto proof, entry_proof_from(text));
    if (proof.extra.empty()) return fail(Errc::invalid, "the proof has no leaf in it");
    SALUS_TRY(auto checkpoint, open_checkpoint(proof.checkpoint, verifier));
    auto const envelope = audit::parse_leaf(proof.extra);
    bool const fits = envelope && envelope->index == proof.index &&
                      envelope->origin == checkpoint.origin &&
                      proves_inclusion(checkpoint.head, proof.index,
                                       audit::leaf_hash(bytes_of(proof.extra)), proof.proof);
    if (!fits) return fail(Errc::corrupt, "leaf, proof and checkpoint do not fit each other");
    auto leaf = proof.extra;
    return EntryCheck{std::move(leaf), std::move(proof), std::move(checkpoint)};
}

}  // namespace salus::transparency
