// A secret at rest in a file of its own: the token signing key, the key of the local certificate
// authority. One sealed record (crypto/sealed.h) of `contents`, mode 0600, replaced durably.
// Thread safety: any thread, one writer per path.
#pragma once

#include <filesystem>

#include "crypto/sealed.h"

namespace salus::keys {

// REQUIRES: key.size() == 32. The context says what the file is; a file that stands in another's
// place does not open. Errc::too_large beyond limits::kSealedFileBytes.
[[nodiscard]] Result<void> seal_to_file(std::filesystem::path const& path, SecretBytes const& key,
                                        crypto::Context const& context, BytesView contents,
                                        crypto::Random& random, std::uint32_t key_version = 1);
// The version of the key that a file is sealed under, as it claims. Errors as open_from_file().
[[nodiscard]] Result<std::uint32_t> key_version_of_file(std::filesystem::path const& path);
// Errc::not_found when there is no file; Errc::corrupt for every way in which it does not open.
[[nodiscard]] Result<SecretBytes> open_from_file(std::filesystem::path const& path,
                                                 SecretBytes const& key,
                                                 crypto::Context const& context,
                                                 crypto::Random& random);

}  // namespace salus::keys
