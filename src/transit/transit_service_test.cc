#include "transit/transit_service.h"

#include <gtest/gtest.h>

#include "keys/kms_suite.h"
#include "transit/vault_for_test.h"

namespace salus::keys {
namespace {

using namespace std::chrono_literals;
using transit::TransitService;
using transit::VaultForTest;

class TransitBackend {
public:
    KeyManagementService& service() { return *service_; }
    void reopen() {
        service_ = TransitService::open(vault_.settings(), kRealm, clock_, random_).value();
    }

private:
    VaultForTest vault_;
    SystemClock clock_;
    crypto::SystemRandom random_;
    std::unique_ptr<TransitService> service_ =
        TransitService::open(vault_.settings(), kRealm, clock_, random_).value();
};
INSTANTIATE_TYPED_TEST_SUITE_P(Transit, KmsSuite, TransitBackend);

class TransitServiceTest : public ::testing::Test {
protected:
    Result<std::unique_ptr<TransitService>> try_open() {
        return TransitService::open(settings_, realm_, clock_, random_);
    }
    std::unique_ptr<TransitService> open() {
        auto service = try_open();
        EXPECT_TRUE(service) << service.error().why.text();
        return *std::move(service);
    }
    Error opening() {
        auto const service = try_open();
        EXPECT_FALSE(service) << "opened what must not open";
        return service ? Error{Errc::internal, "", {}, {}} : service.error();
    }
    // A service with one wrapped key.
    void begin() {
        service_ = open();
        ASSERT_TRUE(service_->ensure(clinic_));
        wrapped_ = service_->wrap(clinic_, {}, key_).value();
    }
    bool opens() {
        auto const key = service_->unwrap(clinic_, {}, wrapped_);
        return key && *key == key_;
    }
    Errc refusal() {
        auto const key = service_->unwrap(clinic_, {}, wrapped_);
        return key ? Errc::internal : key.error().code;
    }

    // How often a path that ends so was called, as the stand-in tells.
    static int calls(std::string const& told, std::string const& path) {
        auto const member = path + "\": ";
        auto const at = told.find(member);
        return at == std::string::npos ? 0 : std::stoi(told.substr(at + member.size()));
    }

