// Entries that a mirror keeps for good before a checkpoint covers them: strict mode (AUD-4). A
// journal in the log's directory, `kept`, of frames, one for each request:
//
//   mark           8 bytes, kMark
//   start          8 bytes, big-endian: index of the first entry
//   length         4 bytes, big-endian: of the entries
//   entries        each after its length in two bytes
//   root           32 bytes: of the log up to the last of them
//
// A frame is synced before the next is begun and before its sender is answered, so only the last
// may be torn: nobody was promised what is cut off there. A frame that is wrong with another behind
// it is damage. Belongs to one thread.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "audit/merkle.h"
#include "foundation/file.h"
#include "mirror/mirror.h"

namespace salus::mirror {

class KeptEntries {
public:
    // What is kept of a log whose tiles stand in the directory up to `cosigned`. Errc::corrupt:
    // damaged, or it does not begin where the tiles end or before; Errc::unavailable: the disk.
    static Result<KeptEntries> open(std::filesystem::path const& directory, std::uint64_t cosigned);

    // Durable when it returns true. False: with these entries the tree has another root; they are
    // not kept. Errc::invalid: an entry is cut; Errc::too_large: 16 GiB wait for a checkpoint;
    // Errc::unavailable: the disk. A disk that could not be synced is not asked again before the
    // next open().
    [[nodiscard]] Result<bool> add(std::string_view bundle, crypto::Sha256Digest const& root);
    // The tiles have come up to this tree, which is of the same log: what is before its end is
    // dropped. What cannot be dropped from the file now is no harm, and goes later.
    void drop_before(audit::CompactRange const& cosigned);

    // Tiles and all that is kept.
    [[nodiscard]] audit::CompactRange const& tree() const noexcept { return tree_; }
    // Bytes of a torn frame that open() cut off.
    [[nodiscard]] std::uint64_t cut_bytes() const noexcept { return cut_bytes_; }
    using Receive =
        std::function<Result<void>(std::string_view entry, crypto::Sha256Digest const& hash)>;
    // Those with indexes in [begin, end), in order. REQUIRES: they are kept.
    [[nodiscard]] Result<void> read(std::uint64_t begin, std::uint64_t end,
                                    Receive const& receive) const;

private:
    struct Frame {
        std::uint64_t start = 0;
        std::uint64_t offset = 0;  // in the file, of the entries
        std::uint32_t bytes = 0;   // of the entries
    };
    KeptEntries(std::filesystem::path directory, audit::CompactRange const& tree)
        : directory_(std::move(directory)), tree_(tree) {}
    [[nodiscard]] Result<void> read_frames(std::uint64_t cosigned);
    [[nodiscard]] Result<bool> read_frame(std::uint64_t cosigned, std::uint64_t file_bytes);
    [[nodiscard]] Result<void> cut_tail(std::uint64_t file_bytes);
    [[nodiscard]] Result<void> make_file();
    [[nodiscard]] Result<void> write_frame(std::string_view bundle,
                                           crypto::Sha256Digest const& root);
    [[nodiscard]] Result<void> replace_from(audit::CompactRange const& cosigned);
    [[nodiscard]] Result<KeptEntries> copy_from(audit::CompactRange const& cosigned) const;
    void forget_all(audit::CompactRange const& cosigned);

    std::filesystem::path directory_;
    audit::CompactRange tree_;
    FileDescriptor file_;  // none: nothing was kept yet
    std::vector<Frame> frames_;
    std::uint64_t end_ = 0;  // of the last frame in the file
    std::uint64_t cut_bytes_ = 0;
    bool is_broken_ = false;
};

}  // namespace salus::mirror
