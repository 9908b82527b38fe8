// What another policy would have decided of the requests that the audit log holds (AZ-8), before
// it comes into force. Each decision of the log is made again by the policy in force and by the
// proposed one, on the same facts (admin/replayed_request.h says which are assumed), and where the
// two differ the report says for whom. Where the one in force does not decide as is recorded, the
// facts were others; the report counts these.
//
// Reads the log, users and clients; no record, and changes nothing. Takes seconds: it belongs on a
// worker. Borrows all; one thread's own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "admin/policy_desk.h"
#include "audit_views/audit_trail.h"
#include "request/access_facts.h"

namespace salus::admin {

// What a tenant's clocks showed at a moment.
using LocalClock = std::function<request::LocalTime(WallTime)>;

struct ReplayDesk {
    authorization::Policy const& now;   // in force
    authorization::Policy const& next;  // proposed
    Subjects& subjects;
    audit_views::AuditTrail const& trail;
    json::Parser& parser;
    Clock const& clock;
    LocalClock const& local;
};

// Back from now. Of more leaves the newest are read.
struct ReplayPeriod {
    std::chrono::days days{30};           // 1 to 3660
    std::uint64_t leaves_most = 200'000;  // 1 to 1,000,000
};

// JSON, as docs/handbook/policies.md describes it. Errc::invalid: a period beyond its bounds; else
// the errors of the log (audit_views/leaf_reader.h) and of the records.
[[nodiscard]] Result<std::string> replay_policy(ReplayDesk const& desk, ReplayPeriod period);

}  // namespace salus::admin
