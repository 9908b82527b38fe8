#include "request/role_name.h"

#include <gtest/gtest.h>

namespace salus::request {
namespace {

RoleName role(std::string_view text) {
    return *RoleName::parse(text);
}

std::optional<RoleNames> read(std::string const& text, std::size_t most = kRolesLargest) {
    json::Parser parser;
    auto const document = parser.parse(text);
    EXPECT_TRUE(document.has_value()) << text;
    return roles_in(document->root(), "roles", most);
}

TEST(RoleName, IsASmallLetterAndLettersAndDigits) {
    for (auto const& text : {std::string("nurse"), std::string("n"), std::string("chiefNurse2"),
                             std::string(32, 'a')}) {
        auto const name = RoleName::parse(text);
        ASSERT_TRUE(name.has_value()) << text;
        EXPECT_EQ(name->text(), text);
    }
    for (auto const& text :
         {std::string(), std::string("Nurse"), std::string("1nurse"), std::string("head nurse"),
          std::string("head-nurse"), std::string("nurse\""), std::string("n\0", 2),
          std::string("schwes\xc3\xa4ter"), std::string(33, 'a')}) {
        EXPECT_FALSE(RoleName::parse(text).has_value()) << text;
    }
}

TEST(RoleName, AListIsSortedAndNamesEachOnce) {
    EXPECT_EQ(read(R"({"roles":["physician","nurse","physician"]})"),
              (RoleNames{role("nurse"), role("physician")}));
    EXPECT_EQ(read(R"({"roles":[]})"), RoleNames());
    EXPECT_EQ(read("{}"), RoleNames());
}

TEST(RoleName, OneWrongValueSpoilsTheList) {
    for (auto const* text : {R"({"roles":"nurse"})", R"({"roles":["nurse","Nurse"]})",
                             R"({"roles":["nurse",1]})", R"({"roles":["nurse",null]})",
                             R"({"roles":[["nurse"]]})", R"({"roles":null})", R"({"roles":{}})"}) {
        EXPECT_FALSE(read(text).has_value()) << text;
    }
    EXPECT_TRUE(read(R"({"roles":["a","b"]})", 2).has_value());
    EXPECT_FALSE(read(R"({"roles":["a","b","b"]})", 2).has_value());
}

TEST(RoleName, TwoListsAreOne) {
    EXPECT_EQ(united({role("nurse")}, {role("auditor"), role("nurse")}),
              (RoleNames{role("auditor"), role("nurse")}));
    EXPECT_EQ(united({}, {}), RoleNames());
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    write_roles(writer, "none", {});
    write_roles(writer, "roles", {role("auditor"), role("nurse")});
    writer.end_object();
    EXPECT_EQ(out, R"({"roles":["auditor","nurse"]})");
}

}  // namespace
}  // namespace salus::request
