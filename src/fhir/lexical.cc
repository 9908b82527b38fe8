#include "fhir/lexical.h"

#include <algorithm>
#include <limits>

#include "fhir/date_time.h"
#include "fhir/narrative.h"

namespace salus::fhir {
namespace {

constexpr std::size_t kStringCharacters = std::size_t{1024} * 1024;  // datatypes.html#string

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// "SHALL NOT contain Unicode character points below 32, except for 9, 10 and 13".
bool is_string(std::string_view text) {
    auto const forbidden = [](char c) {
        return static_cast<unsigned char>(c) < 0x20 && !is_space(c);
    };
    if (text.empty() || std::ranges::any_of(text, forbidden)) return false;
    if (text.size() <= kStringCharacters) return true;
    auto const continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
    return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues)) <=
           kStringCharacters;
}

// No white space around it, single blanks inside.
bool is_code(std::string_view text) {
    if (text.empty() || text.front() == ' ' || text.back() == ' ') return false;
    bool const blanks = text.find("  ") != std::string_view::npos;
    return !blanks && std::ranges::none_of(text, is_control);
}

bool is_uri(std::string_view text) {
    return !text.empty() &&
           std::ranges::none_of(text, [](char c) { return is_space(c) || is_control(c); });
}

bool is_oid(std::string_view text) {
    constexpr std::string_view kPrefix = "urn:oid:";
    if (!text.starts_with(kPrefix)) return false;
    text.remove_prefix(kPrefix.size());
    if (text.empty() || text.front() < '0' || text.front() > '2') return false;
    text.remove_prefix(1);
    if (text.empty()) return false;
    while (!text.empty()) {
        if (text.front() != '.') return false;
        text.remove_prefix(1);
        auto const arc = text.substr(0, text.find('.'));
        if (arc.empty() || !std::ranges::all_of(arc, is_digit)) return false;
        if (arc.size() > 1 && arc.front() == '0') return false;
        text.remove_prefix(arc.size());
    }
    return true;
}

bool is_uuid(std::string_view text) {
    constexpr std::string_view kForm = "urn:uuid:hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
    constexpr std::size_t kPrefix = 9;
    if (text.size() != kForm.size() || !text.starts_with(kForm.substr(0, kPrefix))) return false;
    for (std::size_t i = kPrefix; i < text.size(); ++i) {
        bool const hex = is_digit(text[i]) || (text[i] >= 'a' && text[i] <= 'f') ||
                         (text[i] >= 'A' && text[i] <= 'F');
        if (kForm[i] == 'h' ? !hex : text[i] != '-') return false;
    }
    return true;
}

// RFC 4648 section 4, white space tolerated (the published examples have it).
bool is_base64(std::string_view text) {
    std::size_t symbols = 0;
    std::size_t padding = 0;
    for (char const c : text) {
        if (is_space(c)) continue;
        if (c == '=') {
            ++padding;
            continue;
        }
        if (padding > 0 || !(is_digit(c) || is_letter(c) || c == '+' || c == '/')) return false;
        ++symbols;
    }
    return symbols > 0 && padding <= 2 && (symbols + padding) % 4 == 0;
}

bool is_spelled(std::string_view text, Lexical lexical) {
    switch (lexical) {
        case Lexical::string:
        case Lexical::markdown: return is_string(text);
        case Lexical::code: return is_code(text);
        case Lexical::id: return is_id(text);
        case Lexical::uri:
        case Lexical::url:
        case Lexical::canonical: return is_uri(text);
        case Lexical::oid: return is_oid(text);
        case Lexical::uuid: return is_uuid(text);
        case Lexical::date: return is_date(text);
        case Lexical::date_time: return is_date_time(text);
        case Lexical::instant: return is_instant(text);
        case Lexical::time: return is_time(text);
        case Lexical::base64_binary: return is_base64(text);
        case Lexical::xhtml:
        case Lexical::boolean_:
        case Lexical::decimal:
        case Lexical::integer:
        case Lexical::positive_int:
        case Lexical::unsigned_int:
        case Lexical::none: return false;
    }
    return false;
}

Result<void> check_integer(json::Value value, std::int64_t least) {
    if (!value.is_number()) return fail(Errc::invalid, "a JSON number is expected");
    auto const number = value.integer();
    if (!number || value.raw() == "-0") return fail(Errc::invalid, "not an integer");
    if (*number < least || *number > std::numeric_limits<std::int32_t>::max())
        return fail(Errc::invalid, "integer out of range");
    return {};
}

Result<void> check_text(json::Value value, Lexical lexical) {
    if (!value.is_string()) return fail(Errc::invalid, "a JSON string is expected");
    if (value.raw_text().empty()) return fail(Errc::invalid, "a value may not be empty");
    auto const spelled = value.has_escapes() ? is_spelled(value.text(), lexical)
                                             : is_spelled(value.raw_text(), lexical);
    if (!spelled) return fail(Errc::invalid, "not a valid value of its type");
    return {};
}

}  // namespace

bool is_spelled_as(Lexical lexical, std::string_view text) {
    return is_spelled(text, lexical);
}

bool is_id(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return is_digit(c) || is_letter(c) || c == '-' || c == '.';
    });
}

Result<void> check_primitive(json::Value value, Lexical lexical) {
    switch (lexical) {
        case Lexical::boolean_:
            if (!value.is_boolean()) return fail(Errc::invalid, "true or false is expected");
            return {};
        case Lexical::decimal:
            if (!value.is_number()) return fail(Errc::invalid, "a JSON number is expected");
            return {};
        case Lexical::integer:
            return check_integer(value, std::numeric_limits<std::int32_t>::min());
        case Lexical::positive_int: return check_integer(value, 1);
        case Lexical::unsigned_int: return check_integer(value, 0);
        case Lexical::xhtml:
            if (!value.is_string()) return fail(Errc::invalid, "a JSON string is expected");
            return check_narrative(value.text());
        case Lexical::none:
        case Lexical::base64_binary:
        case Lexical::canonical:
        case Lexical::code:
        case Lexical::date:
        case Lexical::date_time:
        case Lexical::id:
        case Lexical::instant:
        case Lexical::markdown:
        case Lexical::oid:
        case Lexical::string:
        case Lexical::time:
        case Lexical::uri:
        case Lexical::url:
        case Lexical::uuid: return check_text(value, lexical);
    }
    return fail(Errc::invalid, "not a valid value of its type");
}

}  // namespace salus::fhir
