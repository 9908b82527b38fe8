// House: what all threads share while the server runs, built once at start-up in floor order and
// passed by reference. Every object named here is safe from any thread.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <vector>

#include "access_context/access_context.h"
#include "admin/backups.h"
#include "admin/control_report.h"
#include "admin/keys_desk.h"
#include "audit_views/audit_trail.h"
#include "authentication/token_guards.h"
#include "authentication/token_keys.h"
#include "authorization/policy_in_force.h"
#include "consent/settings.h"
#include "crypto/presented_certificate.h"
#include "crypto/random.h"
#include "factors/breached_passwords.h"
#include "factors/password.h"
#include "foundation/clock.h"
#include "foundation/log.h"
#include "foundation/sign_in_limits.h"
#include "identity/waiting_logouts.h"
#include "oauth/remote_keys.h"
#include "outside_provider/provider.h"
#include "records/compartment_index.h"
#include "request/tenant.h"
#include "sign_in/hashing_places.h"

namespace salus::pipeline {

struct TenantHouse {
    request::Tenant tenant;
    authentication::TokenKeys token_keys;
    std::unique_ptr<authorization::PolicyInForce> policy;
    std::filesystem::path custodians_file{};         // empty: the set is not pinned
    audit_views::AuditTrail* audit_trail = nullptr;  // nullptr: the log is not shown
    admin::KeyExecutor* key_executor = nullptr;  // nullptr: no operation that takes several steps
};

struct House {
    Clock const& clock;
    Log const& log;
    crypto::Random& random;
    // What patients' consents mean; nothing: they are not enforced.
    std::optional<consent::ConsentSettings> consent{};
    // What is known of where requests come from; nullptr: nothing.
    access_context::AccessContext* access_context = nullptr;
    records::IndexCache& index_cache;
    admin::ControlReport const& control_report;
    admin::Backups& backups;
    authentication::TokenGuards& token_guards;
    oauth::RemoteKeys& remote_keys;
    // Who signs in people of the first tenant, besides itself; nullptr: nobody.
    outside_provider::Provider* outside_provider = nullptr;
    // Of the listener that asks clients for certificates (RFC 8705); empty: there is none.
    std::string mutual_tls_origin{};
    // Whose word about the names of clients counts there (tls_client_auth); empty: nobody's.
    std::vector<crypto::PresentedCertificate> client_authorities{};
    std::chrono::days keep_retired{0};                  // data keys, for older backups
    std::vector<std::unique_ptr<TenantHouse>> tenants;  // the default tenant first
    // What people must look at while requests are served. They outlive the house.
    std::vector<std::atomic<bool> const*> alarms;
    // Of all threads together; what a password costs.
    std::unique_ptr<sign_in::HashingPlaces> hashing_places =
        std::make_unique<sign_in::HashingPlaces>();
    factors::PasswordCost password_cost{};
    std::optional<factors::BreachedPasswords> breached_passwords{};  // the operator's list
    // For how long a declared emergency opens a record.
    std::chrono::minutes emergency_life = limits::kEmergencyDefault;
    // From the event loops to the thread that tells clients of endings.
    std::unique_ptr<identity::WaitingLogouts> waiting_logouts =
        std::make_unique<identity::WaitingLogouts>();
};

}  // namespace salus::pipeline
