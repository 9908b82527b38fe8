// Duties of limits that read labels (42 CFR 2.32): found when the record is judged, they are on
// record with whatever tells of it, and the notice is on what leaves, and on nothing else.
#include <gtest/gtest.h>

#include "pipeline/scoped_requests_for_test.h"

namespace salus::pipeline {
namespace {

using http::Method;
using testing::PipelineRoom;

constexpr char const* kMarkingPolicy = R"cedar(
@id("all") @fields("*")
permit(principal, action in [Action::"read", Action::"search", Action::"create",
  Action::"update", Action::"delete"], resource is Record);
@id("notice") @obligate("watermark")
permit(principal, action == Action::"limit", resource is Record)
when { resource.labels.contains("42CFRPart2") };
@id("marked") @obligate("audit:elevated")
permit(principal, action == Action::"limit", resource is Record)
when { resource.labels.contains("V") };
)cedar";
constexpr char const* kNotice =
    "42 CFR part 2 prohibits unauthorized use or disclosure of these records.";
constexpr char const* kOutgoing = "NORDSCLCD";

class RecordDutiesTest : public ::testing::Test {
protected:
    void SetUp() override {
        make("Patient/p", testing::patient_json("p"));
        make("Observation/plain", observation("plain", ""));
        make("Observation/program", observation("program", R"({"code":"42CFRPart2"})"));
        make("Observation/very", observation("very", R"({"code":"V"})"));
    }
    void make(std::string const& name, std::string const& json) {
        auto const response = room_.put("/fhir/" + name, json);
        ASSERT_EQ(response.status, 201) << PipelineRoom::body(response);
    }
    [[nodiscard]] static std::string observation(std::string const& id, std::string const& labels,
                                                 std::string const& status = "final") {
        auto const meta =
            labels.empty() ? std::string() : R"("meta":{"security":[)" + labels + "]},";
        return R"({"resourceType":"Observation","id":")" + id + "\"," + meta + R"("status":")" +
               status + R"(","code":{"text":"x"},"subject":{"reference":"Patient/p"}})";
    }
    http::Response put(std::string const& id, std::string const& labels,
                       std::string const& status = "final") {
        return room_.put("/fhir/Observation/" + id, observation(id, labels, status));
    }
    http::Response get(std::string const& rest) { return room_.get("/fhir/" + rest); }
    [[nodiscard]] static bool notices(http::Response const& response) {
        bool const header = response.headers.get("Salus-Notice") == kNotice;
        EXPECT_EQ(header, response.headers.count("Salus-Notice") > 0);
        return header;
    }
    [[nodiscard]] static std::size_t count(std::string const& text, std::string const& part) {
        std::size_t found = 0;
        for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
            ++found;
        return found;
    }
    [[nodiscard]] bool on_record(std::string const& duty) const {
        return room_.last_leaf().contains("\"duty:" + duty + "\"");
    }

    PipelineRoom room_{nullptr, authorization::Policy::parse(kMarkingPolicy).value()};
};

TEST_F(RecordDutiesTest, AreThoseOfTheRecordThatLeaves) {
    auto const program = get("Observation/program");
    EXPECT_TRUE(notices(program));
    EXPECT_EQ(count(PipelineRoom::body(program), kOutgoing), 1U);
    EXPECT_TRUE(PipelineRoom::body(program).contains("42CFRPart2"));
    EXPECT_EQ(program.headers.get("ETag"), "W/\"1\"");
    EXPECT_TRUE(on_record("watermark")) << room_.last_leaf();
    EXPECT_FALSE(on_record("audit:elevated"));
    auto const plain = get("Observation/plain");
    EXPECT_FALSE(notices(plain));
    EXPECT_FALSE(PipelineRoom::body(plain).contains(kOutgoing));
    EXPECT_FALSE(on_record("watermark"));
    auto const very = get("Observation/very");
    EXPECT_FALSE(notices(very));
    EXPECT_FALSE(PipelineRoom::body(very).contains(kOutgoing));
    EXPECT_TRUE(on_record("audit:elevated"));
    EXPECT_FALSE(on_record("watermark"));
}

