// Who takes part in a patient's care, as the records tell.
#include "operations/recorded_care.h"

#include <array>
#include <gtest/gtest.h>

#include "operations/care_subjects.h"
#include "operations/operations_for_test.h"

namespace salus::operations {
namespace {

using testing::patient_json;

class RecordedCareTest : public ::testing::Test {
public:
    void SetUp() override {
        put("Patient/p1", patient_json("p1"));
        put("Patient/p2", patient_json("p2"));
        for (auto const* id : {"d1", "d2"}) {
            put("Practitioner/" + std::string(id),
                R"({"resourceType":"Practitioner","id":")" + std::string(id) + "\"}");
        }
    }
    void put(std::string const& name, std::string const& json) {
        instance_.clock.advance(std::chrono::minutes(1));
        auto const answer = room_.put("/fhir/" + name, json);
        ASSERT_LT(answer.status(), 300) << name << " " << answer.why() << answer.body();
    }
    void encounter(std::string const& status) {
        put("Encounter/e1",
            R"({"resourceType":"Encounter","id":"e1","status":")" + status +
                R"(","class":{"code":"AMB"},"subject":{"reference":"Patient/p1"},)"
                R"("participant":[{"individual":{"reference":"Practitioner/d1"}}]})");
    }
    void team(std::string const& status) {
        put("CareTeam/t1", R"({"resourceType":"CareTeam","id":"t1","status":")" + status +
                               R"(","subject":{"reference":"Patient/p1"},)"
                               R"("participant":[{"member":{"reference":"Practitioner/d1"}}]})");
    }
    void appointment(std::string const& status) {
        put("Appointment/a1",
            R"({"resourceType":"Appointment","id":"a1","status":")" + status +
                R"(","start":"2026-11-27T10:00:00Z","end":"2026-11-27T10:30:00Z","participant":[)"
                R"({"actor":{"reference":"Patient/p1"},"status":"accepted"},)"
                R"({"actor":{"reference":"Practitioner/d1"},"status":"accepted"}]})");
    }
    void joint_appointment(std::string const& status) {
        put("Appointment/a2",
            R"({"resourceType":"Appointment","id":"a2","status":")" + status +
                R"(","start":"2026-11-27T10:00:00Z","end":"2026-11-27T10:30:00Z","participant":[)"
                R"({"actor":{"reference":"Patient/p1"},"status":"accepted"},)"
                R"({"actor":{"reference":"Patient/p2"},"status":"accepted"},)"
                R"({"actor":{"reference":"Practitioner/d1"},"status":"accepted"}]})");
    }
    // `more`: after the participants, who are two patients and d1.
    void joint_team(std::string const& more) {
        put("CareTeam/t2",
            R"({"resourceType":"CareTeam","id":"t2","status":"active","participant":[)"
            R"({"member":{"reference":"Patient/p1"}},{"member":{"reference":"Patient/p2"}},)"
            R"({"member":{"reference":"Practitioner/d1"}}])" +
                more + "}");
    }
    bool holds(std::string const& practitioner, std::string const& patient) {
        return holds_at(practitioner, patient, instance_.clock.now());
    }
    bool holds_at(std::string const& practitioner, std::string const& patient, WallTime when) {
        json::Parser parser;
        RecordedCare care(room_.records(), parser, when);
        return care.hold(practitioner, room_.addressing().patient_compartment(patient)).value();
    }

    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
};

TEST_F(RecordedCareTest, EncountersCareTeamsAndAppointmentsTellOfIt) {
    struct Row {
        void (RecordedCareTest::*record)(std::string const&);
        char const* tells;
        char const* tells_not;
    };
    constexpr std::array kRows{
        Row{&RecordedCareTest::encounter, "in-progress", "cancelled"},
        Row{&RecordedCareTest::team, "active", "inactive"},
        Row{&RecordedCareTest::appointment, "booked", "noshow"},
    };
    EXPECT_FALSE(holds("Practitioner/d1", "p1"));
    for (auto const& [record, tells, tells_not] : kRows) {
        (this->*record)(tells);
        EXPECT_TRUE(holds("Practitioner/d1", "p1")) << tells;
        EXPECT_FALSE(holds("Practitioner/d2", "p1"));
        EXPECT_FALSE(holds("Practitioner/d1", "p2"));
        EXPECT_FALSE(holds("", "p1"));
        (this->*record)(tells_not);
        EXPECT_FALSE(holds("Practitioner/d1", "p1")) << tells_not;
    }
}

