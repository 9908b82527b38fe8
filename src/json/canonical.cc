#include "json/canonical.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace salus::json {
namespace {

template <class Integer>
void append_decimal(std::string& out, Integer value) {
    std::array<char, 24> digits{};
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

}  // namespace

Encoding append_json_text(std::string& out, std::string_view text) {
    if (std::ranges::any_of(text, [](char c) { return c < 0x20 || c > 0x7e; })) {
        return Encoding::refused;
    }
    out.push_back('"');
    while (!text.empty()) {
        auto const plain = std::min(text.find_first_of("\"\\"), text.size());
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) break;
        out.push_back('\\');
        out.push_back(text.front());
        text.remove_prefix(1);
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

}  // namespace salus::json
