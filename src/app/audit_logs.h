// Inside the room: which audit logs a command of `salus audit` is about, and whose signatures on
// their checkpoints it believes. Reads files alone; the instance may run or not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/commands.h"
#include "transparency/note.h"

namespace salus::app {

struct AuditLogPlace {
    std::string name;    // for people
    std::string origin;  // as it must be; of a log without instance, as it says itself
    std::filesystem::path directory;
    // Nothing: no key was given, and the instance has had no signer yet.
    std::optional<transparency::NoteVerifier> verifier;
};

// A key in PEM gets the log's origin as its name; one of sumdb/note has its own.
[[nodiscard]] Result<transparency::NoteVerifier> read_log_key(std::filesystem::path const& file,
                                                              std::string origin);
// Of an instance the tenants' logs, or the one that is named, which may be the parent log. Nothing,
// and `why`, if an instance or a key cannot be read.
[[nodiscard]] std::optional<std::vector<AuditLogPlace>> find_audit_logs(
    AuditLogOptions const& options, std::string& why);
// The instance's parent log. Nothing: as above, or with an empty `why` if there is none yet.
[[nodiscard]] std::optional<AuditLogPlace> find_parent_log(AuditLogOptions const& options,
                                                           std::string& why);

}  // namespace salus::app
