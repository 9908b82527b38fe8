#include "factors/webauthn/attestation_certificates_for_test.h"
#include "factors/webauthn/fixture_for_test.h"

namespace salus::factors::webauthn::testing {
namespace {

using crypto::PresentedCertificate;

PresentedCertificate certificate(std::string_view base64) {
    return PresentedCertificate::parse(from_base64(base64).value()).value();
}

class AttestationTest : public WebauthnTest {
protected:
    // A registration that the certificates' key signs; `chain` in base64.
    Result<Credential> certified(std::vector<std::string_view> const& chain,
                                 AttestationRules rules = {}) {
        auto const ceremony = registering({.attestation = std::move(rules)});
        auto started = begin(ceremony);
        auto answer = authenticator_.create(started.options);
        auto const signer =
            crypto::SigningKey::from_ec(
                crypto::Curve::p256, SecretBytes(from_hex(std::string(kAttestationScalar)).value()))
                .value();
        CborText statement;
        statement.map(3).text("alg").integer(-7);
        statement.text("sig").bytes(sign(signer, SoftAuthenticator::signed_part(answer)));
        statement.text("x5c").array(chain.size());
        for (auto const der : chain) statement.bytes(from_base64(der).value());
        answer.attestation_object = SoftAuthenticator::object("packed", statement, answer);
        return finish(ceremony, std::move(started.state), answer, now_);
    }
    // A registration with this format and statement, whatever they are.
    Result<Credential> stated(std::string_view format, CborText const& statement,
                              AttestationRules rules = {}) {
        auto const ceremony = registering({.attestation = std::move(rules)});
        auto started = begin(ceremony);
        auto answer = authenticator_.create(started.options);
        answer.attestation_object = SoftAuthenticator::object(format, statement, answer);
        return finish(ceremony, std::move(started.state), answer, now_);
    }

