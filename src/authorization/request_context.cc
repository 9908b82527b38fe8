#include "authorization/request_context.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "cedar/borrowed.h"
#include "request/emergency.h"

namespace salus::authorization {
namespace {

using cedar::Record;
using cedar::Value;
using Members = std::vector<Record::Member>;

constexpr std::size_t kAction = 1;  // where `action` stands in the context, by name

// A sign-in in the future is none: as old as can be.
std::int64_t age_of(request::Person const& person, WallTime now) {
    if (person.authenticated > now) return std::numeric_limits<std::int64_t>::max();
    return std::chrono::duration_cast<std::chrono::seconds>(now - person.authenticated).count();
}

// A request that came over no network has the address of this machine.
cedar::IpRange range_of(std::optional<http::IpAddress> const& address) {
    cedar::IpRange range;
    if (!address) {
        range.address = {127, 0, 0, 1};
        range.prefix = 32;
        return range;
    }
    auto const octets = address->octets();
    range.version_6 = !address->is_ipv4();
    range.prefix = range.version_6 ? 128 : 32;
    // An IPv4 address is the last four of the sixteen (RFC 4291 section 2.5.5.2).
    auto const from = octets.begin() + (range.version_6 ? 0 : 12);
    std::copy(from, octets.end(), range.address.begin());
    return range;
}

Record device_of(request::DevicePosture const& device) {
    Members members;
    members.reserve(3);
    members.emplace_back("claimed", device.claimed);
    members.emplace_back("encrypted", device.encrypted);
    members.emplace_back("managed", device.managed);
    return Record(std::move(members));
}

Record network_of(request::NetworkFacts const& network) {
    Members members;
    members.reserve(4);
    members.emplace_back("address", range_of(network.address));
    members.emplace_back("country", std::string(network.country.text()));
    members.emplace_back("reputation", std::int64_t{network.reputation});
    members.emplace_back("zone", std::string(request::name_of(network.zone)));
    return Record(std::move(members));
}

Record recent_of(request::RecentCounts const& recent) {
    Members members;
    members.reserve(3);
    members.emplace_back("patients", std::int64_t{recent.patients});
    members.emplace_back("refusals", std::int64_t{recent.refusals});
    members.emplace_back("requests", std::int64_t{recent.requests});
    return Record(std::move(members));
}

}  // namespace

// In the order of names, as a Record is.
RequestContext::RequestContext(request::CallerFacts const& caller,
                               Circumstances const& circumstances)
    : device_(device_of(circumstances.access.device)),
      network_(network_of(circumstances.access.network)),
      recent_(recent_of(circumstances.access.recent)) {
    auto const now = circumstances.now;
    auto const& local = circumstances.access.local;
    auto const milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    auto const purpose =
        caller.purpose ? request::code_of(*caller.purpose).text() : std::string_view();
    Members members;
    members.reserve(11);
    members.emplace_back("acr", caller.person ? caller.person->acr : std::string());
    members.emplace_back("action", std::string());
    members.emplace_back("authAge", caller.person ? age_of(*caller.person, now) : std::int64_t{0});
    members.emplace_back("device", cedar::borrow(device_));
    members.emplace_back("emergency", request::in_emergency(caller, now));
    members.emplace_back("hour", std::int64_t{local.hour});
    members.emplace_back("network", cedar::borrow(network_));
    members.emplace_back("now", cedar::DateTime{milliseconds});
    members.emplace_back("purpose", std::string(purpose));
    members.emplace_back("recent", cedar::borrow(recent_));
    members.emplace_back("weekday", std::int64_t{local.weekday});
    context_ = Record(std::move(members));
}

Record const& RequestContext::of(std::string_view action) {
    if (*context_.members()[kAction].second.text() == action) return context_;
    Value next{std::string(action)};
    auto members = std::move(context_).release();
    members[kAction].second = std::move(next);
    context_ = Record(std::move(members));
    return context_;
}

}  // namespace salus::authorization
