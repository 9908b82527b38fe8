// The test vectors of WebAuthn Level 3 (section 16.1): which are accepted, which are refused and
// why, and that no bit of them can be changed unseen.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>

#include "factors/webauthn/fixture_for_test.h"

namespace salus::factors::webauthn::testing {
namespace {

// Not offered or not allowed here; every other vector is accepted.
std::map<std::string, Errc> const kRefused{
    {"none-es256-crossOrigin", Errc::unauthenticated},  // from inside another origin's page
    {"packed-es512", Errc::not_supported},              // P-521 is not offered
    {"packed-ed448", Errc::not_supported},              // Ed448 is not offered
    {"android-key-es256", Errc::not_supported},         // a format that is not verified
    {"apple-es256", Errc::not_supported},               // a format that is not verified
};

class GivenChallenge final : public crypto::Random {
public:
    explicit GivenChallenge(BytesView challenge) : challenge_(challenge.begin(), challenge.end()) {}
    void fill(std::span<std::uint8_t> out) noexcept override {
        std::ranges::copy(BytesView(challenge_).first(out.size()), out.begin());
    }

private:
    Bytes challenge_;
};

struct Vector {
    std::string id;
    Bytes registration_challenge;
    Answer registration;
    Bytes authentication_challenge;
    Answer authentication;
};

Bytes member(json::Value object, std::string_view name) {
    return from_hex(object.text_member(name).value()).value();
}

// What the credential's id and key are is told by the attestation object alone.
AuthenticatorData data_of(Answer const& registration) {
    auto const object = AttestationObject::parse(registration.attestation_object).value();
    return AuthenticatorData::parse(object.authenticator_data).value();
}

Vector vector_of(json::Value vector) {
    auto const made = *vector.member("registration");
    auto const got = *vector.member("authentication");
    Vector out{.id = vector.text_member("id").value(),
               .registration_challenge = member(made, "challenge"),
               .authentication_challenge = member(got, "challenge")};
    out.registration.client_data = member(made, "clientDataJSON");
    out.registration.attestation_object = member(made, "attestationObject");
    out.registration.id = member(made, "credential_id");
    out.authentication.id = out.registration.id;
    out.authentication.client_data = member(got, "clientDataJSON");
    out.authentication.authenticator_data = member(got, "authenticatorData");
    out.authentication.signature = member(got, "signature");
    return out;
}

class VectorsTest : public WebauthnTest {
protected:
    void SetUp() override {
        auto const* const variable = std::getenv("SALUS_MATERIAL");
        auto const folder = variable != nullptr
                                ? std::filesystem::path(variable)
                                : std::filesystem::path(SALUS_SOURCE_DIR) / "../shared/material";
        std::ifstream file(folder / "webauthn-vectors-dev" / "vectors.json");
        if (!file) {
            std::cout << "vectors are absent: WebAuthn's did not run\n";
            return;
        }
        std::stringstream text;
        text << file.rdbuf();
        auto const document = json::Parser().parse(text.str()).value();
        auto const authority = *document.root().member("attestation_ca");
        authority_ = member(authority, "attestation_ca_cert");
        auto const list = *document.root().member("vectors");
        for (auto const vector : list.elements()) vectors_.push_back(vector_of(vector));
        EXPECT_EQ(vectors_.size(), 9U);
    }

    static RelyingParty vectors_party() {
        return RelyingParty::make("example.org", "Example", {"https://example.org"}).value();
    }
    // Some vectors have no verified user.
    static RegistrationPolicy lax() { return {.user_verification = UserVerification::preferred}; }
    Result<Credential> made(Vector const& vector, Answer const& answer,
                            RegistrationPolicy policy = lax()) {
        RegistrationCeremony const ceremony(vectors_party(), std::move(policy));
        GivenChallenge challenge(vector.registration_challenge);
        auto started = ceremony.start(user_, {}, kSession, now_, challenge).value();
        return ceremony.finish(std::move(started.state),
                               {answer.id, answer.client_data, answer.attestation_object, {}},
                               kSession, now_);
    }
    Result<Authenticated> got(Vector const& vector, Answer const& answer,
                              Credential const& credential) {
        AuthenticationCeremony const ceremony(vectors_party(), UserVerification::preferred);
        GivenChallenge challenge(vector.authentication_challenge);
        auto started =
            ceremony.start_for(credential.user_handle, {credential}, kSession, now_, challenge)
                .value();
        return ceremony.finish(std::move(started.state),
                               {answer.id, answer.client_data, answer.authenticator_data,
                                answer.signature, std::nullopt},
                               credential, kSession, now_);
    }
    std::vector<Vector> accepted() const {
        std::vector<Vector> out;
        for (auto const& vector : vectors_) {
            if (!kRefused.contains(vector.id)) out.push_back(vector);
        }
        return out;
    }

