// The suite that every back end of the key management service passes (ENC-3). A back end's test
// defines a Backend, default constructible, with
//   KeyManagementService& service();   // the one service
//   void reopen();                     // as after a restart of the process
// and writes INSTANTIATE_TYPED_TEST_SUITE_P(Name, KmsSuite, Backend).
#pragma once

#include <atomic>
#include <gtest/gtest.h>
#include <thread>

#include "crypto/random.h"
#include "keys/key_management_service.h"

namespace salus::keys {

template <class Backend>
class KmsSuite : public ::testing::Test {
protected:
    static KekName kek(std::string tenant, std::uint32_t epoch = 1) {
        return {.tenant = TenantName(std::move(tenant)), .epoch = epoch};
    }
    KeyManagementService& service() { return backend_.service(); }
    Bytes wrapped_for(KekName const& name, std::string_view context) {
        EXPECT_TRUE(service().ensure(name));
        return service().wrap(name, bytes_of(context), key_).value();
    }
    // The code of the refusal; a key that opens fails the test.
    Errc refusal(KekName const& name, std::string_view context, BytesView wrapped) {
        auto const key = service().unwrap(name, bytes_of(context), wrapped);
        EXPECT_FALSE(key) << "a key was opened that must not open";
        return key ? Errc::internal : key.error().code;
    }

