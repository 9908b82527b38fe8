// Entries that came and whose checkpoint has not: in a file without a name, so that they go with
// the process. They belong to the connection that brought them; whoever starts anew begins where
// the last cosigned tree ends. Belongs to one thread. Errors of the disk: Errc::unavailable.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "audit/merkle.h"
#include "foundation/file.h"

namespace salus::mirror {

class WaitingEntries {
public:
    // More do not wait for one checkpoint: about 25 million leaves.
    static constexpr std::uint64_t kBytesMost = std::uint64_t{16} << 30U;

    // `tree` is the one that they will continue.
    static Result<WaitingEntries> open(std::filesystem::path const& directory,
                                       audit::CompactRange const& tree, std::string connection);
    // Errc::invalid: an entry is cut; Errc::too_large. After an error this is not to be used again.
    [[nodiscard]] Result<void> add(std::string_view bundle);

    // With all that has come.
    [[nodiscard]] audit::CompactRange const& tree() const noexcept { return tree_; }
    [[nodiscard]] std::string const& connection() const noexcept { return connection_; }
    using Receive =
        std::function<Result<void>(std::string_view entry, crypto::Sha256Digest const& hash)>;
    // In the order in which they came.
    [[nodiscard]] Result<void> read(Receive const& receive) const;

private:
    WaitingEntries(FileDescriptor file, audit::CompactRange const& tree, std::string connection)
        : file_(std::move(file)), tree_(tree), connection_(std::move(connection)) {}

    FileDescriptor file_;
    audit::CompactRange tree_;
    std::string connection_;
    std::uint64_t bytes_ = 0;
};

}  // namespace salus::mirror
