// Schema: which types of entities there are and what they have, which actions, and to what these
// apply (Cedar language reference, "Schema", "Human-readable schema format"). Parsed once; names
// are resolved, types of a name are what the name stands for. Immutable; any thread.
//
//   entity Patient = { name: String, "date of birth"?: datetime } tags Set<String>;
//   action read, search appliesTo { principal: [User], resource: Patient, context: { hour: Long }
//   };
#pragma once

#include <cstddef>
#include <expected>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cedar/expression.h"
#include "cedar/schema_type.h"

namespace salus::cedar {

inline constexpr std::size_t kSchemaTextBytes = 1UL << 20U;
inline constexpr std::size_t kSchemaTypeDepth = 50;
// Types in a type (Type::size).
inline constexpr std::size_t kSchemaTypeSize = 10'000;
// Entity types, common types and actions together.
inline constexpr std::size_t kSchemaDeclarationsMost = 1'000;
// Of enumerated types, together.
inline constexpr std::size_t kSchemaIdentifiersMost = 10'000;
// Triples of principal type, action and resource type.
inline constexpr std::size_t kSchemaEnvironmentsMost = 100'000;

struct EntityDeclaration {
    std::string name;                   // with namespaces
    TypePointer attributes;             // a record; of an enumerated type an empty one
    TypePointer tags;                   // nullptr: it has none
    std::set<std::string> ancestors;    // types, over any number of steps; itself if it says so
    std::set<std::string> identifiers;  // of an enumerated type: all there are
    [[nodiscard]] bool enumerated() const noexcept { return !identifiers.empty(); }
};

struct ActionDeclaration {
    EntityUid uid;
    std::set<EntityUid> ancestors;     // over any number of steps
    std::set<std::string> principals;  // types
    std::set<std::string> resources;
    TypePointer context;  // a record
};

// "Action", in a namespace or not: the type of actions, which is never declared.
[[nodiscard]] bool is_action_type(std::string_view name) noexcept;

class Schema {
public:
    using EntityTypes = std::map<std::string, EntityDeclaration, std::less<>>;
    using Actions = std::map<EntityUid, ActionDeclaration>;

    // The first thing that breaks the grammar, or else everything that is wrong with names and
    // types (at most 50 messages).
    static std::expected<Schema, std::vector<Message>> parse(std::string_view text);
    // REQUIRES: declarations as the resolver makes them.
    Schema(EntityTypes entity_types, Actions actions);

    [[nodiscard]] EntityTypes const& entity_types() const noexcept { return entity_types_; }
    [[nodiscard]] Actions const& actions() const noexcept { return actions_; }
    // nullptr: not declared. Types of actions never are.
    [[nodiscard]] EntityDeclaration const* entity_type(std::string_view name) const;
    [[nodiscard]] ActionDeclaration const* action(EntityUid const& uid) const;
    // Whether an entity of type `name` can be in one of type `ancestor`; every one is in itself.
    [[nodiscard]] bool may_be_in(std::string_view name, std::string_view ancestor) const;

private:
    EntityTypes entity_types_;
    Actions actions_;
    std::map<std::string, std::set<std::string>, std::less<>> ancestors_of_actions_;  // types
};

}  // namespace salus::cedar
