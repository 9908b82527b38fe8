// The keys of signed notes as people hand them on: "NAME+ID+BASE64", where the base64 is of a type
// byte and the key (golang.org/x/mod/sumdb/note, C2SP signed-note); and what they sign. Pure
// functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/signature.h"
#include "foundation/bytes.h"
#include "foundation/result.h"

namespace salus::transparency {

inline constexpr std::uint8_t kEd25519Type = 0x01;
inline constexpr std::uint8_t kEcdsaType = 0x02;
inline constexpr std::uint8_t kCosignatureType = 0x04;  // C2SP tlog-cosignature, v1
// A type without a byte of its own: the identifier follows (C2SP signed-note, "Signature types").
inline constexpr std::uint8_t kNamedType = 0xff;
inline constexpr std::size_t kKeyIdBytes = 4;

// Ed25519, or ECDSA on P-256 with SHA-256, in DER and one spelling; other keys sign no notes.
[[nodiscard]] bool signs_notes(crypto::VerifyingKey const& key);
[[nodiscard]] Bytes sign_for_note(BytesView message, crypto::SigningKey const& key);
// REQUIRES: signs_notes(key).
[[nodiscard]] bool verify_for_note(BytesView message, BytesView signature,
                                   crypto::VerifyingKey const& key);

// Neither empty, nor with a space, a plus or a control character.
[[nodiscard]] bool is_key_name(std::string_view name);
// The id that stands before each signature. REQUIRES: encoded is not empty.
[[nodiscard]] std::uint32_t key_id(std::string_view name, BytesView encoded);
[[nodiscard]] std::string key_text(std::string_view name, BytesView encoded);

struct NamedKey {
    std::string name;
    Bytes encoded;  // type, then key: two bytes or more
};
// Errc::invalid: it is none, or has another spelling than key_text().
[[nodiscard]] Result<NamedKey> key_from(std::string_view text);

}  // namespace salus::transparency
