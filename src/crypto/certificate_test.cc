#include "crypto/certificate.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "crypto/openssl.h"

namespace salus::crypto {
namespace {

using Store = OpensslPtr<X509_STORE, X509_STORE_free>;
using StoreContext = OpensslPtr<X509_STORE_CTX, X509_STORE_CTX_free>;

WallTime const kNow = WallTime(std::chrono::seconds(1'790'000'000));

std::vector<X509Ptr> parse(std::string const& pem) {
    BioPtr const in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    std::vector<X509Ptr> all;
    while (auto* const one = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) {
        all.emplace_back(one);
    }
    return all;
}

// What OpenSSL's verifier says of the first certificate, at this time, for this purpose.
int verify(std::string const& chain, std::string const& authority, WallTime time,
           int purpose = X509_PURPOSE_SSL_SERVER) {
    auto const certificates = parse(chain);
    auto const authorities = parse(authority);
    Store const store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), authorities.front().get());
    StoreContext const context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), certificates.front().get(), nullptr);
    auto* const parameters = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_purpose(parameters, purpose);
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT);
    X509_VERIFY_PARAM_set_time(parameters, to_unix_seconds(time));
    X509_verify_cert(context.get());
    return X509_STORE_CTX_get_error(context.get());
}

class Certificates : public testing::Test {
protected:
    CertificateAuthority authority_ =
        make_certificate_authority("Salus local authority", kNow, std::chrono::days(3650)).value();
    [[nodiscard]] Result<ServerCertificate> issue(std::vector<std::string> const& names) const {
        return issue_server_certificate(authority_, names, kNow, std::chrono::days(90));
    }
};

TEST_F(Certificates, StrictVerifierAcceptsTheChain) {
    auto const server = issue({"salus.test", "127.0.0.1", "::1"});
    ASSERT_TRUE(server);
    EXPECT_EQ(parse(server->chain_pem).size(), 2U);
    EXPECT_EQ(verify(server->chain_pem, authority_.certificate_pem, kNow), X509_V_OK);
    auto const leaf = std::move(parse(server->chain_pem).front());
    EXPECT_EQ(X509_check_host(leaf.get(), "salus.test", 0, 0, nullptr), 1);
    EXPECT_EQ(X509_check_ip_asc(leaf.get(), "127.0.0.1", 0), 1);
    EXPECT_EQ(X509_check_ip_asc(leaf.get(), "::1", 0), 1);
    EXPECT_NE(X509_check_host(leaf.get(), "other.test", 0, 0, nullptr), 1);
    EXPECT_NE(X509_check_ip_asc(leaf.get(), "127.0.0.2", 0), 1);
    EXPECT_NE(X509_get_ext_by_NID(leaf.get(), NID_subject_key_identifier, -1), -1);
    EXPECT_NE(X509_get_ext_by_NID(leaf.get(), NID_authority_key_identifier, -1), -1);
}

TEST_F(Certificates, ValidityStartsAnHourBackAndEndsOnTime) {
    using std::chrono::days;
    using std::chrono::hours;
    using std::chrono::seconds;
    auto const chain = issue({"salus.test"})->chain_pem;
    auto const& root = authority_.certificate_pem;
    // The authority is as old as the certificate, so either may be the one that is complained of.
    EXPECT_EQ(verify(chain, root, kNow - hours(1)), X509_V_OK);
    EXPECT_EQ(verify(chain, root, kNow - hours(1) - seconds(1)), X509_V_ERR_CERT_NOT_YET_VALID);
    EXPECT_EQ(verify(chain, root, kNow + days(90) - seconds(1)), X509_V_OK);
    EXPECT_EQ(verify(chain, root, kNow + days(90) + seconds(1)), X509_V_ERR_CERT_HAS_EXPIRED);
    EXPECT_EQ(certificate_expiry(chain).value(), kNow + days(90));
    EXPECT_EQ(certificate_expiry(root).value(), kNow + days(3650));
}

