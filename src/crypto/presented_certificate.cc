#include "crypto/presented_certificate.h"

#include <algorithm>
#include <ctime>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "crypto/openssl.h"

namespace salus::crypto {
namespace {

using Store = OpensslPtr<X509_STORE, X509_STORE_free>;
using StoreContext = OpensslPtr<X509_STORE_CTX, X509_STORE_CTX_free>;
using Object = OpensslPtr<ASN1_OBJECT, ASN1_OBJECT_free>;
using BasicConstraints = OpensslPtr<BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free>;

constexpr int kSecurityLevel = 2;  // OpenSSL's name for 112 bits
constexpr int kLongestChain = 6;   // authorities between a certificate and its anchor

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int attribute_of(SubjectAttribute attribute) noexcept {
    switch (attribute) {
        case SubjectAttribute::country: return NID_countryName;
        case SubjectAttribute::organization: return NID_organizationName;
        case SubjectAttribute::organizational_unit: return NID_organizationalUnitName;
        case SubjectAttribute::common_name: return NID_commonName;
    }
    return NID_undef;
}

struct StackFree {
    // The certificates belong to others.
    void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_free(stack); }
};
using Stack = std::unique_ptr<STACK_OF(X509), StackFree>;
using Names = OpensslPtr<GENERAL_NAMES, GENERAL_NAMES_free>;
using Memory = OpensslPtr<BIO, BIO_free_all>;

std::string_view text_in(ASN1_STRING const& string) {
    return text_of(BytesView(ASN1_STRING_get0_data(&string),
                             static_cast<std::size_t>(ASN1_STRING_length(&string))));
}

bool equal_in_any_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

// Whether one of the alternative names of this kind is as `matches` says.
template <typename Matches>
bool has_name(X509* certificate, int kind, Matches matches) {
    Names const names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    if (!names) {
        ERR_clear_error();
        return false;
    }
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        int type = 0;
        auto const* const value =
            GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
        if (type == kind && matches(text_in(*static_cast<ASN1_STRING const*>(value)))) return true;
    }
    return false;
}

}  // namespace

struct PresentedCertificate::State {
    X509Ptr certificate;
};

Result<PresentedCertificate> PresentedCertificate::parse(BytesView der) {
    auto const* in = der.data();
    X509Ptr certificate(d2i_X509(nullptr, &in, static_cast<long>(der.size())));
    if (!certificate || in != der.data() + der.size()) {
        ERR_clear_error();
        return fail(Errc::invalid, "not a certificate in DER");
    }
    return PresentedCertificate(std::make_shared<State const>(State{std::move(certificate)}));
}

Result<std::vector<PresentedCertificate>> PresentedCertificate::parse_pem(std::string_view pem) {
    Memory const memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    SALUS_CHECK(memory != nullptr);
    std::vector<PresentedCertificate> all;
    while (X509Ptr certificate{PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr)})
        all.push_back(
            PresentedCertificate(std::make_shared<State const>(State{std::move(certificate)})));
    bool const at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (all.empty() || !at_end) return fail(Errc::invalid, "not certificates in PEM");
    return all;
}

int PresentedCertificate::version() const {
    return static_cast<int>(X509_get_version(state_->certificate.get())) + 1;
}

std::optional<std::string> PresentedCertificate::subject(SubjectAttribute attribute) const {
    auto* const name = X509_get_subject_name(state_->certificate.get());
    auto const kind = attribute_of(attribute);
    auto const at = X509_NAME_get_index_by_NID(name, kind, -1);
    if (at < 0 || X509_NAME_get_index_by_NID(name, kind, at) >= 0) return std::nullopt;
    unsigned char* text = nullptr;
    auto const size =
        ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (size < 0) {
        ERR_clear_error();
        return std::nullopt;
    }
    std::string found(text_of(BytesView(text, static_cast<std::size_t>(size))));
    OPENSSL_free(text);
    return found;
}

