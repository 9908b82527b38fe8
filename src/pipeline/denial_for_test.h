// A patient's Consent that denies something to payment. Included by tests only.
#pragma once

#include <string>

namespace salus::testing {

// Of the id "deny-[patient]". `what`: further members of the denying provision, as JSON; empty: it
// denies everything.
inline std::string denial_to_payment(std::string const& patient, std::string const& what = {}) {
    return R"({"resourceType":"Consent","id":"deny-)" + patient +
           R"(","status":"active","scope":{"coding":[{"system":)"
           R"("http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},)"
           R"("category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}],)"
           R"("patient":{"reference":"Patient/)" +
           patient +
           R"("},"dateTime":"2026-01-10","policy":[{"uri":)"
           R"("https://profiles.ihe.net/ITI/PCF/Policy-all-normal"}],"provision":{"type":"permit",)"
           R"("provision":[{"type":"deny","purpose":[{"system":)"
           R"("http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HPAYMT"}])" +
           (what.empty() ? "" : "," + what) + "}]}}";
}

}  // namespace salus::testing
