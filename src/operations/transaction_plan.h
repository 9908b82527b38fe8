// What a transaction will do, before anything is sealed: every entry's id is known, so that
// references between entries can be rewritten (https://hl7.org/fhir/R4/http.html#trules).
#pragma once

#include "fhir/server_fields.h"
#include "operations/context.h"

namespace salus::operations {

enum class Act : std::uint8_t { read, none, create, update, patch, erase };

struct Planned {
    Act act = Act::none;
    std::string id;
    std::optional<store::Current> current;
    std::optional<store::Write> guard;  // written with what a condition creates
    bool id_is_new = false;             // just made: nobody's yet
};

struct Plan {
    std::vector<Planned> entries;   // one for each entry of the bundle
    fhir::ReferenceMap references;  // what names an entry, or a condition's match
    bool names_versions = false;    // some If-Match: a conflict is the caller's business
};

// Errc::invalid: two entries are about one resource; Errc::precondition_failed: a version or a
// condition does not hold. The error's location names the entry.
[[nodiscard]] Result<Plan> plan_transaction(Context const& context, request::Permit const& permit);

}  // namespace salus::operations