std::string PresentedCertificate::subject_name() const {
    Memory const memory(BIO_new(BIO_s_mem()));
    SALUS_CHECK(memory != nullptr);
    // As RFC 4514 wants it, but with letters beyond ASCII as they are.
    constexpr unsigned long kForm =
        XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
    auto const written = X509_NAME_print_ex(
        memory.get(), X509_get_subject_name(state_->certificate.get()), 0, kForm);
    if (written < 0) {
        ERR_clear_error();
        return {};
    }
    char* text = nullptr;
    auto const size = BIO_get_mem_data(memory.get(), &text);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

bool PresentedCertificate::has_dns_name(std::string_view name) const {
    return has_name(state_->certificate.get(), GEN_DNS,
                    [&](std::string_view each) { return equal_in_any_case(each, name); });
}

bool PresentedCertificate::has_uri(std::string_view uri) const {
    return has_name(state_->certificate.get(), GEN_URI,
                    [&](std::string_view each) { return each == uri; });
}

std::optional<bool> PresentedCertificate::may_issue() const {
    BasicConstraints const constraints(static_cast<BASIC_CONSTRAINTS*>(
        X509_get_ext_d2i(state_->certificate.get(), NID_basic_constraints, nullptr, nullptr)));
    if (!constraints) {
        ERR_clear_error();
        return std::nullopt;
    }
    return constraints->ca != 0;
}

std::optional<PresentedCertificate::Extension> PresentedCertificate::extension(
    std::string const& identifier) const {
    Object const object(OBJ_txt2obj(identifier.c_str(), 1));
    SALUS_CHECK(object != nullptr);
    auto* const certificate = state_->certificate.get();
    auto const at = X509_get_ext_by_OBJ(certificate, object.get(), -1);
    if (at < 0 || X509_get_ext_by_OBJ(certificate, object.get(), at) >= 0) return std::nullopt;
    auto* const found = X509_get_ext(certificate, at);
    auto const* const value = X509_EXTENSION_get_data(found);
    BytesView const bytes(ASN1_STRING_get0_data(value),
                          static_cast<std::size_t>(ASN1_STRING_length(value)));
    return Extension{Bytes(bytes.begin(), bytes.end()), X509_EXTENSION_get_critical(found) != 0};
}

Result<VerifyingKey> PresentedCertificate::key() const {
    unsigned char* encoded = nullptr;
    auto const size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(state_->certificate.get()), &encoded);
    if (size <= 0) return fail(Errc::invalid, "a certificate without a key");
    auto key = VerifyingKey::from_spki(BytesView(encoded, static_cast<std::size_t>(size)));
    OPENSSL_free(encoded);
    return key;
}

Result<void> verify_chain(std::span<PresentedCertificate const> chain,
                          std::span<PresentedCertificate const> anchors, WallTime now,
                          ChainUse use) {
    SALUS_CHECK(!chain.empty());
    Store const store(X509_STORE_new());
    StoreContext const context(X509_STORE_CTX_new());
    Stack const others(sk_X509_new_null());
    SALUS_CHECK(store && context && others);
    for (auto const& anchor : anchors) {
        SALUS_CHECK(X509_STORE_add_cert(store.get(), anchor.state_->certificate.get()) == 1);
    }
    for (auto const& certificate : chain.subspan(1)) {
        SALUS_CHECK(sk_X509_push(others.get(), certificate.state_->certificate.get()) > 0);
    }
    SALUS_CHECK(X509_STORE_CTX_init(context.get(), store.get(),
                                    chain.front().state_->certificate.get(), others.get()) == 1);
    auto* const rules = X509_STORE_CTX_get0_param(context.get());
    // An anchor may be an authority's certificate, or the presented one itself.
    SALUS_CHECK(X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN) == 1);
    X509_VERIFY_PARAM_set_time(rules, static_cast<std::time_t>(to_unix_seconds(now)));
    X509_VERIFY_PARAM_set_depth(rules, kLongestChain);
    X509_VERIFY_PARAM_set_auth_level(rules, kSecurityLevel);
    if (use == ChainUse::tls_client)
        SALUS_CHECK(X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_CLIENT) == 1);
    if (X509_verify_cert(context.get()) != 1) {
        ERR_clear_error();
        return fail(Errc::forbidden, "a certificate does not lead to one that is trusted");
    }
    return {};
}

}  // namespace salus::crypto
