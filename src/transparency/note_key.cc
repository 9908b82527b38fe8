#include "transparency/note_key.h"

#include <algorithm>

#include "crypto/ecdsa_encoding.h"
#include "crypto/hash.h"

namespace salus::transparency {
namespace {

constexpr std::size_t kP256Bytes = 32;

}  // namespace

bool signs_notes(crypto::VerifyingKey const& key) {
    return key.fits(crypto::SignatureAlgorithm::ed25519) ||
           key.fits(crypto::SignatureAlgorithm::es256);
}

Bytes sign_for_note(BytesView message, crypto::SigningKey const& key) {
    auto const signature = key.sign(message);
    bool const is_ecdsa = key.algorithm() == crypto::SignatureAlgorithm::es256;
    return is_ecdsa ? crypto::ecdsa_to_der(signature) : signature;
}

bool verify_for_note(BytesView message, BytesView signature, crypto::VerifyingKey const& key) {
    if (key.fits(crypto::SignatureAlgorithm::ed25519)) {
        return key.verify(crypto::SignatureAlgorithm::ed25519, message, signature);
    }
    auto const raw = crypto::ecdsa_to_raw(signature, kP256Bytes);
    return !raw.empty() && key.verify(crypto::SignatureAlgorithm::es256, message, raw);
}

bool is_key_name(std::string_view name) {
    return !name.empty() &&
           std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f && c != '+'; });
}

// The id of ECDSA keys is that of their SubjectPublicKeyInfo alone.
std::uint32_t key_id(std::string_view name, BytesView encoded) {
    constexpr std::array<std::uint8_t, 1> kNewline{'\n'};
    auto const hash = encoded.front() == kEcdsaType
                          ? crypto::sha256(encoded.subspan(1))
                          : crypto::sha256({bytes_of(name), kNewline, encoded});
    return read_u32(hash);
}

std::string key_text(std::string_view name, BytesView encoded) {
    Bytes id;
    append_u32(id, key_id(name, encoded));
    return std::string(name) + "+" + to_hex(id) + "+" + to_base64(encoded);
}

Result<NamedKey> key_from(std::string_view text) {
    auto const wrong = [] { return fail(Errc::invalid, "this is no key of notes"); };
    auto const first = text.find('+');
    if (first == std::string_view::npos) return wrong();
    auto const second = text.find('+', first + 1);
    if (second == std::string_view::npos) return wrong();
    auto encoded = from_base64(text.substr(second + 1));
    auto const name = text.substr(0, first);
    if (!encoded || encoded->size() < 2 || !is_key_name(name)) return wrong();
    // One spelling: the id is checked by writing it again.
    if (key_text(name, *encoded) != text) return wrong();
    return NamedKey{std::string(name), *std::move(encoded)};
}

}  // namespace salus::transparency
