// Laboratory tests in LOINC with UCUM units and the range of plausible results. Constant tables.
#pragma once

#include <span>

#include "sample_data/resource_text.h"

namespace salus::sample_data {

struct LaboratoryTest {
    Code code;
    Unit unit;
    int digits;                // decimals of the result
    std::int64_t low;          // lowest normal result, in units of 10^-digits
    std::int64_t high;         // highest normal result
    std::int64_t high_if_ill;  // highest result of somebody with the panel's disease
};

struct LaboratoryPanel {
    Code code;
    std::span<LaboratoryTest const> tests;
};

[[nodiscard]] LaboratoryPanel const& metabolic_panel() noexcept;
[[nodiscard]] LaboratoryPanel const& lipid_panel() noexcept;
[[nodiscard]] LaboratoryPanel const& blood_count_panel() noexcept;
[[nodiscard]] LaboratoryPanel const& diabetes_panel() noexcept;

}  // namespace salus::sample_data
