#include "sample_data/chart.h"

namespace salus::sample_data {
namespace {

constexpr EntryType kEncounter{"Encounter",
                               "http://hl7.org/fhir/us/core/StructureDefinition/us-core-encounter"};
constexpr Literal kActCode{"http://terminology.hl7.org/CodeSystem/v3-ActCode"};

Code type_of(VisitKind kind) {
    switch (kind) {
        case VisitKind::wellness: return {kSnomed, "185349003", "Encounter for check up"};
        case VisitKind::follow_up: return {kSnomed, "390906007", "Follow-up encounter"};
        case VisitKind::symptom: return {kSnomed, "185345009", "Encounter for symptom"};
        case VisitKind::emergency: return {kSnomed, "50849002", "Emergency room admission"};
    }
    return {kSnomed, "185349003", "Encounter for check up"};
}

}  // namespace

void write_encounter(Chart& chart, Visit const& visit, Practitioner const& practitioner,
                     std::span<Problem const> problems) {
    chart.transaction.begin_entry(kEncounter, visit.uuid);
    auto& text = chart.transaction.text();
    text.begin_array("identifier");
    text.begin_object();
    text.text("system", "https://sample.example.org/encounter");
    text.text("value", visit.uuid);
    text.end_object();
    text.end_array();
    text.text("status", "finished");
    text.coding("class", visit.kind == VisitKind::emergency ? Code{kActCode, "EMER", "emergency"}
                                                            : Code{kActCode, "AMB", "ambulatory"});
    text.concepts_of("type", type_of(visit.kind));
    text.reference("subject", chart.person.uuid);
    text.begin_array("participant");
    text.begin_object();
    text.concepts_of("type", Code{"http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
                                  "PPRF", "primary performer"});
    text.reference("individual", practitioner.uuid);
    text.end_object();
    text.end_array();
    text.begin_object("period");
    text.text("start", to_date_time(visit.start));
    text.text("end", to_date_time(visit.end));
    text.end_object();
    if (visit.acute != nullptr) {
        text.concepts_of("reasonCode", visit.acute->snomed);
    } else if (visit.kind == VisitKind::follow_up && !problems.empty()) {
        text.concepts_of("reasonCode", chart.random.pick(problems).condition->snomed);
    }
    text.reference("serviceProvider", chart.facilities.employer_of(practitioner).uuid);
    chart.transaction.end_entry(kEncounter);
}

}  // namespace salus::sample_data
