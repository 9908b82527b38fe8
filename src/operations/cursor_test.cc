// The inside of a cursor, as it is before it is sealed.
#include "operations/cursor.h"

#include <gtest/gtest.h>

namespace salus::operations {
namespace {

Cursor sample() {
    return {"Observation", "p1", "patient=p1&_sort=-date&x=%26", std::string("\x01\0&=%\xff", 6)};
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
    for (auto const* more : {"&", "0", "&v=2", "&more=1", "&type=Observation"})
        EXPECT_FALSE(decode_cursor(text + more).has_value()) << more;
    for (std::size_t size = 0; size < text.size(); ++size)
        EXPECT_FALSE(decode_cursor(text.substr(0, size)).has_value()) << size;
    for (auto const* other :
         {"patient=&type=A&query=&place=&v=2", "type=A&patient=&query=&place=!&v=2",
          "type=A&patient=&query=&place=&v=1", "type=A&patient=&query=&v=2",
          "type=%41&patient=&query=&place=&v=2", "type=A+&patient=&query=&place=&v=2",
          // As version 0.1.0 made them.
          "type=A&patient=&query=&last=x&shown=1"})
        EXPECT_FALSE(decode_cursor(other).has_value()) << other;
}

}  // namespace
}  // namespace salus::operations
