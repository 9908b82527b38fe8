// What can be asked about keys and of them, and what cannot.
#include "admin/key_rotation.h"

#include <gtest/gtest.h>

#include "request/tenant_for_test.h"

namespace salus::admin {
namespace {

using testing::make_exchange;
using testing::make_request;
using testing::must;

class KeyRotationOrderTest : public ::testing::Test {
protected:
    Result<request::Prepared> order(std::string body) {
        auto exchange = make_exchange(tenant_.tenant(), make_request({.method = http::Method::post,
                                                                      .target = "/admin/keys",
                                                                      .body = std::move(body)}));
        return order_rotation(tenant_.tenant(), instance_.clock, parser_, exchange);
    }
    json::Document answer(Result<request::Prepared> const& prepared) {
        EXPECT_TRUE(prepared);
        EXPECT_FALSE(prepared->batch);
        return must(parser_.parse(std::get<request::PlainContent>(prepared->content).text));
    }
    keys::RotationOrders orders() { return must(tenant_.tenant().keyring.rotation().orders()); }

    testing::TestInstance instance_;
    testing::TestTenant tenant_{instance_, "default", ""};
    json::Parser parser_;
};

TEST_F(KeyRotationOrderTest, TheStateTellsOfEveryKeyAndOfNone) {
    auto const patient = keys::compartment_of(1);
    auto const key = must(tenant_.tenant().keyring.key_for_writing(patient));
    auto const prepared = must(key_status(tenant_.tenant(), instance_.clock));
    auto const text = std::get<request::PlainContent>(prepared.content).text;
    EXPECT_EQ(text.find(std::string(text_of(key.key.reveal()))), std::string::npos);
    EXPECT_EQ(text.find(to_hex(key.key.reveal())), std::string::npos);
    EXPECT_EQ(text.find(patient.hex()), std::string::npos);
    auto const document = must(parser_.parse(text));
    auto const root = document.root();
    EXPECT_EQ(root.member("keks")->size(), 1U);
    EXPECT_EQ(root.member("purposeKeys")->size(), std::size(keys::kPurposes));
    EXPECT_EQ(root.member("dataKeys")->size(), 1U);
    EXPECT_EQ(root.member("orders")->size(), 0U);
    for (auto const each : root.member("purposeKeys")->elements()) {
        EXPECT_EQ(each.member("rotates")->boolean(), each.text_member("purpose") != "address");
    }
}

TEST_F(KeyRotationOrderTest, AnOrderIsNotedAndChangesNoKey) {
    for (auto const kind : keys::kRotationKinds) {
        auto const made = order(R"({"rotate":")" + std::string(name_of(kind).text()) + R"("})");
        // The root is not one person's to replace (KEY-2).
        bool const root = kind == keys::RotationKind::kek;
        EXPECT_EQ(made.has_value(), !root) << name_of(kind).text();
        if (root) EXPECT_EQ(made.error().code, Errc::forbidden);
    }
    EXPECT_EQ(orders().requests.size(), std::size(keys::kRotationKinds) - 1);
    auto const status = must(tenant_.tenant().keyring.rotation().status());
    EXPECT_EQ(status.keks.size(), 1U);
    EXPECT_EQ(status.purpose_keys.size(), std::size(keys::kPurposes));
}

TEST_F(KeyRotationOrderTest, APauseStandsUntilItEnds) {
    auto const paused = answer(order(R"({"paused":true})"));
    EXPECT_TRUE(paused.root().member("paused")->boolean());
    EXPECT_TRUE(orders().paused);
    EXPECT_TRUE(order(R"({"paused":false})"));
    EXPECT_FALSE(orders().paused);
}

TEST_F(KeyRotationOrderTest, EverythingElseIsInvalidAndNotesNothing) {
    for (auto const* body :
         {"", "{}", "[]", "null", "data", R"({"rotate":"address"})", R"({"rotate":""})",
          R"({"rotate":1})", R"({"rotate":["data"]})", R"({"paused":"true"})", R"({"paused":1})",
          R"({"rotate":"data","paused":true})", R"({"rotate":"DATA"})"}) {
        auto const refused = order(body);
        ASSERT_FALSE(refused) << body;
        EXPECT_EQ(refused.error().code, Errc::invalid) << body;
    }
    EXPECT_TRUE(orders().requests.empty());
    EXPECT_FALSE(orders().paused);
}

}  // namespace
}  // namespace salus::admin
