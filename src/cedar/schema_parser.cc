#include "cedar/schema_parser.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "cedar/schema.h"
#include "foundation/result.h"

namespace salus::cedar {
namespace {

// Words of the language of policies, which name nothing.
constexpr std::array<std::string_view, 9> kSchemaReserved = {
    "true", "false", "if", "then", "else", "in", "is", "like", "has"};

}  // namespace

std::expected<std::vector<NamespaceSyntax>, Message> SchemaParser::parse() {
    SALUS_TRY_VOID(advance());
    std::vector<NamespaceSyntax> spaces(1);
    while (token_.kind != SchemaToken::Kind::end) {
        SALUS_TRY_VOID(annotations());
        if (token_.is_word("namespace")) {
            SALUS_TRY(auto space, name_space());
            spaces.push_back(std::move(space));
        } else {
            SALUS_TRY_VOID(declaration(spaces.front()));
        }
    }
    return spaces;
}

auto SchemaParser::advance() -> Parsed<void> {
    SALUS_TRY(token_, lexer_.next());
    return {};
}

auto SchemaParser::unexpected(std::string_view wanted) const -> std::unexpected<Message> {
    return std::unexpected(Message{token_.position, "expected " + std::string(wanted)});
}

auto SchemaParser::expect(std::string_view sign) -> Parsed<void> {
    if (!token_.is_sign(sign)) return unexpected("`" + std::string(sign) + "`");
    return advance();
}

auto SchemaParser::skip(std::string_view sign) -> Parsed<bool> {
    if (!token_.is_sign(sign)) return false;
    SALUS_TRY_VOID(advance());
    return true;
}

auto SchemaParser::skip_word(std::string_view word) -> Parsed<bool> {
    if (!token_.is_word(word)) return false;
    SALUS_TRY_VOID(advance());
    return true;
}

// They say nothing to a program; each name once.
auto SchemaParser::annotations() -> Parsed<void> {
    std::set<std::string> names;
    while (token_.is_sign("@")) {
        SALUS_TRY_VOID(advance());
        if (token_.kind != SchemaToken::Kind::identifier) return unexpected("an identifier");
        if (!names.insert(token_.value).second) {
            return std::unexpected(
                Message{token_.position, "annotation `" + token_.value + "` stands here twice"});
        }
        SALUS_TRY_VOID(advance());
        SALUS_TRY(auto const has_text, skip("("));
        if (!has_text) continue;
        SALUS_TRY_VOID(text());
        SALUS_TRY_VOID(expect(")"));
    }
    return {};
}

auto SchemaParser::name_space() -> Parsed<NamespaceSyntax> {
    NamespaceSyntax space;
    SALUS_TRY_VOID(advance());
    SALUS_TRY(space.name, path());
    SALUS_TRY_VOID(expect("{"));
    while (!token_.is_sign("}")) {
        SALUS_TRY_VOID(annotations());
        SALUS_TRY_VOID(declaration(space));
    }
    SALUS_TRY_VOID(advance());
    return space;
}

auto SchemaParser::declaration(NamespaceSyntax& space) -> Parsed<void> {
    if (token_.is_word("entity")) {
        SALUS_TRY(auto declared, entity());
        space.entities.push_back(std::move(declared));
    } else if (token_.is_word("action")) {
        SALUS_TRY(auto declared, action());
        space.actions.push_back(std::move(declared));
    } else if (token_.is_word("type")) {
        SALUS_TRY(auto declared, common_type());
        space.types.push_back(std::move(declared));
    } else {
        return unexpected("`entity`, `action`, `type` or `namespace`");
    }
    return expect(";");
}

auto SchemaParser::entity() -> Parsed<EntitySyntax> {
    EntitySyntax entity;
    bool more = true;
    while (more) {
        SALUS_TRY_VOID(advance());  // `entity` or the comma
        SALUS_TRY(auto declared, identifier());
        entity.names.push_back(std::move(declared));
        more = token_.is_sign(",");
    }
    SALUS_TRY(auto const enumerated, skip_word("enum"));
    if (!enumerated) {
        SALUS_TRY_VOID(entity_body(entity));
        return entity;
    }
    if (!token_.is_sign("[")) return unexpected("`[`");
    for (more = true; more; more = token_.is_sign(",")) {
        SALUS_TRY_VOID(advance());  // the bracket or the comma
        SALUS_TRY(auto identifier, text());
        entity.identifiers.push_back(std::move(identifier));
    }
    SALUS_TRY_VOID(expect("]"));
    return entity;
}

auto SchemaParser::entity_body(EntitySyntax& entity) -> Parsed<void> {
    SALUS_TRY(auto const has_parents, skip_word("in"));
    if (has_parents) {
        SALUS_TRY(entity.parents, paths());
    }
    SALUS_TRY(auto const has_sign, skip("="));
    if (has_sign || token_.is_sign("{")) {
        SALUS_TRY(entity.attributes, attributes(1));
    }
    SALUS_TRY(auto const has_tags, skip_word("tags"));
    if (has_tags) {
        SALUS_TRY(entity.tags, type(1));
    }
    return {};
}

auto SchemaParser::action() -> Parsed<ActionSyntax> {
    ActionSyntax action;
    bool more = true;
    while (more) {
        SALUS_TRY_VOID(advance());  // `action` or the comma
        SALUS_TRY(auto declared, name());
        action.names.push_back(std::move(declared));
        more = token_.is_sign(",");
    }
    SALUS_TRY(auto const has_parents, skip_word("in"));
    if (has_parents) {
        SALUS_TRY(action.parents, action_parents());
    }
    SALUS_TRY(auto const applies, skip_word("appliesTo"));
    if (applies) SALUS_TRY_VOID(applies_to(action));
    SALUS_TRY(auto const has_attributes, skip_word("attributes"));
    if (has_attributes) {  // the grammar has them, and allows none
        SALUS_TRY_VOID(expect("{"));
        SALUS_TRY_VOID(expect("}"));
    }
    return action;
}

auto SchemaParser::action_parents() -> Parsed<std::vector<ActionReferenceSyntax>> {
    std::vector<ActionReferenceSyntax> parents;
    SALUS_TRY(auto const several, skip("["));
    SALUS_TRY(auto first, action_reference());
    parents.push_back(std::move(first));
    while (several && token_.is_sign(",")) {
        SALUS_TRY_VOID(advance());
        SALUS_TRY(auto parent, action_reference());
        parents.push_back(std::move(parent));
    }
    if (several) SALUS_TRY_VOID(expect("]"));
    return parents;
}

// view, "view all", Clinic::Action::"view".
auto SchemaParser::action_reference() -> Parsed<ActionReferenceSyntax> {
    ActionReferenceSyntax reference;
    SALUS_TRY(reference.id, name());
    while (token_.is_sign("::")) {
        SALUS_TRY_VOID(advance());
        if (!reference.type.empty()) reference.type += "::";
        reference.type += reference.id.text;
        auto const ends = token_.kind == SchemaToken::Kind::text;
        SALUS_TRY(reference.id, name());
        if (ends) return reference;
        if (!token_.is_sign("::")) return unexpected("`::`");
    }
    return reference;
}

auto SchemaParser::applies_to(ActionSyntax& action) -> Parsed<void> {
    auto const position = token_.position;
    SALUS_TRY_VOID(expect("{"));
    bool more = true;
    while (more && !token_.is_sign("}")) {
        SALUS_TRY_VOID(applies_to_part(action));
        SALUS_TRY(more, skip(","));
    }
    SALUS_TRY_VOID(expect("}"));
    if (action.principals.empty() || action.resources.empty()) {
        return std::unexpected(Message{position, "`appliesTo` needs `principal` and `resource`"});
    }
    return {};
}

auto SchemaParser::applies_to_part(ActionSyntax& action) -> Parsed<void> {
    auto const part = token_;
    if (part.is_word("principal")) return applies_to_types(action.principals);
    if (part.is_word("resource")) return applies_to_types(action.resources);
    if (!part.is_word("context")) return unexpected("`principal`, `resource` or `context`");
    if (action.context) return unexpected("one `context`");
    SALUS_TRY_VOID(advance());
    SALUS_TRY_VOID(expect(":"));
    SALUS_TRY(action.context, type(1));
    if (action.context->form == TypeForm::set) {
        return std::unexpected(Message{action.context->position, "a context is a record"});
    }
    return {};
}

auto SchemaParser::applies_to_types(std::vector<NameSyntax>& types) -> Parsed<void> {
    auto const part = token_;
    if (!types.empty()) return unexpected("one `" + part.value + "`");
    SALUS_TRY_VOID(advance());
    SALUS_TRY_VOID(expect(":"));
    SALUS_TRY(types, paths());
    if (types.empty()) {
        return std::unexpected(Message{part.position, "`" + part.value + "` names no type"});
    }
    return {};
}

auto SchemaParser::common_type() -> Parsed<CommonTypeSyntax> {
    CommonTypeSyntax common;
    SALUS_TRY_VOID(advance());
    SALUS_TRY(common.name, identifier());
    SALUS_TRY_VOID(expect("="));
    SALUS_TRY(common.type, type(1));
    return common;
}

auto SchemaParser::type(std::size_t depth) -> Parsed<TypeSyntax> {
    TypeSyntax type;
    type.position = token_.position;
    if (depth > kSchemaTypeDepth) {
        return std::unexpected(Message{token_.position, "types stand too deep in each other"});
    }
    if (token_.is_sign("{")) {
        type.form = TypeForm::record;
        SALUS_TRY(type.attributes, attributes(depth));
        return type;
    }
    SALUS_TRY(auto name, path());
    type.name = std::move(name.text);
    if (type.name != "Set" || !token_.is_sign("<")) return type;
    SALUS_TRY_VOID(advance());
    type.form = TypeForm::set;
    SALUS_TRY(auto element, this->type(depth + 1));
    type.element.push_back(std::move(element));
    SALUS_TRY_VOID(expect(">"));
    return type;
}

auto SchemaParser::attributes(std::size_t depth) -> Parsed<std::vector<AttributeSyntax>> {
    std::vector<AttributeSyntax> attributes;
    SALUS_TRY_VOID(expect("{"));
    bool more = true;
    while (more && !token_.is_sign("}")) {
        SALUS_TRY_VOID(annotations());
        AttributeSyntax attribute;
        SALUS_TRY(attribute.name, name());
        SALUS_TRY(auto const optional, skip("?"));
        attribute.required = !optional;
        SALUS_TRY_VOID(expect(":"));
        SALUS_TRY(attribute.type, type(depth + 1));
        attributes.push_back(std::move(attribute));
        SALUS_TRY(more, skip(","));
    }
    SALUS_TRY_VOID(expect("}"));
    return attributes;
}

auto SchemaParser::identifier() -> Parsed<NameSyntax> {
    if (token_.kind != SchemaToken::Kind::identifier) return unexpected("an identifier");
    if (std::ranges::find(kSchemaReserved, token_.value) != kSchemaReserved.end()) {
        return unexpected("an identifier; `" + token_.value + "` is reserved");
    }
    NameSyntax name{token_.value, token_.position};
    SALUS_TRY_VOID(advance());
    return name;
}

auto SchemaParser::text() -> Parsed<NameSyntax> {
    if (token_.kind != SchemaToken::Kind::text) return unexpected("a text in quotes");
    NameSyntax name{token_.value, token_.position};
    SALUS_TRY_VOID(advance());
    return name;
}

auto SchemaParser::name() -> Parsed<NameSyntax> {
    return token_.kind == SchemaToken::Kind::text ? text() : identifier();
}

auto SchemaParser::path() -> Parsed<NameSyntax> {
    SALUS_TRY(auto path, identifier());
    while (token_.is_sign("::")) {
        SALUS_TRY_VOID(advance());
        SALUS_TRY(auto const part, identifier());
        path.text.append("::").append(part.text);
    }
    return path;
}

auto SchemaParser::paths() -> Parsed<std::vector<NameSyntax>> {
    std::vector<NameSyntax> paths;
    SALUS_TRY(auto const several, skip("["));
    if (!several) {
        SALUS_TRY(auto one, path());
        paths.push_back(std::move(one));
        return paths;
    }
    while (!token_.is_sign("]")) {
        if (!paths.empty()) SALUS_TRY_VOID(expect(","));
        SALUS_TRY(auto one, path());
        paths.push_back(std::move(one));
    }
    SALUS_TRY_VOID(advance());
    return paths;
}

}  // namespace salus::cedar
