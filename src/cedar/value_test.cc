// Records and sets, however what they are made of is written down.
#include <gtest/gtest.h>

#include "cedar/borrowed.h"
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
    Shape const shape({"a", "b"});
    Record record(borrow(shape), {text("1"), text("2")});
    auto values = std::move(record).release();
    ASSERT_EQ(values.size(), 2U);
    values[0] = text("3");
    Record const next(borrow(shape), std::move(values));
    EXPECT_EQ(*next.find("a")->text(), "3");
    EXPECT_EQ(*next.find("b")->text(), "2");
    EXPECT_EQ(next.find("c"), nullptr);
}

TEST(CedarValue, RecordsAreEqualByTheirMembersHoweverTheyWereMade) {
    Shape const shape({"a", "b"});
    Record const shared(borrow(shape), {text("1"), text("2")});
    Record const written({{"b", text("2")}, {"a", text("1")}});
    EXPECT_EQ(Value(shared), Value(written));
    EXPECT_LT(Value(Record({{"a", text("1")}})), Value(written));
    EXPECT_LT(Value(written), Value(Record({{"a", text("1")}, {"c", text("2")}})));
    EXPECT_LT(Value(written), Value(Record({{"a", text("2")}, {"b", text("2")}})));
    EXPECT_NE(Value(written), Value(Record()));
}

TEST(CedarValue, EntitiesAreOneIfTypeAndIdAre) {
    EXPECT_EQ(uid("User", "a"), uid("User", "a"));
    EXPECT_NE(uid("User", "a"), uid("User", "b"));
    EXPECT_NE(uid("User", "a"), uid("Role", "a"));
    EXPECT_LT(uid("Role", "b"), uid("User", "a"));
}

}  // namespace
}  // namespace salus::cedar
