#include "audit/extent.h"

#include <thread>

#include "audit/log_fixture.h"

namespace salus::audit {
namespace {

class ExtentTest : public LogTest {
protected:
    // What a copy by the extent holds: closed segments, the last one up to the end.
    std::filesystem::path copy_by(Extent const& extent, std::string const& name) const {
        auto const target = root_ / name;
        std::filesystem::create_directory(target);
        for (std::uint64_t number = 1; number <= extent.segments; ++number) {
            auto bytes = contents_of(segment(number));
            if (number == extent.segments) {
                std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(extent.end), bytes.end(), 0);
            }
            overwrite(target / segment_name(number), bytes);
        }
        return target;
    }
};

TEST_F(ExtentTest, OfAnEmptyLogIsNothing) {
    ASSERT_TRUE(open());
    EXPECT_EQ(measure_log(directory_).value().size, 0U);
    EXPECT_EQ(measure_log(root_ / "absent").error().code, Errc::not_found);
}

TEST_F(ExtentTest, IsWhatTheLogSaysOfItself) {
    ASSERT_TRUE(open());
    append_many(200, 900);  // several segments
    auto const extent = measure_log(directory_).value();
    EXPECT_GT(extent.segments, 1U);
    EXPECT_EQ(extent.size, log_->status().size);
    EXPECT_EQ(extent.root, log_->status().root);
}

TEST_F(ExtentTest, ACopyWhileTheLogIsWrittenIsWhole) {
    ASSERT_TRUE(open());
    append_many(5);
    std::jthread const writer([&](std::stop_token const& stop) {
        BlockingExecutor executor;
        for (int i = 0; i < 1500 && !stop.stop_requested(); ++i) {
            std::vector<Record> records;
            records.push_back(test_record(i, static_cast<std::size_t>(100 + i % 5000)));
            if (!executor.run(log_->append(std::move(records), executor))) return;
        }
    });
    for (int round = 0; round < 15; ++round) {
        auto const before = log_->status().size;
        auto const extent = measure_log(directory_).value();
        auto const copy = copy_by(extent, "copy" + std::to_string(round));
        auto const report = verify_log(copy).value();
        EXPECT_FALSE(report.finding) << report.finding->why.text();
        EXPECT_EQ(report.size, extent.size);
        EXPECT_EQ(report.root, extent.root);
        EXPECT_GE(report.size, before);
        std::filesystem::remove_all(copy);
    }
}

TEST_F(ExtentTest, RefusesAGap) {
    ASSERT_TRUE(open());
    append_many(200, 900);
    std::filesystem::remove(segment(1));
    EXPECT_EQ(measure_log(directory_).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace salus::audit
