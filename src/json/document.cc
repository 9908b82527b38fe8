#include "json/document.h"

#include <charconv>

#include "foundation/secret.h"
#include "json/escape.h"

namespace salus::json {

Document::~Document() {
    if (text_) scrub(*text_);
}

Document& Document::operator=(Document&& other) noexcept {
    std::swap(text_, other.text_);
    std::swap(nodes_, other.nodes_);
    return *this;
}

std::string Value::text() const {
    return has_escapes() ? unescape(raw_text()) : std::string(raw_text());
}

std::optional<std::int64_t> Value::integer() const noexcept {
    if (!is_number()) return std::nullopt;
    auto const written = raw();
    std::int64_t number = 0;
    auto const* last = written.data() + written.size();
    auto const [end, error] = std::from_chars(written.data(), last, number);
    if (error != std::errc{} || end != last) return std::nullopt;
    return number;
}

std::optional<Value> Value::member(std::string_view name) const {
    if (!is_object()) return std::nullopt;
    for (auto const& member : members()) {
        if (member.is_named(name)) return member.value;
    }
    return std::nullopt;
}

std::optional<std::string> Value::text_member(std::string_view name) const {
    auto const value = member(name);
    if (!value || !value->is_string()) return std::nullopt;
    return value->text();
}

}  // namespace salus::json
