// Which expressions depend on what a partial request leaves open. Whoever is in doubt is said to
// depend. Pure; borrows what it is made of; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cedar/plan.h"

namespace salus::cedar {

class Unknowns {
public:
    Unknowns(PartialRequest const& partial, Entities const& entities)
        : partial_(partial), entities_(entities) {}

    // Whether its value, or whether it errs, may differ between two completions.
    [[nodiscard]] bool depends(Expression const& expression) const;
    // Certainly a Boolean, and no error, in every completion.
    [[nodiscard]] bool is_total(Expression const& expression) const;
    // Whether this entity may be the resource. Of the resource itself: true.
    [[nodiscard]] bool may_be_resource(EntityUid const& uid) const;
    // Adds the names of the unknown attributes that it may read, once for each place.
    void collect(Expression const& expression, std::vector<std::string>& names) const;

private:
    // What a chain of attributes leads to; for the resource itself, its known uid or a stand-in.
    struct Target {
        bool known = false;  // else nothing is known of it
        EntityUid const* entity = nullptr;
        Record const* record = nullptr;
        bool is_set = false;
    };
    [[nodiscard]] static Target to(Value const* value);
    [[nodiscard]] Target follow(Expression const& expression) const;
    [[nodiscard]] Target follow_attribute(Expression const& expression) const;
    [[nodiscard]] Target attribute_of(EntityUid const& uid, std::string_view name) const;

    // nullptr: it is known.
    [[nodiscard]] UnknownAttribute const* find(std::string_view name) const;
    // Of `resource.name` where name is unknown; otherwise nothing.
    [[nodiscard]] Knowledge knowledge(Expression const& expression) const;
    [[nodiscard]] bool may_lead_to_resource(Expression const& expression) const;
    [[nodiscard]] bool any_depends(Expression const& expression, std::size_t first) const;
    [[nodiscard]] bool attribute_depends(Expression const& expression) const;
    [[nodiscard]] bool membership_depends(Expression const& expression) const;
    // Certainly no error.
    [[nodiscard]] bool is_safe(Expression const& expression) const;
    [[nodiscard]] bool is_safe_set(Expression const& expression) const;

    PartialRequest const& partial_;
    Entities const& entities_;
};

}  // namespace salus::cedar
