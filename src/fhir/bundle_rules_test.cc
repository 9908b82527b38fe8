// Bundles as wholes: which thing each entry is, and that documents and messages hold together.
#include <gmock/gmock.h>

#include "fhir/material_for_test.h"

namespace salus::fhir {
namespace {

using ::testing::HasSubstr;

std::string judged(std::string const& text) {
    auto const parsed = parse_text(text);
    return parsed ? "accepted" : describe(parsed.error());
}

std::string const kComposition =
    R"({"resourceType":"Composition","id":"c","status":"final","type":{"text":"x"},)"
    R"("date":"2020","title":"t",)";
std::string const kPatient = R"({"resourceType":"Patient","id":"p"})";

std::string entry(std::string const& url, std::string const& resource) {
    return R"({"fullUrl":")" + url + R"(","resource":)" + resource + "}";
}

std::string document(std::string const& entries) {
    return R"({"resourceType":"Bundle","type":"document","timestamp":"2020-01-01T00:00:00Z",)"
           R"("identifier":{"system":"urn:ietf:rfc:3986","value":"urn:uuid:)"
           R"(68d043b5-9ecf-4559-a57a-396e0d452311"},"entry":[)" +
           entries + "]}";
}

std::string composition(std::string const& subject) {
    return kComposition + R"("author":[{"display":"x"}],"subject":{"reference":")" + subject +
           R"("}})";
}

std::string const kBase = "http://h/fhir/";
std::string const kUuid = "urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452312";

TEST(BundleRulesTest, ADocumentHoldsWhatItsCompositionNames) {
    auto const with = [](std::string const& subject, std::string const& url) {
        return judged(document(entry(kBase + "Composition/c", composition(subject)) + "," +
                               entry(url, kPatient)));
    };
    EXPECT_EQ(with("Patient/p", kBase + "Patient/p"), "accepted");
    EXPECT_EQ(with("Patient/p/_history/2", kBase + "Patient/p"), "accepted");
    EXPECT_EQ(with(kUuid, kUuid), "accepted");
    EXPECT_EQ(with(kBase + "Patient/p", kBase + "Patient/p"), "accepted");
    // Somebody whose record is not there; the one that is there is nobody's.
    EXPECT_THAT(with("Patient/q", kBase + "Patient/p"), HasSubstr("does not lead to"));
    EXPECT_EQ(judged(document(entry(kBase + "Composition/c", composition("Patient/q")))),
              "accepted");
    // A relative address is completed by that of the entry it stands in.
    EXPECT_THAT(with("Patient/p", "http://other/Patient/p"), HasSubstr("leads to no entry"));
    EXPECT_THAT(with("Patient/p", kUuid), HasSubstr("leads to no entry"));
    EXPECT_THAT(with("http://other/Patient/p", kUuid), HasSubstr("leads to no entry"));
    // That of the Composition completes nothing.
    EXPECT_THAT(judged(document(entry(kUuid, composition("Patient/p")) + "," +
                                entry(kBase + "Patient/p", kPatient))),
                HasSubstr("leads to no entry"));
}

TEST(BundleRulesTest, SectionsAreReadToTheirDepth) {
    auto const with = [](std::string const& reference) {
        auto const sections = R"("author":[{"display":"x"}],"section":[{"title":"a","section":[)"
                              R"({"title":"b","entry":[{"reference":")" +
                              reference + R"("}]}]}]})";
        return judged(document(entry(kBase + "Composition/c", kComposition + sections) + "," +
                               entry(kBase + "Patient/p", kPatient)));
    };
    EXPECT_EQ(with("Patient/p"), "accepted");
    EXPECT_THAT(with("Patient/q"), HasSubstr("leads to no entry"));
}

TEST(BundleRulesTest, ADocumentHoldsNothingElse) {
    auto const with = [](std::string const& third) {
        return judged(document(entry(kBase + "Composition/c", composition("Patient/p")) + "," +
                               entry(kBase + "Patient/p", kPatient) + "," + third));
    };
    auto const organization = [](std::string const& more) {
        return entry(kBase + "Organization/o",
                     R"({"resourceType":"Organization","id":"o","name":"x")" + more + "}");
    };
    EXPECT_THAT(with(organization("")), HasSubstr("does not lead to at Bundle.entry[2]"));
    // What refers to something of the document belongs to it (a Provenance does so).
    EXPECT_EQ(with(entry(kBase + "RelatedPerson/r", R"({"resourceType":"RelatedPerson","id":"r",)"
                                                    R"("patient":{"reference":"Patient/p"}})")),
              "accepted");
    EXPECT_EQ(with(entry(kBase + "Binary/b",
                         R"({"resourceType":"Binary","id":"b","contentType":"text/css"})")),
              "accepted");
}

TEST(BundleRulesTest, AMessageHoldsItsFocus) {
    auto const with = [](std::string const& focus, bool named) {
        auto const header = R"({"resourceType":"MessageHeader","id":"m","eventUri":"http://e",)"
                            R"("source":{"endpoint":"http://s"},"focus":[{"reference":")" +
                            focus + R"("}]})";
        auto const second =
            named ? entry(kBase + "Patient/p", kPatient) : R"({"resource":)" + kPatient + "}";
        return judged(R"({"resourceType":"Bundle","type":"message","entry":[)" +
                      entry(kBase + "MessageHeader/m", header) + "," + second + "]}");
    };
    EXPECT_EQ(with("Patient/p", true), "accepted");
    EXPECT_THAT(with("Patient/q", true), HasSubstr("leads to no entry"));
    EXPECT_THAT(with("Patient/p", false), HasSubstr("has a fullUrl at Bundle.entry[1]"));
}

TEST(BundleRulesTest, AnEntryIsWhatItsAddressSays) {
    auto const of = [](std::string const& type, std::string const& url,
                       std::string const& resource) {
        return judged(R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[)" +
                      entry(url, resource) + "]}");
    };
    std::string const nameless = R"({"resourceType":"Patient"})";
    EXPECT_EQ(of("searchset", kBase + "Patient/p", kPatient), "accepted");
    EXPECT_THAT(of("searchset", kUuid, nameless), HasSubstr("that was found has an id"));
    EXPECT_EQ(of("searchset", kUuid,
                 R"({"resourceType":"OperationOutcome","issue":[{"severity":"error",)"
                 R"("code":"invalid"}]})"),
              "accepted");
    EXPECT_THAT(of("collection", kBase + "Patient/p", nameless), HasSubstr("without id"));
    EXPECT_EQ(of("collection", kUuid, nameless), "accepted");
    // HL7's own examples: told, not refused.
    EXPECT_EQ(of("collection", kBase + "Patient/q", kPatient), "accepted");
    EXPECT_THAT(judged(document(entry(kBase + "Composition/other", composition(kUuid)) + "," +
                                entry(kUuid, kPatient))),
                HasSubstr("disagree at Bundle.entry[0].fullUrl"));
    // Requests name what does not exist yet.
    EXPECT_EQ(judged(R"({"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":")" +
                     kBase + R"(Patient/p","resource":)" + nameless +
                     R"(,"request":{"method":"POST","url":"Patient"}}]})"),
              "accepted");
}

}  // namespace
}  // namespace salus::fhir
