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
using Values = std::vector<Value>;

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

// Names, in their order.
cedar::Shape const& device_shape() {
    static cedar::Shape const kShape({"claimed", "encrypted", "managed"});
    return kShape;
}
cedar::Shape const& network_shape() {
    static cedar::Shape const kShape({"address", "country", "reputation", "zone"});
    return kShape;
}
cedar::Shape const& recent_shape() {
    static cedar::Shape const kShape({"patients", "refusals", "requests"});
    return kShape;
}
cedar::Shape const& context_shape() {
    static cedar::Shape const kShape({"acr", "action", "authAge", "device", "emergency", "hour",
                                      "network", "now", "purpose", "recent", "weekday"});
    return kShape;
}

Record device_of(request::DevicePosture const& device) {
    Values values;
    values.reserve(3);
    values.emplace_back(device.claimed);
    values.emplace_back(device.encrypted);
    values.emplace_back(device.managed);
    return {cedar::borrow(device_shape()), std::move(values)};
}

Record network_of(request::NetworkFacts const& network) {
    Values values;
    values.reserve(4);
    values.emplace_back(range_of(network.address));
    values.emplace_back(std::string(network.country.text()));
    values.emplace_back(std::int64_t{network.reputation});
    values.emplace_back(std::string(request::name_of(network.zone)));
    return {cedar::borrow(network_shape()), std::move(values)};
}

Record recent_of(request::RecentCounts const& recent) {
    Values values;
    values.reserve(3);
    values.emplace_back(std::int64_t{recent.patients});
    values.emplace_back(std::int64_t{recent.refusals});
    values.emplace_back(std::int64_t{recent.requests});
    return {cedar::borrow(recent_shape()), std::move(values)};
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
    Values values;
    values.reserve(11);
    values.emplace_back(caller.person ? caller.person->acr : std::string());
    values.emplace_back(std::string());
    values.emplace_back(caller.person ? age_of(*caller.person, now) : std::int64_t{0});
    values.emplace_back(cedar::borrow(device_));
    values.emplace_back(request::in_emergency(caller, now));
    values.emplace_back(std::int64_t{local.hour});
    values.emplace_back(cedar::borrow(network_));
    values.emplace_back(cedar::DateTime{milliseconds});
    values.emplace_back(std::string(purpose));
    values.emplace_back(cedar::borrow(recent_));
    values.emplace_back(std::int64_t{local.weekday});
    context_ = Record(cedar::borrow(context_shape()), std::move(values));
}

Record const& RequestContext::of(std::string_view action) {
    if (*context_.value(kAction).text() == action) return context_;
    Value next{std::string(action)};
    auto values = std::move(context_).release();
    values[kAction] = std::move(next);
    context_ = Record(cedar::borrow(context_shape()), std::move(values));
    return context_;
}

}  // namespace salus::authorization
