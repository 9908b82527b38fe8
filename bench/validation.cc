// How long parsing and full validation of a resource takes.
//   validation_bench [FILE...]      without files: an invented Patient of 2 KB
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fhir/resource.h"

namespace {

using namespace salus;

constexpr std::size_t kRounds = 15;
constexpr std::size_t kRepeats = 2'000;

std::string patient() {
    std::string text =
        R"({"resourceType":"Patient","id":"bench","meta":{"lastUpdated":"2026-01-05T10:00:00Z"},)"
        R"("text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">)"
        R"(<p><b>Ada Example</b>, born 1970</p></div>"},)"
        R"("extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace",)"
        R"("valueAddress":{"city":"Springfield","country":"US"}}],)"
        R"("identifier":[{"use":"usual","type":{"coding":[{"system":)"
        R"("http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]},)"
        R"("system":"https://sample.example.org/mrn","value":"000123","period":)"
        R"({"start":"2001-05-06"}},{"system":"http://hl7.org/fhir/sid/us-ssn","value":)"
        R"("000-00-0000"}],"active":true,"name":[{"use":"official","family":"Example","given":)"
        R"(["Ada","May"]},{"use":"maiden","family":"Sample","given":["Ada"],"period":)"
        R"({"end":"2002"}}],"telecom":[{"system":"phone","value":"555-0100","use":"home"},)"
        R"({"system":"email","value":"ada@example.org","rank":1}],"gender":"female",)"
        R"("birthDate":"1970-04-05","_birthDate":{"extension":[{"url":)"
        R"("http://hl7.org/fhir/StructureDefinition/patient-birthTime","valueDateTime":)"
        R"("1970-04-05T14:35:45-05:00"}]},"deceasedBoolean":false,"address":[{"use":"home",)"
        R"("type":"both","line":["1 Main Street"],"city":"Springfield","postalCode":"00000",)"
        R"("period":{"start":"1974-12-25"}}],"maritalStatus":{"coding":[{"system":)"
        R"("http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M"}]},)"
        R"("contact":[{"relationship":[{"coding":[{"system":)"
        R"("http://terminology.hl7.org/CodeSystem/v2-0131","code":"N"}]}],"name":)"
        R"({"family":"Other","given":["Eve"]},"telecom":[{"system":"phone","value":"555-0101"}],)"
        R"("gender":"female"}],"communication":[{"language":{"coding":[{"system":)"
        R"("urn:ietf:bcp:47","code":"en-US"}],"text":"English"},"preferred":true}],)"
        R"("generalPractitioner":[{"reference":"Practitioner/example","display":"Dr. Sample"}],)"
        R"("managingOrganization":{"reference":"Organization/1"}})";
    return text;
}

// Microseconds of one parse, median of the rounds; negative: it was refused.
double measure(std::string const& text) {
    json::Parser parser;
    std::vector<double> rounds;
    for (std::size_t round = 0; round < kRounds; ++round) {
        auto const begun = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < kRepeats; ++i) {
            if (!fhir::Reader::parse(EphiText(text), parser)) return -1;
        }
        std::chrono::duration<double, std::micro> const taken =
            std::chrono::steady_clock::now() - begun;
        rounds.push_back(taken.count() / static_cast<double>(kRepeats));
    }
    std::ranges::sort(rounds);
    return rounds[rounds.size() / 2];
}

void report(char const* name, std::string const& text) {
    std::printf("%-50s %7zu bytes %9.2f us\n", name, text.size(), measure(text));
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) report("Patient", patient());
    for (int i = 1; i < count; ++i) {
        std::ifstream stream(arguments[i], std::ios::binary);
        report(arguments[i], {std::istreambuf_iterator<char>(stream), {}});
    }
    return 0;
}
