// The contract of a key management service (KMS): holds key-encryption keys (KEK) and wraps other
// keys with them; the KEKs never leave it. One folder per back end, one suite for all (ENC-3).
// Thread safety: calls from any thread. May block (an HSM, a network): never on an event loop.
#pragma once

#include <string>

#include "crypto/sealed.h"
#include "foundation/bytes.h"
#include "foundation/result.h"
#include "foundation/secret.h"
#include "foundation/strong_id.h"

namespace salus::keys {

// Names a KEK: one per tenant and epoch (ENC-2).
struct KekName {
    TenantName tenant;
    std::uint32_t epoch = 1;
    friend auto operator<=>(KekName const&, KekName const&) = default;
};
// [a-z0-9-]{1,32} and an epoch from 1: what ensure() takes. None of the characters that separate
// the parts of a key's name in a token or a vault is among them.
[[nodiscard]] bool is_kek_name(KekName const& name) noexcept;

// What every back end binds a wrapped key to, before it adds the blob's own header: realm, tenant,
// class, epoch of the KEK, and the caller's context (docs/formats/key-store.md).
[[nodiscard]] crypto::Context wrapping_context(std::string_view realm, KekName const& name,
                                               BytesView context);

class KeyManagementService {
public:
    virtual ~KeyManagementService() = default;
    // Makes the KEK if it is absent. Durable on return.
    [[nodiscard]] virtual Result<void> ensure(KekName const& name) = 0;
    // Wraps a key bound to this context; the blob names KEK and mechanism.
    [[nodiscard]] virtual Result<Bytes> wrap(KekName const& name, BytesView context,
                                             SecretBytes const& key) = 0;
    // Errc::corrupt for a wrong context or a changed blob; Errc::unavailable when the service
    // cannot answer; Errc::not_found when the KEK was destroyed.
    [[nodiscard]] virtual Result<SecretBytes> unwrap(KekName const& name, BytesView context,
                                                     BytesView wrapped) = 0;
    // Destroys the KEK: from then on unwrap() of what it wrapped is Errc::not_found, here and after
    // a restart. Copies that the back end's own backups hold are the operator's to destroy. A KEK
    // that is absent is destroyed already. Errc::invalid for a name that no tenant can have.
    // Durable on return. ENC-4, ENC-5.
    [[nodiscard]] virtual Result<void> destroy(KekName const& name) = 0;
    // For `salus check`: which back end, in words.
    [[nodiscard]] virtual Literal description() const noexcept = 0;
    // For `salus check`: what is known of it now: its own facts, no secret. May be empty.
    [[nodiscard]] virtual std::string evidence() { return {}; }
    // Whether wrap() and unwrap() wait for a device or a network. The keyring then calls them from
    // open() and refresh() alone, never for a request.
    [[nodiscard]] virtual bool may_block() const noexcept { return false; }
    // What the back end must do from time to time (renew a lease). Called every few seconds by a
    // thread that may block.
    virtual void maintain() {}
};

}  // namespace salus::keys
