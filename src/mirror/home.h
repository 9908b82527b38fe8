// A mirror's directory, in an account that no server of the logs can write to:
//
//   mirror.key   Ed25519 or P-256, PKCS#8, DER, mode 0600: what cosigns
//   mirror.pub   its public half, "NAME+ID+BASE64": what servers and auditors are given
//   clients      the TLS clients that are served, and the logs that each may send (client_logs.h)
//   logs/ID/     a log (mirrored_log.h); ID is the beginning of SHA-256 of its origin
//   alarms       what was found, JSON lines
//   lock
//
// Thread safety: values.
#pragma once

#include <filesystem>
#include <vector>

#include "foundation/file.h"
#include "mirror/client_logs.h"
#include "mirror/mirrored_log.h"

namespace salus::mirror {

class Home {
public:
    // Key and empty list of clients. Errc::conflict: there is a mirror; Errc::invalid: no name of a
    // key.
    static Result<void> create(
        std::filesystem::path const& directory, std::string const& name,
        crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::ed25519);
    // Errc::corrupt: the key is missing, or is not that of mirror.pub.
    static Result<Home> open(std::filesystem::path directory);

    // Errc::conflict: it is known already. REQUIRES: no other process uses the directory (lock()).
    [[nodiscard]] Result<void> add_log(transparency::NoteVerifier const& log, Clock const& clock);
    // From now on this client may send the log.
    [[nodiscard]] Result<void> add_client(crypto::Sha256Digest const& key, std::string origin);
    [[nodiscard]] Result<ClientLogs> clients() const;
    // The logs' directories, in order.
    [[nodiscard]] Result<std::vector<std::filesystem::path>> logs() const;
    // Errc::conflict: another process uses it.
    [[nodiscard]] Result<FileLock> lock() const;

    [[nodiscard]] CosigningKey const& key() const noexcept { return key_; }
    [[nodiscard]] std::filesystem::path alarms_file() const { return directory_ / "alarms"; }
    [[nodiscard]] std::filesystem::path log_directory(std::string_view origin) const;

private:
    Home(std::filesystem::path directory, CosigningKey key)
        : directory_(std::move(directory)), key_(std::move(key)) {}

    std::filesystem::path directory_;
    CosigningKey key_;
};

// Of any mirror's directory, or of a file that was copied from it. Errc::invalid: it holds no key.
[[nodiscard]] Result<transparency::CosignatureVerifier> read_mirror_key(
    std::filesystem::path const& file);
[[nodiscard]] std::filesystem::path mirror_key_file(std::filesystem::path const& directory);

}  // namespace salus::mirror
