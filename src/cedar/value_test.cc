// Records and sets, however what they are made of is written down.
#include <gtest/gtest.h>

#include "cedar/values_for_test.h"

namespace salus::cedar {
namespace {

std::vector<std::string> names_of(Record const& record) {
    std::vector<std::string> names;
    for (auto const [name, value] : record.members()) names.push_back(name);
    return names;
}

TEST(CedarValue, OfTwoMembersWithOneNameTheLastOneCounts) {
    Record const record(
        {{"b", text("1")}, {"a", text("2")}, {"b", text("3")}, {"c", text("4")}, {"b", text("5")}});
    EXPECT_EQ(names_of(record), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(*record.find("b")->text(), "5");
    // In order but for the name that is there twice.
    Record const twice({{"a", text("1")}, {"a", text("2")}});
    ASSERT_EQ(twice.size(), 1U);
    EXPECT_EQ(*twice.find("a")->text(), "2");
}

TEST(CedarValue, RecordsOfAnySizeAreInOrderAndFindTheirMembers) {
    std::vector<Record::Member> ascending;
    std::vector<Record::Member> descending;
    for (char name = 'a'; name <= 'z'; ++name) {
        ascending.emplace_back(std::string(1, name), text("x"));
        descending.insert(descending.begin(), ascending.back());
        Record const one(ascending);
        Record const other(descending);
        EXPECT_EQ(Value(one), Value(other));
        EXPECT_NE(one.find(std::string(1, name)), nullptr);
        EXPECT_NE(one.find("a"), nullptr);
        EXPECT_EQ(one.find("A"), nullptr);
        EXPECT_EQ(one.find("aa"), nullptr);
        EXPECT_EQ(one.find("zz"), nullptr);
    }
}

TEST(CedarValue, WhatARecordGivesUpMakesAnother) {
    Record record({{"b", text("1")}, {"a", text("2")}});
    auto members = std::move(record).release();
    ASSERT_EQ(members.size(), 2U);
    members[0].second = text("3");
    EXPECT_EQ(*Record(std::move(members)).find("a")->text(), "3");
}

TEST(CedarValue, EntitiesAreOneIfTypeAndIdAre) {
    EXPECT_EQ(uid("User", "a"), uid("User", "a"));
    EXPECT_NE(uid("User", "a"), uid("User", "b"));
    EXPECT_NE(uid("User", "a"), uid("Role", "a"));
    EXPECT_LT(uid("Role", "b"), uid("User", "a"));
}

}  // namespace
}  // namespace salus::cedar
