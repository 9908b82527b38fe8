// Sealing: authenticated encryption with key commitment, by the C2SP specification
// chunked-encryption, suite Cobblestone-256 (HKDF-Expand-SHA-512, AES-256-GCM, 16 KiB chunks).
// The record format is docs/formats/sealed-record.md; overhead is 80 bytes and 16 per further
// chunk.
//
//  0  2  'S' 'R'
//  2  1  format = 1
//  3  1  suite = 1
//  4  4  key version (u32, big endian)
//  8  24 salt
// 32  32 commitment
// 64  n  chunks of AES-256-GCM, each at most 16 KiB of plaintext and a 16-byte tag
//
// ENC-1, ENC-2. Thread safety: a Sealer or Opener belongs to one thread.
#pragma once

#include <memory>
#include <optional>

#include "crypto/random.h"
#include "foundation/result.h"
#include "foundation/secret.h"

namespace salus::crypto {

// Ciphertext. Only seal() and from_storage() make it, so what takes a Sealed can't be handed
// plaintext by accident.
class Sealed {
public:
    // Checks the header's form; Errc::corrupt otherwise. The contents are checked when opened.
    static Result<Sealed> from_storage(Bytes bytes);
    Sealed(Sealed&&) noexcept = default;
    Sealed& operator=(Sealed&&) noexcept = default;
    [[nodiscard]] Sealed clone() const { return Sealed(bytes_); }

    [[nodiscard]] BytesView bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::uint32_t key_version() const noexcept;
    // For who uses the memory again. What is left seals nothing.
    [[nodiscard]] Bytes take_bytes() && noexcept { return std::move(bytes_); }

private:
    friend class Sealer;
    explicit Sealed(Bytes bytes) : bytes_(std::move(bytes)) {}
    Bytes bytes_;
};

// What a ciphertext is bound to. It is never stored: the reader derives it from the request and the
// row's key, so a record that was moved, swapped or replayed does not open (ENC-2).
// Encoding: "salus-ctx-v1" then for each part tag (u8), length (u32 big endian), bytes.
class Context {
public:
    enum class Part : std::uint8_t {
        realm = 1,  // the instance
        tenant = 2,
        compartment = 3,
        object_class = 4,  // resource, index, token key, wrapped key, audit detail ...
        type = 5,          // FHIR resource type or document type
        id = 6,            // logical id or address
        version = 7,
    };
    Context();
    Context& add(Part part, BytesView bytes);
    Context& add(Part part, std::string_view text) { return add(part, bytes_of(text)); }
    Context& add(Part part, std::uint64_t number);
    [[nodiscard]] BytesView bytes() const noexcept { return bytes_; }

private:
    Bytes bytes_;
};

class Sealer {
public:
    // Borrows the random source, which outlives the sealer.
    explicit Sealer(Random& random);
    ~Sealer();
    Sealer(Sealer&&) noexcept;

    // REQUIRES: key.size() == 32. The salt is hedged with the context and the plaintext, so a
    // generator that repeats itself (a restored snapshot) does not repeat a key.
    [[nodiscard]] Sealed seal(SecretBytes const& key, std::uint32_t key_version,
                              Context const& context, BytesView plaintext);
    // Errc::corrupt, and nothing else, for every way in which a record can fail to open.
    // The plaintext has `slack` zero bytes of capacity behind it (simdjson reads ahead); the
    // returned string's size is the plaintext's.
    [[nodiscard]] Result<std::string> open(SecretBytes const& key, Context const& context,
                                           Sealed const& sealed, std::size_t slack = 0);
    // As open(), into memory of the caller's, which holds nothing of it if it does not open.
    // REQUIRES: plaintext.size() == opened_size(sealed).
    [[nodiscard]] Result<void> open_into(SecretBytes const& key, Context const& context,
                                         Sealed const& sealed, std::span<std::uint8_t> plaintext);
    [[nodiscard]] static std::size_t opened_size(Sealed const& sealed) noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace salus::crypto
