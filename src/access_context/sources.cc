#include "access_context/sources.h"

#include <initializer_list>
#include <utility>
#include <vector>

#include "access_context/range_list.h"
#include "foundation/access_context_limits.h"

namespace salus::access_context {
namespace {

// How many it has added.
Loaded<std::size_t> add_list(Literal key, Literal file_key, NetworkList const& list,
                             request::NetworkZone zone, std::vector<Range>& ranges) {
    auto const value = std::to_underlying(zone);
    auto const before = ranges.size();
    if (list.networks.size() > limits::kRanges - before)
        return std::unexpected(Fault{key, 0, "there are too many networks"});
    for (auto const& network : list.networks) ranges.push_back({network, value});
    if (auto const read = read_networks(file_key, list.file, value, ranges); !read)
        return std::unexpected(read.error());
    return ranges.size() - before;
}

}  // namespace

Loaded<void> Sources::load_zones(Settings const& settings) {
    using request::NetworkZone;
    std::vector<Range> ranges;
    struct Part {
        Literal key;
        Literal file_key;
        NetworkList const& list;
        NetworkZone zone;
        std::size_t& count;
    };
    for (auto const& part : std::initializer_list<Part>{
             {"internal", "internal_file", settings.internal, NetworkZone::internal,
              counts_.internal},
             {"allow", "allow_file", settings.allow, NetworkZone::allowed, counts_.allowed},
             {"deny", "deny_file", settings.deny, NetworkZone::denied, counts_.denied}}) {
        auto const count = add_list(part.key, part.file_key, part.list, part.zone, ranges);
        if (!count) return std::unexpected(count.error());
        part.count = *count;
    }
    zones_ = RangeTable(ranges);
    return {};
}

Loaded<void> Sources::load_reputations(Settings const& settings) {
    std::vector<Range> ranges;
    if (auto const read = read_scores("reputation_file", settings.reputation_file, ranges); !read)
        return read;
    counts_.reputations = ranges.size();
    reputations_ = RangeTable(ranges);
    return {};
}

Loaded<void> Sources::load_geography(Settings const& settings) {
    if (settings.geography_file.empty()) return {};
    auto geography = Geography::open(settings.geography_file);
    if (!geography) return std::unexpected(Fault{"geography_file", 0, geography.error().why});
    geography_ = *std::move(geography);
    return {};
}

Loaded<void> Sources::load_time_zones(Settings const& settings) {
    auto const zone = TimeZone::load(settings.time_zone);
    if (!zone) return std::unexpected(Fault{"time_zone", 0, zone.error().why});
    time_zone_ = *zone;
    for (auto const& [tenant, name] : settings.tenant_time_zones) {
        auto own = TimeZone::load(name);
        if (!own) return std::unexpected(Fault{"tenant_time_zones", 0, own.error().why});
        tenant_time_zones_.emplace(tenant, *std::move(own));
    }
    return {};
}

Loaded<Sources> Sources::load(Settings const& settings) {
    Sources sources;
    for (auto const part : {&Sources::load_zones, &Sources::load_reputations,
                            &Sources::load_geography, &Sources::load_time_zones}) {
        if (auto const loaded = (sources.*part)(settings); !loaded)
            return std::unexpected(loaded.error());
    }
    return sources;
}

request::NetworkFacts Sources::network(std::string_view text) const {
    request::NetworkFacts facts;
    // A command of this machine's operator, in this process.
    if (text.empty()) {
        facts.zone = request::NetworkZone::internal;
        return facts;
    }
    facts.address = http::IpAddress::parse(text);
    if (!facts.address) {
        facts.zone = request::NetworkZone::denied;
        facts.reputation = limits::kReputationWorst;
        return facts;
    }
    facts.zone = static_cast<request::NetworkZone>(zones_.at(*facts.address));
    facts.reputation = reputations_.at(*facts.address);
    if (geography_) facts.country = geography_->country(*facts.address);
    return facts;
}

request::LocalTime Sources::local(TenantName const& tenant, WallTime time) const {
    auto const own = tenant_time_zones_.find(tenant);
    return (own == tenant_time_zones_.end() ? time_zone_ : own->second).at(time);
}

std::optional<WallTime> Sources::geography_built() const noexcept {
    if (!geography_) return std::nullopt;
    return geography_->built();
}

}  // namespace salus::access_context
