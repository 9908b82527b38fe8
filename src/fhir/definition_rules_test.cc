// Rules about single values and about definitions that the structure does not show.
#include <gmock/gmock.h>

#include "fhir/material_for_test.h"

namespace salus::fhir {
namespace {

using ::testing::HasSubstr;

struct Judgement {
    std::string text;
    std::string complaint;  // empty: accepted
};

void expect_judgements(std::vector<Judgement> const& judgements) {
    for (auto const& [text, complaint] : judgements) {
        auto const parsed = parse_text(text);
        auto const said = parsed ? std::string() : describe(parsed.error());
        if (complaint.empty())
            EXPECT_EQ(said, "") << text;
        else
            EXPECT_THAT(said, HasSubstr(complaint)) << text;
    }
}

std::string patient(std::string const& members) {
    return R"({"resourceType":"Patient",)" + members + "}";
}
std::string observation(std::string const& members) {
    return R"({"resourceType":"Observation","status":"final","code":{"text":"x"},)" + members + "}";
}

TEST(DefinitionRulesTest, AnIdIsThereOnce) {
    auto const names = [](std::string const& one, std::string const& other) {
        return patient(R"("name":[{"id":")" + one + R"(","family":"x"},{"family":"y","_family":)" +
                       R"({"id":")" + other + R"("}}])");
    };
    expect_judgements({
        {names("a", "a"), "two elements have the same id at Patient"},
        {names("a", "b"), ""},
        {names("a b", "b"), "an id has no blanks at Patient.name[0]"},
        {R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":)" + names("a", "b") +
             R"(},{"resource":)" + names("a", "b") + "}]}",
         ""},
        {patient(R"("contained":[{"resourceType":"Organization","id":"o","name":"x"},)"
                 R"({"resourceType":"Organization","id":"o","name":"y"}],)"
                 R"("managingOrganization":{"reference":"#o"})"),
         "two contained resources have the same id"},
    });
}

TEST(DefinitionRulesTest, AnExtensionHasAnAbsoluteUrl) {
    expect_judgements({
        {patient(R"("extension":[{"url":"x","valueCode":"a"}])"),
         "an extension is absolute at Patient.extension[0]"},
        {patient(R"("name":[{"_family":{"extension":[{"url":"#x","valueCode":"a"}]}}])"),
         "an extension is absolute"},
        {patient(R"("extension":[{"url":"http://x","extension":[{"url":"y","valueCode":"a"}]}])"),
         ""},
        {patient(R"("extension":[{"url":"http://x","valuePeriod":{"extension":[{"url":"y",)"
                 R"("valueCode":"a"}]}}])"),
         "an extension is absolute"},
        {patient(R"("extension":[{"url":"http://hl7.org/fhir/StructureDefinition/)"
                 R"(patient-mothersMaidenName","extension":[{"url":"y","valueCode":"a"}]}])"),
         "this extension has a value at Patient.extension[0]"},
        {patient(R"("extension":[{"url":"http://hl7.org/fhir/StructureDefinition/)"
                 R"(patient-mothersMaidenName","_valueString":{"id":"x","extension":[{"url":)"
                 R"("http://y","valueCode":"a"}]}}])"),
         ""},
    });
}

// R4 lists a few elements of a CapabilityStatement; HL7 itself puts it on others.
TEST(DefinitionRulesTest, AnExpectationMayStandAnywhere) {
    expect_judgements({
        {R"({"resourceType":"SearchParameter","url":"http://a/b","name":"N","status":"draft",)"
         R"("description":"d","code":"c","type":"string","base":["Patient"],"multipleOr":true,)"
         R"("_multipleOr":{"extension":[{"valueCode":"MAY","url":)"
         R"("http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation"}]}})",
         ""},
    });
}

TEST(DefinitionRulesTest, AReferenceAgreesWithItsType) {
    auto const subject = [](std::string const& reference, std::string const& type) {
        return observation(R"("subject":{"reference":")" + reference + R"(","type":")" + type +
                           R"("})");
    };
    expect_judgements({
        {subject("Patient/1", "Patient"), ""},
        {subject("http://h/Patient/1", "Group"), "the reference and its type disagree"},
        {subject("urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452311", "Patient"), ""},
        {subject("urn:uuid:68d043b5", "Patient"), "not a UUID at Observation.subject"},
    });
}

TEST(DefinitionRulesTest, CodesOfSystemsFromOutsideHaveTheirForm) {
    auto const photo = [](std::string const& type) {
        return patient(R"("photo":[{"contentType":")" + type + R"(","data":"YWJj","size":3}])");
    };
    auto const money = [](std::string const& currency) {
        return R"({"resourceType":"Invoice","status":"draft","totalNet":{"value":1,"currency":")" +
               currency + R"("}})";
    };
    expect_judgements({
        {photo("image/png"), ""},
        {photo("text/plain; charset=UTF-8"), ""},
        {photo("png"), "mimetypes) at Patient.photo[0].contentType"},
        {photo("/png"), "mimetypes"},
        {photo("image/"), "mimetypes"},
        {patient(R"("language":"de-CH-1996")"), ""},
        {patient(R"("language":"en_US")"), "at Patient.language"},
        {patient(R"("language":"en-")"), "at Patient.language"},
        {money("CHF"), ""},
        {money("Francs"), "at Invoice.totalNet.currency"},
        {patient(R"("photo":[{"contentType":"image/png","data":"YWI=","size":3}])"),
         "not that of its data at Patient.photo[0]"},
        {patient(R"("photo":[{"contentType":"image/png","data":"YWI=","size":2}])"), ""},
        {patient(R"("photo":[{"contentType":"image/png","url":"http://x","size":9}])"), ""},
    });
}

TEST(DefinitionRulesTest, WhatDecidesIsNamedByAnAbsoluteUrl) {
    std::string const set = R"({"resourceType":"ValueSet","status":"draft",)";
    expect_judgements({
        {set + R"("url":"ValueSet/x"})", "the URL of a definition is absolute at ValueSet.url"},
        {set + R"("url":"urn:oid:1.2.3"})", ""},
        {set + R"("compose":{"include":[{"valueSet":["x"]}]}})", "absolute or a fragment"},
        {R"({"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"#q"})",
         "a fragment that names no contained resource"},
        {R"({"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"q"})",
         "absolute or a fragment"},
        // Clinical reasoning as HL7 publishes it.
        {R"({"resourceType":"Measure","status":"draft","library":["Library/x"]})", ""},
        {patient(R"("meta":{"profile":["http://hl7.org/fhir/StructureDefinition/Group"]})"),
         "a profile of another type"},
        {patient(R"("meta":{"profile":["http://hl7.org/fhir/StructureDefinition/Patient|4.0.1"]})"),
         ""},
    });
}

