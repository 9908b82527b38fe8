// Any bytes as a FHIRPath Patch over a small Patient: what comes out is JSON, within the bounds.
#include <cstddef>
#include <cstdint>
#include <string>

#include "ephi_test_access.h"
#include "fhir/fhirpath_patch.h"
#include "foundation/check.h"
#include "json/document.h"

namespace {

using namespace salus;

constexpr char const* kPatient =
    R"({"resourceType":"Patient","id":"a","name":[{"given":["x","y"],"_given":[null,{"id":"i"}]},)"
    R"({"family":"z"}],"deceasedBoolean":true,"identifier":[{"value":"1"},{"value":"2"}]})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    json::Parser parser;
    auto parameters = fhir::Reader::parse(EphiText(std::string(text_of({data, size}))), parser);
    if (!parameters) return 0;
    auto const patch = fhir::FhirPathPatch::parse(*std::move(parameters));
    if (!patch) return 0;
    (void)patch->elements();
    auto const patient = fhir::Reader::parse(EphiText(std::string(kPatient)), parser);
    SALUS_CHECK(patient);
    auto const patched = patch->apply(patient->view(), parser);
    if (!patched) return 0;
    SALUS_CHECK(parser.parse(patched->reveal(testing::EphiTestAccess::access())));
    return 0;
}
