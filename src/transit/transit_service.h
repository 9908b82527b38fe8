// The KMS back end "transit" (ENC-3): key-encryption keys in HashiCorp Vault or OpenBao, which wrap
// and open for us and never give a key away
// (https://developer.hashicorp.com/vault/api-docs/secret/transit).
//
// One key of the vault per tenant and epoch, "salus-REALM.TENANT.EPOCH", of type aes256-gcm96, not
// exportable, without plaintext backup. The context is sent as associated_data; because a vault
// from before 1.13 would ignore that without a word, its SHA-256 is wrapped beside the key too and
// compared when it is opened. The vault's own rotation of a key is supported: a blob names the
// version. docs/formats/key-store.md, docs/decisions/0020-key-management-back-ends.md.
//
// Thread safety: any thread, one call at a time. Blocks, at most about
// attempts * timeout + pauses (7 s with the defaults).
#pragma once

#include <memory>
#include <set>

#include "foundation/thread_annotations.h"
#include "keys/key_management_service.h"
#include "transit/vault.h"

namespace salus::transit {

class TransitService final : public keys::KeyManagementService {
public:
    // Asks the vault about its token, so that what is configured wrongly is told at the start.
    // Errc::invalid for a mount or realm that cannot be part of a path.
    static Result<std::unique_ptr<TransitService>> open(Settings settings, std::string realm,
                                                        Clock const& clock, crypto::Random& random);

    // Errc::corrupt for a key of the vault that could be exported or is of another type.
    Result<void> ensure(keys::KekName const& name) override;
    Result<Bytes> wrap(keys::KekName const& name, BytesView context,
                       SecretBytes const& key) override;
    Result<SecretBytes> unwrap(keys::KekName const& name, BytesView context,
                               BytesView wrapped) override;
    // Allows the deletion of the vault's key, which a new one does not, then deletes it with all
    // its versions.
    Result<void> destroy(keys::KekName const& name) override;
    [[nodiscard]] Literal description() const noexcept override;
    [[nodiscard]] std::string evidence() override;
    [[nodiscard]] bool may_block() const noexcept override { return true; }
    void maintain() override;

private:
    TransitService(Vault vault, std::string realm)
        : realm_(std::move(realm)), vault_(std::move(vault)) {}
    [[nodiscard]] std::string key_name(keys::KekName const& name) const;
    [[nodiscard]] std::string path(std::string_view action, keys::KekName const& name) const
        SALUS_REQUIRES(mutex_);
    // Errc::not_found when the vault has no such key.
    [[nodiscard]] Result<void> check_key(keys::KekName const& name) SALUS_REQUIRES(mutex_);
    // As check_key, once per process: encrypting with an unknown name could make a key.
    [[nodiscard]] Result<void> know(keys::KekName const& name) SALUS_REQUIRES(mutex_);

    std::string const realm_;
    Mutex mutex_;
    Vault vault_ SALUS_GUARDED_BY(mutex_);
    std::set<keys::KekName> known_ SALUS_GUARDED_BY(mutex_);
};

}  // namespace salus::transit
