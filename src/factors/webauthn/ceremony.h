// Inside the room: what both ceremonies remember between their options and their answer, and how it
// is kept meanwhile. Thread safety: values.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/signature.h"
#include "factors/webauthn/authenticator_data.h"
#include "factors/webauthn/relying_party.h"
#include "foundation/clock.h"

namespace salus::factors::webauthn {

struct Ceremony {
    enum class Kind : std::uint8_t { registration = 1, authentication = 2 };

    Kind kind;
    UserVerification user_verification;
    WallTime expires;
    std::array<std::uint8_t, 32> challenge{};
    crypto::Sha256Digest session{};  // of the session's id, which is a secret
    Bytes user_handle{};             // empty: whoever the credential belongs to
    std::vector<crypto::SignatureAlgorithm> algorithms{};  // of a registration
    std::vector<Bytes> credentials{};                      // of an authentication; empty: any

    static Ceremony begin(Kind kind, UserVerification user_verification, std::string_view session,
                          WallTime now, crypto::Random& random);
    [[nodiscard]] Bytes to_bytes() const;
    // Errc::corrupt for bytes that to_bytes() did not make for this kind.
    static Result<Ceremony> from_bytes(Kind kind, BytesView bytes);

    // Errc::unauthenticated for another session, or when its time has not begun or is over.
    [[nodiscard]] Result<void> check(std::string_view session_id, WallTime now) const;
    // Errc::unauthenticated unless the data are for this party, of a user who is there and was
    // verified if that is required.
    [[nodiscard]] Result<void> check(AuthenticatorData const& data,
                                     RelyingParty const& party) const;
};

// 1 to limits::kWebauthnUserHandleBytes bytes that identify nobody outside (section 14.6.1).
[[nodiscard]] bool is_user_handle(BytesView handle) noexcept;

}  // namespace salus::factors::webauthn
