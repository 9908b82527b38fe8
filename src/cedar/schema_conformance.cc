#include "cedar/schema_conformance.h"

#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "foundation/result.h"

namespace salus::cedar {
namespace {

std::unexpected<std::string> disagrees(std::string_view where, std::string_view what) {
    return std::unexpected(std::string(where) + ": " + std::string(what));
}

// Whether there can be such an entity; its attributes are looked at where it stands itself.
bool is_declared(EntityUid const& uid, Schema const& schema) {
    if (is_action_type(uid.type)) return schema.action(uid) != nullptr;
    auto const* const type = schema.entity_type(uid.type);
    return type != nullptr && (!type->enumerated() || type->identifiers.contains(uid.id));
}

Conformance record_conforms(Record const& record, Type const& type, Schema const& schema,
                            std::string_view where) {
    for (auto const& [name, attribute] : type.attributes) {
        auto const* const value = record.find(name);
        auto const path = std::string(where) + "." + name;
        if (value == nullptr) {
            if (attribute.required) return disagrees(path, "it is absent");
            continue;
        }
        SALUS_TRY_VOID(conforms(*value, *attribute.type, schema, path));
    }
    for (auto const [name, value] : record.members()) {
        if (!type.attributes.contains(name)) {
            return disagrees(where, "it has an attribute that is not declared");
        }
    }
    return {};
}

Conformance set_conforms(Set const& set, Type const& type, Schema const& schema,
                         std::string_view where) {
    for (auto const& element : set.elements()) {
        SALUS_TRY_VOID(conforms(element, *type.element, schema, std::string(where) + "[]"));
    }
    return {};
}

// Of a plain value.
std::optional<TypeKind> kind_of(Value const& value) {
    auto const& variant = value.variant();
    if (std::holds_alternative<bool>(variant)) return TypeKind::boolean;
    if (std::holds_alternative<std::int64_t>(variant)) return TypeKind::integer;
    if (std::holds_alternative<std::string>(variant)) return TypeKind::text;
    if (std::holds_alternative<IpRange>(variant)) return TypeKind::ip_range;
    if (std::holds_alternative<Decimal>(variant)) return TypeKind::decimal;
    if (std::holds_alternative<DateTime>(variant)) return TypeKind::date_time;
    if (std::holds_alternative<Duration>(variant)) return TypeKind::duration;
    return std::nullopt;
}

std::set<EntityUid> with_ancestors(std::vector<EntityUid> const& parents, Schema const& schema) {
    std::set<EntityUid> all(parents.begin(), parents.end());
    for (auto const& parent : parents) {
        if (auto const* const action = schema.action(parent)) {
            all.insert(action->ancestors.begin(), action->ancestors.end());
        }
    }
    return all;
}

Conformance action_conforms(Entity const& entity, Schema const& schema) {
    auto const* const action = schema.action(entity.uid);
    if (action == nullptr) return disagrees("action", "it is not declared");
    auto const has_some = [](RecordPointer const& record) {
        return record != nullptr && record->size() != 0;
    };
    if (has_some(entity.attributes) || has_some(entity.tags)) {
        return disagrees("action", "it has an attribute that is not declared");
    }
    if (with_ancestors(entity.parents, schema) != action->ancestors) {
        return disagrees("action", "its parents are not those that are declared");
    }
    return {};
}

Conformance tags_conform(Record const& tags, EntityDeclaration const& declaration,
                         Schema const& schema) {
    auto const where = declaration.name + " tags";
    for (auto const [name, value] : tags.members()) {
        if (declaration.tags == nullptr) return disagrees(where, "none are declared");
        SALUS_TRY_VOID(conforms(value, *declaration.tags, schema, where));
    }
    return {};
}

}  // namespace

Conformance conforms(Value const& value, Type const& type, Schema const& schema,
                     std::string_view where) {
    auto const wrong = [&] { return disagrees(where, "it is not of type " + to_text(type)); };
    if (auto const* const set = value.set()) {
        return type.kind == TypeKind::set ? set_conforms(*set, type, schema, where) : wrong();
    }
    if (auto const* const record = value.record()) {
        return type.kind == TypeKind::record ? record_conforms(*record, type, schema, where)
                                             : wrong();
    }
    if (auto const* const uid = value.entity()) {
        if (type.kind != TypeKind::entity || type.entity != uid->type) return wrong();
        if (!is_declared(*uid, schema)) return disagrees(where, "there is no such entity");
        return {};
    }
    if (kind_of(value) != type.kind) return wrong();
    return {};
}

Conformance conforms(Request const& request, Schema const& schema) {
    auto const* const action = schema.action(request.action);
    if (action == nullptr) return disagrees("action", "it is not declared");
    if (!is_declared(request.principal, schema)) {
        return disagrees("principal", "there is no such entity");
    }
    if (!is_declared(request.resource, schema)) {
        return disagrees("resource", "there is no such entity");
    }
    if (!action->principals.contains(request.principal.type)) {
        return disagrees("principal", "the action does not apply to its type");
    }
    if (!action->resources.contains(request.resource.type)) {
        return disagrees("resource", "the action does not apply to its type");
    }
    return record_conforms(request.context, *action->context, schema, "context");
}

Conformance conforms(Entity const& entity, Schema const& schema) {
    if (is_action_type(entity.uid.type)) return action_conforms(entity, schema);
    auto const* const declaration = schema.entity_type(entity.uid.type);
    if (declaration == nullptr) return disagrees("entity", "its type is not declared");
    if (!is_declared(entity.uid, schema)) {
        return disagrees(declaration->name, "there is no such entity");
    }
    static Record const none;
    auto const& attributes = entity.attributes == nullptr ? none : *entity.attributes;
    SALUS_TRY_VOID(
        record_conforms(attributes, *declaration->attributes, schema, declaration->name));
    if (entity.tags != nullptr) {
        SALUS_TRY_VOID(tags_conform(*entity.tags, *declaration, schema));
    }
    for (auto const& parent : entity.parents) {
        if (!declaration->ancestors.contains(parent.type) || !is_declared(parent, schema)) {
            return disagrees(declaration->name, "it cannot be in what it is in");
        }
    }
    return {};
}

}  // namespace salus::cedar
