// What a policy names that a schema does not have, wherever it stands: types of entities, actions,
// and entities of enumerated types. Private to the room; pure, any thread.
#pragma once

#include <vector>

#include "cedar/expression.h"
#include "cedar/schema.h"

namespace salus::cedar {

[[nodiscard]] std::vector<Message> undeclared_names(Policy const& policy, Schema const& schema);

}  // namespace salus::cedar
