#include "sqlite/wal_index.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "foundation/backup_limits.h"

namespace salus::sqlite {
namespace {

constexpr std::size_t kFrameHeaderBytes = 24;
constexpr std::uint32_t kMagic = 0x377f0682;  // its last bit: checksums of big-endian words
constexpr std::uint32_t kVersion = 3007000;
constexpr int kAttempts = 3;  // it can happen once to a snapshot

std::uint32_t read_little_endian(BytesView bytes) {
    return static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8U |
           static_cast<std::uint32_t>(bytes[2]) << 16U |
           static_cast<std::uint32_t>(bytes[3]) << 24U;
}

}  // namespace

void WalIndex::add(Checksum& running, BytesView bytes) const {
    auto const word = big_endian_ ? read_u32 : read_little_endian;
    for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
        running[0] += word(bytes.subspan(i)) + running[1];
        running[1] += word(bytes.subspan(i + 4)) + running[0];
    }
}

bool WalIndex::accept_header(BytesView header) {
    auto const magic = read_u32(header);
    if ((magic & ~1U) != kMagic || read_u32(header.subspan(4)) != kVersion) return false;
    if (read_u32(header.subspan(8)) != page_bytes_) return false;
    big_endian_ = (magic & 1U) != 0;
    std::ranges::copy(header.subspan(16, salt_.size()), salt_.begin());
    add(first_, header.first(24));
    return first_[0] == read_u32(header.subspan(24)) && first_[1] == read_u32(header.subspan(28));
}

std::optional<WalIndex::FrameHeader> WalIndex::accept_frame(BytesView frame,
                                                            Checksum& running) const {
    if (!std::ranges::equal(frame.subspan(8, salt_.size()), salt_)) return std::nullopt;
    auto sum = running;
    add(sum, frame.first(8));
    add(sum, frame.subspan(kFrameHeaderBytes));
    if (sum[0] != read_u32(frame.subspan(16)) || sum[1] != read_u32(frame.subspan(20))) {
        return std::nullopt;
    }
    FrameHeader const header{.page = read_u32(frame),
                             .pages_after_commit = read_u32(frame.subspan(4))};
    if (header.page == 0) return std::nullopt;
    running = sum;
    return header;
}

Result<WalIndex> WalIndex::read(ReadLog const& read, std::uint32_t page_bytes) {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        WalIndex index(page_bytes);
        Header header{};
        SALUS_TRY(bool const has_header, read(0, header));
        if (has_header && index.accept_header(header)) SALUS_TRY_VOID(index.read_frames(read));
        // What was read of a log that was begun anew meanwhile ends before its last commit.
        Header after{};
        SALUS_TRY(bool const still_there, read(0, after));
        if (still_there == has_header && after == header) return index;
    }
    return fail(Errc::unavailable, "the database's log does not stand still");
}

Result<void> WalIndex::read_frames(ReadLog const& read) {
    auto running = first_;
    Bytes frame(kFrameHeaderBytes + page_bytes_);
    std::vector<std::pair<std::uint32_t, Frame>> transaction;  // until its commit is seen
    for (std::uint64_t number = 0; number < limits::kWalFrames; ++number) {
        auto const offset = kHeaderBytes + number * frame.size();
        SALUS_TRY(bool const whole, read(offset, frame));
        if (!whole) return {};
        auto const before = running;
        auto const accepted = accept_frame(frame, running);
        if (!accepted) return {};
        transaction.emplace_back(accepted->page, Frame{offset, before});
        if (accepted->pages_after_commit == 0) continue;
        for (auto const& [page, place] : transaction) newest_[page] = place;
        transaction.clear();
        pages_ = accepted->pages_after_commit;
    }
    return fail(Errc::too_large, "the database's log is too long");
}

Result<bool> WalIndex::page(ReadLog const& read, std::uint32_t number,
                            std::span<std::uint8_t> out) const {
    auto const found = newest_.find(number);
    if (found == newest_.end()) return false;
    Bytes frame(kFrameHeaderBytes + page_bytes_);
    SALUS_TRY(bool const whole, read(found->second.offset, frame));
    auto running = found->second.before;
    // Checked again: whoever began the log anew wrote over the frame.
    auto const accepted = whole ? accept_frame(frame, running) : std::nullopt;
    if (!accepted || accepted->page != number) return false;
    std::ranges::copy(BytesView(frame).subspan(kFrameHeaderBytes), out.begin());
    return true;
}

}  // namespace salus::sqlite
