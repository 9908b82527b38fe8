#include "factors/webauthn/registration.h"

#include <algorithm>

#include "factors/webauthn/client_data.h"
#include "foundation/check.h"
#include "foundation/factor_limits.h"
#include "json/escape.h"
#include "json/writer.h"

namespace salus::factors::webauthn {
namespace {

constexpr std::size_t kLongestName = 64;  // what authenticators keep at least (section 5.4.1)

std::string_view name_of(Discoverable value) noexcept {
    switch (value) {
        case Discoverable::required: return "required";
        case Discoverable::preferred: return "preferred";
        case Discoverable::discouraged: return "discouraged";
    }
    return {};
}

bool is_shown_name(std::string_view name) {
    return name.size() <= kLongestName && json::is_utf8(name);
}

void write_parameters(json::Writer& writer, Ceremony const& ceremony) {
    writer.key("pubKeyCredParams").begin_array();
    for (auto const algorithm : ceremony.algorithms) {
        writer.begin_object().key("type").string("public-key");
        writer.key("alg").integer(cose_number(algorithm)).end_object();
    }
    writer.end_array();
}

std::string options_of(RelyingParty const& party, RegistrationPolicy const& policy,
                       Ceremony const& ceremony, RegisteringUser const& user,
                       std::vector<Credential> const& existing) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    writer.key("rp").begin_object().key("id").string(party.id());
    writer.key("name").string(party.name()).end_object();
    writer.key("user").begin_object().key("id").string(to_base64url(user.handle));
    writer.key("name").string(user.name);
    writer.key("displayName").string(user.display_name).end_object();
    writer.key("challenge").string(to_base64url(ceremony.challenge));
    write_parameters(writer, ceremony);
    writer.key("timeout").integer(
        std::chrono::duration_cast<std::chrono::milliseconds>(limits::kCeremonyTime).count());
    writer.key("excludeCredentials");
    write_descriptors(writer, existing);
    writer.key("authenticatorSelection").begin_object();
    writer.key("residentKey").string(name_of(policy.discoverable));
    writer.key("requireResidentKey").boolean(policy.discoverable == Discoverable::required);
    writer.key("userVerification").string(name_of(policy.user_verification)).end_object();
    writer.key("attestation").string(policy.attestation.anchors.empty() ? "none" : "direct");
    writer.end_object();
    return out;
}

bool was_offered(Ceremony const& ceremony, crypto::SignatureAlgorithm algorithm) {
    return std::ranges::find(ceremony.algorithms, algorithm) != ceremony.algorithms.end();
}

}  // namespace

Result<RegistrationState> RegistrationState::from_bytes(BytesView bytes) {
    SALUS_TRY(auto ceremony, Ceremony::from_bytes(Ceremony::Kind::registration, bytes));
    if (!is_user_handle(ceremony.user_handle) || ceremony.algorithms.empty()) {
        return fail(Errc::corrupt, "not the state of this ceremony");
    }
    return RegistrationState(std::move(ceremony));
}

Result<RegistrationCeremony::Started> RegistrationCeremony::start(
    RegisteringUser const& user, std::vector<Credential> const& existing, std::string_view session,
    WallTime now, crypto::Random& random) const {
    if (session.empty()) return fail(Errc::invalid, "a ceremony needs a session");
    if (!is_user_handle(user.handle) || user.name.empty() || !is_shown_name(user.name) ||
        !is_shown_name(user.display_name)) {
        return fail(Errc::invalid, "a user handle or name has a length or a form that none may");
    }
    if (existing.size() >= limits::kCredentialsOfUser) {
        return fail(Errc::too_large, "a user has as many credentials as one may have");
    }
    SALUS_CHECK(!policy_.algorithms.empty());
    auto ceremony = Ceremony::begin(Ceremony::Kind::registration, policy_.user_verification,
                                    session, now, random);
    ceremony.user_handle = user.handle;
    ceremony.algorithms = policy_.algorithms;
    auto options = options_of(party_, policy_, ceremony, user, existing);
    return Started{std::move(options), RegistrationState(std::move(ceremony))};
}

// Section 7.1; the numbers of its steps are those of Level 3.
Result<Credential> RegistrationCeremony::finish(RegistrationState state,
                                                RegistrationResponse const& response,
                                                std::string_view session, WallTime now) const {
    auto const ceremony = std::move(state.ceremony_);
    SALUS_TRY_VOID(ceremony.check(session, now));
    // Steps 5 to 12.
    SALUS_TRY(auto const client_data_hash,
              check_client_data(response.client_data, {.type = "webauthn.create",
                                                       .challenge = ceremony.challenge,
                                                       .origins = party_.origins()}));
    // Steps 13 to 20.
    SALUS_TRY(auto const object, AttestationObject::parse(response.attestation_object));
    SALUS_TRY(auto const data, AuthenticatorData::parse(object.authenticator_data));
    SALUS_TRY_VOID(ceremony.check(data, party_));
    if (!data.credential || data.credential->id != response.id) {
        return fail(Errc::invalid, "a registration is of no credential, or of two");
    }
    SALUS_TRY(auto const key, CoseKey::parse(data.credential->public_key));
    if (!was_offered(ceremony, key.algorithm)) {
        return fail(Errc::not_supported, "a credential is for an algorithm that was not offered");
    }
    // Steps 21 to 24. The bound of step 25 is AuthenticatorData's.
    SALUS_TRY(auto const attested,
              verify_attestation(object, data, key, client_data_hash, policy_.attestation, now));
    return Credential{.id = data.credential->id,
                      .public_key = data.credential->public_key,
                      .user_handle = ceremony.user_handle,
                      .sign_count = data.sign_count,
                      .backup_eligible = data.backup_eligible,
                      .backed_up = data.backed_up,
                      .user_verified = data.user_verified,
                      .transports = response.transports,
                      .aaguid = data.credential->aaguid,
                      .attestation = attested};
}

}  // namespace salus::factors::webauthn
