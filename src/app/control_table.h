// How `salus check` shows the controls: a table for people, an array for machines.
// Pure functions.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "admin/control_report.h"
#include "foundation/result.h"

namespace salus::app {

struct ShownControl {
    std::string id;
    std::string title;
    admin::ControlState state = admin::ControlState::failing;
    std::string evidence;
};

// From what GET /admin/check answered. Errc::invalid when it is not a report. A state that is not
// known is failing.
[[nodiscard]] Result<std::vector<ShownControl>> read_report(std::string body);

// In the order of ControlState: enforced, partly, not yet, failing.
[[nodiscard]] std::array<std::size_t, 4> count_states(std::vector<ShownControl> const& controls);

struct TableStyle {
    enum class Colours { yes, no };
    std::size_t width = 100;
    Colours colours = Colours::no;
};
// Grouped by family, evidence wrapped, and a line of sums.
[[nodiscard]] std::string control_table(std::vector<ShownControl> const& controls,
                                        TableStyle style);
// An array of objects: id, title, state, evidence.
[[nodiscard]] std::string control_json(std::vector<ShownControl> const& controls);

}  // namespace salus::app
