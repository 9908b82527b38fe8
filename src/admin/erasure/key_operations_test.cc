// Cryptographic erasure (ENC-5): whole, refused by a legal hold, and stopped at each of its steps.
#include "admin/erasure/key_operations.h"

#include <gtest/gtest.h>

#include "admin/documents.h"
#include "admin/legal_holds.h"
#include "keys/dual_control/dual_control_for_test.h"
#include "records/tenant_for_test.h"

namespace salus::admin {
namespace {

using testing::must;

// Stops at one point, as a crash does.
class StopAt final : public FaultPoints {
public:
    explicit StopAt(int point) : left_(point) {}
    Result<void> reach(Literal) override {
        ++reached;
        if (left_-- == 0) return fail(Errc::unavailable, "stopped by a test");
        return {};
    }
    int reached = 0;

private:
    int left_;
};

// Notes the steps in the store, and the destruction in the log.
class PlainJournal final : public StepJournal {
public:
    PlainJournal(KeysDesk const& desk, testing::TestRecords& home, BlockingExecutor& executor)
        : desk_(desk), home_(home), executor_(executor) {}
    Result<void> keep(StoredProposal& proposal, KeyProgress const& /*done*/) override {
        request::Prepared prepared;
        SALUS_TRY_VOID(add_proposal_version(prepared, desk_, proposal));
        for (auto& write : prepared.batch->writes)
            SALUS_TRY_VOID(home_.owner().commit(std::move(write)));
        ++proposal.version;
        return {};
    }
    Result<std::uint64_t> record_destruction(StoredProposal const& proposal,
                                             KeyProgress const& /*done*/) override {
        audit::LeafBuilder leaf(audit::Event::key_destroyed, audit::Outcome::ok);
        leaf.key_operation({.operation = "erase-patient",
                            .proposal = proposal.id(),
                            .proposer = {},
                            .approvers = {},
                            .voter = {},
                            .decision = {}});
        std::vector<audit::Record> records;
        records.push_back(must(std::move(leaf).build()));
        auto const positions =
            executor_.run(desk_.tenant.audit_log.append(std::move(records), executor_));
        if (!positions) return fail(positions.error());
        return positions->front().index;
    }

    Result<std::uint64_t> record_pruning(StoredProposal const& /*proposal*/,
                                         audit::PrunedPrefix const& /*prefix*/) override {
        return fail(Errc::not_supported, "nothing is pruned here");
    }

private:
    KeysDesk const& desk_;
    testing::TestRecords& home_;
    BlockingExecutor& executor_;
};

class KeyOperationsTest : public ::testing::Test {
protected:
    KeyOperationsTest() {
        home_.write(
            home_.change("Patient", "gone", "gone", R"({"resourceType":"Patient","id":"gone"})"));
        home_.write(home_.change("Patient", "stays", "stays",
                                 R"({"resourceType":"Patient","id":"stays"})"));
    }

    [[nodiscard]] KeysDesk desk() {
        return {.tenant = home_.tenant(),
                .records = home_.records(),
                .parser = parser_,
                .random = instance_.random,
                .clock = instance_.clock,
                .custodians_file = no_file_};
    }
    [[nodiscard]] CompartmentId patient(std::string const& id) {
        return home_.addressing().patient_compartment(id);
    }
    // Approved by two others, and begun.
    [[nodiscard]] StoredProposal begun(keys::Operation operation, std::string target) {
        keys::Proposal proposal = people_.proposal();
        proposal.operation = operation;
        proposal.target = std::move(target);
        proposal.instance = desk().instance();
        if (operation == keys::Operation::rotate_root)
            proposal.proposer = keys::CustodianName("rosa");
        StoredProposal stored;
        stored.record = people_.propose(proposal);
        for (auto const* who : {"dora", "grace", "rosa"}) {
            if (proposal.proposer.text() != who)
                stored.record.ballots.push_back(
                    {people_.ballot(stored.record, who), keys::kProposedAt});
        }
        stored.record.phase = keys::ProposalPhase::begun;
        stored.record.custodians = people_.set().text();
        stored.proposal = must(keys::parse_proposal(stored.record.text));
        return stored;
    }
    [[nodiscard]] StoredProposal erasure() {
        return begun(keys::Operation::erase_patient, patient("gone").hex());
    }
    Result<void> carry_out(StoredProposal& proposal, FaultPoints* faults = nullptr) {
        auto const keys = desk();
        PlainJournal journal(keys, home_, instance_.home);
        return admin::carry_out({.keys = keys,
                                 .journal = journal,
                                 .index_cache = home_.cache(),
                                 .certificate_key = key_,
                                 .audit_directory = audit_directory_,
                                 .faults = faults},
                                proposal);
    }
    void expect_erased() {
        EXPECT_FALSE(
            must(home_.records().get(records::DocumentClass::resource, "Patient", "gone")));
        EXPECT_TRUE(
            must(home_.records().get(records::DocumentClass::resource, "Patient", "stays")));
        auto& keyring = home_.tenant().keyring;
        EXPECT_EQ(keyring.key_for_writing(patient("gone")).error().code, Errc::gone);
        EXPECT_EQ(keyring.key_for_reading(patient("gone"), 1).error().code, Errc::gone);
        auto const status = must(keyring.rotation().status());
        for (auto const& kek : status.keks) {
            if (kek.epoch == 1) {
                EXPECT_EQ(kek.state, keys::KeyState::destroyed);
            }
        }
        auto const again = home_.change(
            "Observation", "new", "gone",
            R"({"resourceType":"Observation","id":"new","status":"final","code":{"text":"x"}})");
        EXPECT_EQ(home_.records().seal(again).error().code, Errc::gone);
    }

