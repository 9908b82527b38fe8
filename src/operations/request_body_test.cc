// Bodies and the headers that say what they are and under which condition: content types, wrong
// types and ids, If-Match, Accept; and nothing of a stranger is parsed.
#include <gtest/gtest.h>

#include "operations/operations_for_test.h"
#include "operations/preconditions.h"

namespace salus::operations {
namespace {

using http::Method;
using testing::EphiTestAccess;
using testing::HeaderList;
using testing::must;
using testing::TestRequest;

std::string const kPatient = testing::patient_json("p1");

class RequestBodyTest : public ::testing::Test {
protected:
    std::optional<Errc> refusal(TestRequest const& wanted,
                                request::CallerPointer caller = nullptr) {
        if (!caller) caller = testing::caller_named("client-1");
        auto const intent = room_.classify(wanted, std::move(caller));
        return intent ? std::nullopt : std::optional(intent.error().code);
    }
    std::optional<Errc> put(std::string const& body, HeaderList headers = {}) {
        headers.emplace_back("Content-Type", testing::kFhirJsonType);
        return refusal({Method::put, "/fhir/Patient/p1", std::move(headers), body});
    }
    std::optional<Errc> create(std::string const& body, HeaderList headers) {
        return refusal({Method::post, "/fhir/Patient", std::move(headers), body});
    }

    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
};

TEST_F(RequestBodyTest, ContentTypes) {
    for (auto const* type :
         {"application/fhir+json", "application/json", "APPLICATION/FHIR+JSON",
          "application/fhir+json; charset=utf-8", "application/fhir+json;charset=\"UTF-8\"",
          "application/json ; fhirVersion=4.0"}) {
        EXPECT_EQ(create(kPatient, {{"Content-Type", type}}), std::nullopt) << type;
    }
    for (auto const* type :
         {"", "text/json", "text/plain", "application/xml", "application/fhir+xml", "*/*",
          "application/*", "application/jsonx", "application/x-www-form-urlencoded",
          "application/fhir+json; charset=utf-16", "application/json; charset=iso-8859-1",
          "application/json; charset=", "multipart/form-data; boundary=x",
          "application/json, application/json"}) {
        EXPECT_EQ(create(kPatient, {{"Content-Type", type}}), Errc::unsupported_media_type) << type;
    }
    EXPECT_EQ(create(kPatient, {}), Errc::unsupported_media_type);
    EXPECT_EQ(create(kPatient, {{"Content-Type", testing::kFhirJsonType},
                                {"content-type", testing::kFhirJsonType}}),
              Errc::unsupported_media_type);
    EXPECT_EQ(refusal({Method::put, "/fhir/Patient/p1", {}, kPatient}),
              Errc::unsupported_media_type);
    EXPECT_EQ(refusal({Method::post, "/fhir", {{"Content-Type", "text/plain"}}, "{}"}),
              Errc::unsupported_media_type);
}

TEST_F(RequestBodyTest, FormsAreForms) {
    for (auto const* target : {"/oauth/token", "/fhir/Patient/_search"}) {
        for (auto const* type : {"", "application/json", "text/plain", "multipart/form-data",
                                 "application/x-www-form-urlencodedx"}) {
            EXPECT_EQ(refusal({Method::post, target, {{"Content-Type", type}}, "_id=p1"}),
                      Errc::unsupported_media_type)
                << target << type;
        }
        EXPECT_EQ(refusal({Method::post, target, {}, "_id=p1"}), Errc::unsupported_media_type);
        EXPECT_EQ(refusal({Method::post,
                           target,
                           {{"Content-Type", "application/x-www-form-urlencoded;charset=UTF-8"}},
                           "_id=p1"}),
                  std::nullopt);
    }
}

TEST_F(RequestBodyTest, AClientIsRegisteredWithJson) {
    for (auto const* type : {"", "text/plain", "application/x-www-form-urlencoded"}) {
        EXPECT_EQ(refusal({Method::post, "/admin/clients", {{"Content-Type", type}}, "{}"}),
                  Errc::unsupported_media_type)
            << type;
    }
}

TEST_F(RequestBodyTest, TheResourceFitsItsAddress) {
    EXPECT_EQ(put(kPatient), std::nullopt);
    for (auto const* body :
         {R"({"resourceType":"Patient","id":"p2"})", R"({"resourceType":"Patient","id":"P1"})",
          R"({"resourceType":"Patient"})", R"({"resourceType":"Person","id":"p1"})",
          R"({"resourceType":"Client","id":"p1"})", R"({"id":"p1"})", R"([])", R"("Patient")", "",
          " ", "{", R"({"resourceType":"Patient","id":"p1"}x)",
          R"({"resourceType":"Patient","id":"p1","id":"p1"})",
          R"({"resourceType":"Patient","id":"p1","unknown":1})",
          R"({"resourceType":"Patient","id":"p1","birthDate":"1980-13-01"})",
          "\xef\xbb\xbf{\"resourceType\":\"Patient\",\"id\":\"p1\"}"}) {
        EXPECT_EQ(put(body), Errc::invalid) << body;
    }
    HeaderList const json{{"Content-Type", testing::kFhirJsonType}};
    EXPECT_EQ(create(R"({"resourceType":"Person"})", json), Errc::invalid);
    EXPECT_EQ(refusal({Method::post, "/fhir", json, kPatient}), Errc::invalid);
}

TEST_F(RequestBodyTest, NothingOfAStrangerIsParsed) {
    HeaderList const json{{"Content-Type", testing::kFhirJsonType}};
    for (auto const* target : {"/fhir", "/fhir/Patient"}) {
        auto exchange = room_.exchange({Method::post, target, json, "not JSON at all"},
                                       testing::make_anonymous());
        json::Parser parser;
        Classifier classifier(room_.home().tenant(), room_.records(), parser, instance_.clock);
        auto const intent = classifier.classify(exchange);
        ASSERT_TRUE(intent.has_value()) << target;
        EXPECT_FALSE(intent->facts().resource.has_value());
        EXPECT_TRUE(intent->entries().empty());
        EXPECT_EQ(EphiTestAccess::open(exchange.request.body), "not JSON at all");
    }
}

TEST_F(RequestBodyTest, IfMatchIsOneTagOfOurs) {
    for (auto const* tag : {"W/\"3\"", "\"3\"", " W/\"3\" "}) {
        auto const intent = must(room_.classify({.method = Method::remove,
                                                 .target = "/fhir/Patient/p1",
                                                 .headers = {{"If-Match", tag}}}));
        EXPECT_EQ(intent.facts().if_match, 3U) << tag;
    }
    for (auto const* tag :
         {"", "3", "*", "W/3", "w/\"3\"", "W/\"\"", "W/\"3", "\"3", "3\"", "W/\"+1\"", "W/\" 3\"",
          "W/\"3 \"", "W/\"3\", W/\"4\"", "W/\"3\"\"", "W/W/\"3\"", "W/\"3/0\""}) {
        EXPECT_EQ(put(kPatient, {{"If-Match", tag}}), Errc::invalid) << tag;
        EXPECT_EQ(refusal({Method::remove, "/fhir/Patient/p1", {{"If-Match", tag}}, ""}),
                  Errc::invalid)
            << tag;
    }
    // Versions that there cannot be: the condition does not hold (412).
    for (auto const* tag :
         {"W/\"x\"", "W/\"-1\"", "W/\"99999999999999999999\"", "W/\"03\"", "\"3a\"", "W/\"0\""}) {
        auto const intent = must(room_.classify({.method = Method::remove,
                                                 .target = "/fhir/Patient/p1",
                                                 .headers = {{"If-Match", tag}}}));
        EXPECT_EQ(intent.facts().if_match, 0U) << tag;
    }
    EXPECT_EQ(put(kPatient, {{"If-Match", "W/\"3\""}, {"if-match", "W/\"3\""}}), Errc::invalid);
    EXPECT_FALSE(parse_entity_tag("W/").has_value());
    EXPECT_FALSE(parse_entity_tag("\"").has_value());
}

TEST_F(RequestBodyTest, Accept) {
    auto const read = [&](HeaderList headers) {
        return refusal({.target = "/fhir/Patient/p1", .headers = std::move(headers)});
    };
    for (auto const* accept :
         {"application/fhir+json", "application/json", "*/*", "application/*", "text/json",
          "text/html, application/fhir+json;q=0.9", "application/fhir+xml,*/*;q=0.1",
          "APPLICATION/FHIR+JSON; fhirVersion=4.0"}) {
        EXPECT_EQ(read({{"Accept", accept}}), std::nullopt) << accept;
    }
    for (auto const* accept : {"application/fhir+xml", "text/html", "application/xml, text/turtle",
                               "", "json", "application/fhir+jsonx", "text/*"}) {
        EXPECT_EQ(read({{"Accept", accept}}), Errc::not_acceptable) << accept;
    }
    EXPECT_EQ(read({{"Accept", "*/*"}, {"Accept", "*/*"}}), Errc::not_acceptable);
    EXPECT_EQ(read({}), std::nullopt);
    // Discovery is JSON whatever the header says.
    EXPECT_EQ(refusal({.target = "/fhir/.well-known/smart-configuration",
                       .headers = {{"Accept", "text/html"}}}),
              std::nullopt);
}

}  // namespace
}  // namespace salus::operations
