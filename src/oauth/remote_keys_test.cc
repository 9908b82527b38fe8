#include "oauth/remote_keys.h"

#include <gtest/gtest.h>
#include <thread>

#include "foundation/oauth_limits.h"
#include "oauth/key_source_for_test.h"
#include "oauth/oauth_for_test.h"

namespace salus::oauth {
namespace {

using namespace std::chrono_literals;
using testing::ClientKey;

std::string const kUrl = "https://keys.example/jwks";

RemoteKeys::HasKey named(std::string const& kid) {
    return [kid](jose::KeySet const& keys) { return keys.find(kid) != nullptr; };
}

class RemoteKeysTest : public ::testing::Test {
protected:
    void serve(ClientKey const& key, std::optional<std::chrono::seconds> max_age = std::nullopt) {
        source_.set(kUrl, jose::to_key_set({key.jwk()}), max_age);
    }
    bool fetch() { return home_.run(keys_.fetch(kUrl, home_)); }
    // As a request does: a look, a fetch if that may help, another look.
    [[nodiscard]] bool has(std::string const& kid) {
        if (keys_.find(kUrl, named(kid)).outdated) fetch();
        auto const found = keys_.find(kUrl, named(kid));
        return found.keys != nullptr && found.keys->find(kid) != nullptr;
    }

    ManualClock clock_{WallTime(1'795'000'000s)};
    Log log_{clock_, 2, LogLevel::error};
    testing::KeySourceForTest source_;
    BlockingExecutor home_;
    RemoteKeys keys_{source_, clock_, log_};
    ClientKey const one_ = ClientKey::make("one");
    ClientKey const two_ = ClientKey::make("two");
};

TEST_F(RemoteKeysTest, KeysAreFetchedOnceAndKept) {
    serve(one_);
    EXPECT_EQ(keys_.find(kUrl, named("one")).keys, nullptr);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(has("one"));
    EXPECT_EQ(source_.asked, 1);
}

TEST_F(RemoteKeysTest, AKeyThatIsNotThereIsFetchedOnceAMinute) {
    serve(one_);
    ASSERT_TRUE(has("one"));
    serve(two_);
    EXPECT_FALSE(has("two"));  // the fetch before was just now
    clock_.advance(limits::kRemoteKeysPause);
    EXPECT_TRUE(has("two"));
    EXPECT_FALSE(has("one"));  // it was taken away
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(has("three"));
    EXPECT_EQ(source_.asked, 2);
}

TEST_F(RemoteKeysTest, KeysCountAsLongAsTheServerSays) {
    serve(one_, 1h);
    ASSERT_TRUE(has("one"));
    clock_.advance(59min);
    EXPECT_TRUE(has("one"));
    EXPECT_EQ(source_.asked, 1);
    serve(two_);
    clock_.advance(1min);
    EXPECT_EQ(keys_.find(kUrl, named("one")).keys, nullptr);
    EXPECT_FALSE(has("one"));
    EXPECT_EQ(source_.asked, 2);
}

TEST_F(RemoteKeysTest, AtLeastAMinuteAtMostADay) {
    serve(one_, 0s);
    ASSERT_TRUE(has("one"));
    clock_.advance(59s);
    EXPECT_TRUE(has("one"));
    EXPECT_EQ(source_.asked, 1);
    serve(one_, 1'000h);
    clock_.advance(1s);
    ASSERT_TRUE(has("one"));
    clock_.advance(24h - 1s);
    EXPECT_TRUE(has("one"));
    EXPECT_EQ(source_.asked, 2);
    clock_.advance(1s);
    EXPECT_TRUE(has("one"));
    EXPECT_EQ(source_.asked, 3);
}

TEST_F(RemoteKeysTest, OldKeysCountForADayWhenNobodyAnswers) {
    serve(one_, 1min);
    ASSERT_TRUE(has("one"));
    source_.set(kUrl, "");
    clock_.advance(1h);
    EXPECT_EQ(keys_.find(kUrl, named("one")).keys, nullptr);
    EXPECT_TRUE(fetch());  // whoever finds out that nobody answers is served, too
    EXPECT_TRUE(has("one"));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(has("one"));
    EXPECT_EQ(source_.asked, 2);
    clock_.advance(22h);
    EXPECT_TRUE(has("one"));
    clock_.advance(1h);
    EXPECT_FALSE(has("one"));
    serve(one_);
    clock_.advance(limits::kRemoteKeysPause);
    EXPECT_TRUE(has("one"));
}

TEST_F(RemoteKeysTest, AServerThatIsAwayIsAskedOnceAMinute) {
    EXPECT_FALSE(fetch());
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(has("one"));
    EXPECT_EQ(source_.asked, 1);
    clock_.advance(limits::kRemoteKeysPause);
    EXPECT_FALSE(has("one"));
    EXPECT_EQ(source_.asked, 2);
}

TEST_F(RemoteKeysTest, ManyAtOnceFetchOnce) {
    serve(one_);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            BlockingExecutor home;
            home.run(keys_.fetch(kUrl, home));
            EXPECT_NE(keys_.find(kUrl, named("one")).keys, nullptr);
        });
    }
    threads.clear();
    EXPECT_EQ(source_.asked, 1);
}

TEST_F(RemoteKeysTest, AWishIsNotedAndTakenOnce) {
    KeyWish wish(keys_);
    EXPECT_EQ(wish.keys_at(kUrl, named("one")).error().code, Errc::unavailable);
    EXPECT_EQ(wish.take(), kUrl);
    EXPECT_EQ(wish.take(), "");
    serve(one_);
    fetch();
    EXPECT_TRUE(wish.keys_at(kUrl, named("one")).has_value());
    EXPECT_EQ(wish.take(), "");
}

}  // namespace
}  // namespace salus::oauth
