#include "audit_views/audit_event.h"

#include <gmock/gmock.h>

#include "audit_views/events_for_test.h"

namespace salus::audit_views {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AuditEventTest : public EventsTest {
protected:
    std::string rendered(RecordedLeaf const& leaf, OpenedDetail const* detail = nullptr,
                         std::string_view patient = {}) {
        std::string out;
        append_audit_event(out, ViewSource::of("https://salus.example:8443/t/north"),
                           {.leaf = leaf, .detail = detail, .patient = patient});
        EXPECT_TRUE(parser_.parse(out)) << out;
        return out;
    }
};

TEST_F(AuditEventTest, ReadKeepsThePatternOfBalp) {
    auto builder = request_leaf(audit::Event::read, audit::Outcome::ok);
    builder.patient(patient_for_test(1));
    with_resource(builder, "Observation");
    auto const event = rendered(read_one(builder));
    EXPECT_THAT(event, HasSubstr("IHE.BasicAudit.PatientRead\""));
    // Reading: the client is the destination (110152), the server the source (110153).
    EXPECT_LT(event.find("\"110152\""), event.find("\"110153\""));
    EXPECT_THAT(event, HasSubstr(R"("action":"R")"));
    EXPECT_THAT(event, HasSubstr(patient_for_test(1).hex()));
}

TEST_F(AuditEventTest, CreateTurnsSourceAndDestination) {
    auto builder = request_leaf(audit::Event::create, audit::Outcome::ok);
    with_resource(builder, "Organization");
    auto const event = rendered(read_one(builder));
    EXPECT_THAT(event, HasSubstr("IHE.BasicAudit.Create\""));
    EXPECT_LT(event.find("\"110153\""), event.find("\"110152\""));
}

TEST_F(AuditEventTest, RefusalKeepsNoPatternAndSaysWhy) {
    auto builder = request_leaf(audit::Event::denied, audit::Outcome::denied);
    builder.reason("no scope of the token permits this");
    auto const event = rendered(read_one(builder));
    EXPECT_THAT(event, Not(HasSubstr("\"profile\"")));
    EXPECT_THAT(event, HasSubstr(R"("outcome":"4","outcomeDesc":"no scope)"));
}

TEST_F(AuditEventTest, SearchDoesNotTellItsMatchesAndMasksTheQuery) {
    auto builder = request_leaf(audit::Event::search, audit::Outcome::ok);
    builder.patient(patient_for_test(1));
    with_resource(builder, "Observation", 0x5c);
    auto const leaf = read_one(builder);
    auto const masked = rendered(leaf);
    EXPECT_THAT(masked, Not(HasSubstr("5c5c5c")));
    EXPECT_THAT(masked, HasSubstr(R"("_query":{"extension")"));
    OpenedDetail const detail{.address = "192.0.2.1",
                              .user_agent = {},
                              .target = "/fhir/Observation?code=1",
                              .form = {},
                              .claimed_client = {}};
    auto const opened = rendered(leaf, &detail);
    EXPECT_THAT(opened, HasSubstr(to_base64(bytes_of("/fhir/Observation?code=1"))));
    EXPECT_THAT(opened, HasSubstr(R"("network":{"address":"192.0.2.1","type":"2"})"));
}

TEST_F(AuditEventTest, NamesThePatientOnlyToWhoNamedHim) {
    auto builder = request_leaf(audit::Event::read, audit::Outcome::ok);
    builder.patient(patient_for_test(1));
    auto const leaf = read_one(builder);
    EXPECT_THAT(rendered(leaf), Not(HasSubstr("reference")));
    EXPECT_THAT(rendered(leaf, nullptr, "Patient/p1"), HasSubstr(R"("reference":"Patient/p1")"));
}

TEST_F(AuditEventTest, OutcomeIsShownWithWhatItsIntentSaid) {
    auto intent = request_leaf(audit::Event::create, audit::Outcome::ok);
    intent.patient(patient_for_test(3)).intent();
    with_resource(intent, "Condition");
    auto const index = add(intent);
    auto outcome = request_leaf(audit::Event::error, audit::Outcome::error);
    outcome.outcome_of(index).reason("another request was faster");
    add(outcome);

    auto all = read();
    OpenIntents intents;
    ASSERT_TRUE(intents.join(all[0]));
    ASSERT_TRUE(intents.join(all[1]));
    EXPECT_EQ(all[1].event, "create");
    EXPECT_EQ(all[1].patient, patient_for_test(3).hex());
    auto const event = rendered(all[1]);
    EXPECT_THAT(event, HasSubstr(R"("outcome":"8")"));
    EXPECT_THAT(event, HasSubstr("Condition"));
    // It is concluded: a second outcome of it has no intent.
    EXPECT_FALSE(intents.join(all[1]));
}

TEST_F(AuditEventTest, EventsOfTheProcessHaveTheServerAsTheirOnlyAgent) {
    audit::LeafBuilder builder(audit::Event::heartbeat, audit::Outcome::ok);
    auto const event = rendered(read_one(builder));
    EXPECT_THAT(event, HasSubstr(R"("requestor":true)"));
    EXPECT_THAT(event, Not(HasSubstr(R"("requestor":false)")));
    EXPECT_THAT(event, HasSubstr(R"("network":{"address":"salus.example","type":"1"})"));
}

TEST(ViewSourceTest, TakesTheHostOfTheAddress) {
    EXPECT_EQ(ViewSource::of("https://localhost:8443").server, "localhost");
    EXPECT_EQ(ViewSource::of("https://[::1]:8443/t/a").server, "[::1]");
    EXPECT_EQ(ViewSource::of("https://salus.example").server, "salus.example");
}

TEST_F(AuditEventTest, WhatIsNoLeafIsRefused) {
    EXPECT_EQ(read_leaf("{}", parser_).error().code, Errc::corrupt);
    auto builder = request_leaf(audit::Event::read, audit::Outcome::ok);
    add(builder);
    auto text = leaves().front();
    text.replace(text.find("\"ev\""), 4, "\"EV\"");
    EXPECT_EQ(read_leaf(text, parser_).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace salus::audit_views
