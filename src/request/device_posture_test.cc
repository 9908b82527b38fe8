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

}  // namespace
}  // namespace salus::request
