// Secrets that are known from public code (wallarm/jwt-secrets): a token that is authenticated with
// one of them must not pass, and a key that is one of them must not be registered (T2).
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <string>
#include <vector>

#include "crypto/hmac.h"
#include "jose/jws.h"

namespace salus::jose {
namespace {

using crypto::SignatureAlgorithm;
using crypto::SigningKey;

// Empty, with one line of explanation, if this machine does not have them.
std::vector<std::string> weak_secrets() {
    auto const* const variable = std::getenv("SALUS_MATERIAL");
    auto const folder = variable != nullptr
                            ? std::filesystem::path(variable)
                            : std::filesystem::path(SALUS_SOURCE_DIR) / "../shared/material";
    std::ifstream file(folder / "jwt-weak-secrets-dev" / "secrets.list");
    if (!file) std::cout << "no material jwt-weak-secrets-dev: not checked\n";
    std::vector<std::string> secrets;
    for (std::string line; std::getline(file, line);) secrets.push_back(line);
    return secrets;
}

class WeakSecrets : public testing::Test {
protected:
    [[nodiscard]] static std::string signing_input(std::string_view algorithm) {
        auto const header =
            R"({"alg":")" + std::string(algorithm) + R"(","kid":"k1","typ":"at+jwt"})";
        return to_base64url(bytes_of(header)) + "." + to_base64url(bytes_of(R"({"iss":"client"})"));
    }
    [[nodiscard]] bool passes(std::string const& input, BytesView signature) const {
        auto const token = input + "." + to_base64url(signature);
        return verify_compact(token, keys_, {.type = "at+jwt"}).has_value();
    }

    SigningKey key_ = SigningKey::generate(SignatureAlgorithm::es256);
    std::string jwk_ = to_jwk(key_.verifying_key(), "k1", SignatureAlgorithm::es256);
    KeySet keys_ = KeySet::parse(to_key_set({jwk_})).value();
    std::vector<std::string> secrets_ = weak_secrets();
};

TEST_F(WeakSecrets, NoneAuthenticatesAToken) {
    // The same token passes by its key, so what is refused below is refused for its signature.
    auto const good = signing_input("ES256");
    ASSERT_TRUE(passes(good, key_.sign(bytes_of(good))));
    auto const input = signing_input("HS256");
    for (auto const& secret : secrets_) {
        auto const code = crypto::hmac_sha256(bytes_of(secret), {bytes_of(input)});
        EXPECT_FALSE(passes(input, code)) << secret;
        // Nor where the header names the algorithm of the key that is registered.
        auto const disguised = crypto::hmac_sha256(bytes_of(secret), {bytes_of(good)});
        EXPECT_FALSE(passes(good, disguised)) << secret;
    }
    EXPECT_TRUE(secrets_.empty() || secrets_.size() > 60'000);
}

TEST_F(WeakSecrets, NoneIsRegisteredAsAKey) {
    for (auto const& secret : secrets_) {
        auto const weak = R"({"kty":"oct","kid":"w","alg":"HS256","k":")" +
                          to_base64url(bytes_of(secret)) + "\"}";
        EXPECT_FALSE(KeySet::parse(to_key_set({weak, jwk_}))) << secret;
    }
}

}  // namespace
}  // namespace salus::jose
