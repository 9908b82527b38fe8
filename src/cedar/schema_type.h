// Types of the policy language, as a schema declares them and as the validator infers them (Cedar
// language reference, "Schema", "Data types"). Immutable; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace salus::cedar {

enum class TypeKind : std::uint8_t {
    boolean,
    always_true,   // inferred: an expression that can have no other value
    always_false,  // likewise
    integer,
    text,
    entity,
    set,
    record,
    ip_range,
    decimal,
    date_time,
    duration,
};

struct Type;
using TypePointer = std::shared_ptr<Type const>;

struct AttributeType {
    TypePointer type;
    bool required = true;
};
using AttributeTypes = std::map<std::string, AttributeType, std::less<>>;

struct Type {
    TypeKind kind = TypeKind::boolean;
    std::string entity;         // of an entity: the name of its type, with namespaces
    TypePointer element;        // of a set
    AttributeTypes attributes;  // of a record, which has no other ones
    // Types that it is made of, itself among them, and how deep they stand in each other. A type
    // that is named in two places counts twice, because whoever walks along it meets it twice.
    std::size_t size = 1;
    std::size_t depth = 1;

    [[nodiscard]] bool is_boolean() const noexcept {
        return kind == TypeKind::boolean || kind == TypeKind::always_true ||
               kind == TypeKind::always_false;
    }
};

// nullptr is of no kind.
[[nodiscard]] inline bool is_kind(TypePointer const& type, TypeKind kind) noexcept {
    return type != nullptr && type->kind == kind;
}

[[nodiscard]] TypePointer plain_type(TypeKind kind);
[[nodiscard]] TypePointer entity_type(std::string name);
[[nodiscard]] TypePointer set_type(TypePointer element);
[[nodiscard]] TypePointer record_type(AttributeTypes attributes);

// The least type that both are of, as Cedar's strict mode has it: entities of one type, records of
// the same attributes of which the same ones are required. nullptr: there is none.
[[nodiscard]] TypePointer common_type(TypePointer const& one, TypePointer const& other);

// As a schema spells it; shortened after some hundred bytes.
[[nodiscard]] std::string to_text(Type const& type);

}  // namespace salus::cedar
