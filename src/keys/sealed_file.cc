#include "keys/sealed_file.h"

#include "foundation/file.h"
#include "foundation/limits.h"

namespace salus::keys {

Result<void> seal_to_file(std::filesystem::path const& path, SecretBytes const& key,
                          crypto::Context const& context, BytesView contents,
                          crypto::Random& random) {
    constexpr std::uint32_t kKeyVersion = 1;
    crypto::Sealer sealer(random);
    auto const sealed = sealer.seal(key, kKeyVersion, context, contents);
    if (sealed.bytes().size() > limits::kSealedFileBytes) {
        return fail(Errc::too_large, "a sealed file would be too large");
    }
    return write_file_durably(path, sealed.bytes(), FileAccess::private_to_owner);
}

Result<SecretBytes> open_from_file(std::filesystem::path const& path, SecretBytes const& key,
                                   crypto::Context const& context, crypto::Random& random) {
    auto contents = read_file(path, limits::kSealedFileBytes);
    if (!contents && contents.error().code == Errc::too_large) {
        return fail(Errc::corrupt, "a sealed file is too large");
    }
    if (!contents) return fail(std::move(contents).error());
    SALUS_TRY(auto const sealed, crypto::Sealed::from_storage(*std::move(contents)));
    crypto::Sealer sealer(random);
    SALUS_TRY(auto text, sealer.open(key, context, sealed));
    SecretBytes secret(bytes_of(text));
    scrub(text);
    return secret;
}

}  // namespace salus::keys
