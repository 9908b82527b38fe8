#include "records/resealing.h"

#include "foundation/limits.h"

namespace salus::records {
namespace {

// What a leaf calls a deletion that names nothing which is still there.
constexpr std::string_view kDeletion = "deletion";

}  // namespace

Result<ResealStep> Resealing::prepare(CompartmentId const& compartment, std::uint32_t key_version,
                                      std::optional<store::RecordPlace> const& after) {
    SALUS_TRY(auto found,
              reader_.sealed_under(compartment, key_version, after, limits::kResealedAtOnce));
    ResealStep step;
    step.next = found.next;
    for (auto& record : found.records) {
        SALUS_TRY_VOID(add(step, compartment, std::move(record)));
    }
    if (step.touched.empty()) SALUS_TRY_VOID(touch_what_stands(step));
    return step;
}

Result<void> Resealing::add(ResealStep& step, CompartmentId const& compartment,
                            store::SealedRecord record) {
    store::Reseal reseal{
        .compartment = compartment, .place = record.place, .document = {}, .index_entry = {}};
    SALUS_TRY(auto const label, this->label(record.place.address));
    if (record.document) {
        bool const names_itself = Records::deletes_by_name(record.state, *record.document);
        if (label || names_itself) {
            SALUS_TRY(auto sealed, seal_again(compartment, record, label));
            step.touched.push_back({.action = "update",
                                    .compartment = compartment,
                                    .patient_compartment = records_.is_patient(compartment),
                                    .type = label ? label->type : std::string(kDeletion),
                                    .address = record.place.address,
                                    .version = record.place.version,
                                    .stored_hash = stored_hash(sealed)});
            reseal.document.emplace(*std::move(record.document), std::move(sealed));
        } else {
            ++step.unnamed;
        }
    }
    if (record.index_entry) {
        SALUS_TRY(auto sealed, records_.sealing().seal_index_entry_again(compartment, record.place,
                                                                         *record.index_entry));
        reseal.index_entry.emplace(*std::move(record.index_entry), std::move(sealed));
    }
    if (reseal.document || reseal.index_entry) step.batch.push_back(std::move(reseal));
    return {};
}

Result<std::optional<DocumentLabel>> Resealing::label(Address const& address) {
    if (!last_label_ || last_label_->first != address) {
        SALUS_TRY(auto label, records_.label_at(address));
        last_label_.emplace(address, std::move(label));
    }
    return last_label_->second;
}

Result<crypto::Sealed> Resealing::seal_again(CompartmentId const& compartment,
                                             store::SealedRecord const& record,
                                             std::optional<DocumentLabel> const& label) {
    auto const version = record.place.version;
    bool const is_resource = !label || label->document_class == DocumentClass::resource;
    if (is_resource && Records::deletes_by_name(record.state, *record.document)) {
        return records_.sealing().seal_again({DocumentClass::deletion,
                                              compartment,
                                              {},
                                              text_of(record.place.address.bytes()),
                                              version},
                                             *record.document);
    }
    return records_.sealing().seal_again(
        {label->document_class, compartment, label->type, label->id, version}, *record.document);
}

// A batch of index entries alone: its intent names the documents beside them, which stay as they
// are, so that a start after a crash can read it.
Result<void> Resealing::touch_what_stands(ResealStep& step) {
    for (auto const& each : step.batch) {
        auto const& place = each.place;
        SALUS_TRY(auto const label, this->label(place.address));
        SALUS_TRY(auto const stored, reader_.get_version(place.address, place.version));
        if (!stored) return fail(Errc::conflict, "a record changed while it was sealed anew");
        step.touched.push_back({.action = "update",
                                .compartment = each.compartment,
                                .patient_compartment = records_.is_patient(each.compartment),
                                .type = label ? label->type : std::string(kDeletion),
                                .address = place.address,
                                .version = place.version,
                                .stored_hash = stored_hash(stored->document)});
    }
    return {};
}

Task<Result<void>> reseal(request::Tenant const& tenant, std::vector<store::Reseal> batch,
                          request::RecordedIntent const& /*intent*/, Executor& home) {
    co_return co_await tenant.store.reseal(std::move(batch), home);
}

}  // namespace salus::records
