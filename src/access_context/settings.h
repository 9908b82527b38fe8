// What the operator says of networks, places and time: [access_context] of salus.toml. Values.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "foundation/strong_id.h"
#include "http/network.h"

namespace salus::access_context {

// Named here and in a file, both count; an empty path: no file.
struct NetworkList {
    std::vector<http::Network> networks;
    std::filesystem::path file;
};

struct Settings {
    NetworkList internal;
    NetworkList allow;
    NetworkList deny;
    std::filesystem::path reputation_file;  // empty: every address is good
    std::filesystem::path geography_file;   // empty: no country is known
    std::string time_zone{"UTC"};           // of every tenant that has none of its own
    std::map<TenantName, std::string> tenant_time_zones;
};

}  // namespace salus::access_context
