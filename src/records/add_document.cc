#include "records/add_document.h"

namespace salus::records {

Result<void> add_document(Records& records, Change const& change, request::Prepared& prepared) {
    SALUS_TRY(auto write, records.seal(change));
    prepared.touched.push_back(
        {.action = change.version == 1 ? Literal("create") : Literal("update"),
         .compartment = change.compartment,
         .patient_compartment = false,
         .type = change.type,
         .address = write.address,
         .version = change.version,
         .stored_hash = stored_hash(write.document)});
    if (!prepared.batch) prepared.batch.emplace();
    prepared.batch->writes.push_back(std::move(write));
    return {};
}

}  // namespace salus::records
