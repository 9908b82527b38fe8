#include "keys/wrapped_key.h"

#include "foundation/check.h"
#include "keys/key_memory.h"

namespace salus::keys {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kIdAt = 4;
constexpr std::size_t kEpochAt = 20;
constexpr std::size_t kWrappedBytes = 136;
constexpr Literal kWhy = "not a wrapped key";

std::string_view magic_of(WrappedBy mechanism) {
    switch (mechanism) {
        case WrappedBy::shard_key: return "WK";
        case WrappedBy::sealed_file:
        case WrappedBy::pkcs11:
        case WrappedBy::transit: return "HW";
    }
    SALUS_CHECK(false);
}

}  // namespace

Bytes wrapping_header(WrappingKeyName const& name) {
    Bytes header;
    header.reserve(kWrappedBytes);
    append(header, bytes_of(magic_of(name.mechanism)));
    header.push_back(kFormat);
    header.push_back(static_cast<std::uint8_t>(name.mechanism));
    append(header, name.id.bytes());
    append_u32(header, name.epoch);
    return header;
}

Result<WrappingKeyName> read_wrapping_header(BytesView wrapped) {
    if (wrapped.size() < kWrappingHeaderBytes) return fail(Errc::corrupt, kWhy);
    if (wrapped[3] < static_cast<std::uint8_t>(WrappedBy::shard_key) ||
        wrapped[3] > static_cast<std::uint8_t>(WrappedBy::transit)) {
        return fail(Errc::corrupt, kWhy);
    }
    auto const mechanism = static_cast<WrappedBy>(wrapped[3]);
    if (text_of(wrapped.first(2)) != magic_of(mechanism) || wrapped[2] != kFormat) {
        return fail(Errc::corrupt, kWhy);
    }
    return WrappingKeyName{.mechanism = mechanism,
                           .id = KeyId::from(wrapped.subspan(kIdAt)),
                           .epoch = read_u32(wrapped.subspan(kEpochAt))};
}

Bytes wrap_key(crypto::Sealer& sealer, WrappingKeyName const& name, SecretBytes const& wrapping_key,
               crypto::Context context, std::uint32_t version, SecretBytes const& key) {
    SALUS_CHECK(key.size() == kKeyBytes);
    auto wrapped = wrapping_header(name);
    context.add(crypto::Context::Part::object_class, BytesView(wrapped));
    append(wrapped, sealer.seal(wrapping_key, version, context, key.reveal()).bytes());
    SALUS_CHECK(wrapped.size() == kWrappedBytes);
    return wrapped;
}

Result<WrappingKeyName> wrapping_key_of(BytesView wrapped) {
    if (wrapped.size() != kWrappedBytes) return fail(Errc::corrupt, kWhy);
    SALUS_TRY(auto const name, read_wrapping_header(wrapped));
    if (name.mechanism != WrappedBy::shard_key && name.mechanism != WrappedBy::sealed_file) {
        return fail(Errc::corrupt, kWhy);
    }
    return name;
}

Result<SecretBytes> unwrap_key(crypto::Sealer& sealer, SecretBytes const& wrapping_key,
                               crypto::Context context, BytesView wrapped) {
    SALUS_TRY(auto const name, wrapping_key_of(wrapped));
    context.add(crypto::Context::Part::object_class, BytesView(wrapping_header(name)));
    auto const record = wrapped.subspan(kWrappingHeaderBytes);
    SALUS_TRY(auto const sealed, crypto::Sealed::from_storage(Bytes(record.begin(), record.end())));
    SALUS_TRY(auto text, sealer.open(wrapping_key, context, sealed));
    SecretBytes key(bytes_of(text));
    scrub(text);
    if (key.size() != kKeyBytes) return fail(Errc::corrupt, "a wrapped key has a wrong size");
    return key;
}

}  // namespace salus::keys
