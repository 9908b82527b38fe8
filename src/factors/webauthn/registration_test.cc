#include <functional>

#include "factors/webauthn/fixture_for_test.h"

namespace salus::factors::webauthn::testing {
namespace {

class RegistrationTest : public WebauthnTest {
protected:
    // What becomes of a registration in which the authenticator or the browser says this.
    Errc refusal_of(Saying const& saying, RegistrationPolicy policy = {}) {
        SoftAuthenticator authenticator;
        authenticator.saying = saying;
        auto const made = register_with(authenticator, "none", std::move(policy));
        EXPECT_FALSE(made);
        return made ? Errc::internal : made.error().code;
    }
};

TEST_F(RegistrationTest, GivesTheCredentialThatWasMade) {
    for (auto const algorithm :
         {SignatureAlgorithm::es256, SignatureAlgorithm::es384, SignatureAlgorithm::ed25519}) {
        SoftAuthenticator authenticator(algorithm);
        authenticator.saying.flags = 0x0D;
        authenticator.saying.sign_count = 7;
        auto const made = register_with(authenticator);
        ASSERT_TRUE(made) << made.error().why.text();
        EXPECT_EQ(made->id, authenticator.id());
        EXPECT_EQ(made->public_key, authenticator.public_key());
        EXPECT_EQ(made->user_handle, user_.handle);
        EXPECT_EQ(made->sign_count, 7U);
        EXPECT_TRUE(made->user_verified && made->backup_eligible && !made->backed_up);
        EXPECT_EQ(made->transports, (std::vector{Transport::usb, Transport::smart_card}));
        EXPECT_EQ(made->aaguid.front(), 0xAA);
        EXPECT_EQ(made->attestation, AttestationResult::none);
    }
}

TEST_F(RegistrationTest, OptionsSayWhatIsAsked) {
    RegistrationPolicy policy;
    policy.discoverable = Discoverable::required;
    auto const existing = register_with(SoftAuthenticator()).value();
    auto const started =
        registering(policy).start(user_, {existing}, kSession, now_, random_).value();
    auto const document = json::Parser().parse(started.options).value();
    auto const root = document.root();
    auto const challenge = from_base64url(root.text_member("challenge").value()).value();
    EXPECT_EQ(challenge.size(), 32U);
    EXPECT_EQ(root.member("rp")->text_member("id"), "example.org");
    EXPECT_EQ(root.member("user")->text_member("id"), to_base64url(user_.handle));
    EXPECT_EQ(root.member("user")->text_member("displayName"), user_.display_name);
    EXPECT_EQ(root.member("timeout")->integer(), 300'000);
    EXPECT_EQ(root.member("pubKeyCredParams")->raw(),
              R"([{"type":"public-key","alg":-7},{"type":"public-key","alg":-8},)"
              R"({"type":"public-key","alg":-35},{"type":"public-key","alg":-257}])");
    EXPECT_EQ(root.member("authenticatorSelection")->raw(),
              R"({"residentKey":"required","requireResidentKey":true,)"
              R"("userVerification":"required"})");
    EXPECT_EQ(root.text_member("attestation"), "none");
    EXPECT_EQ(root.member("excludeCredentials")->raw(),
              R"([{"id":")" + to_base64url(existing.id) +
                  R"(","type":"public-key","transports":["usb","smart-card"]}])");
    auto const again = registering(policy).start(user_, {}, kSession, now_, random_).value();
    EXPECT_NE(again.options, started.options) << "a challenge is never given twice";
}

TEST_F(RegistrationTest, RefusesUsersThatCannotBe) {
    auto const start = [&](RegisteringUser const& user, std::size_t credentials = 0,
                           std::string_view session = kSession) {
        return registering()
            .start(user, std::vector<Credential>(credentials), session, now_, random_)
            .has_value();
    };
    EXPECT_TRUE(start(user_, limits::kCredentialsOfUser - 1));
    EXPECT_FALSE(start(user_, limits::kCredentialsOfUser));
    EXPECT_FALSE(start(user_, 0, ""));
    EXPECT_FALSE(start({{}, "name", "name"}));
    EXPECT_FALSE(start({Bytes(65), "name", "name"}));
    EXPECT_FALSE(start({Bytes(64), "", "name"}));
    EXPECT_FALSE(start({Bytes(64), "\xff", "name"}));
    EXPECT_FALSE(start({Bytes(64), "name", std::string(65, 'a')}));
}

