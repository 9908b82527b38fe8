// Text as string searches compare it (https://hl7.org/fhir/R4/search.html#string): case and Latin
// accents removed, runs of white space made one blank. Latin, Greek and Cyrillic letters have their
// case folded; accents are removed from Latin-1, Latin Extended-A and where they are combining
// marks. Other scripts are compared as they are. Thread safety: pure function.
#pragma once

#include <string>
#include <string_view>

namespace salus::fhir {

// REQUIRES: UTF-8.
[[nodiscard]] std::string fold(std::string_view text);

}  // namespace salus::fhir
