#include "fhir/bundle.h"

#include "fhir/capability_statement.h"
#include "fhir/material_for_test.h"
#include "fhir/operation_outcome.h"

namespace salus::fhir {
namespace {

auto const kAccess = testing::EphiTestAccess::access();
WallTime const kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};

Result<BundleRequests> requests(std::string const& entries, Resource& keep) {
    keep =
        resource_of(R"({"resourceType":"Bundle","type":"transaction","entry":[)" + entries + "]}");
    return read_requests(keep.view());
}

TEST(BundleTest, ReadsRequests) {
    auto bundle = resource_of(R"({"resourceType":"Bundle","type":"batch"})");
    EXPECT_EQ(read_requests(bundle.view())->type, BundleType::batch);
    auto const read = requests(
        R"({"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000001","resource":{"resourceType":"Patient","id":"x"},
            "request":{"method":"PUT","url":"Patient/x","ifMatch":"W/\"2\""}},
           {"request":{"method":"DELETE","url":"Patient/y"}})",
        bundle);
    ASSERT_TRUE(read) << describe(read.error());
    ASSERT_EQ(read->entries.size(), 2U);
    EXPECT_EQ(read->entries[0].method, BundleMethod::put);
    EXPECT_EQ(read->entries[0].if_match, "W/\"2\"");
    EXPECT_EQ(read->entries[0].resource->id(), "x");
    EXPECT_EQ(read->entries[1].method, BundleMethod::erase);
    EXPECT_FALSE(read->entries[1].resource);
}

TEST(BundleTest, RefusesMalformedRequests) {
    auto bundle = resource_of(R"({"resourceType":"Patient"})");
    EXPECT_FALSE(read_requests(bundle.view()));
    bundle = resource_of(R"({"resourceType":"Bundle","type":"searchset"})");
    EXPECT_FALSE(read_requests(bundle.view()));
    for (auto const* entry :
         {R"({"resource":{"resourceType":"Patient"}})", R"({"request":{"url":"Patient"}})",
          R"({"request":{"method":"post","url":"Patient"},"resource":{"resourceType":"Patient"}})",
          R"({"request":{"method":"POST"},"resource":{"resourceType":"Patient"}})",
          R"({"request":{"method":"POST","url":"Patient"}})",
          R"({"request":{"method":"GET","url":"Patient"},"resource":{"resourceType":"Patient"}})",
          R"({"fullUrl":"a:1","request":{"method":"GET","url":"x"}},
             {"fullUrl":"a:1","request":{"method":"GET","url":"y"}})"}) {
        auto const refused = requests(entry, bundle);
        ASSERT_FALSE(refused) << entry;
        EXPECT_EQ(refused.error().where.path().substr(0, 13), "Bundle.entry[") << entry;
    }
}

TEST(BundleTest, WritesWhatReadsBack) {
    BundleWriter search(BundleType::searchset, "s", kNow);
    search.total(1).link("self", "https://example.org/Patient?name=\"x\"");
    search.entry({.full_url = "https://example.org/Patient/1",
                  .resource = R"({"resourceType":"Patient","id":"1"})",
                  .search_mode = "match"});
    BundleWriter response(BundleType::transaction_response, {}, kNow);
    response.entry({.status = "201 Created",
                    .location = "Patient/1/_history/1",
                    .etag = "W/\"1\"",
                    .modified = kNow});
    response.entry(
        {.status = "404 Not Found", .outcome = operation_outcome({Errc::not_found, "x"})});
    BundleWriter history(BundleType::history, {}, kNow);
    history.entry({.method = "DELETE", .url = "Patient/1", .status = "204 No Content"});
    BundleWriter empty(BundleType::searchset, {}, kNow);
    for (auto* writer : {&search, &response, &history, &empty}) {
        auto const text = std::move(*writer).finish().take(kAccess);
        auto const parsed = parse_text(text);
        EXPECT_TRUE(parsed) << text << describe(parsed.error());
    }
}

TEST(OperationOutcomeTest, IsValidAndHasNoRequestData) {
    Error error{Errc::invalid, "unknown element", Location("Patient")};
    EXPECT_EQ(operation_outcome(error),
              R"({"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"invalid",)"
              R"("diagnostics":"unknown element","expression":["Patient"]}]})");
    EXPECT_TRUE(parse_text(operation_outcome_success("done")));
    for (int code = 0; code <= static_cast<int>(Errc::internal); ++code) {
        auto const each = static_cast<Errc>(code);
        EXPECT_TRUE(parse_text(operation_outcome({each, "x"})));
        EXPECT_GE(http_status(each), 400);
        EXPECT_LE(http_status(each), 503);
    }
    EXPECT_EQ(http_status(Errc::unavailable), 503);
}

TEST(CapabilityStatementTest, IsAResourceAndClaimsOnlyWhatIsOn) {
    auto const text = capability_statement(
        {.base_url = "https://example.org/fhir",
         .software_version = "0.1.0",
         .date = kNow,
         .resources = {{.type = find_resource_type("Patient"),
                        .interactions = {Interaction::read, Interaction::search_type},
                        .operations = {{"everything", "http://hl7.org/x"}}},
                       {.type = find_resource_type("Observation"),
                        .interactions = {Interaction::read}}},
         .system_interactions = {SystemInteraction::transaction},
         .security = {.token_url = "https://example.org/token"}});
    EXPECT_TRUE(parse_text(text));
    EXPECT_NE(text.find(R"({"name":"birthdate","type":"date"})"), std::string::npos);
    EXPECT_EQ(text.find(R"("_text")"), std::string::npos);
    EXPECT_NE(text.find(R"("searchInclude":["Patient:general-practitioner")"), std::string::npos);
    EXPECT_NE(text.find(R"("Provenance:target")"), std::string::npos);
    EXPECT_EQ(text.find(R"("combo-code")"), std::string::npos);
    EXPECT_EQ(text.find(R"("code":"delete")"), std::string::npos);
    EXPECT_EQ(text.find("authorize"), std::string::npos);
    EXPECT_NE(text.find(R"("fhirVersion":"4.0.1")"), std::string::npos);
    EXPECT_TRUE(parse_text(capability_statement(
        {.base_url = "x:y", .software_version = "1", .date = kNow, .resources = {}})));
}

}  // namespace
}  // namespace salus::fhir
