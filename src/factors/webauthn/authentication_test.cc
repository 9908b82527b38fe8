#include <functional>
#include <set>

#include "factors/webauthn/fixture_for_test.h"

namespace salus::factors::webauthn::testing {
namespace {

class AuthenticationTest : public WebauthnTest {
protected:
    void SetUp() override { credential_ = register_with(authenticator_).value(); }

    // What becomes of an answer in which the authenticator or the browser says this.
    Errc refusal_of(Saying const& saying) {
        authenticator_.saying = saying;
        auto const result = authenticate(authenticator_, credential_);
        EXPECT_FALSE(result);
        return result ? Errc::internal : result.error().code;
    }
    // Whether a user without a name gets in by this answer.
    Result<Authenticated> discover(std::function<void(Answer&)> const& change) {
        auto const ceremony = authenticating();
        auto started = ceremony.start_discoverable(kSession, now_, random_).value();
        auto answer = authenticator_.get(started.options);
        answer.user_handle = credential_.user_handle;
        change(answer);
        return finish(ceremony, std::move(started.state), answer, credential_, now_);
    }

    SoftAuthenticator authenticator_;
    Credential credential_;
};

TEST_F(AuthenticationTest, AcceptsWhatTheCredentialSigned) {
    for (auto const algorithm :
         {SignatureAlgorithm::es256, SignatureAlgorithm::es384, SignatureAlgorithm::ed25519}) {
        SoftAuthenticator authenticator(algorithm);
        auto const credential = register_with(authenticator).value();
        authenticator.saying.sign_count = 3;
        auto const result = authenticate(authenticator, credential);
        ASSERT_TRUE(result) << result.error().why.text();
        EXPECT_EQ(result->user_handle, user_.handle);
        EXPECT_TRUE(result->user_verified);
        EXPECT_EQ(result->sign_count, 3U);
        EXPECT_FALSE(result->counter_regressed || result->backed_up);
    }
}

TEST_F(AuthenticationTest, OptionsNameTheUsersCredentials) {
    auto const started = ask_for(credential_);
    auto const document = json::Parser().parse(started.options).value();
    auto const root = document.root();
    EXPECT_EQ(root.text_member("rpId"), "example.org");
    EXPECT_EQ(root.text_member("userVerification"), "required");
    EXPECT_EQ(root.member("timeout")->integer(), 300'000);
    EXPECT_EQ(root.member("allowCredentials")->raw(),
              R"([{"id":")" + to_base64url(credential_.id) +
                  R"(","type":"public-key","transports":["usb","smart-card"]}])");
    auto const open = authenticating().start_discoverable(kSession, now_, random_)->options;
    EXPECT_NE(open.find(R"("allowCredentials":[])"), std::string::npos);
}

TEST_F(AuthenticationTest, RefusesAnotherCeremonyOriginPartyOrNobody) {
    EXPECT_EQ(refusal_of({.type = "webauthn.create"}), Errc::unauthenticated);
    EXPECT_EQ(refusal_of({.type = "payment.get"}), Errc::unauthenticated);
    EXPECT_EQ(refusal_of({.origin = "https://evil.test"}), Errc::unauthenticated);
    EXPECT_EQ(refusal_of({.more_client_data = R"(,"crossOrigin":true)"}), Errc::unauthenticated);
    EXPECT_EQ(refusal_of({.rp_id = "evil.test"}), Errc::unauthenticated);
    EXPECT_EQ(refusal_of({.flags = 0x04}), Errc::unauthenticated) << "nobody there";
    EXPECT_EQ(refusal_of({.flags = 0x01}), Errc::unauthenticated) << "UV cleared";
    EXPECT_EQ(refusal_of({.flags = 0x15}), Errc::invalid) << "BS without BE";
    EXPECT_EQ(refusal_of({.flags = 0x85}), Errc::invalid) << "extensions announced, none there";
    EXPECT_EQ(refusal_of({.flags = 0x45}), Errc::invalid) << "a credential, none there";
    authenticator_.saying = {};
    EXPECT_TRUE(authenticate(authenticator_, credential_));
}