TEST_F(RecordDutiesTest, ComeWithEveryWayOut) {
    for (auto const* way :
         {"Observation/program/_history/1", "Observation/program/_history",
          "Observation?_id=program", "Observation?patient=p",
          "Observation?patient=p&_elements=status", "Patient/p/Observation?_summary=true",
          "Patient?_id=p&_revinclude=Observation:patient", "Patient/p/$everything"}) {
        auto const response = get(way);
        EXPECT_EQ(response.status, 200) << way << PipelineRoom::body(response);
        EXPECT_TRUE(notices(response)) << way;
        auto const body = PipelineRoom::body(response);
        EXPECT_EQ(count(body, kOutgoing), 1U) << way << body;
        EXPECT_TRUE(way == std::string("Observation/program/_history/1") || body.contains(kNotice))
            << way << body;
        EXPECT_TRUE(on_record("watermark")) << way;
    }
    EXPECT_TRUE(notices(get("Observation/program?_elements=status")));
    EXPECT_TRUE(notices(get("Observation/program/$meta")));
}

// Nothing leaves: the answer tells of no record that bears it.
TEST_F(RecordDutiesTest, StayWithTheRecord) {
    for (auto const* way : {"Observation?_id=plain", "Observation?patient=p&_summary=count",
                            "Patient/p", "Observation?_id=nothing"}) {
        EXPECT_FALSE(notices(get(way))) << way;
        EXPECT_FALSE(on_record("watermark")) << way;
    }
    EXPECT_FALSE(notices(room_.get("/fhir/Observation/program", {{"If-None-Match", "W/\"1\""}})));
}

TEST_F(RecordDutiesTest, GoWithWrites) {
    auto const written = put("program", R"({"code":"42CFRPart2"})", "amended");
    EXPECT_EQ(written.status, 200);
    EXPECT_TRUE(notices(written));
    EXPECT_TRUE(on_record("watermark"));
    auto const deleted =
        room_.send_authorized({Method::remove, "/fhir/Observation/program", {}, ""});
    EXPECT_EQ(deleted.status, 204);
    EXPECT_FALSE(notices(deleted));
    EXPECT_TRUE(on_record("watermark"));
}

TEST_F(RecordDutiesTest, OfABatchAreToldOfTheWhole) {
    auto const bundle = [](std::string const& type, std::string const& entry) {
        return R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[)" + entry + "]}";
    };
    auto const read = [](std::string const& id) {
        return R"({"request":{"method":"GET","url":"Observation/)" + id + "\"}}";
    };
    for (auto const* type : {"batch", "transaction"}) {
        auto const send = [&](std::string const& entries) {
            return room_.send_authorized({Method::post,
                                          "/fhir",
                                          {{"Content-Type", "application/fhir+json"}},
                                          bundle(type, entries)});
        };
        auto const both = send(read("plain") + "," + read("program"));
        EXPECT_EQ(both.status, 200);
        EXPECT_TRUE(notices(both)) << type;
        EXPECT_EQ(count(PipelineRoom::body(both), kOutgoing), 1U);
        EXPECT_EQ(count(PipelineRoom::body(both), kNotice), 1U);
        EXPECT_FALSE(notices(send(read("plain")))) << type;
    }
    auto const written = room_.send_authorized(
        {Method::post,
         "/fhir",
         {{"Content-Type", "application/fhir+json"}},
         bundle("transaction", R"({"resource":)" +
                                   observation("program", R"({"code":"42CFRPart2"})", "amended") +
                                   R"(,"request":{"method":"PUT","url":"Observation/program"}})")});
    EXPECT_EQ(written.status, 200);
    EXPECT_TRUE(on_record("watermark")) << room_.last_leaf();
}

}  // namespace
}  // namespace salus::pipeline
