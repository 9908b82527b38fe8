// GET and POST /admin/keys/custodians: who decides together about keys (KEY-1, KEY-2). The first
// set is appointed once; each later one takes the ballots of the set before it (admin/proposals.h).
// It is a sealed document, and pinned in a file beside the keys, so that a store that was put back
// does not bring former custodians back.
#pragma once

#include <optional>

#include "admin/keys_desk.h"
#include "request/prepared.h"

namespace salus::admin {

struct StoredCustodians {
    std::optional<keys::CustodianSet> set;  // nothing: none were appointed
    std::uint64_t version = 0;              // of the document; 0: there is none
};

// Errc::corrupt: the pin is of a later set than the store's, or the store has lost it.
[[nodiscard]] Result<StoredCustodians> stored_custodians(KeysDesk const& desk);
// Errc::precondition_failed, with what to do, when none were appointed.
[[nodiscard]] Result<keys::CustodianSet> require_custodians(KeysDesk const& desk);

// Errc::conflict: there is a set already.
[[nodiscard]] Result<request::Prepared> appoint_custodians(KeysDesk const& desk,
                                                           request::Exchange& exchange);
[[nodiscard]] Result<request::Prepared> show_custodians(KeysDesk const& desk);

// Adds the next set to what an answer commits, and pins it once it is durable. Errc::invalid: what
// was approved is not the set after this one.
[[nodiscard]] Result<void> change_custodians(request::Prepared& prepared, KeysDesk const& desk,
                                             keys::Approval const& approval,
                                             StoredCustodians const& now);

}  // namespace salus::admin
