#include "fhir/server_fields.h"

#include "fhir/bundle.h"
#include "fhir/compartment.h"
#include "fhir/index_entry.h"
#include "fhir/material_for_test.h"

namespace salus::fhir {
namespace {

auto const kAccess = testing::EphiTestAccess::access();
WallTime const kTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} +
                     std::chrono::milliseconds(5)};

std::string stored(std::string text, ReferenceMap const& references = {}) {
    auto const resource = resource_of(std::move(text));
    return stored_form(resource.view(), {"n1", "3", kTime}, references).take(kAccess);
}

constexpr auto kMeta = R"("meta":{"versionId":"3","lastUpdated":"2026-11-23T00:00:00.005Z")";

TEST(ServerFieldsTest, SetsServerFieldsAndKeepsTheRestByteForByte) {
    EXPECT_EQ(stored(R"({ "resourceType" : "Patient" })"),
              std::string(R"({"resourceType":"Patient","id":"n1",)") + kMeta + "}}");
    EXPECT_EQ(
        stored(R"({ "multipleBirthInteger" : 2 , "_id":{"id":"x"}, "id" : "evil",
                 "meta":{"versionId":"99","tag":[ {"code":"a b"} ],"lastUpdated":"2000-01-01T00:00:00Z"},
                 "name":[ {"family":"\u00e9 \"q\""} ], "resourceType":"Patient"})"),
        std::string(R"({"resourceType":"Patient","id":"n1",)") + kMeta +
            R"(,"tag":[{"code":"a b"}]},"multipleBirthInteger":2,"name":[{"family":"\u00e9 \"q\""}]})");
    EXPECT_NE(stored(R"({"resourceType":"Observation","valueQuantity":{"value":1.00}})")
                  .find(R"("value":1.00)"),
              std::string::npos);
}

TEST(ServerFieldsTest, RewritesReferencesOfATransaction) {
    ReferenceMap const references{{"urn:uuid:00000000-0000-4000-8000-000000000001", "Patient/p"},
                                  {"urn:uuid:00000000-0000-4000-8000-000000000002", "Binary/b"}};
    auto const text = stored(
        R"({"resourceType":"DocumentReference","subject":{ "reference" : "urn:uuid:00000000-0000-4000-8000-000000000001" },
            "author":[{"reference":"urn:uuid:00000000-0000-4000-8000-000000000003"},{"display":"urn:uuid:00000000-0000-4000-8000-000000000001"}],
            "identifier":[{"system":"urn:uuid:00000000-0000-4000-8000-000000000002","value":"urn:uuid:00000000-0000-4000-8000-000000000001"}],
            "contained":[{"resourceType":"Observation","subject":{"reference":"urn:uuid:00000000-0000-4000-8000-00000000000\u0031"}}],
            "extension":[{"url":"x","valueUri":"urn:uuid:00000000-0000-4000-8000-000000000002"},{"url":"x","valueString":"urn:uuid:00000000-0000-4000-8000-000000000002"}],
            "content":[{"attachment":{"url":"urn:uuid:00000000-0000-4000-8000-000000000002"}}],
            "text":{"status":"generated","div":"<div><a href=\"urn:uuid:00000000-0000-4000-8000-000000000001\">urn:uuid:00000000-0000-4000-8000-000000000001</a></div>"}})",
        references);
    for (auto const* expected :
         {R"("subject":{"reference":"Patient/p"})",
          R"({"reference":"urn:uuid:00000000-0000-4000-8000-000000000003"})",
          R"({"display":"urn:uuid:00000000-0000-4000-8000-000000000001"})",
          R"("system":"Binary/b","value":"urn:uuid:00000000-0000-4000-8000-000000000001")",
          R"("Observation","subject":{"reference":"Patient/p"})", R"("valueUri":"Binary/b")",
          R"("valueString":"urn:uuid:00000000-0000-4000-8000-000000000002")",
          R"("attachment":{"url":"Binary/b"})",
          R"(<a href=\"Patient/p\">urn:uuid:00000000-0000-4000-8000-000000000001</a>)"})
        EXPECT_NE(text.find(expected), std::string::npos) << expected << "\n" << text;
}

std::string patient(std::string text) {
    auto const resource = resource_of(std::move(text));
    auto const found = patient_of(resource.view());
    return found ? found->value_or("(none)") : "(error)";
}

