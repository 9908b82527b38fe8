// What a mirror takes and what it never takes (AUD-4): rollback, fork, races, damage.
#include <fstream>

#include "mirror/mirror_for_test.h"
#include "transparency/publisher.h"

namespace salus::mirror {
namespace {

using namespace std::chrono_literals;
using transparency::Refusal;

using MirroredLogTest = MirrorTest;

TEST_F(MirroredLogTest, CosignsWhatItHasAndGoesOnAfterARestart) {
    std::uint64_t last = 0;
    for (std::uint64_t const size : {1U, 255U, 256U, 257U, 700U, 700U}) {
        log_.grow(size);
        auto const answer = mirror(log_, last);
        ASSERT_TRUE(is_cosigned(answer, log_)) << size;
        EXPECT_EQ(home_->key().verifier.open(log_.note() + answer->cosignature)->at, clock_.now());
        last = size;
        restart();
        ASSERT_NE(service_, nullptr) << failure_.text();
    }
    transparency::TileReader copy(log_directory(), 700);
    EXPECT_EQ(copy.root().value(), log_.head().root);
    EXPECT_EQ(copy.entry(256).value(), "leaf256");
    EXPECT_TRUE(alarms_.kinds.empty());
}

// Where a FIPS provider is required on both sides.
TEST_F(MirroredLogTest, AKeyOfP256CosignsToo) {
    using crypto::SignatureAlgorithm;
    ASSERT_TRUE(Home::create(file("p256"), "mirror.example/salus", SignatureAlgorithm::es256));
    auto home = Home::open(file("p256")).value();
    EXPECT_FALSE(home.key().verifier.is_ed25519());
    EXPECT_EQ(read_mirror_key(mirror_key_file(file("p256")))->text(), home.key().verifier.text());
    LogForTest log(file("log256"), crypto::SigningKey::generate(SignatureAlgorithm::es256));
    log.grow(300);
    ASSERT_TRUE(home.add_log(log.verifier(), clock_));
    for (std::uint64_t const from : {0U, 300U}) {
        auto const service = Service::open(home, clock_, alarms_).value();
        if (from == 0) ASSERT_TRUE(service->add_entries("a", log.entries(0, 300)));
        auto const answer = service->add_checkpoint("a", log.since(from));
        ASSERT_TRUE(answer);
        EXPECT_TRUE(home.key().verifier.open(log.note() + answer->cosignature));
    }
}

TEST_F(MirroredLogTest, NoEntriesNoCosignature) {
    log_.grow(10);
    EXPECT_EQ(service_->add_checkpoint("a", log_.since(0)).error().code, Errc::precondition_failed);
    ASSERT_TRUE(service_->add_entries("a", log_.entries(0, 9)));
    EXPECT_EQ(service_->add_checkpoint("a", log_.since(0)).error().code, Errc::precondition_failed);
    // Those of another connection are not these.
    ASSERT_TRUE(service_->add_entries("a", log_.entries(9, 10)));
    EXPECT_EQ(service_->add_checkpoint("b", log_.since(0)).error().code, Errc::precondition_failed);
    EXPECT_TRUE(is_cosigned(service_->add_checkpoint("a", log_.since(0)), log_));
}

TEST_F(MirroredLogTest, EntriesBeginWhereItIs) {
    log_.grow(10);
    EXPECT_EQ(service_->add_entries("a", log_.entries(3, 10))->taken, false);
    EXPECT_EQ(service_->add_entries("a", log_.entries(0, 4))->size, 4U);
    auto const again = service_->add_entries("a", log_.entries(0, 4));
    EXPECT_FALSE(again->taken);
    EXPECT_EQ(again->size, 4U);
    auto cut = log_.entries(4, 10);
    cut.bundle.pop_back();
    EXPECT_EQ(service_->add_entries("a", cut).error().code, Errc::invalid);
    // Whoever sends nonsense begins anew.
    EXPECT_EQ(service_->add_entries("a", log_.entries(4, 10))->size, 0U);
}

// Row 8 of the attacks: the signing key was stolen, the log is written anew behind what the mirror
// has.
TEST_F(MirroredLogTest, AForkUnderAStolenKeyIsRefusedAndTold) {
    log_.grow(300);
    ASSERT_TRUE(is_cosigned(mirror(log_, 0), log_));
    for (std::uint64_t const common : {0U, 299U}) {
        auto forged = log_.fork(file("forged"), common);
        forged.grow(300 + common, "forged");
        auto const answer = mirror(forged, 300);
        ASSERT_TRUE(answer);
        EXPECT_TRUE(answer->cosignature.empty());
        EXPECT_EQ(answer->refusal.why, Refusal::Why::inconsistent);
    }
    EXPECT_EQ(alarms_.kinds, std::vector{AlarmKind::fork});
    restart();
    log_.grow(301);
    EXPECT_TRUE(is_cosigned(mirror(log_, 300), log_));
}

TEST_F(MirroredLogTest, EntriesThatAreNotThoseOfTheCheckpointAreRefused) {
    log_.grow(20);
    ASSERT_TRUE(is_cosigned(mirror(log_, 0), log_));
    auto other = log_.fork(file("other"), 20);
    other.grow(30, "other");
    log_.grow(30);
    ASSERT_TRUE(service_->add_entries("a", other.entries(20, 30)));
    auto const answer = service_->add_checkpoint("a", log_.since(20));
    ASSERT_TRUE(answer && answer->cosignature.empty());
    EXPECT_EQ(alarms_.kinds, std::vector{AlarmKind::fork});
    // And are forgotten.
    EXPECT_TRUE(is_cosigned(mirror(log_, 20), log_));
    EXPECT_EQ(alarms_.kinds.back(), AlarmKind::over);
}

// Row 9: the whole directory, signer and all, went back to an older state.
TEST_F(MirroredLogTest, AnOlderCheckpointIsRefusedAndTold) {
    log_.grow(50);
    auto const older = log_.since(0);
    ASSERT_TRUE(is_cosigned(mirror(log_, 0), log_));
    log_.grow(80);
    ASSERT_TRUE(is_cosigned(mirror(log_, 50), log_));
    auto const answer = service_->add_checkpoint("a", older);
    ASSERT_TRUE(answer && answer->cosignature.empty());
    EXPECT_EQ(answer->refusal.why, Refusal::Why::older);
    EXPECT_EQ(answer->refusal.last_size, 80U);
    EXPECT_EQ(alarms_.kinds, std::vector{AlarmKind::rollback});
}

// Row 11, as the text of tlog-witness has it: N to N+K1 and N to N+K2 by two at once.
TEST_F(MirroredLogTest, OfTwoAtOnceOneIsToldThatItIsOlder) {
    log_.grow(10);
    ASSERT_TRUE(is_cosigned(mirror(log_, 0), log_));
    log_.grow(40);
    auto const longer = log_.since(10);
    auto shorter = log_.fork(file("shorter"), 30);
    shorter.publish();
    ASSERT_TRUE(is_cosigned(mirror(log_, 10, "a"), log_));
    auto const answer = service_->add_checkpoint("b", shorter.since(10));
    ASSERT_TRUE(answer && answer->cosignature.empty());
    EXPECT_EQ(answer->refusal.last_size, 40U);
    auto const again = service_->add_checkpoint("b", longer);
    ASSERT_TRUE(again && again->cosignature.empty());
    EXPECT_EQ(again->refusal.last_size, 40U);
    EXPECT_TRUE(is_cosigned(service_->add_checkpoint("b", log_.since(40)), log_));
}

TEST_F(MirroredLogTest, UnknownLogsKeysAndProofsAreRefused) {
    log_.grow(5);
    auto stranger = LogForTest(file("stranger"));
    stranger.grow(5);
    EXPECT_EQ(service_->add_checkpoint("a", stranger.since(0)).error().code, Errc::forbidden);
    auto request = log_.since(0);
    request.checkpoint.replace(0, kTestLog.size(), "salus/mirrored/unknown");
    EXPECT_EQ(service_->add_checkpoint("a", request).error().code, Errc::not_found);
    EXPECT_EQ(service_->add_checkpoint("a", log_.since(6)).error().code, Errc::invalid);
    ASSERT_TRUE(service_->add_entries("a", log_.entries(0, 5)));
    request = log_.since(0);
    request.proof.emplace_back();
    EXPECT_TRUE(service_->add_checkpoint("a", request)->cosignature.empty());
}

// A line in the mirror's own name, which it would not know again at the next start.
TEST_F(MirroredLogTest, SignaturesOfOthersAreNotRemembered) {
    log_.grow(5);
    auto request = log_.since(0);
    auto const& own = home_->key().verifier;
    request.checkpoint += transparency::signature_line(own.name(), own.id(), Bytes(72, 1));
    ASSERT_TRUE(service_->add_entries("a", log_.entries(0, 5)));
    EXPECT_TRUE(is_cosigned(service_->add_checkpoint("a", request), log_));
    restart();
    EXPECT_NE(service_, nullptr) << failure_.text();
}

TEST_F(MirroredLogTest, WithoutItsMemoryNothingIsServed) {
    log_.grow(30);
    ASSERT_TRUE(is_cosigned(mirror(log_, 0), log_));
    auto const memory = transparency::checkpoint_file(log_directory());
    auto const kept = read_file(memory, transparency::kNoteBytesMost).value();
    auto const write = [&](BytesView contents) {
        ASSERT_TRUE(write_file_durably(memory, contents, FileAccess::private_to_owner));
    };
    for (std::size_t at = 0; at < kept.size(); ++at) {
        auto changed = kept;
        changed[at] ^= 1U;
        write(changed);
        restart();
        ASSERT_EQ(service_, nullptr) << at;
    }
    std::filesystem::remove(memory);
    restart();
    EXPECT_EQ(service_, nullptr);
    // Nor with that of the log alone, which whoever has its key can make.
    write(bytes_of(log_.note()));
    restart();
    EXPECT_EQ(service_, nullptr);
    write(kept);
    restart();
    ASSERT_NE(service_, nullptr);
    std::filesystem::remove_all(log_directory() / "tile");
    restart();
    EXPECT_EQ(service_, nullptr);
}

// Killed between storing and answering: what was stored is answered for at the next try.
TEST_F(MirroredLogTest, WhatWasStoredBeforeACrashIsTakenAgain) {
    log_.grow(300);
    ASSERT_TRUE(is_cosigned(mirror(log_, 0), log_));
    auto const memory = transparency::checkpoint_file(log_directory());
    auto const before = read_file(memory, transparency::kNoteBytesMost).value();
    log_.grow(600);
    ASSERT_TRUE(is_cosigned(mirror(log_, 300), log_));
    // After the checkpoint: the answer was lost.
    restart();
    auto const older = service_->add_checkpoint("b", log_.since(300));
    EXPECT_EQ(older->refusal.last_size, 600U);
    EXPECT_TRUE(is_cosigned(service_->add_checkpoint("b", log_.since(600)), log_));
    // Before it: the tiles are there.
    ASSERT_TRUE(write_file_durably(memory, before, FileAccess::private_to_owner));
    restart();
    ASSERT_NE(service_, nullptr) << failure_.text();
    EXPECT_TRUE(is_cosigned(mirror(log_, 300), log_));
    // Another tree than the one of those tiles is a fork, although it was never cosigned.
    ASSERT_TRUE(write_file_durably(memory, before, FileAccess::private_to_owner));
    restart();
    auto forged = log_.fork(file("forged"), 300);
    forged.grow(600, "forged");
    EXPECT_TRUE(mirror(forged, 300)->cosignature.empty());
    EXPECT_EQ(alarms_.kinds, std::vector{AlarmKind::fork});
}

TEST_F(MirroredLogTest, ADiskThatCannotBeWrittenGivesNoCosignature) {
    log_.grow(30);
    ASSERT_TRUE(is_cosigned(mirror(log_, 0), log_));
    log_.grow(600);
    ASSERT_TRUE(service_->add_entries("a", log_.entries(30, 600)));
    // Neither a directory nor replaceable.
    std::filesystem::rename(log_directory() / "tile", log_directory() / "away");
    std::ofstream(log_directory() / "tile") << "x";
    EXPECT_EQ(service_->add_checkpoint("a", log_.since(30)).error().code, Errc::unavailable);
    EXPECT_EQ(alarms_.kinds, std::vector{AlarmKind::damage});
    std::filesystem::remove(log_directory() / "tile");
    std::filesystem::rename(log_directory() / "away", log_directory() / "tile");
    EXPECT_TRUE(is_cosigned(mirror(log_, 30, "b"), log_));
}

TEST_F(MirroredLogTest, SilenceAndGapsAreToldOnce) {
    log_.grow(5);
    service_->watch(60s);
    EXPECT_TRUE(alarms_.kinds.empty());
    clock_.advance(61s);
    service_->watch(60s);
    service_->watch(60s);
    EXPECT_EQ(alarms_.kinds, std::vector{AlarmKind::silence});
    // A checkpoint whose entries do not come.
    EXPECT_FALSE(service_->add_checkpoint("a", log_.since(0)));
    service_->watch(60s);
    service_->watch(60s);
    ASSERT_TRUE(is_cosigned(mirror(log_, 0), log_));
    service_->watch(60s);
    EXPECT_EQ(alarms_.kinds, (std::vector{AlarmKind::silence, AlarmKind::gap, AlarmKind::over}));
}

TEST_F(MirroredLogTest, ALogIsAddedOnce) {
    EXPECT_EQ(home_->add_log(log_.verifier(), clock_).error().code, Errc::conflict);
    EXPECT_EQ(Home::create(file("mirror"), "another").error().code, Errc::conflict);
    auto const lock = home_->lock();
    ASSERT_TRUE(lock);
    EXPECT_FALSE(home_->lock());
    ASSERT_TRUE(write_file_durably(mirror_key_file(file("mirror")), bytes_of("x+00000000+BAA=\n"),
                                   FileAccess::readable_by_all));
    EXPECT_FALSE(Home::open(file("mirror")));
}

}  // namespace
}  // namespace salus::mirror