    Backend backend_;
    crypto::SystemRandom random_;
    SecretBytes const key_ = crypto::random_secret(random_, 32);
};
TYPED_TEST_SUITE_P(KmsSuite);

TYPED_TEST_P(KmsSuite, UnwrapsWhatItWrapped) {
    auto const name = this->kek("clinic");
    auto const wrapped = this->wrapped_for(name, "shard 1");
    EXPECT_TRUE(this->service().unwrap(name, bytes_of("shard 1"), wrapped).value() == this->key_);
    EXPECT_NE(wrapped, this->wrapped_for(name, "shard 1"));  // never the same blob twice
    EXPECT_FALSE(this->service().description().empty());
}

TYPED_TEST_P(KmsSuite, EnsureKeepsTheKeyThatIsThere) {
    auto const name = this->kek("clinic");
    auto const wrapped = this->wrapped_for(name, "c");
    ASSERT_TRUE(this->service().ensure(name));
    EXPECT_TRUE(this->service().unwrap(name, bytes_of("c"), wrapped).value() == this->key_);
    this->backend_.reopen();
    ASSERT_TRUE(this->service().ensure(name));
    EXPECT_TRUE(this->service().unwrap(name, bytes_of("c"), wrapped).value() == this->key_);
}

TYPED_TEST_P(KmsSuite, KeysAreDurable) {
    auto const first = this->kek("clinic");
    auto const second = this->kek("hospital", 2);
    auto const one = this->wrapped_for(first, "c");
    auto const two = this->wrapped_for(second, "c");
    this->backend_.reopen();
    EXPECT_TRUE(this->service().unwrap(first, bytes_of("c"), one).value() == this->key_);
    EXPECT_TRUE(this->service().unwrap(second, bytes_of("c"), two).value() == this->key_);
}

TYPED_TEST_P(KmsSuite, AnotherContextIsCorrupt) {
    auto const name = this->kek("clinic");
    auto const wrapped = this->wrapped_for(name, "shard 1");
    EXPECT_EQ(this->refusal(name, "shard 2", wrapped), Errc::corrupt);
    EXPECT_EQ(this->refusal(name, "shard 1 ", wrapped), Errc::corrupt);
    EXPECT_EQ(this->refusal(name, "shard", wrapped), Errc::corrupt);
    EXPECT_EQ(this->refusal(name, "", wrapped), Errc::corrupt);
}

TYPED_TEST_P(KmsSuite, AnotherTenantsKeyIsCorrupt) {
    auto const wrapped = this->wrapped_for(this->kek("clinic"), "c");
    ASSERT_TRUE(this->service().ensure(this->kek("hospital")));
    EXPECT_EQ(this->refusal(this->kek("hospital"), "c", wrapped), Errc::corrupt);
}

TYPED_TEST_P(KmsSuite, AnotherEpochsKeyIsCorrupt) {
    auto const wrapped = this->wrapped_for(this->kek("clinic", 1), "c");
    ASSERT_TRUE(this->service().ensure(this->kek("clinic", 2)));
    EXPECT_EQ(this->refusal(this->kek("clinic", 2), "c", wrapped), Errc::corrupt);
}

TYPED_TEST_P(KmsSuite, AnUnknownKeyIsNotFound) {
    auto const wrapped = this->wrapped_for(this->kek("clinic"), "c");
    EXPECT_EQ(this->refusal(this->kek("nobody"), "c", wrapped), Errc::not_found);
    EXPECT_EQ(this->refusal(this->kek("clinic", 9), "c", wrapped), Errc::not_found);
    EXPECT_EQ(this->service().wrap(this->kek("nobody"), {}, this->key_).error().code,
              Errc::not_found);
}

TYPED_TEST_P(KmsSuite, NamesThatNoTenantHasAreInvalid) {
    for (auto const* tenant :
         {"", "UPPER", "a/b", "../x", "a b", "a234567890123456789012345678901234"}) {
        EXPECT_EQ(this->service().ensure(this->kek(tenant)).error().code, Errc::invalid) << tenant;
    }
    EXPECT_EQ(this->service().ensure(this->kek("clinic", 0)).error().code, Errc::invalid);
}

TYPED_TEST_P(KmsSuite, EveryFlippedByteIsCorrupt) {
    auto const name = this->kek("clinic");
    auto const wrapped = this->wrapped_for(name, "c");
    for (std::size_t i = 0; i < wrapped.size(); ++i) {
        for (unsigned const flip : {0x01U, 0x80U, 0xFFU}) {
            auto flipped = wrapped;
            flipped[i] = static_cast<std::uint8_t>(flipped[i] ^ flip);
            EXPECT_EQ(this->refusal(name, "c", flipped), Errc::corrupt) << i;
        }
    }
}

TYPED_TEST_P(KmsSuite, EveryTruncationIsCorrupt) {
    auto const name = this->kek("clinic");
    auto wrapped = this->wrapped_for(name, "c");
    for (std::size_t size = 0; size < wrapped.size(); ++size) {
        EXPECT_EQ(this->refusal(name, "c", BytesView(wrapped).first(size)), Errc::corrupt) << size;
    }
    wrapped.push_back(0);
    EXPECT_EQ(this->refusal(name, "c", wrapped), Errc::corrupt);
}

TYPED_TEST_P(KmsSuite, OnlyKeysOf32BytesAreWrapped) {
    auto const name = this->kek("clinic");
    ASSERT_TRUE(this->service().ensure(name));
    for (std::size_t const size : {0U, 16U, 31U, 33U, 64U}) {
        EXPECT_EQ(this->service().wrap(name, {}, SecretBytes(size)).error().code, Errc::invalid);
    }
}

TYPED_TEST_P(KmsSuite, ADestroyedKeyIsNotFoundAndCostsNoOther) {
    auto const first = this->kek("clinic", 1);
    auto const second = this->kek("clinic", 2);
    auto const destroyed = this->wrapped_for(first, "c");
    auto const kept = this->wrapped_for(second, "c");
    ASSERT_TRUE(this->service().destroy(first));
    for (int start = 0; start < 2; ++start) {
        EXPECT_EQ(this->refusal(first, "c", destroyed), Errc::not_found);
        EXPECT_EQ(this->service().wrap(first, {}, this->key_).error().code, Errc::not_found);
        EXPECT_TRUE(this->service().unwrap(second, bytes_of("c"), kept).value() == this->key_);
        this->backend_.reopen();
    }
    // Another key of the same name does not open what the first one wrapped.
    ASSERT_TRUE(this->service().ensure(first));
    EXPECT_NE(this->refusal(first, "c", destroyed), Errc::internal);
}

TYPED_TEST_P(KmsSuite, DestroyingTwiceOrNothingIsDone) {
    ASSERT_TRUE(this->service().ensure(this->kek("clinic")));
    EXPECT_TRUE(this->service().destroy(this->kek("clinic")));
    EXPECT_TRUE(this->service().destroy(this->kek("clinic")));
    EXPECT_TRUE(this->service().destroy(this->kek("nobody")));
    EXPECT_EQ(this->service().destroy(this->kek("clinic", 0)).error().code, Errc::invalid);
    EXPECT_EQ(this->service().destroy(this->kek("../x")).error().code, Errc::invalid);
}

TYPED_TEST_P(KmsSuite, ThreadsMayCallAtOnce) {
    std::atomic<int> wrong = 0;
    auto const work = [this, &wrong](int thread) {
        auto const mine = this->kek("tenant-" + std::to_string(thread));
        auto const shared = this->kek("shared");
        crypto::SystemRandom random;
        for (int i = 0; i < 50; ++i) {
            auto const& name = i % 2 == 0 ? mine : shared;
            auto const key = crypto::random_secret(random, 32);
            auto const context = std::to_string(i);
            if (!this->service().ensure(name)) ++wrong;
            auto const wrapped = this->service().wrap(name, bytes_of(context), key);
            if (!wrapped) {
                ++wrong;
                continue;
            }
            auto const opened = this->service().unwrap(name, bytes_of(context), *wrapped);
            if (!opened || !(*opened == key)) ++wrong;
        }
    };
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread) threads.emplace_back(work, thread);
    }
    EXPECT_EQ(wrong, 0);
    this->backend_.reopen();
    EXPECT_TRUE(this->service().wrap(this->kek("tenant-3"), {}, this->key_));
}

REGISTER_TYPED_TEST_SUITE_P(KmsSuite, UnwrapsWhatItWrapped, EnsureKeepsTheKeyThatIsThere,
                            KeysAreDurable, AnotherContextIsCorrupt, AnotherTenantsKeyIsCorrupt,
                            AnotherEpochsKeyIsCorrupt, AnUnknownKeyIsNotFound,
                            NamesThatNoTenantHasAreInvalid, EveryFlippedByteIsCorrupt,
                            EveryTruncationIsCorrupt, OnlyKeysOf32BytesAreWrapped,
                            ADestroyedKeyIsNotFoundAndCostsNoOther, DestroyingTwiceOrNothingIsDone,
                            ThreadsMayCallAtOnce);

}  // namespace salus::keys
