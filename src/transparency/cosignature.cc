#include "transparency/cosignature.h"

#include <algorithm>

#include "transparency/note.h"
#include "transparency/note_key.h"

namespace salus::transparency {
namespace {

constexpr std::size_t kTimeBytes = 8;

std::string message_of(std::string_view text, std::uint64_t seconds) {
    return "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + std::string(text);
}

}  // namespace

CosignatureVerifier::CosignatureVerifier(std::string name, crypto::VerifyingKey key, Bytes encoded)
    : name_(std::move(name)),
      key_(std::move(key)),
      encoded_(std::move(encoded)),
      id_(key_id(name_, encoded_)) {}

Result<CosignatureVerifier> CosignatureVerifier::make(std::string name, crypto::VerifyingKey key) {
    if (!is_key_name(name)) return fail(Errc::invalid, "a key of notes cannot have this name");
    if (!key.fits(crypto::SignatureAlgorithm::ed25519)) {
        return fail(Errc::invalid, "cosignatures are made with Ed25519");
    }
    SALUS_TRY(auto const coordinates, key.coordinates());
    Bytes encoded{kCosignatureType};
    append(encoded, coordinates.x);
    return CosignatureVerifier(std::move(name), std::move(key), std::move(encoded));
}

Result<CosignatureVerifier> CosignatureVerifier::parse(std::string_view text) {
    SALUS_TRY(auto named, key_from(text));
    if (named.encoded.front() != kCosignatureType) {
        return fail(Errc::invalid, "this is no key of cosignatures");
    }
    SALUS_TRY(auto key, crypto::VerifyingKey::from_ed25519(BytesView(named.encoded).subspan(1)));
    return make(std::move(named.name), std::move(key));
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
        if (seconds == 0 ||
            !key_.verify(crypto::SignatureAlgorithm::ed25519,
                         bytes_of(message_of(parts.text, seconds)), bytes.subspan(kTimeBytes))) {
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
    append(bytes, key.sign(bytes_of(message_of(text, seconds))));
    return signature_line(verifier.name(), verifier.id(), bytes);
}

}  // namespace salus::transparency
