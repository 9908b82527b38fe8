#include "crypto/certificate.h"

#include <algorithm>
#include <ctime>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "crypto/openssl.h"

namespace salus::crypto {
namespace {

using Extension = OpensslPtr<X509_EXTENSION, X509_EXTENSION_free>;
using GeneralName = OpensslPtr<GENERAL_NAME, GENERAL_NAME_free>;
using GeneralNames = OpensslPtr<GENERAL_NAMES, GENERAL_NAMES_free>;
using Pkcs8 = OpensslPtr<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;

// Peers' clocks may be behind; nobody is harmed by an hour.
constexpr auto kBackdated = std::chrono::hours(1);
constexpr std::size_t kLongestCommonName = 64;  // RFC 5280 appendix A.1, ub-common-name
constexpr std::size_t kLongestDnsName = 253;
constexpr std::size_t kLargestPem = std::size_t{64} * 1024;

Pkey parse_key(BytesView der) {
    auto const* in = der.data();
    Pkcs8 const info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &in, static_cast<long>(der.size())));
    return Pkey(info ? EVP_PKCS82PKEY_ex(info.get(), nullptr, nullptr) : nullptr);
}

X509Ptr parse_certificate(std::string_view pem) {
    if (pem.size() > kLargestPem) return nullptr;
    BioPtr const in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    SALUS_CHECK(in != nullptr);
    X509Ptr certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
    if (!certificate) ERR_clear_error();
    return certificate;
}

BytesView contents(BIO* bio) {
    BUF_MEM* memory = nullptr;
    BIO_get_mem_ptr(bio, &memory);
    return {reinterpret_cast<std::uint8_t const*>(memory->data), memory->length};
}

std::string to_pem(X509* certificate) {
    BioPtr const out(BIO_new(BIO_s_mem()));
    SALUS_CHECK(out && PEM_write_bio_X509(out.get(), certificate) == 1);
    return std::string(text_of(contents(out.get())));
}

SecretBytes key_to_pem(EVP_PKEY* key) {
    BioPtr const out(BIO_new(BIO_s_secmem()));
    SALUS_CHECK(out != nullptr);
    SALUS_CHECK(
        PEM_write_bio_PKCS8PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return SecretBytes(contents(out.get()));
}

// Positive, 127 random bits: at most 16 of the 20 octets of RFC 5280 section 4.1.2.2.
void set_serial(X509& certificate) {
    std::array<std::uint8_t, 16> bytes;
    SystemRandom().fill(bytes);
    bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x7FU) | 0x40U);
    BigNumber const number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
    SALUS_CHECK(number != nullptr);
    SALUS_CHECK(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr);
}

bool set_common_name(X509_NAME* name, std::string_view text) {
    return !text.empty() && text.size() <= kLongestCommonName &&
           X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                      reinterpret_cast<unsigned char const*>(text.data()),
                                      static_cast<int>(text.size()), -1, 0) == 1;
}

void set_validity(X509& certificate, WallTime now, std::chrono::days life) {
    auto const start = std::time_t{to_unix_seconds(now - kBackdated)};
    auto const end = std::time_t{to_unix_seconds(now + life)};
    SALUS_CHECK(ASN1_TIME_set(X509_getm_notBefore(&certificate), start) != nullptr);
    SALUS_CHECK(ASN1_TIME_set(X509_getm_notAfter(&certificate), end) != nullptr);
}

// REQUIRES: `value` is text of this file; OpenSSL's configuration syntax must not see input.
void add_extension(X509& certificate, X509& issuer, int kind, char const* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
    Extension const extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
    SALUS_CHECK(extension && X509_add_ext(&certificate, extension.get(), -1) == 1);
}

bool is_dns_name(std::string_view name) {
    auto const allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.';
    };
    return !name.empty() && name.size() <= kLongestDnsName && std::ranges::all_of(name, allowed) &&
           name.front() != '.' && name.front() != '-';
}

GeneralName general_name(std::string const& name) {
    if (name.find('\0') != std::string::npos) return nullptr;  // the parser would stop there
    GeneralName general(GENERAL_NAME_new());
    SALUS_CHECK(general != nullptr);
    if (auto* const address = a2i_IPADDRESS(name.c_str()); address != nullptr) {
        GENERAL_NAME_set0_value(general.get(), GEN_IPADD, address);
        return general;
    }
    ERR_clear_error();
    if (!is_dns_name(name)) return nullptr;
    auto* const text = ASN1_IA5STRING_new();
    SALUS_CHECK(text && ASN1_STRING_set(text, name.data(), static_cast<int>(name.size())) == 1);
    GENERAL_NAME_set0_value(general.get(), GEN_DNS, text);
    return general;
}

Result<void> add_names(X509& certificate, std::vector<std::string> const& names) {
    GeneralNames const all(GENERAL_NAMES_new());
    SALUS_CHECK(all != nullptr);
    for (auto const& name : names) {
        auto general = general_name(name);
        if (!general) return fail(Errc::invalid, "a name is neither a DNS name nor an IP address");
        // The list owns it from here on.
        SALUS_CHECK(sk_GENERAL_NAME_push(all.get(), general.release()) > 0);
    }
    SALUS_CHECK(X509_add1_ext_i2d(&certificate, NID_subject_alt_name, all.get(), 0,
                                  X509V3_ADD_DEFAULT) == 1);
    return {};
}

