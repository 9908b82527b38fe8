#include "fhir/fhirpath/text.h"

#include <algorithm>
#include <array>

#include "foundation/bytes.h"
#include "json/escape.h"
#include "json/writer.h"

namespace salus::fhir::fhirpath {
namespace {

bool continues(char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

void exchange(std::string& text, std::string_view from, std::string_view to) {
    for (char& c : text) {
        auto const at = from.find(c);
        if (at != std::string_view::npos) c = to[at];
    }
}

struct Entity {
    char character;
    std::string_view name;
};
constexpr std::array<Entity, 5> kEntities = {
    {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}}};

std::string to_html(std::string_view text) {
    std::string out;
    for (char const c : text) {
        auto const* const found = std::ranges::find(kEntities, c, &Entity::character);
        if (found == kEntities.end())
            out.push_back(c);
        else
            out += found->name;
    }
    return out;
}

std::string from_html(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        auto const* const found = std::ranges::find_if(
            kEntities, [text](Entity const& each) { return text.starts_with(each.name); });
        out.push_back(found == kEntities.end() ? text.front() : found->character);
        text.remove_prefix(found == kEntities.end() ? 1 : found->name.size());
    }
    return out;
}

}  // namespace

std::size_t length_of(std::string_view text) noexcept {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return !continues(c); }));
}

std::size_t bytes_of_first_character(std::string_view text) noexcept {
    std::size_t size = std::min<std::size_t>(1, text.size());
    while (size < text.size() && continues(text[size])) ++size;
    return size;
}

std::size_t byte_of_character(std::string_view text, std::size_t number) noexcept {
    std::size_t at = 0;
    for (; number > 0 && at < text.size(); --number)
        at += bytes_of_first_character(text.substr(at));
    return at;
}

std::optional<std::string> encoded(std::string_view text, std::string_view encoding) {
    if (encoding == "hex") return to_hex(bytes_of(text));
    if (encoding != "base64" && encoding != "urlbase64") return std::nullopt;
    auto result = to_base64(bytes_of(text));
    if (encoding == "urlbase64") exchange(result, "+/", "-_");
    return result;
}

std::optional<std::string> decoded(std::string_view text, std::string_view encoding) {
    std::optional<Bytes> bytes;
    if (encoding == "hex") {
        bytes = from_hex(text);
    } else if (encoding == "base64") {
        bytes = from_base64(text);
    } else if (encoding == "urlbase64") {
        std::string standard(text);
        exchange(standard, "-_", "+/");
        bytes = from_base64(standard);
    }
    if (!bytes || !json::is_utf8(text_of(*bytes))) return std::nullopt;
    return std::string(text_of(*bytes));
}

std::optional<std::string> escaped(std::string_view text, std::string_view target) {
    if (target == "html") return to_html(text);
    if (target != "json") return std::nullopt;
    std::string quoted;
    json::append_quoted(quoted, text);
    return quoted.substr(1, quoted.size() - 2);
}

std::optional<std::string> unescaped(std::string_view text, std::string_view target) {
    if (target == "html") return from_html(text);
    if (target != "json") return std::nullopt;
    return json::unescape(text);
}

}  // namespace salus::fhir::fhirpath