    Bytes authority_;
    std::vector<Vector> vectors_;
};

TEST_F(VectorsTest, AreAcceptedOrRefusedForTheirReason) {
    for (auto const& vector : vectors_) {
        auto const refused = kRefused.find(vector.id);
        if (refused != kRefused.end() && refused->second == Errc::not_supported &&
            vector.registration_challenge.size() != 32) {
            // Its challenge is longer than ours are, so its key is asked alone.
            auto const key = data_of(vector.registration).credential->public_key;
            EXPECT_EQ(CoseKey::parse(key).error().code, refused->second) << vector.id;
            continue;
        }
        auto const credential = made(vector, vector.registration);
        if (refused != kRefused.end()) {
            ASSERT_FALSE(credential) << vector.id;
            EXPECT_EQ(credential.error().code, refused->second) << vector.id;
            continue;
        }
        ASSERT_TRUE(credential) << vector.id << ": " << credential.error().why.text();
        auto const result = got(vector, vector.authentication, *credential);
        ASSERT_TRUE(result) << vector.id << ": " << result.error().why.text();
        EXPECT_FALSE(result->counter_regressed);
    }
}

TEST_F(VectorsTest, TheirCertificatesLeadToTheirAuthority) {
    for (auto const& vector : vectors_) {
        if (vector.id != "packed-es256" && vector.id != "packed-rs256") continue;
        auto policy = lax();
        policy.attestation.anchors = {crypto::PresentedCertificate::parse(authority_).value()};
        auto const credential = made(vector, vector.registration, policy);
        ASSERT_TRUE(credential) << vector.id << ": " << credential.error().why.text();
        EXPECT_EQ(credential->attestation, AttestationResult::anchored);
    }
}

TEST_F(VectorsTest, FormatsThatAreNotVerifiedCanBeTakenAsNone) {
    for (auto const& vector : vectors_) {
        if (vector.id != "android-key-es256" && vector.id != "apple-es256") continue;
        auto policy = lax();
        policy.attestation.other_formats = OtherFormats::take_as_none;
        auto const credential = made(vector, vector.registration, policy);
        ASSERT_TRUE(credential) << vector.id;
        EXPECT_EQ(credential->attestation, AttestationResult::none);
        EXPECT_TRUE(got(vector, vector.authentication, *credential));
    }
}

// Calls `with` for one-bit changes of the bytes, and with their offset: for each bit of a short
// part, for one bit of each byte of a long one (certificates, RSA), where a try costs more.
void flip(Bytes& bytes, std::function<void(std::size_t at)> const& with) {
    constexpr std::size_t kShort = 300;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            if (bytes.size() > kShort && bit != at % 8) continue;
            auto const mask = static_cast<std::uint8_t>(1U << bit);
            bytes[at] ^= mask;
            with(at);
            bytes[at] ^= mask;
        }
    }
}

TEST_F(VectorsTest, NoBitOfAnAuthenticationCanBeChanged) {
    for (auto const& vector : accepted()) {
        auto const credential = made(vector, vector.registration).value();
        auto answer = vector.authentication;
        for (auto* const part :
             {&answer.client_data, &answer.authenticator_data, &answer.signature, &answer.id}) {
            flip(*part, [&](std::size_t at) {
                EXPECT_FALSE(got(vector, answer, credential)) << vector.id << " at " << at;
            });
        }
        ASSERT_TRUE(got(vector, answer, credential));
    }
}

TEST_F(VectorsTest, NoBitOfASignedRegistrationCanBeChanged) {
    for (auto const& vector : accepted()) {
        if (vector.id == "none-es256") continue;
        auto policy = lax();
        if (vector.id != "packed-self-es256") {
            policy.attestation.anchors = {crypto::PresentedCertificate::parse(authority_).value()};
        }
        auto answer = vector.registration;
        for (auto* const part : {&answer.client_data, &answer.attestation_object, &answer.id}) {
            flip(*part, [&](std::size_t at) {
                EXPECT_FALSE(made(vector, answer, policy)) << vector.id << " at " << at;
            });
        }
        ASSERT_TRUE(made(vector, answer, policy));
    }
}

// Without attestation nothing is signed. What no rule covers: members of the client data that are
// not known, and what the authenticator says of itself (section 6.5.4 on `none`).
TEST_F(VectorsTest, OfAnUnsignedRegistrationOnlyWhatNoRuleCovers) {
    for (auto const& vector : accepted()) {
        if (vector.id != "none-es256") continue;
        auto const credential = made(vector, vector.registration).value();
        auto answer = vector.registration;
        auto const text = std::string(text_of(answer.client_data));
        auto const covered = text.find(R"("crossOrigin")");
        flip(answer.client_data, [&](std::size_t at) {
            if (made(vector, answer)) {
                // The name of crossOrigin, which may be absent; and what follows its value.
                EXPECT_GT(at, covered) << at;
                EXPECT_FALSE(at >= covered + 13 && at < covered + 20) << at;
            }
        });
        auto const object = text_of(answer.attestation_object);
        auto const data = object.find("authData") + 10;
        ASSERT_EQ(answer.attestation_object.size() - data,
                  AttestationObject::parse(answer.attestation_object)->authenticator_data.size());
        std::size_t changed = 0;
        flip(answer.attestation_object, [&](std::size_t at) {
            auto const other = made(vector, answer);
            if (!other) return;
            ++changed;
            // Flags, counter, model.
            EXPECT_TRUE(at >= data + 32 && at < data + 32 + 1 + 4 + 16) << at - data;
            EXPECT_EQ(other->id, credential.id);
            EXPECT_EQ(other->public_key, credential.public_key);
        });
        // All of counter and model; of the flags user verified, backed up and two reserved ones.
        EXPECT_EQ(changed, 32U + 128U + 4U);
    }
}

}  // namespace
}  // namespace salus::factors::webauthn::testing
