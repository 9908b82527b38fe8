#include "operations/stage.h"

#include "consent/labels.h"
#include "fhir/compartment.h"
#include "fhir/index_entry.h"
#include "operations/blind_tokens.h"
#include "operations/care_subjects.h"
#include "operations/conditional_references.h"
#include "operations/kept_labels.h"
#include "operations/own_address.h"
#include "operations/place.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

// With whom the resource is decided, too: it tells of their care.
Result<std::vector<CompartmentId>> in_care_by(Context const& context,
                                              Ephi<Bytes> const& index_entry) {
    SALUS_TRY(auto const entry, fhir::EntryView::decode(RequestReader::entry(index_entry)));
    auto const patients = in_care_together(entry);
    if (patients.size() > kInCareTogether)
        return fail(Errc::too_large, "the resource tells of the care of too many patients");
    std::vector<CompartmentId> compartments;
    compartments.reserve(patients.size());
    for (auto const& patient : patients)
        compartments.push_back(context.records.addressing().patient_compartment(patient));
    return compartments;
}

bool is_own_patient(std::string_view reference, std::string_view base) {
    auto const part = local_part(reference, base);
    return part.size() < reference.size() && part.starts_with("Patient/");
}

// A patient of this server by an absolute address: nothing would show whose the resource is, and it
// would stand outside of the patient's compartment, where neither consents nor care reach it.
bool names_patient_by_address(json::Value value, std::string_view base) {
    if (value.is_array()) {
        for (auto const each : value.elements()) {
            if (names_patient_by_address(each, base)) return true;
        }
    }
    if (!value.is_object()) return false;
    for (auto const member : value.members()) {
        bool const reference = member.value.is_string() && member.is_named("reference");
        if (reference && is_own_patient(member.value.text(), base)) return true;
        if (!reference && names_patient_by_address(member.value, base)) return true;
    }
    return false;
}

// A resource that was cut on its way out says so in its labels. Putting it back would delete what
// the caller was not shown (https://hl7.org/fhir/R4/search.html#elements).
bool is_cut(fhir::ResourceView const& resource) {
    auto const meta = RequestReader::root(resource).member("meta");
    for (auto const* list : {"tag", "security"}) {
        auto const labels = meta ? meta->member(list) : std::nullopt;
        if (!labels || !labels->is_array()) continue;
        for (auto const label : labels->elements()) {
            auto const code = label.text_member("code");
            if (code == "SUBSETTED" || code == "REDACTED") return true;
        }
    }
    return false;
}

}  // namespace

Result<Staged> stage(Context const& context, Staging const& staging) {
    if (staging.version > 1 && is_cut(staging.resource)) {
        return fail(
            Errc::unprocessable,
            "the resource was cut when it was read (SUBSETTED, REDACTED): update all of it");
    }
    auto const type = std::string(staging.resource.type().name.text());
    fhir::ServerFields const fields{staging.id, std::to_string(staging.version), staging.when};
    auto text = fhir::stored_form(staging.resource, fields, staging.references);
    if (staging.version > 1) {
        SALUS_TRY(text, with_kept_labels(context, staging, std::move(text)));
    }
    // The stored form is read again: references between entries of a transaction are resolved now.
    SALUS_TRY(auto const stored, fhir::Reader::index(text.clone(), context.parser));
    // One that is left would hide whose the resource is: it names nobody yet.
    std::vector<std::string> conditional;
    find_conditional_references(RequestReader::root(stored.view()), conditional);
    if (!conditional.empty()) {
        return fail(Errc::invalid, "conditional references are for transactions only");
    }
    if (!fhir::is_shared_type(stored.type()) &&
        names_patient_by_address(RequestReader::root(stored.view()), context.tenant.fhir_base())) {
        return fail(Errc::invalid, "a patient of this server is referred to as Patient/[id]");
    }
    SALUS_TRY(auto const place, place_of(context, staging, stored.view()));
    auto const& compartment = place.compartment;
    bool const shared = compartment == context.records.addressing().shared_compartment();

    records::Change change;
    change.type = type;
    change.id = staging.id;
    change.compartment = compartment;
    change.version = staging.version;
    change.when = staging.when;
    auto const loaded = context.loaded_parameters();
    SALUS_TRY(change.index_entry, fhir::make_index_entry(stored.view(), staging.when, loaded.get(),
                                                         consent::label_map()));
    SALUS_TRY(auto const in_care, in_care_by(context, change.index_entry));
    if (shared || type == "Patient" || type == "Consent" || !in_care.empty()) {
        SALUS_TRY(change.tokens, tokens_of(context.records.addressing(), context.tenant.fhir_base(),
                                           RequestReader::entry(change.index_entry)));
    }
    change.text = std::move(text);
    auto sealed = context.records.seal(staging.interaction, change, in_care);
    if (!sealed) return fail(refusal_at(place, std::move(sealed).error()));
    auto& write = *sealed;
    request::Touched touched{.action = staging.action,
                             .compartment = compartment,
                             .patient_compartment = !shared,
                             .type = type,
                             .address = write.address,
                             .version = staging.version,
                             .stored_hash = records::stored_hash(write.document)};
    return Staged{std::move(write), std::move(touched), std::move(change.text)};
}

Result<Staged> stage_deletion(Context const& context, std::string_view type, std::string_view id,
                              store::Current const& current) {
    records::Change change;
    change.type = type;
    change.id = id;
    change.compartment = current.compartment;
    change.version = current.version + 1;
    change.state = store::VersionState::deleted;
    change.when = context.clock.now();
    SALUS_TRY(auto write, context.records.seal(request::Interaction::remove, change));
    bool const shared = current.compartment == context.records.addressing().shared_compartment();
    request::Touched touched{.action = "delete",
                             .compartment = current.compartment,
                             .patient_compartment = !shared,
                             .type = std::string(type),
                             .address = write.address,
                             .version = change.version,
                             .stored_hash = records::stored_hash(write.document)};
    return Staged{std::move(write), std::move(touched), EphiText()};
}

}  // namespace salus::operations
