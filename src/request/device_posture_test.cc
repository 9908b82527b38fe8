#include "request/device_posture.h"

#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

namespace salus::request {
namespace {

Result<DevicePosture> posture_in(std::string const& payload) {
    json::Parser parser;
    auto const document = parser.parse(payload);
    EXPECT_TRUE(document.has_value()) << payload;
    return parse_device_posture(document->root().member(kDeviceClaim));
}

TEST(DevicePosture, SaysWhatWasClaimedAndNothingElse) {
    using Case = std::pair<char const*, DevicePosture>;
    for (auto const& [payload, expected] :
         std::vector<Case>{{R"({})", {}},
                           {R"({"device_posture":{"managed":true}})", {}},
                           {R"({"device":{}})", {.claimed = true}},
                           {R"({"device":{"managed":true}})", {.claimed = true, .managed = true}},
                           {R"({"device":{"encrypted":true,"managed":false}})",
                            {.claimed = true, .encrypted = true}},
                           {R"({"device":{"managed":true,"encrypted":true}})",
                            {.claimed = true, .managed = true, .encrypted = true}}}) {
        auto const posture = posture_in(payload);
        ASSERT_TRUE(posture.has_value()) << payload;
        EXPECT_EQ(*posture, expected) << payload;
    }
}

TEST(DevicePosture, RefusesWhatIsNotUnderstood) {
    for (auto const* payload :
         {R"({"device":true})", R"({"device":null})", R"({"device":["managed"]})",
          R"({"device":{"managed":"true"}})", R"({"device":{"managed":1}})",
          R"({"device":{"managed":null}})", R"({"device":{"managed":true,"rooted":true}})"}) {
        EXPECT_FALSE(posture_in(payload).has_value()) << payload;
    }
}

TEST(DevicePosture, IsReadAsItWasWritten) {
    for (auto const& posture :
         {DevicePosture{}, DevicePosture{.claimed = true},
          DevicePosture{.claimed = true, .managed = true},
          DevicePosture{.claimed = true, .managed = true, .encrypted = true}}) {
        std::string text;
        json::Writer writer(text);
        writer.begin_object();
        write_device_posture(writer, kDeviceClaim, posture);
        writer.end_object();
        EXPECT_EQ(text == "{}", !posture.claimed) << text;
        auto const again = posture_in(text);
        ASSERT_TRUE(again.has_value()) << text;
        EXPECT_EQ(*again, posture) << text;
    }
    // Without the claim nothing else is said either.
    std::string text;
    json::Writer writer(text);
    writer.begin_object();
    write_device_posture(writer, kDeviceClaim, {.managed = true});
    writer.end_object();
    EXPECT_EQ(text, "{}");
}

}  // namespace
}  // namespace salus::request
