// What people have, take and are given: constant tables in the code systems that US Core names
// (SNOMED CT and ICD-10-CM, RxNorm, CVX). Shares are plausible, not epidemiology.
#pragma once

#include <span>

#include "sample_data/resource_text.h"

namespace salus::sample_data {

struct Medication {
    Code code;
    Literal dosage;
    int times_per_day;
};

// A problem that stays: recorded once, followed up.
struct ChronicCondition {
    Code snomed;
    Code icd10;
    int age_from;                  // years
    int per_mille_younger;         // share among those less than 20 years beyond age_from
    int per_mille_older;           // share among the rest
    Medication const* medication;  // null: none in the table
};

// A problem that passes: one visit, one diagnosis.
struct AcuteCondition {
    Code snomed;
    Code icd10;
    int age_from;
    int age_to;
    int days;                      // until it abates
    Medication const* medication;  // null: none
};

struct Vaccine {
    Code code;
    int month_from;  // age in months, inclusive
    int month_to;    // exclusive
    int doses;
};

struct Allergy {
    Code code;
    Literal category;  // http://hl7.org/fhir/ValueSet/allergy-intolerance-category
    Code reaction;
};

[[nodiscard]] std::span<ChronicCondition const> chronic_conditions() noexcept;
[[nodiscard]] std::span<AcuteCondition const> acute_conditions() noexcept;
[[nodiscard]] std::span<Vaccine const> vaccines() noexcept;
[[nodiscard]] std::span<Allergy const> allergies() noexcept;
[[nodiscard]] Vaccine const& influenza_vaccine() noexcept;

}  // namespace salus::sample_data