    SoftAuthenticator authenticator_;
};

AttestationRules trusting(std::string_view anchor) {
    return {.anchors = {certificate(anchor)}};
}

TEST_F(AttestationTest, SelfAttestationIsSignedByTheCredential) {
    for (auto const algorithm :
         {SignatureAlgorithm::es256, SignatureAlgorithm::es384, SignatureAlgorithm::ed25519}) {
        auto const made = register_with(SoftAuthenticator(algorithm), "self");
        ASSERT_TRUE(made) << made.error().why.text();
        EXPECT_EQ(made->attestation, AttestationResult::self);
    }
}

TEST_F(AttestationTest, SelfAttestationByAnotherKeyOrAlgorithmIsRefused) {
    SoftAuthenticator const other;
    auto const ceremony = registering();
    auto const with = [&](std::int64_t algorithm, crypto::SigningKey const& signer) {
        auto started = begin(ceremony);
        auto answer = authenticator_.create(started.options);
        CborText statement;
        statement.map(2).text("alg").integer(algorithm);
        statement.text("sig").bytes(sign(signer, SoftAuthenticator::signed_part(answer)));
        answer.attestation_object = SoftAuthenticator::object("packed", statement, answer);
        return finish(ceremony, std::move(started.state), answer, now_);
    };
    EXPECT_TRUE(with(-7, authenticator_.key()));
    EXPECT_EQ(with(-7, other.key()).error().code, Errc::forbidden);
    EXPECT_EQ(with(-35, authenticator_.key()).error().code, Errc::invalid);
    EXPECT_EQ(with(-65535, authenticator_.key()).error().code, Errc::not_supported);
}

TEST_F(AttestationTest, ACertificateOfAnyoneProvesLittle) {
    EXPECT_EQ(certified({kGood})->attestation, AttestationResult::certificate);
    EXPECT_EQ(certified({kWithoutModel})->attestation, AttestationResult::certificate);
    EXPECT_EQ(certified({kGood, kRoot})->attestation, AttestationResult::certificate);
}

TEST_F(AttestationTest, ACertificateMustBeOneForAttestation) {
    for (auto const other : {kOtherModel, kCriticalModel, kOtherUnit, kWithoutOrganization,
                             kAuthority, kWithoutConstraints}) {
        auto const made = certified({other});
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().code, Errc::forbidden);
    }
    EXPECT_FALSE(certified({kRoot})) << "another key than the one that signed";
}

TEST_F(AttestationTest, WithAnchorsTheChainLeadsToOne) {
    EXPECT_EQ(certified({kGood}, trusting(kRoot))->attestation, AttestationResult::anchored);
    EXPECT_EQ(certified({kGood, kRoot}, trusting(kRoot))->attestation, AttestationResult::anchored);
    EXPECT_EQ(certified({kGood}, trusting(kGood))->attestation, AttestationResult::anchored)
        << "an anchor may be the certificate itself";
    EXPECT_EQ(certified({kGood}, trusting(kOtherRoot)).error().code, Errc::forbidden);
    EXPECT_FALSE(certified({kGood, kRoot}, trusting(kOtherRoot)));
    EXPECT_FALSE(certified({kExpired}, trusting(kRoot)));
    EXPECT_TRUE(certified({kExpired})) << "nobody was asked";
}

TEST_F(AttestationTest, WithAnchorsNothingLessIsEnough) {
    RegistrationPolicy const policy{.attestation = trusting(kRoot)};
    EXPECT_EQ(register_with(authenticator_, "none", policy).error().code, Errc::forbidden);
    EXPECT_EQ(register_with(authenticator_, "self", policy).error().code, Errc::forbidden);
    auto rules = trusting(kRoot);
    rules.other_formats = OtherFormats::take_as_none;
    EXPECT_EQ(stated("apple", CborText().map(0), rules).error().code, Errc::forbidden);
    auto const started = begin(registering(policy));
    EXPECT_NE(started.options.find(R"("attestation":"direct")"), std::string::npos);
}

TEST_F(AttestationTest, OtherFormatsAreRefusedOrProveNothing) {
    auto const statement = CborText().map(1).text("sig").bytes(Bytes(64));
    for (auto const* format : {"fido-u2f", "tpm", "android-key", "apple", "Packed", ""}) {
        EXPECT_EQ(stated(format, statement).error().code, Errc::not_supported) << format;
    }
    AttestationRules const lenient{.other_formats = OtherFormats::take_as_none};
    EXPECT_EQ(stated("fido-u2f", statement, lenient)->attestation, AttestationResult::none);
    EXPECT_FALSE(stated("packed", statement, lenient));
}

TEST_F(AttestationTest, RefusesMalformedStatements) {
    EXPECT_EQ(stated("none", CborText().map(1).text("a").integer(1)).error().code, Errc::invalid);
    EXPECT_FALSE(stated("none", CborText().array(0)));
    auto const signature = Bytes(70, 0x30);
    EXPECT_FALSE(stated("packed", CborText().map(0)));
    EXPECT_FALSE(stated("packed", CborText().map(1).text("alg").integer(-7)));
    EXPECT_FALSE(
        stated("packed", CborText().map(2).text("alg").text("-7").text("sig").bytes(signature)));
    auto const begun = [&] {
        return CborText().map(3).text("alg").integer(-7).text("sig").bytes(signature);
    };
    EXPECT_FALSE(stated("packed", begun().text("x5c").array(0)));
    EXPECT_FALSE(stated("packed", begun().text("x5c").bytes(signature)));
    EXPECT_FALSE(stated("packed", begun().text("x5c").array(1).integer(1)));
    EXPECT_FALSE(stated("packed", begun().text("x5c").array(1).bytes(signature)));
    EXPECT_FALSE(stated("packed", begun().text("ecdaaKeyId").bytes(signature)));
    auto seven = begun().text("x5c").array(7);
    for (int i = 0; i < 7; ++i) seven.bytes(from_base64(kGood).value());
    EXPECT_FALSE(stated("packed", seven));
}

TEST_F(AttestationTest, RefusesObjectsWithOtherMembers) {
    auto const data = Bytes(37);
    auto const parses = [](CborText const& text) {
        return AttestationObject::parse(text.out()).has_value();
    };
    auto const good = CborText()
                          .map(3)
                          .text("fmt")
                          .text("none")
                          .text("attStmt")
                          .map(0)
                          .text("authData")
                          .bytes(data);
    EXPECT_TRUE(parses(good));
    EXPECT_FALSE(parses(CborText(good).integer(0)));
    EXPECT_FALSE(parses(CborText().map(2).text("fmt").text("none").text("attStmt").map(0)));
    EXPECT_FALSE(parses(CborText()
                            .map(3)
                            .text("attStmt")
                            .map(0)
                            .text("fmt")
                            .text("none")
                            .text("authData")
                            .bytes(data)))
        << "not in order";
    EXPECT_FALSE(parses(CborText()
                            .map(4)
                            .text("fmt")
                            .text("none")
                            .text("more")
                            .integer(1)
                            .text("attStmt")
                            .map(0)
                            .text("authData")
                            .bytes(data)));
    auto const large = CborText()
                           .map(3)
                           .text("fmt")
                           .text("none")
                           .text("attStmt")
                           .map(0)
                           .text("authData")
                           .bytes(Bytes(limits::kAttestationBytes));
    EXPECT_EQ(AttestationObject::parse(large.out()).error().code, Errc::too_large);
}

}  // namespace
}  // namespace salus::factors::webauthn::testing
