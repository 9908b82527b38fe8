// The style sheet of every page; its hash is in the Content-Security-Policy.
#pragma once

#include <string_view>

namespace salus::pages {

[[nodiscard]] std::string_view style() noexcept;

}  // namespace salus::pages
