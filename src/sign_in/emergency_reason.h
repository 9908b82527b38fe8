// The reason that somebody states for an emergency: whether it is one that can be reviewed. Pure.
#pragma once

#include <optional>
#include <string>

namespace salus::sign_in {

// Without spaces around it. Nothing: it has fewer than limits::kReasonLettersFewest letters, is
// longer than limits::kReasonBytes, or is no UTF-8.
[[nodiscard]] std::optional<std::string> stated_reason(std::string const& typed);

}  // namespace salus::sign_in
