#include "http/grammar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace salus::http {
namespace {

constexpr std::uint8_t kTokenByte = 1;
constexpr std::uint8_t kValueByte = 2;
constexpr std::uint8_t kTargetByte = 4;
constexpr std::uint8_t kAuthorityByte = 8;

constexpr bool is_alphanumeric(int byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z');
}

constexpr bool holds(std::string_view set, int byte) {
    return set.find(static_cast<char>(byte)) != std::string_view::npos;
}

constexpr std::array<std::uint8_t, 256> make_classes() {
    std::array<std::uint8_t, 256> classes{};
    for (int byte = 0; byte < 256; ++byte) {
        std::uint8_t bits = 0;
        bool const visible = byte > 0x20 && byte < 0x7f;
        if (is_alphanumeric(byte) || (visible && holds("!#$%&'*+-.^_`|~", byte))) {
            bits |= kTokenByte;
        }
        if (visible || byte == ' ' || byte == '\t' || byte >= 0x80) bits |= kValueByte;
        if (visible) bits |= kTargetByte;
        if (is_alphanumeric(byte) || (visible && holds("-._~%!$&'()*+,;=:[]", byte))) {
            bits |= kAuthorityByte;
        }
        classes[static_cast<std::size_t>(byte)] = bits;
    }
    return classes;
}

constexpr auto kClasses = make_classes();

bool all_of_class(std::string_view text, std::uint8_t wanted) noexcept {
    return std::ranges::all_of(text, [wanted](char byte) {
        return (kClasses[static_cast<std::uint8_t>(byte)] & wanted) != 0;
    });
}

char lower(char byte) noexcept {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
}

struct MethodName {
    Method method;
    std::string_view name;
};
constexpr std::array kMethods = {
    MethodName{Method::get, "GET"},        MethodName{Method::head, "HEAD"},
    MethodName{Method::post, "POST"},      MethodName{Method::put, "PUT"},
    MethodName{Method::patch, "PATCH"},    MethodName{Method::remove, "DELETE"},
    MethodName{Method::options, "OPTIONS"}};

}  // namespace

bool is_token(std::string_view text) noexcept {
    return !text.empty() && all_of_class(text, kTokenByte);
}

bool is_field_value(std::string_view text) noexcept {
    return all_of_class(text, kValueByte);
}

bool is_origin_form(std::string_view target) noexcept {
    return target.starts_with('/') && all_of_class(target, kTargetByte);
}

bool is_authority(std::string_view text) noexcept {
    return !text.empty() && all_of_class(text, kAuthorityByte);
}

std::optional<std::size_t> content_length(std::string_view text) noexcept {
    std::size_t value = 0;
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool equal_without_case(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(),
                      [](char left, char right) { return lower(left) == lower(right); });
}

std::string lower_case(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

std::string_view trimmed(std::string_view text) noexcept {
    auto const is_space = [](char byte) { return byte == ' ' || byte == '\t'; };
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

bool list_holds(std::string_view list, std::string_view token) noexcept {
    while (!list.empty()) {
        auto const comma = std::min(list.find(','), list.size());
        if (equal_without_case(trimmed(list.substr(0, comma)), token)) return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

std::optional<Field> parse_field(std::string_view line) noexcept {
    auto const colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    Field const field{line.substr(0, colon), trimmed(line.substr(colon + 1))};
    if (!is_token(field.name) || !is_field_value(field.value)) return std::nullopt;
    return field;
}

Method method_of(std::string_view name) noexcept {
    auto const* const found = std::ranges::find(kMethods, name, &MethodName::name);
    return found == kMethods.end() ? Method::other : found->method;
}

std::string_view name_of(Method method) noexcept {
    auto const* const found = std::ranges::find(kMethods, method, &MethodName::method);
    return found == kMethods.end() ? std::string_view{} : found->name;
}

}  // namespace salus::http
