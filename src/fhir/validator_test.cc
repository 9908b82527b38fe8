// What is beyond structure: cardinality, bindings, references, invariants; and that all issues come
// back at once.
#include "fhir/validator.h"

#include <gmock/gmock.h>

#include "fhir/material_for_test.h"
#include "fhir/operation_outcome.h"
#include "fhir/presence.h"
#include "fhir/validation_request.h"

namespace salus::fhir {
namespace {

using ::testing::HasSubstr;

std::string verdict(std::string const& text) {
    auto const parsed = parse_text(text);
    return parsed ? "accepted" : describe(parsed.error());
}

struct Complaint {
    std::string text;
    std::string complaint;
};

void expect_complaints(std::vector<Complaint> const& complaints) {
    for (auto const& [text, complaint] : complaints)
        EXPECT_THAT(verdict(text), HasSubstr(complaint)) << text;
}

std::string const p = R"({"resourceType":"Patient",)";
std::string const o = R"({"resourceType":"Observation","status":"final","code":{"text":"x"},)";
std::string const kBundle = R"({"resourceType":"Bundle","type":"collection",)";

TEST(ValidatorTest, DemandsWhatMayNotBeAbsent) {
    expect_complaints({
        {R"({"resourceType":"Observation"})", "missing (status) at Observation"},
        {R"({"resourceType":"Observation"})", "missing (code) at Observation"},
        {p + R"("link":[{"type":"seealso"}]})", "missing (other) at Patient.link[0]"},
        {p + R"("extension":[{"valueCode":"x"}]})", "missing (url) at Patient.extension[0]"},
        {p + R"("text":{"status":"generated"}})", "missing (div) at Patient.text"},
        {R"({"resourceType":"MedicationRequest","status":"active","intent":"order",)"
         R"("subject":{"reference":"Patient/a"}})",
         "missing (medication"},
    });
}

TEST(ValidatorTest, DemandsCodesOfRequiredValueSets) {
    expect_complaints({
        {p + R"("gender":"Female"})", "administrative-gender) at Patient.gender"},
        {p + R"("telecom":[{"system":"telephone"}]})", "at Patient.telecom[0].system"},
        {p + R"("_gender":{"extension":[{"url":"http://x","valueCode":"y"}]}})",
         "at Patient.gender"},
        {R"({"resourceType":"Condition","subject":{"display":"x"},"clinicalStatus":{"coding":)"
         R"([{"system":"http://other","code":"active"}]}})",
         "at Condition.clinicalStatus"},
        {R"({"resourceType":"Condition","subject":{"display":"x"},"clinicalStatus":)"
         R"({"text":"active"}})",
         "at Condition.clinicalStatus"},
    });
    // A code below another in the code system's hierarchy.
    EXPECT_EQ(verdict(R"({"resourceType":"Condition","subject":{"display":"x"},"clinicalStatus":)"
                      R"({"coding":[{"code":"relapse","system":)"
                      R"("http://terminology.hl7.org/CodeSystem/condition-clinical"}]}})"),
              "accepted");
}

TEST(ValidatorTest, ChecksReferences) {
    expect_complaints({
        {o + R"("subject":{"reference":"#a"}})", "ref-1"},
        {o + R"("subject":{"reference":"\u0023a"}})", "ref-1"},
        {p + R"("contained":[{"resourceType":"Organization","id":"a","name":"x"}]})", "dom-3"},
        {p + R"("contained":[{"resourceType":"Organization","name":"x"}]})", "needs an id"},
        {p + R"("identifier":[{"system":"mrn","value":"1"}]})", "a system is an absolute URI"},
        {R"({"resourceType":"ValueSet","status":"draft","compose":{"include":[{"system":"x"}]}})",
         "a system is an absolute URI at ValueSet.compose.include[0].system"},
        {o + R"("method":{"coding":[{"system":"http://hl7.org/fhir/ValueSet/age-units","code":"a"}]}})",
         "a value set is not a code system at Observation.method.coding[0].system"},
        {p + R"("identifier":[{"system":"urn:uuid:1","value":"1"}]})", "not a UUID"},
        {kBundle + R"("entry":[{"fullUrl":"Patient/1","resource":)" + p + R"("id":"1"}}]})",
         "absolute URL at Bundle.entry[0].fullUrl"},
        {kBundle + R"("link":[{"relation":"self","url":"x"},{"relation":"self","url":"y"}]})",
         "at Bundle.link[1]"},
    });
    // An entry cannot refer to what another contains.
    auto const inner = p + R"("contained":[{"resourceType":"Organization","id":"o","name":"x"}],)"
                           R"("managingOrganization":{"reference":"#o"}})";
    auto const other = p + R"("managingOrganization":{"reference":"#o"}})";
    auto const both =
        kBundle + R"("entry":[{"resource":)" + inner + R"(},{"resource":)" + other + "}]}";
    EXPECT_THAT(verdict(both), HasSubstr("at Bundle.entry[1].resource.managingOrganization"));
    EXPECT_THAT(verdict(both), ::testing::Not(HasSubstr("entry[0]")));
}

TEST(ValidatorTest, ChecksInvariants) {
    expect_complaints({
        {p + R"("contact":[{"gender":"male"}]})", "pat-1"},
        {p + R"("telecom":[{"value":"1"}]})", "cpt-2"},
        {p + R"("name":[{"text":"x","period":{"start":"2020","end":"2019"}}]})",
         "per-1: If present, start SHALL have a lower value than end) at Patient.name[0].period"},
        {p + R"("extension":[{"url":"http://x"}]})", "ext-1"},
        {p + R"("extension":[{"url":"http://x","valueCode":"a","extension":[{"url":"y",)"
             R"("valueCode":"b"}]}]})",
         "ext-1"},
        {o + R"("dataAbsentReason":{"text":"x"},"valueString":"y"})", "obs-6"},
        {o + R"("referenceRange":[{"age":{"low":{"value":1}}}]})", "obs-3"},
        {R"({"resourceType":"Organization"})", "org-1"},
        {R"({"resourceType":"Organization","name":"x","telecom":[{"system":"url","use":"home"}]})",
         "org-3"},
        {R"({"resourceType":"Bundle","type":"collection","total":1})", "bdl-1"},
    });
    EXPECT_EQ(verdict(p + R"("name":[{"text":"x","period":{"start":"2019","end":"2020"}}]})"),
              "accepted");
}

TEST(ValidatorTest, AUuidHasItsFormInEitherCase) {
    std::string const begin = R"({"resourceType":"Library","status":"active","type":{"text":"x"},)";
    std::string const url = R"("url":"urn:uuid:)";
    EXPECT_EQ(verdict(begin + url + R"(68d043b5-9ecf-4559-a57a-396e0d452311"})"), "accepted");
    EXPECT_EQ(verdict(begin + url + R"(68D043B5-9ECF-4559-A57A-396E0D452311"})"), "accepted");
    expect_complaints({
        {begin + url + R"(68d043b5-9ecf-4559-a57a-396e0d45231"})", "not a UUID at Library.url"},
        {begin + url + R"(68d043b5-9ecf-4559-a57a-396e0d45231g"})", "not a UUID at Library.url"},
        {begin + url + R"("})", "not a UUID at Library.url"},
    });
}

TEST(ValidatorTest, ChecksText) {
    expect_complaints({
        {o + R"("note":[{"text":"x <ScRipt>alert(1)</script>"}]})", "HTML in markdown"},
        {o + R"("note":[{"text":"\u003cscript >"}]})", "at Observation.note[0].text"},
        {o + R"("note":[{"text":"a <b>b</b>"}]})", "HTML in markdown"},
    });
    EXPECT_EQ(verdict(o + R"("note":[{"text":"a <b and c, 3 < 5 > 2, <http://x.org>, <3"}]})"),
              "accepted");
    EXPECT_EQ(verdict(p + R"("name":[{"text":"<b>bold</b>"}]})"), "accepted");
    EXPECT_EQ(verdict(p + R"("name":[{"text":"x <script>alert(1)</script>"}]})"), "accepted");
}

TEST(ValidatorTest, TellsEverythingAndNoMoreThanItsBound) {
    auto const refused = parse_text(p + R"("gender":"x","active":"y","birthDate":"z"})");
    ASSERT_FALSE(refused);
    ASSERT_TRUE(refused.error().issues);
    EXPECT_EQ(refused.error().issues->issues().size(), 3U);
    EXPECT_EQ(refused.error().where.path(), "Patient.gender");
    auto const outcome = operation_outcome(refused.error());
    EXPECT_TRUE(parse_text(outcome)) << outcome;
    EXPECT_THAT(outcome, HasSubstr(R"("expression":["Patient.birthDate"])"));
    std::string many = p + R"("name":[{"use":"x"})";
    for (int i = 0; i < 1000; ++i) many += R"(,{"use":"x"})";
    EXPECT_EQ(parse_text(many + "]}").error().issues->issues().size(), limits::kValidationIssues);
}

TEST(ValidatorTest, WarnsWithoutRefusing) {
    json::Parser parser;
    auto const text = p + R"("meta":{"profile":["http://nobody/has/it"]}})";
    ASSERT_TRUE(parse_text(text));
    auto const checked = Reader::validate(EphiText(text), parser);
    ASSERT_TRUE(checked);
    EXPECT_FALSE(checked->issues.has_errors());
    EXPECT_EQ(checked->issues.issues().size(), 2U);  // the profile; no narrative (dom-6)
}

// R4 says what a code system's URI should name, and does not forbid a plain word: told.
TEST(ValidatorTest, ACodingMayNameItsSystemByAWord) {
    for (auto const& text : {p + R"("meta":{"tag":[{"system":"test","code":"x"}]}})",
                             o + R"("valueQuantity":{"value":1,"system":"ucum","code":"mg"}})"}) {
        EXPECT_EQ(verdict(text), "accepted") << text;
        json::Parser parser;
        auto const checked = Reader::validate(EphiText(text), parser);
        ASSERT_TRUE(checked.has_value());
        EXPECT_TRUE(std::ranges::any_of(checked->issues.issues(), [](Issue const& issue) {
            return issue.text.text() == "a system that is not an absolute URI";
        })) << text;
    }
}

// HL7's own examples refer to what the definitions do not name: told, not refused.
TEST(ValidatorTest, TellsOfReferencesToOtherTypes) {
    for (auto const& text :
         {o + R"("subject":{"reference":"Practitioner/a"}})",
          o + R"("subject":{"reference":"http://h/fhir/Practitioner/a/_history/2"}})",
          o + R"("subject":{"type":"Practitioner","display":"x"}})",
          p + R"("contained":[{"resourceType":"Practitioner","id":"a"}],)"
              R"("managingOrganization":{"reference":"#a"}})"}) {
        EXPECT_EQ(verdict(text), "accepted") << text;
        json::Parser parser;
        auto const checked = Reader::validate(EphiText(text), parser);
        ASSERT_TRUE(checked.has_value());
        EXPECT_TRUE(std::ranges::any_of(checked->issues.issues(), [](Issue const& issue) {
            return issue.severity == IssueSeverity::warning &&
                   issue.text.text() == "a reference to a type that is not allowed here";
        })) << text;
    }
}

// A list that is full of warnings must still take errors: what is not seen must not pass.
TEST(ValidatorTest, ManyWarningsHideNoError) {
    std::string bundle = R"({"resourceType":"Bundle","type":"collection","entry":[)";
    for (std::size_t i = 0; i < 3 * limits::kValidationIssues; ++i)
        bundle += R"({"resource":)" + p + R"("meta":{"profile":["http://unknown"]}}},)";
    EXPECT_EQ(verdict(bundle + R"({"resource":)" + p + R"("active":true}}]})"), "accepted");
    auto const last = bundle + R"({"resource":)" + p + R"("active":"x"}}]})";
    EXPECT_THAT(verdict(last), HasSubstr("at Bundle.entry[150].resource.active"));
    json::Parser parser;
    auto const checked = Reader::validate(EphiText(last), parser);
    ASSERT_TRUE(checked);
    EXPECT_TRUE(checked->issues.has_errors());
    EXPECT_EQ(checked->issues.issues().size(), limits::kValidationIssues);
    EXPECT_EQ(std::ranges::count(checked->issues.issues(), IssueSeverity::error, &Issue::severity),
              1);
}

// sdf-8a walks the list once for each of its elements: what one may cost, many together may not.
TEST(ValidatorTest, InvariantsOfOneBodyShareABound) {
    std::string elements = R"({"id":"0","path":"Patient"})";
    for (int i = 1; i < 2'000; ++i)
        elements += R"(,{"id":")" + std::to_string(i) + R"(","path":"Patient.name"})";
    auto const definition =
        R"({"resourceType":"StructureDefinition","url":"http://a/b","name":"N","status":"draft",)"
        R"("kind":"resource","abstract":false,"type":"Patient","derivation":"constraint",)"
        R"("baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient",)"
        R"("differential":{"element":[)" +
        elements + "]}}";
    EXPECT_EQ(verdict(definition), "accepted");
    std::string bundle = kBundle + R"("entry":[{"resource":)" + definition + "}";
    for (int i = 1; i < 8; ++i) bundle += R"(,{"resource":)" + definition + "}";
    auto const refused = verdict(bundle + "]}");
    EXPECT_THAT(refused, HasSubstr("sdf-8a"));
    EXPECT_THAT(refused, ::testing::Not(HasSubstr("entry[0]")));
}

TEST(PresenceTest, DecidesOnlyWhatHoldsWhateverTheValues) {
    // exists(0) and exists(1)
    std::vector<std::uint8_t> const both{3, 0, 5, 3, 1, 5, 16};
    EXPECT_EQ(run_presence(both, 0b11), Verdict::satisfied);
    EXPECT_EQ(run_presence(both, 0b01), Verdict::violated);
    // a path of two steps from slot 0, exists()
    std::vector<std::uint8_t> const deep{4, 0, 5};
    EXPECT_EQ(run_presence(deep, 0b1), Verdict::undecided);
    EXPECT_EQ(run_presence(deep, 0b0), Verdict::violated);
    EXPECT_EQ(run_presence({}, 1), Verdict::undecided);
    for (int const code : {16, 5, 3, 99}) {
        std::vector<std::uint8_t> const broken{static_cast<std::uint8_t>(code)};
        EXPECT_EQ(run_presence(broken, 1), Verdict::undecided) << code;
    }
}

std::string validated(ValidationRequest request, std::string const& body) {
    json::Parser parser;
    auto const read = read_validation_body(EphiText(body), parser, request);
    if (!read) return std::string(read.error().why.text());
    auto const issues = validate(std::move(request), parser, nullptr);
    if (!issues) return std::string(issues.error().why.text());
    auto const found = std::ranges::find(issues->issues(), IssueSeverity::error, &Issue::severity);
    return found == issues->issues().end() ? "good" : std::string(found->text.text());
}

TEST(ValidationRequestTest, ReadsResourcesAndParameters) {
    auto const asked = [](std::string type, ValidationMode mode = ValidationMode::any,
                          std::string id = {}) {
        ValidationRequest request;
        request.type = std::move(type);
        request.mode = mode;
        request.id = std::move(id);
        return request;
    };
    auto const patient = p + R"("id":"a"})";
    auto const wrapped = R"({"resourceType":"Parameters","parameter":[{"name":"resource",)"
                         R"("resource":)" +
                         patient + "}]}";
    EXPECT_EQ(validated(asked("Patient"), patient), "good");
    EXPECT_EQ(validated(asked("Patient"), wrapped), "good");
    EXPECT_EQ(validated(asked("Group"), wrapped), "the resource is of another type");
    EXPECT_EQ(validated(asked("Parameters"), R"({"resourceType":"Parameters"})"), "good");
    EXPECT_EQ(validated(asked("Patient", ValidationMode::update, "b"), patient),
              "the resource's id is not the one in the address");
    EXPECT_EQ(validated(asked("Patient", ValidationMode::remove, "b"), ""), "good");
    EXPECT_EQ(validated(asked("Patient"), ""), "a resource is expected");
    EXPECT_EQ(validated(asked("Patient", ValidationMode::profile), patient),
              "the mode profile needs a profile");
    EXPECT_EQ(validated(asked("Patient"), "{"), "not valid JSON");
    EXPECT_EQ(validated(asked("Patient"), R"({"resourceType":"Parameters","parameter":)"
                                          R"([{"name":"mode","valueCode":"x"}]})"),
              "the mode is create, update, delete or profile");
    EXPECT_EQ(validated(asked("Patient"), R"({"resourceType":"Parameters","parameter":)"
                                          R"([{"name":"other"}]})"),
              "$validate takes resource, mode and profile");
}

}  // namespace
}  // namespace salus::fhir
