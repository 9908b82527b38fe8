// The tables acr and max_age of a purpose in salus.toml (RFC 9470, IAM-7). Inside the room; one
// thread.
#pragma once

#include <string>

#include "app/section.h"
#include "authorization/policy.h"

namespace salus::app {

// What is said there of read, write and administration; what is not said is as the policy has it
// for every purpose. `code`: of the purpose.
[[nodiscard]] authorization::SignIns read_sign_ins(Section& purpose, std::string const& code,
                                                   std::string& why);

}  // namespace salus::app