    VaultForTest vault_;
    transit::Settings settings_ = vault_.settings();
    std::string realm_ = kRealm;
    crypto::SystemRandom random_;
    ManualClock clock_{WallTime(1'800'000'000s)};
    KekName const clinic_{.tenant = TenantName("clinic"), .epoch = 1};
    SecretBytes const key_ = crypto::random_secret(random_, kKeyBytes);
    std::unique_ptr<TransitService> service_;
    Bytes wrapped_;
};

TEST_F(TransitServiceTest, AnotherServerKeyThanThePinnedIsRefused) {
    settings_.server_key->at(0) ^= 1;
    auto const refused = opening();
    EXPECT_EQ(refused.code, Errc::unavailable);
    EXPECT_NE(refused.why.text().find("another key"), std::string_view::npos);
    settings_.server_key.reset();  // the authority alone
    EXPECT_TRUE(try_open());
}

TEST_F(TransitServiceTest, AnotherAuthorityIsRefused) {
    settings_.authorities_pem =
        crypto::make_certificate_authority("another", SystemClock().now(), std::chrono::days(2))
            .value()
            .certificate_pem;
    EXPECT_EQ(opening().code, Errc::unavailable);
    settings_.authorities_pem = "";
    EXPECT_EQ(opening().code, Errc::unavailable);
}

TEST_F(TransitServiceTest, WhatFailsOnTheWayIsSentAgain) {
    begin();
    vault_.control(R"({"failures": 2})");
    EXPECT_TRUE(opens());
    vault_.control(R"({"cut": 2})");
    EXPECT_TRUE(opens());
    vault_.control(R"({"failures": 3})");
    EXPECT_EQ(refusal(), Errc::unavailable);
    EXPECT_TRUE(opens());
    // As often as it may, and not once more.
    auto const before = calls(vault_.control(R"({"failures": 100})"), "decrypt");
    EXPECT_EQ(refusal(), Errc::unavailable);
    EXPECT_EQ(calls(vault_.control(R"({"failures": 0})"), "decrypt"), before + 3);
    EXPECT_TRUE(opens());
}

TEST_F(TransitServiceTest, ASlowVaultIsUnavailableInBoundedTime) {
    begin();
    settings_.timeout = 500ms;
    settings_.attempts = 2;
    service_ = open();
    ASSERT_TRUE(opens());
    vault_.control(R"({"slow": 8})");
    auto const start = std::chrono::steady_clock::now();
    EXPECT_EQ(refusal(), Errc::unavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 6s);
    vault_.control(R"({"slow": 0})");
    EXPECT_TRUE(opens());
}

TEST_F(TransitServiceTest, ASealedVaultIsUnavailableAndComesBack) {
    begin();
    vault_.control(R"({"sealed": true})");
    EXPECT_EQ(refusal(), Errc::unavailable);
    EXPECT_EQ(service_->wrap(clinic_, {}, key_).error().code, Errc::unavailable);
    EXPECT_EQ(service_->ensure(clinic_).error().code, Errc::unavailable);
    EXPECT_NE(service_->evidence().find("sealed"), std::string::npos);
    EXPECT_NE(opening().why.text().find("sealed"), std::string_view::npos);
    vault_.control(R"({"sealed": false})");
    EXPECT_TRUE(opens());
}

TEST_F(TransitServiceTest, AVaultThatIsGoneIsUnavailable) {
    begin();
    vault_.stop();
    EXPECT_EQ(refusal(), Errc::unavailable);
    EXPECT_EQ(opening().code, Errc::unavailable);
}

TEST_F(TransitServiceTest, AnExpiredTokenIsReplacedFromItsSource) {
    begin();
    vault_.control(R"({"valid_token": "token-2"})");
    EXPECT_EQ(refusal(), Errc::unavailable);
    EXPECT_NE(opening().why.text().find("token"), std::string_view::npos);
    vault_.set_token("token-2");
    EXPECT_TRUE(opens());  // by itself, at the first refusal
    vault_.control(R"({"valid_token": "token-3"})");
    vault_.set_token("token-3");
    service_->maintain();  // or before anybody is refused
    EXPECT_TRUE(opens());
}

TEST_F(TransitServiceTest, TheLeaseIsRenewedWhenHalfOfItIsOver) {
    vault_.control(R"({"ttl": 100})");
    begin();
    auto const renewals = [this] { return calls(vault_.control("{}"), "renew-self"); };
    EXPECT_EQ(renewals(), 1);  // at the start
    clock_.advance(49s);
    service_->maintain();
    EXPECT_EQ(renewals(), 1);
    clock_.advance(2s);
    service_->maintain();
    EXPECT_EQ(renewals(), 2);
    EXPECT_NE(service_->evidence().find("ends in 100 s"), std::string::npos);
    vault_.control(R"({"renewable": false, "ttl": 60})");
    clock_.advance(51s);
    service_->maintain();
    EXPECT_EQ(renewals(), 2);
    EXPECT_NE(service_->evidence().find("ends in 60 s"), std::string::npos);
}

TEST_F(TransitServiceTest, CutAnswersAreNoKeys) {
    begin();
    vault_.control(R"({"truncated": true})");
    EXPECT_EQ(refusal(), Errc::unavailable);
    EXPECT_FALSE(service_->wrap(clinic_, {}, key_));
    vault_.control(R"({"truncated": false})");
    EXPECT_TRUE(opens());
}

// Vaults from before 1.13 do not know associated_data and say nothing.
TEST_F(TransitServiceTest, TheContextIsBoundEvenIfTheVaultIgnoresIt) {
    vault_.control(R"({"ignores_associated_data": true})");
    begin();
    EXPECT_TRUE(opens());
    EXPECT_EQ(service_->unwrap(clinic_, bytes_of("other"), wrapped_).error().code, Errc::corrupt);
}

TEST_F(TransitServiceTest, KeysThatCouldLeaveTheVaultAreRefused) {
    service_ = open();
    auto const key = std::string("/v1/transit/keys/salus-") + kRealm + ".clinic.";
    ASSERT_EQ(vault_.post(key + "1", R"({"exportable": true})"), 204);
    ASSERT_EQ(vault_.post(key + "2", R"({"allow_plaintext_backup": true})"), 204);
    ASSERT_EQ(vault_.post(key + "3", R"({"derived": true})"), 204);
    ASSERT_EQ(vault_.post(key + "4", R"({"type": "aes128-gcm96"})"), 204);
    for (std::uint32_t epoch = 1; epoch <= 4; ++epoch) {
        KekName const name{.tenant = TenantName("clinic"), .epoch = epoch};
        EXPECT_EQ(service_->ensure(name).error().code, Errc::corrupt) << epoch;
        EXPECT_EQ(service_->wrap(name, {}, key_).error().code, Errc::corrupt) << epoch;
    }
}

TEST_F(TransitServiceTest, OldBlobsOpenAfterTheVaultRotatedItsKey) {
    begin();
    ASSERT_EQ(
        vault_.post(std::string("/v1/transit/keys/salus-") + kRealm + ".clinic.1/rotate", "{}"),
        204);
    EXPECT_TRUE(opens());
    auto const newer = service_->wrap(clinic_, {}, key_).value();
    EXPECT_EQ(newer[27], 2);
    EXPECT_TRUE(service_->unwrap(clinic_, {}, newer).value() == key_);
}

TEST_F(TransitServiceTest, WrongSettingsAreSaid) {
    settings_.mount = "elsewhere";
    EXPECT_EQ(open()->ensure(clinic_).error().code, Errc::unavailable);
    for (auto const* mount : {"", "/transit", "transit/", "a//b", "a b", "a?b", "../sys"}) {
        settings_.mount = mount;
        EXPECT_EQ(opening().code, Errc::invalid) << mount;
    }
    settings_ = vault_.settings();
    settings_.token.name = "absent";
    EXPECT_EQ(opening().code, Errc::not_found);
    settings_ = vault_.settings();
    for (auto const* realm : {"", "a.b", "a/b", "a b"}) {
        realm_ = realm;
        EXPECT_EQ(opening().code, Errc::invalid) << realm;
    }
}

TEST_F(TransitServiceTest, TheTokenIsInNoEvidence) {
    begin();
    EXPECT_TRUE(service_->may_block());
    auto const evidence = service_->evidence();
    EXPECT_EQ(evidence.find("token-1"), std::string::npos);
    EXPECT_NE(evidence.find("TLSv1.3"), std::string::npos) << evidence;
    EXPECT_NE(evidence.find("answers now"), std::string::npos) << evidence;
}

}  // namespace
}  // namespace salus::keys