TEST_F(AuthenticationTest, WhetherItMayBeBackedUpNeverChanges) {
    EXPECT_EQ(refusal_of({.flags = 0x0D}), Errc::unauthenticated);
    EXPECT_EQ(refusal_of({.flags = 0x1D}), Errc::unauthenticated);
    SoftAuthenticator synced;
    synced.saying.flags = 0x0D;
    auto const credential = register_with(synced).value();
    synced.saying.flags = 0x1D;
    EXPECT_TRUE(authenticate(synced, credential)->backed_up);
    synced.saying.flags = 0x05;
    EXPECT_FALSE(authenticate(synced, credential));
}

TEST_F(AuthenticationTest, TheCounterIsASignalAndNoRefusal) {
    struct Case {
        std::uint32_t stored;
        std::uint32_t told;
        bool regressed;
        std::uint32_t kept;
    };
    for (auto const& [stored, told, regressed, kept] :
         {Case{0, 0, false, 0}, Case{0, 1, false, 1}, Case{5, 6, false, 6}, Case{5, 5, true, 5},
          Case{5, 4, true, 5}, Case{5, 0, true, 5}, Case{1, 0xFFFFFFFF, false, 0xFFFFFFFF},
          Case{0xFFFFFFFF, 1, true, 0xFFFFFFFF}}) {
        credential_.sign_count = stored;
        authenticator_.saying.sign_count = told;
        auto const result = authenticate(authenticator_, credential_);
        ASSERT_TRUE(result);
        EXPECT_EQ(result->counter_regressed, regressed) << stored << ' ' << told;
        EXPECT_EQ(result->sign_count, kept);
    }
}

TEST_F(AuthenticationTest, RefusesWhatAnotherKeySigned) {
    SoftAuthenticator const other;  // the same id, another key
    EXPECT_EQ(authenticate(other, credential_).error().code, Errc::unauthenticated);
    auto stored = credential_;
    stored.public_key.back() ^= 1U;
    EXPECT_EQ(authenticate(authenticator_, stored).error().code, Errc::corrupt);
}

TEST_F(AuthenticationTest, ASignatureHasOneSpelling) {
    auto const with = [&](std::function<void(Bytes & signature)> const& change) {
        auto started = ask_for(credential_);
        auto answer = authenticator_.get(started.options);
        change(answer.signature);
        return finish(authenticating(), std::move(started.state), answer, credential_, now_)
            .has_value();
    };
    EXPECT_TRUE(with([](Bytes&) {}));
    EXPECT_FALSE(with([](Bytes& signature) { signature.push_back(0); })) << "goes on";
    EXPECT_FALSE(with([](Bytes& signature) {  // r with one zero more in front
        signature.insert(signature.begin() + 4, 0);
        ++signature[1];
        ++signature[3];
    }));
    EXPECT_FALSE(with([](Bytes& signature) {  // a length in the long form
        signature.insert(signature.begin() + 1, 0x81);
    }));
}

TEST_F(AuthenticationTest, RefusesCredentialsOfOthers) {
    auto const ceremony = authenticating();
    SoftAuthenticator const theirs(SignatureAlgorithm::ed25519);
    auto foreign = register_with(theirs).value();
    foreign.user_handle = Bytes(32, 0x66);
    // Another's credential, and one of the user's that was not asked for.
    for (auto const& handle : {foreign.user_handle, credential_.user_handle}) {
        auto offered = foreign;
        offered.user_handle = handle;
        auto started = ask_for(credential_);
        auto const answer = theirs.get(started.options);
        EXPECT_EQ(finish(ceremony, std::move(started.state), answer, offered, now_).error().code,
                  Errc::unauthenticated);
    }
    // The right answer, checked against a credential that it does not name.
    auto started = ask_for(credential_);
    auto const answer = authenticator_.get(started.options);
    EXPECT_FALSE(finish(ceremony, std::move(started.state), answer, foreign, now_));
    EXPECT_FALSE(ceremony.start_for(credential_.user_handle, {credential_, foreign}, kSession, now_,
                                    random_));
    EXPECT_FALSE(ceremony.start_for(credential_.user_handle, {}, kSession, now_, random_));
    EXPECT_FALSE(ceremony.start_for({}, {credential_}, kSession, now_, random_));
}

