#include "operations/own_address.h"

#include <gtest/gtest.h>

namespace salus::operations {
namespace {

constexpr std::string_view kBase = "https://salus.example/t/north/fhir";

TEST(OwnAddress, IsOursInWhateverSpellingOfSchemeHostAndPort) {
    for (auto const* text : {"https://salus.example/t/north/fhir/Patient/1",
                             "HTTPS://Salus.Example/t/north/fhir/Patient/1",
                             "https://salus.example:443/t/north/fhir/Patient/1"})
        EXPECT_EQ(local_part(text, kBase), "Patient/1") << text;
    EXPECT_EQ(local_part("https://salus.example/fhir/Patient/1", "https://salus.example:443/fhir"),
              "Patient/1");
}

TEST(OwnAddress, IsNotOursElsewhere) {
    for (auto const* text :
         {"", "Patient/1", "#p", "urn:uuid:x", "https://", "https://salus.example",
          "http://salus.example/t/north/fhir/Patient/1",
          "https://salus.example:8443/t/north/fhir/Patient/1",
          "https://salus.example/t/north/FHIR/Patient/1",
          "https://salus.example/t/north/fhirs/Patient/1", "https://salus.example/fhir/Patient/1",
          "https://salus.example.org/t/north/fhir/Patient/1",
          "https://evil.example/https://salus.example/t/north/fhir/Patient/1"})
        EXPECT_EQ(local_part(text, kBase), text) << text;
}

}  // namespace
}  // namespace salus::operations
