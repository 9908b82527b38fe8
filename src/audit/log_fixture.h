// What the tests of the log share: a directory of their own, a log over it, records to append.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "audit/file_log.h"
#include "audit/leaf.h"
#include "audit/log.h"
#include "audit/recovery.h"
#include "audit/segment.h"
#include "audit/verifier.h"
#include "foundation/blocking.h"

namespace salus::audit {

constexpr std::string_view kTestOrigin = "salus/test/tenant/2026";

inline Record test_record(std::int64_t number, std::size_t detail_bytes = 0) {
    LeafBuilder builder(Event::read, Outcome::ok);
    builder.client(ClientId("client-1")).number("n", number).status(200);
    if (detail_bytes == 0) return *builder.build();
    Bytes sealed(std::max<std::size_t>(detail_bytes, 96), 0xa5);
    sealed[0] = 'S';
    sealed[1] = 'R';
    sealed[2] = 1;
    sealed[3] = 1;
    return *builder.build(*crypto::Sealed::from_storage(std::move(sealed)));
}

inline Bytes contents_of(std::filesystem::path const& path) {
    std::ifstream in(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(in), {});
}

inline void overwrite(std::filesystem::path const& path, BytesView bytes) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text_of(bytes);
}

class LogTest : public ::testing::Test {
protected:
    LogTest() {
        auto pattern = (std::filesystem::temp_directory_path() / "salus_audit_XXXXXX").string();
        root_ = ::mkdtemp(pattern.data());
        directory_ = root_ / "log";
    }
    ~LogTest() override {
        log_.reset();
        std::filesystem::remove_all(root_);
    }

    Options options() const {
        Options options;
        options.directory = directory_;
        options.origin = kTestOrigin;
        options.segment_bytes = segment_bytes_;
        return options;
    }
    std::filesystem::path segment(std::uint64_t number) const {
        return directory_ / segment_name(number);
    }

    Result<void> open(std::unique_ptr<Volume> volume = std::make_unique<DiskVolume>()) {
        log_.reset();
        auto opened = open_log(options(), std::move(volume), clock_, operational_log_);
        if (!opened) return std::unexpected(opened.error());
        log_ = std::move(opened->log);
        open_intents_ = std::move(opened->open_intents);
        return {};
    }

    Result<std::vector<Position>> append(std::vector<Record> records) {
        return executor_.run(log_->append(std::move(records), executor_));
    }
    Result<std::vector<Position>> append(Record record) {
        std::vector<Record> records;
        records.push_back(std::move(record));
        return append(std::move(records));
    }
    // One batch each.
    void append_many(int count, std::size_t detail_bytes = 0) {
        for (int i = 0; i < count; ++i) {
            ASSERT_TRUE(append(test_record(i, detail_bytes)));
        }
    }

    // A segment that is made in the background, before it is needed.
    void await_segment(std::uint64_t number) const {
        for (int i = 0; i < 1'000 && !std::filesystem::exists(segment(number)); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        ASSERT_TRUE(std::filesystem::exists(segment(number)));
    }

    std::string finding() const {
        auto const report = verify_log(directory_);
        if (!report) return "unreadable";
        return report->finding ? std::string(report->finding->why.text()) : "";
    }
    Result<LogEnd> recover_only() const {
        DiskVolume volume;
        return recover(options(), volume);
    }
    std::vector<std::string> leaves() const {
        std::vector<std::string> all;
        auto const report =
            read_leaves(directory_, [&](LeafView const& leaf) { all.emplace_back(leaf.json); });
        EXPECT_TRUE(report);
        return all;
    }

    std::filesystem::path root_;
    std::filesystem::path directory_;
    std::size_t segment_bytes_ = 64 * 1024;
    ManualClock clock_{WallTime{std::chrono::seconds(1'795'421'730)}};
    salus::Log operational_log_{clock_, -1, LogLevel::error};
    BlockingExecutor executor_;
    std::unique_ptr<Log> log_;
    std::vector<OpenIntent> open_intents_;
};

}  // namespace salus::audit
