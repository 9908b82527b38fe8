// /admin/policy/versions: how a tenant's policy is changed while the server runs (AZ-8). A version
// is proposed, validated and tested with the decision tables that come with it, replayed against
// past requests, approved by a second person, and activated: whole, for all requests that begin
// afterwards. Nobody activates what would shut themselves out. Each step is on record, with who
// took it; a version is kept for good.
//
// Errors are those of the records, and of policy_version.h. Belongs to one thread.
#pragma once

#include "admin/policy_replay.h"
#include "admin/policy_version.h"
#include "authorization/policy_in_force.h"
#include "foundation/clock.h"
#include "records/records.h"
#include "request/exchange.h"
#include "request/permit.h"
#include "request/prepared.h"

namespace salus::admin {

// Borrows all of it.
struct PolicyChangesDesk {
    records::Records& records;
    json::Parser& parser;
    Clock const& clock;
    authorization::PolicyInForce& in_force;
};

// As they are kept: without what decides now. Of a tenant that has none: newest 0.
[[nodiscard]] Result<PolicyVersions> policy_versions(records::Records& records,
                                                     json::Parser& parser);
// Errc::not_found. Errc::corrupt: it is not what it is called.
[[nodiscard]] Result<PolicyVersion> policy_version(records::Records& records, json::Parser& parser,
                                                   std::uint64_t number);

// {"text", "reason"; "facts", "tables"}: 201 with the version; 422 with findings: what is wrong
// with the text, by line and column, or which cases of the tables come out otherwise. Nothing is
// kept then. Errc::invalid: the content is not such an object.
[[nodiscard]] Result<request::Prepared> propose_policy(PolicyChangesDesk const& desk,
                                                       request::Exchange& exchange);
// The newest first.
[[nodiscard]] Result<request::Prepared> list_policy_versions(PolicyChangesDesk const& desk);
// With its text.
[[nodiscard]] Result<request::Prepared> show_policy_version(PolicyChangesDesk const& desk,
                                                            request::Permit const& permit);
// What a replay reads besides (policy_replay.h).
struct ReplaySources {
    Subjects& subjects;
    audit_views::AuditTrail const& trail;
    LocalClock local;
};
// {"days"}: 30 if not said. Against the policy that decides this request.
[[nodiscard]] Result<request::Prepared> replay_policy_version(PolicyChangesDesk const& desk,
                                                              ReplaySources const& sources,
                                                              request::Exchange const& exchange,
                                                              request::Permit const& permit);
// {"sha256"}: of the text that the person read.
[[nodiscard]] Result<request::Prepared> approve_policy(PolicyChangesDesk const& desk,
                                                       request::Exchange const& exchange,
                                                       request::Permit const& permit);
// {"sha256"}. Errc::unprocessable: under this version the caller could not activate another.
[[nodiscard]] Result<request::Prepared> activate_policy(PolicyChangesDesk const& desk,
                                                        request::Exchange const& exchange,
                                                        request::Permit const& permit);
[[nodiscard]] Result<request::Prepared> withdraw_policy(PolicyChangesDesk const& desk,
                                                        request::Exchange const& exchange,
                                                        request::Permit const& permit);

}  // namespace salus::admin
