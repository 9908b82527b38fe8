// `salus audit verify`: offline, from the files and the signer's public key alone.
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>

#include "app/audit_logs.h"
#include "app/audit_verify_proof.h"
#include "app/instance.h"
#include "app/terminal.h"
#include "mirror/home.h"
#include "transparency/log_check.h"
#include "transparency/parent_check.h"

namespace salus::app {
namespace {

using namespace transparency;

int say_finding(audit::Finding const& finding) {
    say_problem("FOUND: " + std::string(finding.why.text()));
    say_problem("       file " + finding.file + ", offset " + std::to_string(finding.offset) +
                ", leaf " + std::to_string(finding.index));
    return kFoundWrong;
}

int say_unreadable(AuditLogPlace const& place, Error const& error) {
    say_problem(place.name + ": the log cannot be read: " + std::string(error.why.text()));
    return kFailed;
}

void say_checkpoint(AuditLogPlace const& place, LogCheck const& check) {
    if (!check.checkpoint) return;
    auto const& head = check.checkpoint->head;
    say("  signed " + std::to_string(head.size) + " leaves, root " + to_hex(head.root) + ", " +
        std::to_string(check.tiles) + " tiles and bundles agree" +
        (place.verifier ? "" : "; SIGNATURE NOT VERIFIED: no key"));
    if (place.verifier) say("  key    " + place.verifier->text());
}

int verify_all_of(AuditLogPlace const& place, audit::Writer writer,
                  std::optional<CosignatureVerifier> const& mirror) {
    auto const check = check_log(place.directory, place.verifier, writer, mirror);
    if (!check) return say_unreadable(place, check.error());
    auto const& log = check->log;
    say(place.name + ": " + std::to_string(log.size) + " leaves, " + std::to_string(log.batches) +
        " batches, " + std::to_string(log.segments) + " segments, " +
        std::to_string(log.open_intents.size()) + " open intents");
    if (log.first > 0) {
        say("  pruned " + std::to_string(log.first) +
            " leaves, as a leaf records; their hashes are in the tree");
    }
    say("  origin " + log.origin);
    say("  root   " + to_hex(log.root));
    say_checkpoint(place, *check);
    if (check->cosigned)
        say("  cosigned " + to_instant(*check->cosigned) + " by " + mirror->name());
    return check->finding ? say_finding(*check->finding) : kDone;
}

int verify_since(AuditLogPlace const& place, std::filesystem::path const& file) {
    auto const note = read_file(file, kNoteBytesMost);
    if (!note || !place.verifier) {
        say_problem(note ? "--since needs the signer's public key (--key)"
                         : "the checkpoint that was kept cannot be read");
        return kFailed;
    }
    auto const since = open_checkpoint(text_of(*note), *place.verifier);
    if (!since) {
        say_problem("the checkpoint that was kept: " + std::string(since.error().why.text()));
        return kFoundWrong;
    }
    auto const check = check_since(place.directory, *place.verifier, *since);
    if (!check) return say_unreadable(place, check.error());
    if (check->finding) return say_finding(*check->finding);
    say(place.name + ": " + std::to_string(check->log.size) + " leaves since " +
        std::to_string(since->head.size) + ", the log continues the checkpoint that was kept");
    say_checkpoint(place, *check);
    return kDone;
}

int verify_entry(AuditLogPlace const& place, std::uint64_t index) {
    if (!place.verifier) {
        say_problem("--index needs the signer's public key (--key)");
        return kFailed;
    }
    auto const entry = check_entry(place.directory, *place.verifier, index);
    if (!entry && (entry.error().code == Errc::internal || entry.error().code == Errc::gone)) {
        return say_unreadable(place, entry.error());
    }
    if (!entry) return say_finding({entry.error().why, "tile", 0, index});
    say_entry(*entry);
    return kDone;
}

int say_below(ParentCheck const& check) {
    for (auto const& finding : check.findings) {
        say_problem("FOUND: " + std::string(finding.why.text()));
        say_problem("       log " + finding.origin + ", " + std::to_string(finding.found) +
                    " leaves were read; stated with " + std::to_string(finding.size) + " in leaf " +
                    std::to_string(finding.leaf) + " of the parent log");
    }
    say("  states " + std::to_string(check.logs) + " logs, " + std::to_string(check.statements) +
        " statements compared with their trees");
    return check.findings.empty() ? kDone : kFoundWrong;
}

// The parent log, and what it says of all logs, or of the one that is verified.
int verify_parent(AuditLogOptions const& options, audit::Writer writer,
                  std::optional<CosignatureVerifier> const& mirror,
                  std::optional<std::string> const& only) {
    std::string why;
    auto const place = find_parent_log(options, why);
    if (!place && !why.empty()) {
        say_problem(why);
        return kFailed;
    }
    if (!place) {
        say("No parent log: it begins when the server starts.");
        return kDone;
    }
    if (auto const code = verify_all_of(*place, writer, mirror); code != kDone) return code;
    auto const check = check_below(place->directory, writer, only);
    return check ? say_below(*check) : say_unreadable(*place, check.error());
}

// Whether nobody writes the log now. A reader makes no lock, and holds none but for this moment; to
// one who may not open it the log is one that is being written.
bool is_stopped(AuditLogOptions const& options) {
    auto const lock = options.log.empty() ? Layout{options.directory}.lock() : options.log / "lock";
    FileDescriptor const file(::open(lock.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) return errno == ENOENT;  // a copy may have none
    return ::flock(file.get(), LOCK_EX | LOCK_NB) == 0;
}

}  // namespace

int audit_verify(AuditLogOptions const& options) {
    if (!options.proof.empty()) return verify_proof(options);
    std::string why;
    auto const places = find_audit_logs(options, why);
    if (!places) {
        say_problem(why);
        return kFailed;
    }
    bool const one = options.index >= 0 || !options.since.empty();
    if (one && places->size() > 1) {
        say_problem("there are several logs: name one with --tenant");
        return kUsage;
    }
    std::optional<CosignatureVerifier> mirror;
    if (!options.mirror_key.empty()) {
        auto key = mirror::read_mirror_key(options.mirror_key);
        if (!key || one || !places->front().verifier) {
            say_problem(!key ? "the mirror's key cannot be read"
                             : "--mirror-key is for a whole log, and needs the signer's key");
            return kUsage;
        }
        mirror.emplace(*std::move(key));
    }
    if (options.index >= 0) {
        return verify_entry(places->front(), static_cast<std::uint64_t>(options.index));
    }
    if (!options.since.empty()) return verify_since(places->front(), options.since);
    auto const writer = is_stopped(options) ? audit::Writer::stopped : audit::Writer::running;
    int code = kDone;
    bool const only_parent = options.tenant == audit::kParentLogName;
    if (!only_parent) {
        for (auto const& place : *places) {
            code = std::max(code, verify_all_of(place, writer, mirror));
        }
    }
    if (options.log.empty()) {
        bool const one_tenant = !only_parent && !options.tenant.empty();
        auto const only = one_tenant ? std::optional(places->front().origin) : std::nullopt;
        code = std::max(code, verify_parent(options, writer, mirror, only));
    }
    if (code == kDone) say("The audit log is whole.");
    return code;
}

}  // namespace salus::app
