#include "audit/frame.h"

#include <algorithm>
#include <array>

#include "audit/crc32c.h"

namespace salus::audit {
namespace {

void store_big_endian(std::uint8_t* out, std::uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) {
        out[i] = static_cast<std::uint8_t>(value & 0xff);
        value >>= 8;
    }
}

std::uint32_t checksum(BytesView frame, Place place) {
    std::array<std::uint8_t, 20> start{};
    store_big_endian(start.data(), place.segment, 8);
    store_big_endian(start.data() + 8, place.offset, 8);
    std::ranges::copy(frame.first(4), start.begin() + 16);
    return crc32c(crc32c(0, start), frame.subspan(8));
}

bool all_zero(BytesView bytes) {
    return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

bool known(std::uint8_t type) {
    return type >= static_cast<std::uint8_t>(FrameType::begin) &&
           type <= static_cast<std::uint8_t>(FrameType::commit);
}

}  // namespace

void append_frame(Bytes& out, Place place, FrameType type, std::uint64_t index, BytesView payload) {
    auto const begin = out.size();
    out.resize(begin + frame_bytes(payload.size()));
    auto* const frame = out.data() + begin;
    store_big_endian(frame, payload.size(), 4);
    store_big_endian(frame + 8, index, 8);
    frame[16] = static_cast<std::uint8_t>(type);
    std::ranges::copy(payload, frame + kFrameHeaderBytes);
    BytesView const whole(frame, kFrameHeaderBytes + payload.size());
    store_big_endian(frame + 4, checksum(whole, place), 4);
}

std::optional<Frame> read_frame(BytesView bytes, Place place) {
    if (bytes.size() < kFrameHeaderBytes) return std::nullopt;
    std::size_t const length = read_u32(bytes);
    auto const whole = frame_bytes(length);
    if (whole > bytes.size() || !known(bytes[16]) || !all_zero(bytes.subspan(17, 7))) {
        return std::nullopt;
    }
    auto const end = kFrameHeaderBytes + length;
    if (!all_zero(bytes.subspan(end, whole - end))) return std::nullopt;
    if (checksum(bytes.first(end), place) != read_u32(bytes.subspan(4))) return std::nullopt;
    return Frame{static_cast<FrameType>(bytes[16]), read_u64(bytes.subspan(8)),
                 bytes.subspan(kFrameHeaderBytes, length), whole};
}

}  // namespace salus::audit
