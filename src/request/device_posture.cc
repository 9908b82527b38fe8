#include "request/device_posture.h"

namespace salus::request {

Result<DevicePosture> parse_device_posture(std::optional<json::Value> claim) {
    constexpr Literal kWhy =
        "a device posture is an object of managed and encrypted, each a boolean";
    DevicePosture posture;
    if (!claim) return posture;
    if (!claim->is_object()) return fail(Errc::invalid, kWhy);
    for (auto const& member : claim->members()) {
        if (!member.value.is_boolean()) return fail(Errc::invalid, kWhy);
        if (member.is_named("managed")) {
            posture.managed = member.value.boolean();
        } else if (member.is_named("encrypted")) {
            posture.encrypted = member.value.boolean();
        } else {
            return fail(Errc::invalid, kWhy);
        }
    }
    posture.claimed = true;
    return posture;
}

void write_device_posture(json::Writer& writer, std::string_view member,
                          DevicePosture const& posture) {
    if (!posture.claimed) return;
    writer.key(member).begin_object();
    writer.key("managed").boolean(posture.managed);
    writer.key("encrypted").boolean(posture.encrypted);
    writer.end_object();
}

}  // namespace salus::request
