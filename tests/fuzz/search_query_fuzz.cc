// Any bytes as a search: "Type?name=value&...". What is accepted is run over entries of every shape
// that the samples have, sorted, paged, and its cursor read back.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ephi_test_access.h"
#include "fhir/entry_table_writer.h"
#include "fhir/search.h"
#include "fhir/search_order.h"
#include "foundation/check.h"
#include "json/document.h"
#include "request/form.h"

namespace {

using namespace salus;

constexpr char const* kSamples[] = {
    R"({"resourceType":"Patient","id":"p","active":true,"birthDate":"1980-05-04",
        "name":[{"family":"Chalmers","given":["Peter"]}],"identifier":[{"type":{"coding":[
        {"system":"urn:v2","code":"MR"}]},"system":"urn:s","value":"1"}],
        "generalPractitioner":[{"reference":"Practitioner/d"}]})",
    R"({"resourceType":"Observation","id":"o","status":"final","code":{"coding":[
        {"system":"urn:l","code":"c"}]},"subject":{"reference":"Patient/p"},
        "encounter":{"reference":"Encounter/e"},"effectiveDateTime":"2020-01-01T10:00:00Z",
        "valueQuantity":{"value":5.40,"unit":"mg","system":"urn:u","code":"mg"},
        "component":[{"code":{"coding":[{"code":"x"}]},"valueQuantity":{"value":-1e3}}]})",
    R"({"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"AMB"},
        "subject":{"reference":"Patient/p"},"length":{"value":1,"unit":"h","code":"h",
        "system":"http://unitsofmeasure.org"}})",
    R"({"resourceType":"Provenance","id":"v","recorded":"2020-01-01T00:00:00Z",
        "target":[{"reference":"Observation/o"}],"agent":[{"who":{"display":"x"}}]})",
};

class Compartment : public fhir::SearchLinks {
public:
    Compartment() {
        json::Parser parser;
        for (auto const* sample : kSamples) {
            auto const resource = fhir::Reader::parse(EphiText(std::string(sample)), parser);
            SALUS_CHECK(resource);
            auto entry = fhir::make_index_entry(resource->view(), WallTime{});
            SALUS_CHECK(entry);
            entries_.push_back(std::move(*entry).take(testing::EphiTestAccess::access()));
        }
        for (auto const& entry : entries_) {
            auto const view = fhir::EntryView::decode(entry);
            SALUS_CHECK(view);
            auto const* type = fhir::find_resource_type(view->type());
            fhir::EntryTableWriter writer(*type);
            SALUS_CHECK(writer.add(*view));
            auto bytes = std::move(writer).finish();
            SALUS_CHECK(bytes);
            written_.push_back(*std::move(bytes));
            auto table = fhir::EntryTable::open(*type, written_.back());
            SALUS_CHECK(table);
            tables_.emplace(type, *std::move(table));
        }
    }
    Result<std::span<fhir::EntryTable const>> beside(fhir::Type const& type) override {
        auto const found = tables_.find(&type);
        if (found == tables_.end()) return std::span<fhir::EntryTable const>();
        return std::span(&found->second, 1);
    }
    Result<std::span<fhir::EntryTable const>> shared(fhir::Type const&,
                                                     std::span<std::string_view const>) override {
        return std::span<fhir::EntryTable const>();
    }

private:
    std::vector<Bytes> entries_;
    std::vector<Bytes> written_;  // what the tables look into
    std::map<fhir::Type const*, fhir::EntryTable> tables_;
};

void perform(fhir::SearchQuery const& query, Compartment& compartment) {
    for (auto const& read : query.reads()) SALUS_CHECK(read.type != nullptr);
    auto const table = compartment.beside(query.type());
    SALUS_CHECK(table);
    if (table->empty()) return;
    std::vector<fhir::EntryTable::Row> rows{0};
    SALUS_CHECK(query.retain(table->front(), rows, compartment));
    fhir::SearchMatch const match{&table->front(), 0};
    auto const page = fhir::page_of(query, {match, match}, nullptr, 1);
    SALUS_CHECK(page.matches.size() == 1 && page.last);
    auto const place = fhir::decode_place(fhir::encode(*page.last));
    SALUS_CHECK(place);
    // Behind its own place there is nothing.
    SALUS_CHECK(fhir::page_of(query, {match}, &*place, 1).matches.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static Compartment compartment;
    auto const text = text_of({data, size});
    (void)fhir::decode_place(text);
    auto const mark = std::min(text.find('?'), text.size());
    auto const* type = fhir::find_type(text.substr(0, mark));
    if (type == nullptr || mark == text.size()) return 0;
    bool const searchable =
        type->kind == fhir::TypeKind::resource || type->kind == fhir::TypeKind::any_resource;
    auto const parameters = request::parse_form(text.substr(mark + 1));
    if (!searchable || !parameters) return 0;
    std::vector<fhir::SearchQuery::Parameter> pairs;
    for (auto const& [name, value] : *parameters) pairs.emplace_back(name, value);
    for (auto const handling : {fhir::Handling::strict, fhir::Handling::lenient}) {
        auto const query = fhir::SearchQuery::parse(*type, pairs, WallTime{}, handling);
        if (query) perform(*query, compartment);
    }
    return 0;
}
