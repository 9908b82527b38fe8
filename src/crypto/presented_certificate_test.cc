#include "crypto/presented_certificate.h"

#include <gtest/gtest.h>

#include "crypto/certificate.h"

namespace salus::crypto {
namespace {

using std::chrono::days;

// The certificates of a PEM file, in DER.
std::vector<Bytes> der_of(std::string const& pem) {
    constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
    std::vector<Bytes> all;
    for (auto at = pem.find(kBegin); at != std::string::npos; at = pem.find(kBegin, at)) {
        at += kBegin.size();
        auto base64 = pem.substr(at, pem.find('-', at) - at);
        std::erase(base64, '\n');
        all.push_back(from_base64(base64).value());
    }
    return all;
}

PresentedCertificate parsed(Bytes const& der) {
    return PresentedCertificate::parse(der).value();
}

class PresentedCertificateTest : public ::testing::Test {
protected:
    WallTime now_{std::chrono::seconds(1'790'000'000)};
    CertificateAuthority authority_ =
        make_certificate_authority("An Authority", now_, days(10)).value();
    std::vector<Bytes> chain_ =
        der_of(issue_server_certificate(authority_, {"a.example"}, now_, days(5))->chain_pem);
};

TEST_F(PresentedCertificateTest, NamesAreComparedAsTheyAre) {
    auto const names = std::vector<std::string>{"a.example", "b.example", "192.0.2.1"};
    auto const made = issue_server_certificate(authority_, names, now_, days(5));
    ASSERT_TRUE(made.has_value());
    auto const server = parsed(der_of(made->chain_pem).front());
    EXPECT_EQ(parsed(chain_[1]).subject_name(), "CN=An Authority");
    EXPECT_TRUE(server.has_dns_name("a.example"));
    EXPECT_TRUE(server.has_dns_name("A.Example"));
    EXPECT_TRUE(server.has_dns_name("b.example"));
    for (auto const* other : {"", "example", "*.example", "x.b.example", "a.example.", "192.0.2.1"})
        EXPECT_FALSE(server.has_dns_name(other)) << other;
    EXPECT_FALSE(server.has_uri("a.example"));
    EXPECT_FALSE(parsed(chain_[1]).has_dns_name("An Authority"));
}

TEST_F(PresentedCertificateTest, AFileInPemHasAllOfThem) {
    auto const pem = issue_server_certificate(authority_, {"a.example"}, now_, days(5))->chain_pem;
    EXPECT_EQ(PresentedCertificate::parse_pem("a comment\n" + pem)->size(), 2U);
    auto damaged = pem;
    damaged[damaged.rfind("-----END") - 20] = '!';
    for (auto const& text : {std::string(), std::string("text"), damaged})
        EXPECT_FALSE(PresentedCertificate::parse_pem(text).has_value());
}

TEST_F(PresentedCertificateTest, ACertificateForServersIsNoneForClients) {
    std::vector<PresentedCertificate> const chain{parsed(chain_[0])};
    std::vector<PresentedCertificate> const anchors{parsed(chain_[1])};
    EXPECT_TRUE(verify_chain(chain, anchors, now_).has_value());
    EXPECT_FALSE(verify_chain(chain, anchors, now_, ChainUse::tls_client).has_value());
    auto const client = make_client_certificate("a client", now_, days(5));
    std::vector<PresentedCertificate> const own{parsed(der_of(client->chain_pem).front())};
    EXPECT_TRUE(verify_chain(own, own, now_, ChainUse::tls_client).has_value());
    EXPECT_FALSE(verify_chain(own, anchors, now_, ChainUse::tls_client).has_value());
}

TEST_F(PresentedCertificateTest, TellsWhatStandsInIt) {
    ASSERT_EQ(chain_.size(), 2U);
    auto const server = parsed(chain_[0]);
    auto const issuer = parsed(chain_[1]);
    EXPECT_EQ(server.version(), 3);
    EXPECT_EQ(server.subject(SubjectAttribute::common_name), "a.example");
    EXPECT_EQ(issuer.subject(SubjectAttribute::common_name), "An Authority");
    EXPECT_EQ(server.subject(SubjectAttribute::country), std::nullopt);
    EXPECT_EQ(server.may_issue(), false);
    EXPECT_EQ(issuer.may_issue(), true);
    EXPECT_TRUE(server.extension("2.5.29.19")->critical);   // basic constraints
    EXPECT_FALSE(server.extension("2.5.29.14")->critical);  // subject key identifier
    EXPECT_EQ(server.extension("2.5.29.14")->value.size(), 22U);
    EXPECT_FALSE(server.extension("1.2.3.4"));
    EXPECT_TRUE(server.key()->fits(SignatureAlgorithm::es256));
}

TEST_F(PresentedCertificateTest, RefusesWhatIsNone) {
    auto longer = chain_[0];
    longer.push_back(0);
    EXPECT_EQ(PresentedCertificate::parse(longer).error().code, Errc::invalid);
    EXPECT_FALSE(PresentedCertificate::parse(BytesView(chain_[0]).first(chain_[0].size() - 1)));
    EXPECT_FALSE(PresentedCertificate::parse({}));
    EXPECT_FALSE(PresentedCertificate::parse(bytes_of("certificate")));
}

TEST_F(PresentedCertificateTest, LeadsToAnAnchorOrNowhere) {
    std::vector const alone{parsed(chain_[0])};
    std::vector const both{parsed(chain_[0]), parsed(chain_[1])};
    std::vector const anchor{parsed(chain_[1])};
    EXPECT_TRUE(verify_chain(alone, anchor, now_));
    EXPECT_TRUE(verify_chain(both, anchor, now_));
    EXPECT_TRUE(verify_chain(alone, alone, now_)) << "its own anchor";
    EXPECT_EQ(verify_chain(both, {}, now_).error().code, Errc::forbidden)
        << "what is presented is no anchor";
    auto const other = make_certificate_authority("An Authority", now_, days(10)).value();
    std::vector const stranger{parsed(der_of(other.certificate_pem)[0])};
    EXPECT_FALSE(verify_chain(both, stranger, now_)) << "the same name, another key";
    EXPECT_FALSE(verify_chain(alone, anchor, now_ + days(6)));
    EXPECT_FALSE(verify_chain(alone, anchor, now_ - days(1)));
    // A certificate that may not issue is no authority, even if it is trusted.
    EXPECT_FALSE(verify_chain(anchor, alone, now_));
}

TEST_F(PresentedCertificateTest, NoByteOfASignedOneCanBeChanged) {
    std::vector const anchor{parsed(chain_[1])};
    for (std::size_t at = 0; at < chain_[0].size(); ++at) {
        auto changed = chain_[0];
        changed[at] ^= 1U;
        auto const certificate = PresentedCertificate::parse(changed);
        if (!certificate) continue;
        EXPECT_FALSE(verify_chain({&*certificate, 1}, anchor, now_)) << at;
    }
}

}  // namespace
}  // namespace salus::crypto
