#include "crypto/sealed.h"

namespace salus::crypto {

Context::Context() {
    append(bytes_, bytes_of("salus-ctx-v1"));
}

Context& Context::add(Part part, BytesView bytes) {
    bytes_.push_back(static_cast<std::uint8_t>(part));
    append_u32(bytes_, static_cast<std::uint32_t>(bytes.size()));
    append(bytes_, bytes);
    return *this;
}

Context& Context::add(Part part, std::uint64_t number) {
    Bytes bytes;
    append_u64(bytes, number);
    return add(part, bytes);
}

}  // namespace salus::crypto
