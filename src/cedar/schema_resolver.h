// What the names in a schema stand for. A name without a namespace is looked for in the namespace
// around it, then outside of all; a common type goes before an entity type (Cedar RFC 24); nothing
// in a namespace may have the name of something outside of all (RFC 70). Private to the room; one
// resolver, one thread; borrows the syntax.
#pragma once

#include <expected>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cedar/schema.h"
#include "cedar/schema_syntax.h"

namespace salus::cedar {

class SchemaResolver {
public:
    explicit SchemaResolver(std::vector<NamespaceSyntax> const& spaces) : spaces_(spaces) {}
    [[nodiscard]] std::expected<Schema, std::vector<Message>> resolve();

private:
    enum class Progress : std::uint8_t { waiting, running, done };
    struct CommonType {
        CommonTypeSyntax const& syntax;
        NamespaceSyntax const& space;
        Progress progress = Progress::waiting;
        TypePointer type;  // done; nullptr: something is wrong with it, and was said
    };

    void report(Position position, std::string text);
    void collect();
    void collect(NamespaceSyntax const& space);
    void collect_entity(NamespaceSyntax const& space, NameSyntax const& name);
    void collect_common_type(NamespaceSyntax const& space, CommonTypeSyntax const& common);
    void refuse_shadows(NamespaceSyntax const& space);

    // nullptr: nothing, and it was said.
    [[nodiscard]] TypePointer type_of(TypeSyntax const& type, NamespaceSyntax const& space);
    [[nodiscard]] TypePointer type_of_form(TypeSyntax const& type, NamespaceSyntax const& space);
    [[nodiscard]] TypePointer named(TypeSyntax const& type, NamespaceSyntax const& space);
    [[nodiscard]] TypePointer of_full_name(std::string const& name, Position position);
    [[nodiscard]] TypePointer bounded(TypePointer type, Position position);
    [[nodiscard]] AttributeTypes attributes_of(std::vector<AttributeSyntax> const& attributes,
                                               NamespaceSyntax const& space);
    [[nodiscard]] std::set<std::string> entity_types_of(std::vector<NameSyntax> const& names,
                                                        NamespaceSyntax const& space);

    void declare(NamespaceSyntax const& space, EntitySyntax const& entity);
    void declare(NamespaceSyntax const& space, ActionSyntax const& action);
    [[nodiscard]] std::set<EntityUid> parents_of(NamespaceSyntax const& space,
                                                 ActionSyntax const& action);
    [[nodiscard]] TypePointer context_of(NamespaceSyntax const& space, ActionSyntax const& action);
    void count_environments();
    void refuse_cycles();

    std::vector<NamespaceSyntax> const& spaces_;
    std::vector<Message> messages_;
    std::set<std::string> entity_names_;
    std::map<std::string, CommonType, std::less<>> common_types_;
    std::map<EntityUid, Position> action_names_;
    std::set<std::string> action_types_;
    std::size_t declarations_ = 0;
    std::size_t identifiers_ = 0;
    std::size_t depth_ = 0;  // of the type being looked at, through the names in it
    Schema::EntityTypes entity_types_;
    Schema::Actions actions_;
};

}  // namespace salus::cedar
