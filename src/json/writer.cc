#include "json/writer.h"

#include <simdjson.h>

#include "foundation/check.h"

namespace salus::json {
namespace {

// The letter after the backslash, or 0 if the character needs the \u form.
char escape_letter(char c) {
    switch (c) {
        case '"': return '"';
        case '\\': return '\\';
        case '\b': return 'b';
        case '\f': return 'f';
        case '\n': return 'n';
        case '\r': return 'r';
        case '\t': return 't';
        default: return 0;
    }
}

void append_escape(std::string& out, char c) {
    out.push_back('\\');
    if (char const letter = escape_letter(c); letter != 0) {
        out.push_back(letter);
        return;
    }
    static constexpr std::string_view kDigits = "0123456789abcdef";
    auto const code = static_cast<unsigned char>(c);
    out.append("u00");
    out.push_back(kDigits[code >> 4U]);
    out.push_back(kDigits[code & 15U]);
}

bool needs_escape(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
    out.push_back('"');
    std::size_t copied = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!needs_escape(text[i])) continue;
        out.append(text.substr(copied, i - copied));
        append_escape(out, text[i]);
        copied = i + 1;
    }
    out.append(text.substr(copied));
    out.push_back('"');
}

void append_minified(std::string& out, std::string_view valid) {
    auto const before = out.size();
    out.resize(before + valid.size() + simdjson::SIMDJSON_PADDING);
    std::size_t written = 0;
    auto const error = simdjson::minify(valid.data(), valid.size(), out.data() + before, written);
    SALUS_CHECK(error == simdjson::SUCCESS);
    out.resize(before + written);
}

std::string minify(std::string_view valid) {
    std::string out;
    append_minified(out, valid);
    return out;
}

std::string pretty(std::string_view valid) {
    auto const text = minify(valid);
    std::string out;
    out.reserve(text.size() * 2);
    std::size_t depth = 0;
    auto const line = [&] { out.append("\n").append(depth * 2, ' '); };
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        bool const opens = c == '{' || c == '[';
        bool const closes = c == '}' || c == ']';
        if (c == '"') {
            auto const begin = i++;
            while (text[i] != '"') i += text[i] == '\\' ? 2U : 1U;
            out.append(text, begin, i - begin + 1);
        } else if (opens && (text[i + 1] == '}' || text[i + 1] == ']')) {
            out.append(text, i++, 2);
        } else {
            if (closes) --depth;
            if (closes) line();
            out.push_back(c);
            if (opens) ++depth;
            if (opens || c == ',') line();
            if (c == ':') out.push_back(' ');
        }
    }
    out.push_back('\n');
    return out;
}

Writer& Writer::key(std::string_view name) {
    separate();
    append_quoted(out_, name);
    out_.push_back(':');
    comma_ = false;
    return *this;
}

Writer& Writer::string(std::string_view text) {
    separate();
    append_quoted(out_, text);
    return *this;
}

Writer& Writer::integer(std::int64_t number) {
    return raw(std::to_string(number));
}

Writer& Writer::boolean(bool value) {
    return raw(value ? "true" : "false");
}

Writer& Writer::null() {
    return raw("null");
}

Writer& Writer::raw(std::string_view valid) {
    separate();
    out_.append(valid);
    return *this;
}

Writer& Writer::open(char bracket) {
    separate();
    out_.push_back(bracket);
    comma_ = false;
    return *this;
}

Writer& Writer::close(char bracket) {
    out_.push_back(bracket);
    comma_ = true;
    return *this;
}

void Writer::separate() {
    if (comma_) out_.push_back(',');
    comma_ = true;
}

}  // namespace salus::json