TEST_F(Certificates, ServerCertificateIsForServersOnly) {
    auto const chain = issue({"salus.test"})->chain_pem;
    EXPECT_NE(verify(chain, authority_.certificate_pem, kNow, X509_PURPOSE_SSL_CLIENT), X509_V_OK);
    auto const leaf = std::move(parse(chain).front());
    EXPECT_EQ(X509_check_ca(leaf.get()), 0);
    auto const root = std::move(parse(authority_.certificate_pem).front());
    EXPECT_EQ(X509_check_ca(root.get()), 1);
    EXPECT_EQ(X509_get_pathlen(root.get()), 0);
}

TEST_F(Certificates, AnotherAuthorityIsNotTrusted) {
    auto const other =
        make_certificate_authority("Salus local authority", kNow, std::chrono::days(3650)).value();
    auto const chain = issue({"salus.test"})->chain_pem;
    EXPECT_NE(verify(chain, other.certificate_pem, kNow), X509_V_OK);
}

TEST_F(Certificates, SerialsAreLongPositiveAndDiffer) {
    std::vector<Bytes> serials;
    for (int i = 0; i < 20; ++i) {
        auto const leaf = std::move(parse(issue({"salus.test"})->chain_pem).front());
        BigNumber const serial(ASN1_INTEGER_to_BN(X509_get0_serialNumber(leaf.get()), nullptr));
        EXPECT_EQ(BN_is_negative(serial.get()), 0);
        EXPECT_GE(BN_num_bits(serial.get()), 64);
        EXPECT_LE(BN_num_bytes(serial.get()), 20);
        Bytes bytes(static_cast<std::size_t>(BN_num_bytes(serial.get())));
        BN_bn2bin(serial.get(), bytes.data());
        EXPECT_EQ(std::ranges::find(serials, bytes), serials.end());
        serials.push_back(bytes);
    }
}

TEST_F(Certificates, NamesThatAreNoneAreRefused) {
    for (auto const* const bad :
         {"", "a b", "salus.test,DNS:evil.test", "salus.test\nDNS:evil.test", "DNS:salus.test", "*",
          "*.salus.test", ".salus.test", "-salus.test", "user@salus.test", "127.0.0.1/8",
          "\xC3\xA9.test"}) {
        EXPECT_FALSE(issue({bad})) << bad;
        EXPECT_FALSE(issue({"salus.test", bad})) << bad;
    }
    EXPECT_FALSE(issue({}));
    EXPECT_FALSE(issue({std::string("salus.test\0.evil.test", 21)}));
    EXPECT_FALSE(issue({std::string("127.0.0.1\0evil.test", 19)}));
    EXPECT_FALSE(issue({std::string(300, 'a')}));
    EXPECT_TRUE(issue({std::string(63, 'a') + "." + std::string(63, 'b')}));
}

TEST_F(Certificates, MismatchedOrDamagedAuthorityIsRefused) {
    auto other = make_certificate_authority("Other", kNow, std::chrono::days(1)).value();
    CertificateAuthority const mixed{authority_.certificate_pem, std::move(other.key_pkcs8)};
    EXPECT_FALSE(issue_server_certificate(mixed, {"a.test"}, kNow, std::chrono::days(1)));
    CertificateAuthority const empty;
    EXPECT_FALSE(issue_server_certificate(empty, {"a.test"}, kNow, std::chrono::days(1)));
    EXPECT_FALSE(make_certificate_authority("", kNow, std::chrono::days(1)));
    EXPECT_FALSE(make_certificate_authority(std::string(65, 'a'), kNow, std::chrono::days(1)));
    EXPECT_FALSE(certificate_expiry(""));
    EXPECT_FALSE(
        certificate_expiry("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
}

TEST_F(Certificates, KeyIsPkcs8AndBelongsToTheCertificate) {
    auto const server = issue({"salus.test"});
    BioPtr const in(
        BIO_new_mem_buf(server->key_pem.reveal().data(), static_cast<int>(server->key_pem.size())));
    Pkey const key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
    ASSERT_TRUE(key);
    EXPECT_TRUE(text_of(server->key_pem.reveal()).starts_with("-----BEGIN PRIVATE KEY-----"));
    auto const leaf = std::move(parse(server->chain_pem).front());
    EXPECT_EQ(X509_check_private_key(leaf.get(), key.get()), 1);
}

}  // namespace
}  // namespace salus::crypto
