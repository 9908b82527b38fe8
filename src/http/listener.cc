#include "http/listener.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace salus::http {
namespace {

union SocketAddress {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

SocketAddress socket_address(std::string const& text, std::uint16_t port) {
    SocketAddress address{};
    if (::inet_pton(AF_INET, text.c_str(), &address.v4.sin_addr) == 1) {
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = htons(port);
    } else if (::inet_pton(AF_INET6, text.c_str(), &address.v6.sin6_addr) == 1) {
        address.v6.sin6_family = AF_INET6;
        address.v6.sin6_port = htons(port);
    }
    return address;
}

std::uint16_t port_of(SocketAddress const& address) {
    return ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
}

void switch_on(int socket, int level, int option) {
    int const on = 1;
    ::setsockopt(socket, level, option, &on, sizeof(on));
}

Result<FileDescriptor> listen_on_one(std::string const& text, std::uint16_t port,
                                     PortSharing sharing) {
    auto const address = socket_address(text, port);
    auto const family = address.any.sa_family;
    FileDescriptor socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.valid()) return fail(Errc::not_supported, "an address family is not available");
    switch_on(socket.get(), SOL_SOCKET, SO_REUSEADDR);
    if (sharing == PortSharing::with_own_loops) switch_on(socket.get(), SOL_SOCKET, SO_REUSEPORT);
    if (family == AF_INET6) switch_on(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY);
    auto const size =
        static_cast<socklen_t>(family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    if (::bind(socket.get(), &address.any, size) != 0 || ::listen(socket.get(), kBacklog) != 0) {
        if (errno == EADDRINUSE) return fail(Errc::conflict, "the port is in use");
        return fail(Errc::not_supported, "the address cannot be listened on");
    }
    return socket;
}

std::uint16_t bound_port(int socket) {
    SocketAddress address{};
    socklen_t size = sizeof(address);
    return ::getsockname(socket, &address.any, &size) == 0 ? port_of(address) : std::uint16_t{0};
}

Peer peer_of(SocketAddress const& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    void const* const source = address.any.sa_family == AF_INET
                                   ? static_cast<void const*>(&address.v4.sin_addr)
                                   : &address.v6.sin6_addr;
    ::inet_ntop(address.any.sa_family, source, text.data(), text.size());
    return {text.data(), port_of(address), {}};
}

}  // namespace

Result<std::vector<std::string>> listening_addresses(std::string const& address) {
    if (address == "localhost") return std::vector<std::string>{"127.0.0.1", "::1"};
    if (socket_address(address, 0).any.sa_family == AF_UNSPEC) {
        return fail(Errc::invalid, "the address to listen on is not an IP address");
    }
    return std::vector{address};
}

Result<Listeners> listen_on(std::vector<std::string> const& addresses, std::uint16_t port,
                            PortSharing sharing) {
    Listeners listeners;
    listeners.port = port;
    for (auto const& address : addresses) {
        auto socket = listen_on_one(address, listeners.port, sharing);
        // A system without IPv6 still serves localhost.
        bool const spare = !listeners.sockets.empty();
        if (!socket && spare && socket.error().code == Errc::not_supported) continue;
        if (!socket) return fail(socket.error());
        if (listeners.port == 0) listeners.port = bound_port(socket->get());
        listeners.sockets.push_back(*std::move(socket));
    }
    return listeners;
}

Accepted accept_from(int listener) {
    SocketAddress address{};
    socklen_t size = sizeof(address);
    Accepted accepted;
    accepted.socket =
        FileDescriptor(::accept4(listener, &address.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!accepted.socket.valid()) {
        accepted.exhausted =
            errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
        return accepted;
    }
    switch_on(accepted.socket.get(), IPPROTO_TCP, TCP_NODELAY);
    accepted.peer = peer_of(address);
    return accepted;
}

}  // namespace salus::http
