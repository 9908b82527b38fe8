#include "foundation/secret.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace salus {

SecretBytes::SecretBytes(std::size_t size)
    : bytes_(size == 0 ? nullptr : new std::uint8_t[size]()), size_(size) {}

SecretBytes::SecretBytes(BytesView bytes) : SecretBytes(bytes.size()) {
    std::ranges::copy(bytes, bytes_);
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : bytes_(std::exchange(other.bytes_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    return *this;
}

SecretBytes::~SecretBytes() {
    scrub(mutable_bytes());
    delete[] bytes_;
}

bool operator==(SecretBytes const& a, SecretBytes const& b) noexcept {
    return equal_constant_time(a.reveal(), b.reveal());
}

bool equal_constant_time(BytesView a, BytesView b) noexcept {
    if (a.size() != b.size()) return false;
    std::uint8_t volatile difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
    }
    return difference == 0;
}

void scrub(std::span<std::uint8_t> bytes) noexcept {
    if (bytes.empty()) return;
    std::memset(bytes.data(), 0, bytes.size());
    // Keeps the compiler from leaving the memset out. explicit_bzero would do the same, but
    // sanitizers do not see what it writes, and a bound that is wrong here overwrites the heap.
    asm volatile("" : : "r"(bytes.data()) : "memory");
}

void scrub(std::string& text) noexcept {
    scrub({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    text.clear();
}

}  // namespace salus
