#include "keys/sealed_file.h"

#include "foundation/file.h"
#include "foundation/limits.h"

namespace salus::keys {
namespace {

Result<crypto::Sealed> read_sealed(std::filesystem::path const& path) {
    auto contents = read_file(path, limits::kSealedFileBytes);
    if (!contents && contents.error().code == Errc::too_large) {
        return fail(Errc::corrupt, "a sealed file is too large");
    }
    if (!contents) return fail(std::move(contents).error());
    return crypto::Sealed::from_storage(*std::move(contents));
}

}  // namespace

Result<void> seal_to_file(std::filesystem::path const& path, SecretBytes const& key,
                          crypto::Context const& context, BytesView contents,
                          crypto::Random& random, std::uint32_t key_version) {
    crypto::Sealer sealer(random);
    auto const sealed = sealer.seal(key, key_version, context, contents);
    if (sealed.bytes().size() > limits::kSealedFileBytes) {
        return fail(Errc::too_large, "a sealed file would be too large");
    }
    return write_file_durably(path, sealed.bytes(), FileAccess::private_to_owner);
}

Result<SecretBytes> open_from_file(std::filesystem::path const& path, SecretBytes const& key,
                                   crypto::Context const& context, crypto::Random& random) {
    SALUS_TRY(auto const sealed, read_sealed(path));
    crypto::Sealer sealer(random);
    SALUS_TRY(auto text, sealer.open(key, context, sealed));
    SecretBytes secret(bytes_of(text));
    scrub(text);
    return secret;
}

Result<std::uint32_t> key_version_of_file(std::filesystem::path const& path) {
    SALUS_TRY(auto const sealed, read_sealed(path));
    return sealed.key_version();
}

}  // namespace salus::keys
