// Answers of the authorization server's endpoints: JSON that no cache keeps (RFC 6749 sections 5.1
// and 5.2). They hold no ePHI. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "foundation/literal.h"
#include "request/prepared.h"

namespace salus::oauth {

[[nodiscard]] request::Prepared json_answer(std::string body);
// A refusal in the protocol's own form.
[[nodiscard]] request::Prepared protocol_error(int status, std::string_view code, Literal why);

}  // namespace salus::oauth
