// `salus audit prove`: proofs that stand without this program, in the forms of C2SP.
#include "app/audit_logs.h"
#include "app/terminal.h"
#include "transparency/log_check.h"
#include "transparency/parent_proof.h"

namespace salus::app {
namespace {

using namespace transparency;

int refuse(Error const& error) {
    say_problem("there is no proof: " + std::string(error.why.text()));
    bool const is_absent = error.code == Errc::not_found || error.code == Errc::gone;
    return is_absent ? kFailed : kFoundWrong;
}

int prove_entry(AuditLogPlace const& place, std::uint64_t index) {
    auto const entry = check_entry(place.directory, *place.verifier, index);
    if (!entry) return refuse(entry.error());
    auto text = to_text(entry->proof);
    text.pop_back();  // say() ends the line
    say(text);
    return kDone;
}

int prove_through_parent_of(AuditLogPlace const& place, AuditLogOptions const& options) {
    std::string why;
    auto const parent = find_parent_log(options, why);
    if (!parent || !parent->verifier) {
        say_problem(why.empty() ? "there is no parent log: it begins when the server starts" : why);
        return kFailed;
    }
    auto const proof =
        prove_through_parent(place.directory, place.origin, parent->directory, *parent->verifier,
                             static_cast<std::uint64_t>(options.index));
    if (!proof) return refuse(proof.error());
    auto text = to_text(*proof);
    text.pop_back();
    say(text);
    return kDone;
}

// The checkpoint where the later tree is the one that was signed; otherwise its head as a
// checkpoint without a signature, for who has that of a later one.
Result<std::string> prove_trees(AuditLogPlace const& place, std::uint64_t from,
                                std::optional<std::uint64_t> to) {
    SALUS_TRY(auto note, read_checkpoint_note(place.directory));
    SALUS_TRY(auto const checkpoint, open_checkpoint(note, *place.verifier));
    auto const size = to.value_or(checkpoint.head.size);
    if (size > checkpoint.head.size || from > size) {
        return fail(Errc::not_found, "no signed tree has these sizes");
    }
    TileReader tiles(place.directory, size);
    TileReader earlier(place.directory, from);
    SALUS_TRY(auto const root, tiles.root());
    SALUS_TRY(auto const old_root, earlier.root());
    SALUS_TRY(auto proof, prove_consistency(tiles, from));
    TreeHead const head{size, root};
    bool const is_signed = size == checkpoint.head.size;
    if (!proves_consistency({from, old_root}, head, proof) ||
        (is_signed && head != checkpoint.head)) {
        return fail(Errc::corrupt, "the tiles do not fit each other");
    }
    auto const text = is_signed ? std::move(note) : to_text(Checkpoint{checkpoint.origin, head});
    return to_text(Continuation{from, std::move(proof), text});
}

int prove_consistency_of(AuditLogPlace const& place, AuditLogOptions const& options) {
    std::optional<std::uint64_t> to;
    if (options.to >= 0) to.emplace(static_cast<std::uint64_t>(options.to));
    auto text = prove_trees(place, static_cast<std::uint64_t>(options.from), to);
    if (!text) return refuse(text.error());
    text->pop_back();
    say(*text);
    return kDone;
}

}  // namespace

int audit_prove(AuditLogOptions const& options) {
    std::string why;
    auto const places = find_audit_logs(options, why);
    if (!places) {
        say_problem(why);
        return kFailed;
    }
    auto const& place = places->front();
    if (!place.verifier) {
        say_problem("there is no checkpoint to prove anything with: the log was never signed");
        return kFailed;
    }
    if (options.index >= 0 && options.through_parent)
        return prove_through_parent_of(place, options);
    if (options.index >= 0) return prove_entry(place, static_cast<std::uint64_t>(options.index));
    if (options.from >= 0) return prove_consistency_of(place, options);
    say_problem("say what to prove: --index N, or --from SIZE [--to SIZE]");
    return kUsage;
}

}  // namespace salus::app
