// Circumstances that questions state, and what they change under the hospital's policy.
#include "admin/stated_access.h"

#include <gtest/gtest.h>

#include "admin/policy_answers.h"
#include "admin/policy_desk_for_test.h"
#include "authorization/hospital_policy_for_test.h"

namespace salus::admin {
namespace {

using testing::must;

class StatedAccessTest : public ::testing::Test {
protected:
    Result<StatedAccess> read(std::string text) {
        auto const document = must(parser_.parse(std::move(text)));
        return read_access(document.root());
    }
    // About a person who is not stored, with these members.
    bool allowed(std::string const& members) {
        auto const desk = room_.desk();
        auto exchange = room_.exchange("{\"person\":true," + members + "}");
        auto const answer = must(explain_policy({.tenant = desk.tenant,
                                                 .policy = hospital_,
                                                 .subjects = desk.subjects,
                                                 .parser = desk.parser,
                                                 .clock = desk.clock},
                                                exchange));
        return PolicyRoom::text(answer).starts_with(R"({"allowed":true)");
    }

    PolicyRoom room_;
    authorization::Policy hospital_ = testing::hospital_policy();
    json::Parser parser_;
};

constexpr char const* kNurseWrites =
    R"("roles":["nurse"],"purpose":"TREAT","care":true,"interaction":"create",)"
    R"("type":"Observation")";
constexpr char const* kEmergencyRead =
    R"("roles":["nurse"],"purpose":"ETREAT","at_work":true,"interaction":"read",)"
    R"("type":"Observation")";

TEST_F(StatedAccessTest, IsReadAsItIsWritten) {
    auto const none = must(read("{}"));
    EXPECT_EQ(none.facts.network.zone, request::NetworkZone::other);
    EXPECT_EQ(none.facts.device, request::DevicePosture());
    EXPECT_FALSE(none.emergency);
    auto const all =
        must(read(R"({"at_work":true,"network":"other","country":"US","hour":23,"weekday":7,)"
                  R"("device":{"managed":true},"emergency":true})"));
    EXPECT_EQ(all.facts.network.zone, request::NetworkZone::other);
    EXPECT_EQ(all.facts.network.country.text(), "US");
    EXPECT_EQ(all.facts.local, (request::LocalTime{.hour = 23, .weekday = 7}));
    EXPECT_TRUE(all.facts.device.managed);
    EXPECT_FALSE(all.facts.device.encrypted);
    EXPECT_TRUE(all.emergency);
}

TEST_F(StatedAccessTest, RefusesWhatItDoesNotUnderstand) {
    for (auto const* text :
         {R"({"at_work":1})", R"({"emergency":"yes"})", R"({"network":"home"})", R"({"network":3})",
          R"({"country":"us"})", R"({"country":"USA"})", R"({"hour":24})", R"({"hour":-1})",
          R"({"weekday":0})", R"({"weekday":1.5})", R"({"device":true})",
          R"({"device":{"trusted":true}})"}) {
        auto const stated = read(text);
        ASSERT_FALSE(stated) << text;
        EXPECT_EQ(stated.error().code, Errc::invalid) << text;
    }
}

TEST_F(StatedAccessTest, ChangesWhatIsDecided) {
    std::string const writes = kNurseWrites;
    EXPECT_FALSE(allowed(writes));
    EXPECT_TRUE(allowed(writes + R"(,"at_work":true)"));
    EXPECT_FALSE(allowed(writes + R"(,"at_work":true,"device":{"managed":true})"));
    EXPECT_FALSE(allowed(writes + R"(,"at_work":true,"network":"denied")"));
    EXPECT_TRUE(allowed(writes + R"(,"at_work":true,"network":"other","country":"US")"));
    EXPECT_FALSE(allowed(writes + R"(,"at_work":true,"network":"other","country":"FR")"));
}

TEST_F(StatedAccessTest, AnEmergencyIsAPersonsForItsPurpose) {
    std::string const reads = kEmergencyRead;
    EXPECT_FALSE(allowed(reads));
    EXPECT_TRUE(allowed(reads + R"(,"emergency":true)"));
    EXPECT_FALSE(allowed(reads + R"(,"emergency":true,"auth_age":3601)"));
    auto exchange =
        room_.exchange("{\"person\":true,\"emergency\":true," + std::string(kNurseWrites) + "}");
    auto const treat = explain_policy(room_.desk(), exchange);
    ASSERT_FALSE(treat);
    EXPECT_EQ(treat.error().code, Errc::unprocessable);
}

}  // namespace
}  // namespace salus::admin
