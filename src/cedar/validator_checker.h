// The type checker: of what type an expression is in one triple of principal type, action and
// resource type. Private to the room; one checker, one thread; borrows everything.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cedar/expression.h"
#include "cedar/schema.h"
#include "cedar/validator_capabilities.h"

namespace salus::cedar {

struct ValidationEnvironment {
    ActionDeclaration const& action;
    std::string const& principal;  // a type
    std::string const& resource;
};

class TypeChecker {
public:
    struct Answer {
        TypePointer type;            // nullptr: it has none, and the reason was reported
        CapabilitySet capabilities;  // if it is true
    };

    // `steps` go down; at 0 nothing is looked at any more.
    TypeChecker(Schema const& schema, ValidationEnvironment environment, std::size_t& steps)
        : schema_(schema), environment_(environment), steps_(steps) {}

    // Of all conditions of a policy together.
    [[nodiscard]] TypePointer check(std::span<Condition const> conditions);
    // Everything that was found wrong, kFindingsMost at most. Entity types and actions that are not
    // declared are not: they are wrong in every triple (validator_names.h).
    [[nodiscard]] std::vector<Message> const& messages() const noexcept { return messages_; }

private:
    using Check = Answer (TypeChecker::*)(Expression const&);

    [[nodiscard]] Answer check(Expression const& expression);
    [[nodiscard]] static Check check_of(Operation operation);
    [[nodiscard]] Answer boolean(Expression const& expression);
    // An answer whose type is one of these, or none.
    [[nodiscard]] Answer expect(Expression const& expression, TypeKind kind);
    [[nodiscard]] Answer expect_holder(Expression const& expression);  // entity or record
    [[nodiscard]] Answer refuse(Expression const& expression, std::string_view wanted,
                                Type const& found);
    void report(Position position, std::string text);

    [[nodiscard]] Answer literal(Expression const& expression);
    [[nodiscard]] Answer entity_literal(EntityUid const& uid) const;
    [[nodiscard]] Answer variable(Expression const& expression);
    [[nodiscard]] Answer conditional(Expression const& expression);
    template <class Operand>
    [[nodiscard]] Answer all_of(std::size_t count, Operand operand);
    [[nodiscard]] Answer conjunction(Expression const& expression);
    [[nodiscard]] Answer disjunction(Expression const& expression);
    [[nodiscard]] Answer negation(Expression const& expression);
    [[nodiscard]] static Answer negated(Answer const& answer);

    [[nodiscard]] Answer arithmetic(Expression const& expression);
    [[nodiscard]] Answer equality(Expression const& expression);
    [[nodiscard]] TypeKind equality_of(Expression const& expression, Type const& one,
                                       Type const& other) const;
    [[nodiscard]] Answer comparison(Expression const& expression);
    [[nodiscard]] Answer contains(Expression const& expression);
    [[nodiscard]] Answer contains_all(Expression const& expression);
    [[nodiscard]] Answer is_empty(Expression const& expression);
    [[nodiscard]] Answer like(Expression const& expression);
    [[nodiscard]] Answer set(Expression const& expression);
    [[nodiscard]] Answer record(Expression const& expression);
    [[nodiscard]] Answer call(Expression const& expression);
    void check_constructor(Expression const& expression);
    void require_common(Expression const& expression, TypePointer const& one,
                        TypePointer const& other);

    [[nodiscard]] Answer attribute(Expression const& expression);
    [[nodiscard]] Answer has(Expression const& expression);
    [[nodiscard]] Answer get_tag(Expression const& expression);
    [[nodiscard]] Answer has_tag(Expression const& expression);
    [[nodiscard]] Answer is(Expression const& expression);
    [[nodiscard]] Answer is_in(Expression const& expression);
    [[nodiscard]] Answer in(Expression const& expression);
    [[nodiscard]] TypeKind action_in(EntityUid const& action,
                                     std::vector<EntityUid> const& groups) const;
    [[nodiscard]] AttributeType const* attribute_of(Type const& type, std::string_view name) const;
    // The entity of a literal, or of the variable `action`.
    [[nodiscard]] std::optional<EntityUid> entity_of(Expression const& expression) const;
    [[nodiscard]] std::optional<std::vector<EntityUid>> entities_of(
        Expression const& expression) const;

    Schema const& schema_;
    ValidationEnvironment environment_;
    std::size_t& steps_;
    std::size_t depth_ = 0;
    Capabilities capabilities_;
    std::vector<Message> messages_;
};

}  // namespace salus::cedar
