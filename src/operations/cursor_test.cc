// The inside of a cursor, as it is before it is sealed.
#include "operations/cursor.h"

#include <gtest/gtest.h>

namespace salus::operations {
namespace {

Cursor sample() {
    return {"Observation", "p1", "patient=p1&_sort=-date&x=%26", "o&=1%"};
}

TEST(CursorTest, ReadsBackWhatItSays) {
    auto const decoded = decode_cursor(encode(sample()));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(decoded->type, "Observation");
    EXPECT_EQ(decoded->patient, "p1");
    EXPECT_EQ(decoded->query, sample().query);
    EXPECT_EQ(decoded->place, sample().place);
    EXPECT_TRUE(decode_cursor(encode(Cursor{})).has_value());
}

TEST(CursorTest, HasOneSpelling) {
    auto const text = encode(sample());
    EXPECT_FALSE(decode_cursor("").has_value());
    EXPECT_FALSE(decode_cursor(text + "&").has_value());
    EXPECT_FALSE(decode_cursor(text + "0x").has_value());
    EXPECT_FALSE(decode_cursor(text + "&v=2").has_value());
    EXPECT_FALSE(decode_cursor(text + "&more=1").has_value());
    for (std::size_t size = 0; size + 1 < text.size(); ++size) {
        EXPECT_FALSE(decode_cursor(text.substr(0, size)).has_value()) << size;
    }
    for (auto const* other :
         {"patient=&type=A&query=&place=&v=2", "type=A&patient=&query=&place=&v=1",
          "type=A&patient=&query=&place=&v=02", "type=A&patient=&query=&place=A&v=2",
          "type=A&patient=&query=&place=AA%3D%3D&v=2", "type=%41&patient=&query=&place=&v=2",
          "type=A+&patient=&query=&place=&v=2", "type=A&patient=&query=&place="}) {
        EXPECT_FALSE(decode_cursor(other).has_value()) << other;
    }
}

}  // namespace
}  // namespace salus::operations
