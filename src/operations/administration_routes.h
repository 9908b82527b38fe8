// Inside the room: the routes below /admin. Pure; any thread.
#pragma once

#include <span>
#include <string>

#include "http/message.h"
#include "request/intent.h"

namespace salus::operations {

// REQUIRES: segments "admin" and one more.
[[nodiscard]] Result<request::IntentFacts> route_administration(
    http::Request const& request, std::span<std::string const> segments);

}  // namespace salus::operations
