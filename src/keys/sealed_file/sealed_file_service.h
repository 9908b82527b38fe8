// The KMS back end "sealed file" (ENC-3): key-encryption keys in one file, sealed under a key that
// scrypt (RFC 7914) makes from a passphrase or a systemd credential. For one node without an HSM.
// The keys are in the process's locked memory while it runs; whoever reads that memory has them.
// Losing the file or the passphrase loses all data: back both up, apart from each other.
// Thread safety: any thread. wrap() and unwrap() take about 15 us; ensure() writes the file.
#pragma once

#include <filesystem>
#include <memory>

#include "crypto/password.h"
#include "keys/key_management_service.h"
#include "keys/sealed_file/kek_file.h"

namespace salus::keys {

class SealedFileService final : public KeyManagementService {
public:
    // Makes the file, with no keys yet. Errc::conflict when it exists: keys are never overwritten.
    // Errc::invalid for an empty passphrase or a cost out of range. Borrows the random source.
    static Result<std::unique_ptr<SealedFileService>> create(std::filesystem::path path,
                                                             SecretBytes const& passphrase,
                                                             std::string realm,
                                                             crypto::Random& random,
                                                             crypto::ScryptCost cost);
    // Errc::not_found without a file, Errc::unauthenticated for a wrong passphrase, Errc::corrupt
    // for a damaged file or another realm's. Slow (scrypt).
    static Result<std::unique_ptr<SealedFileService>> open(std::filesystem::path path,
                                                           SecretBytes const& passphrase,
                                                           std::string realm,
                                                           crypto::Random& random);

    // Seals the file under another passphrase, or by another way of stretching one; the keys in it
    // stay what they are. REQUIRES: no process has the file open as a service. The file is the old
    // or the new one, whatever happens; then the old one's bytes are overwritten. Errors as open(),
    // Errc::invalid for an empty passphrase, Errc::unavailable if the file cannot be written. Slow.
    static Result<void> reseal(std::filesystem::path path, SecretBytes const& old_passphrase,
                               SecretBytes const& passphrase, std::string realm,
                               crypto::Random& random, Stretching stretching,
                               crypto::ScryptCost cost);

    // Errc::unavailable while another process writes the file. Errc::invalid for a name that no
    // tenant can have; Errc::too_large beyond limits::kKeyEncryptionKeys.
    Result<void> ensure(KekName const& name) override;
    // Errc::invalid for a key that has not 32 bytes.
    Result<Bytes> wrap(KekName const& name, BytesView context, SecretBytes const& key) override;
    Result<SecretBytes> unwrap(KekName const& name, BytesView context, BytesView wrapped) override;
    // Writes the file anew without the key, then overwrites the old file's bytes. A file system
    // that copies on write, and the drive, may keep them all the same, still sealed.
    Result<void> destroy(KekName const& name) override;
    [[nodiscard]] Literal description() const noexcept override;

    // Whether the memory of the keys is locked (KEY-5).
    [[nodiscard]] bool memory_locked() const { return memory_.is_locked(); }

private:
    SealedFileService(std::filesystem::path path, std::string realm, crypto::Random& random,
                      KekFileHeader header);
    [[nodiscard]] crypto::Context file_context() const;
    Result<void> initialise(SecretBytes const& passphrase, SecretBytes const& root);
    Result<void> load(SecretBytes const& passphrase, BytesView file);
    Result<void> add(KekName const& name) SALUS_REQUIRES(mutex_);
    // What the file holds now. REQUIRES: the file's lock.
    Result<KekFileContents> read() SALUS_REQUIRES(mutex_);
    Result<KekFileContents> decode(BytesView file) SALUS_REQUIRES(mutex_);
    Result<void> write(KekFileContents const& contents) SALUS_REQUIRES(mutex_);
    // In the place of the file that is there, whose bytes are overwritten.
    Result<void> replace(KekFileContents const& contents) SALUS_REQUIRES(mutex_);
    // The keys of another service, sealed by this one.
    Result<void> take_over(SealedFileService& other, SecretBytes const& passphrase);

    std::filesystem::path const path_;
    std::string const realm_;
    crypto::Random& random_;
    KekFileHeader const header_;
    KeyMemory memory_;
    mutable Mutex mutex_;
    crypto::Sealer sealer_ SALUS_GUARDED_BY(mutex_);
    std::optional<KeyMemory::Slot> seal_key_ SALUS_GUARDED_BY(mutex_);
    std::optional<KekFileContents> contents_ SALUS_GUARDED_BY(mutex_);  // set once opened
};

}  // namespace salus::keys
