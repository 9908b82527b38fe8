// Whether data keep to a schema: the facts that a program gives to policies have the types that the
// policies were validated against (Cedar language reference, "Request validation"). For programs'
// starts and tests; a request costs a walk along its values.
//
// What is wrong is said in the schema's words: declared names and types, never a value, an
// identifier, or a name that is not declared, since any of those may be data. Pure; any thread.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "cedar/entities.h"
#include "cedar/policy_set.h"
#include "cedar/schema.h"

namespace salus::cedar {

// An English sentence without a full stop.
using Conformance = std::expected<void, std::string>;

// `where` is named first if something is wrong: "context.network: ...".
[[nodiscard]] Conformance conforms(Value const& value, Type const& type, Schema const& schema,
                                   std::string_view where);
// Types of principal and resource, action, context.
[[nodiscard]] Conformance conforms(Request const& request, Schema const& schema);
// Attributes, tags and direct parents. An action's parents are those of the schema, and it has
// nothing else.
[[nodiscard]] Conformance conforms(Entity const& entity, Schema const& schema);

}  // namespace salus::cedar
