#include <algorithm>

#include "sample_data/observations.h"

namespace salus::sample_data {
namespace {

constexpr EntryType kResult{
    "Observation", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"};
constexpr EntryType kReport{
    "DiagnosticReport",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-diagnosticreport-lab"};

void write_reference_range(ResourceText& text, LaboratoryTest const& test) {
    text.begin_array("referenceRange");
    text.begin_object();
    text.quantity("low", {test.low, test.digits}, test.unit);
    text.quantity("high", {test.high, test.digits}, test.unit);
    text.end_object();
    text.end_array();
}

std::string write_result(Chart& chart, Visit const& visit, LaboratoryTest const& test, bool ill) {
    auto const value = ill ? chart.random.between(test.low, std::max(test.high, test.high_if_ill))
                           : chart.random.near_middle(test.low, test.high);
    auto uuid = begin_observation(
        chart, visit,
        {kResult,
         {"http://terminology.hl7.org/CodeSystem/observation-category", "laboratory", "Laboratory"},
         test.code,
         visit.start});
    auto& text = chart.transaction.text();
    text.text("issued", to_date_time(visit.end));
    text.quantity("valueQuantity", {value, test.digits}, test.unit);
    if (value > test.high) {
        text.concepts_of("interpretation",
                         Code{"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
                              "H", "High"});
    }
    write_reference_range(text, test);
    chart.transaction.end_entry(kResult);
    return uuid;
}

}  // namespace

void write_panel(Chart& chart, Visit const& visit, LaboratoryPanel const& panel, bool ill) {
    std::vector<std::string> results;
    for (auto const& test : panel.tests) results.push_back(write_result(chart, visit, test, ill));
    if (results.size() == 1) return;
    chart.transaction.begin_entry(kReport, chart.random.uuid());
    auto& text = chart.transaction.text();
    text.text("status", "final");
    text.concepts_of("category",
                     Code{"http://terminology.hl7.org/CodeSystem/v2-0074", "LAB", "Laboratory"});
    text.concept_of("code", panel.code);
    text.reference("subject", chart.person.uuid);
    text.reference("encounter", visit.uuid);
    text.text("effectiveDateTime", to_date_time(visit.start));
    text.text("issued", to_date_time(visit.end));
    text.begin_array("result");
    for (auto const& result : results) text.reference_element(result);
    text.end_array();
    chart.transaction.end_entry(kReport);
}

}  // namespace salus::sample_data
