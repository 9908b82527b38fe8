#include "crypto/sealed.h"

namespace salus::crypto {

Context::Context() {
    // Long enough for every context of a record, so that it is allocated once.
    bytes_.reserve(256);
    append(bytes_, bytes_of("salus-ctx-v1"));
}

Context& Context::add(Part part, BytesView bytes) {
    bytes_.push_back(static_cast<std::uint8_t>(part));
    append_u32(bytes_, static_cast<std::uint32_t>(bytes.size()));
    append(bytes_, bytes);
    return *this;
}

Context& Context::add(Part part, std::uint64_t number) {
    bytes_.push_back(static_cast<std::uint8_t>(part));
    append_u32(bytes_, sizeof number);
    append_u64(bytes_, number);
    return *this;
}

}  // namespace salus::crypto
