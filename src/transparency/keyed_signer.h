// The signer itself: a key and a memory in a directory that nobody else reads.
//
//   checkpoint.key   PKCS#8, DER, mode 0600
//   checkpoint.pub   its public half, PEM: what auditors keep
//   signed           a note by the same key: each log's last signed size and root
//
// Both are made together, once. A key without a readable memory is refused: an empty memory would
// sign a second continuation of a log. Belongs to one thread.
#pragma once

#include <filesystem>
#include <map>

#include "foundation/file.h"
#include "transparency/signer.h"

namespace salus::transparency {

class KeyedSigner final : public CheckpointSigner {
public:
    // Makes key and empty memory in a directory that has neither. Errc::conflict: it has.
    static Result<void> create(std::filesystem::path const& directory,
                               crypto::SignatureAlgorithm algorithm);
    // Errc::corrupt: the memory is missing, changed, or another key's. Errc::conflict: another
    // process signs from this directory.
    static Result<KeyedSigner> open(std::filesystem::path const& directory);

    [[nodiscard]] Result<SigningAnswer> sign(Continuation const& request) override;
    [[nodiscard]] crypto::VerifyingKey public_key() const { return key_.verifying_key(); }

private:
    KeyedSigner(std::filesystem::path directory, FileLock lock, crypto::SigningKey key)
        : directory_(std::move(directory)), lock_(std::move(lock)), key_(std::move(key)) {}
    [[nodiscard]] Result<void> read_memory();
    [[nodiscard]] Result<void> remember(Checkpoint const& checkpoint);

    std::filesystem::path directory_;
    FileLock lock_;
    crypto::SigningKey key_;
    std::map<std::string, TreeHead> signed_;  // by origin
};

// The files of a signer's directory.
[[nodiscard]] std::filesystem::path secret_key_file(std::filesystem::path const& directory);
[[nodiscard]] std::filesystem::path public_key_file(std::filesystem::path const& directory);
[[nodiscard]] std::filesystem::path memory_file(std::filesystem::path const& directory);
// What a signer with this key signed last, by origin. Errc::corrupt: missing, changed, or another
// key's.
[[nodiscard]] Result<std::map<std::string, TreeHead>> read_signed_heads(
    std::filesystem::path const& directory, crypto::VerifyingKey const& key);
// Of a PEM file, SubjectPublicKeyInfo. Errc::invalid: it is none.
[[nodiscard]] Result<crypto::VerifyingKey> read_public_key(std::filesystem::path const& file);

}  // namespace salus::transparency
