#include "fhir/resource.h"

#include <gmock/gmock.h>
#include <map>

#include "fhir/material_for_test.h"

namespace salus::fhir {
namespace {

// What is wrong with a published example: by name, with the place that must be complained about.
using Faults = std::map<std::string, std::string>;

void expect_all_accepted(std::string const& folder, std::size_t least, Faults const& faults = {}) {
    auto const files = material(folder);
    if (files.empty()) return;
    json::Parser parser;
    for (auto const& file : files) {
        auto const resource = Reader::parse(EphiText(read_text(file)), parser);
        auto const fault = faults.find(file.filename());
        if (fault == faults.end())
            EXPECT_TRUE(resource) << file.filename() << ": " << describe(resource.error());
        else
            EXPECT_THAT(resource ? "accepted" : describe(resource.error()),
                        ::testing::HasSubstr(fault->second))
                << file.filename();
    }
    EXPECT_GE(files.size(), least);
}

TEST(ResourceTest, AcceptsHl7Examples) {
    expect_all_accepted("hl7-r4-examples-dev/resources", 490, {});
}
TEST(ResourceTest, AcceptsUsCoreExamples) {
    expect_all_accepted("us-core-examples-dev/resources", 150,
                        // A narrative without its div: HL7 generates it when it publishes.
                        {{"diagnosticreport-cbc.json", "(div) at DiagnosticReport.text"}});
}
TEST(ResourceTest, AcceptsSyntheaBundles) {
    expect_all_accepted("synthea-r4-dev/bundles", 125);
}

struct Refusal {
    std::string text;
    std::string where;
};

void expect_refused_at(std::vector<Refusal> const& refusals) {
    for (auto const& [text, where] : refusals) {
        auto const resource = parse_text(text);
        ASSERT_FALSE(resource) << text;
        EXPECT_EQ(resource.error().code, Errc::invalid) << text;
        EXPECT_EQ(resource.error().where.path(), where) << text << resource.error().why.text();
    }
}

std::string const p = R"({"resourceType":"Patient",)";
std::string const o = R"({"resourceType":"Observation","status":"final","code":{"text":"x"},)";

TEST(ResourceTest, RefusesWrongStructureAndSaysWhere) {
    expect_refused_at({
        {R"({"id":"a"})", ""},
        {R"([])", ""},
        {R"({"resourceType":"Patients"})", ""},
        {R"({"resourceType":"HumanName"})", ""},
        {R"({"resourceType":"Patient.contact"})", ""},
        {R"({"resourceType":"Resource"})", ""},
        {R"({"resourceType":7})", ""},
        {p + R"("ssn":"123-45-6789"})", "Patient"},
        {p + R"("_contact":[{"id":"a"}]})", "Patient.contact"},
        {p + R"("__active":{"id":"a"}})", "Patient"},
        {p + R"("":1})", "Patient"},
        {p + R"("_":{}})", "Patient"},
        {p + R"("name":{"family":"A"}})", "Patient.name"},
        {p + R"("active":[true]})", "Patient.active"},
        {p + R"("active":"true"})", "Patient.active"},
        {p + R"("active":null})", "Patient.active"},
        {p + R"("birthDate":"1980-02-30"})", "Patient.birthDate"},
        {p + R"("birthDate":"1980-2-3"})", "Patient.birthDate"},
        {p + R"("birthDate":1980})", "Patient.birthDate"},
        {p + R"("birthDate":""})", "Patient.birthDate"},
        {p + R"("birthDate":{"value":"1980"}})", "Patient.birthDate"},
    });
}

TEST(ResourceTest, RefusesWrongListsAndExtensions) {
    expect_refused_at({
        {p + R"("name":[]})", "Patient.name"},
        {p + R"("name":[{}]})", "Patient.name[0]"},
        {p + R"("name":[null]})", "Patient.name[0]"},
        {p + R"("name":[{"family":"A"},{"given":["B",1]}]})", "Patient.name[1].given[1]"},
        {p + R"("name":[{"given":["A",null]}]})", "Patient.name[0].given"},
        {p + R"("name":[{"given":["A",null],"_given":[null,null]}]})", "Patient.name[0].given[1]"},
        {p + R"("name":[{"given":["A"],"_given":[null,{"id":"x"}]}]})", "Patient.name[0].given"},
        {p + R"("name":[{"_given":[{"id":"x"}]}]})", "Patient.name[0].given[0]"},
        {p + R"("name":[{"id":"x"}]})", "Patient.name[0]"},
        {p + R"("name":[{"_given":[null]}]})", "Patient.name[0].given[0]"},
        {p + R"("_birthDate":{"value":"x"}})", "Patient.birthDate"},
        {p + R"("_birthDate":{}})", "Patient.birthDate"},
        {p + R"("_birthDate":[{"id":"x"}]})", "Patient.birthDate"},
        {p + R"("deceasedBoolean":true,"deceasedDateTime":"2020"})",
         "Patient.deceased.ofType(dateTime)"},
        {p + R"("deceasedBoolean":true,"_deceasedDateTime":{"id":"a"}})",
         "Patient.deceased.ofType(dateTime)"},
        {p + R"("deceasedString":"x"})", "Patient"},
        {p + R"("deceased":true})", "Patient"},
    });
}

TEST(ResourceTest, RefusesWrongSpellings) {
    expect_refused_at({
        {p + R"("id":"a b"})", "Patient.id"},
        {p + R"("id":"../../etc/passwd"})", "Patient.id"},
        {p + "\"id\":\"" + std::string(65, 'a') + "\"}", "Patient.id"},
        {p + R"("gender":"a  b"})", "Patient.gender"},
        {p + R"("gender":" male"})", "Patient.gender"},
        {p + R"("generalPractitioner":[{"reference":"Practitioner"}]})",
         "Patient.generalPractitioner[0].reference"},
        {p + R"("generalPractitioner":[{"reference":"Nobody/1"}]})",
         "Patient.generalPractitioner[0].reference"},
        {p + R"("generalPractitioner":[{"reference":"Practitioner/../x"}]})",
         "Patient.generalPractitioner[0].reference"},
        {p + R"("generalPractitioner":["Practitioner/1"]})", "Patient.generalPractitioner[0]"},
        {p + R"("contained":[{"resourceType":"Organization","nome":"x"}]})",
         "Patient.contained[0]"},
        {p + R"("contained":[{"name":"x"}]})", "Patient.contained[0]"},
        {p + R"("extension":[{"url":"http://x","valueNonsense":1}]})", "Patient.extension[0]"},
        {p + R"("extension":[{"url":"http://x","valueString":"a","valueCode":"b"}]})",
         "Patient.extension[0].value.ofType(code)"},
        {p + R"("multipleBirthInteger":2147483648})", "Patient.multipleBirth.ofType(integer)"},
        {p + R"("multipleBirthInteger":1.0})", "Patient.multipleBirth.ofType(integer)"},
        {p + R"("multipleBirthInteger":1e2})", "Patient.multipleBirth.ofType(integer)"},
        {p + R"("multipleBirthInteger":"1"})", "Patient.multipleBirth.ofType(integer)"},
        {p + R"("language":"e\u0000n"})", "Patient.language"},
        {p + R"("name":[{"family":"a\u0001b"}]})", "Patient.name[0].family"},
        {o + R"("effectiveDateTime":"2020-01-01T10:00:00"})",
         "Observation.effective.ofType(dateTime)"},
        {o + R"("effectiveDateTime":"2020-01-01T10:00Z"})",
         "Observation.effective.ofType(dateTime)"},
        {o + R"("effectiveDateTime":"2020-01-01T24:00:00Z"})",
         "Observation.effective.ofType(dateTime)"},
        {o + R"("effectiveDateTime":"2020-01-01T10:00:00.Z"})",
         "Observation.effective.ofType(dateTime)"},
        {o + R"("effectiveDateTime":"0000"})", "Observation.effective.ofType(dateTime)"},
        {o + R"("issued":"2020-01-01"})", "Observation.issued"},
        {o + R"("valueTime":"25:00:00"})", "Observation.value.ofType(time)"},
        {o + R"("valueQuantity":{"value":"1.0"}})", "Observation.value.ofType(Quantity).value"},
        {o + R"("component":[{"component":[]}]})", "Observation.component[0]"},
        {o + R"("referenceRange":[{"low":{"valeu":1}}]})", "Observation.referenceRange[0].low"},
    });
}

TEST(ResourceTest, AcceptsWhatFhirAllows) {
    std::vector<std::string> const texts{
        R"({"resourceType":"Patient"})",
        R"({"birthDate":"1980","resourceType":"Patient","\u0069d":"a-b.C"})",
        p + R"("_birthDate":{"extension":[{"url":"http://x","valueCode":"y"}]}})",
        p + R"("birthDate":"1980","_birthDate":{"id":"x"}})",
        p + R"("name":[{"given":["A",null],"_given":[null,{"extension":[{"url":"http://x",)"
            R"("valueCode":"y"}]}]}]})",
        o + R"("valueQuantity":{"value":1.00}})",
        o + R"("effectiveDateTime":"2016-12-31T23:59:60Z"})",
        o + R"("component":[{"code":{"text":"y"},"referenceRange":[{"text":"x"}]}]})",
        R"({"resourceType":"Binary","contentType":"text/plain","data":"QUJD\nREVG QUI="})",
        p + R"("contained":[{"resourceType":"Organization","id":"o","name":"x"}],)"
            R"("managingOrganization":{"reference":"#o"}})",
        p + R"("link":[{"type":"seealso","other":{"reference":"Patient/1/_history/2"}}]})",
    };
    for (auto const& text : texts) {
        auto const resource = parse_text(text);
        EXPECT_TRUE(resource) << text << describe(resource.error());
    }
}

TEST(ResourceTest, RefusesWhatJsonRefuses) {
    for (auto const& text : {std::string(R"({"resourceType":"Patient","id":"a","\u0069d":"b"})"),
                             std::string("\xef\xbb\xbf{\"resourceType\":\"Patient\"}"),
                             std::string("{\"resourceType\":\"Patient\"}\0", 27),
                             std::string(R"({"resourceType":"Patient","active":tru})")})
        EXPECT_EQ(parse_text(text).error().code, Errc::invalid) << text;
    std::string deep = R"({"resourceType":"Patient","extension":[{"url":"http://x"}]})";
    for (int i = 0; i < 100; ++i) deep = R"({"resourceType":"Patient","contained":[)" + deep + "]}";
    EXPECT_EQ(parse_text(deep).error().code, Errc::too_large);
    EXPECT_EQ(parse_text("{\"resourceType\":\"Patient\",\"id\":\"" +
                         std::string(limits::kResourceBytes, 'a') + "\"}")
                  .error()
                  .code,
              Errc::too_large);
    EXPECT_FALSE(parse_text(R"({"resourceType":"Patient","multipleBirthInteger":1)" +
                            std::string(400, '0') + "}"));
}

TEST(ResourceTest, ErrorsNeverCarryRequestData) {
    auto const refused = parse_text(R"({"resourceType":"Patient","name":[{"Smith":"Jane Roe"}]})");
    ASSERT_FALSE(refused);
    EXPECT_THAT(describe(refused.error()),
                ::testing::StartsWith("unknown element at Patient.name[0];"));
    EXPECT_EQ(describe(refused.error()).find("Smith"), std::string::npos);
}

TEST(ResourceTest, IndexTrustsItsText) {
    json::Parser parser;
    auto const resource = Reader::index(EphiText(R"({"resourceType":"Patient","id":"a"})"), parser);
    ASSERT_TRUE(resource);
    EXPECT_EQ(resource->id(), "a");
    EXPECT_EQ(Reader::index(EphiText("{"), parser).error().code, Errc::corrupt);
    EXPECT_EQ(Reader::index(EphiText("{}"), parser).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace salus::fhir
