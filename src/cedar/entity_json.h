// Entities, contexts and values in Cedar's JSON form (Cedar language reference, "Entities and
// context syntax"): {"__entity": {"type", "id"}}, {"__extn": {"fn", "arg"}}. Bounded by the bounds
// of the parsed document. Errors: Errc::invalid, with where it is; never a value; Errc::too_large.
// Pure functions; any thread.
#pragma once

#include <cstddef>
#include <vector>

#include "cedar/entities.h"
#include "cedar/value.h"
#include "foundation/result.h"
#include "json/document.h"

namespace salus::cedar {

// Of one list. An EntityTable takes as much memory as they have ancestors.
inline constexpr std::size_t kEntitiesMost = 1'000;
inline constexpr std::size_t kEntityParentsMost = 10'000;  // of all of them together

// {"type": "User", "id": "ada"}, or that under "__entity".
[[nodiscard]] Result<EntityUid> read_entity_uid(json::Value json);
// Numbers are integers; there is no null.
[[nodiscard]] Result<Value> read_value(json::Value json);
// An object; of a context, for example.
[[nodiscard]] Result<Record> read_record(json::Value json);
// [{"uid": ..., "attrs": {...}, "parents": [...], "tags": {...}}]; the last three may be left out.
[[nodiscard]] Result<std::vector<Entity>> read_entities(json::Value json);

}  // namespace salus::cedar
