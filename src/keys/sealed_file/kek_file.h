// Inside the room: the file of key-encryption keys (docs/formats/key-store.md). A header in clear
// (how the passphrase becomes a key) and a sealed record of the keys. Thread safety: values.
//
//   0  8  "SALUSKEK"
//   8  4  format (u32, big endian, as all numbers here): 1 scrypt, 2 PBKDF2-HMAC-SHA-512
//  12  8  scrypt N      20  4  r      24  4  p; or iterations, 0, 0
//  28  32 salt
//  60  32 verifier of the passphrase
//  92  32 SHA-256 of bytes 0 to 91
// 124     sealed record of the keys; its context holds bytes 0 to 91
#pragma once

#include <map>

#include "crypto/password.h"
#include "crypto/sealed.h"
#include "keys/key_management_service.h"
#include "keys/key_memory.h"
#include "keys/wrapped_key.h"

namespace salus::keys {

inline constexpr std::size_t kKekFileHeaderBytes = 124;

// How a passphrase becomes a key: formats 1 and 2.
enum class Stretching : std::uint8_t { scrypt, pbkdf2 };
// PBKDF2 where algorithms come from a FIPS module alone, which has no scrypt.
[[nodiscard]] Stretching usual_stretching() noexcept;

// The checksum tells damage from a wrong passphrase; it does not authenticate. The passphrase does,
// through the verifier and the record's context.
class KekFileHeader {
public:
    // A header for this passphrase with a new salt. Slow. Errc::invalid for a bad cost, which
    // counts for scrypt alone.
    static Result<KekFileHeader> make(SecretBytes const& passphrase, Stretching stretching,
                                      crypto::ScryptCost cost, crypto::Random& random);
    // Errc::corrupt unless the form and the checksum are right.
    static Result<KekFileHeader> parse(BytesView file);

    // The key that seals the record. Errc::unauthenticated for a wrong passphrase;
    // Errc::not_supported for format 1 where scrypt cannot be had. Slow.
    [[nodiscard]] Result<SecretBytes> seal_key(SecretBytes const& passphrase) const;
    [[nodiscard]] BytesView bytes() const noexcept { return bytes_; }
    [[nodiscard]] Stretching stretching() const noexcept;

private:
    explicit KekFileHeader(Bytes bytes) : bytes_(std::move(bytes)) {}
    Bytes bytes_;
};

struct Kek {
    KeyId id;
    KeyMemory::Slot key;
};
// What the sealed record holds.
struct KekFileContents {
    KeyMemory::Slot root;  // part of format 1; nothing is derived from it (keys/instance_root.h)
    std::map<KekName, Kek> keks;
};

[[nodiscard]] SecretBytes encode_keks(KekFileContents const& contents);
// Errc::corrupt for a wrong form.
[[nodiscard]] Result<KekFileContents> decode_keks(BytesView encoded, KeyMemory& memory);

}  // namespace salus::keys
