// What clients send to the endpoints of the protocol (RFC 6749 sections 3.1 and 3.2): no parameter
// stands there twice, and one without a value was not sent. Any thread.
#pragma once

#include <vector>

#include "foundation/result.h"
#include "http/message.h"
#include "request/form.h"

namespace salus::oauth {

[[nodiscard]] std::vector<request::Parameter> without_empty(
    std::vector<request::Parameter> parameters);
// Whether one is there twice that may not be (F12): `resource` may (RFC 8707 section 2).
[[nodiscard]] bool repeats_one(std::vector<request::Parameter> const& parameters);
// Of a POST. Errc::invalid, with what is wrong with it.
[[nodiscard]] Result<std::vector<request::Parameter>> protocol_form(http::Request const& request);

}  // namespace salus::oauth
