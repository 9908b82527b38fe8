#include "sample_data/chart.h"

namespace salus::sample_data {
namespace {

constexpr EntryType kMedicationRequest{
    "MedicationRequest",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-medicationrequest"};

void write_dosage(ResourceText& text, Medication const& medication) {
    text.begin_array("dosageInstruction");
    text.begin_object();
    text.number("sequence", 1);
    text.text("text", medication.dosage.text());
    text.begin_object("timing");
    text.begin_object("repeat");
    text.number("frequency", medication.times_per_day);
    text.number("period", 1);
    text.text("periodUnit", "d");
    text.end_object();
    text.end_object();
    text.end_object();
    text.end_array();
}

}  // namespace

void write_prescription(Chart& chart, Visit const& visit, Practitioner const& practitioner,
                        Prescription const& prescription) {
    chart.transaction.begin_entry(kMedicationRequest, chart.random.uuid());
    auto& text = chart.transaction.text();
    text.text("status", prescription.ended ? "completed" : "active");
    text.text("intent", "order");
    text.concepts_of("category",
                     Code{"http://terminology.hl7.org/CodeSystem/medicationrequest-category",
                          "community", "Community"});
    text.concept_of("medicationCodeableConcept", prescription.medication.code);
    text.reference("subject", chart.person.uuid);
    text.reference("encounter", visit.uuid);
    text.text("authoredOn", to_date_time(visit.end));
    text.reference("requester", practitioner.uuid);
    text.begin_array("reasonReference");
    text.reference_element(prescription.reason_uuid);
    text.end_array();
    write_dosage(text, prescription.medication);
    chart.transaction.end_entry(kMedicationRequest);
}

}  // namespace salus::sample_data
