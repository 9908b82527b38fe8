// IP addresses and networks of them, to decide whom this server may call when somebody else names
// the address (server-side request forgery). Thread safety: values, pure functions; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace salus::http {

// IPv4 stands in IPv6 as RFC 4291 section 2.5.5.2 maps it, so that an address has one form.
class IpAddress {
public:
    // Numbers alone, never a name; nothing for anything else, a zone (%eth0) too.
    [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

    // Whether anybody on the Internet may have it: none of the special purposes of IANA's
    // registries (RFC 6890 and what updates it), neither by itself nor inside an address that is
    // translated to IPv4 (RFC 6052).
    [[nodiscard]] bool is_public() const noexcept;
    [[nodiscard]] bool is_ipv4() const noexcept;
    // In the order of the network; of an IPv4 address the last four.
    [[nodiscard]] std::array<std::uint8_t, 16> const& octets() const noexcept { return octets_; }

    friend bool operator==(IpAddress const&, IpAddress const&) = default;

private:
    friend class Network;
    using Octets = std::array<std::uint8_t, 16>;
    explicit IpAddress(Octets const& octets) : octets_(octets) {}
    Octets octets_;
};

class Network {
public:
    // "10.0.0.0/8", "fd00::/8"; Errc::invalid for what is none, or has bits beyond its prefix.
    static Result<Network> parse(std::string_view text);

    [[nodiscard]] bool contains(IpAddress const& address) const noexcept;
    // The first address.
    [[nodiscard]] IpAddress const& base() const noexcept { return base_; }
    // Of the 128 of IPv6: 96 more than are written after an IPv4 address.
    [[nodiscard]] unsigned prefix_bits() const noexcept { return bits_; }

private:
    Network(IpAddress const& base, unsigned bits) : base_(base), bits_(bits) {}
    IpAddress base_;
    unsigned bits_;  // of the 128
};

// Public, or in one of the networks.
[[nodiscard]] bool may_be_called(IpAddress const& address, std::vector<Network> const& allowed);

}  // namespace salus::http
