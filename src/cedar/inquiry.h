// Inquiry: one request's questions to a set of policies that differ in nothing but the action.
// Each is answered as PolicySet::evaluate() does; what does not read the action is computed once
// for all of them. Borrows everything. Belongs to one request; one thread.
#pragma once

#include "cedar/compiled_policies.h"
#include "cedar/entities.h"
#include "cedar/evaluation.h"
#include "cedar/policy_set.h"

namespace salus::cedar {

class Inquiry {
public:
    // About request.action to begin with. REQUIRES: what they name stays and stays as it is.
    Inquiry(PolicySet const& policies, Request const& request, Entities const& entities);

    // About this action from now on.
    void ask_about(EntityUid const& action) noexcept { evaluation_.ask_about(action); }
    // Into a Response whose memory is used again.
    void evaluate(Response& response);
    // Whether any policy is satisfied or errs: as evaluate() would have it, for less.
    [[nodiscard]] bool any_counts();

private:
    CompiledPolicies const& policies_;
    Evaluation evaluation_;
};

}  // namespace salus::cedar
