// What every FHIR operation works with: one tenant's records on one thread, as the request's permit
// reaches them.
#pragma once

#include "audit_views/audit_trail.h"
#include "crypto/random.h"
#include "fhir/profiles/loaded_definitions.h"
#include "foundation/clock.h"
#include "json/document.h"
#include "operations/permitted_records.h"
#include "records/records.h"
#include "request/exchange.h"
#include "request/permit.h"
#include "request/prepared.h"

namespace salus::operations {

// Of a tenant and a thread, for all requests.
struct Workplace {
    request::Tenant const& tenant;
    records::Records& records;
    json::Parser& parser;
    crypto::Random& random;
    Clock const& clock;
    audit_views::AuditTrail* audit_trail = nullptr;     // nullptr: the log is not shown
    consent::ConsentSettings const* consent = nullptr;  // nullptr: consents are not enforced
};

// Of one request. Borrows its workplace's parts and its permit's records.
struct Context {
    request::Tenant const& tenant;
    PermittedRecords& records;
    json::Parser& parser;
    crypto::Random& random;
    Clock const& clock;
    audit_views::AuditTrail* audit_trail = nullptr;

    Context(Workplace const& workplace, PermittedRecords& permitted)
        : tenant(workplace.tenant),
          records(permitted),
          parser(workplace.parser),
          random(workplace.random),
          clock(workplace.clock),
          audit_trail(workplace.audit_trail) {}

    // Errc::not_supported where the log is not shown.
    [[nodiscard]] Result<audit_views::AuditTrail*> trail() const {
        if (audit_trail == nullptr) return fail(Errc::not_supported, "the log is not shown here");
        return audit_trail;
    }
    // Of the packages that are loaded now, for what is validated; nullptr: none can be loaded.
    [[nodiscard]] std::shared_ptr<fhir::ProfileSet const> profiles() const {
        return tenant.definitions != nullptr ? tenant.definitions->current() : nullptr;
    }
    // Search parameters of those packages; nullptr: none.
    [[nodiscard]] fhir::LoadedParametersPointer loaded_parameters() const {
        return tenant.definitions != nullptr ? tenant.definitions->parameters() : nullptr;
    }
};

}  // namespace salus::operations
