#include "cedar/schema_type.h"

#include <algorithm>
#include <utility>

namespace salus::cedar {
namespace {

constexpr std::size_t kTypeTextBytes = 200;

TypePointer common_record(Type const& one, Type const& other) {
    if (one.attributes.size() != other.attributes.size()) return nullptr;
    AttributeTypes attributes;
    auto other_attribute = other.attributes.begin();
    for (auto const& [name, attribute] : one.attributes) {
        auto const& [other_name, peer] = *other_attribute++;
        if (name != other_name || attribute.required != peer.required) return nullptr;
        auto type = common_type(attribute.type, peer.type);
        if (type == nullptr) return nullptr;
        attributes.emplace(name, AttributeType{std::move(type), attribute.required});
    }
    return record_type(std::move(attributes));
}

void append_type(std::string& out, Type const& type);

void append_record(std::string& out, Type const& type) {
    out += '{';
    char const* separator = "";
    for (auto const& [name, attribute] : type.attributes) {
        if (out.size() > kTypeTextBytes) {
            out.append(separator).append("...");
            break;
        }
        out.append(separator).append(name).append(attribute.required ? ": " : "?: ");
        append_type(out, *attribute.type);
        separator = ", ";
    }
    out += '}';
}

void append_type(std::string& out, Type const& type) {
    switch (type.kind) {
        case TypeKind::boolean:
        case TypeKind::always_true:
        case TypeKind::always_false: out += "Bool"; break;
        case TypeKind::integer: out += "Long"; break;
        case TypeKind::text: out += "String"; break;
        case TypeKind::entity: out += type.entity; break;
        case TypeKind::set:
            out += "Set<";
            append_type(out, *type.element);
            out += '>';
            break;
        case TypeKind::record: append_record(out, type); break;
        case TypeKind::ip_range: out += "ipaddr"; break;
        case TypeKind::decimal: out += "decimal"; break;
        case TypeKind::date_time: out += "datetime"; break;
        case TypeKind::duration: out += "duration"; break;
    }
}

}  // namespace

TypePointer plain_type(TypeKind kind) {
    auto type = std::make_shared<Type>();
    type->kind = kind;
    return type;
}

TypePointer entity_type(std::string name) {
    auto type = std::make_shared<Type>();
    type->kind = TypeKind::entity;
    type->entity = std::move(name);
    return type;
}

TypePointer set_type(TypePointer element) {
    auto type = std::make_shared<Type>();
    type->kind = TypeKind::set;
    type->size += element->size;
    type->depth += element->depth;
    type->element = std::move(element);
    return type;
}

TypePointer record_type(AttributeTypes attributes) {
    auto type = std::make_shared<Type>();
    type->kind = TypeKind::record;
    for (auto const& [name, attribute] : attributes) {
        type->size += attribute.type->size;
        type->depth = std::max(type->depth, attribute.type->depth + 1);
    }
    type->attributes = std::move(attributes);
    return type;
}

TypePointer common_type(TypePointer const& one, TypePointer const& other) {
    if (one == other) return one;
    if (one->is_boolean() && other->is_boolean()) {
        return one->kind == other->kind ? one : plain_type(TypeKind::boolean);
    }
    if (one->kind != other->kind) return nullptr;
    switch (one->kind) {
        case TypeKind::entity: return one->entity == other->entity ? one : nullptr;
        case TypeKind::set: {
            auto element = common_type(one->element, other->element);
            return element == nullptr ? nullptr : set_type(std::move(element));
        }
        case TypeKind::record: return common_record(*one, *other);
        case TypeKind::boolean:
        case TypeKind::always_true:
        case TypeKind::always_false:
        case TypeKind::integer:
        case TypeKind::text:
        case TypeKind::ip_range:
        case TypeKind::decimal:
        case TypeKind::date_time:
        case TypeKind::duration: return one;
    }
    return nullptr;
}

std::string to_text(Type const& type) {
    std::string out;
    append_type(out, type);
    return out;
}

}  // namespace salus::cedar
