// Keys of sealed files (keys/sealed_file.h) that belong to the instance and to no tenant: the key
// of the local certificate authority. Derived from a root of 32 random bytes, which lies in a file
// of its own, wrapped by the key management service; so they work the same on every back end.
// Thread safety: any thread. May block, as the service may.
#pragma once

#include <filesystem>

#include "crypto/random.h"
#include "keys/key_management_service.h"

namespace salus::keys {

// The key-encryption key of the root. No tenant may have this name.
inline constexpr char const* kInstanceName = "salus-instance";

// Makes root and key-encryption key at first use, durably. The label names the use:
// "certificate-authority". Errors of the service; Errc::corrupt for a changed file or another
// realm's.
[[nodiscard]] Result<SecretBytes> instance_file_key(std::filesystem::path const& root_file,
                                                    KeyManagementService& service,
                                                    std::string_view realm, std::string_view label,
                                                    crypto::Random& random);

// The epoch of the key-encryption key that wraps the root, read from the file. Errc::not_found
// before first use; Errc::corrupt for another form.
[[nodiscard]] Result<std::uint32_t> instance_root_epoch(std::filesystem::path const& root_file);
// Wraps the root under the key-encryption key of this epoch, made if it is absent, and destroys the
// one before; the root stays, and so does what hangs under it. The file is the old or the new one,
// whatever happens, and the same call finishes what a crash left. Errc::conflict for an earlier
// epoch than the present one. ENC-4.
[[nodiscard]] Result<void> rewrap_instance_root(std::filesystem::path const& root_file,
                                                KeyManagementService& service,
                                                std::string_view realm, std::uint32_t epoch);

}  // namespace salus::keys
