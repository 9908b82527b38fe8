// The visits of one patient's record, planned before anything is written. Pure but for the random
// numbers it draws.
#pragma once

#include <vector>

#include "sample_data/clinical_tables.h"
#include "sample_data/person.h"

namespace salus::sample_data {

enum class VisitKind { wellness, follow_up, symptom, emergency };

struct Visit {
    VisitKind kind = VisitKind::wellness;
    Seconds start;
    Seconds end;
    std::string uuid;
    AcuteCondition const* acute = nullptr;  // why the patient came, for symptom and emergency
};

// In order of time, at least one; none ends after the patient's death or the reference date.
[[nodiscard]] std::vector<Visit> plan_visits(SeededRandom& random, Person const& person,
                                             std::size_t chronic_conditions, Seconds reference,
                                             int years);

}  // namespace salus::sample_data
