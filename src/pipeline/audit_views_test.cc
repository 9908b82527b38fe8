// The audit log as auditors and patients are shown it, all the way: who may look, that looking is
// on record, and what is told.
#include <gmock/gmock.h>

#include "pipeline/pipeline_for_test.h"

namespace salus::pipeline {
namespace {

using request::PurposeOfUse;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::patient_json;
using testing::PipelineRoom;

class AuditViewsTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1")).status, 201);
        ASSERT_EQ(room_.put("/fhir/Patient/p2", patient_json("p2")).status, 201);
        ASSERT_EQ(room_.get("/fhir/Patient/p1").status, 200);
    }
    http::Response as(std::string const& scopes, std::string const& target,
                      PurposeOfUse purpose = PurposeOfUse::treatment) {
        return room_.send(
            {.target = target,
             .headers = {{"Authorization", "Bearer " + room_.token(scopes, purpose)}}});
    }
    std::string seen(std::string const& target) {
        auto const response = as("system/AuditEvent.rs", target);
        EXPECT_EQ(response.status, 200) << target << PipelineRoom::body(response);
        return PipelineRoom::body(response);
    }
    static std::size_t count(std::string const& text, std::string_view part) {
        std::size_t found = 0;
        for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
            ++found;
        }
        return found;
    }

    PipelineRoom room_;
};

TEST_F(AuditViewsTest, OnlyTheNamedScopeShowsTheLog) {
    for (auto const* target : {"/fhir/AuditEvent", "/fhir/AuditEvent/0",
                               "/fhir/Patient/p1/$accounting", "/fhir/Patient/p1/$access-report"}) {
        EXPECT_EQ(as("system/*.cruds", target).status, 403) << target;
        EXPECT_EQ(as("system/AuditEvent.rs", target, PurposeOfUse::payment).status, 403) << target;
        EXPECT_EQ(room_.send({.target = target}).status, 401) << target;
        EXPECT_EQ(as("system/AuditEvent.rs", target).status, 200) << target;
    }
    EXPECT_EQ(as("system/AuditEvent.rs", "/audit/v1/details?index=0").status, 403);
    EXPECT_EQ(as("admin/audit.read", "/fhir/AuditEvent").status, 403);
}

