// Circumstances that a question about the policy states: network, time, device, emergency
// (docs/handbook/policy-questions.md). What it does not state is not known, as of a request of
// which nothing is. Values; any thread.
#pragma once

#include <array>
#include <string_view>

#include "foundation/result.h"
#include "json/document.h"
#include "request/access_facts.h"

namespace salus::admin {

struct StatedAccess {
    request::AccessFacts facts;
    bool emergency = false;  // the person declared one for the patient in question
};

// Members by which it is stated.
inline constexpr auto kAccessMembers = std::to_array<std::string_view>(
    {"at_work", "country", "device", "emergency", "hour", "network", "weekday"});

// Errc::invalid: one of them has a value of a wrong kind.
[[nodiscard]] Result<StatedAccess> read_access(json::Value root);

}  // namespace salus::admin
