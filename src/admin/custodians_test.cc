// The first set is appointed once; the pin beside the keys tells when the store was put back.
#include "admin/custodians.h"

#include <gtest/gtest.h>

#include "keys/dual_control/dual_control_for_test.h"
#include "records/tenant_for_test.h"

namespace salus::admin {
namespace {

using testing::must;

class CustodiansTest : public ::testing::Test {
protected:
    [[nodiscard]] KeysDesk desk() {
        return {.tenant = home_.tenant(),
                .records = home_.records(),
                .parser = parser_,
                .random = instance_.random,
                .clock = instance_.clock,
                .custodians_file = file_};
    }
    Result<void> appoint(std::string const& text) {
        auto exchange = testing::make_exchange(
            home_.tenant(),
            testing::make_request({.method = http::Method::post, .target = "/", .body = text}));
        auto const now = desk();
        SALUS_TRY(auto prepared, appoint_custodians(now, exchange));
        for (auto& write : prepared.batch->writes)
            SALUS_TRY_VOID(home_.owner().commit(std::move(write)));
        if (crash_before_the_pin_) return {};
        prepared.after_commit();
        return {};
    }
    void pin(std::string const& text) {
        EXPECT_TRUE(write_file_durably(file_, bytes_of(text), FileAccess::readable_by_all));
    }
    [[nodiscard]] std::optional<Errc> refusal() {
        auto const stored = stored_custodians(desk());
        return stored ? std::nullopt : std::optional(stored.error().code);
    }

    testing::TestInstance instance_;
    testing::TestRecords home_{instance_};
    json::Parser parser_;
    keys::People people_;
    std::filesystem::path file_ = home_.owner().directory() / "custodians.json";
    bool crash_before_the_pin_ = false;
};

TEST_F(CustodiansTest, AreAppointedOnceAndPinned) {
    EXPECT_EQ(require_custodians(desk()).error().code, Errc::precondition_failed);
    ASSERT_TRUE(appoint(people_.set_text()));
    EXPECT_EQ(must(require_custodians(desk())).hash(), people_.set().hash());
    EXPECT_EQ(text_of(must(read_file(file_, 65'536))), people_.set().text());
    EXPECT_EQ(appoint(people_.set_text()).error().code, Errc::conflict);
}

TEST_F(CustodiansTest, TheFirstSetIsVersionOne) {
    EXPECT_EQ(appoint(people_.set_text(2)).error().code, Errc::invalid);
    EXPECT_EQ(appoint("{}").error().code, Errc::invalid);
}

TEST_F(CustodiansTest, APinThatACrashLeftBehindIsMended) {
    crash_before_the_pin_ = true;
    ASSERT_TRUE(appoint(people_.set_text()));
    EXPECT_FALSE(std::filesystem::exists(file_));
    EXPECT_FALSE(refusal());
    EXPECT_EQ(text_of(must(read_file(file_, 65'536))), people_.set().text());
}

TEST_F(CustodiansTest, AStoreBehindThePinIsRefused) {
    pin(people_.set_text());
    EXPECT_EQ(refusal(), Errc::corrupt);  // the store has lost them
    std::filesystem::remove(file_);
    ASSERT_TRUE(appoint(people_.set_text()));
    pin(people_.set_text(2));
    EXPECT_EQ(refusal(), Errc::corrupt);
    pin(keys::People().set_text(1));  // other people of the same version
    EXPECT_EQ(refusal(), Errc::corrupt);
    pin("not a set");
    EXPECT_EQ(refusal(), Errc::corrupt);
    pin(people_.set_text(1));
    EXPECT_FALSE(refusal());
}

}  // namespace
}  // namespace salus::admin
