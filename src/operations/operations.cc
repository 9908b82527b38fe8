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
#include "operations/record_duties.h"
#include "operations/search.h"
#include "operations/transaction.h"
#include "operations/validate.h"
#include "operations/write.h"

namespace salus::operations {

namespace {

using request::Interaction;

// To a caller of one patient what does not exist is refused before, because nothing says whose it
// is. What its granular scopes do not leave is refused in the same words.
Error told_as_absent(request::Permit const& permit, Error error) {
    auto const& intent = permit.intent();
    auto const& constraints = permit.constraints();
    bool const asks = constraints.any() && permit.caller().facts().patient_compartment &&
                      error.code == Errc::not_found;
    // Whose a Patient is, its id says.
    bool const by_id = !intent.id.empty() && intent.type != "Patient" &&
                       !constraints.reach_beyond_patient(intent.interaction, intent.type);
    if (!asks || (!by_id && intent.interaction != Interaction::transaction)) return error;
    return {Errc::forbidden, "no scope of the token permits this", {}};
}

Result<request::Prepared> perform(Context const& context, request::Permit const& permit) {
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

}  // namespace

Result<request::Prepared> prepare(Workplace const& workplace, request::Permit const& permit,
                                  request::LabelRemoval* removal) {
    // What decides of a record (its Encounter's place, who cares, the patient's consents) and the
    // record itself are of one moment: else a change of both would show one of them as it was
    // before.
    SALUS_TRY(auto const view, workplace.records.view());
    ConsentFilter consents(workplace.records, workplace.parser, permit, workplace.consent,
                           workplace.clock.now());
    PermittedRecords records(workplace.records, workplace.parser, permit, consents, removal);
    Context const context(workplace, records);
    auto prepared = perform(context, permit);
    if (!prepared) return fail(told_as_absent(permit, std::move(prepared).error()));
    SALUS_TRY_VOID(add_record_duties(context, permit, *prepared));
    return prepared;
}

}  // namespace salus::operations
