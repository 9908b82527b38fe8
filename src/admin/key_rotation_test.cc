// What can be asked about keys and of them, and what cannot.
#include "admin/key_rotation.h"

#include <gtest/gtest.h>

#include "admin/custodians.h"
#include "keys/dual_control/dual_control_for_test.h"
#include "records/tenant_for_test.h"

namespace salus::admin {
namespace {

using testing::make_exchange;
using testing::make_request;
using testing::must;

class KeyRotationOrderTest : public ::testing::Test {
protected:
    [[nodiscard]] KeysDesk desk() {
        return {.tenant = home_.tenant(),
                .records = home_.records(),
                .parser = parser_,
                .random = instance_.random,
                .clock = instance_.clock,
                .custodians_file = file_,
                .keep_retired = std::chrono::days(400)};
    }
    request::Exchange exchange(std::string body) {
        return make_exchange(home_.tenant(), make_request({.method = http::Method::post,
                                                           .target = "/admin/keys",
                                                           .body = std::move(body)}));
    }
    Result<request::Prepared> order(std::string body) {
        exchange_ = exchange(std::move(body));
        return order_rotation(desk(), exchange_);
    }
    json::Document answer(Result<request::Prepared> const& prepared) {
        EXPECT_TRUE(prepared);
        EXPECT_FALSE(prepared->batch);
        return must(parser_.parse(std::get<request::PlainContent>(prepared->content).text));
    }
    void appoint() {
        auto asked = exchange(people_.set_text());
        auto prepared = must(appoint_custodians(desk(), asked));
        for (auto& write : prepared.batch->writes)
            ASSERT_TRUE(home_.owner().commit(std::move(write)));
        prepared.after_commit();
    }
    // As `who` signs it for this instance.
    std::string signed_body(std::string const& who, keys::RotationKind kind) {
        auto const order = people_.order(kind, desk().now(), who, desk().instance());
        return R"({"rotate":")" + std::string(name_of(kind).text()) + R"(","custodian":")" + who +
               R"(","before":)" + std::to_string(order.before) + R"(,"signature":")" +
               to_base64url(order.signature) + R"("})";
    }
    keys::RotationOrders orders() { return must(home_.tenant().keyring.rotation().orders()); }

    testing::TestInstance instance_;
    testing::TestRecords home_{instance_};
    json::Parser parser_;
    keys::People people_;
    std::filesystem::path file_ = home_.owner().directory() / "custodians.json";
    request::Exchange exchange_;
};

TEST_F(KeyRotationOrderTest, TheStateTellsOfEveryKeyAndOfNone) {
    auto const patient = keys::compartment_of(1);
    auto const key = must(home_.tenant().keyring.key_for_writing(patient));
    auto const prepared = must(key_status(desk()));
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
    auto const status = must(home_.tenant().keyring.rotation().status());
    EXPECT_EQ(status.keks.size(), 1U);
    EXPECT_EQ(status.purpose_keys.size(), std::size(keys::kPurposes));
}

// KEY-1: once there are custodians, it takes one whose role is to rotate, and he is on record.
TEST_F(KeyRotationOrderTest, CustodiansOrderWhatAnAdministratorDidBefore) {
    EXPECT_TRUE(order(R"({"rotate":"shard"})"));
    appoint();
    EXPECT_EQ(order(R"({"rotate":"data"})").error().code, Errc::forbidden);
    for (auto const* who : {"grace", "dora"}) {
        EXPECT_EQ(order(signed_body(who, keys::RotationKind::data)).error().code, Errc::forbidden);
        EXPECT_EQ(exchange_.facts.key_operation->proposer.text(), who);
    }
    EXPECT_EQ(orders().requests.size(), 1U);
    EXPECT_TRUE(order(signed_body("rosa", keys::RotationKind::data)));
    EXPECT_EQ(orders().requests.size(), 2U);
    EXPECT_EQ(exchange_.facts.key_operation->proposer.text(), "rosa");
    EXPECT_EQ(exchange_.facts.key_operation->operation.text(), "data");
    EXPECT_EQ(exchange_.facts.key_operation->proposal.size(), 64U);
    EXPECT_EQ(order(signed_body("rosa", keys::RotationKind::kek)).error().code, Errc::forbidden);
}

TEST_F(KeyRotationOrderTest, AnOrderThatIsHalfSignedIsNone) {
    appoint();
    for (auto const* body :
         {R"({"rotate":"data","custodian":"rosa"})",
          R"({"rotate":"data","custodian":"rosa","before":1,"signature":"*"})",
          R"({"rotate":"data","custodian":"ROSA","before":1,"signature":""})",
          R"({"rotate":"data","custodian":"rosa","before":"1","signature":""})"}) {
        EXPECT_EQ(order(body).error().code, Errc::invalid) << body;
    }
    EXPECT_TRUE(orders().requests.empty());
}

TEST_F(KeyRotationOrderTest, RetiredKeysAreToldWithTheirEnd) {
    auto const patient = keys::compartment_of(1);
    auto& keyring = home_.tenant().keyring;
    ASSERT_TRUE(keyring.key_for_writing(patient));
    ASSERT_TRUE(keyring.rotation().begin_data_key(patient));
    ASSERT_TRUE(keyring.rotation().retire_data_key(patient, 1));
    auto const prepared = must(key_status(desk()));
    auto const document =
        must(parser_.parse(std::get<request::PlainContent>(prepared.content).text));
    auto const end = to_instant(std::chrono::floor<std::chrono::seconds>(instance_.clock.now()) +
                                std::chrono::days(400));
    int retired = 0;
    for (auto const key : document.root().member("dataKeys")->elements()) {
        if (key.text_member("state") != "retired") continue;
        ++retired;
        EXPECT_EQ(key.text_member("firstDestroyed"), end);
        EXPECT_EQ(key.text_member("lastDestroyed"), end);
    }
    EXPECT_EQ(retired, 1);
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
