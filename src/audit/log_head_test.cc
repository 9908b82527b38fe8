// What a parent log's leaf says: one spelling, and what is not that is refused.
#include "audit/log_head.h"

#include "audit/log_fixture.h"

namespace salus::audit {
namespace {

std::vector<LogHead> some_heads() {
    return {{"salus/test/a", 7, crypto::sha256(bytes_of("root a")), crypto::sha256(BytesView())},
            {"salus/test/b", 0, crypto::sha256(BytesView()), crypto::sha256(bytes_of("note"))}};
}

class LogHeadTest : public LogTest {
protected:
    // As a leaf of a log.
    std::string leaf_of(LeafBuilder builder) {
        if (!log_) EXPECT_TRUE(open());
        EXPECT_TRUE(append(*builder.build()));
        return leaves().back();
    }
    static LeafBuilder statement() {
        LeafBuilder builder(Event::checkpoints, Outcome::ok);
        builder.log_heads(some_heads());
        return builder;
    }
};

TEST_F(LogHeadTest, ALeafSaysWhatItWasGiven) {
    auto const partly = statement_in(leaf_of(statement()));
    ASSERT_TRUE(partly && *partly);
    EXPECT_EQ((*partly)->heads, some_heads());
    EXPECT_FALSE((*partly)->begins_full);
    auto const full = statement_in(leaf_of(statement().number("full", 2)));
    ASSERT_TRUE(full && *full);
    EXPECT_TRUE((*full)->begins_full);
    auto const other = statement_in(leaf_of(LeafBuilder(Event::heartbeat, Outcome::ok)));
    ASSERT_TRUE(other);
    EXPECT_FALSE(other->has_value());
}

TEST_F(LogHeadTest, AnotherSpellingIsRefused) {
    auto const leaf = leaf_of(statement());
    auto const changed = [&](std::string_view from, std::string_view to) {
        auto text = leaf;
        text.replace(text.find(from), from.size(), to);
        auto const read = statement_in(text);
        return read ? Errc::internal : read.error().code;
    };
    EXPECT_EQ(changed(",7,", ",7.0,"), Errc::corrupt);
    EXPECT_EQ(changed(",7,", ", 7,"), Errc::corrupt);
    EXPECT_EQ(changed(",7,", ",-7,"), Errc::corrupt);
    EXPECT_EQ(changed(",7,", ",\"7\","), Errc::corrupt);
    EXPECT_EQ(changed("\"logs\"", "\"lags\""), Errc::corrupt);
    EXPECT_EQ(changed("test/a", "test\\/a"), Errc::corrupt);
    auto const root = to_base64(some_heads().front().root);
    EXPECT_EQ(changed(root, root.substr(0, root.size() - 1)), Errc::corrupt);
    EXPECT_EQ(changed(root, root.substr(4)), Errc::corrupt);
}

TEST_F(LogHeadTest, WhatNoLeafCanHoldIsNotBuilt) {
    auto heads = some_heads();
    heads.front().origin = "salus/\n";
    EXPECT_FALSE(LeafBuilder(Event::checkpoints, Outcome::ok).log_heads(heads).build());
    heads = some_heads();
    heads.front().size = std::uint64_t{1} << 53;
    EXPECT_FALSE(LeafBuilder(Event::checkpoints, Outcome::ok).log_heads(heads).build());
}

TEST_F(LogHeadTest, AsManyAsMayBeFitIntoALeaf) {
    std::vector<LogHead> heads(kLogHeadsInLeaf, some_heads().front());
    for (auto& head : heads) head.origin = std::string(254, 'o');
    EXPECT_TRUE(LeafBuilder(Event::checkpoints, Outcome::ok).log_heads(heads).build());
}

}  // namespace
}  // namespace salus::audit
