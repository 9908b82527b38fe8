// Only a quorum that was checked makes an Approval (KEY-2).
// EXPECT: calling a private constructor of class 'salus::keys::Approval'
// EXPECT: Approval::Approval\(.*is private
#include "keys/dual_control/approval.h"

using salus::keys::Approval;

std::size_t approvers(salus::keys::Proposal proposal) {
#ifdef FORBIDDEN
    return Approval(std::move(proposal), {}, {}).approvers().size();
#else
    return proposal.parameters.size();
#endif
}
