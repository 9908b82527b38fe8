// Who may order a rotation (KEY-1): each attack is refused, and for its own reason.
#include "keys/dual_control/rotation_order.h"

#include <gtest/gtest.h>

#include "foundation/check.h"
#include "keys/dual_control/dual_control_for_test.h"

namespace salus::keys {
namespace {

class RotationOrderTest : public testing::Test {
protected:
    [[nodiscard]] std::string_view attempt(OrderRequest const& request,
                                           std::int64_t now = kProposedAt) const {
        auto const order = RotationOrder::judge(request, &set_, kThisInstance, now);
        return order ? "ordered" : order.error().why.text();
    }
    [[nodiscard]] OrderRequest by(std::string const& who) const {
        return people_.order(RotationKind::data, kProposedAt, who);
    }

    People people_;
    CustodianSet set_ = people_.set();
};

TEST_F(RotationOrderTest, OneWhoseRoleIsRotateIsEnough) {
    auto const order = RotationOrder::judge(by("rosa"), &set_, kThisInstance, kProposedAt);
    ASSERT_TRUE(order);
    EXPECT_EQ(order->kind(), RotationKind::data);
    EXPECT_EQ(to_unix_seconds(order->before()), kProposedAt);
}

TEST_F(RotationOrderTest, NobodyElseIs) {
    EXPECT_EQ(attempt(by("")),
              "there are custodians: a rotation is ordered by one whose role is rotate");
    EXPECT_EQ(attempt(by("grace")), "the custodian's role is not rotate");
    EXPECT_EQ(attempt(by("dora")), "the custodian's role is not rotate");
    auto stranger = by("rosa");
    stranger.custodian = CustodianName("nobody");
    EXPECT_EQ(attempt(stranger), "there is no such custodian");
    auto borrowed = by("dora");
    borrowed.custodian = CustodianName("rosa");
    EXPECT_EQ(attempt(borrowed), "the order is not signed by this custodian");
}

TEST_F(RotationOrderTest, WhatIsSignedIsWhatIsDone) {
    auto const refused = "the order is not signed by this custodian";
    auto order = by("rosa");
    order.kind = RotationKind::shard;
    EXPECT_EQ(attempt(order), refused);
    order = by("rosa");
    ++order.before;
    EXPECT_EQ(attempt(order), refused);
    for (std::size_t i = 0; i < by("rosa").signature.size(); ++i) {
        order = by("rosa");
        order.signature[i] ^= 1;
        EXPECT_EQ(attempt(order), refused) << i;
    }
    order.signature.clear();
    EXPECT_EQ(attempt(order), refused);
}

TEST_F(RotationOrderTest, AnOrderIsOfNowAndOfThisInstance) {
    EXPECT_EQ(attempt(by("rosa"), kProposedAt + kOrderAgeMost), "ordered");
    EXPECT_EQ(attempt(by("rosa"), kProposedAt + kOrderAgeMost + 1),
              "the order is of another time than now");
    EXPECT_EQ(attempt(by("rosa"), kProposedAt - kOrderAheadMost), "ordered");
    EXPECT_EQ(attempt(by("rosa"), kProposedAt - kOrderAheadMost - 1),
              "the order is of another time than now");
    auto const elsewhere =
        RotationOrder::judge(by("rosa"), &set_, "salus/realm/other", kProposedAt);
    ASSERT_FALSE(elsewhere);
    EXPECT_EQ(elsewhere.error().why.text(), "the order is for another instance");
}

TEST_F(RotationOrderTest, TheRootIsNotOnePersonsToReplace) {
    auto const signed_by_rosa = people_.order(RotationKind::kek, kProposedAt, "rosa");
    EXPECT_EQ(attempt(signed_by_rosa),
              "the root is replaced by what several people decide: rotate-root is proposed");
    EXPECT_FALSE(RotationOrder::judge(signed_by_rosa, nullptr, kThisInstance, kProposedAt));
}

TEST_F(RotationOrderTest, WithoutCustodiansThereAreNoRoles) {
    EXPECT_TRUE(RotationOrder::judge(by(""), nullptr, kThisInstance, kProposedAt));
}

// The text that is signed is the format: docs/formats/ballots.md.
TEST_F(RotationOrderTest, TheTextIsCanonical) {
    EXPECT_EQ(to_text(by("rosa")),
              R"({"before":1800000000,"custodian":"rosa","instance":"salus/realm/default",)"
              R"("rotate":"data","v":1})");
}

}  // namespace
}  // namespace salus::keys
