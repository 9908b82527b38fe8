#include <gtest/gtest.h>

#include "foundation/check.h"
#include "keys/dual_control/dual_control_for_test.h"

namespace salus::keys {
namespace {

Literal refusal(std::string text) {
    auto const set = CustodianSet::parse(std::move(text));
    return set ? Literal("taken") : set.error().why;
}

TEST(CustodianSetTest, IsTheSameTextHoweverItWasWritten) {
    People const people;
    auto const set = people.set();
    auto const other = CustodianSet::parse(People::set_of(
        people.person("dora", "destroy", "dora") + " , " + people.person("rosa", "rotate", "rosa") +
        "," + people.person("grace", "generate", "grace")));
    ASSERT_TRUE(other);
    EXPECT_EQ(other->text(), set.text());
    EXPECT_EQ(other->hash(), set.hash());
    auto const again = CustodianSet::parse(set.text());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->hash(), set.hash());
    EXPECT_EQ(again->find(CustodianName("rosa"))->role, Role::rotate);
    EXPECT_EQ(again->find(CustodianName("rosanna")), nullptr);
}

TEST(CustodianSetTest, OnePersonOneRoleOneKey) {
    People const people;
    auto const grace = people.person("grace", "generate", "grace");
    auto const rosa = people.person("rosa", "rotate", "rosa");
    auto const dora = people.person("dora", "destroy", "dora");
    EXPECT_EQ(refusal(People::set_of(grace + "," + rosa + "," + dora)).text(), "taken");
    EXPECT_EQ(refusal(People::set_of(grace + "," + rosa + "," + dora + "," +
                                     people.person("grace", "destroy", "rosa")))
                  .text(),
              "no person has two roles");
    EXPECT_EQ(refusal(People::set_of(grace + "," + rosa + "," + dora + "," + dora)).text(),
              "a custodian is named twice");
    EXPECT_EQ(refusal(People::set_of(grace + "," + rosa + "," + dora + "," +
                                     people.person("dorothy", "rotate", "dora")))
                  .text(),
              "two custodians have one key");
    EXPECT_EQ(refusal(People::set_of(grace + "," + rosa)).text(), "fewer than three custodians");
    EXPECT_EQ(
        refusal(People::set_of(grace + "," + rosa + "," + people.person("dora", "rotate", "dora")))
            .text(),
        "each of the roles generate, rotate, destroy has a person");
    EXPECT_EQ(
        refusal(People::set_of(grace + "," + rosa + "," + people.person("dora", "use", "dora")))
            .text(),
        "a custodian's role is generate, rotate or destroy");
}

TEST(CustodianSetTest, ThePolicyCannotBeLooserThanTwoPeople) {
    People const people;
    for (int const approvals : {0, 1, 3}) {
        EXPECT_EQ(refusal(people.set_text(1, approvals)).text(),
                  "a number of the custodians' policy is missing or out of range")
            << approvals;
    }
    EXPECT_NE(refusal(people.set_text(0)).text(), "taken");
}

TEST(CustodianSetTest, RefusesWhatItDoesNotKnow) {
    auto text = People().set_text();
    EXPECT_NE(refusal("{\"more\":1," + text.substr(1)).text(), "taken");
    auto const role = text.find("\"role\"");
    EXPECT_NE(refusal(text.substr(0, role) + "\"note\":\"\"," + text.substr(role)).text(), "taken");
    EXPECT_NE(refusal("[]").text(), "taken");
    EXPECT_NE(refusal("{").text(), "taken");
}

TEST(CustodianSetTest, TakesKeysOfTwoKindsOnly) {
    People const people;
    auto const key_of = [](crypto::SignatureAlgorithm algorithm) {
        return to_base64(crypto::SigningKey::generate(algorithm).verifying_key().spki());
    };
    auto const with = [&](std::string const& key) {
        return People::set_of(people.person("grace", "generate", "grace") + "," +
                              people.person("rosa", "rotate", "rosa") +
                              R"(,{"name":"dora","role":"destroy","key":")" + key + "\"}");
    };
    EXPECT_EQ(refusal(with(key_of(crypto::SignatureAlgorithm::es256))).text(), "taken");
    EXPECT_EQ(refusal(with(key_of(crypto::SignatureAlgorithm::es384))).text(),
              "a custodian's key is Ed25519 or P-256");
    EXPECT_NE(refusal(with("AAAA")).text(), "taken");
}

}  // namespace
}  // namespace salus::keys
