// The control report as JSON: read anew each time, complete, and safe whatever the evidence says.
#include "admin/control_report.h"

#include <array>
#include <gtest/gtest.h>
#include <memory>

#include "json/document.h"

namespace salus::admin {
namespace {

class FakeReport final : public ControlReport {
public:
    [[nodiscard]] std::vector<ControlLine> read() const override {
        ++reads;
        return lines;
    }
    std::vector<ControlLine> lines;
    mutable int reads = 0;
};

class ControlCheckTest : public ::testing::Test {
protected:
    // The report's list of controls, kept in document_.
    [[nodiscard]] std::vector<json::Value> controls() {
        auto const prepared = control_check(report_);
        EXPECT_EQ(prepared.status, 200);
        EXPECT_EQ(prepared.headers.get("Content-Type"), "application/json");
        EXPECT_FALSE(prepared.batch.has_value());
        EXPECT_TRUE(prepared.touched.empty());
        auto document = parser_.parse(std::get<request::PlainContent>(prepared.content).text);
        EXPECT_TRUE(document.has_value());
        if (!document) return {};
        document_ = std::make_unique<json::Document>(*std::move(document));
        EXPECT_EQ(document_->root().size(), 1U);
        std::vector<json::Value> all;
        for (auto const value : document_->root().member("controls")->elements()) {
            all.push_back(value);
        }
        return all;
    }

    FakeReport report_;
    json::Parser parser_;
    std::unique_ptr<json::Document> document_;
};

TEST_F(ControlCheckTest, AnEmptyCatalogueIsAnEmptyList) {
    EXPECT_TRUE(controls().empty());
}

TEST_F(ControlCheckTest, EveryLineInOrderWithItsState) {
    report_.lines = {{"ENC-1", "encryption", ControlState::enforced, "12 keys"},
                     {"ENC-4", "rotation", ControlState::not_yet, ""},
                     {"AUD-2", "no audit, no access", ControlState::failing, "poisoned"},
                     {"AZ-5", "consent", ControlState::partly, "x"}};
    auto const all = controls();
    ASSERT_EQ(all.size(), 4U);
    constexpr std::array<std::array<std::string_view, 3>, 4> kExpected{
        {{"ENC-1", "enforced", "12 keys"},
         {"ENC-4", "not yet", ""},
         {"AUD-2", "failing", "poisoned"},
         {"AZ-5", "partly", "x"}}};
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].text_member("id"), kExpected[i][0]);
        EXPECT_EQ(all[i].text_member("state"), kExpected[i][1]);
        EXPECT_EQ(all[i].text_member("evidence"), kExpected[i][2]);
        EXPECT_TRUE(all[i].text_member("title").has_value());
    }
}

TEST_F(ControlCheckTest, IsReadAnewAtEachCall) {
    report_.lines = {{"AUD-2", "no audit, no access", ControlState::enforced, "1 leaf"}};
    EXPECT_EQ(controls().at(0).text_member("state"), "enforced");
    report_.lines[0].state = ControlState::failing;
    report_.lines[0].evidence = "2 leaves";
    auto const all = controls();
    EXPECT_EQ(all.at(0).text_member("state"), "failing");
    EXPECT_EQ(all.at(0).text_member("evidence"), "2 leaves");
    EXPECT_EQ(report_.reads, 2);
}

TEST_F(ControlCheckTest, EvidenceCannotBreakOutOfItsPlace) {
    std::string const hostile = "\"},{\"id\":\"X-1\",\"state\":\"enforced\"}\n\t\\ \x01 \xc3\xa9";
    report_.lines = {{"ENC-1", "t", ControlState::failing, hostile}};
    auto const all = controls();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].text_member("evidence"), hostile);
    EXPECT_EQ(all[0].text_member("state"), "failing");
}

TEST_F(ControlCheckTest, EveryStateHasAWordOfItsOwn) {
    EXPECT_EQ(name_of(ControlState::enforced), Literal("enforced"));
    EXPECT_EQ(name_of(ControlState::partly), Literal("partly"));
    EXPECT_EQ(name_of(ControlState::not_yet), Literal("not yet"));
    EXPECT_EQ(name_of(ControlState::failing), Literal("failing"));
}

}  // namespace
}  // namespace salus::admin
