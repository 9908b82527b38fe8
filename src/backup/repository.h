// A repository: one part of the backups of one instance, as files in a directory
// (docs/formats/backup.md). Blocks are named by the SHA-256 of their contents and written once;
// manifests name blocks. The two parts, data and keys, are two repositories in two places.
//
// What is written is durable when sync() and add_manifest() return; until its manifest is there, a
// backup does not exist, and those before it are not touched. Errors: Errc::not_found (no
// repository, block or manifest), Errc::corrupt (a block or a name that is not what it says),
// Errc::conflict (another process writes here; the other part, or another instance's),
// Errc::unavailable (no room, or the disk refuses). Thread safety: one thread at a time.
#pragma once

#include <bitset>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "crypto/hash.h"
#include "foundation/file.h"
#include "foundation/literal.h"
#include "foundation/result.h"

namespace salus::backup {

enum class Part : std::uint8_t {
    data,  // records, audit logs, configuration: unreadable by itself
    keys,  // wrapped keys: to be kept apart from the data (ENC-2)
};
[[nodiscard]] Literal name_of(Part part) noexcept;

using BlockName = crypto::Sha256Digest;

class Repository {
public:
    // In a directory that is empty or absent. Errc::conflict for one with anything else in it.
    static Result<void> create(std::filesystem::path const& directory, Part part,
                               std::string const& realm);
    static Result<Repository> open(std::filesystem::path const& directory, Part part);

    [[nodiscard]] std::string const& realm() const noexcept { return realm_; }
    [[nodiscard]] std::filesystem::path const& directory() const noexcept { return directory_; }
    // For whoever writes or removes.
    [[nodiscard]] Result<FileLock> lock() const;

    enum class Put { written, present };
    // A block that is there already is not read again; one of another size is written anew.
    Result<Put> put(BlockName const& name, BytesView block);
    // Makes the blocks' names durable; their contents are.
    Result<void> sync();
    // The contents, which hash to the name.
    [[nodiscard]] Result<Bytes> get(BlockName const& name) const;

    // Numbers of the backups that are there, ascending.
    [[nodiscard]] Result<std::vector<std::uint64_t>> backups() const;
    [[nodiscard]] Result<Bytes> manifest(std::uint64_t backup) const;
    Result<void> add_manifest(std::uint64_t backup, BytesView manifest);
    Result<void> remove_manifest(std::uint64_t backup);

    struct Removed {
        std::uint64_t blocks = 0;
        std::uint64_t bytes = 0;
    };
    // Removes every block but these, and what a crash left unfinished.
    Result<Removed> remove_all_but(std::set<BlockName> const& used);

private:
    Repository(std::filesystem::path directory, std::string realm)
        : directory_(std::move(directory)), realm_(std::move(realm)) {}

    [[nodiscard]] std::filesystem::path path_of(BlockName const& name) const;
    [[nodiscard]] std::filesystem::path manifest_path(std::uint64_t backup) const;
    [[nodiscard]] std::filesystem::path folder(std::size_t number) const;

    static constexpr std::size_t kFolders = 256;

    std::filesystem::path directory_;
    std::string realm_;
    std::bitset<kFolders> written_;  // folders with new names since the last sync()
};

}  // namespace salus::backup
