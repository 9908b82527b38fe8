// Private to this room: which page stands where in a write-ahead log, read from the file itself by
// SQLite's published format (sqlite.org/fileformat2.html#walformat). Only frames of committed
// transactions count; the first frame whose salt or checksum is wrong ends the log, as it does in
// SQLite's own recovery. Thread safety: one thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>

#include "foundation/bytes.h"
#include "foundation/result.h"

namespace salus::sqlite {

// Fills all of `out` from this offset of the log; false where the log ends before.
using ReadLog = std::function<Result<bool>(std::uint64_t offset, std::span<std::uint8_t> out)>;

class WalIndex {
public:
    // Reads the log once, or again if it was begun anew meanwhile. Errc::too_large beyond
    // limits::kWalFrames; Errc::unavailable if it is begun anew all the time; errors of `read`.
    static Result<WalIndex> read(ReadLog const& read, std::uint32_t page_bytes);

    // Pages of the database after the last commit; nothing if no transaction is in the log.
    [[nodiscard]] std::optional<std::uint32_t> pages() const noexcept { return pages_; }
    // The page's newest committed contents; false if the log does not have it, or has been begun
    // anew since (then the database file has it, see snapshot.h). Pages count from 1.
    Result<bool> page(ReadLog const& read, std::uint32_t number, std::span<std::uint8_t> out) const;

private:
    using Checksum = std::array<std::uint32_t, 2>;
    struct Frame {
        std::uint64_t offset = 0;
        Checksum before{};  // the running checksum of everything in front of it
    };
    struct FrameHeader {
        std::uint32_t page = 0;
        std::uint32_t pages_after_commit = 0;  // 0: not the last of its transaction
    };

    static constexpr std::size_t kHeaderBytes = 32;
    using Header = std::array<std::uint8_t, kHeaderBytes>;

    explicit WalIndex(std::uint32_t page_bytes) : page_bytes_(page_bytes) {}
    bool accept_header(BytesView header);
    Result<void> read_frames(ReadLog const& read);
    // The frame's header if salt and checksum are right; `running` then includes the frame.
    std::optional<FrameHeader> accept_frame(BytesView frame, Checksum& running) const;
    void add(Checksum& running, BytesView bytes) const;

    std::uint32_t page_bytes_;
    bool big_endian_ = false;
    std::array<std::uint8_t, 8> salt_{};
    Checksum first_{};  // after the log's header
    std::unordered_map<std::uint32_t, Frame> newest_;
    std::optional<std::uint32_t> pages_;
};

}  // namespace salus::sqlite
