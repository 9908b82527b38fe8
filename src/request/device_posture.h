// What a client states about the device that it runs on (AZ-3). It counts only where the statement
// was signed: a client that may speak of devices says it in its assertion (`device_posture`), and
// the access token that it gets carries it on (`device`). Headers of a request are never asked: any
// program could write them. Values, pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "foundation/result.h"
#include "json/document.h"
#include "json/writer.h"

namespace salus::request {

struct DevicePosture {
    bool claimed = false;    // somebody whose word counts said what follows
    bool managed = false;    // by the organization
    bool encrypted = false;  // its storage
    friend bool operator==(DevicePosture const&, DevicePosture const&) = default;
};

inline constexpr std::string_view kDeviceClaim = "device";                     // of access tokens
inline constexpr std::string_view kDevicePostureAssertion = "device_posture";  // of assertions

// The claim's value: {"managed": true, "encrypted": true}. Nothing there: nothing is claimed. A
// member that is missing is false. Errc::invalid for another kind of value and for a member that is
// not known: what is not understood must not look as if it counted.
// REQUIRES: the value comes from a payload whose signature was verified.
[[nodiscard]] Result<DevicePosture> parse_device_posture(std::optional<json::Value> claim);
// The same, as parse_device_posture reads it. Nothing is written where nothing is claimed.
void write_device_posture(json::Writer& writer, std::string_view member,
                          DevicePosture const& posture);

}  // namespace salus::request
