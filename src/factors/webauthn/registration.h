// Making a credential (WebAuthn sections 5.4 and 7.1). start() gives the options for
// navigator.credentials.create() and a state; finish() consumes the state. Thread safety: a
// ceremony is immutable, any thread; a state belongs to one.
//
// The state is kept on the server between the two, where nobody else writes. Its bytes serve once:
// whoever takes them out deletes them in the same step, whatever finish() then says.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "factors/webauthn/ceremony.h"
#include "factors/webauthn/response.h"

namespace salus::factors::webauthn {

// Whether the authenticator keeps the credential, so that it can say whose it is by itself.
enum class Discoverable : std::uint8_t { required, preferred, discouraged };

struct RegistrationPolicy {
    UserVerification user_verification = UserVerification::required;
    Discoverable discoverable = Discoverable::preferred;
    // Not empty and each of offered_algorithms(), the best first.
    std::vector<crypto::SignatureAlgorithm> algorithms = offered_algorithms();
    // With anchors the browser is asked for attestation, which it may show to its user.
    AttestationRules attestation{};
};

struct RegisteringUser {
    Bytes handle;              // is_user_handle(); random, never a name
    std::string name;          // as they sign in; shown by the authenticator. 1 to 64 bytes, UTF-8
    std::string display_name;  // 0 to 64 bytes, UTF-8
};

class RegistrationState {
public:
    RegistrationState(RegistrationState&&) noexcept = default;
    RegistrationState& operator=(RegistrationState&&) noexcept = default;
    RegistrationState(RegistrationState const&) = delete;
    RegistrationState& operator=(RegistrationState const&) = delete;

    [[nodiscard]] Bytes to_bytes() const { return ceremony_.to_bytes(); }
    // Errc::corrupt for anything but what to_bytes() gave, the state of an authentication included.
    static Result<RegistrationState> from_bytes(BytesView bytes);

private:
    friend class RegistrationCeremony;
    explicit RegistrationState(Ceremony ceremony) : ceremony_(std::move(ceremony)) {}
    Ceremony ceremony_;
};

class RegistrationCeremony {
public:
    RegistrationCeremony(RelyingParty party, RegistrationPolicy policy)
        : party_(std::move(party)), policy_(std::move(policy)) {}

    struct Started {
        std::string options;  // PublicKeyCredentialCreationOptionsJSON
        RegistrationState state;
    };
    // `existing`: the user's credentials, which their authenticators then do not make anew.
    // `session`: the id of the browser's session, not empty. Errc::invalid for a handle or a name
    // that is none, Errc::too_large with limits::kCredentialsOfUser.
    [[nodiscard]] Result<Started> start(RegisteringUser const& user,
                                        std::vector<Credential> const& existing,
                                        std::string_view session, WallTime now,
                                        crypto::Random& random) const;

    // Errc::unauthenticated for an answer to another ceremony or of nobody, Errc::not_supported for
    // an algorithm or format that was not offered, Errc::forbidden for an attestation that proves
    // too little, Errc::invalid for the rest. The caller refuses an id that any user has.
    [[nodiscard]] Result<Credential> finish(RegistrationState state,
                                            RegistrationResponse const& response,
                                            std::string_view session, WallTime now) const;

private:
    RelyingParty party_;
    RegistrationPolicy policy_;
};

}  // namespace salus::factors::webauthn
