// Which events a reader wants. A value; any thread.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "audit_views/recorded_leaf.h"

namespace salus::audit_views {

// What is empty or absent says nothing.
struct EventFilter {
    std::optional<WallTime> since;  // at or after
    std::optional<WallTime> until;  // before
    std::string patient;            // compartment, hexadecimal
    std::string client;
    std::vector<std::string> events;    // any of them
    std::vector<std::string> outcomes;  // any of them

    [[nodiscard]] bool admits(RecordedLeaf const& leaf) const {
        auto const any = [](std::vector<std::string> const& wanted, std::string const& text) {
            return wanted.empty() || std::ranges::find(wanted, text) != wanted.end();
        };
        return (!since || leaf.time >= *since) && (!until || leaf.time < *until) &&
               (patient.empty() || leaf.patient == patient) &&
               (client.empty() || leaf.client == client) && any(events, leaf.event) &&
               any(outcomes, leaf.outcome);
    }
};

}  // namespace salus::audit_views
