// The KMS back end "PKCS#11" (ENC-3): key-encryption keys in a hardware security module (HSM), made
// there and never outside it. docs/decisions/0020-key-management-back-ends.md.
//
// One session, one lock: the keyring calls a KMS that blocks from the refresh of shard keys alone,
// so nothing waits for a second session. A session that died is replaced once per call; if that
// fails too the call is Errc::unavailable and the next one tries again. A PIN that was refused is
// not tried again until the secret source has another: tokens lock themselves after a few.
// Thread safety: any thread. Blocks for as long as the module does: PKCS#11 has no time limits.
#pragma once

#include <map>
#include <memory>

#include "crypto/random.h"
#include "foundation/thread_annotations.h"
#include "keys/key_management_service.h"
#include "keys/pkcs11/session.h"
#include "keys/secret_source.h"

namespace salus::keys::pkcs11 {

struct Settings {
    std::filesystem::path module;  // the vendor's library
    std::string token;             // label of the token
    SecretReference pin;           // of the token's user
    InitialisationVector vector = InitialisationVector::caller;
};

class Pkcs11Service final : public KeyManagementService {
public:
    // Connects and tries the mechanism. Errors as Session and read_secret; Errc::not_supported when
    // the token has no CKM_AES_GCM that authenticates. Borrows the random source.
    static Result<std::unique_ptr<Pkcs11Service>> open(Settings settings, std::string realm,
                                                       crypto::Random& random);

    Result<void> ensure(KekName const& name) override;
    // Errc::invalid for a key that has not 32 bytes; Errc::too_large after
    // kEncryptionsMax under one KEK by this process.
    Result<Bytes> wrap(KekName const& name, BytesView context, SecretBytes const& key) override;
    Result<SecretBytes> unwrap(KekName const& name, BytesView context, BytesView wrapped) override;
    // Errc::not_supported when the token does not let its user destroy keys.
    Result<void> destroy(KekName const& name) override;
    [[nodiscard]] Literal description() const noexcept override;
    [[nodiscard]] std::string evidence() override;
    [[nodiscard]] bool may_block() const noexcept override { return true; }

private:
    Pkcs11Service(Settings settings, std::string realm, crypto::Random& random);
    [[nodiscard]] Result<void> connect() SALUS_REQUIRES(mutex_);
    // Whether this answer says that the session died: then it is let go, and one more try is due.
    [[nodiscard]] bool has_died(Errc answer) SALUS_REQUIRES(mutex_);
    [[nodiscard]] Result<void> ensure_once(KekName const& name) SALUS_REQUIRES(mutex_);
    [[nodiscard]] Result<Bytes> wrap_once(KekName const& name, BytesView context,
                                          SecretBytes const& key) SALUS_REQUIRES(mutex_);
    [[nodiscard]] Result<SecretBytes> unwrap_once(KekName const& name, BytesView context,
                                                  BytesView wrapped) SALUS_REQUIRES(mutex_);
    [[nodiscard]] Result<void> destroy_once(KekName const& name) SALUS_REQUIRES(mutex_);
    [[nodiscard]] Result<std::optional<Session::Kek>> find(KekName const& name)
        SALUS_REQUIRES(mutex_);
    // Errc::not_found when the token has none, asked anew: a token that was taken away may look
    // like an empty one.
    [[nodiscard]] Result<Session::Kek> kek_of(KekName const& name) SALUS_REQUIRES(mutex_);
    [[nodiscard]] std::string label_of(KekName const& name) const;
    [[nodiscard]] Result<void> count_encryption(KekName const& name) SALUS_REQUIRES(mutex_);

    Settings const settings_;
    std::string const realm_;
    crypto::Random& random_;
    Mutex mutex_;
    std::unique_ptr<Session> session_ SALUS_GUARDED_BY(mutex_);  // null: to be opened
    SecretBytes refused_pin_ SALUS_GUARDED_BY(mutex_);           // empty: none was
    std::map<KekName, std::uint64_t> encryptions_ SALUS_GUARDED_BY(mutex_);
};

}  // namespace salus::keys::pkcs11
