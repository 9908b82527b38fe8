// Arbitrary bytes as what a browser, an authenticator or the store gives: no crash; CBOR that is
// read has one spelling; nobody is let in by what their credential did not sign; and what it did
// sign lets in only for this party, with a user who is there.
#include <cstdint>
#include <string_view>

#include "factors/webauthn/authentication.h"
#include "factors/webauthn/authenticator_for_test.h"
#include "factors/webauthn/registration.h"
#include "foundation/check.h"

namespace {

using namespace salus;
using namespace salus::factors::webauthn;
using testing::Answer;
using testing::CborText;
using testing::SoftAuthenticator;

constexpr WallTime kNow{std::chrono::seconds(1'790'000'000)};

struct Fixture {
    RelyingParty party =
        RelyingParty::make("example.org", "Clinic", {"https://sign-in.example.org"}).value();
    RegistrationCeremony registering{
        party, {.attestation = {.other_formats = OtherFormats::take_as_none}}};
    AuthenticationCeremony authenticating{party, UserVerification::preferred};
    SoftAuthenticator authenticator;
    crypto::SystemRandom random;
    Credential credential{.id = authenticator.id(),
                          .public_key = authenticator.public_key(),
                          .user_handle = Bytes(32, 0x55)};

    // One ceremony of each kind, with the right answer to it, for each input anew.
    AuthenticationCeremony::Started asked =
        authenticating.start_for(credential.user_handle, {credential}, "session", kNow, random)
            .value();
    Answer const answer = authenticator.get(asked.options);
    RegistrationCeremony::Started making =
        registering.start({Bytes(32, 0x55), "name", "Name"}, {}, "session", kNow, random).value();
    Answer const made = authenticator.create(making.options);

    [[nodiscard]] Result<Authenticated> finish(AuthenticationResponse const& response) const {
        return authenticating.finish(
            AuthenticationState::from_bytes(asked.state.to_bytes()).value(), response, credential,
            "session", kNow);
    }
};

void write(CborText& out, Cbor const& value) {
    switch (value.kind()) {
        case Cbor::Kind::integer: out.integer(*value.integer()); return;
        case Cbor::Kind::bytes: out.bytes(*value.bytes()); return;
        case Cbor::Kind::text: out.text(*value.text()); return;
        case Cbor::Kind::array: out.array(value.size()); break;
        case Cbor::Kind::map: out.map(value.size()); break;
        case Cbor::Kind::boolean: out.head(7, *value.boolean() ? 21 : 20); return;
        case Cbor::Kind::null: out.head(7, 22); return;
    }
    for (auto const& item : value.items()) write(out, item);
}

void check_spelling(BytesView input) {
    auto const value = Cbor::parse(input);
    if (!value) return;
    CborText out;
    write(out, *value);
    SALUS_CHECK(std::ranges::equal(out.out(), input));
}

// The input as what the authenticator signs.
void check_signed(Fixture const& fixture, BytesView input) {
    auto const data = AuthenticatorData::parse(input);
    if (!data) return;
    auto answer = fixture.answer;
    answer.authenticator_data.assign(input.begin(), input.end());
    answer.signature =
        testing::sign(fixture.authenticator.key(), SoftAuthenticator::signed_part(answer));
    auto const result = fixture.finish(
        {answer.id, answer.client_data, answer.authenticator_data, answer.signature, std::nullopt});
    if (!result) return;
    SALUS_CHECK(data->rp_id_hash == fixture.party.id_hash() && data->user_present);
    SALUS_CHECK(!data->backup_eligible && !data->credential);
}

// The input as each part of an answer, by somebody who cannot sign.
void check_unsigned(Fixture const& fixture, BytesView input) {
    Bytes const bytes(input.begin(), input.end());
    auto const& good = fixture.answer;
    AuthenticationResponse const right{good.id, good.client_data, good.authenticator_data,
                                       good.signature, std::nullopt};
    auto response = right;
    response.signature = bytes;
    SALUS_CHECK(bytes == good.signature || !fixture.finish(response));
    response = right;
    response.authenticator_data = bytes;
    SALUS_CHECK(bytes == good.authenticator_data || !fixture.finish(response));
    response = right;
    response.client_data = bytes;
    SALUS_CHECK(bytes == good.client_data || !fixture.finish(response));
}

// The input as what a registration is made of.
void check_registration(Fixture const& fixture, BytesView input) {
    RegistrationResponse const response{
        fixture.made.id, fixture.made.client_data, Bytes(input.begin(), input.end()), {}};
    auto const credential = fixture.registering.finish(
        RegistrationState::from_bytes(fixture.making.state.to_bytes()).value(), response, "session",
        kNow);
    if (!credential) return;
    SALUS_CHECK(credential->id == fixture.made.id);
    SALUS_CHECK(CoseKey::parse(credential->public_key).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static Fixture const fixture;
    BytesView const input(data, size);
    check_spelling(input);
    static_cast<void>(CoseKey::parse(input));
    static_cast<void>(AuthenticatorData::parse(input));
    static_cast<void>(AttestationObject::parse(input));
    static_cast<void>(RegistrationResponse::parse(std::string(text_of(input))));
    static_cast<void>(AuthenticationResponse::parse(std::string(text_of(input))));
    if (auto const state = RegistrationState::from_bytes(input)) {
        SALUS_CHECK(std::ranges::equal(state->to_bytes(), input));
    }
    if (auto const state = AuthenticationState::from_bytes(input)) {
        SALUS_CHECK(std::ranges::equal(state->to_bytes(), input));
    }
    check_signed(fixture, input);
    check_unsigned(fixture, input);
    check_registration(fixture, input);
    return 0;
}
