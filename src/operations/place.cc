#include "operations/place.h"

#include <algorithm>

#include "fhir/compartment.h"
#include "fhir/reference.h"

namespace salus::operations {
namespace {

using request::Interaction;

std::unexpected<Error> no_place() {
    return fail(Errc::unprocessable,
                "the resource names no patient, and not all that it is about are records of one "
                "patient that the caller sees and may add this to: name the patient, too");
}

// Nothing: the record is not there, or not for the caller.
Result<std::optional<CompartmentId>> where(Context const& context, Staging const& staging,
                                           fhir::LocalReference const& record) {
    auto const type = record.type->name.text();
    if (staging.written != nullptr) {
        auto const name = std::string(type).append("/").append(record.id);
        auto const written = staging.written->find(name);
        if (written != staging.written->end()) return written->second;
    }
    auto const reads = [type](request::Scope const& scope) {
        return request::allows(scope, Interaction::read, type);
    };
    if (std::ranges::none_of(staging.caller.scopes, reads)) return std::nullopt;
    SALUS_TRY(auto const current, context.records.current(Interaction::read, type, record.id));
    if (!current) return std::nullopt;
    // Scopes in patient context are about that patient alone.
    auto const& bound = staging.caller.patient_compartment;
    if (bound && *bound != current->compartment) return std::nullopt;
    return current->compartment;
}

}  // namespace

Result<Place> place_of(Context const& context, Staging const& staging,
                       fhir::ResourceView const& stored) {
    auto const& addressing = context.records.addressing();
    SALUS_TRY(auto const patient, fhir::patient_of(stored));
    if (patient) return Place{addressing.patient_compartment(*patient)};
    auto const shared = addressing.shared_compartment();
    Place place{shared};
    SALUS_TRY(auto const records, fhir::records_about(stored));
    auto const base = context.tenant.fhir_base() + "/";
    for (std::string_view reference : records) {
        if (reference.starts_with(base)) reference.remove_prefix(base.size());
        auto const record = fhir::parse_local_reference(reference);
        if (!record) continue;  // elsewhere
        SALUS_TRY(auto const compartment, where(context, staging, *record));
        if (!compartment) return no_place();
        if (*compartment == shared) continue;
        if (place.by_records && place.compartment != *compartment) return no_place();
        place = {.compartment = *compartment, .by_records = true};
    }
    return place;
}

Error refusal_at(Place const& place, Error refusal) {
    if (!place.by_records || refusal.code != Errc::forbidden) return refusal;
    return no_place().error();
}

}  // namespace salus::operations
