// JSON documents (RFC 8259): parsed once into a flat array of nodes that point into the text, so
// that numbers keep their spelling (FHIR decimals: 1.0 is not 1.00) and parts can be copied byte
// for byte.
//
// Text from outside goes through parse(): complete validation (grammar, UTF-8, no duplicate member
// names, no lone surrogates, depth and size bounds). Text of our own that was authenticated goes
// through index(), which is faster and refuses only what it cannot follow; it stays memory-safe on
// any bytes.
// Thread safety: a Document is immutable; a Parser belongs to one thread.
#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/limits.h"
#include "foundation/result.h"

namespace salus::json {

enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

class Document;

// A node of a document; borrows it. Cheap to copy.
class Value {
public:
    [[nodiscard]] Kind kind() const noexcept;
    [[nodiscard]] bool is_null() const noexcept { return kind() == Kind::null; }
    [[nodiscard]] bool is_boolean() const noexcept { return kind() == Kind::boolean; }
    [[nodiscard]] bool is_number() const noexcept { return kind() == Kind::number; }
    [[nodiscard]] bool is_string() const noexcept { return kind() == Kind::string; }
    [[nodiscard]] bool is_array() const noexcept { return kind() == Kind::array; }
    [[nodiscard]] bool is_object() const noexcept { return kind() == Kind::object; }
    // Exactly as written, from first to last byte of the value.
    [[nodiscard]] std::string_view raw() const noexcept;
    // Byte offset of raw() in the document's text.
    [[nodiscard]] std::size_t offset() const noexcept;
    // REQUIRES: a string. The text without quotes, escapes resolved.
    [[nodiscard]] std::string text() const;
    // REQUIRES: a string. Between the quotes, escapes as written; equal to text() if has_escapes()
    // is false.
    [[nodiscard]] std::string_view raw_text() const noexcept;
    [[nodiscard]] bool has_escapes() const noexcept;
    // A string whose text is this one; false for every other kind.
    [[nodiscard]] bool is_text(std::string_view text) const;
    // REQUIRES: boolean.
    [[nodiscard]] bool boolean() const noexcept;
    // An integral number without fraction or exponent, within 64 bits.
    [[nodiscard]] std::optional<std::int64_t> integer() const noexcept;

    // Members of an object or elements of an array.
    [[nodiscard]] std::size_t size() const noexcept;
    // Object member; nothing if absent or not an object. Linear in the members.
    [[nodiscard]] std::optional<Value> member(std::string_view name) const;
    // The text of a member that is a string; nothing if absent or of another kind.
    [[nodiscard]] std::optional<std::string> text_member(std::string_view name) const;

    struct Member;
    class MemberIterator;
    class ElementIterator;
    template <class Iterator>
    struct Range {
        Iterator first;
        Iterator last;
        [[nodiscard]] Iterator begin() const { return first; }
        [[nodiscard]] Iterator end() const { return last; }
    };
    // REQUIRES: an object; an array.
    [[nodiscard]] Range<MemberIterator> members() const noexcept;
    [[nodiscard]] Range<ElementIterator> elements() const noexcept;

    // The same node of the same document.
    friend bool operator==(Value, Value) = default;

private:
    friend class Document;
    Value(Document const& document, std::uint32_t node) : document_(&document), node_(node) {}
    Document const* document_;
    std::uint32_t node_;
};

struct Value::Member {
    Value key;  // a string
    Value value;
    [[nodiscard]] std::string name() const { return key.text(); }
    [[nodiscard]] bool is_named(std::string_view name) const { return key.is_text(name); }
};

// Owns its text, and scrubs it when it dies: it may be ePHI. Movable; Values stay valid when the
// Document is moved only if it is held by pointer, so take Values after it has reached its place.
class Document {
public:
    Document(Document&&) noexcept = default;
    Document& operator=(Document&&) noexcept;
    Document(Document const&) = delete;
    Document& operator=(Document const&) = delete;
    ~Document();

    [[nodiscard]] Value root() const noexcept { return {*this, 0}; }
    [[nodiscard]] std::string_view text() const noexcept { return *text_; }
    [[nodiscard]] std::size_t node_count() const noexcept { return nodes_.size(); }

private:
    friend class Value;
    friend class Value::MemberIterator;
    friend class Value::ElementIterator;
    friend class Parser;
    friend class Indexer;

