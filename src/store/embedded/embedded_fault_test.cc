// What happens when the process is killed and when the disk refuses. Each child process ends by
// _exit or by a signal, so that a test that fails in it cannot go on in the parent.
#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>

#include "foundation/blocking.h"
#include "foundation/limits.h"
#include "store/embedded/store_directory.h"
#include "store/store_samples.h"

namespace salus::store {
namespace {

using embedded::StoreDirectory;

constexpr std::uint64_t kWriters = 4;

// Two documents in two compartments, so that half a commit would show.
Batch pair_of(std::uint64_t number) {
    Batch batch;
    batch.writes.push_back(samples::write(2 * number, 1, 1));
    batch.writes.push_back(samples::write(2 * number + 1, 2, 1));
    return batch;
}

Result<void> commit(Store& store, Batch batch) {
    BlockingExecutor home;
    return home.run(store.commit(std::move(batch), home));
}

// Commits without end and tells the parent each number after the store has acknowledged it.
[[noreturn]] void commit_until_killed(StoreDirectory& directory, std::uint64_t first, int told) {
    auto const store = directory.open().value();
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < kWriters; ++t) {
        threads.emplace_back([&store, told, number = first + t]() mutable {
            for (; commit(*store, pair_of(number)); number += kWriters) {
                if (::write(told, &number, sizeof number) != sizeof number) break;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    ::_exit(1);
}

// One document with each commit, and now and then a page, marked with its sequence. Told is the
// sequence after each commit.
[[noreturn]] void keep_pages_until_killed(StoreDirectory& directory, int told) {
    auto const store = directory.open().value();
    auto const reader = store->open_reader().value();
    auto const compartment = samples::compartment(1);
    auto sequence = reader->compartment_sequence(compartment).value();
    while (commit(*store, samples::batch(samples::write(sequence, 1, 1)))) {
        ++sequence;
        if (sequence % 3 == 0)
            store->keep_page({compartment, sequence, samples::sealed(30'000, sequence)});
        if (::write(told, &sequence, sizeof sequence) != sizeof sequence) break;
    }
    ::_exit(1);
}

// The numbers that a child acknowledged before it was killed in the middle of its commits.
std::vector<std::uint64_t> run_and_kill(auto const& until_killed, std::size_t acknowledgements) {
    int pipe[2];
    SALUS_CHECK(::pipe2(pipe, O_CLOEXEC) == 0);
    auto const child = ::fork();
    SALUS_CHECK(child >= 0);
    if (child == 0) until_killed(pipe[1]);
    ::close(pipe[1]);
    std::vector<std::uint64_t> numbers;
    std::uint64_t number = 0;
    while (::read(pipe[0], &number, sizeof number) == sizeof number) {
        numbers.push_back(number);
        if (numbers.size() == acknowledgements) ::kill(child, SIGKILL);
    }
    ::close(pipe[0]);
    int status = 0;
    SALUS_CHECK(::waitpid(child, &status, 0) == child);
    EXPECT_TRUE(WIFSIGNALED(status));
    return numbers;
}

TEST(EmbeddedFaultTest, AKilledProcessLosesNothingAcknowledged) {
    StoreDirectory directory;
    std::vector<std::uint64_t> acknowledged;
    std::uint64_t first = 0;
    for (std::size_t round = 0; round < 20; ++round) {
        auto const numbers = run_and_kill(
            [&](int told) { commit_until_killed(directory, first, told); }, 3 + 7 * round);
        acknowledged.insert(acknowledged.end(), numbers.begin(), numbers.end());
        ASSERT_TRUE(check_embedded_store(directory.file()));
        auto const store = directory.open().value();
        auto const reader = store->open_reader().value();
        for (auto const number : acknowledged) {
            EXPECT_TRUE(reader->get(samples::address(2 * number)).value());
            EXPECT_TRUE(reader->get(samples::address(2 * number + 1)).value());
        }
        // Also of those that were under way: both documents, or neither.
        auto const entries = reader->scan(samples::compartment(1)).value().entries;
        EXPECT_EQ(entries.size(), reader->scan(samples::compartment(2)).value().entries.size());
        EXPECT_EQ(store->statistics().value().versions, 2 * entries.size());
        EXPECT_GE(entries.size(), acknowledged.size());
        first += 10'000;
    }
    EXPECT_GT(acknowledged.size(), 20U);
}

TEST(EmbeddedFaultTest, AKilledProcessLeavesAPageWithEveryLaterChange) {
    StoreDirectory directory;
    std::size_t pages = 0;
    for (std::size_t round = 0; round < 20; ++round) {
        auto const numbers = run_and_kill(
            [&](int told) { keep_pages_until_killed(directory, told); }, 2 + 3 * round);
        ASSERT_TRUE(check_embedded_store(directory.file()));
        auto const store = directory.open().value();
        auto const scan = store->open_reader().value()->scan(samples::compartment(1)).value();
        EXPECT_GE(scan.sequence, numbers.back());
        auto const paged = scan.page ? scan.page->sequence : 0;
        EXPECT_EQ(scan.entries.size(), scan.sequence - paged);
        if (!scan.page) continue;
        EXPECT_EQ(samples::bytes(scan.page->page), samples::bytes(samples::sealed(30'000, paged)));
        ++pages;
    }
    EXPECT_GT(pages, 10U);
}

int run_in_child(auto const& work) {
    auto const child = ::fork();
    SALUS_CHECK(child >= 0);
    if (child == 0) ::_exit(work());
    int status = 0;
    SALUS_CHECK(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

constexpr int kNotPermitted = 77;

// A file system of this size over the directory, seen by this process alone.
bool mount_small(StoreDirectory const& directory, char const* options) {
    return ::unshare(CLONE_NEWNS) == 0 &&
           ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("tmpfs", directory.path().c_str(), "tmpfs", 0, options) == 0;
}

// Returns the number of commits before the first refusal, which is unavailable; 0 for another.
std::uint64_t commit_until_refused(Store& store) {
    for (std::uint64_t number = 0; number < 10'000; ++number) {
        auto const done = commit(store, pair_of(number));
        if (!done) return done.error().code == Errc::unavailable ? number : 0;
    }
    return 0;
}

int fill_the_disk(StoreDirectory& directory) {
    if (!mount_small(directory, "size=6m")) return kNotPermitted;
    auto const ballast = directory.path() / "ballast";
    Bytes const zeros(2 * limits::kMiB);
    if (!write_file_durably(ballast, zeros, FileAccess::private_to_owner)) return 1;
    std::uint64_t acknowledged = 0;
    {
        auto const store = directory.open().value();
        acknowledged = commit_until_refused(*store);
        if (acknowledged < 10) return 2;
        if (commit(*store, pair_of(20'000))) return 3;
        std::filesystem::remove(ballast);
        // There is room again: the same store goes on, and has lost nothing.
        if (!commit(*store, pair_of(20'000))) return 4;
    }
    if (!check_embedded_store(directory.file())) return 5;
    auto const store = directory.open().value();
    auto const reader = store->open_reader().value();
    for (std::uint64_t number = 0; number < acknowledged; ++number) {
        if (!reader->get(samples::address(2 * number)).value()) return 6;
    }
    auto const entries = reader->scan(samples::compartment(1)).value().entries.size();
    if (entries != acknowledged + 1) return 7;
    return store->statistics().value().versions == 2 * entries ? 0 : 8;
}

TEST(EmbeddedFaultTest, GoesOnAfterAFullDisk) {
    StoreDirectory directory;
    auto const code = run_in_child([&directory] { return fill_the_disk(directory); });
    if (code == kNotPermitted) {
        std::puts("not run: mounting a small file system is not permitted here");
        return;
    }
    EXPECT_EQ(code, 0);
}

int write_to_a_read_only_disk(StoreDirectory& directory) {
    if (!mount_small(directory, "size=6m")) return kNotPermitted;
    if (!directory.open()) return 1;
    unsigned long const flags = MS_REMOUNT | MS_RDONLY;
    if (::mount("none", directory.path().c_str(), "tmpfs", flags, nullptr) != 0) {
        return kNotPermitted;
    }
    auto const opened = directory.open();
    return !opened && opened.error().code == Errc::unavailable ? 0 : 2;
}

TEST(EmbeddedFaultTest, ARefusalOfAReadOnlyDiskIsUnavailable) {
    StoreDirectory directory;
    auto const code = run_in_child([&directory] { return write_to_a_read_only_disk(directory); });
    if (code == kNotPermitted) {
        std::puts("not run: mounting a small file system is not permitted here");
        return;
    }
    EXPECT_EQ(code, 0);
}

void limit_file_size(rlim_t bytes) {
    rlimit limit{};
    SALUS_CHECK(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
    limit.rlim_cur = bytes;
    SALUS_CHECK(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

// EFBIG is to SQLite an I/O error: the store refuses for good, even when the disk would take more.
int meet_an_io_error(StoreDirectory& directory) {
    static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
    std::uint64_t acknowledged = 0;
    {
        auto const store = directory.open().value();
        limit_file_size(2 * limits::kMiB);
        acknowledged = commit_until_refused(*store);
        if (acknowledged < 10) return 2;
        limit_file_size(RLIM_INFINITY);
        auto const again = commit(*store, pair_of(20'000));
        if (again || again.error().code != Errc::unavailable) return 3;
        // Reading goes on.
        auto const reader = store->open_reader();
        if (!reader || !(*reader)->get(samples::address(0)).value()) return 4;
    }
    auto const store = directory.open().value();
    auto const reader = store->open_reader().value();
    for (std::uint64_t number = 0; number < acknowledged; ++number) {
        if (!reader->get(samples::address(2 * number)).value()) return 5;
    }
    auto const entries = reader->scan(samples::compartment(1)).value().entries.size();
    if (store->statistics().value().versions != 2 * entries) return 6;
    return commit(*store, pair_of(20'000)) ? 0 : 7;
}

TEST(EmbeddedFaultTest, RefusesAllCommitsAfterAnIoErrorUntilReopened) {
    StoreDirectory directory;
    EXPECT_EQ(run_in_child([&directory] { return meet_an_io_error(directory); }), 0);
}

}  // namespace
}  // namespace salus::store
