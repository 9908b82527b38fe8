// Sorts more sightings than fit into memory: pieces are sorted and kept in a file without a name,
// then merged. Needs kSorterBytes of memory however many there are, and sizeof(Sighting) bytes of
// disk for each. The file holds ids and hashes, no ePHI, and is gone when the sorter is. One
// thread.
#pragma once

#include <filesystem>
#include <optional>
#include <queue>
#include <vector>

#include "foundation/file.h"
#include "foundation/limits.h"
#include "reconciliation/sighting.h"

namespace salus::reconciliation {

inline constexpr std::size_t kSorterBytes = 32 * limits::kMiB;

class SightingSorter {
public:
    // `directory` is where the file is. Errc::unavailable when it cannot be made, or later when
    // the disk is full. `piece`: how many are sorted in memory; tests use few.
    static Result<SightingSorter> make(std::filesystem::path const& directory,
                                       std::size_t piece = kSorterBytes / sizeof(Sighting));

    [[nodiscard]] Result<void> add(Sighting const& sighting);
    // Ends adding.
    [[nodiscard]] Result<void> sort();
    // In order; nothing at the end. REQUIRES: sort() succeeded.
    [[nodiscard]] Result<std::optional<Sighting>> next();

private:
    // A sorted piece in the file, and the part of it that was read.
    struct Piece {
        std::uint64_t next = 0;  // the first that is still in the file
        std::uint64_t end = 0;
        std::vector<Sighting> read;
        std::size_t at = 0;
    };
    struct Head {
        Sighting sighting;
        std::size_t piece;
        friend bool operator>(Head const& a, Head const& b) noexcept {
            return b.sighting < a.sighting;
        }
    };

    SightingSorter(FileDescriptor file, std::size_t piece) : file_(std::move(file)), most_(piece) {}
    [[nodiscard]] Result<void> spill();
    [[nodiscard]] Result<void> push_next_of(std::size_t piece);

    FileDescriptor file_;
    std::size_t most_;
    std::vector<Sighting> fresh_;
    std::vector<Piece> pieces_;
    std::uint64_t spilled_ = 0;
    std::size_t read_at_once_ = 1;
    std::priority_queue<Head, std::vector<Head>, std::greater<>> heads_;
};

}  // namespace salus::reconciliation