TEST_F(AuditViewsTest, LookingIsOneLeafThatNamesThePatient) {
    auto const before = room_.owner().leaves().size();
    static_cast<void>(seen("/fhir/AuditEvent?patient=p1"));
    auto const leaves = room_.owner().leaves();
    ASSERT_EQ(leaves.size(), before + 1);
    EXPECT_THAT(leaves.back(), HasSubstr(R"("ev":"audit.read")"));
    EXPECT_THAT(leaves.back(), HasSubstr(R"("pt":")"));
    // Of somebody without a right likewise.
    EXPECT_EQ(as("system/*.cruds", "/fhir/AuditEvent?patient=p1").status, 403);
    EXPECT_THAT(room_.last_leaf(), HasSubstr(R"("ev":"denied")"));
}

TEST_F(AuditViewsTest, NothingIsShownThatCannotBeRecorded) {
    room_.owner().break_audit_log();
    auto const response = as("system/AuditEvent.rs", "/fhir/AuditEvent");
    EXPECT_EQ(response.status, 503);
    EXPECT_THAT(PipelineRoom::body(response), Not(HasSubstr("AuditEvent")));
}

TEST_F(AuditViewsTest, SearchFindsWritesByTheirOutcomeAndKeepsPatientsApart) {
    auto const of_one = seen("/fhir/AuditEvent?patient=Patient/p1");
    // The write and the read; the intent is no event of its own.
    EXPECT_EQ(count(of_one, R"("resourceType":"AuditEvent")"), 2U);
    EXPECT_THAT(of_one, HasSubstr(R"("reference":"Patient/p1")"));
    EXPECT_THAT(of_one, Not(HasSubstr("Patient/p2")));
    EXPECT_EQ(count(seen("/fhir/AuditEvent?patient=p2"), R"("resourceType":"AuditEvent")"), 1U);
    EXPECT_EQ(count(seen("/fhir/AuditEvent?patient=nobody"), R"("resourceType":"AuditEvent")"), 0U);
    // Whom nobody named is a pseudonym.
    auto const all = seen("/fhir/AuditEvent?action=U");
    EXPECT_EQ(count(all, R"("code":"update")"), 2U);
    EXPECT_THAT(all, Not(HasSubstr("Patient/p1")));
    EXPECT_EQ(count(seen("/fhir/AuditEvent?date=lt2001"), R"("resourceType":"AuditEvent")"), 0U);
    EXPECT_EQ(
        count(seen("/fhir/AuditEvent?agent:identifier=other"), R"("resourceType":"AuditEvent")"),
        0U);
}

TEST_F(AuditViewsTest, PagesShowEachEventOnce) {
    std::string target = "/fhir/AuditEvent?patient=p1&_count=1";
    std::vector<std::string> pages;
    while (!target.empty() && pages.size() < 5) {
        auto const body = seen(target);
        pages.push_back(body);
        auto const next = body.find("_cursor=");
        target = next == std::string::npos
                     ? std::string()
                     : "/fhir/AuditEvent?" + body.substr(next, body.find('"', next) - next);
    }
    // The two reading leaves of this test are events of the patient too, but newer than page one.
    ASSERT_EQ(pages.size(), 2U);
    EXPECT_THAT(pages[0], HasSubstr(R"("code":"read")"));
    EXPECT_THAT(pages[1], HasSubstr(R"("code":"update")"));
}

TEST_F(AuditViewsTest, AccountingLeavesTreatmentOutUnlessAskedFor) {
    auto const body = seen("/fhir/Patient/p1/$accounting");
    EXPECT_THAT(body, HasSubstr(R"("type":"document")"));
    EXPECT_THAT(body, Not(HasSubstr(R"("resourceType":"AuditEvent")")));
    auto const all = seen("/fhir/Patient/p1/$accounting?exempt=true");
    EXPECT_EQ(count(all, R"("resourceType":"AuditEvent")"), 1U);
    EXPECT_THAT(all, HasSubstr("<td>client-1</td><td>treatment</td><td>1 Patient</td>"));
    // Writes, refusals and the readings above are accesses.
    auto const report = seen("/fhir/Patient/p1/$access-report");
    EXPECT_EQ(count(report, R"("resourceType":"AuditEvent")"), 4U);
    auto const page = as("system/AuditEvent.rs", "/fhir/Patient/p1/$accounting?_format=text/html");
    EXPECT_EQ(page.headers.get("Content-Type"), "text/html; charset=utf-8");
    EXPECT_THAT(PipelineRoom::body(page), HasSubstr("<!DOCTYPE html>"));
}

TEST_F(AuditViewsTest, WhatIsShownKeepsTheRulesOfFhir) {
    auto const validated = [&](std::string const& type, std::string const& resource) {
        auto const response =
            room_.send_authorized({.method = http::Method::post,
                                   .target = "/fhir/" + type + "/$validate",
                                   .headers = {{"Content-Type", "application/fhir+json"}},
                                   .body = resource});
        EXPECT_EQ(response.status, 200);
        EXPECT_THAT(PipelineRoom::body(response), Not(HasSubstr(R"("severity":"error")")))
            << resource;
    };
    static_cast<void>(room_.get("/fhir/Patient/absent"));
    static_cast<void>(room_.send({.target = "/fhir/Patient/p1"}));
    static_cast<void>(room_.get("/fhir/Observation?patient=p1"));
    static_cast<void>(seen("/fhir/AuditEvent/0"));
    json::Parser parser;
    auto const found = parser.parse(seen("/fhir/AuditEvent?_count=1000"));
    ASSERT_TRUE(found);
    std::size_t events = 0;
    for (auto const entry : found->root().member("entry")->elements()) {
        validated("AuditEvent", std::string(entry.member("resource")->raw()));
        ++events;
    }
    EXPECT_GE(events, 7U);
    validated("Bundle", seen("/fhir/Patient/p1/$accounting?exempt=true"));
    validated("Bundle", seen("/fhir/Patient/p1/$access-report"));
    for (auto const* id : {"Patient-accounting", "Patient-access-report"}) {
        auto const served = room_.send({.target = "/fhir/OperationDefinition/" + std::string(id)});
        ASSERT_EQ(served.status, 200) << id;
        validated("OperationDefinition", PipelineRoom::body(served));
    }
}

// What the CapabilityStatement says of an operation leads to what it takes.
TEST_F(AuditViewsTest, OperationsOfThisServerAreDefinedWhereTheStatementSays) {
    json::Parser parser;
    auto const operations_of = [&](std::string const& scopes) {
        std::map<std::string, std::string> found;
        auto const statement = parser.parse(PipelineRoom::body(as(scopes, "/fhir/metadata")));
        auto const rest = *statement->root().member("rest")->elements().begin();
        for (auto const resource : rest.member("resource")->elements()) {
            auto const operations = resource.member("operation");
            if (*resource.text_member("type") != "Patient" || !operations) continue;
            for (auto const operation : operations->elements()) {
                found[*operation.text_member("name")] = *operation.text_member("definition");
            }
        }
        return found;
    };
    EXPECT_FALSE(operations_of("system/*.cruds").contains("accounting"));
    auto const found = operations_of("system/AuditEvent.rs");
    ASSERT_TRUE(found.contains("accounting") && found.contains("access-report"));
    for (auto const* name : {"accounting", "access-report"}) {
        auto const url = found.at(name);
        auto const served = room_.send({.target = url.substr(url.find("/fhir/"))});
        ASSERT_EQ(served.status, 200) << url;
        auto const definition = parser.parse(PipelineRoom::body(served));
        EXPECT_EQ(definition->root().text_member("url"), url);
        EXPECT_EQ(definition->root().text_member("code"), name);
        // Each parameter that it names is taken, and no other.
        for (auto const parameter : definition->root().member("parameter")->elements()) {
            if (*parameter.text_member("use") == "out") continue;
            auto const value = *parameter.text_member("type") == "date" ? "2026" : "true";
            auto const query = *parameter.text_member("name") + "=" + value;
            EXPECT_EQ(
                as("system/AuditEvent.rs", "/fhir/Patient/p1/$" + std::string(name) + "?" + query)
                    .status,
                200)
                << query;
        }
    }
    EXPECT_EQ(as("system/AuditEvent.rs", "/fhir/Patient/p1/$access-report?exempt=true").status,
              400);
    // They are this server's: nobody writes them, and they are no records.
    auto const address = "/fhir/OperationDefinition/Patient-accounting";
    EXPECT_EQ(room_.send_authorized({.method = http::Method::put, .target = address}).status, 405);
    EXPECT_EQ(room_.send_authorized({.method = http::Method::remove, .target = address}).status,
              405);
    EXPECT_EQ(room_.get("/fhir/OperationDefinition/Patient-other").status, 404);
}

TEST_F(AuditViewsTest, DetailsOpenForTheirScope) {
    auto const opened = as("admin/audit.read", "/audit/v1/details?index=0&count=1000");
    ASSERT_EQ(opened.status, 200);
    EXPECT_THAT(PipelineRoom::body(opened), HasSubstr("/fhir/Patient/p1"));
    EXPECT_THAT(room_.last_leaf(), HasSubstr(R"("ev":"audit.read")"));
}

TEST_F(AuditViewsTest, WhatIsNotSignedHasNoProof) {
    auto const read = room_.get("/fhir/Patient/p1");
    auto const index = std::string(read.headers.get("Salus-Audit-Leaf").value_or(""));
    EXPECT_EQ(as("system/*.cruds", "/audit/v1/proof?index=" + index).status, 404);
    EXPECT_THAT(seen("/fhir/AuditEvent/" + index), Not(HasSubstr("tlog-proof")));
    EXPECT_EQ(as("system/AuditEvent.rs", "/fhir/AuditEvent/99999").status, 404);
}

}  // namespace
}  // namespace salus::pipeline
