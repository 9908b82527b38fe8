#include <array>

#include "sample_data/chart.h"

namespace salus::sample_data {
namespace {

constexpr EntryType kProblem{
    "Condition",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-condition-problems-health-concerns"};
constexpr EntryType kDiagnosis{
    "Condition",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-condition-encounter-diagnosis"};
constexpr EntryType kAllergy{
    "AllergyIntolerance",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-allergyintolerance"};
constexpr Literal kClinical{"http://terminology.hl7.org/CodeSystem/condition-clinical"};
constexpr Literal kVerification{"http://terminology.hl7.org/CodeSystem/condition-ver-status"};
constexpr Literal kCategory{"http://terminology.hl7.org/CodeSystem/condition-category"};

void write_condition_head(ResourceText& text, Code const& status, Code const& category,
                          Code const& snomed, Code const& icd10) {
    text.concept_of("clinicalStatus", status);
    text.concept_of("verificationStatus", Code{kVerification, "confirmed", "Confirmed"});
    text.concepts_of("category", category);
    std::array const codes{snomed, icd10};
    text.concept_of("code", codes);
}

void write_allergy(Chart& chart, Visit const& visit, Practitioner const& practitioner,
                   Allergy const& allergy) {
    chart.transaction.begin_entry(kAllergy, chart.random.uuid());
    auto& text = chart.transaction.text();
    text.concept_of("clinicalStatus",
                    Code{"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                         "active", "Active"});
    text.concept_of("verificationStatus",
                    Code{"http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
                         "confirmed", "Confirmed"});
    text.text("type", "allergy");
    text.begin_array("category");
    text.text_element(allergy.category.text());
    text.end_array();
    text.text("criticality", chart.random.chance_per_mille(250) ? "high" : "low");
    text.concept_of("code", allergy.code);
    text.reference("patient", chart.person.uuid);
    text.text("recordedDate", to_date_time(visit.start));
    text.reference("recorder", practitioner.uuid);
    text.begin_array("reaction");
    text.begin_object();
    text.concepts_of("manifestation", allergy.reaction);
    text.end_object();
    text.end_array();
    chart.transaction.end_entry(kAllergy);
}

}  // namespace

std::vector<Problem> pick_problems(SeededRandom& random, Person const& person, Seconds reference) {
    std::vector<Problem> problems;
    auto const age = age_in_years(person.birth, day_of(person.death.value_or(reference)));
    for (auto const& condition : chronic_conditions()) {
        auto const young = age < condition.age_from + 20;
        auto const share = young ? condition.per_mille_younger : condition.per_mille_older;
        if (age < condition.age_from || !random.chance_per_mille(share)) continue;
        problems.push_back({&condition, random.uuid(), person.birth});
    }
    return problems;
}

void write_problem(Chart& chart, Problem const& problem, Visit const& first_visit) {
    chart.transaction.begin_entry(kProblem, problem.uuid);
    auto& text = chart.transaction.text();
    write_condition_head(text, {kClinical, "active", "Active"},
                         {kCategory, "problem-list-item", "Problem List Item"},
                         problem.condition->snomed, problem.condition->icd10);
    text.reference("subject", chart.person.uuid);
    text.reference("encounter", first_visit.uuid);
    text.text("onsetDateTime", to_date(problem.onset));
    text.text("recordedDate", to_date_time(first_visit.end));
    chart.transaction.end_entry(kProblem);
}

std::string write_diagnosis(Chart& chart, Visit const& visit) {
    auto const uuid = chart.random.uuid();
    auto const last = chart.person.death.value_or(chart.reference);
    auto const abatement = visit.start + std::chrono::days(visit.acute->days);
    auto const resolved = abatement <= last;
    chart.transaction.begin_entry(kDiagnosis, uuid);
    auto& text = chart.transaction.text();
    write_condition_head(
        text,
        resolved ? Code{kClinical, "resolved", "Resolved"} : Code{kClinical, "active", "Active"},
        {kCategory, "encounter-diagnosis", "Encounter Diagnosis"}, visit.acute->snomed,
        visit.acute->icd10);
    text.reference("subject", chart.person.uuid);
    text.reference("encounter", visit.uuid);
    text.text("onsetDateTime", to_date_time(visit.start));
    if (resolved) text.text("abatementDateTime", to_date_time(abatement));
    text.text("recordedDate", to_date_time(visit.end));
    chart.transaction.end_entry(kDiagnosis);
    return uuid;
}

void write_allergies(Chart& chart, Visit const& first_visit, Practitioner const& practitioner) {
    constexpr int kPerMille = 60;  // of each allergy
    for (auto const& allergy : allergies()) {
        if (chart.random.chance_per_mille(kPerMille)) {
            write_allergy(chart, first_visit, practitioner, allergy);
        }
    }
}

}  // namespace salus::sample_data
