// Inside the room: a report's events, those of one recipient for one purpose together
// (164.528(b)(3)): the first, how many, and the last. Values; any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "audit_views/patient_report.h"

namespace salus::audit_views {

struct ReportLine {
    std::string recipient;  // client, or who came without a valid token
    std::string purpose;    // for people
    std::string outcome;    // for people; of an accounting always done
    WallTime first;
    WallTime last;
    std::map<std::string, std::size_t> what;  // resource types, and of how many records
    std::vector<std::size_t> events;          // positions in the report
};

// In the order of their first events.
[[nodiscard]] std::vector<ReportLine> lines_of(PatientReport const& report);
// "12 Observation, 1 Patient"
[[nodiscard]] std::string describe(std::map<std::string, std::size_t> const& what);
[[nodiscard]] Literal title_of(ReportKind kind) noexcept;

}  // namespace salus::audit_views
