// Arbitrary bytes as a wrapped key, as the file of key-encryption keys, as what that file holds, as
// a vault's text and as its blob: no crash, no key that was not wrapped, and one spelling. The
// bytes also change a wrapped key at any place, and a change never opens (ENC-2).
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "foundation/check.h"
#include "foundation/limits.h"
#include "keys/sealed_file/kek_file.h"
#include "keys/wrapped_key.h"
#include "transit/blob.h"

namespace keys = salus::keys;
namespace crypto = salus::crypto;
namespace transit = salus::transit;
using salus::BytesView;

namespace {

struct Fixture {
    crypto::SystemRandom random;
    crypto::Sealer sealer{random};
    keys::KeyMemory memory{salus::limits::kKeyEncryptionKeys + 1};
    salus::SecretBytes wrapping = crypto::random_secret(random, keys::kKeyBytes);
    salus::SecretBytes key = crypto::random_secret(random, keys::kKeyBytes);
    keys::WrappingKeyName name{.mechanism = keys::WrappedBy::shard_key,
                               .id = keys::KeyId::from(key.reveal().last(16)),
                               .epoch = 7};
    salus::Bytes wrapped = keys::wrap_key(sealer, name, wrapping, crypto::Context(), 3, key);
    keys::WrappingKeyName vault = transit::wrapping_name("salus-realm-default-1", 1);
};

void check_wrapped(Fixture& fixture, BytesView input) {
    static_cast<void>(keys::read_wrapping_header(input));
    static_cast<void>(keys::wrapping_key_of(input));
    SALUS_CHECK(!keys::unwrap_key(fixture.sealer, fixture.wrapping, crypto::Context(), input));
    auto changed = fixture.wrapped;
    for (std::size_t i = 0; i + 1 < input.size(); i += 2) {
        changed[input[i] % changed.size()] ^= input[i + 1];
    }
    auto const opened =
        keys::unwrap_key(fixture.sealer, fixture.wrapping, crypto::Context(), changed);
    SALUS_CHECK(opened.has_value() == (changed == fixture.wrapped));
}

void check_vault(Fixture const& fixture, BytesView input) {
    if (auto const blob = transit::blob_of(fixture.vault, salus::text_of(input))) {
        auto const text = transit::vault_text_of(fixture.vault, *blob);
        SALUS_CHECK(text.has_value());
        SALUS_CHECK(transit::blob_of(fixture.vault, *text).value() == *blob);
    }
    static_cast<void>(transit::vault_text_of(fixture.vault, input));
    static_cast<void>(transit::unbind(salus::SecretBytes(input), input));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static Fixture fixture;
    BytesView const input(data, size);
    check_wrapped(fixture, input);
    check_vault(fixture, input);
    static_cast<void>(keys::KekFileHeader::parse(input));
    static_cast<void>(keys::decode_keks(input, fixture.memory));
    return 0;
}
