#include "json/flag.h"

#include <gtest/gtest.h>

namespace salus::json {
namespace {

TEST(FlagTest, IsTrueFalseOrAbsentAndNothingElse) {
    Parser parser;
    auto const text = parser.parse(R"({"yes":true,"no":false,"word":"true","one":1,"null":null})");
    ASSERT_TRUE(text);
    auto const root = text->root();
    EXPECT_EQ(flag_in(root, "yes"), true);
    EXPECT_EQ(flag_in(root, "no"), false);
    EXPECT_EQ(flag_in(root, "absent"), false);
    for (auto const* other : {"word", "one", "null"}) EXPECT_EQ(flag_in(root, other), std::nullopt);
}

}  // namespace
}  // namespace salus::json
