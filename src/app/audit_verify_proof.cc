#include "app/audit_verify_proof.h"

#include "app/audit_logs.h"
#include "app/terminal.h"
#include "foundation/file.h"
#include "mirror/home.h"
#include "transparency/parent_proof.h"

namespace salus::app {
namespace {

using namespace transparency;

constexpr std::size_t kProofBytesMost = std::size_t{256} * 1024;

// A key in PEM has no name of its own: the log is the one that the proof says and the key signed.
Result<NoteVerifier> verifier_for(EntryProof const& proof, std::filesystem::path const& key) {
    return read_log_key(key, proof.checkpoint.substr(0, proof.checkpoint.find('\n')));
}

// Who cosigned the checkpoint of the proof, if a mirror's key is given.
Result<std::optional<Cosigned>> check_cosigned(EntryProof const& proof,
                                               std::filesystem::path const& mirror_key) {
    if (mirror_key.empty()) return std::optional<Cosigned>();
    SALUS_TRY(auto const verifier, mirror::read_mirror_key(mirror_key));
    SALUS_TRY(auto cosigned, verifier.open(proof.checkpoint));
    return std::optional(std::move(cosigned));
}

void say_cosigned(std::optional<Cosigned> const& cosigned) {
    if (cosigned) say_problem("cosigned " + to_instant(cosigned->at));
}

Result<void> check_proof(std::string_view text, AuditLogOptions const& options) {
    SALUS_TRY(auto const proof, entry_proof_from(text));
    SALUS_TRY(auto const verifier, verifier_for(proof, options.key));
    SALUS_TRY(auto const entry, check_entry_proof(text, verifier));
    SALUS_TRY(auto const cosigned, check_cosigned(proof, options.mirror_key));
    say_entry(entry);
    say_cosigned(cosigned);
    return {};
}

Result<void> check_proof_through_parent(std::string_view text, AuditLogOptions const& options) {
    SALUS_TRY(auto const proof, parent_proof_from(text));
    SALUS_TRY(auto const verifier, verifier_for(proof.statement, options.key));
    SALUS_TRY(auto const check, check_parent_proof(text, verifier));
    SALUS_TRY(auto const cosigned, check_cosigned(proof.statement, options.mirror_key));
    say(check.leaf);
    say_problem("leaf " + std::to_string(proof.entry.index) + " is in the tree of " +
                std::to_string(check.stated.head.size) + " of " + check.stated.origin);
    say_problem("leaf " + std::to_string(proof.statement.index) +
                " states it in the signed tree of " + std::to_string(check.parent.head.size) +
                " of " + check.parent.origin);
    say_cosigned(cosigned);
    return {};
}

}  // namespace

void say_entry(EntryCheck const& entry) {
    say(entry.leaf);
    say_problem("leaf " + std::to_string(entry.proof.index) + " is in the signed tree of " +
                std::to_string(entry.checkpoint.head.size) + " of " + entry.checkpoint.origin);
}

int verify_proof(AuditLogOptions const& options) {
    if (options.key.empty()) {
        say_problem("--proof needs the signer's public key (--key)");
        return kUsage;
    }
    auto const bytes = read_file(options.proof, kProofBytesMost);
    auto const text = bytes ? text_of(*bytes) : std::string_view();
    auto const check = is_parent_proof(text) ? check_proof_through_parent : check_proof;
    auto const result = bytes ? check(text, options) : Result<void>(std::unexpected(bytes.error()));
    if (result) return kDone;
    say_problem("REFUSED: " + std::string(result.error().why.text()));
    bool const is_unreadable =
        result.error().code == Errc::not_found || result.error().code == Errc::internal;
    return is_unreadable ? kFailed : kFoundWrong;
}

}  // namespace salus::app
