// Probes: what `salus check` tries against the live listener from outside, as a client and as an
// attacker would. Nothing that is tried can be stored or changed; every attempt leaves its audit
// record like any other request.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/control_table.h"
#include "foundation/literal.h"
#include "http/client.h"

namespace salus::app {

struct ProbeTarget {
    std::string host;
    std::uint16_t port = 0;
    std::string authorities_pem;
    std::filesystem::path certificate;  // the file that the listener should be serving
    std::string administrator_token;    // scope admin/check.read
    std::string search_token;           // system/Observation.s; empty: those probes are left out
    std::string create_token;           // system/Basic.c; likewise
    std::string revocable_token;        // system/Basic.c; likewise: no token any more afterwards
};

struct ProbeResult {
    Literal control;
    bool passed = false;
    std::string text;
};

// Takes some tenths of a second.
[[nodiscard]] std::vector<ProbeResult> probe_listener(ProbeTarget const& target);

// A probe that fails makes its control failing. One that passes completes a control of which the
// listener was all that could not be seen from inside (TRN-1, TRN-2, TRN-5).
void add_probes(std::vector<ProbeResult> const& probes, std::vector<ShownControl>& controls);

}  // namespace salus::app
