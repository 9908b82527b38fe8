// Quorum: whether the people who must agree have agreed (KEY-2). It trusts nothing of what was kept
// but that it is the latest: proposal, membership and every signature are checked again each time,
// against the custodians of now. A change of the custodians or of their policy, or of what the
// proposal acts on, ends every open proposal. Pure functions, any thread.
#pragma once

#include "keys/dual_control/approval.h"
#include "keys/dual_control/proposal_record.h"

namespace salus::keys {

// What a proposal is held against.
struct Circumstances {
    CustodianSet const& custodians;  // the pinned ones, of now
    std::string_view instance;       // realm and tenant
    crypto::Sha256Digest state{};    // of what the proposal acts on, now
    std::int64_t now = 0;            // unix seconds
};

// What the valid ballots come to.
struct Tally {
    std::vector<CustodianName> approvers;  // sorted; the proposer is never among them
    bool vetoed = false;
    bool two_roles = false;            // among the approvers
    std::int64_t latest_approval = 0;  // when the last of them was received
};

class Quorum {
public:
    // A new proposal, before it is kept. Errc::forbidden: not signed by a custodian of now whose
    // role may propose this; Errc::invalid: for another instance, set, or state, or of a time that
    // the policy does not allow.
    static Result<Proposal> admit(ProposalRecord const& record, Circumstances const& now);
    // A ballot for an open proposal, before it is kept. Errc::forbidden: not a custodian of now, or
    // not his signature; Errc::conflict: decided already, or no longer open; Errc::invalid: for
    // another proposal. Nobody approves twice, and the proposer not at all; anybody may veto, after
    // an approval and after a proposal of one's own too.
    static Result<void> admit(ProposalRecord const& record, Ballot const& ballot,
                              Circumstances const& now);

    static Tally tally(ProposalRecord const& record, Proposal const& proposal,
                       CustodianSet const& custodians);

    // To execute. Errc::conflict: begun or executed already; Errc::forbidden, with what is missing:
    // ballots, a second role, time; vetoed; expired; or as admit().
    static Result<Approval> approve(ProposalRecord const& record, Circumstances const& now);
    // To go on with what was begun and then interrupted: its time and state are past, the people
    // are those of its beginning. Errc::conflict: not begun, or executed.
    static Result<Approval> resume(ProposalRecord const& record, std::string_view instance);

private:
    static Result<Approval> count(ProposalRecord const& record, Proposal proposal,
                                  CustodianSet const& custodians);
};

}  // namespace salus::keys
