// https://hl7.org/fhir/R4/http.html#ccreate
#include "operations/condition.h"

#include <algorithm>

#include "foundation/check.h"
#include "operations/request_reader.h"
#include "operations/search.h"

namespace salus::operations {
Result<Conditioned> resolve_condition(Context const& context, request::IntentFacts const& facts,
                                      std::vector<std::string> const& without) {
    SALUS_CHECK(facts.condition != nullptr);
    auto const& criterion = RequestReader::id(facts.criterion);
    // Before the search: what is created between the two moves the guard, and the commit conflicts.
    SALUS_TRY(auto const guard, context.records.current_guard(criterion));
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
    SALUS_TRY(conditioned.guard, context.records.seal_guard(criterion, guard, context.clock.now()));
    return conditioned;
}

}  // namespace salus::operations
