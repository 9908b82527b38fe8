#include "app/control_probes.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "app/control_prober.h"

namespace salus::app {
namespace {

using admin::ControlState;

// Controls that only a view from outside can complete.
bool is_seen_from_outside(std::string_view id) {
    static constexpr auto kIds = std::to_array<std::string_view>({"TRN-1", "TRN-2", "TRN-5"});
    return std::ranges::find(kIds, id) != kIds.end();
}

// What every answer must have had, whatever it was.
void conclude(Prober const& prober, std::vector<ProbeResult>& results) {
    auto const answers = prober.answers();
    auto const secured = prober.with_transport_security();
    results.push_back(
        {.control = "TRN-2",
         .passed = answers > 0 && secured == answers,
         .text = fmt::format("{} of {} answers had Strict-Transport-Security", secured, answers)});
    auto const recorded = prober.with_growing_leaf();
    auto const text =
        fmt::format("{} of {} answers, refusals among them, named a new audit leaf, {} to {}",
                    recorded, answers, prober.first_leaf(), prober.last_leaf());
    bool const all = answers > 0 && recorded == answers;
    results.push_back({.control = "AUD-1", .passed = all, .text = text});
    results.push_back({.control = "AUD-2", .passed = all, .text = text});
}

}  // namespace

std::vector<ProbeResult> probe_listener(ProbeTarget const& target) {
    std::vector<ProbeResult> results;
    Prober prober(target);
    probe_transport(target, results);
    probe_tokens(target, prober, results);
    probe_requests(target, prober, results);
    conclude(prober, results);
    return results;
}

void add_probes(std::vector<ProbeResult> const& probes, std::vector<ShownControl>& controls) {
    for (auto const& probe : probes) {
        auto const line = std::ranges::find(controls, probe.control.text(), &ShownControl::id);
        if (line == controls.end()) continue;
        line->evidence.append("; probed now: ").append(probe.text);
        if (!probe.passed) {
            line->state = ControlState::failing;
        } else if (line->state == ControlState::partly && is_seen_from_outside(line->id)) {
            line->state = ControlState::enforced;
        }
    }
}

}  // namespace salus::app
