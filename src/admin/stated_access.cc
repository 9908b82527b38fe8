#include "admin/stated_access.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "authorization/circumstances.h"
#include "json/flag.h"

namespace salus::admin {
namespace {

using request::NetworkZone;

constexpr auto kZones = std::to_array<NetworkZone>(
    {NetworkZone::internal, NetworkZone::allowed, NetworkZone::other, NetworkZone::denied});

Result<NetworkZone> zone_in(json::Value value) {
    auto const name = value.is_string() ? value.text() : std::string();
    auto const* found = std::ranges::find_if(
        kZones, [&](NetworkZone zone) { return request::name_of(zone) == name; });
    if (found == kZones.end())
        return fail(Errc::invalid, "network is internal, allowed, other or denied");
    return *found;
}

Result<request::CountryCode> country_in(json::Value value) {
    auto const text = value.is_string() ? value.text() : std::string();
    bool const fits = text.size() == 2 && std::ranges::all_of(text, [](char letter) {
                          return letter >= 'A' && letter <= 'Z';
                      });
    if (!fits) return fail(Errc::invalid, "country is two capital letters");
    return request::CountryCode{{text[0], text[1]}};
}

Result<int> number_in(json::Value value, int least, int most) {
    auto const number = value.is_number() ? value.integer() : std::nullopt;
    if (!number || *number < least || *number > most)
        return fail(Errc::invalid, "hour is 0 to 23, weekday 1 (Monday) to 7");
    return static_cast<int>(*number);
}

}  // namespace

Result<StatedAccess> read_access(json::Value root) {
    StatedAccess stated;
    auto const at_work = json::flag_in(root, "at_work");
    auto const emergency = json::flag_in(root, "emergency");
    if (!at_work || !emergency)
        return fail(Errc::invalid, "at_work and emergency are true or false");
    if (*at_work) stated.facts = authorization::at_work();
    stated.emergency = *emergency;
    auto& facts = stated.facts;
    if (auto const network = root.member("network")) {
        SALUS_TRY(facts.network.zone, zone_in(*network));
    }
    if (auto const country = root.member("country")) {
        SALUS_TRY(facts.network.country, country_in(*country));
    }
    if (auto const hour = root.member("hour")) {
        SALUS_TRY(facts.local.hour, number_in(*hour, 0, 23));
    }
    if (auto const weekday = root.member("weekday")) {
        SALUS_TRY(facts.local.weekday, number_in(*weekday, 1, 7));
    }
    if (auto const device = root.member("device")) {
        auto const posture = request::parse_device_posture(device);
        if (!posture) return fail(Errc::invalid, "device has managed and encrypted, true or false");
        facts.device = *posture;
    }
    return stated;
}

}  // namespace salus::admin
