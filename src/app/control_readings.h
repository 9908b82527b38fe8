// Inside the room: one function for each control that has evidence to read. Each computes its
// Finding from what it reads or tries at this call; none remembers anything. What it tries, it
// tries on values of its own: no key, record or log of the instance is changed.
//
// Thread safety: any thread. Errors are findings: what cannot be read is failing.
#pragma once

#include <string>

#include "admin/control_report.h"
#include "app/control_evidence.h"
#include "request/tenant.h"

namespace salus::app {

struct Finding {
    admin::ControlState state;
    std::string evidence;
};
[[nodiscard]] inline Finding works(std::string evidence) {
    return {admin::ControlState::enforced, std::move(evidence)};
}
[[nodiscard]] inline Finding partly(std::string evidence) {
    return {admin::ControlState::partly, std::move(evidence)};
}
[[nodiscard]] inline Finding broken(std::string evidence) {
    return {admin::ControlState::failing, std::move(evidence)};
}
[[nodiscard]] inline Finding works_if(bool holds, std::string evidence) {
    return holds ? works(std::move(evidence)) : broken(std::move(evidence));
}

// Borrows for one reading.
struct EvidenceContext {
    EvidenceSources const& sources;
    http::Server const* server;  // null: nothing listens
    WallTime opened;             // when the instance was opened
    // Read once for all: the store counts its rows for it.
    Result<store::Statistics> const& statistics;
    request::DecidingPolicy policy;  // of the first tenant
};
// The first tenant, as its rooms see it; borrows.
[[nodiscard]] request::Tenant first_tenant(EvidenceContext const& context);
using Reading = Finding (*)(EvidenceContext const& context);

// TRN
Finding transport_protocols(EvidenceContext const& context);
Finding strict_transport(EvidenceContext const& context);
Finding mutual_tls(EvidenceContext const& context);
Finding outbound_trust(EvidenceContext const& context);
Finding certificate_reload(EvidenceContext const& context);
// ENC
Finding sealed_at_rest(EvidenceContext const& context);
Finding bound_ciphertexts(EvidenceContext const& context);
Finding key_backends(EvidenceContext const& context);
Finding rotated_keys(EvidenceContext const& context);
Finding erasure(EvidenceContext const& context);
Finding cryptographic_module(EvidenceContext const& context);
// KEY
Finding separate_roles(EvidenceContext const& context);
Finding dual_control(EvidenceContext const& context);
Finding recorded_key_operations(EvidenceContext const& context);
Finding secret_references(EvidenceContext const& context);
Finding process_memory(EvidenceContext const& context);
Finding loggable_types(EvidenceContext const& context);
// IAM
Finding code_flow(EvidenceContext const& context);
Finding refresh_rotation(EvidenceContext const& context);
Finding openid_connect(EvidenceContext const& context);
Finding strong_factors(EvidenceContext const& context);
Finding client_authentication(EvidenceContext const& context);
Finding token_signing(EvidenceContext const& context);
Finding token_validation(EvidenceContext const& context);
Finding bound_tokens(EvidenceContext const& context);
// AZ
Finding deny_by_default(EvidenceContext const& context);
Finding caller_attributes(EvidenceContext const& context);
Finding purpose_of_use(EvidenceContext const& context);
Finding smart_scopes(EvidenceContext const& context);
Finding step_up(EvidenceContext const& context);
Finding explained_decisions(EvidenceContext const& context);
Finding risk_signals(EvidenceContext const& context);
Finding consents(EvidenceContext const& context);
Finding policies_as_data(EvidenceContext const& context);
// MIN
Finding field_selection(EvidenceContext const& context);
Finding sealed_cursors(EvidenceContext const& context);
Finding broad_queries(EvidenceContext const& context);
// AUD
Finding recorded_events(EvidenceContext const& context);
Finding no_audit_no_access(EvidenceContext const& context);
Finding hash_chained_log(EvidenceContext const& context);
Finding mirrored_log(EvidenceContext const& context);
Finding views_of_the_log(EvidenceContext const& context);
Finding audit_retention_kept(EvidenceContext const& context);
Finding clock_synchronization(EvidenceContext const& context);
// API
Finding strict_schemas(EvidenceContext const& context);
Finding canonical_requests(EvidenceContext const& context);
Finding generic_errors(EvidenceContext const& context);
Finding connection_limits(EvidenceContext const& context);
Finding runtime_privileges(EvidenceContext const& context);
// REC
Finding backups(EvidenceContext const& context);
// GOV
Finding this_report(EvidenceContext const& context);

}  // namespace salus::app
