// https://hl7.org/fhir/R4/http.html#patch
#include "operations/patch.h"

#include "operations/condition.h"
#include "operations/request_reader.h"
#include "operations/written.h"

namespace salus::operations {
namespace {

// What the server sets is not patched: it would be silently set again.
bool changes_server_fields(json::Value before, json::Value after) {
    auto const meta_before = before.member("meta");
    auto const meta_after = after.member("meta");
    if (!meta_before || !meta_after) return false;
    for (auto const* name : {"versionId", "lastUpdated"}) {
        auto const stated = meta_after->text_member(name);
        if (stated && stated != meta_before->text_member(name)) return true;
    }
    return false;
}

Result<EphiText> apply(Context const& context, request::IntentFacts const& intent,
                       fhir::ResourceView const& before) {
    if (intent.fhirpath_patch) return intent.fhirpath_patch->apply(before, context.parser);
    return intent.patch->apply(RequestReader::root(before), fhir::EmptiedLists::go);
}

Result<void> check_identity(fhir::ResourceView const& before, fhir::ResourceView const& after) {
    if (&before.type() != &after.type() || before.id() != after.id()) {
        return fail(Errc::unprocessable, "a patch does not change a resource's type or id");
    }
    if (changes_server_fields(RequestReader::root(before), RequestReader::root(after))) {
        return fail(Errc::unprocessable, "a patch does not change versionId or lastUpdated");
    }
    return {};
}

}  // namespace

Result<fhir::Resource> patched(Context const& context, request::IntentFacts const& intent,
                               request::AllowedElements const& allowed,
                               records::StoredDocument const& document) {
    SALUS_TRY(auto const before, fhir::Reader::index(document.text.clone(), context.parser));
    SALUS_TRY(auto text, apply(context, intent, before.view()));
    auto const profiles = context.profiles();
    auto after = fhir::Reader::parse(std::move(text), context.parser, profiles.get());
    if (!after && !allowed.all) {
        return fail(Errc::unprocessable, "the patched resource is not valid");
    }
    if (!after) return fail(std::move(after).error());
    SALUS_TRY_VOID(check_identity(before.view(), after->view()));
    return after;
}

Result<request::Prepared> patch(Context const& context, request::Permit const& permit) {
    auto const& intent = permit.intent();
    auto id = std::string(RequestReader::id(intent.id));
    if (intent.condition) {
        SALUS_TRY(auto conditioned, resolve_condition(context, intent));
        if (!conditioned.id) return fail(Errc::not_found, "no resource matches the condition");
        id = *std::move(conditioned.id);
    }
    SALUS_TRY(auto const document, context.records.get(intent.interaction, intent.type, id));
    if (!document) return fail(Errc::not_found, "no such resource");
    store::Current const current{document->compartment, document->version, document->state};
    SALUS_TRY_VOID(check_bound(permit, current));
    SALUS_TRY_VOID(check_preconditions(intent, current));
    if (document->state == store::VersionState::deleted) {
        return fail(Errc::gone, "the resource was deleted");
    }
    SALUS_TRY(auto const resource, patched(context, intent, permit.elements(), *document));
    auto const when = context.clock.now();
    Staging const staging{
        intent.interaction, resource.view(),        id, document->version + 1, "update", when,
        kNoReferences,      permit.caller().facts()};
    SALUS_TRY(auto staged, stage(context, staging));
    SALUS_TRY_VOID(check_bound(permit, staged));
    auto prepared = written(context, permit, std::move(staged), id, when);
    refuse_conflicts(intent, prepared);
    return prepared;
}

}  // namespace salus::operations
