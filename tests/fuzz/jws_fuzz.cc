// Arbitrary bytes as a token, as a key set and as claims: no crash, no leak, and no token that this
// fuzzer did not sign is accepted.
#include <cstdint>
#include <string_view>

#include "foundation/check.h"
#include "jose/claims.h"
#include "jose/jws.h"

using salus::crypto::SignatureAlgorithm;
namespace jose = salus::jose;

namespace {

struct Fixture {
    salus::crypto::SigningKey key = salus::crypto::SigningKey::generate(SignatureAlgorithm::es256);
    jose::KeySet keys =
        jose::KeySet::parse(
            jose::to_key_set({jose::to_jwk(key.verifying_key(), "k1", SignatureAlgorithm::es256)}))
            .value();
};

void check_payload(Fixture const& fixture, std::string_view input) {
    // A signed payload of arbitrary bytes reaches the claims.
    auto const token = jose::sign_compact(fixture.key, "k1", "JWT", input);
    auto const verified = jose::verify_compact(token, fixture.keys, {.type = "JWT"});
    if (!verified) return;
    jose::ClaimRules const rules{.issuer = "client", .audiences = {"https://us"}};
    static_cast<void>(jose::check_claims(verified->payload.root(), rules,
                                         salus::WallTime(std::chrono::seconds(1'790'000'000))));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static Fixture const fixture;
    std::string_view const input(reinterpret_cast<char const*>(data), size);
    SALUS_CHECK(!jose::verify_compact_bytes(input, fixture.keys, {}));
    static_cast<void>(jose::KeySet::parse(std::string(input)));
    static_cast<void>(jose::PrivateKey::parse(std::string(input)));
    check_payload(fixture, input);
    return 0;
}
