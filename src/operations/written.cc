#include "operations/written.h"

#include "fhir/operation_outcome.h"
#include "operations/answers.h"

namespace salus::operations {
namespace {

void set_content(request::Permit const& permit, EphiText text, request::Prepared& prepared) {
    auto const& intent = permit.intent();
    switch (intent.preference) {
        case request::Preference::minimal: prepared.content = request::NoContent{}; return;
        case request::Preference::operation_outcome:
            prepared.content =
                request::PlainContent{fhir::operation_outcome_success("the resource is stored")};
            return;
        case request::Preference::representation:
            prepared.content = request::ResourceContent{intent.type, std::move(text)};
            return;
    }
}

}  // namespace

Result<void> check_preconditions(request::IntentFacts const& intent,
                                 std::optional<store::Current> const& current) {
    if (intent.if_match && (!current || current->version != *intent.if_match)) {
        return fail(Errc::precondition_failed, "If-Match does not name the current version");
    }
    bool const live = current && current->state == store::VersionState::live;
    if (intent.if_none_exists && live) {
        return fail(Errc::precondition_failed, "the resource exists already");
    }
    return {};
}

void refuse_conflicts(request::IntentFacts const& intent, request::Prepared& prepared) {
    if (!intent.if_match) return;
    prepared.conflict =
        Error{Errc::precondition_failed, "If-Match does not name the current version", {}};
}

// Decided before, of where it stood then; another writer may have moved it since.
Result<void> check_bound(request::Permit const& permit,
                         std::optional<store::Current> const& leaves) {
    auto const& bound = permit.caller().facts().patient_compartment;
    if (!bound || !leaves || *bound == leaves->compartment) return {};
    // As if it were not there.
    return fail(Errc::not_found, "no such resource");
}

Result<void> check_bound(request::Permit const& permit, Staged const& enters) {
    auto const& bound = permit.caller().facts().patient_compartment;
    if (!bound || *bound == enters.touched.compartment) return {};
    return fail(Errc::forbidden, "the resource would belong to another patient");
}

request::Prepared written(Context const& context, request::Permit const& permit, Staged staged,
                          std::string_view id, WallTime when) {
    auto const version = staged.write.version;
    request::Prepared prepared;
    prepared.status = version == 1 ? 201 : 200;
    set_version_headers(prepared.headers, version, when);
    auto const url = version_url(context, permit.intent().type, id, version);
    prepared.headers.set("Location", url);
    set_content(permit, std::move(staged.text), prepared);
    prepared.touched.push_back(std::move(staged.touched));
    prepared.batch.emplace();
    prepared.batch->writes.push_back(std::move(staged.write));
    return prepared;
}

request::Prepared unchanged(Context const& context, request::Permit const& permit,
                            std::string_view id, records::StoredDocument document) {
    request::Prepared prepared;
    auto const& type = permit.intent().type;
    prepared.touched.push_back(touched_by_reading(context, type, document));
    set_version_headers(prepared.headers, document.version, document.last_updated);
    prepared.headers.set("Location", version_url(context, type, id, document.version));
    set_content(permit, std::move(document.text), prepared);
    return prepared;
}

}  // namespace salus::operations
