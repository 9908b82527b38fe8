// Entities: attributes and ancestors of what a request names (Cedar language reference,
// "Entities"). Immutable once made; any thread.
#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cedar/value.h"

namespace salus::cedar {

struct Entity {
    EntityUid uid;
    RecordPointer attributes;        // nullptr: none
    RecordPointer tags;              // nullptr: none
    std::vector<EntityUid> parents;  // direct ones
};

// Is told of entities one after the other.
class EntityVisitor {
public:
    EntityVisitor() = default;
    EntityVisitor(EntityVisitor const&) = delete;
    EntityVisitor& operator=(EntityVisitor const&) = delete;
    virtual ~EntityVisitor() = default;
    virtual void visit(std::string_view type, std::string_view id) = 0;
};

// What evaluation asks about entities. An entity that is not there has no attributes and no
// ancestors but itself.
class Entities {
public:
    Entities() = default;
    Entities(Entities const&) = delete;
    Entities& operator=(Entities const&) = delete;
    virtual ~Entities() = default;
    // nullptr: it is not there.
    [[nodiscard]] virtual Entity const* find(EntityUid const& uid) const noexcept = 0;
    // Whether `uid` is `ancestor` or has it as an ancestor, over any number of steps.
    [[nodiscard]] virtual bool is_in(EntityUid const& uid, EntityUid const& ancestor) const = 0;
    // Tells of each `ancestor` of which is_in() says yes, but for `uid` itself, in any order.
    virtual void visit_ancestors(EntityUid const& uid, EntityVisitor& visitor) const = 0;
};

// Entities in memory, any number of them. Of two with one uid the last one counts. Parents may form
// cycles, and need not be there themselves.
class EntityTable : public Entities {
public:
    explicit EntityTable(std::vector<Entity> entities);
    [[nodiscard]] Entity const* find(EntityUid const& uid) const noexcept override;
    [[nodiscard]] bool is_in(EntityUid const& uid, EntityUid const& ancestor) const override;
    void visit_ancestors(EntityUid const& uid, EntityVisitor& visitor) const override;

private:
    struct Hash {
        [[nodiscard]] std::size_t operator()(EntityUid const& uid) const noexcept;
    };
    struct Node {
        Entity entity;
        std::vector<EntityUid> ancestors;  // sorted, all steps
    };
    std::unordered_map<EntityUid, Node, Hash> nodes_;
};

}  // namespace salus::cedar
