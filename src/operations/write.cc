// https://hl7.org/fhir/R4/http.html#create, #update and #delete
#include "operations/write.h"

#include "crypto/random.h"
#include "operations/condition.h"
#include "operations/request_reader.h"
#include "operations/written.h"

namespace salus::operations {
namespace {

// Which resource an update means, and what is written with it.
struct Target {
    std::string id;
    std::optional<store::Current> current;
    std::optional<store::Write> guard;
};

// Without a match: under the resource's own id, unless another resource stands there that the
// condition does not mean.
Result<Target> new_target(Context const& context, request::IntentFacts const& intent,
                          std::optional<store::Write> guard) {
    Target target{{}, {}, std::move(guard)};
    auto id = intent.resource->id();
    if (!id) {
        target.id = crypto::random_uuid(context.random);
        return target;
    }
    // What takes the id may be out of reach: whether something does is not told.
    if (context.records.hides_some(intent.interaction, intent.type)) {
        return fail(Errc::not_found, "no such resource");
    }
    SALUS_TRY(target.current, context.records.current(intent.interaction, intent.type, *id));
    if (target.current && target.current->state == store::VersionState::live) {
        return fail(Errc::conflict,
                    "the resource's id is taken by one that the condition does not match");
    }
    target.id = *std::move(id);
    return target;
}

Result<Target> target_of(Context const& context, request::IntentFacts const& intent) {
    Target target;
    target.id = RequestReader::id(intent.id);
    if (intent.condition) {
        SALUS_TRY(auto conditioned, resolve_condition(context, intent));
        if (!conditioned.id) return new_target(context, intent, std::move(conditioned.guard));
        auto const id = intent.resource->id();
        if (id && id != conditioned.id) {
            return fail(Errc::invalid, "the resource's id is not that of the match");
        }
        target.id = *std::move(conditioned.id);
    }
    SALUS_TRY(target.current, context.records.current(intent.interaction, intent.type, target.id));
    if (!target.current && context.records.hides_some(intent.interaction, intent.type)) {
        return fail(Errc::not_found, "no such resource");
    }
    return target;
}

void add_guard(std::optional<store::Write> guard, request::Prepared& prepared) {
    if (guard) prepared.batch->writes.push_back(*std::move(guard));
}

Result<request::Prepared> existing(Context const& context, request::Permit const& permit,
                                   std::string const& id) {
    SALUS_TRY(auto document,
              context.records.get(request::Interaction::search_type, permit.intent().type, id));
    if (!document || document->state != store::VersionState::live) {
        return fail(Errc::conflict, "the resource was changed by another request");
    }
    return unchanged(context, permit, id, *std::move(document));
}

}  // namespace

Result<request::Prepared> create(Context const& context, request::Permit const& permit) {
    auto const& intent = permit.intent();
    std::optional<store::Write> guard;
    if (intent.condition) {
        SALUS_TRY(auto conditioned, resolve_condition(context, intent));
        if (conditioned.id) return existing(context, permit, *conditioned.id);
        guard = std::move(conditioned.guard);
    }
    auto const id = crypto::random_uuid(context.random);
    auto const when = context.clock.now();
    Staging const staging{intent.interaction, *intent.resource,       id, 1, "create", when,
                          kNoReferences,      permit.caller().facts()};
    SALUS_TRY(auto staged, stage(context, staging));
    SALUS_TRY_VOID(check_bound(permit, staged));
    auto prepared = written(context, permit, std::move(staged), id, when);
    add_guard(std::move(guard), prepared);
    return prepared;
}

Result<request::Prepared> update(Context const& context, request::Permit const& permit) {
    auto const& intent = permit.intent();
    SALUS_TRY(auto target, target_of(context, intent));
    auto const& current = target.current;
    SALUS_TRY_VOID(check_bound(permit, current));
    SALUS_TRY_VOID(check_preconditions(intent, current));
    auto const when = context.clock.now();
    auto const version = current ? current->version + 1 : 1;
    Literal const action = current ? Literal("update") : Literal("create");
    Staging const staging{
        intent.interaction, *intent.resource,       target.id, version, action, when,
        kNoReferences,      permit.caller().facts()};
    SALUS_TRY(auto staged, stage(context, staging));
    SALUS_TRY_VOID(check_bound(permit, staged));
    auto prepared = written(context, permit, std::move(staged), target.id, when);
    add_guard(std::move(target.guard), prepared);
    refuse_conflicts(intent, prepared);
    return prepared;
}

Result<request::Prepared> remove(Context const& context, request::Permit const& permit) {
    auto const& intent = permit.intent();
    request::Prepared prepared;
    prepared.status = 204;
    auto id = std::string(RequestReader::id(intent.id));
    if (intent.condition) {
        SALUS_TRY(auto conditioned, resolve_condition(context, intent));
        if (!conditioned.id) return prepared;
        id = *std::move(conditioned.id);
    }
    SALUS_TRY(auto const current, context.records.current(intent.interaction, intent.type, id));
    if (!current) return fail(Errc::not_found, "no such resource");
    SALUS_TRY_VOID(check_bound(permit, current));
    SALUS_TRY_VOID(check_preconditions(intent, current));
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