// A grant of care: for a time, and over by itself.
TEST_F(RecordedCareTest, ATeamTellsWhen) {
    auto const team = [&](char const* period, char const* of_member) {
        put("CareTeam/t4", R"({"resourceType":"CareTeam","id":"t4","status":"active","period":)" +
                               std::string(period) +
                               R"(,"subject":{"reference":"Patient/p1"},"participant":[{"member":)"
                               R"({"reference":"Practitioner/d1"},"period":)" +
                               of_member + "}]}");
        return holds("Practitioner/d1", "p1");
    };
    constexpr char const* kNow = R"({"start":"2020-01-01","end":"2099-01-01"})";
    constexpr char const* kOver = R"({"start":"2020-01-01","end":"2020-02-01"})";
    constexpr char const* kLater = R"({"start":"2098-01-01"})";
    EXPECT_TRUE(team(kNow, kNow));
    EXPECT_TRUE(team(kNow, R"({"start":"2020-01-01"})"));
    EXPECT_FALSE(team(kOver, kNow));
    EXPECT_FALSE(team(kNow, kOver));
    EXPECT_FALSE(team(kNow, kLater));
    EXPECT_FALSE(team(kLater, kNow));
}

TEST_F(RecordedCareTest, ATeamTellsToTheSecondOfWhicheverZone) {
    using namespace std::chrono_literals;
    WallTime const noon = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 27)) + 12h;
    auto const at = [&](char const* period, WallTime when) {
        put("CareTeam/t5", R"({"resourceType":"CareTeam","id":"t5","status":"active","subject":)"
                           R"({"reference":"Patient/p1"},"participant":[{"member":{"reference":)"
                           R"("Practitioner/d1"},"period":)" +
                               std::string(period) + "}]}");
        return holds_at("Practitioner/d1", "p1", when);
    };
    constexpr char const* kHour =
        R"({"start":"2026-11-27T13:00:00+02:00","end":"2026-11-27T07:00:00-05:00"})";
    EXPECT_FALSE(at(kHour, noon - 1h - 1ns));
    EXPECT_TRUE(at(kHour, noon - 1h));
    EXPECT_TRUE(at(kHour, noon + 1s - 1ns));  // the second that it ends with is a part of it
    EXPECT_FALSE(at(kHour, noon + 1s));
    EXPECT_TRUE(at(R"({"end":"2026"})", noon));
    EXPECT_TRUE(at(R"({"start":"2026-11-27","end":"2026-11-27"})", noon + 12h - 1ns));
    EXPECT_FALSE(at(R"({"start":"2026-11-27","end":"2026-11-27"})", noon + 12h));
}

// A team as a member, itself above all, says nothing; nor does what is modified by what we do not
// know, as "was never a member".
TEST_F(RecordedCareTest, ATeamThatCannotBeReadTellsOfNobody) {
    auto const team = [&](std::string const& id, std::string const& of_team,
                          std::string const& members) {
        put("CareTeam/" + id, R"({"resourceType":"CareTeam","id":")" + id +
                                  R"(","status":"active","subject":{"reference":"Patient/p1"})" +
                                  of_team + R"(,"participant":[)" + members + "]}");
        return holds("Practitioner/d1", "p1");
    };
    std::string const d1 = R"({"member":{"reference":"Practitioner/d1"})";
    std::string const modified =
        R"(,"modifierExtension":[{"url":"urn:never","valueBoolean":true}])";
    EXPECT_FALSE(team("t6", "", R"({"member":{"reference":"CareTeam/t6"}})"));
    EXPECT_TRUE(team("t7", "", d1 + "}"));
    EXPECT_FALSE(team("t7", "", R"({"member":{"reference":"CareTeam/t6"}})"));
    EXPECT_FALSE(team("t6", "", R"({"member":{"reference":"CareTeam/t7"}})"));
    EXPECT_FALSE(team("t7", "", d1 + modified + "}"));
    EXPECT_FALSE(team("t7", modified, d1 + "}"));
    EXPECT_TRUE(team("t7", "", d1 + modified + "}," + d1 + "}"));
}

TEST_F(RecordedCareTest, OfAThousandRolesNoMoreIsAsked) {
    auto const team = [&](std::size_t roles) {
        std::string members;
        for (std::size_t i = 0; i < roles; ++i)
            members +=
                R"({"member":{"reference":"PractitionerRole/absent)" + std::to_string(i) + "\"}},";
        put("CareTeam/t8", R"({"resourceType":"CareTeam","id":"t8","status":"active","subject":)"
                           R"({"reference":"Patient/p1"},"participant":[)" +
                               members + R"({"member":{"reference":"PractitionerRole/zr"}}]})");
        return holds("Practitioner/d1", "p1");
    };
    put("PractitionerRole/zr", R"({"resourceType":"PractitionerRole","id":"zr","practitioner":)"
                               R"({"reference":"Practitioner/d1"}})");
    EXPECT_TRUE(team(0));
    EXPECT_TRUE(team(kRolesOpened - 1));
    EXPECT_FALSE(team(kRolesOpened));
    // Who is named there all the same is found by another record.
    encounter("in-progress");
    EXPECT_TRUE(holds("Practitioner/d1", "p1"));
}

