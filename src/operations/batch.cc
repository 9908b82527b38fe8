// https://hl7.org/fhir/R4/http.html#transaction
#include "operations/batch.h"

#include "operations/answers.h"

namespace salus::operations {

request::Prepared batch(std::size_t entries) {
    request::Prepared prepared;
    prepared.headers.set("Content-Type", kFhirJson);
    request::BundleContent bundle{.kind = request::BundleKind::batch_response};
    bundle.entries.resize(entries);
    prepared.content = std::move(bundle);
    return prepared;
}

}  // namespace salus::operations
