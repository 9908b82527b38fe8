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
    auto const text = document_->text();
    auto const end = document_->node(node_).next;
    // The innermost loop of validation and indexing: a name of another length is passed over before
    // its text is looked at.
    for (auto at = node_ + 1; at != end; at = document_->node(at + 1).next) {
        auto const& key = document_->node(at);
        bool const same = key.escapes != 0 ? document_->value(at).is_text(name)
                                           : key.end - key.begin - 2 == name.size() &&
                                                 text.substr(key.begin + 1, name.size()) == name;
        if (same) return document_->value(at + 1);
    }
    return std::nullopt;
}

std::optional<std::string> Value::text_member(std::string_view name) const {
    auto const value = member(name);
    if (!value || !value->is_string()) return std::nullopt;
    return value->text();
}

}  // namespace salus::json
