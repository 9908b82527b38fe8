// ControlEvidence: the whole catalogue of controls, each with a state computed from what the
// running instance, its files and the kernel say at the moment of asking (GOV-6). Nothing is
// remembered between two readings.
#pragma once

#include <atomic>
#include <vector>

#include "admin/control_report.h"
#include "app/configuration.h"
#include "app/last_reconciliation.h"
#include "app/syslog_state.h"
#include "audit/log.h"
#include "audit_views/audit_trail.h"
#include "authorization/policy_in_force.h"
#include "fhir/profiles/loaded_definitions.h"
#include "foundation/clock.h"
#include "foundation/raised_clock.h"
#include "http/server.h"
#include "keys/key_management_service.h"
#include "keys/keyring.h"
#include "store/store.h"
#include "transparency/signed_log.h"

namespace salus::app {

// What the evidence is read from. All outlive the report and are safe from any thread.
struct EvidenceSources {
    Configuration const& configuration;
    keys::KeyManagementService& key_service;
    store::Store& store;
    Clock const& clock;
    RaisedClock const* request_clock = nullptr;  // nullptr: requests go by `clock`
    // Of the first tenant; nullptr: the configuration's.
    authorization::PolicyInForce const* policy = nullptr;
    struct TenantSources {
        TenantName name;
        keys::Keyring& keyring;
        audit::Log& audit_log;
        transparency::SignedLog const* signed_log = nullptr;   // nullptr: nobody publishes
        audit_views::AuditTrail const* audit_trail = nullptr;  // nullptr: the log is not shown
        std::size_t intents_settled = 0;  // that a crash had left open, concluded at this start
        fhir::IndexingProgress const* indexing = nullptr;  // nullptr: nobody indexes
    };
    std::vector<TenantSources> tenants;
    LastReconciliation const* reconciliation = nullptr;  // nullptr: none is made
    SyslogState const* syslog = nullptr;                 // nullptr: nobody receives
};

class ControlEvidence final : public admin::ControlReport {
public:
    explicit ControlEvidence(EvidenceSources sources);
    ~ControlEvidence() override;

    // The listener, once it serves; nullptr again before it stops. Any thread.
    void attach(http::Server const* server);
    std::vector<admin::ControlLine> read() const override;

private:
    EvidenceSources sources_;
    WallTime const opened_;
    std::atomic<http::Server const*> server_ = nullptr;
};

}  // namespace salus::app
