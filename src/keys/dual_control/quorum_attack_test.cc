// Attacks on dual control (KEY-2): each must be refused, and for its own reason.
#include <gtest/gtest.h>

#include "foundation/check.h"
#include "keys/dual_control/dual_control_for_test.h"

namespace salus::keys {
namespace {

class QuorumTest : public testing::Test {
protected:
    QuorumTest() : record_(people_.propose(people_.proposal())) {}

    [[nodiscard]] Circumstances at(std::int64_t now) const {
        return {.custodians = set_,
                .instance = kThisInstance,
                .state = crypto::sha256(bytes_of("state")),
                .now = now};
    }
    // As a compromised keeper would: nothing is checked.
    void keep(Ballot ballot, std::int64_t received = kProposedAt) {
        record_.ballots.push_back({std::move(ballot), received});
    }
    void approve_by(std::string const& who) { keep(people_.ballot(record_, who)); }

    [[nodiscard]] std::string_view attempt(std::int64_t now = kProposedAt + kCoolOff) const {
        auto const approval = Quorum::approve(record_, at(now));
        return approval ? "approved" : approval.error().why.text();
    }
    [[nodiscard]] std::string_view cast(Ballot const& ballot) const {
        auto const admitted = Quorum::admit(record_, ballot, at(kProposedAt));
        return admitted ? "admitted" : admitted.error().why.text();
    }

