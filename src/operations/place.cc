#include "operations/place.h"

#include <algorithm>
#include <charconv>

#include "fhir/compartment.h"
#include "fhir/reference.h"
#include "operations/own_address.h"

namespace salus::operations {
namespace {

using request::Interaction;

std::unexpected<Error> no_place() {
    return fail(Errc::unprocessable,
                "the resource names no patient, and not all that it is about are records of one "
                "patient that the caller sees and may add this to: name the patient, too");
}

std::optional<CompartmentId> where_written(Staging const& staging,
                                           fhir::LocalReference const& record) {
    if (staging.written == nullptr) return std::nullopt;
    auto const name = std::string(record.type->name.text()).append("/").append(record.id);
    auto const written = staging.written->find(name);
    return written == staging.written->end() ? std::nullopt : std::optional(written->second);
}

// As the caller sees it.
Result<std::optional<CompartmentId>> where_stored(Context const& context, Staging const& staging,
                                                  fhir::LocalReference const& record) {
    auto const type = record.type->name.text();
    auto const interaction = record.version.empty() ? Interaction::read : Interaction::vread;
    auto const reads = [&](request::Scope const& scope) {
        return request::allows(scope, interaction, type);
    };
    if (std::ranges::none_of(staging.caller.scopes, reads)) return std::nullopt;
    if (record.version.empty()) {
        SALUS_TRY(auto const current, context.records.current(interaction, type, record.id));
        return current ? std::optional(current->compartment) : std::nullopt;
    }
    std::uint64_t version = 0;
    auto const* const end = record.version.data() + record.version.size();
    auto const parsed = std::from_chars(record.version.data(), end, version);
    if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
    SALUS_TRY(auto const stored,
              context.records.get_version(interaction, type, record.id, version));
    return stored ? std::optional(stored->compartment) : std::nullopt;
}

// Nothing: the record is not there, or not for the caller. A version may stand with another patient
// than the current one does.
Result<std::optional<CompartmentId>> where(Context const& context, Staging const& staging,
                                           fhir::LocalReference const& record) {
    auto const written = where_written(staging, record);
    if (written && record.version.empty()) return written;
    SALUS_TRY(auto const stored, where_stored(context, staging, record));
    // It may be the version that the transaction makes.
    if (!stored) return written;
    // Scopes in patient context are about that patient alone.
    auto const& bound = staging.caller.patient_compartment;
    if (bound && *bound != *stored) return std::nullopt;
    return stored;
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
    auto const base = context.tenant.fhir_base();
    for (auto const& reference : records) {
        // Whose a contained resource is, only what contains it could say.
        if (reference.starts_with('#')) return no_place();
        auto const record = fhir::parse_local_reference(local_part(reference, base));
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
