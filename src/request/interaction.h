// What a request wants to do, in FHIR's words (https://hl7.org/fhir/R4/http.html) and our own for
// the routes beside FHIR. Deny by default (AZ-1): a route that is not one of these does not exist.
#pragma once

#include <cstdint>
#include <span>

#include "foundation/literal.h"

namespace salus::request {

enum class Interaction : std::uint8_t {
    // FHIR, on one resource
    read,
    vread,
    update,
    remove,
    history_instance,
    patch,
    everything,   // Patient/[id]/$everything
    meta,         // $meta
    meta_add,     // $meta-add
    meta_delete,  // $meta-delete
    // FHIR, on a type
    create,
    search_type,
    validate,
    history_type,
    // FHIR, on the system
    transaction,
    batch,
    history_system,
    capabilities,
    // The same for programs that do not speak FHIR
    open_api,
    // Authorization server
    token,
    introspection,         // RFC 7662
    revocation,            // RFC 7009
    pushed_authorization,  // RFC 9126
    launch_open,           // an EHR opens a launch (SMART App Launch 2.2)
    user_info,             // OpenID Connect Core section 5.3
    openid_configuration,
    // Pages for people
    authorization,  // the authorization endpoint, RFC 6749 section 3.1
    sign_in,
    account,
    end_session,  // OpenID Connect RP-Initiated Logout
    page_script,  // the script that a page loads
    authorization_server_metadata,
    smart_configuration,
    json_web_key_set,
    access_evaluation_metadata,  // OpenID AuthZEN 1.0
    // Administration
    definitions_load,
    definitions_list,
    definitions_remove,
    key_status,
    key_rotation,
    client_add,
    client_list,
    client_remove,
    user_add,
    user_list,
    user_change,
    // Keys: what several people decide
    custodians_set,
    custodians_read,
    proposal_draft,
    proposal_add,
    proposal_list,
    proposal_read,
    ballot_add,
    proposal_execute,
    hold_place,
    hold_list,
    keys_seal,
    control_check,
    backup_begin,
    backup_state,
    backup_drill_report,
    // Questions about the policy in force
    policy_read,
    policy_document,
    policy_explain,
    access_evaluation,   // OpenID AuthZEN 1.0
    access_evaluations,  // several at once
    // How it is changed
    policy_versions,
    policy_version,
    policy_propose,
    policy_replay,
    policy_approve,
    policy_activate,
    policy_withdraw,
    // Views of the audit log
    audit_search,   // AuditEvent
    audit_event,    // AuditEvent/[index of a leaf]
    access_report,  // Patient/[id]/$access-report
    accounting,     // Patient/[id]/$accounting
    audit_proof,    // that a leaf is in the signed log
    audit_details,  // leaves with their sealed details opened
};

// What it is about. With Access, which scope permits it (scope.h).
enum class Family : std::uint8_t {
    resource,   // by a scope on the type; what has parts, by them
    bundle,     // entry by entry
    discovery,  // documents that describe the server
    token,      // and what becomes of one
    page,       // pages for people; who they are is asked of the session, not of a token
    launch,     // of an app by an EHR
    user_info,  // of the person that the token acts for
    // Administration, each by the scope of its name: admin/definitions.read and so on
    definitions,
    clients,
    users,
    keys,
    check,
    backups,
    policies,
    // Views of the audit log
    audit_event,   // by a scope that names AuditEvent
    audit_detail,  // by admin/audit.read
    receipt,       // of the caller's own request, without a scope
};
enum class Access : std::uint8_t { none, read, search, create, update, remove };

// One row of the table that says everything about an interaction which needs no request.
struct InteractionForm {
    Literal name;
    Family family;
    Access access;
    bool writes;
    // What must be permitted instead of itself; empty: itself.
    std::span<Interaction const> parts;
};

[[nodiscard]] std::span<Interaction const> all_interactions() noexcept;
// REQUIRES nothing: what is not in the table permits nothing, and counts as a write.
[[nodiscard]] InteractionForm const& form_of(Interaction interaction) noexcept;
[[nodiscard]] bool is_administration(Family family) noexcept;
// The word that audit leaves, CapabilityStatement and messages use.
[[nodiscard]] Literal name_of(Interaction interaction) noexcept;
// What must be permitted so that this is: itself, or simpler interactions. To patch is to read and
// to update, because what a patch does tells what stands there.
[[nodiscard]] std::span<Interaction const> parts_of(Interaction const& interaction) noexcept;
// Changes stored data: an intent leaf goes before it.
[[nodiscard]] bool is_write(Interaction interaction) noexcept;
// Shows the audit log, and is recorded as a reading of it.
[[nodiscard]] bool is_audit_view(Interaction interaction) noexcept;
// Answered without an access token: discovery documents, the endpoints of the authorization server,
// and pages, which ask for a session by themselves.
[[nodiscard]] bool is_public(Interaction interaction) noexcept;

}  // namespace salus::request