TEST_F(RecordedCareTest, WhoHoldsARoleIsNamedByIt) {
    auto const role = [&](char const* practitioner, char const* more) {
        put("PractitionerRole/r1",
            R"({"resourceType":"PractitionerRole","id":"r1","practitioner":{"reference":)"
            R"("Practitioner/)" +
                std::string(practitioner) + "\"}" + more + "}");
    };
    role("d1", "");
    put("Encounter/e2",
        R"({"resourceType":"Encounter","id":"e2","status":"in-progress","class":{"code":"AMB"},)"
        R"("subject":{"reference":"Patient/p1"},"participant":[{"individual":)"
        R"({"reference":"PractitionerRole/r1"}}]})");
    EXPECT_TRUE(holds("Practitioner/d1", "p1"));
    EXPECT_FALSE(holds("Practitioner/d2", "p1"));
    EXPECT_FALSE(holds("Practitioner/d1", "p2"));
    role("d1", R"(,"active":false)");
    EXPECT_FALSE(holds("Practitioner/d1", "p1"));
    role("d1", R"(,"period":{"end":"2020-02-01"})");
    EXPECT_FALSE(holds("Practitioner/d1", "p1"));
    role("d2", "");
    EXPECT_FALSE(holds("Practitioner/d1", "p1"));
    EXPECT_TRUE(holds("Practitioner/d2", "p1"));
}

TEST_F(RecordedCareTest, ATeamNamesRolesToo) {
    put("PractitionerRole/r1", R"({"resourceType":"PractitionerRole","id":"r1","practitioner":)"
                               R"({"reference":"Practitioner/d2"}})");
    put("CareTeam/t3", R"({"resourceType":"CareTeam","id":"t3","status":"active","subject":)"
                       R"({"reference":"Patient/p1"},"participant":[{"member":)"
                       R"({"reference":"PractitionerRole/r1"}}]})");
    EXPECT_TRUE(holds("Practitioner/d2", "p1"));
    EXPECT_FALSE(holds("Practitioner/d1", "p1"));
}

TEST_F(RecordedCareTest, ARecordOfSeveralPatientsTellsOfEach) {
    joint_appointment("booked");
    EXPECT_TRUE(holds("Practitioner/d1", "p1"));
    EXPECT_TRUE(holds("Practitioner/d1", "p2"));
    EXPECT_FALSE(holds("Practitioner/d2", "p2"));
    EXPECT_FALSE(holds("Practitioner/d1", "p3"));
    EXPECT_FALSE(holds("", "p2"));
    joint_appointment("cancelled");
    EXPECT_FALSE(holds("Practitioner/d1", "p1"));
    EXPECT_FALSE(holds("Practitioner/d1", "p2"));
    joint_appointment("booked");
    ASSERT_EQ(room_.remove("/fhir/Appointment/a2").status(), 204);
    EXPECT_FALSE(holds("Practitioner/d1", "p2"));
}

// A mother in the team of her child has no care by that.
TEST_F(RecordedCareTest, AMemberWhoIsNotTheSubjectIsNotCaredFor) {
    joint_team("");
    EXPECT_TRUE(holds("Practitioner/d1", "p1"));
    EXPECT_TRUE(holds("Practitioner/d1", "p2"));
    joint_team(R"(,"subject":{"reference":"Patient/p2"})");
    EXPECT_FALSE(holds("Practitioner/d1", "p1"));
    EXPECT_TRUE(holds("Practitioner/d1", "p2"));
}

TEST_F(RecordedCareTest, OneRecordDoesNotTellOfTheCareOfAHundred) {
    auto const appointment = [](std::size_t patients) {
        std::string json = R"({"resourceType":"Appointment","id":"a3","status":"proposed",)"
                           R"("participant":[)";
        for (std::size_t i = 0; i < patients; ++i) {
            json += i == 0 ? "" : ",";
            json += R"({"actor":{"reference":"Patient/x)" + std::to_string(i) +
                    R"("},"status":"accepted"})";
        }
        return json + "]}";
    };
    EXPECT_EQ(room_.put("/fhir/Appointment/a3", appointment(kInCareTogether + 1)).status(), 413);
    EXPECT_EQ(room_.put("/fhir/Appointment/a3", appointment(kInCareTogether)).status(), 201);
}

}  // namespace
}  // namespace salus::operations