X509Ptr new_certificate(EVP_PKEY* subject_key, WallTime now, std::chrono::days life) {
    X509Ptr certificate(X509_new());
    SALUS_CHECK(certificate != nullptr);
    SALUS_CHECK(X509_set_version(certificate.get(), X509_VERSION_3) == 1);
    SALUS_CHECK(X509_set_pubkey(certificate.get(), subject_key) == 1);
    set_serial(*certificate);
    set_validity(*certificate, now, life);
    return certificate;
}

void sign(X509& certificate, EVP_PKEY* key) {
    SALUS_CHECK(X509_sign(&certificate, key, digest_algorithm(Digest::sha256)) > 0);
}

}  // namespace

Result<CertificateAuthority> make_certificate_authority(std::string_view common_name, WallTime now,
                                                        std::chrono::days life) {
    auto pkcs8 = SigningKey::generate(SignatureAlgorithm::es256).to_pkcs8();
    auto const key = parse_key(pkcs8.reveal());
    SALUS_CHECK(key != nullptr);
    auto const certificate = new_certificate(key.get(), now, life);
    auto& authority = *certificate;
    if (!set_common_name(X509_get_subject_name(&authority), common_name)) {
        return fail(Errc::invalid, "a common name has 1 to 64 characters");
    }
    SALUS_CHECK(X509_set_issuer_name(&authority, X509_get_subject_name(&authority)) == 1);
    add_extension(authority, authority, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(authority, authority, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(authority, authority, NID_subject_key_identifier, "hash");
    add_extension(authority, authority, NID_authority_key_identifier, "keyid:always");
    sign(authority, key.get());
    return CertificateAuthority{to_pem(&authority), std::move(pkcs8)};
}

Result<ServerCertificate> issue_server_certificate(CertificateAuthority const& authority,
                                                   std::vector<std::string> const& names,
                                                   WallTime now, std::chrono::days life) {
    if (names.empty()) return fail(Errc::invalid, "a server certificate needs a name");
    auto const issuer = parse_certificate(authority.certificate_pem);
    auto const issuer_key = parse_key(authority.key_pkcs8.reveal());
    if (!issuer || !issuer_key || X509_check_private_key(issuer.get(), issuer_key.get()) != 1) {
        ERR_clear_error();
        return fail(Errc::invalid, "the authority's certificate and key do not match");
    }
    auto const pkcs8 = SigningKey::generate(SignatureAlgorithm::es256).to_pkcs8();
    auto const key = parse_key(pkcs8.reveal());
    SALUS_CHECK(key != nullptr);
    auto const certificate = new_certificate(key.get(), now, life);
    auto& server = *certificate;
    SALUS_CHECK(X509_set_issuer_name(&server, X509_get_subject_name(issuer.get())) == 1);
    // The common name is for people; clients read subjectAltName (RFC 9110 section 4.3.4).
    auto* const subject = X509_get_subject_name(&server);
    if (!set_common_name(subject, std::string_view(names.front()).substr(0, kLongestCommonName))) {
        return fail(Errc::invalid, "a name is neither a DNS name nor an IP address");
    }
    add_extension(server, *issuer, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(server, *issuer, NID_key_usage, "critical,digitalSignature");
    add_extension(server, *issuer, NID_ext_key_usage, "serverAuth");
    add_extension(server, *issuer, NID_subject_key_identifier, "hash");
    add_extension(server, *issuer, NID_authority_key_identifier, "keyid:always");
    SALUS_TRY_VOID(add_names(server, names));
    sign(server, issuer_key.get());
    return ServerCertificate{to_pem(&server) + to_pem(issuer.get()), key_to_pem(key.get())};
}

Result<ServerCertificate> make_client_certificate(std::string_view common_name, WallTime now,
                                                  std::chrono::days life) {
    auto const pkcs8 = SigningKey::generate(SignatureAlgorithm::es256).to_pkcs8();
    auto const key = parse_key(pkcs8.reveal());
    SALUS_CHECK(key != nullptr);
    auto const certificate = new_certificate(key.get(), now, life);
    auto& client = *certificate;
    if (!set_common_name(X509_get_subject_name(&client), common_name)) {
        return fail(Errc::invalid, "a common name has 1 to 64 characters");
    }
    SALUS_CHECK(X509_set_issuer_name(&client, X509_get_subject_name(&client)) == 1);
    add_extension(client, client, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(client, client, NID_key_usage, "critical,digitalSignature");
    add_extension(client, client, NID_ext_key_usage, "clientAuth");
    add_extension(client, client, NID_subject_key_identifier, "hash");
    sign(client, key.get());
    return ServerCertificate{to_pem(&client), key_to_pem(key.get())};
}

Result<Sha256Digest> certificate_key(std::string_view pem) {
    auto const certificate = parse_certificate(pem);
    unsigned char* encoded = nullptr;
    auto const size =
        certificate ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &encoded) : 0;
    if (size <= 0) return fail(Errc::invalid, "not a certificate in PEM");
    auto const digest = sha256(BytesView(encoded, static_cast<std::size_t>(size)));
    OPENSSL_free(encoded);
    return digest;
}

Result<WallTime> certificate_expiry(std::string_view pem) {
    auto const certificate = parse_certificate(pem);
    std::tm end{};
    if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1) {
        return fail(Errc::invalid, "not a certificate in PEM");
    }
    return WallTime(std::chrono::seconds(timegm(&end)));
}

}  // namespace salus::crypto