TEST(DefinitionRulesTest, NarrativeLinksToWhatIsThere) {
    auto const linking = [](std::string const& target) {
        return patient(R"("name":[{"id":"n1","family":"x"}],"text":{"status":"generated","div":)"
                       R"("<div><a href=\"#)" +
                       target + R"(\">x</a><p id=\"p1\">y</p><a name=\"a1\">z</a></div>"})");
    };
    expect_judgements({
        {linking("n1"), ""},
        {linking("p1"), ""},
        {linking("a1"), ""},
        {linking(""), ""},
        {linking("x1"), "leads nowhere at Patient"},
        {patient(R"("contained":[{"resourceType":"Binary","id":"b","contentType":"image/png"}],)"
                 R"("text":{"status":"generated","div":"<div><img src=\"#b\"/></div>"})"),
         ""},
        {patient(R"("contained":[{"resourceType":"Binary","id":"b","contentType":"image/png"}],)"
                 R"("text":{"status":"generated","div":"<div><img src='#b'/></div>"})"),
         ""},
        {patient(R"("contained":[{"resourceType":"Binary","id":"b","contentType":"image/png"}],)"
                 R"("text":{"status":"generated","div":"<div><img src=\"#c\"/></div>"})"),
         "dom-3"},
    });
}

TEST(DefinitionRulesTest, ACodeSystemHasWhatItSays) {
    auto const system = [](std::string const& content, std::string const& members) {
        return R"({"resourceType":"CodeSystem","status":"draft","content":")" + content + R"(",)" +
               members + "}";
    };
    std::string const two = R"("concept":[{"code":"a","concept":[{"code":"b"}]}])";
    auto const property = [&](std::string const& value) {
        return system("complete", R"("property":[{"code":"p","type":"code"}],"concept":[{"code":)"
                                  R"("a","property":[{"code":"p",)" +
                                      value + "}]}]");
    };
    expect_judgements({
        {system("complete", R"("count":2,)" + two), ""},
        {system("complete", R"("count":3,)" + two), "not as many as it says at CodeSystem"},
        {system("complete", R"("compositional":true,"count":3,)" + two), ""},
        {system("fragment", R"("count":3,)" + two), ""},
        {system("not-present", two), "that has no concepts here has some"},
        {property(R"("valueCode":"x")"), ""},
        {property(R"("valueString":"x")"), "at CodeSystem.concept[0].property[0]"},
        {system("complete",
                R"("property":[{"code":"p","type":"code"},{"code":"p","type":"code"}])"),
         "is there already at CodeSystem.property[1]"},
    });
}

