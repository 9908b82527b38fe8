// The disk fails, the power fails, the process is killed: what was acknowledged is there.
#include <csignal>
#include <random>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "audit/log_fixture.h"
#include "foundation/file.h"

namespace salus::audit {
namespace {

// What a faulty disk does, and when. Shared with the test, which outlives the log.
struct Faults {
    std::atomic<int> syncs_left{1'000'000};  // then every sync and write fails
    std::atomic<int> writes_left{1'000'000};
    std::atomic<int> segments_left{1'000'000};
    // For the power cut: bytes written since the last sync, as they were before.
    struct Before {
        std::filesystem::path path;
        std::uint64_t offset;
        Bytes bytes;
    };
    std::vector<Before> unsynced;
};

class FaultyFile final : public SegmentFile {
public:
    FaultyFile(Faults& faults, std::filesystem::path path, std::unique_ptr<SegmentFile> file)
        : faults_(faults), path_(std::move(path)), file_(std::move(file)) {}
    Result<void> write(std::uint64_t offset, BytesView bytes) override {
        if (faults_.syncs_left <= 0 || --faults_.writes_left < 0) {
            return fail(Errc::unavailable, "injected EIO");
        }
        auto before = read_piece(path_, offset, bytes.size());
        faults_.unsynced.push_back({path_, offset, *std::move(before)});
        return file_->write(offset, bytes);
    }
    Result<void> sync() override {
        if (--faults_.syncs_left <= 0) return fail(Errc::unavailable, "injected EIO");
        faults_.unsynced.clear();
        return file_->sync();
    }
    Result<void> check_live() override { return file_->check_live(); }

private:
    Faults& faults_;
    std::filesystem::path path_;
    std::unique_ptr<SegmentFile> file_;
};

class FaultyVolume final : public Volume {
public:
    explicit FaultyVolume(Faults& faults) : faults_(faults) {}
    Result<void> create(std::filesystem::path const& path, std::uint64_t bytes) override {
        if (--faults_.segments_left < 0) return fail(Errc::unavailable, "injected ENOSPC");
        return disk_.create(path, bytes);
    }
    Result<std::unique_ptr<SegmentFile>> open(std::filesystem::path const& path) override {
        SALUS_TRY(auto file, disk_.open(path));
        return std::unique_ptr<SegmentFile>(
            std::make_unique<FaultyFile>(faults_, path, std::move(file)));
    }

private:
    Faults& faults_;
    DiskVolume disk_;
};

class LogCrashTest : public LogTest {
protected:
    // Some units of what was not synced did not reach the disk.
    static void lose(Faults& faults, std::mt19937& random, std::size_t unit) {
        for (auto const& before : faults.unsynced) {
            auto bytes = contents_of(before.path);
            for (std::size_t i = 0; i < before.bytes.size(); ++i) {
                if ((before.offset + i) % unit == 0 || i == 0) lost_ = random() % 2 == 0;
                if (lost_) bytes[before.offset + i] = before.bytes[i];
            }
            overwrite(before.path, bytes);
        }
        faults.unsynced.clear();
    }
    static inline bool lost_ = false;

