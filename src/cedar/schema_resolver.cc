#include "cedar/schema_resolver.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

namespace salus::cedar {
namespace {

constexpr std::size_t kSchemaMessagesMost = 50;

// What a common type may not be called (Cedar language reference, "Reserved names").
constexpr std::array<std::string_view, 8> kNotCommonTypes = {
    "Bool", "Boolean", "Entity", "Extension", "Long", "Record", "Set", "String"};

std::optional<TypeKind> built_in(std::string_view name) {
    if (name == "Bool") return TypeKind::boolean;
    if (name == "Long") return TypeKind::integer;
    if (name == "String") return TypeKind::text;
    if (name == "ipaddr") return TypeKind::ip_range;
    if (name == "decimal") return TypeKind::decimal;
    if (name == "datetime") return TypeKind::date_time;
    if (name == "duration") return TypeKind::duration;
    return std::nullopt;
}

// __cedar, or something in it.
bool is_reserved(std::string_view path) {
    return ("::" + std::string(path) + "::").contains("::__cedar::");
}

std::string full_name(NamespaceSyntax const& space, std::string_view name) {
    return space.name.text.empty() ? std::string(name) : space.name.text + "::" + std::string(name);
}

// Where a name in a namespace is looked for, in this order.
std::vector<std::string> candidates(NamespaceSyntax const& space, std::string const& name) {
    if (space.name.text.empty() || name.contains("::")) return {name};
    return {full_name(space, name), name};
}

// Adds what stands above what stands above, and so on (Warshall's algorithm).
// REQUIRES: at most kSchemaDeclarationsMost of them; ancestors are among them.
template <class Declarations>
void close_ancestors(Declarations& declarations) {
    using Name = typename Declarations::key_type;
    std::map<Name, std::size_t> places;
    std::vector<Name> names;
    for (auto const& [name, declaration] : declarations) {
        places.emplace(name, names.size());
        names.push_back(name);
    }
    std::vector<std::bitset<kSchemaDeclarationsMost>> above(names.size());
    for (auto const& [name, declaration] : declarations) {
        for (auto const& parent : declaration.ancestors) {
            above[places.at(name)].set(places.at(parent));
        }
    }
    for (std::size_t middle = 0; middle < names.size(); ++middle) {
        for (auto& row : above) {
            if (row.test(middle)) row |= above[middle];
        }
    }
    for (auto& [name, declaration] : declarations) {
        auto const& row = above[places.at(name)];
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (row.test(i)) declaration.ancestors.insert(names[i]);
        }
    }
}

}  // namespace

std::expected<Schema, std::vector<Message>> SchemaResolver::resolve() {
    collect();
    if (!messages_.empty()) return std::unexpected(std::move(messages_));
    for (auto& [name, common] : common_types_)
        (void)of_full_name(name, common.syntax.name.position);
    for (auto const& space : spaces_) {
        for (auto const& entity : space.entities) declare(space, entity);
        for (auto const& action : space.actions) declare(space, action);
    }
    close_ancestors(entity_types_);
    close_ancestors(actions_);
    refuse_cycles();
    count_environments();
    if (messages_.empty()) return Schema(std::move(entity_types_), std::move(actions_));
    std::ranges::sort(messages_, [](Message const& one, Message const& other) {
        return std::tie(one.position, one.text) < std::tie(other.position, other.text);
    });
    return std::unexpected(std::move(messages_));
}

void SchemaResolver::report(Position position, std::string text) {
    Message message{position, std::move(text)};
    if (messages_.size() < kSchemaMessagesMost &&
        std::ranges::find(messages_, message) == messages_.end()) {
        messages_.push_back(std::move(message));
    }
}

void SchemaResolver::collect() {
    std::set<std::string> names;
    for (auto const& space : spaces_) {
        if (!names.insert(space.name.text).second) {
            report(space.name.position, "namespace `" + space.name.text + "` is declared twice");
        }
        if (is_reserved(space.name.text)) report(space.name.position, "`__cedar` is reserved");
        collect(space);
    }
    if (declarations_ > kSchemaDeclarationsMost || identifiers_ > kSchemaIdentifiersMost) {
        report({}, "the schema declares too much");
    }
    for (auto const& space : spaces_) refuse_shadows(space);
}

