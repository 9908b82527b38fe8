// Any bytes through the resource reader. What is accepted must survive the server's own steps:
// its stored form is accepted again, and is indexed, searched and placed in a compartment without a
// crash.
#include <cstddef>
#include <cstdint>
#include <string>

#include "ephi_test_access.h"
#include "fhir/bundle.h"
#include "fhir/compartment.h"
#include "fhir/index_entry.h"
#include "fhir/resource.h"
#include "fhir/search.h"
#include "fhir/server_fields.h"
#include "foundation/check.h"
#include "json/document.h"
#include "json/writer.h"

namespace {

using namespace salus;

void perform(fhir::ResourceView const& resource, json::Parser& parser) {
    fhir::ReferenceMap const references{
        {"urn:uuid:00000000-0000-4000-8000-000000000001", "Patient/1"}};
    fhir::ServerFields const fields{"id-1", "1", WallTime{}};
    // What references are rewritten to may be of another type: it is not checked again.
    (void)fhir::stored_form(resource, fields, references);
    auto text = fhir::stored_form(resource, fields);
    SALUS_CHECK(fhir::Reader::parse(text.clone(), parser));
    auto const stored = fhir::Reader::index(std::move(text), parser);
    SALUS_CHECK(stored && stored->id() == "id-1");
    (void)fhir::patients_of(stored->view());
    auto const entry = fhir::make_index_entry(stored->view(), WallTime{});
    if (!entry) return;
    auto const& bytes = entry->reveal(testing::EphiTestAccess::access());
    auto const view = fhir::EntryView::decode(bytes);
    SALUS_CHECK(view && view->id() == "id-1");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const text(text_of({data, size}));
    json::Parser parser;
    (void)parser.index(text);
    auto const document = parser.parse(text);
    if (!document) return 0;
    SALUS_CHECK(parser.parse(json::minify(document->text())));
    auto const resource = fhir::Reader::parse(EphiText(text), parser);
    if (!resource) return 0;
    perform(resource->view(), parser);
    auto const requests = fhir::read_requests(resource->view());
    if (!requests) return 0;
    for (auto const& entry : requests->entries) {
        if (entry.resource) perform(*entry.resource, parser);
    }
    return 0;
}
