#include "audit/canonical_json.h"

#include <array>
#include <charconv>

namespace salus::audit {
namespace {

template <class Integer>
void append_decimal(std::string& out, Integer value) {
    std::array<char, 24> digits{};
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

}  // namespace

Encoding append_json_text(std::string& out, std::string_view text) {
    auto const before = out.size();
    out.push_back('"');
    for (char c : text) {
        if (c < 0x20 || c > 0x7e) {
            out.resize(before);
            return Encoding::refused;
        }
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    out.push_back('"');
    return Encoding::complete;
}

void append_json_integer(std::string& out, std::int64_t value) {
    append_decimal(out, value);
}

void append_json_integer(std::string& out, std::uint64_t value) {
    append_decimal(out, value);
}

}  // namespace salus::audit
