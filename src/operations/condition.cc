// https://hl7.org/fhir/R4/http.html#ccreate
#include "operations/condition.h"

#include <algorithm>

#include "foundation/check.h"
#include "operations/request_reader.h"
#include "operations/search.h"

namespace salus::operations {
namespace {

constexpr std::string_view kGuardType = "ConditionGuard";

Result<store::Write> next_guard(Context const& context, std::string_view criterion,
                                std::optional<store::Current> const& current) {
    records::Change guard;
    guard.document_class = records::DocumentClass::condition_guard;
    guard.type = kGuardType;
    guard.id = criterion;
    guard.compartment = context.records.addressing().identity_compartment();
    guard.version = current ? current->version + 1 : 1;
    guard.when = context.clock.now();
    guard.expires_at = to_unix_seconds(guard.when) + limits::kConditionGuardTime.count();
    return context.records.seal(guard);
}

}  // namespace

Result<Conditioned> resolve_condition(Context const& context, request::IntentFacts const& facts,
                                      std::vector<std::string> const& without) {
    SALUS_CHECK(facts.condition != nullptr);
    auto const& criterion = RequestReader::id(facts.criterion);
    // Before the search: what is created between the two moves the guard, and the commit conflicts.
    SALUS_TRY(auto const guard, context.records.current(kGuardType, criterion));
    SALUS_TRY(auto matches,
              live_matches(context, *facts.condition, limits::kConditionMatches + without.size()));
    std::erase_if(matches, [&](std::string const& id) {
        return std::ranges::find(without, facts.type + "/" + id) != without.end();
    });
    if (matches.size() > 1) {
        return fail(Errc::precondition_failed, "several resources match the condition");
    }
    Conditioned conditioned;
    if (matches.size() == 1) {
        conditioned.id = std::move(matches.front());
        return conditioned;
    }
    SALUS_TRY(conditioned.guard, next_guard(context, criterion, guard));
    return conditioned;
}

}  // namespace salus::operations
