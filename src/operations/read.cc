// https://hl7.org/fhir/R4/http.html#read and #vread
#include "operations/read.h"

#include "operations/answers.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

Result<request::Prepared> answer(Context const& context, request::Permit const& permit,
                                 std::optional<records::StoredDocument> document) {
    auto const& intent = permit.intent();
    if (!document) return fail(Errc::not_found, "no such resource");
    if (document->state == store::VersionState::deleted) {
        return fail(Errc::gone, "the resource was deleted");
    }
    bool const unchanged = intent.if_none_match == document->version;
    auto prepared = resource_answer(context, intent.type, *std::move(document));
    if (unchanged) {
        prepared.status = 304;
        prepared.content = request::NoContent{};
    }
    return prepared;
}

}  // namespace

Result<request::Prepared> read(Context const& context, request::Permit const& permit) {
    auto const& intent = permit.intent();
    SALUS_TRY(auto document, context.records.get(records::DocumentClass::resource, intent.type,
                                                 RequestReader::id(intent.id)));
    return answer(context, permit, std::move(document));
}

Result<request::Prepared> vread(Context const& context, request::Permit const& permit) {
    auto const& intent = permit.intent();
    SALUS_TRY(auto document, context.records.get_version(intent.type, RequestReader::id(intent.id),
                                                         intent.version));
    return answer(context, permit, std::move(document));
}

}  // namespace salus::operations
