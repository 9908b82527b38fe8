#include "audit_views/patient_report.h"

#include <gmock/gmock.h>

#include "audit_views/report_lines.h"
#include "json/document.h"

namespace salus::audit_views {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RecordedLeaf disclosure(std::string client, std::string purpose, std::int64_t second = 0) {
    RecordedLeaf leaf;
    leaf.event = "read";
    leaf.outcome = "ok";
    leaf.client = std::move(client);
    leaf.purpose = std::move(purpose);
    leaf.request = "r";
    leaf.patient = std::string(32, 'a');
    leaf.time = WallTime(std::chrono::seconds(second));
    leaf.resources.push_back({.type = "Observation", .address = "00", .version = 1, .stored = {}});
    return leaf;
}

PatientReport report_of(std::vector<RecordedLeaf> leaves) {
    PatientReport report;
    report.patient = "Patient/p1";
    report.id = "0b4ee0f2-6d5b-4b1a-9ae5-5e9b6f6b8f11";
    for (auto& leaf : leaves) report.events.push_back({std::move(leaf), {}});
    return report;
}

TEST(IsReported, TreatmentPaymentOperationsAndTheIndividualAreExempt) {
    auto const reported = [](std::string purpose, Exempt exempt = Exempt::left_out) {
        return is_reported(ReportKind::accounting, exempt, disclosure("c", std::move(purpose)));
    };
    for (auto const* purpose : {"TREAT", "ETREAT", "HPAYMT", "HOPERAT", "PATRQT"}) {
        EXPECT_FALSE(reported(purpose)) << purpose;
        EXPECT_TRUE(reported(purpose, Exempt::included)) << purpose;
    }
    // What is not known to be exempt is accounted for.
    for (auto const* purpose : {"HRESCH", "PUBHLTH", "", "NEW"}) {
        EXPECT_TRUE(reported(purpose)) << purpose;
    }
}

TEST(IsReported, WhatDidNotLeaveIsNoDisclosureAndYetAnAccess) {
    auto refused = disclosure("c", "HRESCH");
    refused.outcome = "denied";
    auto written = disclosure("c", "HRESCH");
    written.event = "create";
    auto intent = disclosure("c", "HRESCH");
    intent.phase = audit::Phase::intent;
    for (auto const& leaf : {refused, written}) {
        EXPECT_FALSE(is_reported(ReportKind::accounting, Exempt::included, leaf));
        EXPECT_TRUE(is_reported(ReportKind::access, Exempt::left_out, leaf));
    }
    EXPECT_FALSE(is_reported(ReportKind::access, Exempt::left_out, intent));
}

TEST(ReportLines, OneRecipientAndPurposeIsOneLine) {
    auto const lines =
        lines_of(report_of({disclosure("a", "HRESCH", 10), disclosure("b", "", 20),
                            disclosure("a", "HRESCH", 30), disclosure("a", "PUBHLTH", 40)}));
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].recipient, "a");
    EXPECT_EQ(lines[0].purpose, "research");
    EXPECT_EQ(lines[0].events, (std::vector<std::size_t>{0, 2}));
    EXPECT_EQ(lines[0].first, WallTime(std::chrono::seconds(10)));
    EXPECT_EQ(lines[0].last, WallTime(std::chrono::seconds(30)));
    EXPECT_EQ(describe(lines[0].what), "2 Observation");
    EXPECT_EQ(lines[1].purpose, "not stated");
}

TEST(PatientReport, TextOfOthersStaysText) {
    auto report = report_of({disclosure("<script>alert(1)</script>\"", "<b>")});
    report.patient = "Patient/\"><img src=x>";
    auto const source = ViewSource::of("https://salus.example");
    auto const page = report_page(report, source);
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("<img")));
    EXPECT_THAT(page, Not(HasSubstr("<b>")));
    auto const document = report_document(report, source);
    json::Parser parser;
    EXPECT_TRUE(parser.parse(document));
    EXPECT_THAT(document, HasSubstr("<td>&lt;script&gt;"));
    EXPECT_THAT(document, Not(HasSubstr("<td><script")));
}

}  // namespace
}  // namespace salus::audit_views
