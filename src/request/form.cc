#include "request/form.h"

#include <algorithm>

#include "foundation/limits.h"

namespace salus::request {
namespace {

enum class Plus { literal, space };

int hex_value(char digit) noexcept {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

bool stands_for_itself(char c, Plus plus) noexcept {
    return c != '%' && c != '\0' && (c != '+' || plus == Plus::literal);
}

std::optional<std::string> decode(std::string_view text, Plus plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        // Most of a long parameter stands for itself, and is taken in one piece.
        auto const begin = i;
        while (i < text.size() && stands_for_itself(text[i], plus)) ++i;
        out.append(text.substr(begin, i - begin));
        if (i == text.size()) break;
        char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            int const high = hex_value(text[i + 1]);
            int const low = hex_value(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            c = static_cast<char>(high << 4 | low);
            i += 2;
            // In a path an encoded letter would be a second spelling (RFC 3986 section 6.2.2.2).
            if (plus == Plus::literal && is_unreserved(c)) return std::nullopt;
        } else if (c == '+') {
            c = ' ';
        }
        // NUL has no meaning in any parameter and ends strings in other people's code.
        if (c == '\0') return std::nullopt;
        out.push_back(c);
    }
    return out;
}

// One trailing slash is tolerated on the base only: POST /fhir/ is FHIR's own spelling.
bool is_fhir_base(std::vector<std::string> const& segments) {
    bool const of_tenant = segments.size() == 3 && segments[0] == "t";
    return (segments.size() == 1 || of_tenant) && segments.back() == "fhir";
}

}  // namespace

Result<TargetPath> parse_target(std::string_view target) {
    TargetPath path;
    auto const question = target.find('?');
    if (question != std::string_view::npos) path.query = target.substr(question + 1);
    auto rest = target.substr(0, question);
    if (!rest.starts_with('/')) return fail(Errc::invalid, "the target is not a path");
    rest.remove_prefix(1);
    while (!rest.empty()) {
        auto const end = std::min(rest.find('/'), rest.size());
        auto segment = decode(rest.substr(0, end), Plus::literal);
        bool const canonical = segment && !segment->empty() && *segment != "." &&
                               *segment != ".." && segment->find('/') == std::string::npos;
        if (!canonical) return fail(Errc::invalid, "the path is not canonical");
        path.segments.push_back(*std::move(segment));
        rest.remove_prefix(end);
        if (rest.empty()) break;
        rest.remove_prefix(1);
        if (rest.empty() && !is_fhir_base(path.segments)) {
            return fail(Errc::invalid, "the path is not canonical");
        }
    }
    return path;
}

Result<std::vector<Parameter>> parse_form(std::string_view text) {
    std::vector<Parameter> parameters;
    while (!text.empty()) {
        auto const end = std::min(text.find('&'), text.size());
        auto const pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (pair.empty()) continue;
        auto const equals = std::min(pair.find('='), pair.size());
        auto name = decode(pair.substr(0, equals), Plus::space);
        auto value = decode(pair.substr(std::min(equals + 1, pair.size())), Plus::space);
        if (!name || !value) return fail(Errc::invalid, "a parameter is not encoded correctly");
        if (name->empty()) return fail(Errc::invalid, "a parameter has no name");
        if (parameters.size() == limits::kSearchParameters) {
            return fail(Errc::invalid, "too many parameters");
        }
        parameters.push_back({*std::move(name), *std::move(value)});
    }
    return parameters;
}

std::string percent_encode(std::string_view text) {
    static constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (char c : text) {
        if (is_unreserved(c)) {
            out.push_back(c);
            continue;
        }
        auto const byte = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(kDigits[byte >> 4]);
        out.push_back(kDigits[byte & 0xf]);
    }
    return out;
}

bool has_parameter(std::vector<Parameter> const& parameters, std::string_view name) {
    return std::ranges::find(parameters, name, &Parameter::name) != parameters.end();
}

std::optional<std::string_view> single(std::vector<Parameter> const& parameters,
                                       std::string_view name) {
    std::optional<std::string_view> found;
    for (auto const& parameter : parameters) {
        if (parameter.name != name) continue;
        if (found) return std::nullopt;
        found = parameter.value;
    }
    return found;
}

}  // namespace salus::request
