// Where a secret comes from (KEY-4). The configuration holds a reference, never a value:
//   file:PATH         a file that only its owner may read
//   credential:NAME   a systemd credential: $CREDENTIALS_DIRECTORY/NAME (systemd.exec(5),
//                     LoadCredential= and LoadCredentialEncrypted=)
// Thread safety: any thread, as long as no thread changes the environment.
#pragma once

#include <filesystem>
#include <string_view>

#include "foundation/result.h"
#include "foundation/secret.h"

namespace salus::keys {

struct SecretReference {
    enum class Source { file, credential };
    Source source = Source::file;
    std::filesystem::path name;  // a path, or a credential's name
};

// A relative path starts at `base`. Errc::invalid, with the reason, for any other text: so a secret
// written by value refuses instead of working.
[[nodiscard]] Result<SecretReference> parse_secret_reference(std::string_view text,
                                                             std::filesystem::path const& base);

// The secret without one trailing newline. Errors:
//   Errc::not_found   there is no such file, or systemd passed no credentials
//   Errc::forbidden   group or others may access the file, or another user owns it
//   Errc::invalid     it is empty, or not a regular file
//   Errc::too_large   beyond limits::kSecretBytes
[[nodiscard]] Result<SecretBytes> read_secret(SecretReference const& reference);

}  // namespace salus::keys
