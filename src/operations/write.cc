// https://hl7.org/fhir/R4/http.html#create, #update and #delete
#include "operations/write.h"

#include "crypto/random.h"
#include "operations/answers.h"
#include "operations/request_reader.h"
#include "operations/stage.h"

namespace salus::operations {
namespace {

fhir::ReferenceMap const kNoReferences;

request::Prepared written(Context const& context, request::Permit const& permit, Staged staged,
                          std::string_view id, WallTime when) {
    auto const& intent = permit.intent();
    auto const version = staged.write.version;
    request::Prepared prepared;
    prepared.status = version == 1 ? 201 : 200;
    set_version_headers(prepared.headers, version, when);
    prepared.headers.set("Location", version_url(context, intent.type, id, version));
    if (!intent.return_minimal) {
        prepared.content = request::ResourceContent{intent.type, std::move(staged.text)};
    }
    prepared.touched.push_back(std::move(staged.touched));
    prepared.batch.emplace();
    prepared.batch->writes.push_back(std::move(staged.write));
    return prepared;
}

// If-Match names a version: a concurrent change is then the caller's business, not to be retried.
Result<void> check_if_match(request::IntentFacts const& intent,
                            std::optional<store::Current> const& current) {
    if (!intent.if_match) return {};
    if (!current || current->version != *intent.if_match) {
        return fail(Errc::precondition_failed, "If-Match does not name the current version");
    }
    return {};
}

void refuse_conflicts(request::IntentFacts const& intent, request::Prepared& prepared) {
    if (!intent.if_match) return;
    prepared.conflict =
        Error{Errc::precondition_failed, "If-Match does not name the current version", {}};
}

}  // namespace

Result<request::Prepared> create(Context const& context, request::Permit const& permit) {
    auto const id = crypto::random_uuid(context.random);
    auto const when = context.clock.now();
    Staging const staging{*permit.intent().resource, id, 1, "create", when, kNoReferences};
    SALUS_TRY(auto staged, stage(context, staging));
    return written(context, permit, std::move(staged), id, when);
}

Result<request::Prepared> update(Context const& context, request::Permit const& permit) {
    auto const& intent = permit.intent();
    auto const id = std::string(RequestReader::id(intent.id));
    SALUS_TRY(auto const current, context.records.current(intent.type, id));
    SALUS_TRY_VOID(check_if_match(intent, current));
    auto const when = context.clock.now();
    auto const version = current ? current->version + 1 : 1;
    Literal const action = current ? Literal("update") : Literal("create");
    Staging const staging{*intent.resource, id, version, action, when, kNoReferences};
    SALUS_TRY(auto staged, stage(context, staging));
    auto prepared = written(context, permit, std::move(staged), id, when);
    refuse_conflicts(intent, prepared);
    return prepared;
}

Result<request::Prepared> remove(Context const& context, request::Permit const& permit) {
    auto const& intent = permit.intent();
    auto const id = std::string(RequestReader::id(intent.id));
    SALUS_TRY(auto const current, context.records.current(intent.type, id));
    if (!current) return fail(Errc::not_found, "no such resource");
    SALUS_TRY_VOID(check_if_match(intent, current));
    request::Prepared prepared;
    prepared.status = 204;
    if (current->state == store::VersionState::deleted) return prepared;
    SALUS_TRY(auto staged, stage_deletion(context, intent.type, id, *current));
    prepared.headers.set("ETag", "W/\"" + std::to_string(staged.write.version) + "\"");
    prepared.touched.push_back(std::move(staged.touched));
    prepared.batch.emplace();
    prepared.batch->writes.push_back(std::move(staged.write));
    refuse_conflicts(intent, prepared);
    return prepared;
}

}  // namespace salus::operations
