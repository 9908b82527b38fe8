// GET and POST /admin/keys/holds: a legal hold keeps a patient's records from being erased, and the
// leaves of the audit log from being pruned, from the first on that names him; one on the whole
// tenant keeps everything (45 CFR 164.316(b)(2)(i); Federal Rule of Civil Procedure 37(e)). Anybody
// who administers keys may place one; to release one takes a proposal and ballots
// (admin/proposals.h).
#pragma once

#include <string>
#include <vector>

#include "admin/keys_desk.h"
#include "audit/retention.h"
#include "request/prepared.h"

namespace salus::admin {

struct LegalHold {
    std::string id;           // 22 characters of base64url
    std::string reason;       // for people
    std::string client;       // who placed it
    std::int64_t placed = 0;  // unix seconds
};

// The holds of one patient that are not released.
struct PatientHolds {
    std::vector<LegalHold> holds;
    std::uint64_t version = 0;  // of the document, which keeps the released ones in its history
};

[[nodiscard]] Result<PatientHolds> holds_of(KeysDesk const& desk, CompartmentId const& patient);

// What a hold on the whole tenant stands under, where others have the patient's compartment.
[[nodiscard]] inline CompartmentId whole_tenant() {
    return {};
}
// Whether the patient, or the whole tenant, is held.
[[nodiscard]] Result<bool> is_held(KeysDesk const& desk, CompartmentId const& patient);

// All holds, as the retention of the audit log sees them; `state` is another with each that was
// placed or released.
struct AllHolds {
    audit::LegalHolds holds;
    std::string state;
};
[[nodiscard]] Result<AllHolds> all_holds(KeysDesk const& desk);

// The body is {"patient": logical id, "reason": text}, or {"tenant": true, "reason": text}. 201
// with the hold's target.
[[nodiscard]] Result<request::Prepared> place_hold(KeysDesk const& desk,
                                                   request::Exchange& exchange);
[[nodiscard]] Result<request::Prepared> list_holds(KeysDesk const& desk);

// What a proposal to release it names: "COMPARTMENT/HOLD".
struct HoldTarget {
    CompartmentId patient;
    std::string hold;
};
// Errc::invalid.
[[nodiscard]] Result<HoldTarget> parse_hold_target(std::string_view target);
// Errc::not_found: there is no such hold.
[[nodiscard]] Result<LegalHold> find_hold(KeysDesk const& desk, HoldTarget const& target);
// Adds the release to what an answer commits.
[[nodiscard]] Result<void> release_hold(request::Prepared& prepared, KeysDesk const& desk,
                                        keys::Approval const& approval);

}  // namespace salus::admin
