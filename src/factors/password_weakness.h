// Passwords that are refused when somebody sets one (NIST SP 800-63B section 5.1.1.2): what whoever
// guesses tries first. There are no rules of composition. Thread safety: any thread; with a list of
// breached passwords a file is read.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "factors/breached_passwords.h"

namespace salus::factors {

enum class PasswordWeakness : std::uint8_t {
    context,   // little more than the user's name or the product's
    common,    // one of the common ones that are built in, in any case
    breached,  // in the operator's list
};

// Nothing: it may be set. `context`: names of the user and of the service, such as an address;
// their parts of four bytes or more are taken out of the password, in any case, and eight bytes
// have to be left. `breached`: may be null. Errors as BreachedPasswords::contains.
[[nodiscard]] Result<std::optional<PasswordWeakness>> weakness_of(
    PreparedPassword const& password, std::span<std::string const> context,
    BreachedPasswords const* breached);

}  // namespace salus::factors
