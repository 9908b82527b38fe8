#include "sign_in/emergency_reason.h"

#include <algorithm>

#include "foundation/sign_in_limits.h"
#include "json/escape.h"

namespace salus::sign_in {
namespace {

// Letters of ASCII, and each character beyond it: a reason may be in any script.
bool counts(char c) {
    auto const byte = static_cast<unsigned char>(c);
    bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || byte >= 0xc0;  // the first byte of a character
}

}  // namespace

std::optional<std::string> stated_reason(std::string const& typed) {
    auto const begin = typed.find_first_not_of(" \t\r\n");
    if (begin == std::string::npos) return std::nullopt;
    auto reason = typed.substr(begin, typed.find_last_not_of(" \t\r\n") + 1 - begin);
    auto const letters = std::ranges::count_if(reason, counts);
    bool const serves = static_cast<std::size_t>(letters) >= limits::kReasonLettersFewest &&
                        reason.size() <= limits::kReasonBytes && json::is_utf8(reason);
    if (!serves) return std::nullopt;
    return reason;
}

}  // namespace salus::sign_in