void SchemaResolver::collect(NamespaceSyntax const& space) {
    for (auto const& entity : space.entities) {
        for (auto const& name : entity.names) collect_entity(space, name);
        identifiers_ += entity.names.size() * entity.identifiers.size();
    }
    for (auto const& common : space.types) collect_common_type(space, common);
    for (auto const& action : space.actions) {
        action_types_.insert(full_name(space, "Action"));
        for (auto const& name : action.names) {
            ++declarations_;
            EntityUid uid{full_name(space, "Action"), name.text};
            if (!action_names_.try_emplace(std::move(uid), name.position).second) {
                report(name.position, "action `" + name.text + "` is declared twice");
            }
        }
    }
}

void SchemaResolver::collect_entity(NamespaceSyntax const& space, NameSyntax const& name) {
    ++declarations_;
    if (name.text == "Action") {
        report(name.position, "`Action` is the type of actions, which is not declared");
    } else if (name.text == "__cedar") {
        report(name.position, "`__cedar` is reserved");
    } else if (!entity_names_.insert(full_name(space, name.text)).second) {
        report(name.position, "entity type `" + name.text + "` is declared twice");
    }
}

void SchemaResolver::collect_common_type(NamespaceSyntax const& space,
                                         CommonTypeSyntax const& common) {
    ++declarations_;
    auto const& name = common.name;
    if (std::ranges::find(kNotCommonTypes, name.text) != kNotCommonTypes.end() ||
        name.text == "__cedar") {
        report(name.position, "`" + name.text + "` is reserved");
    } else if (!common_types_.try_emplace(full_name(space, name.text), common, space).second) {
        report(name.position, "type `" + name.text + "` is declared twice");
    }
}

void SchemaResolver::refuse_shadows(NamespaceSyntax const& space) {
    if (space.name.text.empty()) return;
    auto const refuse = [this](NameSyntax const& name) {
        if (entity_names_.contains(name.text) || common_types_.contains(name.text)) {
            report(name.position, "`" + name.text + "` is also declared outside of the namespaces");
        }
    };
    for (auto const& entity : space.entities) std::ranges::for_each(entity.names, refuse);
    for (auto const& common : space.types) refuse(common.name);
    for (auto const& action : space.actions) {
        for (auto const& name : action.names) {
            if (!action_names_.contains({"Action", name.text})) continue;
            report(name.position,
                   "action `" + name.text + "` is also declared outside of the namespaces");
        }
    }
}

TypePointer SchemaResolver::type_of(TypeSyntax const& type, NamespaceSyntax const& space) {
    if (depth_ >= kSchemaTypeDepth) {
        report(type.position, "types stand too deep in each other");
        return nullptr;
    }
    ++depth_;
    auto resolved = type_of_form(type, space);
    --depth_;
    return resolved;
}

TypePointer SchemaResolver::type_of_form(TypeSyntax const& type, NamespaceSyntax const& space) {
    switch (type.form) {
        case TypeForm::name: return named(type, space);
        case TypeForm::set: {
            auto element = type_of(type.element.front(), space);
            if (element == nullptr) return nullptr;
            return bounded(set_type(std::move(element)), type.position);
        }
        case TypeForm::record:
            return bounded(record_type(attributes_of(type.attributes, space)), type.position);
    }
    return nullptr;
}

TypePointer SchemaResolver::bounded(TypePointer type, Position position) {
    if (type->size <= kSchemaTypeSize && type->depth <= kSchemaTypeDepth) return type;
    report(position, "this type is too large");
    return nullptr;
}

TypePointer SchemaResolver::named(TypeSyntax const& type, NamespaceSyntax const& space) {
    for (auto const& name : candidates(space, type.name)) {
        if (common_types_.contains(name) || entity_names_.contains(name)) {
            return of_full_name(name, type.position);
        }
        // The type of actions is there where actions are declared.
        if (action_types_.contains(name)) return entity_type(name);
    }
    auto const plain = type.name.starts_with("__cedar::") ? type.name.substr(9) : type.name;
    if (auto const kind = built_in(plain)) return plain_type(*kind);
    report(type.position, "type `" + type.name + "` is not declared");
    return nullptr;
}

