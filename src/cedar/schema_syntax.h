// A schema as it is written, before its names are resolved. Private to the room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cedar/expression.h"

namespace salus::cedar {

// An identifier, a text, or a path (A::B, without the white space that may stand in it).
struct NameSyntax {
    std::string text;
    Position position;
};

enum class TypeForm : std::uint8_t { name, set, record };

struct AttributeSyntax;

struct TypeSyntax {
    TypeForm form = TypeForm::name;
    Position position;
    std::string name;
    std::vector<TypeSyntax> element;  // of a set: one
    std::vector<AttributeSyntax> attributes;
};

struct AttributeSyntax {
    NameSyntax name;
    bool required = true;
    TypeSyntax type;
};

struct EntitySyntax {
    std::vector<NameSyntax> names;
    std::vector<NameSyntax> parents;
    std::vector<AttributeSyntax> attributes;
    std::optional<TypeSyntax> tags;
    std::vector<NameSyntax> identifiers;  // of an enumerated type: at least one
};

struct ActionReferenceSyntax {
    std::string type;  // a path; empty: the action's own type
    NameSyntax id;
};

struct ActionSyntax {
    std::vector<NameSyntax> names;
    std::vector<ActionReferenceSyntax> parents;
    std::vector<NameSyntax> principals;
    std::vector<NameSyntax> resources;
    std::optional<TypeSyntax> context;
};

struct CommonTypeSyntax {
    NameSyntax name;
    TypeSyntax type;
};

struct NamespaceSyntax {
    NameSyntax name;  // empty: none
    std::vector<EntitySyntax> entities;
    std::vector<ActionSyntax> actions;
    std::vector<CommonTypeSyntax> types;
};

}  // namespace salus::cedar
