// Frames: the unit that segments are made of (docs/formats/audit-log.md, "Frame").
//
//  0  4 payload length
//  4  4 CRC-32C of segment number, offset in the segment, bytes 0..3, bytes 8.. to the payload's
//  end 8  8 index
// 16  1 type
// 17  7 zero
// 24  n payload, then zeros to a multiple of 8
//
// Because the checksum covers the place, a valid frame that was copied elsewhere is not valid.
#pragma once

#include <cstdint>
#include <optional>

#include "foundation/bytes.h"

namespace salus::audit {

enum class FrameType : std::uint8_t {  // DO NOT CHANGE: on disk
    begin = 1,
    open_intents = 2,
    detail = 3,
    leaf = 4,
    commit = 5,
};

struct Place {
    std::uint64_t segment = 0;  // its number
    std::uint64_t offset = 0;   // bytes from the start of the file
    friend bool operator==(Place const&, Place const&) = default;
};

// Borrows the payload.
struct Frame {
    FrameType type;
    std::uint64_t index;
    BytesView payload;
    std::uint64_t bytes;  // of the whole frame
};

inline constexpr std::size_t kFrameHeaderBytes = 24;
[[nodiscard]] constexpr std::size_t frame_bytes(std::size_t payload_bytes) noexcept {
    return kFrameHeaderBytes + (payload_bytes + 7) / 8 * 8;
}

void append_frame(Bytes& out, Place place, FrameType type, std::uint64_t index, BytesView payload);
// The frame that `bytes` begins with; nothing if it is not whole and valid at this place.
[[nodiscard]] std::optional<Frame> read_frame(BytesView bytes, Place place);

}  // namespace salus::audit
