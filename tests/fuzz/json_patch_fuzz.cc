// Any bytes as a JSON Patch, over a document that the bytes may bring with them. What comes out is
// JSON, within the bounds; applying it twice to the same document gives the same text.
#include <cstddef>
#include <cstdint>
#include <string>

#include "ephi_test_access.h"
#include "fhir/json_patch.h"
#include "foundation/check.h"
#include "foundation/limits.h"
#include "json/document.h"

namespace {

using namespace salus;

void apply(fhir::JsonPatch const& patch, json::Value document, fhir::EmptiedLists emptied) {
    auto const once = patch.apply(document, emptied);
    auto const again = patch.apply(document, emptied);
    SALUS_CHECK(once.has_value() == again.has_value());
    if (!once) return;
    auto const& text = once->reveal(testing::EphiTestAccess::access());
    SALUS_CHECK(text == again->reveal(testing::EphiTestAccess::access()));
    json::Parser parser;
    auto const parsed = parser.parse(text);
    // Small patches can make many nodes; what has too many is refused where it is read again.
    SALUS_CHECK(parsed || parsed.error().code == Errc::too_large);
}

}  // namespace

// The document, a NUL, the patch; without NUL the patch works on a small Patient.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const text(text_of({data, size}));
    auto const split = text.find('\0');
    auto const document_text =
        split == std::string::npos
            ? std::string(R"({"resourceType":"Patient","id":"a","name":[{"given":["x","y"]}]})")
            : text.substr(0, split);
    json::Parser parser;
    auto const document = parser.parse(document_text);
    if (!document) return 0;
    auto const patch = fhir::JsonPatch::parse(
        EphiText(split == std::string::npos ? text : text.substr(split + 1)), parser);
    if (!patch) return 0;
    (void)patch->elements();
    apply(*patch, document->root(), fhir::EmptiedLists::stay);
    apply(*patch, document->root(), fhir::EmptiedLists::go);
    return 0;
}
