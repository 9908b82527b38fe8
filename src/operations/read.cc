// https://hl7.org/fhir/R4/http.html#read and #vread
#include "operations/read.h"

#include <algorithm>

#include "operations/answers.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

// Last-Modified has whole seconds, so the comparison has them too.
bool is_unchanged(request::IntentFacts const& intent, records::StoredDocument const& document) {
    if (intent.if_modified_since) {
        return to_unix_seconds(document.last_updated) <= to_unix_seconds(*intent.if_modified_since);
    }
    return std::ranges::any_of(intent.if_none_match, [&](std::optional<std::uint64_t> version) {
        return !version || *version == document.version;
    });
}

// A version is judged by where it itself stands, not by where the current one does.
bool is_reached(request::Permit const& permit, records::StoredDocument const& document) {
    auto const& bound = permit.caller().facts().patient_compartment;
    return !bound || *bound == document.compartment;
}

Result<request::Prepared> answer(Context const& context, request::Permit const& permit,
                                 std::optional<records::StoredDocument> document) {
    auto const& intent = permit.intent();
    if (!document || !is_reached(permit, *document)) {
        return fail(Errc::not_found, "no such resource");
    }
    if (document->state == store::VersionState::deleted) {
        return fail(Errc::gone, "the resource was deleted");
    }
    bool const unchanged = is_unchanged(intent, *document);
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
    SALUS_TRY(auto document,
              context.records.get(intent.interaction, intent.type, RequestReader::id(intent.id)));
    return answer(context, permit, std::move(document));
}

Result<request::Prepared> vread(Context const& context, request::Permit const& permit) {
    auto const& intent = permit.intent();
    SALUS_TRY(auto document,
              context.records.get_version(intent.interaction, intent.type,
                                          RequestReader::id(intent.id), intent.version));
    return answer(context, permit, std::move(document));
}

}  // namespace salus::operations