    // Appends until the power fails, at a random sync; returns how many were acknowledged.
    std::uint64_t run_until_cut(Faults& faults, std::mt19937& random) {
        faults.syncs_left = static_cast<int>(random() % 40) + 2;
        std::uint64_t acknowledged = 0;
        if (!open(std::make_unique<FaultyVolume>(faults))) return 0;
        while (true) {
            std::vector<Record> records;
            auto const count = random() % 4 + 1;
            for (std::size_t i = 0; i < count; ++i) {
                records.push_back(test_record(static_cast<std::int64_t>(i), random() % 2 * 900));
            }
            auto const result = append(std::move(records));
            if (!result) break;
            acknowledged = result->back().index + 1;
        }
        log_.reset();
        return acknowledged;
    }
};

TEST_F(LogCrashTest, APowerCutThatLosesAnySectorsLosesNothingAcknowledged) {
    segment_bytes_ = 16 * 1024;
    std::mt19937 random(20261123);
    for (int round = 0; round < 150; ++round) {
        std::filesystem::remove_all(directory_);
        Faults faults;
        auto const acknowledged = run_until_cut(faults, random);
        lose(faults, random, kSectorBytes);
        ASSERT_TRUE(open()) << round;
        EXPECT_GE(log_->status().size, acknowledged) << round;
        append_many(1);
        log_.reset();
        EXPECT_EQ(finding(), "") << round;
    }
}

TEST_F(LogCrashTest, APowerCutThatLosesAnyBytesIsNeverTakenForAWholeLog) {
    segment_bytes_ = 16 * 1024;
    std::mt19937 random(7);
    int started = 0;
    for (int round = 0; round < 150; ++round) {
        std::filesystem::remove_all(directory_);
        Faults faults;
        auto const acknowledged = run_until_cut(faults, random);
        lose(faults, random, 1);
        auto const result = open();
        if (!result) {
            EXPECT_EQ(result.error().code, Errc::corrupt);
            continue;
        }
        ++started;
        EXPECT_GE(log_->status().size, acknowledged) << round;
        log_.reset();
        EXPECT_EQ(finding(), "") << round;
    }
    EXPECT_GT(started, 0);
}

TEST_F(LogCrashTest, OneFailedSyncPoisonsUntilAReopening) {
    Faults faults;
    ASSERT_TRUE(open(std::make_unique<FaultyVolume>(faults)));
    append_many(2);
    faults.syncs_left = 1;
    EXPECT_EQ(append(test_record(1)).error().code, Errc::unavailable);
    faults.syncs_left = 1'000'000;  // the disk works again, but nobody may believe it
    EXPECT_EQ(append(test_record(1)).error().code, Errc::unavailable);
    EXPECT_EQ(log_->status().state, State::poisoned);
    EXPECT_EQ(log_->status().size, 2U);
    ASSERT_TRUE(open());
    EXPECT_GE(log_->status().size, 2U);
    EXPECT_TRUE(append(test_record(1)));
}

TEST_F(LogCrashTest, AFailedWriteFailsEveryoneWhoWaits) {
    Faults faults;
    ASSERT_TRUE(open(std::make_unique<FaultyVolume>(faults)));
    faults.writes_left = 3;
    std::atomic<int> refused = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 16; ++t) {
        threads.emplace_back([&] {
            BlockingExecutor home;
            while (true) {
                std::vector<Record> records;
                records.push_back(test_record(1));
                auto const result = home.run(log_->append(std::move(records), home));
                if (result) continue;
                EXPECT_EQ(result.error().code, Errc::unavailable);
                ++refused;
                return;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(refused, 16);
}

TEST_F(LogCrashTest, AFullDiskPoisonsOnlyWhenTheSegmentIsFullAndSpaceHealsIt) {
    segment_bytes_ = 16 * 1024;
    Faults faults;
    faults.segments_left = 2;
    ASSERT_TRUE(open(std::make_unique<FaultyVolume>(faults)));
    std::uint64_t acknowledged = 0;
    while (append(test_record(1, 200))) ++acknowledged;
    EXPECT_GT(acknowledged, 10U);
    EXPECT_EQ(log_->status().segments, 2U);
    EXPECT_FALSE(log_->status().spare_ready);
    ASSERT_TRUE(open());
    EXPECT_EQ(log_->status().size, acknowledged);
    EXPECT_TRUE(append(test_record(1)));
    log_.reset();
    EXPECT_EQ(finding(), "");
}

TEST_F(LogCrashTest, AFileSizeLimitRefusesTheStart) {
    struct rlimit old{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
    auto const handler = std::signal(SIGXFSZ, SIG_IGN);
    struct rlimit const small{8192, old.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    EXPECT_EQ(open().error().code, Errc::unavailable);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
    std::signal(SIGXFSZ, handler);
    EXPECT_TRUE(open());
}

// In the child: four threads append and report each acknowledged index and number.
[[noreturn]] void append_forever(Log& log, int pipe) {
    std::vector<std::thread> threads;
    for (std::int64_t t = 0; t < 4; ++t) {
        threads.emplace_back([&log, pipe, t] {
            BlockingExecutor home;
            for (std::int64_t n = t * 1'000'000;; ++n) {
                std::vector<Record> records;
                records.push_back(test_record(n, n % 3 == 0 ? 500 : 0));
                auto const result = home.run(log.append(std::move(records), home));
                if (!result) ::_exit(1);
                std::array<std::int64_t, 2> const report{
                    static_cast<std::int64_t>(result->at(0).index), n};
                if (::write(pipe, report.data(), sizeof report) != sizeof report) ::_exit(2);
            }
        });
    }
    for (auto& thread : threads) thread.join();
    ::_exit(3);
}

TEST_F(LogCrashTest, KillingTheProcessLosesNothingThatItAcknowledged) {
    std::mt19937 random(1);
    std::uint64_t total = 0;
    for (int round = 0; round < 20; ++round) {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        auto const child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            ::close(ends[0]);
            if (!open()) ::_exit(4);
            append_forever(*log_, ends[1]);
        }
        ::close(ends[1]);
        FileDescriptor const reports(ends[0]);
        std::vector<std::array<std::int64_t, 2>> acknowledged;
        std::array<std::int64_t, 2> report{};
        auto const enough = 10 + random() % 200;
        while (::read(reports.get(), report.data(), sizeof report) == sizeof report) {
            acknowledged.push_back(report);
            if (acknowledged.size() == enough) ::kill(child, SIGKILL);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        EXPECT_TRUE(WIFSIGNALED(status));
        ASSERT_TRUE(open()) << round;
        log_.reset();
        EXPECT_EQ(finding(), "") << round;
        auto const all = leaves();
        for (auto const& [index, number] : acknowledged) {
            ASSERT_LT(static_cast<std::size_t>(index), all.size());
            EXPECT_NE(
                all[static_cast<std::size_t>(index)].find("{\"n\":" + std::to_string(number) + "}"),
                std::string::npos);
        }
        total += acknowledged.size();
    }
    EXPECT_GT(total, 200U);
}

}  // namespace
}  // namespace salus::audit
