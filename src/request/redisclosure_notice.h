// What bears the duty `watermark`: records of a program for substance use disorders that leave with
// the patient's consent are accompanied by the notice of 42 CFR 2.32. Its short form (paragraph
// (a)(2)) is told in a header, and in bundles by an OperationOutcome as well; each record that it
// is about bears HL7's refrain policy in meta.security, as it leaves: the label is not stored.
#pragma once

#include <string_view>

#include "foundation/literal.h"
#include "json/document.h"

namespace salus::request {

inline constexpr std::string_view kNoticeHeader = "Salus-Notice";
inline constexpr Literal kRedisclosureNotice =
    "42 CFR part 2 prohibits unauthorized use or disclosure of these records.";

// https://terminology.hl7.org/CodeSystem-v3-ActCode.html, RefrainPolicy.
inline constexpr std::string_view kNoRedisclosureSystem =
    "http://terminology.hl7.org/CodeSystem/v3-ActCode";
inline constexpr std::string_view kNoRedisclosureCode = "NORDSCLCD";
inline constexpr std::string_view kNoRedisclosureLabel =
    R"({"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"NORDSCLCD",)"
    R"("display":"no redisclosure without consent directive"})";

// Whether a label of meta.security is this one.
[[nodiscard]] inline bool forbids_redisclosure(json::Value label) {
    return label.text_member("system") == kNoRedisclosureSystem &&
           label.text_member("code") == kNoRedisclosureCode;
}

}  // namespace salus::request
