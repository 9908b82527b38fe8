// Partial evaluation: policies decided as far as they can be before a record is at hand, once for a
// search; what is left is evaluated for each record. Pure; any thread.
//
// The promise: for every completion of a partial request, Plan::evaluate() answers what
// PolicySet::evaluate() answers of all the policies: decision, satisfied, erring. A completion
//   - has the same principal, action and context, and a resource of the same type; of the same id,
//     too, unless that is unknown;
//   - has a resource with the same parents, tags and attributes, but for the unknown ones, which
//     are as their Knowledge says;
//   - answers alike of every other entity, but that an unknown id may be that of an entity which
//     is not there yet.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cedar/policy_set.h"

namespace salus::cedar {

// What is known of an attribute whose value is not. With more than `nothing` it is there.
enum class Knowledge : std::uint8_t { nothing, present, boolean, set };

struct UnknownAttribute {
    std::string name;
    Knowledge knowledge = Knowledge::nothing;
};

// Borrows what it names.
struct PartialRequest {
    // Of the resource the entities know what is known: attributes, tags, parents. Where its id is
    // unknown it stands there under an id of the caller's choice.
    Request const& request;
    std::vector<UnknownAttribute> const& unknown;  // attributes of the resource, nobody else's
    bool unknown_id = false;                       // of the resource
};

enum class Certainty : std::uint8_t { allowed, denied, depends };

struct Plan {
    // Positions in the PolicySet that was planned, ascending. Whoever is in none of the three is
    // certainly not satisfied and does not err.
    std::vector<std::uint32_t> satisfied;  // certainly
    std::vector<std::uint32_t> erring;     // certainly
    std::vector<std::uint32_t> open;       // of residual.policies()[n]: open[n]
    // Of the open policies id, effect, annotations, position; and as conditions what is left of
    // them.
    PolicySet residual;
    std::vector<std::string> reads;  // unknown attributes that the residual may read, ascending
    bool permits = false;            // some permit is certainly satisfied
    bool forbids = false;            // some forbid is

    // Of the planned set's decision, by Cedar's semantics: an erring policy is not satisfied.
    [[nodiscard]] Certainty certain() const;
    // What the planned set answers of a completion, in its positions.
    [[nodiscard]] Response evaluate(Request const& request, Entities const& entities) const;
    // As evaluate(), into a Response whose memory is used again.
    void evaluate(Request const& request, Entities const& entities, Response& response) const;
};

[[nodiscard]] Plan plan(PolicySet const& policies, PartialRequest const& partial,
                        Entities const& entities);

}  // namespace salus::cedar
