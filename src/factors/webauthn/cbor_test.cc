#include "factors/webauthn/cbor.h"

#include <gtest/gtest.h>
#include <limits>

#include "foundation/factor_limits.h"

namespace salus::factors::webauthn {
namespace {

Result<Cbor> parse(std::string_view hex) {
    return Cbor::parse(from_hex(hex).value());
}

TEST(CborTest, ReadsEveryKindOfValue) {
    EXPECT_EQ(parse("17")->integer(), 23);
    EXPECT_EQ(parse("1818")->integer(), 24);
    EXPECT_EQ(parse("190100")->integer(), 256);
    EXPECT_EQ(parse("1a00010000")->integer(), 65536);
    EXPECT_EQ(parse("1b0000000100000000")->integer(), 4294967296);
    EXPECT_EQ(parse("20")->integer(), -1);
    EXPECT_EQ(parse("390100")->integer(), -257);
    EXPECT_EQ(parse("1b7fffffffffffffff")->integer(), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(parse("3b7fffffffffffffff")->integer(), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(to_hex(parse("43010203")->bytes().value()), "010203");
    EXPECT_EQ(parse("62c3bc")->text(), "ü");
    EXPECT_EQ(parse("f5")->boolean(), true);
    EXPECT_EQ(parse("f4")->boolean(), false);
    EXPECT_EQ(parse("f6")->kind(), Cbor::Kind::null);
    EXPECT_EQ(parse("83010203")->size(), 3U);
    auto const map = parse("a301022041ff616105").value();
    EXPECT_EQ(map.size(), 3U);
    EXPECT_EQ(map.member(1)->integer(), 2);
    EXPECT_EQ(to_hex(map.member(-1)->bytes().value()), "ff");
    EXPECT_EQ(map.member("a")->integer(), 5);
    EXPECT_EQ(map.member("b"), nullptr);
    EXPECT_EQ(map.member(2), nullptr);
    EXPECT_FALSE(map.integer() || map.text() || map.bytes());
    EXPECT_EQ(parse("01")->member(1), nullptr);
}

TEST(CborTest, RefusesWhatHasAnotherSpelling) {
    for (auto const* longer :
         {"1817", "1900ff", "1a0000ffff", "1b00000000ffffffff", "3817", "580101",
          "7801"
          "61",
          "980101",
          "b80101"
          "01"}) {
        EXPECT_FALSE(parse(longer)) << longer;
    }
    for (auto const* indefinite : {"5f4101ff", "7f6161ff", "9f01ff", "bf0102ff", "ff"}) {
        EXPECT_FALSE(parse(indefinite)) << indefinite;
    }
    EXPECT_TRUE(parse("a201020304"));
    EXPECT_FALSE(parse("a203040102")) << "keys out of order";
    EXPECT_FALSE(parse("a201020104")) << "a key twice";
    EXPECT_TRUE(
        parse("a2"
              "18ff01"
              "2001"))
        << "by major type before length";
    EXPECT_FALSE(
        parse("a2"
              "2001"
              "18ff01"));
    EXPECT_TRUE(
        parse("a2"
              "617a01"
              "62616101"))
        << "the shorter text first";
    EXPECT_FALSE(
        parse("a2"
              "62616101"
              "617a01"));
}

TEST(CborTest, RefusesWhatTheFormHasNot) {
    for (auto const* other : {"c001", "d81801", "f90000", "fa00000000", "fb0000000000000000", "f7",
                              "f0", "f800", "f820", "1c", "1d", "1e", "3c", "fc"}) {
        EXPECT_FALSE(parse(other)) << other;
    }
    EXPECT_FALSE(parse("1b8000000000000000")) << "beyond 64 bits with a sign";
    EXPECT_FALSE(parse("3b8000000000000000"));
    EXPECT_FALSE(parse("a1410101")) << "bytes for a key";
    EXPECT_FALSE(parse("a18001")) << "an array for a key";
    EXPECT_FALSE(parse("a1f501")) << "a boolean for a key";
    EXPECT_FALSE(parse("61ff")) << "no UTF-8";
    EXPECT_FALSE(parse("62c080")) << "no UTF-8";
}

TEST(CborTest, RefusesWhatIsCutShortOrGoesOn) {
    EXPECT_FALSE(parse(""));
    EXPECT_FALSE(parse("0101"));
    auto const good = from_hex(
                          "a3"
                          "0182"
                          "4101f5"
                          "20"
                          "a16161f6"
                          "6178"
                          "1901ff")
                          .value();
    ASSERT_TRUE(Cbor::parse(good));
    for (std::size_t size = 0; size < good.size(); ++size) {
        EXPECT_FALSE(Cbor::parse(BytesView(good).first(size))) << size;
    }
}

TEST(CborTest, LeavesWhatFollowsTheFirst) {
    auto const two = from_hex("a10102820304").value();
    BytesView rest(two);
    EXPECT_EQ(Cbor::parse_first(rest)->member(1)->integer(), 2);
    EXPECT_EQ(rest.size(), 3U);
    EXPECT_EQ(Cbor::parse_first(rest)->size(), 2U);
    EXPECT_TRUE(rest.empty());
}

TEST(CborTest, BoundsDepthItemsAndLengths) {
    EXPECT_TRUE(parse("8181818101"));
    EXPECT_FALSE(parse("818181818101"));
    EXPECT_TRUE(parse("a101a101a101a10101"));
    EXPECT_FALSE(parse("a101a101a101a101a10101"));
    EXPECT_FALSE(parse("5b7fffffffffffffff")) << "a length beyond everything";
    EXPECT_FALSE(parse("9b7fffffffffffffff"));
    EXPECT_FALSE(parse("bb7fffffffffffffff"));
    Bytes many{0x99};
    append_u16(many, limits::kCborItems - 1);
    many.resize(3 + limits::kCborItems - 1, 0x01);
    EXPECT_TRUE(Cbor::parse(many));
    Bytes more{0x99};
    append_u16(more, limits::kCborItems);
    more.resize(3 + limits::kCborItems, 0x01);
    EXPECT_EQ(Cbor::parse(more).error().code, Errc::too_large);
}

}  // namespace
}  // namespace salus::factors::webauthn