TEST_F(AuthenticationTest, ADiscoveredCredentialSaysWhoseItIs) {
    auto const result = discover([](Answer&) {});
    ASSERT_TRUE(result);
    EXPECT_EQ(result->user_handle, credential_.user_handle);
    EXPECT_FALSE(discover([](Answer& answer) { answer.user_handle.reset(); }));
    EXPECT_FALSE(discover([](Answer& answer) { answer.user_handle = Bytes(32, 0x66); }));
    EXPECT_FALSE(discover([](Answer& answer) { answer.user_handle = Bytes(); }));
    // Of a known user it may say nothing, but nothing else.
    auto started = ask_for(credential_);
    auto answer = authenticator_.get(started.options);
    answer.user_handle = Bytes(32, 0x66);
    EXPECT_FALSE(finish(authenticating(), std::move(started.state), answer, credential_, now_));
}

TEST_F(AuthenticationTest, TheStateIsOfOneSessionTimeAndChallenge) {
    auto const ceremony = authenticating();
    auto const outcome = [&](WallTime now, std::string_view session) {
        auto started = ask_for(credential_);
        auto const answer = authenticator_.get(started.options);
        auto state = AuthenticationState::from_bytes(started.state.to_bytes()).value();
        return ceremony
            .finish(std::move(state), AuthenticationResponse::parse(answer.json()).value(),
                    credential_, session, now)
            .has_value();
    };
    EXPECT_TRUE(outcome(now_ + limits::kCeremonyTime, kSession));
    EXPECT_FALSE(outcome(now_ + limits::kCeremonyTime + std::chrono::nanoseconds(1), kSession));
    EXPECT_FALSE(outcome(now_ - std::chrono::nanoseconds(1), kSession));
    EXPECT_FALSE(outcome(now_, "another"));
    EXPECT_FALSE(ceremony.start_for(credential_.user_handle, {credential_}, "", now_, random_));
    EXPECT_FALSE(ceremony.start_discoverable("", now_, random_));
    auto const first = ask_for(credential_);
    auto second = ask_for(credential_);
    EXPECT_FALSE(finish(ceremony, std::move(second.state), authenticator_.get(first.options),
                        credential_, now_));
}

TEST_F(AuthenticationTest, StoredStatesAreWholeAndOfTheirKind) {
    auto const stored = ask_for(credential_).state.to_bytes();
    EXPECT_EQ(AuthenticationState::from_bytes(stored)->to_bytes(), stored);
    for (std::size_t size = 0; size < stored.size(); ++size) {
        EXPECT_FALSE(AuthenticationState::from_bytes(BytesView(stored).first(size))) << size;
    }
    for (std::size_t at = 0; at < 3; ++at) {  // format, kind, user verification
        auto changed = stored;
        changed[at] = 9;
        EXPECT_FALSE(AuthenticationState::from_bytes(changed)) << at;
    }
}

TEST_F(AuthenticationTest, ANameThatNobodyHasLooksLikeOneThatSomebodyHas) {
    SecretBytes const key(Bytes(32, 0x11));
    SecretBytes const other(Bytes(32, 0x12));
    auto const first = decoy_credentials(key, "nobody@example.org");
    auto const again = decoy_credentials(key, "nobody@example.org");
    EXPECT_EQ(first.user_handle, again.user_handle);
    ASSERT_FALSE(first.credentials.empty());
    EXPECT_EQ(first.credentials.front().id, again.credentials.front().id);
    std::set<Bytes> ids;
    bool some_have_two = false;
    for (int i = 0; i < 64; ++i) {
        auto const decoy = decoy_credentials(key, "nobody" + std::to_string(i));
        some_have_two = some_have_two || decoy.credentials.size() == 2;
        for (auto const& credential : decoy.credentials) {
            EXPECT_TRUE(ids.insert(credential.id).second);
        }
    }
    EXPECT_TRUE(some_have_two);
    EXPECT_NE(decoy_credentials(other, "nobody@example.org").user_handle, first.user_handle);
    // An answer to it finds no stored credential; one of another does not serve.
    auto const ceremony = authenticating();
    auto started =
        ceremony.start_for(first.user_handle, first.credentials, kSession, now_, random_);
    ASSERT_TRUE(started);
    auto const answer = authenticator_.get(started->options);
    EXPECT_FALSE(finish(ceremony, std::move(started->state), answer, credential_, now_));
}

}  // namespace
}  // namespace salus::factors::webauthn::testing
