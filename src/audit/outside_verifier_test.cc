// The verifier that was written from the format page alone agrees with ours, on whole logs and on
// damaged ones.
#include <cstdio>

#include "audit/log_fixture.h"

namespace salus::audit {
namespace {

class OutsideVerifierTest : public LogTest {
protected:
    std::string verify_outside() const {
        auto const command = "python3 " SALUS_SOURCE_DIR "/tests/outside/verify_audit_log.py '" +
                             directory_.string() + "' 2>&1";
        std::unique_ptr<FILE, int (*)(FILE*)> const pipe(::popen(command.c_str(), "r"), ::pclose);
        std::string output;
        std::array<char, 256> line{};
        while (std::fgets(line.data(), line.size(), pipe.get()) != nullptr) output += line.data();
        return output;
    }
};

TEST_F(OutsideVerifierTest, AgreesOnAWholeLogAndOnDamagedOnes) {
    segment_bytes_ = 16 * 1024;
    ASSERT_TRUE(open());
    for (int i = 0; i < 40; ++i) {
        std::vector<Record> records;
        for (int n = 0; n <= i % 3; ++n) records.push_back(test_record(n, n == 1 ? 333 : 0));
        if (i % 5 == 0) {
            records.push_back(*LeafBuilder(Event::update, Outcome::ok).intent().build());
        }
        if (i == 20) clock_.step_wall(std::chrono::hours(-2));
        if (i == 30) {
            records.push_back(*LeafBuilder(Event::update, Outcome::ok).outcome_of(1).build());
        }
        ASSERT_TRUE(append(std::move(records)));
    }
    auto const status = log_->status();
    EXPECT_GT(status.segments, 2U);
    log_.reset();
    EXPECT_EQ(finding(), "");
    EXPECT_EQ(verify_outside(), "size " + std::to_string(status.size) + "\nroot " +
                                    to_hex(status.root) + "\norigin " + std::string(kTestOrigin) +
                                    "\n");
    auto const original = contents_of(segment(2));
    for (std::size_t offset = 5; offset < original.size(); offset += 1501) {
        auto changed = original;
        changed[offset] ^= 0x10;
        overwrite(segment(2), changed);
        EXPECT_NE(finding(), "");
        EXPECT_NE(verify_outside().find("0000000002.segment offset"), std::string::npos) << offset;
    }
}

}  // namespace
}  // namespace salus::audit
