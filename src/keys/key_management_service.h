// The contract of a key management service (KMS): holds key-encryption keys (KEK) and wraps other
// keys with them; the KEKs never leave it. One folder per back end, one suite for all (ENC-3).
// Thread safety: calls from any thread. May block (an HSM, a network): never on an event loop.
#pragma once

#include "foundation/bytes.h"
#include "foundation/result.h"
#include "foundation/secret.h"
#include "foundation/strong_id.h"

namespace salus::keys {

// Names a KEK: one per tenant and epoch (ENC-2).
struct KekName {
    TenantName tenant;
    std::uint32_t epoch = 1;
};

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
    // For `salus check`: which back end, in words.
    [[nodiscard]] virtual Literal description() const noexcept = 0;
};

}  // namespace salus::keys
