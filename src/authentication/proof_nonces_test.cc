#include "authentication/proof_nonces.h"

#include <gtest/gtest.h>

#include "foundation/oauth_limits.h"

namespace salus::authentication {
namespace {

using limits::kDpopNonceStretch;

TEST(ProofNoncesTest, ANonceCountsInItsStretchAndTheNext) {
    crypto::SystemRandom random;
    ProofNonces const nonces(random);
    MonotonicTime const start{1'000 * kDpopNonceStretch};
    auto const nonce = nonces.current(start);
    EXPECT_TRUE(nonces.accepts(nonce, start));
    EXPECT_EQ(nonces.current(start + kDpopNonceStretch - std::chrono::seconds(1)), nonce);
    EXPECT_NE(nonces.current(start + kDpopNonceStretch), nonce);
    EXPECT_TRUE(nonces.accepts(nonce, start + 2 * kDpopNonceStretch - std::chrono::seconds(1)));
    EXPECT_FALSE(nonces.accepts(nonce, start + 2 * kDpopNonceStretch));
    EXPECT_FALSE(nonces.accepts(nonce, start - kDpopNonceStretch));
}

TEST(ProofNoncesTest, NobodyMakesOneButThisProcess) {
    crypto::SystemRandom random;
    ProofNonces const nonces(random);
    ProofNonces const others(random);
    MonotonicTime const now{std::chrono::hours(1)};
    EXPECT_FALSE(nonces.accepts(others.current(now), now));
    auto wrong = nonces.current(now);
    for (auto& character : wrong) {
        auto const right = character;
        character = character == 'A' ? 'B' : 'A';
        EXPECT_FALSE(nonces.accepts(wrong, now));
        character = right;
    }
    EXPECT_TRUE(nonces.accepts(wrong, now));
    for (auto const* text : {"", "A", "null"}) EXPECT_FALSE(nonces.accepts(text, now)) << text;
}

}  // namespace
}  // namespace salus::authentication
