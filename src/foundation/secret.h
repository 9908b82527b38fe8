// SecretBytes: key material. Scrubbed when it dies or is replaced, never copied by accident, never
// printed or logged, compared in constant time (KEY-5). Thread safety: as any value.
#pragma once

#include <cstddef>
#include <ostream>
#include <span>

#include "foundation/bytes.h"

namespace salus {

class SecretBytes {
public:
    SecretBytes() = default;
    // A scrubbed buffer of this size, to be filled through mutable_bytes().
    explicit SecretBytes(std::size_t size);
    // Copies the bytes in; the caller scrubs its own.
    explicit SecretBytes(BytesView bytes);
    SecretBytes(SecretBytes&& other) noexcept;
    SecretBytes& operator=(SecretBytes&& other) noexcept;
    SecretBytes(SecretBytes const&) = delete;
    SecretBytes& operator=(SecretBytes const&) = delete;
    ~SecretBytes();

    [[nodiscard]] SecretBytes clone() const { return SecretBytes(reveal()); }
    // The key itself. The view dies with this object; do not store it.
    [[nodiscard]] BytesView reveal() const& noexcept { return {bytes_, size_}; }
    BytesView reveal() const&& = delete;
    [[nodiscard]] std::span<std::uint8_t> mutable_bytes() & noexcept { return {bytes_, size_}; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    // Constant time in the contents; lengths are public.
    friend bool operator==(SecretBytes const& a, SecretBytes const& b) noexcept;
    friend std::ostream& operator<<(std::ostream&, SecretBytes const&) = delete;

private:
    std::uint8_t* bytes_ = nullptr;
    std::size_t size_ = 0;
};

// Constant time in the contents; false at once when the lengths differ.
[[nodiscard]] bool equal_constant_time(BytesView a, BytesView b) noexcept;
// Overwrites in a way that the compiler may not remove.
void scrub(std::span<std::uint8_t> bytes) noexcept;
void scrub(std::string& text) noexcept;

}  // namespace salus
