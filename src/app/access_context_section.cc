#include "app/access_context_section.h"

#include <algorithm>

#include "access_context/range_list.h"

namespace salus::app {
namespace {

std::filesystem::path file(Section& section, std::string_view key,
                           Configuration const& configuration) {
    if (!section.has(key)) return {};
    auto const name = section.text(key);
    return name.empty() ? std::filesystem::path() : configuration.directory / name;
}

access_context::NetworkList list(Section& section, std::string const& key,
                                 Configuration const& configuration) {
    access_context::NetworkList list;
    list.file = file(section, key + "_file", configuration);
    if (!section.has(key)) return list;
    for (auto const& text : section.texts(key)) {
        auto const network = access_context::parse_range(text);
        if (network) {
            list.networks.push_back(*network);
        } else {
            section.complain(key, std::string(network.error().why.text()));
        }
    }
    return list;
}

}  // namespace

void read_access_context(toml::table const* table, Configuration& configuration, std::string& why) {
    Section section(table, "access_context", why);
    auto& settings = configuration.access_context;
    settings.internal = list(section, "internal", configuration);
    settings.allow = list(section, "allow", configuration);
    settings.deny = list(section, "deny", configuration);
    settings.reputation_file = file(section, "reputation_file", configuration);
    settings.geography_file = file(section, "geography_file", configuration);
    // Whether there is such a zone is found out at the start, from the system's files.
    if (section.has("time_zone")) settings.time_zone = section.text("time_zone");
    if (section.has("tenant_time_zones")) {
        auto const* by_tenant = section.section("tenant_time_zones");
        Section zones(by_tenant, "access_context.tenant_time_zones", why);
        auto const nothing = toml::table{};
        for (auto const& [key, value] : by_tenant == nullptr ? nothing : *by_tenant) {
            TenantName const tenant{std::string(key.str())};
            if (std::ranges::find(configuration.tenants, tenant) == configuration.tenants.end())
                zones.complain(key.str(), "is not a tenant");
            settings.tenant_time_zones[tenant] = zones.text(key.str());
        }
    }
    section.finish();
}

}  // namespace salus::app
