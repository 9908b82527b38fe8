// Any text as a FHIRPath expression, evaluated on a small bundle. Whatever it asks for, it ends
// within its budget, says the same twice, and its results can be shown.
#include <cstddef>
#include <cstdint>
#include <string>

#include "fhir/fhirpath/evaluator.h"
#include "fhir/fhirpath/expression.h"
#include "foundation/bytes.h"
#include "foundation/check.h"
#include "json/document.h"

namespace {

using namespace salus;
using namespace salus::fhir::fhirpath;

constexpr std::uint64_t kSteps = 50'000;

json::Document make_bundle() {
    json::Parser parser;
    auto document = parser.parse(R"({"resourceType":"Bundle","type":"collection","entry":[
        {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","id":"p","active":true,
         "name":[{"use":"official","family":"Ch\u00e4lmers","given":["Peter","James"],
           "_given":[null,{"extension":[{"url":"http://x.org/g","valueDecimal":1.50}]}]},
          {"_family":{"id":"f"}}],"birthDate":"1974-12","contained":[
          {"resourceType":"Organization","id":"o","name":"Clinic"}],
         "managingOrganization":{"reference":"#o"},"multipleBirthInteger":2}},
        {"fullUrl":"http://x.org/Observation/2","resource":{"resourceType":"Observation","id":"2",
         "status":"final","code":{"coding":[{"system":"http://loinc.org","code":"1-8"}]},
         "subject":{"reference":"urn:uuid:1"},"effectiveDateTime":"2020-02-29T10:30:00.5+02:00",
         "valueQuantity":{"value":185,"unit":"lbs","system":"http://unitsofmeasure.org",
          "code":"[lb_av]"},"referenceRange":[{"low":{"value":1e2,"code":"kg"}}]}}]})");
    SALUS_CHECK(document.has_value());
    return *std::move(document);
}

std::string show(Evaluator& evaluator, Expression const& expression, Context const& context) {
    auto const items = evaluator.evaluate(expression, context);
    if (!items) return "refused " + std::string(items.error().why.text());
    std::string out;
    for (auto const& item : *items) {
        out.push_back('|');
        out += evaluator.text(item).value_or("?");
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static auto const bundle = make_bundle();
    auto const text = text_of({data, size});
    auto const root = *Item::resource(bundle.root());
    auto const checked = Expression::compile_for(*root.type(), text);
    auto const expression = Expression::compile(text);
    SALUS_CHECK(expression || !checked);
    if (!expression) return 0;
    Evaluator evaluator;
    auto context = Context::of(root);
    context.now = WallTime(std::chrono::seconds(1'700'000'000));
    context.steps = kSteps;
    context.unresolved = size % 2 == 0 ? Unresolved::typed : Unresolved::absent;
    auto const first = show(evaluator, *expression, context);
    SALUS_CHECK(first == show(evaluator, *expression, context));
    (void)evaluator.holds(*expression, context);
    return 0;
}
