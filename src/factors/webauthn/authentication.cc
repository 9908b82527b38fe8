#include "factors/webauthn/authentication.h"

#include <algorithm>

#include "crypto/hmac.h"
#include "factors/webauthn/client_data.h"
#include "foundation/factor_limits.h"
#include "json/writer.h"

namespace salus::factors::webauthn {
namespace {

std::string options_of(RelyingParty const& party, Ceremony const& ceremony,
                       std::vector<Credential> const& credentials) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    writer.key("challenge").string(to_base64url(ceremony.challenge));
    writer.key("timeout").integer(
        std::chrono::duration_cast<std::chrono::milliseconds>(limits::kCeremonyTime).count());
    writer.key("rpId").string(party.id());
    writer.key("allowCredentials");
    write_descriptors(writer, credentials);
    writer.key("userVerification").string(name_of(ceremony.user_verification));
    writer.end_object();
    return out;
}

// Steps 5 and 6 of section 7.2: the credential is one that was asked for, and its user's.
Result<void> check_owner(Ceremony const& ceremony, AuthenticationResponse const& response,
                         Credential const& credential) {
    if (credential.id != response.id) {
        return fail(Errc::unauthenticated, "an answer is of another credential");
    }
    bool const known_user = !ceremony.user_handle.empty();
    if (known_user &&
        (credential.user_handle != ceremony.user_handle ||
         std::ranges::find(ceremony.credentials, response.id) == ceremony.credentials.end())) {
        return fail(Errc::unauthenticated, "a credential is none of those that were asked for");
    }
    // WA4. Only a discoverable credential has to say whose it is.
    if (response.user_handle ? *response.user_handle != credential.user_handle : !known_user) {
        return fail(Errc::unauthenticated, "a credential is of another user than it says");
    }
    return {};
}

Result<void> check_signature(AuthenticationResponse const& response, Credential const& credential,
                             crypto::Sha256Digest const& client_data_hash) {
    auto const key = CoseKey::parse(credential.public_key);
    if (!key) return fail(Errc::corrupt, "the stored key of a credential is none");
    Bytes message = response.authenticator_data;
    append(message, client_data_hash);
    if (!verify(key->key, key->algorithm, message, response.signature)) {
        return fail(Errc::unauthenticated, "an answer was not signed by its credential");
    }
    return {};
}

}  // namespace

Result<AuthenticationState> AuthenticationState::from_bytes(BytesView bytes) {
    SALUS_TRY(auto ceremony, Ceremony::from_bytes(Ceremony::Kind::authentication, bytes));
    if (ceremony.user_handle.empty() != ceremony.credentials.empty()) {
        return fail(Errc::corrupt, "not the state of this ceremony");
    }
    return AuthenticationState(std::move(ceremony));
}

Result<AuthenticationCeremony::Started> AuthenticationCeremony::start(
    Ceremony ceremony, std::vector<Credential> const& credentials) const {
    auto options = options_of(party_, ceremony, credentials);
    return Started{std::move(options), AuthenticationState(std::move(ceremony))};
}

Result<AuthenticationCeremony::Started> AuthenticationCeremony::start_for(
    BytesView user_handle, std::vector<Credential> const& credentials, std::string_view session,
    WallTime now, crypto::Random& random) const {
    if (session.empty()) return fail(Errc::invalid, "a ceremony needs a session");
    if (!is_user_handle(user_handle) || credentials.empty() ||
        credentials.size() > limits::kCredentialsOfUser) {
        return fail(Errc::invalid, "a user without a handle or with no or too many credentials");
    }
    auto ceremony =
        Ceremony::begin(Ceremony::Kind::authentication, user_verification_, session, now, random);
    ceremony.user_handle.assign(user_handle.begin(), user_handle.end());
    for (auto const& credential : credentials) {
        if (credential.user_handle != ceremony.user_handle) {
            return fail(Errc::invalid, "a credential is of another user");
        }
        ceremony.credentials.push_back(credential.id);
    }
    return start(std::move(ceremony), credentials);
}

Result<AuthenticationCeremony::Started> AuthenticationCeremony::start_discoverable(
    std::string_view session, WallTime now, crypto::Random& random) const {
    if (session.empty()) return fail(Errc::invalid, "a ceremony needs a session");
    return start(
        Ceremony::begin(Ceremony::Kind::authentication, user_verification_, session, now, random),
        {});
}

// Section 7.2 of Level 3.
Result<Authenticated> AuthenticationCeremony::finish(AuthenticationState state,
                                                     AuthenticationResponse const& response,
                                                     Credential const& credential,
                                                     std::string_view session, WallTime now) const {
    auto const ceremony = std::move(state.ceremony_);
    SALUS_TRY_VOID(ceremony.check(session, now));
    SALUS_TRY_VOID(check_owner(ceremony, response, credential));
    SALUS_TRY(auto const client_data_hash,
              check_client_data(response.client_data, {.type = "webauthn.get",
                                                       .challenge = ceremony.challenge,
                                                       .origins = party_.origins()}));
    SALUS_TRY(auto const data, AuthenticatorData::parse(response.authenticator_data));
    SALUS_TRY_VOID(ceremony.check(data, party_));
    if (data.credential) return fail(Errc::invalid, "an authentication makes no credential");
    if (data.backup_eligible != credential.backup_eligible) {
        return fail(Errc::unauthenticated, "a credential may be backed up that might not, or not");
    }
    SALUS_TRY_VOID(check_signature(response, credential, client_data_hash));
    // WA3. What neither side counts cannot go back.
    bool const counts = data.sign_count != 0 || credential.sign_count != 0;
    return Authenticated{.user_handle = credential.user_handle,
                         .user_verified = data.user_verified,
                         .sign_count = std::max(data.sign_count, credential.sign_count),
                         .backed_up = data.backed_up,
                         .counter_regressed = counts && data.sign_count <= credential.sign_count};
}

Decoy decoy_credentials(SecretBytes const& key, std::string_view user_name) {
    // One byte says what for, and the name comes last: no two uses have one message.
    auto const derived = [&](std::uint8_t use) {
        auto const code = crypto::hmac_sha256(
            key.reveal(),
            {bytes_of("salus/decoy-credential/"), BytesView(&use, 1), bytes_of(user_name)});
        return Bytes(code.begin(), code.end());
    };
    Decoy decoy;
    decoy.user_handle = derived(0);
    // Most people have one credential, some have two.
    auto const shape = derived(1);
    auto const count = shape.front() < 64 ? std::uint8_t{2} : std::uint8_t{1};
    for (std::uint8_t i = 0; i < count; ++i) {
        Credential credential;
        credential.id = derived(static_cast<std::uint8_t>(2 + i));
        credential.user_handle = decoy.user_handle;
        credential.transports = {Transport::hybrid, Transport::internal};
        decoy.credentials.push_back(std::move(credential));
    }
    return decoy;
}

}  // namespace salus::factors::webauthn