    People people_;
    CustodianSet set_ = people_.set();
    ProposalRecord record_;
};

TEST_F(QuorumTest, TwoOthersOfTwoRolesAreEnough) {
    ASSERT_TRUE(Quorum::admit(record_, at(kProposedAt)));
    EXPECT_EQ(cast(people_.ballot(record_, "grace")), "admitted");
    approve_by("grace");
    EXPECT_EQ(attempt(), "too few custodians have approved the proposal");
    EXPECT_EQ(cast(people_.ballot(record_, "rosa")), "admitted");
    approve_by("rosa");
    auto const approval = Quorum::approve(record_, at(kProposedAt + kCoolOff));
    ASSERT_TRUE(approval);
    EXPECT_TRUE(approval->is_for(Operation::erase_patient, people_.proposal().target));
    EXPECT_FALSE(approval->is_for(Operation::release_hold, people_.proposal().target));
    EXPECT_FALSE(approval->is_for(Operation::erase_patient, "another"));
    EXPECT_EQ(approval->approvers(), (std::vector{CustodianName("grace"), CustodianName("rosa")}));
    EXPECT_EQ(approval->proposer(), CustodianName("dora"));
}

TEST_F(QuorumTest, OnePersonTwiceIsOnePerson) {
    approve_by("grace");
    EXPECT_EQ(cast(people_.ballot(record_, "grace")), "this custodian has decided already");
    approve_by("grace");
    EXPECT_EQ(attempt(), "too few custodians have approved the proposal");
}

TEST_F(QuorumTest, TheProposerDoesNotCount) {
    EXPECT_EQ(cast(people_.ballot(record_, "dora")),
              "the proposer does not approve his own proposal");
    approve_by("dora");
    approve_by("grace");
    EXPECT_EQ(attempt(), "too few custodians have approved the proposal");
}

TEST_F(QuorumTest, AForgedSignatureDoesNotCount) {
    auto forged = people_.ballot(record_, "grace");
    forged.custodian = CustodianName("rosa");
    EXPECT_EQ(cast(forged), "the ballot's signature is not the custodian's");
    keep(forged);
    approve_by("grace");
    EXPECT_EQ(attempt(), "too few custodians have approved the proposal");

    auto const honest = people_.ballot(record_, "rosa");
    for (std::size_t i = 0; i < honest.signature.size(); ++i) {
        auto flipped = honest;
        flipped.signature[i] ^= 1U;
        EXPECT_NE(cast(flipped), "admitted") << i;
    }
    auto cut = honest;
    cut.signature.pop_back();
    EXPECT_NE(cast(cut), "admitted");
}

TEST_F(QuorumTest, AChangedDecisionDoesNotCount) {
    auto changed = people_.ballot(record_, "rosa", Decision::veto);
    changed.decision = Decision::approve;
    EXPECT_EQ(cast(changed), "the ballot's signature is not the custodian's");
    keep(changed);
    approve_by("grace");
    EXPECT_EQ(attempt(), "too few custodians have approved the proposal");
}

TEST_F(QuorumTest, AChangedProposalIsRefusedWhateverChanged) {
    approve_by("grace");
    approve_by("rosa");
    ASSERT_EQ(attempt(), "approved");
    auto const original = people_.proposal();
    auto const changed = [&](auto&& change) {
        auto proposal = original;
        change(proposal);
        auto record = record_;
        record.text = *to_text(proposal);
        // Neither the old signatures nor, with the proposal signed anew, the old ballots.
        EXPECT_FALSE(Quorum::approve(record, at(kProposedAt + kCoolOff)));
        record.signature = people_.propose(proposal).signature;
        EXPECT_FALSE(Quorum::approve(record, at(kProposedAt + kCoolOff)));
    };
    changed([](Proposal& p) { p.operation = Operation::release_hold; });
    changed([](Proposal& p) { p.target.back() = 'e'; });
    changed([](Proposal& p) { p.parameters["a"] = "b"; });
    changed([](Proposal& p) { p.reason += "."; });
    changed([](Proposal& p) { p.not_before -= 1; });
    changed([](Proposal& p) { p.expires += 1; });
    changed([](Proposal& p) { p.nonce = "AQECAwQFBgcICQoLDA0ODw"; });
    changed([](Proposal& p) { p.instance = "salus/realm/other"; });
    changed([](Proposal& p) { p.proposer = CustodianName("grace"); });
    changed([](Proposal& p) { p.custodians[0] ^= 1U; });
    changed([](Proposal& p) { p.state[0] ^= 1U; });
}

TEST_F(QuorumTest, EveryByteOfTheTextCounts) {
    approve_by("grace");
    approve_by("rosa");
    for (std::size_t i = 0; i < record_.text.size(); ++i) {
        auto record = record_;
        record.text[i] = record.text[i] == 'x' ? 'y' : 'x';
        EXPECT_FALSE(Quorum::approve(record, at(kProposedAt + kCoolOff))) << i;
    }
    auto spaced = record_;
    spaced.text.insert(1, " ");
    EXPECT_FALSE(Quorum::approve(spaced, at(kProposedAt + kCoolOff)));
}

TEST_F(QuorumTest, TooLateAndTooEarly) {
    auto proposal = people_.proposal();
    proposal.not_before = kProposedAt + 2 * kCoolOff;
    record_ = people_.propose(proposal);
    approve_by("grace");
    approve_by("rosa");
    EXPECT_EQ(attempt(proposal.not_before - 1), "the proposal may not be executed yet");
    EXPECT_EQ(attempt(proposal.not_before), "approved");
    EXPECT_EQ(attempt(proposal.expires - 1), "approved");
    EXPECT_EQ(attempt(proposal.expires), "the proposal has expired");
}

TEST_F(QuorumTest, TheCoolOffBeginsWithTheLastApproval) {
    approve_by("grace");
    keep(people_.ballot(record_, "rosa"), kProposedAt + 100);
    EXPECT_EQ(attempt(kProposedAt + kCoolOff),
              "the time in which a destruction can be vetoed is not over");
    EXPECT_EQ(attempt(kProposedAt + kCoolOff + 100), "approved");

    auto harmless = people_.proposal();
    harmless.operation = Operation::release_hold;
    record_ = people_.propose(harmless);
    approve_by("grace");
    approve_by("rosa");
    EXPECT_EQ(attempt(kProposedAt), "approved");
}

TEST_F(QuorumTest, OneVetoIsEnough) {
    approve_by("grace");
    approve_by("rosa");
    for (auto const* who : {"grace", "dora"}) {
        auto const before = record_;
        auto const veto = people_.ballot(record_, who, Decision::veto);
        EXPECT_EQ(cast(veto), "admitted") << who;
        keep(veto);
        EXPECT_EQ(attempt(), "a custodian has vetoed the proposal") << who;
        EXPECT_EQ(cast(veto), "this custodian has decided already");
        record_ = before;
    }
    auto forged = people_.ballot(record_, "grace", Decision::veto);
    forged.signature[0] ^= 1U;
    EXPECT_EQ(cast(forged), "the ballot's signature is not the custodian's");
}

TEST_F(QuorumTest, NobodyApprovesAfterHisVeto) {
    keep(people_.ballot(record_, "grace", Decision::veto));
    EXPECT_EQ(cast(people_.ballot(record_, "grace")), "this custodian has vetoed the proposal");
}

TEST_F(QuorumTest, AnExecutedProposalIsNotExecutedAgain) {
    approve_by("grace");
    approve_by("rosa");
    for (auto const phase : {ProposalPhase::begun, ProposalPhase::executed}) {
        record_.phase = phase;
        EXPECT_EQ(attempt(), "the proposal was executed before");
        EXPECT_EQ(cast(people_.ballot(record_, "rosa", Decision::veto)),
                  "the proposal is no longer open");
        // As it comes back from the store after a restart.
        auto const stored = parse_proposal_record(to_json(record_));
        ASSERT_TRUE(stored);
        EXPECT_FALSE(Quorum::approve(*stored, at(kProposedAt + kCoolOff)));
    }
}

TEST_F(QuorumTest, OnlyWhatWasBegunIsResumed) {
    approve_by("grace");
    approve_by("rosa");
    record_.custodians = set_.text();
    EXPECT_FALSE(Quorum::resume(record_, kThisInstance));
    record_.phase = ProposalPhase::executed;
    EXPECT_FALSE(Quorum::resume(record_, kThisInstance));
    record_.phase = ProposalPhase::begun;
    EXPECT_TRUE(Quorum::resume(record_, kThisInstance));
    EXPECT_FALSE(Quorum::resume(record_, "salus/realm/other"));
    record_.ballots.pop_back();
    EXPECT_FALSE(Quorum::resume(record_, kThisInstance));
}

TEST_F(QuorumTest, ARemovedCustodianNoLongerCounts) {
    People const four({{"grace", Role::generate},
                       {"rosa", Role::rotate},
                       {"dora", Role::destroy},
                       {"rita", Role::rotate}});
    auto proposal = four.proposal();
    proposal.custodians = four.set().hash();
    record_ = four.propose(proposal);
    keep(four.ballot(record_, "grace"));
    keep(four.ballot(record_, "rita"));
    set_ = four.set();
    ASSERT_EQ(attempt(), "approved");
    auto const without_rita = CustodianSet::parse(People::set_of(
        four.person("grace", "generate", "grace") + "," + four.person("rosa", "rotate", "rosa") +
        "," + four.person("dora", "destroy", "dora")));
    ASSERT_TRUE(without_rita);
    set_ = *without_rita;
    EXPECT_EQ(attempt(), "the custodians or their policy changed since the proposal");
    EXPECT_EQ(cast(four.ballot(record_, "rita")),
              "the custodians or their policy changed since the proposal");
    // Even where the proposal was made for the smaller set.
    proposal.custodians = set_.hash();
    record_ = four.propose(proposal);
    EXPECT_EQ(cast(four.ballot(record_, "rita")), "who votes is no custodian");
    keep(four.ballot(record_, "grace"));
    keep(four.ballot(record_, "rita"));
    EXPECT_EQ(attempt(), "too few custodians have approved the proposal");
}

TEST_F(QuorumTest, TwoOfOneRoleAreNotEnough) {
    People const people({{"grace", Role::generate},
                         {"rosa", Role::rotate},
                         {"dora", Role::destroy},
                         {"rita", Role::rotate}});
    auto proposal = people.proposal();
    proposal.custodians = people.set().hash();
    record_ = people.propose(proposal);
    set_ = people.set();
    keep(people.ballot(record_, "rosa"));
    keep(people.ballot(record_, "rita"));
    EXPECT_EQ(attempt(), "those who approved the proposal all have one role");
}

TEST_F(QuorumTest, TheProposersRoleMustFit) {
    auto proposal = people_.proposal();
    proposal.proposer = CustodianName("rosa");
    auto const record = people_.propose(proposal);
    auto const admitted = Quorum::admit(record, at(kProposedAt));
    ASSERT_FALSE(admitted);
    EXPECT_EQ(admitted.error().why.text(), "the proposer's role does not propose this operation");
}

TEST_F(QuorumTest, AnotherInstancesBallotsAreNotTaken) {
    auto proposal = people_.proposal();
    proposal.instance = "salus/realm/other";
    auto const other = people_.propose(proposal);
    EXPECT_EQ(cast(people_.ballot(other, "grace")), "the ballot is for another proposal");
    keep(people_.ballot(other, "grace"));
    approve_by("rosa");
    EXPECT_EQ(attempt(), "too few custodians have approved the proposal");
    record_ = other;
    approve_by("grace");
    approve_by("rosa");
    EXPECT_EQ(attempt(), "the proposal is for another instance or tenant");
}

TEST_F(QuorumTest, AnotherStateIsRefused) {
    approve_by("grace");
    approve_by("rosa");
    auto circumstances = at(kProposedAt + kCoolOff);
    circumstances.state = crypto::sha256(bytes_of("another"));
    auto const approval = Quorum::approve(record_, circumstances);
    ASSERT_FALSE(approval);
    EXPECT_EQ(approval.error().why.text(), "what the proposal acts on is not as it was proposed");
}

TEST_F(QuorumTest, APolicyBoundsTheLifeOfAProposal) {
    auto proposal = people_.proposal();
    proposal.expires = kProposedAt + kLifetime + 1;
    EXPECT_FALSE(Quorum::admit(people_.propose(proposal), at(kProposedAt)));
    proposal.expires = proposal.not_before;
    EXPECT_FALSE(Quorum::admit(people_.propose(proposal), at(kProposedAt - 10)));
}

TEST_F(QuorumTest, UnknownOperationsDoNotExist) {
    auto text = record_.text;
    auto const name = text.find("erase-patient");
    text.replace(name, 13, "erase-tenants");
    auto const parsed = parse_proposal(text);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().why.text(), "there is no such operation");
}

TEST_F(QuorumTest, ARecordComesBackAsItWasKept) {
    approve_by("grace");
    keep(people_.ballot(record_, "rosa", Decision::veto), kProposedAt + 5);
    record_.custodians = set_.text();
    record_.result = R"({"certificate":"1"})";
    auto const stored = parse_proposal_record(to_json(record_));
    ASSERT_TRUE(stored);
    EXPECT_EQ(to_json(*stored), to_json(record_));
    EXPECT_EQ(stored->text, record_.text);
    EXPECT_EQ(stored->ballots.back().received, kProposedAt + 5);
    EXPECT_FALSE(parse_proposal_record("{}"));
}

}  // namespace
}  // namespace salus::keys
