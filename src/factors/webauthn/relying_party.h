// Whom credentials are for (WebAuthn section 4, "Relying Party"), and who somebody is in it.
// Thread safety: values, immutable; any thread.
#pragma once

#include <string>
#include <vector>

#include "crypto/hash.h"
#include "foundation/result.h"

namespace salus::factors::webauthn {

class RelyingParty {
public:
    // `id`: a domain in lower case (section 5.1.2), which credentials are bound to for ever.
    // `name`: shown by the authenticator, 1 to 64 bytes in UTF-8. `origins`: the pages that may use
    // them, spelled as browsers do: https, the domain or one below it, a port only if it is not
    // 443, nothing behind. http for the domain localhost alone. Errc::invalid.
    static Result<RelyingParty> make(std::string id, std::string name,
                                     std::vector<std::string> origins);

    [[nodiscard]] std::string const& id() const noexcept { return id_; }
    [[nodiscard]] std::string const& name() const noexcept { return name_; }
    [[nodiscard]] std::vector<std::string> const& origins() const noexcept { return origins_; }
    [[nodiscard]] crypto::Sha256Digest const& id_hash() const noexcept { return id_hash_; }

private:
    RelyingParty() = default;
    std::string id_;
    std::string name_;
    std::vector<std::string> origins_;
    crypto::Sha256Digest id_hash_{};
};

// Whether the authenticator has to make sure who its user is, by a PIN or a biometric.
enum class UserVerification : std::uint8_t { required, preferred, discouraged };
// "required" and so on, as in the options.
[[nodiscard]] std::string_view name_of(UserVerification value) noexcept;

}  // namespace salus::factors::webauthn
