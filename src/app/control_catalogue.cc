#include "app/control_catalogue.h"

#include <array>

namespace salus::app {
namespace {

using admin::ControlState;

constexpr auto kControls = std::to_array<Control>({
    // Data in transit, 45 CFR 164.312(e)
    {"TRN-1",
     "TLS 1.3 or 1.2 with AEAD and forward secrecy, nothing else",
     transport_protocols,
     {}},
    {"TRN-2", "Browsers are told to use HTTPS only (HSTS)", strict_transport, {}},
    {"TRN-3", "Mutual TLS and certificate-bound tokens", mutual_tls, "between nodes: there is one"},
    {"TRN-4", "Outbound calls trust only chosen authorities", outbound_trust,
     "a reading of calls to clients' addresses, outside providers, vaults, mirrors and syslog"},
    {"TRN-5", "Certificates are replaced without a restart", certificate_reload, {}},
    // Data at rest, 45 CFR 164.312(a)(2)(iv)
    {"ENC-1",
     "Everything stored that can hold ePHI is sealed with AES-256-GCM",
     sealed_at_rest,
     {}},
    {"ENC-2",
     "A key for each patient; ciphertexts are bound to their place",
     bound_ciphertexts,
     {}},
    {"ENC-3", "A choice of key management back ends", key_backends, {}},
    {"ENC-4", "Keys are rotated online", rotated_keys, {}},
    {"ENC-5", "Destroying a patient's key erases the patient", erasure, {}},
    {"ENC-6", "Validated cryptographic module", cryptographic_module, {}},
    // Keys, and ePHI in memory
    {"KEY-1", "Separate roles for key operations", separate_roles, {}},
    {"KEY-2", "Several people approve the gravest key operations", dual_control, {}},
    {"KEY-3",
     "Key operations are recorded with who asked and who approved",
     recorded_key_operations,
     {}},
    {"KEY-4", "Secrets are named by reference, never given by value", secret_references,
     "secrets from a vault, short-lived"},
    {"KEY-5", "Keys are locked in memory; nothing is dumped", process_memory, {}},
    {"KEY-6", "What may be ePHI cannot be logged, by its type", loggable_types, {}},
    // Authentication, 45 CFR 164.312(d)
    {"IAM-1", "Authorization code flow with PKCE", code_flow, {}},
    {"IAM-2", "Services prove themselves with keys, not passwords", client_authentication, {}},
    {"IAM-3", "Short-lived signed access tokens", token_signing, {}},
    {"IAM-4", "Refresh tokens rotate", refresh_rotation, {}},
    {"IAM-5", "OpenID Connect", openid_connect, {}},
    {"IAM-6", "Multi-factor authentication", strong_factors, {}},
    {"IAM-7", "Step-up for high-risk operations", step_up, {}},
    {"IAM-8", "Every token is validated completely on every call", token_validation, {}},
    {"IAM-9", "Tokens are bound to a key and revocable at once", bound_tokens, {}},
    // Authorization, 45 CFR 164.312(a)(1), 164.502(b), 164.514(d)
    {"AZ-1", "What no policy names is refused", deny_by_default, {}},
    {"AZ-2", "Attributes of caller and record decide", caller_attributes, {}},
    {"AZ-3", "Risk at the time of the request decides", risk_signals, {}},
    {"AZ-4", "Purpose of use on every request, bound into the token", purpose_of_use, {}},
    {"AZ-5", "Consent is evaluated on every access", consents, {}},
    {"AZ-6", "SMART scopes, version 2, with version 1 mapped", smart_scopes, {}},
    {"AZ-7", "Every decision can be explained", explained_decisions, {}},
    {"AZ-8", "Policies are versioned, tested and approved data", policies_as_data, {}},
    // Data minimization
    {"MIN-1", "Callers choose fields, never wider than the policy", field_selection, {}},
    {"MIN-2", "Bounded pages behind sealed cursors", sealed_cursors, {}},
    {"MIN-3", "Broad queries are refused", broad_queries, {}},
    {"MIN-4", "De-identification and keyed pseudonyms", nullptr, "de-identification"},
    {"MIN-5", "Retention and purge by schedule", nullptr, "retention schedules"},
    // Audit, 45 CFR 164.312(b), 164.316(b)(2), 164.308(a)(1)(ii)(D)
    {"AUD-1", "Every act and refusal leaves a record", recorded_events,
     "records of what is not there yet, such as exports of many patients"},
    {"AUD-2", "No audit, no access", no_audit_no_access, {}},
    {"AUD-3", "Append-only, hash-chained and Merkle-hashed log", hash_chained_log, {}},
    {"AUD-4", "A separate witness replicates the log", mirrored_log, {}},
    {"AUD-5", "Synchronized UTC time; clock steps are seen", clock_synchronization, {}},
    {"AUD-6", "Audit retention and legal hold", audit_retention_kept, {}},
    {"AUD-7", "Activity is reviewed daily, automatically", nullptr, "the review"},
    {"AUD-8", "Export as AuditEvent, syslog and JSON lines", views_of_the_log,
     "disclosures outside this server"},
    // Secure interface
    {"API-1", "Strict schemas; unknown and duplicate members refused", strict_schemas,
     "refusal of unknown administration parameters"},
    {"API-2", "One spelling reaches one route; everything is bounded", canonical_requests, {}},
    {"API-3", "Errors tell nothing that helps an attacker", generic_errors, {}},
    {"API-4", "Gateway before other REST APIs", nullptr, "the gateway"},
    {"API-5", "Rate limits, quotas and connection limits", connection_limits,
     "rates and quotas by client, user, patient and address"},
    {"API-6", "Web application firewall", nullptr, "the Core Rule Set"},
    {"API-7", "Network rules by listener and route", nullptr,
     "allow lists and a listener of its own for administration"},
    {"API-8", "Data loss prevention", nullptr, "scans of responses and logs"},
    {"API-9", "Supply chain and least privilege at run time", runtime_privileges,
     "SBOM, signed and reproducible builds, a sandbox of its own"},
    // Business associates, 45 CFR 164.308(b), 164.314(a), 164.504(e)
    {"BAA-1", "Registry of business associate agreements", nullptr, "the registry"},
    {"BAA-2", "No token without an agreement in force", nullptr, "agreements"},
    {"BAA-3", "Subcontractors never get more than their principal", nullptr, "agreements"},
    {"BAA-4", "Return or destruction of data at the end", nullptr, "agreements"},
    {"BAA-5", "Incidents and breaches are worked through on time", nullptr, "the workflow"},
    // Contingency plan, 45 CFR 164.308(a)(7)
    {"REC-1", "Backups exist apart from the data, are young and were tried", backups, {}},
    // Governance, 45 CFR 164.308(a)(3) to (5)
    {"GOV-1", "Joiners, movers and leavers by SCIM", nullptr, "SCIM"},
    {"GOV-2", "Elevated roles are approved and end by themselves", nullptr, "elevation"},
    {"GOV-3", "Break-glass access is watched and reviewed", nullptr, "alerts, reviews on record"},
    {"GOV-4", "Access is reviewed; dormant accounts are disabled", nullptr, "access reviews"},
    {"GOV-5", "Anomalies lead to step-up or a block", nullptr, "detection and response"},
    {"GOV-6", "This report: live evidence for every control", this_report,
     "a web page, OSCAL results, a signature"},
});

}  // namespace

std::span<Control const> control_catalogue() noexcept {
    return kControls;
}

admin::ControlLine read_control(Control const& control, EvidenceContext const& context) {
    admin::ControlLine line{control.id, control.title, ControlState::not_yet, {}};
    auto const missing = "missing: " + std::string(control.missing.text());
    if (control.reading == nullptr) {
        line.evidence = missing;
        return line;
    }
    auto finding = control.reading(context);
    line.state = finding.state;
    line.evidence = std::move(finding.evidence);
    if (control.missing.empty()) return line;
    if (line.state == ControlState::enforced) line.state = ControlState::partly;
    line.evidence.append("; ").append(missing);
    return line;
}

}  // namespace salus::app
