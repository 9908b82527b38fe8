#include "crypto/sha2_module.h"

#include <openssl/params.h>

namespace salus::crypto {
namespace {

EVP_MAC* hmac_algorithm() {
    static OpensslPtr<EVP_MAC, EVP_MAC_free> const mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    SALUS_CHECK(mac != nullptr);
    return mac.get();
}

char const* name_of(Digest digest) {
    switch (digest) {
        case Digest::sha256: return "SHA2-256";
        case Digest::sha384: return "SHA2-384";
        case Digest::sha512: return "SHA2-512";
    }
    return "";
}

void add(EVP_MAC_CTX* context, BytesView bytes) {
    SALUS_CHECK(bytes.empty() || EVP_MAC_update(context, bytes.data(), bytes.size()) == 1);
}

}  // namespace

bool hashes_from_module() noexcept {
    static bool const answer = approved_only();
    return answer;
}

ModuleHash::ModuleHash(Digest digest) : context_(EVP_MD_CTX_new()) {
    SALUS_CHECK(context_ != nullptr);
    SALUS_CHECK(EVP_DigestInit_ex2(context_.get(), digest_algorithm(digest), nullptr) == 1);
}

void ModuleHash::add(BytesView bytes) {
    SALUS_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

void ModuleHash::finish(std::span<std::uint8_t> out) {
    SALUS_CHECK(EVP_DigestFinal_ex(context_.get(), out.data(), nullptr) == 1);
}

ModuleHmac::ModuleHmac(Digest digest, BytesView key) : keyed_(EVP_MAC_CTX_new(hmac_algorithm())) {
    SALUS_CHECK(keyed_ != nullptr);
    // OpenSSL takes the name as text that it could change; it does not.
    OSSL_PARAM const parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(name_of(digest)),
                                         0),
        OSSL_PARAM_construct_end(),
    };
    // An empty key is a key; a null pointer would mean "none yet".
    static constexpr std::uint8_t kEmpty = 0;
    auto const* const bytes = key.empty() ? &kEmpty : key.data();
    SALUS_CHECK(EVP_MAC_init(keyed_.get(), bytes, key.size(), parameters) == 1);
}

void ModuleHmac::compute(BytesView first, std::initializer_list<BytesView> pieces, BytesView last,
                         std::span<std::uint8_t> out) const {
    MacContext const context(EVP_MAC_CTX_dup(keyed_.get()));
    SALUS_CHECK(context != nullptr);
    add(context.get(), first);
    for (auto const piece : pieces) add(context.get(), piece);
    add(context.get(), last);
    std::size_t size = 0;
    SALUS_CHECK(EVP_MAC_final(context.get(), out.data(), &size, out.size()) == 1);
    SALUS_CHECK(size == out.size());
}

}  // namespace salus::crypto
