#include "http/network.h"

#include <algorithm>
#include <arpa/inet.h>
#include <string>

#include "foundation/bytes.h"
#include "foundation/check.h"
#include "http/grammar.h"

namespace salus::http {
namespace {

constexpr unsigned kAddressBits = 128;
constexpr unsigned kMappedBits = 96;  // before an IPv4 address in IPv6
constexpr std::size_t kIpv4At = kMappedBits / 8;

// IANA IPv4 Special-Purpose Address Registry, multicast (RFC 5771) and what is reserved.
constexpr std::array kSpecialIpv4{
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4"};
// Of what IPv6 gives out at all: protocol assignments, documentation, 6to4.
constexpr auto* kGlobalUnicast = "2000::/3";
constexpr std::array kSpecialIpv6{"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"};
constexpr auto* kMapped = "::ffff:0:0/96";
constexpr auto* kTranslated = "64:ff9b::/96";  // RFC 6052 section 2.1

bool is_in(IpAddress const& address, std::string_view network) {
    auto const parsed = Network::parse(network);
    SALUS_CHECK(parsed.has_value());
    return parsed->contains(address);
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    std::string const terminated(text);
    if (terminated.find('\0') != std::string::npos) return std::nullopt;
    Octets octets{};
    if (::inet_pton(AF_INET6, terminated.c_str(), octets.data()) == 1) return IpAddress(octets);
    octets[kIpv4At - 2] = octets[kIpv4At - 1] = 0xff;
    if (::inet_pton(AF_INET, terminated.c_str(), octets.data() + kIpv4At) != 1) return std::nullopt;
    return IpAddress(octets);
}

bool IpAddress::is_public() const noexcept {
    auto within = [this](char const* network) { return is_in(*this, network); };
    if (within(kTranslated)) {
        Octets inner{};
        inner[kIpv4At - 2] = inner[kIpv4At - 1] = 0xff;
        std::ranges::copy(octets_.begin() + kIpv4At, octets_.end(), inner.begin() + kIpv4At);
        return IpAddress(inner).is_public();
    }
    if (within(kMapped)) return std::ranges::none_of(kSpecialIpv4, within);
    return within(kGlobalUnicast) && std::ranges::none_of(kSpecialIpv6, within);
}

bool IpAddress::is_ipv4() const noexcept {
    static constexpr std::array<std::uint8_t, kIpv4At> kBefore{0, 0, 0, 0, 0,    0,
                                                               0, 0, 0, 0, 0xff, 0xff};
    return std::ranges::equal(kBefore, BytesView(octets_).first(kIpv4At));
}

Result<Network> Network::parse(std::string_view text) {
    constexpr Literal kWhy = "a network is written as 10.0.0.0/8 or fd00::/8";
    auto const slash = text.find('/');
    if (slash == std::string_view::npos) return fail(Errc::invalid, kWhy);
    auto const base = IpAddress::parse(text.substr(0, slash));
    auto const bits = content_length(text.substr(slash + 1));
    if (!base || !bits) return fail(Errc::invalid, kWhy);
    bool const v4 = text.find(':') == std::string_view::npos;
    if (*bits > (v4 ? kAddressBits - kMappedBits : kAddressBits)) return fail(Errc::invalid, kWhy);
    Network const network(*base, static_cast<unsigned>(*bits) + (v4 ? kMappedBits : 0));
    for (auto bit = network.bits_; bit < kAddressBits; ++bit) {
        if (((base->octets_[bit / 8] >> (7 - bit % 8)) & 1) != 0) return fail(Errc::invalid, kWhy);
    }
    return network;
}

bool Network::contains(IpAddress const& address) const noexcept {
    for (unsigned bit = 0; bit < bits_; bit += 8) {
        auto const left = std::min(bits_ - bit, 8U);
        auto const mask = static_cast<std::uint8_t>(0xff00U >> left);
        if (((base_.octets_[bit / 8] ^ address.octets_[bit / 8]) & mask) != 0) return false;
    }
    return true;
}

bool may_be_called(IpAddress const& address, std::vector<Network> const& allowed) {
    return address.is_public() || std::ranges::any_of(allowed, [&](Network const& network) {
               return network.contains(address);
           });
}

}  // namespace salus::http