    // Nodes in document order. A member is two nodes: its name (a string), then its value.
    struct Node {
        std::uint32_t begin;
        std::uint32_t end;
        std::uint32_t next;  // the node after this one and everything inside it
        std::uint32_t kind : 3;
        std::uint32_t escapes : 1;
        std::uint32_t count : 28;  // members or elements
    };
    static_assert(sizeof(Node) == 16);
    static_assert(limits::kJsonNodes < (1U << 28U));

    explicit Document(std::unique_ptr<std::string> text) : text_(std::move(text)) {}
    [[nodiscard]] Node const& node(std::uint32_t at) const noexcept { return nodes_[at]; }
    [[nodiscard]] Value value(std::uint32_t at) const noexcept { return {*this, at}; }

    std::unique_ptr<std::string> text_;  // behind a pointer: a move must not copy short text
    std::vector<Node> nodes_;
};

struct ParseLimits {
    int depth = limits::kJsonDepth;
    std::size_t nodes = limits::kJsonNodes;
};

// Reuses its buffers; no string of a text stays in them.
class Parser {
public:
    explicit Parser(ParseLimits limits = {});
    ~Parser();
    Parser(Parser const&) = delete;
    Parser& operator=(Parser const&) = delete;

    // Errc::invalid: "not valid JSON", "not valid UTF-8", "duplicate member name", "number out of
    // range" (an integer beyond 64 bits or a magnitude beyond IEEE 754 double) ...
    // Errc::too_large: too many nodes, nested too deeply. A top-level scalar is a document.
    [[nodiscard]] Result<Document> parse(std::string text);
    // REQUIRES: text that parse() accepted once.
    [[nodiscard]] Result<Document> index(std::string text);

private:
    struct Engine;
    std::unique_ptr<Engine> engine_;
    ParseLimits limits_;
};

class Value::MemberIterator {
public:
    using value_type = Member;
    using difference_type = std::ptrdiff_t;
    MemberIterator(Document const& document, std::uint32_t node)
        : document_(&document), node_(node) {}
    Member operator*() const { return {document_->value(node_), document_->value(node_ + 1)}; }
    MemberIterator& operator++() {
        node_ = document_->node(node_ + 1).next;
        return *this;
    }
    MemberIterator operator++(int) {
        auto before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(MemberIterator, MemberIterator) = default;

private:
    Document const* document_;
    std::uint32_t node_;
};

class Value::ElementIterator {
public:
    using value_type = Value;
    using difference_type = std::ptrdiff_t;
    ElementIterator(Document const& document, std::uint32_t node)
        : document_(&document), node_(node) {}
    Value operator*() const { return document_->value(node_); }
    ElementIterator& operator++() {
        node_ = document_->node(node_).next;
        return *this;
    }
    ElementIterator operator++(int) {
        auto before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(ElementIterator, ElementIterator) = default;

private:
    Document const* document_;
    std::uint32_t node_;
};

inline Kind Value::kind() const noexcept {
    return static_cast<Kind>(document_->node(node_).kind);
}
inline std::string_view Value::raw() const noexcept {
    auto const& node = document_->node(node_);
    return document_->text().substr(node.begin, node.end - node.begin);
}
inline std::size_t Value::offset() const noexcept {
    return document_->node(node_).begin;
}
inline std::string_view Value::raw_text() const noexcept {
    auto const& node = document_->node(node_);
    return document_->text().substr(node.begin + 1, node.end - node.begin - 2);
}
inline bool Value::has_escapes() const noexcept {
    return document_->node(node_).escapes != 0;
}
inline bool Value::is_text(std::string_view text) const {
    if (!is_string()) return false;
    return has_escapes() ? this->text() == text : raw_text() == text;
}
inline std::size_t Value::size() const noexcept {
    return document_->node(node_).count;
}
inline bool Value::boolean() const noexcept {
    return raw().front() == 't';
}
inline auto Value::members() const noexcept -> Range<MemberIterator> {
    return {{*document_, node_ + 1}, {*document_, document_->node(node_).next}};
}
inline auto Value::elements() const noexcept -> Range<ElementIterator> {
    return {{*document_, node_ + 1}, {*document_, document_->node(node_).next}};
}

}  // namespace salus::json