TEST(DefinitionRulesTest, ExpressionsAreFhirPath) {
    auto const parameter = [](std::string const& base, std::string const& expression) {
        return R"({"resourceType":"SearchParameter","url":"http://a/b","name":"N","status":"draft",)"
               R"("description":"d","code":"c","type":"string","base":[)" +
               base + R"(],"expression":")" + expression + R"("})";
    };
    auto const profile = [](std::string const& base, std::string const& expression) {
        return R"({"resourceType":"StructureDefinition","url":"http://a/b","name":"N","status":)"
               R"("draft","kind":"resource","abstract":false,"type":"Patient","derivation":)"
               R"("constraint","baseDefinition":"http://hl7.org/fhir/StructureDefinition/)" +
               base +
               R"(","differential":{"element":[{"id":"Patient","path":"Patient","constraint":)"
               R"([{"key":"x","severity":"error","human":"y","expression":")" +
               expression + R"("}]}]}})";
    };
    expect_judgements({
        {parameter(R"("Patient")", "Patient.name | Patient.contact.name"), ""},
        {parameter(R"("Patient")", "Patient.name("), "no FHIRPath at SearchParameter"},
        {parameter(R"("Patient")", "Organization.name"), "reads what its base does not have"},
        {parameter(R"("Patient")", "Patient.nome"), "reads what its base does not have"},
        {parameter(R"("Patient","Organization")", "Patient.name | Organization.name"), ""},
        {profile("Patient", "name.exists()"), ""},
        {profile("Patient", "name.exists("), "differential.element[0].constraint[0]"},
        {profile("Group", "name.exists()"), "a profile of another type than its base"},
    });
}

TEST(DefinitionRulesTest, AQuestionnaireAsksWhatItCan) {
    auto const asking = [](std::string const& items) {
        return R"({"resourceType":"Questionnaire","status":"draft","item":[)" + items + "]}";
    };
    auto const when = [](std::string const& question) {
        return R"("enableWhen":[{"question":")" + question +
               R"(","operator":"exists","answerBoolean":true}])";
    };
    std::string const group = R"({"linkId":"g","type":"group",)";
    std::string const inner = R"("item":[{"linkId":"i","type":"string"}]})";
    auto const initial = [&](std::string const& type, std::string const& value) {
        return asking(R"({"linkId":"1","type":")" + type + R"(","initial":[{)" + value + "}]}");
    };
    expect_judgements({
        {asking(group + inner + R"(,{"linkId":"2","type":"string",)" + when("i") + "}"), ""},
        // A later one may be asked first.
        {asking(R"({"linkId":"2","type":"string",)" + when("i") + "}," + group + inner), ""},
        {asking(group + when("i") + "," + inner),
         "on itself or what is inside at Questionnaire.item[0]"},
        {asking(group + when("g") + "," + inner), "on itself"},
        {asking(group + R"("item":[{"linkId":"i","type":"string",)" + when("x") + "}]}"),
         "not there at Questionnaire.item[0].item[0]"},
        {asking(R"({"linkId":"1","type":"string"},{"linkId":"2","type":"string","enableWhen":)"
                R"([{"question":"1","operator":"exists","answerString":"x"}]})"),
         "que-7"},
        {initial("string", R"("valueString":"x")"), ""},
        {initial("string", R"("valueInteger":1)"), "another type than its item"},
        {initial("decimal", R"("valueInteger":1)"), ""},
        {initial("choice", R"("valueString":"x")"), ""},
    });
}

}  // namespace
}  // namespace salus::fhir