    testing::TestInstance instance_;
    testing::TestRecords home_{instance_};
    json::Parser parser_;
    keys::People people_;
    std::filesystem::path no_file_;
    std::filesystem::path audit_directory_ = home_.owner().directory() / "audit";
    crypto::SigningKey key_ = crypto::SigningKey::generate(crypto::SignatureAlgorithm::ed25519);
};

TEST_F(KeyOperationsTest, AnErasureEndsWithACertificate) {
    auto proposal = erasure();
    ASSERT_TRUE(carry_out(proposal));
    expect_erased();
    EXPECT_EQ(proposal.record.phase, keys::ProposalPhase::executed);
    auto const document = must(parser_.parse(proposal.record.result));
    auto const statement = document.root().text_member("statement").value_or("");
    Bytes message;
    append(message, bytes_of("salus-certificate-v1"));
    append(message, crypto::sha256(bytes_of(statement)));
    auto const signature =
        from_base64url(document.root().text_member("signature").value_or("")).value_or(Bytes());
    EXPECT_TRUE(
        key_.verifying_key().verify(crypto::SignatureAlgorithm::ed25519, message, signature));
    auto const read = must(parser_.parse(statement));
    EXPECT_EQ(read.root().text_member("patient"), patient("gone").hex());
    EXPECT_EQ(read.root().member("patient_keys")->raw(), "[1]");
    EXPECT_EQ(read.root().member("key_encryption_keys")->raw(), "[1]");
    EXPECT_EQ(carry_out(proposal).error().code, Errc::conflict);
}

TEST_F(KeyOperationsTest, ACrashAtAnyStepIsContinued) {
    int points = 0;
    {
        StopAt none(1'000);
        auto proposal = begun(keys::Operation::erase_patient, patient("counted").hex());
        ASSERT_TRUE(home_.tenant().keyring.key_for_writing(patient("counted")));
        ASSERT_TRUE(carry_out(proposal, &none));
        points = none.reached;
    }
    EXPECT_GE(points, 15);
    for (int point = 0; point < points; ++point) {
        auto const id = "crash" + std::to_string(point);
        ASSERT_TRUE(home_.tenant().keyring.key_for_writing(patient(id)));
        auto proposal = begun(keys::Operation::erase_patient, patient(id).hex());
        StopAt stop(point);
        EXPECT_FALSE(carry_out(proposal, &stop)) << point;
        // What a start finds: the last version in the store, if there is one yet.
        auto found = stored_proposal(desk(), proposal.id());
        if (!found) {
            ASSERT_EQ(found.error().code, Errc::not_found);
            found = begun(keys::Operation::erase_patient, patient(id).hex());
        }
        if (found->record.phase == keys::ProposalPhase::begun) {
            ASSERT_TRUE(carry_out(*found)) << point;
        }
        EXPECT_EQ(found->record.phase, keys::ProposalPhase::executed);
        EXPECT_TRUE(found->record.result.contains("salus") ||
                    found->record.result.contains("signature"));
        EXPECT_EQ(home_.tenant().keyring.key_for_writing(patient(id)).error().code, Errc::gone);
        EXPECT_TRUE(
            must(home_.records().get(records::DocumentClass::resource, "Patient", "stays")));
    }
}

TEST_F(KeyOperationsTest, ALegalHoldThatCameBetweenStopsIt) {
    auto const keys = desk();
    request::Prepared prepared;
    ASSERT_TRUE(add_document(
        prepared, home_.records(),
        {.type = "legal-holds",
         .id = patient("gone").hex(),
         .version = 1,
         .text = R"({"holds":[{"client":"c","id":"h","placed":1,"reason":"lawsuit"}]})"},
        instance_.clock.now()));
    for (auto& write : prepared.batch->writes) ASSERT_TRUE(home_.owner().commit(std::move(write)));
    ASSERT_EQ(must(holds_of(keys, patient("gone"))).holds.size(), 1U);
    auto proposal = erasure();
    ASSERT_TRUE(carry_out(proposal));
    EXPECT_EQ(proposal.record.phase, keys::ProposalPhase::executed);
    EXPECT_EQ(proposal.record.result, R"({"refused":"a legal hold"})");
    EXPECT_TRUE(must(home_.records().get(records::DocumentClass::resource, "Patient", "gone")));
}

TEST_F(KeyOperationsTest, WithoutTheBallotsNothingIsCarriedOut) {
    auto proposal = erasure();
    proposal.record.ballots.pop_back();
    EXPECT_FALSE(carry_out(proposal));
    proposal = erasure();
    proposal.record.ballots.back().ballot.signature.back() ^= 1U;
    EXPECT_FALSE(carry_out(proposal));
    proposal = erasure();
    proposal.record.phase = keys::ProposalPhase::open;
    EXPECT_FALSE(carry_out(proposal));
    EXPECT_TRUE(must(home_.records().get(records::DocumentClass::resource, "Patient", "gone")));
}

TEST_F(KeyOperationsTest, ANewRootLeavesTheOldOneDestroyed) {
    auto proposal = begun(keys::Operation::rotate_root, "root");
    ASSERT_TRUE(carry_out(proposal));
    auto const status = must(home_.tenant().keyring.rotation().status());
    for (auto const& kek : status.keks)
        EXPECT_EQ(kek.state, kek.epoch == 2 ? keys::KeyState::active : keys::KeyState::destroyed);
    EXPECT_TRUE(must(home_.records().get(records::DocumentClass::resource, "Patient", "gone")));
}

}  // namespace
}  // namespace salus::admin
