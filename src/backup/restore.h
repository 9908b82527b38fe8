// Restores a backup: chooses its two manifests, verifies them, writes the files to a new directory
// with every block verified, and checks what came out: databases, audit logs, and that every key
// that a record needs is there (164.308(a)(7)(ii)(B)). Needs no secret. Nothing of a running
// instance is touched.
//
// The keys may be of a later backup than the data, and are of the newest if nobody chooses: keys
// are only added, or destroyed on purpose, and what was erased stays erased (ENC-5).
//
// Thread safety: one thread at a time. Errors of all: the repository's; Errc::forbidden, another
// signer than the pinned one; Errc::corrupt, damage. where() then says in which file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "backup/manifest.h"
#include "backup/repository.h"

namespace salus::backup {

struct Choice {
    std::optional<std::uint64_t> backup;       // the newest
    std::optional<std::uint64_t> keys_backup;  // the newest
    // The newest that the operator knows of: an older one must not pass for it. 0: unknown.
    std::uint64_t newest_known = 0;
    std::optional<crypto::VerifyingKey> pin;  // the instance's public key, kept apart
};

// What the copy was found to be.
struct Checked {
    std::uint64_t versions = 0;  // of records, in the store
    std::uint64_t compartments = 0;
    std::uint64_t erased_versions = 0;  // their key was destroyed: unreadable on purpose
    std::uint64_t leaves = 0;           // of all audit logs
    // Acknowledged after the store was read: the audit log tells of them and the store has them
    // not. What was acknowledged after `leaves` is not even in the log.
    std::uint64_t lost_writes = 0;
};

class Restore {
public:
    static Result<Restore> choose(std::filesystem::path const& from,
                                  std::filesystem::path const& keys_from, Choice const& choice);

    [[nodiscard]] Manifest const& data() const noexcept { return data_.manifest; }
    [[nodiscard]] Manifest const& keys() const noexcept { return keys_.manifest; }
    [[nodiscard]] crypto::VerifyingKey const& signer() const noexcept { return data_.signer; }

    // Writes all files, mode 0600, below a directory that it makes; they are durable when it
    // returns. Errc::conflict if the directory is there. Returns how many bytes it wrote.
    Result<std::uint64_t> extract(std::filesystem::path const& directory);
    // Of what extract() wrote. Reads every byte of it.
    Result<Checked> check(std::filesystem::path const& directory);
    // Every block of both parts, without writing anything. Returns how many bytes it read.
    Result<std::uint64_t> verify_blocks();

    // The file of the backup that the last call was about when it failed.
    [[nodiscard]] std::string const& where() const noexcept { return where_; }

private:
    Restore(Repository data_repository, Repository keys_repository, OpenedManifest data,
            OpenedManifest keys)
        : data_repository_(std::move(data_repository)),
          keys_repository_(std::move(keys_repository)),
          data_(std::move(data)),
          keys_(std::move(keys)) {}

    Result<std::uint64_t> extract_part(Repository const& repository, Manifest const& manifest,
                                       std::filesystem::path const& directory);
    Result<std::uint64_t> verify_part(Repository const& repository, Manifest const& manifest);

    Repository data_repository_;
    Repository keys_repository_;
    OpenedManifest data_;
    OpenedManifest keys_;
    std::string where_;
};

}  // namespace salus::backup
