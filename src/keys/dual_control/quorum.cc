#include "keys/dual_control/quorum.h"

#include <algorithm>

namespace salus::keys {
namespace {

// The text is canonical, signed by its proposer, and for these people of this instance.
Result<Proposal> check_text(ProposalRecord const& record, CustodianSet const& custodians,
                            std::string_view instance) {
    SALUS_TRY(auto proposal, parse_proposal(record.text));
    if (proposal.instance != instance)
        return fail(Errc::invalid, "the proposal is for another instance or tenant");
    if (proposal.custodians != custodians.hash())
        return fail(Errc::invalid, "the custodians or their policy changed since the proposal");
    auto const* proposer = custodians.find(proposal.proposer);
    if (proposer == nullptr) return fail(Errc::forbidden, "the proposer is no custodian");
    auto const role = proposing_role(proposal.operation);
    if (role && proposer->role != *role)
        return fail(Errc::forbidden, "the proposer's role does not propose this operation");
    if (!proposer->key.verify(signature_algorithm(proposer->key), proposal_message(record.hash()),
                              record.signature))
        return fail(Errc::forbidden, "the proposal's signature is not its proposer's");
    return proposal;
}

Result<Proposal> check_now(ProposalRecord const& record, Circumstances const& now) {
    SALUS_TRY(auto proposal, check_text(record, now.custodians, now.instance));
    if (proposal.state != now.state)
        return fail(Errc::invalid, "what the proposal acts on is not as it was proposed");
    if (now.now >= proposal.expires) return fail(Errc::forbidden, "the proposal has expired");
    return proposal;
}

bool has_decided(ProposalRecord const& record, CustodianName const& custodian, Decision decision) {
    return std::ranges::any_of(record.ballots, [&](ReceivedBallot const& each) {
        return each.ballot.custodian == custodian && each.ballot.decision == decision;
    });
}

}  // namespace

Result<Proposal> Quorum::admit(ProposalRecord const& record, Circumstances const& now) {
    SALUS_TRY(auto proposal, check_now(record, now));
    auto const lifetime = now.custodians.policy().lifetime;
    if (proposal.not_before >= proposal.expires || proposal.expires - now.now > lifetime)
        return fail(Errc::invalid, "the proposal's times are not as the policy allows");
    return proposal;
}

Result<void> Quorum::admit(ProposalRecord const& record, Ballot const& ballot,
                           Circumstances const& now) {
    if (record.phase != ProposalPhase::open)
        return fail(Errc::conflict, "the proposal is no longer open");
    SALUS_TRY(auto const proposal, check_now(record, now));
    if (ballot.proposal != record.hash())
        return fail(Errc::invalid, "the ballot is for another proposal");
    auto const* custodian = now.custodians.find(ballot.custodian);
    if (custodian == nullptr) return fail(Errc::forbidden, "who votes is no custodian");
    if (!is_signed_by(ballot, *custodian))
        return fail(Errc::forbidden, "the ballot's signature is not the custodian's");
    if (has_decided(record, ballot.custodian, ballot.decision))
        return fail(Errc::conflict, "this custodian has decided already");
    if (ballot.decision == Decision::veto) return {};
    if (ballot.custodian == proposal.proposer)
        return fail(Errc::forbidden, "the proposer does not approve his own proposal");
    if (has_decided(record, ballot.custodian, Decision::veto))
        return fail(Errc::conflict, "this custodian has vetoed the proposal");
    return {};
}

Tally Quorum::tally(ProposalRecord const& record, Proposal const& proposal,
                    CustodianSet const& custodians) {
    Tally tally;
    auto const hash = record.hash();
    std::optional<Role> first_role;
    for (auto const& [ballot, received] : record.ballots) {
        auto const* custodian = custodians.find(ballot.custodian);
        if (custodian == nullptr || ballot.proposal != hash || !is_signed_by(ballot, *custodian))
            continue;
        if (ballot.decision == Decision::veto) {
            tally.vetoed = true;
            continue;
        }
        bool const counted =
            std::ranges::find(tally.approvers, ballot.custodian) != tally.approvers.end();
        if (counted || ballot.custodian == proposal.proposer) continue;
        tally.approvers.push_back(ballot.custodian);
        tally.latest_approval = std::max(tally.latest_approval, received);
        if (!first_role) first_role = custodian->role;
        tally.two_roles = tally.two_roles || custodian->role != *first_role;
    }
    std::ranges::sort(tally.approvers);
    return tally;
}

Result<Approval> Quorum::count(ProposalRecord const& record, Proposal proposal,
                               CustodianSet const& custodians) {
    auto tally = Quorum::tally(record, proposal, custodians);
    if (tally.vetoed) return fail(Errc::forbidden, "a custodian has vetoed the proposal");
    if (std::cmp_less(tally.approvers.size(), custodians.policy().approvals))
        return fail(Errc::forbidden, "too few custodians have approved the proposal");
    if (!tally.two_roles)
        return fail(Errc::forbidden, "those who approved the proposal all have one role");
    return Approval(std::move(proposal), record.hash(), std::move(tally.approvers));
}

Result<Approval> Quorum::approve(ProposalRecord const& record, Circumstances const& now) {
    if (record.phase != ProposalPhase::open)
        return fail(Errc::conflict, "the proposal was executed before");
    SALUS_TRY(auto proposal, check_now(record, now));
    if (now.now < proposal.not_before)
        return fail(Errc::forbidden, "the proposal may not be executed yet");
    bool const destructive = is_destructive(proposal.operation);
    auto const approved = tally(record, proposal, now.custodians).latest_approval;
    SALUS_TRY(auto approval, count(record, std::move(proposal), now.custodians));
    if (destructive && now.now < approved + now.custodians.policy().cool_off)
        return fail(Errc::forbidden, "the time in which a destruction can be vetoed is not over");
    return approval;
}

Result<Approval> Quorum::resume(ProposalRecord const& record, std::string_view instance) {
    if (record.phase != ProposalPhase::begun)
        return fail(Errc::conflict, "the proposal is not in execution");
    SALUS_TRY(auto const custodians, CustodianSet::parse(record.custodians));
    SALUS_TRY(auto proposal, check_text(record, custodians, instance));
    return count(record, std::move(proposal), custodians);
}

}  // namespace salus::keys
