// Everything that the operator's files say, at one moment. Thread safety: immutable once loaded;
// the questions from any thread, no allocation.
#pragma once

#include <cstddef>
#include <map>
#include <optional>

#include "access_context/fault.h"
#include "access_context/geography.h"
#include "access_context/range_table.h"
#include "access_context/settings.h"
#include "access_context/time_zone.h"
#include "request/access_facts.h"

namespace salus::access_context {

// How many networks each list names.
struct RangeCounts {
    std::size_t internal = 0;
    std::size_t allowed = 0;
    std::size_t denied = 0;
    std::size_t reputations = 0;
};

class Sources {
public:
    // Reads files, and looks at all of them before any counts: not for an event loop.
    static Loaded<Sources> load(Settings const& settings);

    // `text`: of http::Peer. Empty, as of a command in this process: internal.
    // What is no address (a zone beside it, a name) is denied: it cannot be looked up, and must not
    // pass for that.
    [[nodiscard]] request::NetworkFacts network(std::string_view text) const;
    [[nodiscard]] request::LocalTime local(TenantName const& tenant, WallTime time) const;

    [[nodiscard]] RangeCounts const& counts() const noexcept { return counts_; }
    // Nothing: there is no database of countries.
    [[nodiscard]] std::optional<WallTime> geography_built() const noexcept;

private:
    [[nodiscard]] Loaded<void> load_zones(Settings const& settings);
    [[nodiscard]] Loaded<void> load_reputations(Settings const& settings);
    [[nodiscard]] Loaded<void> load_geography(Settings const& settings);
    [[nodiscard]] Loaded<void> load_time_zones(Settings const& settings);

    RangeTable zones_;  // request::NetworkZone, in its order of precedence
    RangeTable reputations_;
    std::optional<Geography> geography_;
    TimeZone time_zone_;
    std::map<TenantName, TimeZone> tenant_time_zones_;
    RangeCounts counts_;
};

}  // namespace salus::access_context
