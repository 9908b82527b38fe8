#include "transparency/cosignature.h"

#include <algorithm>

#include "transparency/note.h"
#include "transparency/note_key.h"

namespace salus::transparency {
namespace {

constexpr std::size_t kTimeBytes = 8;

}  // namespace

CosignatureVerifier::CosignatureVerifier(std::string name, crypto::VerifyingKey key, Bytes encoded)
    : name_(std::move(name)),
      key_(std::move(key)),
      encoded_(std::move(encoded)),
      id_(key_id(name_, encoded_)) {}

Result<CosignatureVerifier> CosignatureVerifier::make(std::string name, crypto::VerifyingKey key) {
    if (!is_key_name(name)) return fail(Errc::invalid, "a key of notes cannot have this name");
    if (!signs_notes(key)) {
        return fail(Errc::invalid, "cosignatures are made with Ed25519 or ECDSA P-256");
    }
    Bytes encoded;
    if (key.fits(crypto::SignatureAlgorithm::ed25519)) {
        SALUS_TRY(auto const coordinates, key.coordinates());
        encoded.push_back(kCosignatureType);
        append(encoded, coordinates.x);
    } else {
        encoded.push_back(kNamedType);
        append(encoded, bytes_of(kP256Cosignature));
        append(encoded, key.spki());
    }
    return CosignatureVerifier(std::move(name), std::move(key), std::move(encoded));
}

Result<CosignatureVerifier> CosignatureVerifier::parse(std::string_view text) {
    auto const wrong = [] { return fail(Errc::invalid, "this is no key of cosignatures"); };
    SALUS_TRY(auto named, key_from(text));
    auto const type = named.encoded.front();
    auto const rest = BytesView(named.encoded).subspan(1);
    bool const is_p256 = type == kNamedType && text_of(rest).starts_with(kP256Cosignature);
    if (type != kCosignatureType && !is_p256) return wrong();
    auto key = is_p256 ? crypto::VerifyingKey::from_spki(rest.subspan(kP256Cosignature.size()))
                       : crypto::VerifyingKey::from_ed25519(rest);
    if (!key) return wrong();
    SALUS_TRY(auto verifier, make(std::move(named.name), *std::move(key)));
    // One spelling: type and key are checked by writing them again.
    if (verifier.text() != text) return wrong();
    return verifier;
}

std::string CosignatureVerifier::message_of(std::string_view text, std::uint64_t seconds) const {
    auto const form = is_ed25519() ? kEd25519Cosignature : kP256Cosignature;
    return std::string(form) + "\ntime " + std::to_string(seconds) + "\n" + std::string(text);
}

std::string CosignatureVerifier::text() const {
    return key_text(name_, encoded_);
}

Result<Cosigned> CosignatureVerifier::open(std::string_view note) const {
    SALUS_TRY(auto const parts, split_note(note));
    std::uint64_t latest = 0;
    for (auto const& signature : parts.signatures) {
        if (signature.name != name_ || signature.id != id_) continue;
        auto const bytes = BytesView(signature.bytes);
        auto const seconds = bytes.size() < kTimeBytes ? 0 : read_u64(bytes);
        // A time of 0 says in C2SP that there is none.
        if (seconds == 0 || !verify_for_note(bytes_of(message_of(parts.text, seconds)),
                                             bytes.subspan(kTimeBytes), key_)) {
            return fail(Errc::forbidden, "a cosignature of the note is wrong");
        }
        latest = std::max(latest, seconds);
    }
    if (latest == 0) return fail(Errc::forbidden, "the note is not cosigned by the key");
    return Cosigned{std::string(parts.text), WallTime(std::chrono::seconds(latest))};
}

std::string cosign(std::string_view text, crypto::SigningKey const& key,
                   CosignatureVerifier const& verifier, WallTime at) {
    auto const seconds = static_cast<std::uint64_t>(to_unix_seconds(at));
    Bytes bytes;
    append_u64(bytes, seconds);
    append(bytes, sign_for_note(bytes_of(verifier.message_of(text, seconds)), key));
    return signature_line(verifier.name(), verifier.id(), bytes);
}

}  // namespace salus::transparency