TypePointer SchemaResolver::of_full_name(std::string const& name, Position position) {
    auto const found = common_types_.find(name);
    if (found == common_types_.end()) return entity_type(name);
    auto& common = found->second;
    if (common.progress == Progress::running) {
        report(position, "type `" + name + "` is made of itself");
        return nullptr;
    }
    if (common.progress == Progress::waiting) {
        common.progress = Progress::running;
        common.type = type_of(common.syntax.type, common.space);
        common.progress = Progress::done;
    }
    return common.type;
}

AttributeTypes SchemaResolver::attributes_of(std::vector<AttributeSyntax> const& attributes,
                                             NamespaceSyntax const& space) {
    AttributeTypes types;
    for (auto const& attribute : attributes) {
        auto type = type_of(attribute.type, space);
        if (type == nullptr) continue;
        AttributeType declared{std::move(type), attribute.required};
        if (!types.try_emplace(attribute.name.text, std::move(declared)).second) {
            report(attribute.name.position,
                   "attribute `" + attribute.name.text + "` is declared twice");
        }
    }
    return types;
}

std::set<std::string> SchemaResolver::entity_types_of(std::vector<NameSyntax> const& names,
                                                      NamespaceSyntax const& space) {
    std::set<std::string> types;
    for (auto const& name : names) {
        auto const all = candidates(space, name.text);
        auto const found = std::ranges::find_if(
            all, [this](auto const& candidate) { return entity_names_.contains(candidate); });
        if (found == all.end()) {
            report(name.position, "entity type `" + name.text + "` is not declared");
        } else {
            types.insert(*found);
        }
    }
    return types;
}

void SchemaResolver::declare(NamespaceSyntax const& space, EntitySyntax const& entity) {
    EntityDeclaration declaration;
    declaration.attributes = bounded(record_type(attributes_of(entity.attributes, space)),
                                     entity.names.front().position);
    declaration.ancestors = entity_types_of(entity.parents, space);
    if (entity.tags) declaration.tags = type_of(*entity.tags, space);
    for (auto const& identifier : entity.identifiers) {
        declaration.identifiers.insert(identifier.text);
    }
    for (auto const& name : entity.names) {
        declaration.name = full_name(space, name.text);
        entity_types_.try_emplace(declaration.name, declaration);
    }
}

void SchemaResolver::declare(NamespaceSyntax const& space, ActionSyntax const& action) {
    ActionDeclaration declaration;
    declaration.ancestors = parents_of(space, action);
    declaration.principals = entity_types_of(action.principals, space);
    declaration.resources = entity_types_of(action.resources, space);
    declaration.context = context_of(space, action);
    for (auto const& name : action.names) {
        declaration.uid = {full_name(space, "Action"), name.text};
        actions_.try_emplace(declaration.uid, declaration);
    }
}

std::set<EntityUid> SchemaResolver::parents_of(NamespaceSyntax const& space,
                                               ActionSyntax const& action) {
    std::set<EntityUid> parents;
    for (auto const& parent : action.parents) {
        auto const all = candidates(space, parent.type.empty() ? "Action" : parent.type);
        auto const found = std::ranges::find_if(
            all, [&](auto const& type) { return action_names_.contains({type, parent.id.text}); });
        if (found == all.end()) {
            report(parent.id.position, "action `" + parent.id.text + "` is not declared");
        } else {
            parents.insert({*found, parent.id.text});
        }
    }
    return parents;
}

TypePointer SchemaResolver::context_of(NamespaceSyntax const& space, ActionSyntax const& action) {
    auto const none = record_type({});
    if (!action.context) return none;
    auto type = type_of(*action.context, space);
    if (type == nullptr) return none;
    if (type->kind == TypeKind::record) return type;
    report(action.context->position, "a context is a record");
    return none;
}

void SchemaResolver::refuse_cycles() {
    for (auto const& [uid, action] : actions_) {
        if (!action.ancestors.contains(uid)) continue;
        report(action_names_.at(uid), "action `" + uid.id + "` is in itself");
    }
}

void SchemaResolver::count_environments() {
    std::size_t environments = 0;
    for (auto const& [uid, action] : actions_) {
        environments += action.principals.size() * action.resources.size();
    }
    if (environments > kSchemaEnvironmentsMost) {
        report({}, "the schema has too many triples of principal type, action and resource type");
    }
}

}  // namespace salus::cedar
