#include <csignal>
#include <fcntl.h>
#include <functional>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>

#include "backup/instance_for_test.h"
#include "backup/prune.h"
#include "foundation/limits.h"

namespace salus::backup {
namespace {

class BackupTest : public ::testing::Test {
protected:
    void write(std::uint64_t from, std::uint64_t to) {
        for (auto number = from; number < to; ++number) instance_.write(number);
    }
    Errc refusal(Choice const& choice = {}) const {
        auto const restored = instance_.restore(choice);
        return restored ? Errc::internal : restored.error().code;
    }
    InstanceForTest instance_;
};

TEST_F(BackupTest, RestoresEveryRecordItsKeyAndItsLeaf) {
    write(0, 50);
    auto const made = instance_.back_up().value();
    EXPECT_EQ(made.backup, 1U);
    auto const checked = instance_.restore().value();
    EXPECT_EQ(checked.versions, 50U);
    EXPECT_EQ(checked.compartments, 50U);
    EXPECT_EQ(checked.leaves, 100U);
    EXPECT_EQ(checked.lost_writes, 0U);
    EXPECT_EQ(checked.erased_versions, 0U);
}

TEST_F(BackupTest, EachIsAFullBackupAndWritesOnlyWhatIsNew) {
    write(0, 400);
    auto const first = instance_.back_up().value();
    auto const idle = instance_.back_up().value();
    EXPECT_EQ(idle.data.new_blocks, 0U);
    EXPECT_EQ(idle.keys.new_blocks, 0U);
    write(400, 402);
    auto const third = instance_.back_up().value();
    EXPECT_LT(third.data.new_bytes * 2, first.data.new_bytes);
    std::printf("first %llu bytes, after two writes %llu\n",
                static_cast<unsigned long long>(first.data.new_bytes),
                static_cast<unsigned long long>(third.data.new_bytes));
    EXPECT_EQ(instance_.restore({.backup = 1}).value().versions, 400U);
    EXPECT_EQ(instance_.restore({.backup = 2}).value().versions, 400U);
    EXPECT_EQ(instance_.restore().value().versions, 402U);
}

TEST_F(BackupTest, UnderLoadNothingAcknowledgedBeforeIsMissing) {
    write(0, 20);
    std::atomic<std::uint64_t> acknowledged = 20;
    std::jthread const writer([&](std::stop_token const& stop) {
        for (std::uint64_t number = 20; number < 5000 && !stop.stop_requested(); ++number) {
            instance_.write(number);
            acknowledged = number + 1;
        }
    });
    for (int round = 0; round < 6; ++round) {
        auto const before = acknowledged.load();
        ASSERT_TRUE(instance_.back_up());
        auto const after = acknowledged.load();
        auto const checked = instance_.restore().value();
        EXPECT_GE(checked.versions, before);
        EXPECT_LE(checked.versions, after + 1);
        // What the log tells of and the store has not, was acknowledged meanwhile.
        EXPECT_LE(checked.lost_writes, after + 1 - before);
    }
}

TEST_F(BackupTest, OfAPrunedLogIsWhole) {
    write(0, 1200);  // more than a segment
    auto const prefix = instance_.prune_log();
    ASSERT_GT(prefix.first, 0U);
    ASSERT_TRUE(instance_.back_up());
    auto const checked = instance_.restore();
    ASSERT_TRUE(checked) << checked.error().why.text();
    EXPECT_EQ(checked->leaves, 2400U + 3U - prefix.first);
    EXPECT_EQ(checked->versions, 1200U);
    EXPECT_TRUE(instance_.is_restored("audit/default/tile/0/000"));
    EXPECT_TRUE(instance_.is_restored(audit::versions_file("audit/default", prefix.segment)));
    EXPECT_EQ(instance_.open_restored_log().value().size, 2400U + 3U);

    // Pruned since the backup was planned: what must come along is not in the plan.
    instance_.forget_tiles();
    EXPECT_EQ(instance_.back_up().error().code, Errc::conflict);
}

// A pipe among the files of keys: whoever reads it is held up there while something happens.
class Gate {
public:
    // `work` is done for each reader, in turn.
    Gate(std::filesystem::path path, std::function<void(int turn)> work)
        : path_(std::move(path)), work_(std::move(work)) {
        SALUS_CHECK(::mkfifo(path_.c_str(), 0600) == 0);
        thread_ = std::jthread([this](std::stop_token const& stop) { serve(stop); });
    }
    ~Gate() {
        thread_.request_stop();
        FileDescriptor const last(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        thread_.join();
    }
    Gate(Gate const&) = delete;
    Gate& operator=(Gate const&) = delete;

private:
    void serve(std::stop_token const& stop) {
        for (int turn = 0;; ++turn) {
            FileDescriptor const reader(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
            if (stop.stop_requested()) return;
            // The next reader meets another pipe.
            auto next = path_;
            next += ".next";
            SALUS_CHECK(::mkfifo(next.c_str(), 0600) == 0);
            std::filesystem::rename(next, path_);
            work_(turn);
            SALUS_CHECK(::write(reader.get(), "g", 1) == 1);
        }
    }

    std::filesystem::path path_;
    std::function<void(int turn)> work_;
    std::jthread thread_;
};

// The key stores and the file of key-encryption keys are copied as of one moment: the root is
// replaced before that file is read, and a second time after the views were taken.
TEST_F(BackupTest, TheKeysOpenThoughTheRootIsReplacedMeanwhile) {
    write(0, 20);
    ASSERT_TRUE(instance_.back_up());
    auto plan = instance_.plan();
    plan.key_files.insert(plan.key_files.begin(), "keys/gate");
    int turns = 0;
    {
        Gate const gate(plan.instance / "keys/gate", [&](int turn) {
            if (turn < 2) instance_.replace_root();
            turns = turn + 1;
        });
        auto data = *Repository::open(instance_.target(), Part::data);
        auto keys = *Repository::open(instance_.keys_target(), Part::keys);
        SystemClock const clock;
        ASSERT_TRUE(make_backup(plan, data, keys, instance_.key(), clock, {}));
    }
    EXPECT_EQ(turns, 3);
    EXPECT_EQ(instance_.restore().value().versions, 20U);
    for (std::uint64_t number = 0; number < 20; ++number) {
        EXPECT_TRUE(instance_.restored_key(number)) << number;
    }
}

// When they never stand still there is no backup, and those before are whole.
TEST_F(BackupTest, KeysThatChangeAllTheTimeAreToldAndHarmNothing) {
    write(0, 20);
    ASSERT_TRUE(instance_.back_up());
    auto plan = instance_.plan();
    plan.key_files.insert(plan.key_files.begin(), "keys/gate");
    {
        Gate const gate(plan.instance / "keys/gate", [&](int) { instance_.replace_root(); });
        auto data = *Repository::open(instance_.target(), Part::data);
        auto keys = *Repository::open(instance_.keys_target(), Part::keys);
        SystemClock const clock;
        auto const made = make_backup(plan, data, keys, instance_.key(), clock, {});
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().code, Errc::conflict);
    }
    EXPECT_EQ(instance_.restore().value().versions, 20U);
    ASSERT_TRUE(instance_.restored_key(1));
}

TEST_F(BackupTest, EveryDamagedOrMissingBlockIsFound) {
    write(0, 30);
    ASSERT_TRUE(instance_.back_up());
    for (auto const& repository : {instance_.target(), instance_.keys_target()}) {
        for (auto const& block : instance_.blocks(repository)) {
            auto const size = std::filesystem::file_size(block);
            auto const good = *read_file(block, size);
            for (std::size_t const at : {std::size_t{0}, static_cast<std::size_t>(size / 2),
                                         static_cast<std::size_t>(size - 1)}) {
                flip(block, at);
                EXPECT_EQ(refusal(), Errc::corrupt);
                ASSERT_TRUE(write_file_durably(block, good, FileAccess::private_to_owner));
            }
            std::filesystem::resize_file(block, size - 1);
            EXPECT_EQ(refusal(), Errc::corrupt);
            std::filesystem::remove(block);
            EXPECT_EQ(refusal(), Errc::not_found);
            ASSERT_TRUE(write_file_durably(block, good, FileAccess::private_to_owner));
        }
    }
    EXPECT_TRUE(instance_.restore());
}

TEST_F(BackupTest, AManifestOfAnotherBackupOrInstanceIsRefused) {
    write(0, 3);
    ASSERT_TRUE(instance_.back_up());
    write(3, 6);
    ASSERT_TRUE(instance_.back_up());
    auto const manifests = instance_.target() / "manifests";
    auto const newest = manifests / "0000000002.manifest";
    auto const good = *read_file(newest, limits::kMiB);
    std::filesystem::copy_file(manifests / "0000000001.manifest", newest,
                               std::filesystem::copy_options::overwrite_existing);
    EXPECT_EQ(refusal(), Errc::corrupt);
    ASSERT_TRUE(write_file_durably(newest, BytesView(good).first(good.size() / 2),
                                   FileAccess::private_to_owner));
    EXPECT_EQ(refusal(), Errc::corrupt);
    std::filesystem::remove(newest);
    // Without its newest, the older one passes for it, unless the operator knows better.
    EXPECT_TRUE(instance_.restore());
    EXPECT_EQ(refusal({.newest_known = 2}), Errc::corrupt);

    InstanceForTest const other;
    ASSERT_TRUE(other.back_up());
    std::filesystem::copy_file(other.target() / "manifests" / "0000000001.manifest", newest);
    EXPECT_EQ(refusal({.backup = 2, .pin = instance_.key().verifying_key()}), Errc::forbidden);
    EXPECT_NE(refusal({.backup = 2}), Errc::internal);
}

TEST_F(BackupTest, PartsAreNotExchanged) {
    write(0, 3);
    ASSERT_TRUE(instance_.back_up());
    EXPECT_EQ(Restore::choose(instance_.keys_target(), instance_.target(), {}).error().code,
              Errc::conflict);
    write(3, 6);
    ASSERT_TRUE(instance_.back_up());
    // Older keys than the data may lack what the data need.
    EXPECT_EQ(refusal({.keys_backup = 1}), Errc::invalid);
    EXPECT_EQ(instance_.restore({.backup = 1}).value().versions, 3U);
}

TEST_F(BackupTest, WhatWasErasedStaysErasedInOlderBackups) {
    write(0, 10);
    ASSERT_TRUE(instance_.back_up());
    instance_.destroy_key(4);
    ASSERT_TRUE(instance_.back_up());
    auto const checked = instance_.restore({.backup = 1}).value();
    EXPECT_EQ(checked.versions, 10U);
    EXPECT_EQ(checked.erased_versions, 1U);
}

TEST_F(BackupTest, ARecordWithoutAKeyIsFound) {
    write(0, 10);
    instance_.lose_key(4);
    ASSERT_TRUE(instance_.back_up());
    EXPECT_EQ(refusal(), Errc::corrupt);
}

TEST_F(BackupTest, TwoAtOnceRefuse) {
    write(0, 3);
    ASSERT_TRUE(instance_.back_up());
    auto const data = *Repository::open(instance_.target(), Part::data);
    {
        auto const held = *data.lock();
        EXPECT_EQ(instance_.back_up().error().code, Errc::conflict);
    }
    EXPECT_TRUE(instance_.back_up());
}

TEST_F(BackupTest, AnotherInstancesPlaceIsRefused) {
    InstanceForTest const other;
    ASSERT_TRUE(Repository::create(other.root() / "elsewhere", Part::data, "another-realm"));
    auto data = *Repository::open(other.root() / "elsewhere", Part::data);
    ASSERT_TRUE(instance_.back_up());
    auto keys = *Repository::open(instance_.keys_target(), Part::keys);
    SystemClock const clock;
    auto const made = make_backup(instance_.plan(), data, keys, instance_.key(), clock, {});
    EXPECT_EQ(made.error().code, Errc::conflict);
    EXPECT_EQ(Repository::create(instance_.directory(), Part::data, "x").error().code,
              Errc::conflict);
}

TEST_F(BackupTest, PrunesTheOldestAndKeepsTheRestWhole) {
    for (std::uint64_t round = 0; round < 5; ++round) {
        write(round * 40, round * 40 + 40);
        ASSERT_TRUE(instance_.back_up());
    }
    auto data = *Repository::open(instance_.target(), Part::data);
    auto const pruned = prune(data, 2).value();
    EXPECT_EQ(pruned.backups, 3U);
    EXPECT_EQ(pruned.kept, 2U);
    EXPECT_GT(pruned.removed.blocks, 0U);
    EXPECT_EQ(instance_.restore({.backup = 4}).value().versions, 160U);
    EXPECT_EQ(instance_.restore().value().versions, 200U);
    EXPECT_EQ(refusal({.backup = 3}), Errc::not_found);
    EXPECT_EQ(prune(data, 9).value().backups, 0U);
    EXPECT_EQ(instance_.back_up().value().backup, 6U);
}

TEST_F(BackupTest, PruningRemovesNothingWhenAManifestIsDamaged) {
    for (int round = 0; round < 3; ++round) ASSERT_TRUE(instance_.back_up());
    flip(instance_.target() / "manifests" / "0000000002.manifest", 20);
    auto data = *Repository::open(instance_.target(), Part::data);
    auto const blocks = instance_.blocks(instance_.target()).size();
    EXPECT_FALSE(prune(data, 2));
    EXPECT_EQ(instance_.blocks(instance_.target()).size(), blocks);
    EXPECT_EQ(data.backups().value().size(), 3U);
}

// Killed at any moment, the next backup goes on and the earlier ones are whole.
TEST_F(BackupTest, AKilledBackupHarmsNothing) {
    write(0, 100);
    ASSERT_TRUE(instance_.back_up());
    for (int round = 1; round <= 8; ++round) {
        write(static_cast<std::uint64_t>(100 + 20 * round),
              static_cast<std::uint64_t>(120 + 20 * round));
        auto const child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            static_cast<void>(instance_.back_up());
            ::_exit(0);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2 * round));
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        EXPECT_EQ(instance_.restore({.backup = 1}).value().versions, 100U);
        auto const made = instance_.back_up();
        ASSERT_TRUE(made) << made.error().why.text();
        EXPECT_EQ(instance_.restore().value().versions,
                  static_cast<std::uint64_t>(100 + 20 * round));
    }
}

TEST_F(BackupTest, NoRoomIsSaidAndHarmsNothing) {
    write(0, 100);
    ASSERT_TRUE(instance_.back_up());
    write(100, 150);
    auto const child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
        rlimit const small{.rlim_cur = 10'000, .rlim_max = 10'000};
        if (::setrlimit(RLIMIT_FSIZE, &small) != 0) ::_exit(2);
        auto const made = instance_.back_up();
        bool const said = !made && made.error().code == Errc::unavailable &&
                          made.error().why.text() == "there is no room for the backup";
        ::_exit(said ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_EQ(instance_.restore().value().versions, 100U);
    ASSERT_TRUE(instance_.back_up());
    EXPECT_EQ(instance_.restore().value().versions, 150U);
}

TEST_F(BackupTest, AnInterruptedOneIsNone) {
    write(0, 10);
    ASSERT_TRUE(instance_.back_up());
    write(10, 20);
    std::stop_source stop;
    stop.request_stop();
    auto data = *Repository::open(instance_.target(), Part::data);
    auto keys = *Repository::open(instance_.keys_target(), Part::keys);
    SystemClock const clock;
    auto const made =
        make_backup(instance_.plan(), data, keys, instance_.key(), clock, stop.get_token());
    EXPECT_EQ(made.error().code, Errc::timeout);
    EXPECT_EQ(data.backups().value().size(), 1U);
}

}  // namespace
}  // namespace salus::backup
