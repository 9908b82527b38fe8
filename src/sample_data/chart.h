// The chart of one sample patient: what the writers of resources share, and the writers, one file
// each. They append entries to the transaction in the order in which things happened.
#pragma once

#include <vector>

#include "sample_data/facilities.h"
#include "sample_data/laboratory_tables.h"
#include "sample_data/visits.h"

namespace salus::sample_data {

struct Chart {
    Transaction& transaction;
    SeededRandom& random;
    Person const& person;
    Facilities const& facilities;
    Seconds reference;  // nothing in the chart is later
};

// A problem on the list of this patient.
struct Problem {
    ChronicCondition const* condition;
    std::string uuid;
    Days onset;
};

// Drawn before the visits are planned, because problems cause visits. Onset is left open.
[[nodiscard]] std::vector<Problem> pick_problems(SeededRandom& random, Person const& person,
                                                 Seconds reference);

void write_encounter(Chart& chart, Visit const& visit, Practitioner const& practitioner,
                     std::span<Problem const> problems);
void write_problem(Chart& chart, Problem const& problem, Visit const& first_visit);
// Returns the entry's uuid.
std::string write_diagnosis(Chart& chart, Visit const& visit);
void write_allergies(Chart& chart, Visit const& first_visit, Practitioner const& practitioner);

// Height, weight, body mass index, blood pressure, heart and respiratory rate, temperature, oxygen.
void write_vital_signs(Chart& chart, Visit const& visit, std::span<Problem const> problems);
void write_smoking_status(Chart& chart, Visit const& visit);
void write_panel(Chart& chart, Visit const& visit, LaboratoryPanel const& panel, bool ill);
// One body temperature, for records of any length.
void write_temperature(Chart& chart, Visit const& visit, Seconds when);

struct Prescription {
    Medication const& medication;
    std::string_view reason_uuid;  // the Condition
    bool ended;
};
void write_prescription(Chart& chart, Visit const& visit, Practitioner const& practitioner,
                        Prescription const& prescription);

// The schedule's doses that are due at this visit; `given` counts the doses of each vaccine.
void write_immunizations(Chart& chart, Visit const& visit, std::vector<int>& given);

// A Claim for the visit and the ExplanationOfBenefit that answers it.
void write_billing(Chart& chart, Visit const& visit, Practitioner const& practitioner,
                   std::string_view diagnosis_uuid);

}  // namespace salus::sample_data
