// Proving that one has a credential (WebAuthn sections 5.5 and 7.2), of a user who said who they
// are or of whoever it belongs to. start() gives the options for navigator.credentials.get() and a
// state; finish() consumes the state. Thread safety and the state's keeping: as registration.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "factors/webauthn/ceremony.h"
#include "factors/webauthn/response.h"

namespace salus::factors::webauthn {

class AuthenticationState {
public:
    AuthenticationState(AuthenticationState&&) noexcept = default;
    AuthenticationState& operator=(AuthenticationState&&) noexcept = default;
    AuthenticationState(AuthenticationState const&) = delete;
    AuthenticationState& operator=(AuthenticationState const&) = delete;

    [[nodiscard]] Bytes to_bytes() const { return ceremony_.to_bytes(); }
    // Errc::corrupt for anything but what to_bytes() gave, the state of a registration included.
    static Result<AuthenticationState> from_bytes(BytesView bytes);

private:
    friend class AuthenticationCeremony;
    explicit AuthenticationState(Ceremony ceremony) : ceremony_(std::move(ceremony)) {}
    Ceremony ceremony_;
};

struct Authenticated {
    Bytes user_handle;
    bool user_verified = false;
    // What the credential is to be stored with from now on: the larger counter of the two.
    std::uint32_t sign_count = 0;
    bool backed_up = false;
    // The counter did not go up though it counts: the authenticator may have been copied. No
    // refusal, because of whom it would lock out: the caller asks for another factor and tells
    // somebody. Two zeros are in order: copies of one passkey cannot count.
    bool counter_regressed = false;
};

class AuthenticationCeremony {
public:
    AuthenticationCeremony(RelyingParty party, UserVerification user_verification)
        : party_(std::move(party)), user_verification_(user_verification) {}

    struct Started {
        std::string options;  // PublicKeyCredentialRequestOptionsJSON
        AuthenticationState state;
    };
    // `session`: the id of the browser's session, not empty. Of a user with these credentials, at
    // least one, which are all theirs: Errc::invalid otherwise. For a name that nobody has see
    // decoy_credentials().
    [[nodiscard]] Result<Started> start_for(BytesView user_handle,
                                            std::vector<Credential> const& credentials,
                                            std::string_view session, WallTime now,
                                            crypto::Random& random) const;
    // Of whoever answers, with a credential that their authenticator found by itself.
    [[nodiscard]] Result<Started> start_discoverable(std::string_view session, WallTime now,
                                                     crypto::Random& random) const;

    // `credential`: the one with response.id, as it is stored. Errc::unauthenticated for an answer
    // to another ceremony, of another user or credential, of nobody, or with a signature that is
    // not the credential's; Errc::invalid for a malformed one; Errc::corrupt for a stored key that
    // is none.
    [[nodiscard]] Result<Authenticated> finish(AuthenticationState state,
                                               AuthenticationResponse const& response,
                                               Credential const& credential,
                                               std::string_view session, WallTime now) const;

private:
    [[nodiscard]] Result<Started> start(Ceremony ceremony,
                                        std::vector<Credential> const& credentials) const;

    RelyingParty party_;
    UserVerification user_verification_;
};

// What to show for a name that nobody has, so that it looks like one that somebody has (the options
// of a real user name their credentials): the same each time, and different for each name, as long
// as the key stays. Handle and credential of nobody: an answer to them finds no stored credential.
struct Decoy {
    Bytes user_handle;
    std::vector<Credential> credentials;
};
// `key`: 32 bytes of the server that never leave it.
[[nodiscard]] Decoy decoy_credentials(SecretBytes const& key, std::string_view user_name);

}  // namespace salus::factors::webauthn