TEST_F(RegistrationTest, RefusesAnotherCeremonyOriginOrParty) {
    EXPECT_EQ(refusal_of({.type = "webauthn.get"}), Errc::unauthenticated);
    EXPECT_EQ(refusal_of({.type = "webauthn.create "}), Errc::unauthenticated);
    for (auto const* origin :
         {"https://example.org", "http://sign-in.example.org", "https://sign-in.example.org/",
          "https://SIGN-IN.example.org", "https://sign-in.example.org:443",
          "https://sign-in.example.org.evil.test", "https://evil.test", "null", ""}) {
        EXPECT_EQ(refusal_of({.origin = origin}), Errc::unauthenticated) << origin;
    }
    for (auto const* more : {R"(,"crossOrigin":true)", R"(,"crossOrigin":"false")",
                             R"(,"crossOrigin":false,"topOrigin":"https://evil.test")",
                             R"(,"topOrigin":"https://sign-in.example.org")"}) {
        EXPECT_EQ(refusal_of({.more_client_data = more}), Errc::unauthenticated) << more;
    }
    EXPECT_EQ(refusal_of({.more_client_data = R"(,"origin":"https://example.org")"}), Errc::invalid)
        << "a member twice";
    for (auto const* rp_id : {"sign-in.example.org", "evil.test", "EXAMPLE.org", ""}) {
        EXPECT_EQ(refusal_of({.rp_id = rp_id}), Errc::unauthenticated) << rp_id;
    }
    SoftAuthenticator authenticator;
    authenticator.saying.origin = "https://example.org:8443";
    authenticator.saying.more_client_data = R"(,"crossOrigin":false,"later":{"a":[1]})";
    EXPECT_TRUE(register_with(authenticator));
}

TEST_F(RegistrationTest, RefusesNobodyAndTheUnverified) {
    EXPECT_EQ(refusal_of({.flags = 0x04}), Errc::unauthenticated);
    EXPECT_EQ(refusal_of({.flags = 0x01}), Errc::unauthenticated);
    EXPECT_EQ(refusal_of({.flags = 0x15}), Errc::invalid) << "backed up, though it may not be";
    SoftAuthenticator authenticator;
    authenticator.saying.flags = 0x01;
    for (auto const weaker : {UserVerification::preferred, UserVerification::discouraged}) {
        RegistrationPolicy policy;
        policy.user_verification = weaker;
        auto const made = register_with(authenticator, "none", policy);
        ASSERT_TRUE(made);
        EXPECT_FALSE(made->user_verified);
    }
}

TEST_F(RegistrationTest, RefusesAlgorithmsThatWereNotOffered) {
    RegistrationPolicy policy;
    policy.algorithms = {SignatureAlgorithm::es384};
    EXPECT_FALSE(register_with(SoftAuthenticator(SignatureAlgorithm::es256), "none", policy));
    EXPECT_TRUE(register_with(SoftAuthenticator(SignatureAlgorithm::es384), "none", policy));
}

TEST_F(RegistrationTest, ExtensionsAreAMapOfNamesOrRefused) {
    SoftAuthenticator authenticator;
    auto const with = [&](Bytes extensions) {
        authenticator.saying.extensions = std::move(extensions);
        return register_with(authenticator).has_value();
    };
    EXPECT_TRUE(with(CborText().map(1).text("credProtect").integer(2).out()));
    EXPECT_FALSE(with(CborText().map(0).out()));
    EXPECT_FALSE(with(CborText().map(1).integer(1).integer(2).out()));
    EXPECT_FALSE(with(CborText().array(1).integer(1).out()));
    EXPECT_FALSE(with(CborText().map(1).text("a").integer(2).integer(0).out())) << "goes on";
    EXPECT_FALSE(with(CborText().map(2).text("b").integer(2).text("a").integer(0).out()));
}

TEST_F(RegistrationTest, TheStateIsOfOneSessionAndTime) {
    SoftAuthenticator const authenticator;
    auto const ceremony = registering();
    auto const outcome = [&](WallTime now, std::string_view session) {
        auto started = begin(ceremony);
        auto const answer = authenticator.create(started.options);
        auto state = RegistrationState::from_bytes(started.state.to_bytes()).value();
        return ceremony.finish(std::move(state), RegistrationResponse::parse(answer.json()).value(),
                               session, now);
    };
    EXPECT_TRUE(outcome(now_, kSession));
    EXPECT_TRUE(outcome(now_ + limits::kCeremonyTime, kSession));
    EXPECT_FALSE(outcome(now_ + limits::kCeremonyTime + std::chrono::nanoseconds(1), kSession));
    EXPECT_FALSE(outcome(now_ - std::chrono::nanoseconds(1), kSession)) << "a clock set back";
    EXPECT_EQ(outcome(now_, "another").error().code, Errc::unauthenticated);
    EXPECT_FALSE(outcome(now_, ""));
}

TEST_F(RegistrationTest, AnAnswerToOneChallengeIsNoneToAnother) {
    SoftAuthenticator const authenticator;
    auto const ceremony = registering();
    auto const first = begin(ceremony);
    auto second = begin(ceremony);
    auto const answer = authenticator.create(first.options);
    EXPECT_EQ(finish(ceremony, std::move(second.state), answer, now_).error().code,
              Errc::unauthenticated);
}

TEST_F(RegistrationTest, StoredStatesAreWholeAndOfTheirKind) {
    auto const stored = begin(registering()).state.to_bytes();
    EXPECT_EQ(RegistrationState::from_bytes(stored)->to_bytes(), stored);
    for (std::size_t size = 0; size < stored.size(); ++size) {
        EXPECT_FALSE(RegistrationState::from_bytes(BytesView(stored).first(size))) << size;
    }
    auto longer = stored;
    longer.push_back(0);
    EXPECT_EQ(RegistrationState::from_bytes(longer).error().code, Errc::corrupt);
    EXPECT_FALSE(AuthenticationState::from_bytes(stored));
    auto const other =
        authenticating().start_discoverable(kSession, now_, random_)->state.to_bytes();
    EXPECT_TRUE(AuthenticationState::from_bytes(other));
    EXPECT_FALSE(RegistrationState::from_bytes(other));
}

TEST_F(RegistrationTest, RefusesResponsesThatAreNone) {
    auto const good = SoftAuthenticator().create(begin(registering()).options).json();
    ASSERT_TRUE(RegistrationResponse::parse(good));
    auto const changed = [&](std::string_view from, std::string_view to) {
        auto text = good;
        auto const at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        text.replace(at, from.size(), to);
        return RegistrationResponse::parse(text).has_value();
    };
    EXPECT_FALSE(changed("public-key", "password"));
    EXPECT_FALSE(changed(R"("id":")", R"("id":"AA)"));
    EXPECT_FALSE(changed(R"("rawId":)", R"("raw":)"));
    EXPECT_FALSE(changed(R"("clientDataJSON":")", R"("clientDataJSON":"=)"));
    EXPECT_FALSE(changed(R"("response":{)", R"("response":[],"other":{)"));
    EXPECT_FALSE(changed(R"(["usb")", R"([1,"usb")"));
    EXPECT_TRUE(changed(R"("transports")", R"("later")"));
    EXPECT_FALSE(RegistrationResponse::parse(good + "{}"));
    EXPECT_FALSE(RegistrationResponse::parse(""));
    auto const long_one = "[\"" + std::string(limits::kWebauthnResponseBytes, 'a') + "\"]";
    EXPECT_EQ(RegistrationResponse::parse(long_one).error().code, Errc::too_large);
    // One credential in the JSON and another in what was signed.
    auto const ceremony = registering();
    auto started = begin(ceremony);
    auto answer = SoftAuthenticator().create(started.options);
    answer.id.back() ^= 1U;
    EXPECT_FALSE(finish(ceremony, std::move(started.state), answer, now_));
}

TEST_F(RegistrationTest, RefusesCredentialsThatAreNone) {
    auto const ceremony = registering();
    SoftAuthenticator const authenticator;
    auto const with = [&](std::function<void(Bytes & data)> const& change) {
        auto started = begin(ceremony);
        auto answer = authenticator.create(started.options);
        change(answer.authenticator_data);
        answer.attestation_object = SoftAuthenticator::object("none", CborText().map(0), answer);
        return finish(ceremony, std::move(started.state), answer, now_).has_value();
    };
    constexpr std::size_t kFlags = 32;
    constexpr std::size_t kIdSize = 53;
    constexpr std::size_t kKey = 55 + 32;
    EXPECT_TRUE(with([](Bytes&) {}));
    EXPECT_FALSE(with([](Bytes& data) { data[kFlags] &= 0xBFU; })) << "no credential announced";
    EXPECT_FALSE(with([](Bytes& data) { data[kFlags] |= 0x80U; })) << "no extensions there";
    EXPECT_FALSE(with([](Bytes& data) { data.push_back(0); }));
    EXPECT_FALSE(with([](Bytes& data) { data.pop_back(); }));
    EXPECT_FALSE(with([](Bytes& data) { data.resize(36); }));
    EXPECT_FALSE(with([](Bytes& data) { data[kIdSize + 1] = 0; }));
    EXPECT_FALSE(with([](Bytes& data) { data[kIdSize] = 4; })) << "an id of 1056 bytes";
    EXPECT_FALSE(with([](Bytes& data) { data.back() ^= 1U; })) << "a point off its curve";
    EXPECT_FALSE(with([](Bytes& data) { data.resize(kKey); }));
    EXPECT_FALSE(with([](Bytes& data) { data[kKey] = 0x80; }));
}

TEST(CoseKeyTest, HasTheMembersOfItsAlgorithmAndNoOther) {
    auto const x = Bytes(32, 0x01);
    auto const parses = [](CborText const& text) { return CoseKey::parse(text.out()).has_value(); };
    auto const edwards = CborText().map(4).integer(1).integer(1).integer(3).integer(-8).integer(-1);
    auto const key = SoftAuthenticator(SignatureAlgorithm::ed25519).public_key();
    EXPECT_TRUE(CoseKey::parse(key));
    auto longer = key;
    longer.front() = 0xA5;
    EXPECT_FALSE(CoseKey::parse(longer));
    append(longer, CborText().integer(-3).bytes(x).out());
    EXPECT_FALSE(CoseKey::parse(longer)) << "a member that Ed25519 has not";
    EXPECT_FALSE(parses(CborText(edwards).integer(4).integer(-2).bytes(x))) << "X25519";
    EXPECT_FALSE(parses(CborText(edwards).integer(6).integer(-2).text("key")));
    EXPECT_FALSE(parses(CborText().map(1).integer(3).integer(-8)));
    EXPECT_FALSE(parses(CborText().map(0)));
    EXPECT_EQ(CoseKey::parse(CborText().map(1).integer(3).integer(-65535).out()).error().code,
              Errc::not_supported);
}

TEST(RelyingPartyTest, TakesDomainsAndTheirOriginsAlone) {
    auto const makes = [](std::string const& id, std::string const& origin) {
        return RelyingParty::make(id, "Clinic", {origin}).has_value();
    };
    EXPECT_TRUE(makes("example.org", "https://example.org"));
    EXPECT_TRUE(makes("example.org", "https://a.b.example.org:8443"));
    EXPECT_TRUE(makes("localhost", "http://localhost:8080"));
    for (auto const* origin :
         {"http://example.org", "https://example.org/", "https://example.org:443",
          "https://example.org:", "https://example.org:0", "https://example.org:123456",
          "https://badexample.org", "https://example.org.evil.test", "https://Example.org",
          "https://user@example.org", "https://.example.org", "https://-.example.org", "null"}) {
        EXPECT_FALSE(makes("example.org", origin)) << origin;
    }
    for (auto const* id : {"", ".", "Example.org", "example..org", "-a.org", "a-.org", "a.org.",
                           "https://example.org", "a b", "ex_ample.org"}) {
        EXPECT_FALSE(makes(id, std::string("https://") + id)) << id;
    }
    EXPECT_FALSE(RelyingParty::make("example.org", "", {"https://example.org"}));
    EXPECT_FALSE(RelyingParty::make("example.org", "Clinic", {}));
}

}  // namespace
}  // namespace salus::factors::webauthn::testing