TEST(CompartmentTest, FindsThePatient) {
    EXPECT_EQ(patient(R"({"resourceType":"Patient","id":"a"})"), "a");
    EXPECT_EQ(patient(R"({"resourceType":"Patient"})"), "(error)");
    EXPECT_EQ(patient(R"({"resourceType":"Practitioner","id":"a"})"), "(none)");
    std::string const o = R"({"resourceType":"Observation","subject":{"reference":")";
    EXPECT_EQ(patient(o + R"(Patient/a"}})"), "a");
    EXPECT_EQ(patient(o + R"(Patient/a/_history/2"}})"), "a");
    for (auto const* other :
         {"https://example.org/Patient/a", "urn:uuid:00000000-0000-0000-0000-000000000000", "#a",
          "Group/a", "Patient?identifier=a", "Patient/a#b"})
        EXPECT_EQ(patient(o + other + R"("}})"), "(none)") << other;
    EXPECT_EQ(patient(R"({"resourceType":"Observation","subject":{"reference":"Device/d"},
        "performer":[{"reference":"Practitioner/x"},{"reference":"Patient/b"}]})"),
              "b");
    // A reference that the compartment's definition does not list does not count.
    EXPECT_EQ(patient(R"({"resourceType":"Observation","focus":[{"reference":"Patient/a"}]})"),
              "(none)");
    auto const appointment = resource_of(
        R"({"resourceType":"Appointment","participant":[{"actor":{"reference":"Patient/b"}},
            {"actor":{"reference":"Patient/a"}},{"actor":{"reference":"Patient/b"}}]})");
    EXPECT_EQ(*patients_of(appointment.view()), (std::vector<std::string>{"b", "a"}));
}

// Whose a resource is, before others whom it names (decision 0056).
TEST(CompartmentTest, FindsTheSubjectFirst) {
    std::string const covered = R"({"resourceType":"Coverage","policyHolder":{"reference":)"
                                R"("Patient/parent"},"subscriber":{"reference":"Patient/parent"})";
    auto const coverage =
        resource_of(covered + R"(,"payor":[{"reference":"Patient/parent"}],"beneficiary":)"
                              R"({"reference":"Patient/child"}})");
    EXPECT_EQ(*patients_of(coverage.view()), (std::vector<std::string>{"child", "parent"}));
    // It has a beneficiary, or is refused; this one is a patient of another server.
    EXPECT_EQ(patient(covered + R"(,"beneficiary":{"reference":"https://example.org/Patient/c"}})"),
              "parent");
    EXPECT_EQ(patient(R"({"resourceType":"CareTeam","participant":[{"member":{"reference":)"
                      R"("Patient/mother"}}],"subject":{"reference":"Patient/child"}})"),
              "child");
}

// A whole transaction, as the server performs it: every clinical resource lands in its patient.
TEST(ServerFieldsTest, PerformsSyntheaTransactions) {
    auto const files = material("synthea-r4-dev/bundles");
    json::Parser parser;
    for (std::size_t i = 0; i < files.size(); i += 12) {
        auto const bundle = resource_of(read_text(files[i]));
        auto const requests = read_requests(bundle.view());
        ASSERT_TRUE(requests) << describe(requests.error());
        ReferenceMap references;
        for (std::size_t n = 0; n < requests->entries.size(); ++n)
            references[requests->entries[n].full_url] =
                requests->entries[n].url + "/" + std::to_string(n);
        for (std::size_t n = 0; n < requests->entries.size(); ++n) {
            auto const& entry = requests->entries[n];
            auto text = stored_form(*entry.resource, {std::to_string(n), "1", kTime}, references);
            EXPECT_EQ(text.reveal(kAccess).find("urn:uuid:"), std::string::npos)
                << text.reveal(kAccess).substr(text.reveal(kAccess).find("urn:uuid:") - 60, 100);
            auto const checked = Reader::parse(text.clone(), parser);
            ASSERT_TRUE(checked) << describe(checked.error());
            auto const resource = Reader::index(std::move(text), parser);
            auto const owner = patient_of(resource->view());
            bool const shared = entry.url == "Organization" || entry.url == "Practitioner";
            EXPECT_EQ(owner->has_value(), !shared) << entry.url;
            EXPECT_TRUE(make_index_entry(resource->view(), kTime));
        }
    }
}

}  // namespace
}  // namespace salus::fhir
