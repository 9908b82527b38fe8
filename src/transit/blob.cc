#include "transit/blob.h"

#include <charconv>

#include "crypto/hash.h"
#include "foundation/check.h"
#include "keys/key_memory.h"

namespace salus::transit {
namespace {

using keys::kKeyBytes;
using keys::kWrappingHeaderBytes;

constexpr std::string_view kPrefix = "vault:v";
constexpr std::size_t kVersionBytes = 4;
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kVectorAndTag = 12 + 16;
constexpr std::size_t kSealedBytes = kKeyBytes + kDigestBytes + kVectorAndTag;
constexpr std::size_t kBlobBytes = kWrappingHeaderBytes + kVersionBytes + kSealedBytes;
constexpr Literal kNotOurs = "not a key wrapped by a vault";

}  // namespace

keys::WrappingKeyName wrapping_name(std::string_view key_name, std::uint32_t epoch) {
    auto const digest = crypto::sha256({bytes_of("salus transit key\n"), bytes_of(key_name)});
    return {.mechanism = keys::WrappedBy::transit, .id = keys::KeyId::from(digest), .epoch = epoch};
}

Result<Bytes> blob_of(keys::WrappingKeyName const& name, std::string_view vault_text) {
    constexpr Literal kWhy = "the vault's ciphertext has another form";
    if (!vault_text.starts_with(kPrefix)) return fail(Errc::unavailable, kWhy);
    auto const rest = vault_text.substr(kPrefix.size());
    auto const colon = rest.find(':');
    if (colon == std::string_view::npos) return fail(Errc::unavailable, kWhy);
    std::uint32_t version = 0;
    auto const* const end = rest.data() + colon;
    auto const number = std::from_chars(rest.data(), end, version);
    auto const sealed = from_base64(rest.substr(colon + 1));
    if (number.ec != std::errc() || number.ptr != end || version == 0 || !sealed ||
        sealed->size() != kSealedBytes) {
        return fail(Errc::unavailable, kWhy);
    }
    auto blob = keys::wrapping_header(name);
    append_u32(blob, version);
    append(blob, *sealed);
    return blob;
}

Result<std::string> vault_text_of(keys::WrappingKeyName const& name, BytesView blob) {
    if (blob.size() != kBlobBytes) return fail(Errc::corrupt, kNotOurs);
    SALUS_TRY(auto const by, keys::read_wrapping_header(blob));
    if (by != name) return fail(Errc::corrupt, "a key was wrapped by another key");
    auto const version = read_u32(blob.subspan(kWrappingHeaderBytes));
    // A vault takes version 0 for 1: two spellings of one ciphertext.
    if (version == 0) return fail(Errc::corrupt, kNotOurs);
    return std::string(kPrefix) + std::to_string(version) + ":" +
           to_base64(blob.subspan(kWrappingHeaderBytes + kVersionBytes));
}

SecretBytes bind(SecretBytes const& key, BytesView context) {
    SALUS_CHECK(key.size() == kKeyBytes);
    auto const digest = crypto::sha256(context);
    SecretBytes bound(kKeyBytes + kDigestBytes);
    std::ranges::copy(key.reveal(), bound.mutable_bytes().begin());
    std::ranges::copy(digest, bound.mutable_bytes().begin() + kKeyBytes);
    return bound;
}

Result<SecretBytes> unbind(SecretBytes const& bound, BytesView context) {
    if (bound.size() != kKeyBytes + kDigestBytes) {
        return fail(Errc::corrupt, "a wrapped key has a wrong size");
    }
    if (!equal_constant_time(bound.reveal().subspan(kKeyBytes), crypto::sha256(context))) {
        return fail(Errc::corrupt, "a key was wrapped in another context");
    }
    return SecretBytes(bound.reveal().first(kKeyBytes));
}

}  // namespace salus::transit
