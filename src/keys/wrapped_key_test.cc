#include "keys/wrapped_key.h"

#include <gtest/gtest.h>

#include "keys/keys_for_test.h"

namespace salus::keys {
namespace {

using Part = crypto::Context::Part;

class WrappedKeyTest : public ::testing::Test {
protected:
    static crypto::Context context_of(std::string_view compartment) {
        crypto::Context context;
        context.add(Part::compartment, compartment);
        return context;
    }

    crypto::SystemRandom random_;
    crypto::Sealer sealer_{random_};
    SecretBytes const wrapping_ = crypto::random_secret(random_, kKeyBytes);
    SecretBytes const key_ = crypto::random_secret(random_, kKeyBytes);
    WrappingKeyName const name_{
        .mechanism = WrappedBy::shard_key, .id = KeyId::from(key_.reveal().last(16)), .epoch = 7};
    Bytes const wrapped_ = wrap_key(sealer_, name_, wrapping_, context_of("a"), 3, key_);
};

TEST_F(WrappedKeyTest, OpensInItsContext) {
    EXPECT_EQ(wrapped_.size(), 136U);
    EXPECT_TRUE(wrapping_key_of(wrapped_).value() == name_);
    EXPECT_TRUE(unwrap_key(sealer_, wrapping_, context_of("a"), wrapped_).value() == key_);
}

TEST_F(WrappedKeyTest, EveryFlippedBitIsCorrupt) {
    for (std::size_t i = 0; i < wrapped_.size() * 8; ++i) {
        auto flipped = wrapped_;
        flipped[i / 8] = static_cast<std::uint8_t>(flipped[i / 8] ^ (1U << (i % 8)));
        auto const key = unwrap_key(sealer_, wrapping_, context_of("a"), flipped);
        ASSERT_FALSE(key) << i;
        EXPECT_EQ(key.error().code, Errc::corrupt) << i;
    }
}

TEST_F(WrappedKeyTest, AnyOtherSizeIsCorrupt) {
    for (std::size_t size = 0; size < wrapped_.size(); ++size) {
        auto const cut = BytesView(wrapped_).first(size);
        EXPECT_EQ(unwrap_key(sealer_, wrapping_, context_of("a"), cut).error().code, Errc::corrupt);
    }
    auto longer = wrapped_;
    longer.push_back(0);
    EXPECT_FALSE(unwrap_key(sealer_, wrapping_, context_of("a"), longer));
}

TEST_F(WrappedKeyTest, AnotherKeyOrContextIsCorrupt) {
    auto const other = crypto::random_secret(random_, kKeyBytes);
    EXPECT_EQ(unwrap_key(sealer_, other, context_of("a"), wrapped_).error().code, Errc::corrupt);
    EXPECT_EQ(unwrap_key(sealer_, wrapping_, context_of("b"), wrapped_).error().code,
              Errc::corrupt);
    EXPECT_EQ(unwrap_key(sealer_, wrapping_, crypto::Context(), wrapped_).error().code,
              Errc::corrupt);
}

// A sealed record of another kind under the same key cannot pass as a wrapped key.
TEST_F(WrappedKeyTest, ARecordGraftedBehindAHeaderIsCorrupt) {
    auto const record = sealer_.seal(wrapping_, 3, context_of("a"), key_.reveal());
    Bytes grafted(wrapped_.begin(), wrapped_.begin() + 24);
    append(grafted, record.bytes());
    ASSERT_EQ(grafted.size(), wrapped_.size());
    EXPECT_EQ(unwrap_key(sealer_, wrapping_, context_of("a"), grafted).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace salus::keys
