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

    AuthenticationCeremony::Started ask() {
        return authenticating
            .start_for(credential.user_handle, {credential}, "session", kNow, random)
            .value();
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
void check_signed(Fixture& fixture, BytesView input) {
    auto started = fixture.ask();
    auto answer = fixture.authenticator.get(started.options);
    answer.authenticator_data.assign(input.begin(), input.end());
    answer.signature =
        testing::sign(fixture.authenticator.key(), SoftAuthenticator::signed_part(answer));
    AuthenticationResponse const response{answer.id, answer.client_data, answer.authenticator_data,
                                          answer.signature, std::nullopt};
    auto const result = fixture.authenticating.finish(std::move(started.state), response,
                                                      fixture.credential, "session", kNow);
    if (!result) return;
    auto const data = AuthenticatorData::parse(input).value();
    SALUS_CHECK(data.rp_id_hash == fixture.party.id_hash() && data.user_present);
    SALUS_CHECK(!data.backup_eligible && !data.credential);
}

// The input as an answer of each kind, by somebody who cannot sign.
void check_unsigned(Fixture& fixture, BytesView input) {
    auto started = fixture.ask();
    auto answer = fixture.authenticator.get(started.options);
    auto const half = input.size() / 2;
    AuthenticationResponse response{answer.id, answer.client_data, answer.authenticator_data,
                                    Bytes(input.begin(), input.end()), std::nullopt};
    SALUS_CHECK(!fixture.authenticating.finish(std::move(started.state), response,
                                               fixture.credential, "session", kNow));
    response.authenticator_data.assign(input.begin(), input.begin() + std::ptrdiff_t(half));
    response.client_data.assign(input.begin() + std::ptrdiff_t(half), input.end());
    SALUS_CHECK(!fixture.authenticating.finish(fixture.ask().state, response, fixture.credential,
                                               "session", kNow));
    auto making = fixture.registering
                      .start({Bytes(32, 0x55), "name", "Name"}, {}, "session", kNow, fixture.random)
                      .value();
    auto made = fixture.authenticator.create(making.options);
    RegistrationResponse const registration{
        made.id, made.client_data, Bytes(input.begin(), input.end()), {}};
    auto const credential =
        fixture.registering.finish(std::move(making.state), registration, "session", kNow);
    if (credential) SALUS_CHECK(CoseKey::parse(credential->public_key).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static Fixture fixture;
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
    return 0;
}
