#include "audit_views/export_writer.h"

#include <gmock/gmock.h>

#include "audit_views/events_for_test.h"
#include "audit_views/syslog.h"

namespace salus::audit_views {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ExportWriterTest : public EventsTest {
protected:
    std::string exported(ExportFormat format, EventFilter filter = {}) {
        ExportWriter writer(format, ViewSource::of("https://salus.example"), std::move(filter),
                            Details::left_out);
        std::string out;
        writer.begin(out);
        for (auto const& leaf : leaves()) EXPECT_TRUE(writer.add(out, leaf));
        written_ = writer.written();
        return out;
    }

    std::uint64_t written_ = 0;
};

TEST_F(ExportWriterTest, JsonLinesAreTheLeavesByteForByte) {
    auto builder = request_leaf(audit::Event::read, audit::Outcome::ok);
    add(builder);
    EXPECT_EQ(exported(ExportFormat::json), leaves().front() + "\n");
}

TEST_F(ExportWriterTest, FilterTakesWhatEachPartAdmits) {
    auto read = request_leaf(audit::Event::read, audit::Outcome::ok);
    read.patient(patient_for_test(1));
    auto other = request_leaf(audit::Event::read, audit::Outcome::ok, "client-2");
    auto denied = request_leaf(audit::Event::denied, audit::Outcome::denied);
    add(read);
    clock_.advance(std::chrono::hours(1));
    add(other);
    add(denied);
    auto const count = [&](EventFilter filter) {
        static_cast<void>(exported(ExportFormat::csv, std::move(filter)));
        return written_;
    };
    EXPECT_EQ(count({}), 3U);
    EXPECT_EQ(count({.patient = patient_for_test(1).hex()}), 1U);
    EXPECT_EQ(count({.client = "client-2"}), 1U);
    EXPECT_EQ(count({.events = {"denied", "token"}}), 1U);
    EXPECT_EQ(count({.outcomes = {"ok"}}), 2U);
    EXPECT_EQ(count({.since = clock_.now()}), 2U);
    EXPECT_EQ(count({.until = clock_.now()}), 1U);
}

TEST_F(ExportWriterTest, WriteIsOneEventOfItsTwoLeaves) {
    auto intent = request_leaf(audit::Event::create, audit::Outcome::ok);
    intent.patient(patient_for_test(2)).intent();
    auto outcome = request_leaf(audit::Event::create, audit::Outcome::ok);
    outcome.outcome_of(add(intent));
    add(outcome);
    auto const text = exported(ExportFormat::csv, {.patient = patient_for_test(2).hex()});
    EXPECT_EQ(written_, 1U);
    EXPECT_THAT(text, HasSubstr("\"outcome\",\"ok\""));
    static_cast<void>(exported(ExportFormat::json));
    EXPECT_EQ(written_, 2U);
}

TEST_F(ExportWriterTest, OutcomeWithoutIntentIsNoLog) {
    auto outcome = request_leaf(audit::Event::create, audit::Outcome::ok);
    outcome.outcome_of(0);
    auto first = request_leaf(audit::Event::create, audit::Outcome::ok);
    first.intent();
    add(first);
    add(outcome);
    ExportWriter writer(ExportFormat::fhir, ViewSource::of("https://x"), {}, Details::left_out);
    std::string out;
    EXPECT_EQ(writer.add(out, leaves().back()).error().code, Errc::corrupt);
}

TEST(CommaSeparatedTest, NoFieldIsAFormulaOrBreaksItsLine) {
    RecordedLeaf leaf;
    leaf.client = "=HYPERLINK(\"http://x\")";
    leaf.reason = "@a\",b";
    leaf.target = "-1";
    std::string out;
    append_csv_line(out, {.leaf = leaf}, Details::left_out);
    EXPECT_THAT(out, HasSubstr(R"csv("'=HYPERLINK(""http://x"")")csv"));
    EXPECT_THAT(out, HasSubstr(R"("'@a"",b")"));
    EXPECT_THAT(out, HasSubstr(R"("'-1")"));
    OpenedDetail const detail{.address = "192.0.2.1",
                              .user_agent = "+cmd|' /C calc'!A0",
                              .target = "\t=1",
                              .form = {},
                              .claimed_client = {}};
    out.clear();
    append_csv_line(out, {.leaf = leaf, .detail = &detail}, Details::shown);
    EXPECT_THAT(out, HasSubstr(R"("'+cmd|)"));
    EXPECT_THAT(out, HasSubstr("\"'\t=1\""));
}

TEST(SyslogTest, SaysWhichLeafItIsAndHowItEnded) {
    RecordedLeaf leaf;
    leaf.index = 41;
    leaf.origin = R"(salus/a]b)";
    leaf.event = "denied";
    leaf.outcome = "denied";
    std::string out;
    append_syslog(out, ViewSource::of("https://salus.example"), {.leaf = leaf}, 39);
    // Facility 10, warning.
    EXPECT_THAT(out,
                StartsWith("<84>1 1970-01-01T00:00:00.000Z salus.example salus - "
                           "IHE+RFC-3881 [salus@32473 o=\"salus/a\\]b\" i=\"41\" pi=\"39\" lh=\""));
    EXPECT_THAT(out, Not(HasSubstr("\n")));
}

TEST(SyslogTest, MarkupInAFieldStaysText) {
    RecordedLeaf leaf;
    leaf.event = "search";
    leaf.outcome = "ok";
    leaf.request = "r";
    leaf.client = "<script>\"&'\x01\n";
    std::string out;
    append_dicom_audit_message(out, ViewSource::of("https://salus.example"), {.leaf = leaf});
    EXPECT_THAT(out, HasSubstr("&lt;script&gt;&quot;&amp;&#39;\xef\xbf\xbd&#10;"));
    EXPECT_THAT(out, Not(HasSubstr("<script")));
}

}  // namespace
}  // namespace salus::audit_views
