#include "operations/operations.h"

#include "operations/audit_details.h"
#include "operations/audit_events.h"
#include "operations/audit_proof.h"
#include "operations/capabilities.h"
#include "operations/everything.h"
#include "operations/history.h"
#include "operations/meta.h"
#include "operations/open_api.h"
#include "operations/patch.h"
#include "operations/patient_report.h"
#include "operations/population_history.h"
#include "operations/read.h"
#include "operations/search.h"
#include "operations/transaction.h"
#include "operations/validate.h"
#include "operations/write.h"

namespace salus::operations {

Result<request::Prepared> prepare(Context const& context, request::Permit const& permit) {
    using request::Interaction;
    switch (permit.intent().interaction) {
        case Interaction::read: return read(context, permit);
        case Interaction::vread: return vread(context, permit);
        case Interaction::history_instance: return history(context, permit);
        case Interaction::history_type:
        case Interaction::history_system: return population_history(context, permit);
        case Interaction::everything: return everything(context, permit);
        case Interaction::meta: return meta(context, permit);
        case Interaction::meta_add:
        case Interaction::meta_delete: return change_meta(context, permit);
        case Interaction::patch: return patch(context, permit);
        case Interaction::search_type: return search(context, permit);
        case Interaction::validate: return validate(permit);
        case Interaction::create: return create(context, permit);
        case Interaction::update: return update(context, permit);
        case Interaction::remove: return remove(context, permit);
        case Interaction::transaction: return transaction(context, permit);
        case Interaction::capabilities: return capabilities(context, permit);
        case Interaction::open_api: return open_api(context);
        case Interaction::audit_search: return search_audit_events(context, permit);
        case Interaction::audit_event: return read_audit_event(context, permit);
        case Interaction::access_report:
        case Interaction::accounting: return patient_report(context, permit);
        case Interaction::audit_proof: return audit_proof(context, permit);
        case Interaction::audit_details: return audit_details(context, permit);
        default: break;
    }
    return fail(Errc::internal, "an interaction outside FHIR reached the FHIR operations");
}

}  // namespace salus::operations
