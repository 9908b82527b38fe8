#include "crypto/tls_stream.h"

#include <array>
#include <cerrno>
#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <thread>

namespace salus::crypto {
namespace {

using Until = TlsStream::Until;

constexpr std::size_t kDiscardedAtOnce = 4096;
constexpr int kKeepAliveProbes = 3;
constexpr std::chrono::milliseconds kLookInterval{2};

Result<void> wait_for(int socket, short events, Until until) {
    while (true) {
        auto const left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0) return fail(Errc::timeout, "the server did not answer in time");
        pollfd entry{socket, events, 0};
        if (::poll(&entry, 1, static_cast<int>(left.count())) > 0) return {};
    }
}

Result<void> wait_for(TlsConnection const& tls, TlsProgress progress, Until until) {
    if (progress == TlsProgress::closed) {
        return fail(Errc::unavailable, "the server has closed the connection");
    }
    short const events = progress == TlsProgress::want_write ? POLLOUT : POLLIN;
    return wait_for(tls.descriptor(), events, until);
}

Result<FileDescriptor> connect_to(addrinfo const& address, Until until) {
    FileDescriptor socket(
        ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.valid()) return fail(Errc::unavailable, "no socket for this address");
    if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return socket;
    if (errno != EINPROGRESS) return fail(Errc::unavailable, "the server cannot be reached");
    SALUS_TRY_VOID(wait_for(socket.get(), POLLOUT, until));
    int error = 0;
    socklen_t size = sizeof(error);
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return fail(Errc::unavailable, "the server cannot be reached");
    return socket;
}

struct AddressesDeleter {
    void operator()(addrinfo* addresses) const noexcept { ::freeaddrinfo(addresses); }
};

Result<FileDescriptor> connect_to(std::string const& host, std::uint16_t port, Until until) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
        return fail(Errc::unavailable, "the server's name is not known");
    }
    std::unique_ptr<addrinfo, AddressesDeleter> const addresses(found);
    for (auto const* address = found; address != nullptr; address = address->ai_next) {
        if (auto socket = connect_to(*address, until)) return socket;
    }
    return fail(Errc::unavailable, "the server cannot be reached");
}

// What is sent must be acknowledged, and a silent peer is asked for signs of life (tcp(7)).
bool limit_silence(int socket, std::chrono::seconds most) {
    if (most.count() == 0) return true;
    auto const set = [socket](int level, int name, std::int64_t wanted) {
        int const value = static_cast<int>(wanted);
        return ::setsockopt(socket, level, name, &value, sizeof(value)) == 0;
    };
    auto const interval = std::max<std::int64_t>(1, most.count() / (kKeepAliveProbes + 1));
    return set(IPPROTO_TCP, TCP_USER_TIMEOUT, std::chrono::milliseconds(most).count()) &&
           set(SOL_SOCKET, SO_KEEPALIVE, 1) && set(IPPROTO_TCP, TCP_KEEPIDLE, interval) &&
           set(IPPROTO_TCP, TCP_KEEPINTVL, interval) &&
           set(IPPROTO_TCP, TCP_KEEPCNT, kKeepAliveProbes);
}

// Whether the connection stands as an end in order leaves it. A reset is told of once only, to
// whichever call comes next: often to the one that sends our own goodbye, and then a reading call
// sees nothing but an end. The state says it however often one asks.
bool is_half_closed(int socket) {
    tcp_info info{};
    socklen_t size = sizeof(info);
    return ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
           info.tcpi_state == TCP_CLOSE_WAIT;
}

// Whether the peer's TCP has taken all that was sent. A program that ends a connection that holds
// bytes it has not read, or that more arrive for, resets it (RFC 9293 section 3.6.1, RFC 1122
// section 4.2.2.13): with an end in order, what was taken was read too.
bool is_taken(int socket, Until until) {
    while (true) {
        int waiting = 0;
        if (::ioctl(socket, SIOCOUTQ, &waiting) != 0) return false;
        int error = 0;
        socklen_t size = sizeof(error);
        if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
            return false;
        }
        if (waiting == 0) return is_half_closed(socket);
        if (std::chrono::steady_clock::now() >= until) return false;
        std::this_thread::sleep_for(kLookInterval);
    }
}

// Whether the peer's TCP ends too, in order: a goodbye that it said by itself comes before the
// reset which tells that it has not read everything.
bool ends_in_order(int socket, Until until) {
    while (true) {
        char next = 0;
        auto const read = ::recv(socket, &next, 1, MSG_PEEK | MSG_DONTWAIT);
        if (read >= 0) return read == 0;
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return false;
        if (!wait_for(socket, POLLIN, until)) return false;
    }
}

}  // namespace

Result<TlsStream> TlsStream::connect(TlsPeer const& peer, Until until) {
    SALUS_TRY(auto const context,
              peer.identity == nullptr
                  ? TlsClientContext::make(peer.authorities_pem, peer.application)
                  : TlsClientContext::make(peer.authorities_pem, *peer.identity, peer.application));
    auto const& place = peer.address.empty() ? peer.host : peer.address;
    SALUS_TRY(auto socket, connect_to(place, peer.port, until));
    if (!limit_silence(socket.get(), peer.silence_most)) {
        return fail(Errc::internal, "the kernel does not take the limits of a connection");
    }
    TlsStream stream(TlsConnection(context, std::move(socket), peer.host));
    SALUS_TRY_VOID(stream.shake_hands(peer, until));
    return stream;
}

Result<void> TlsStream::shake_hands(TlsPeer const& peer, Until until) {
    while (true) {
        auto const progress = tls_.handshake();
        if (progress == TlsProgress::done) break;
        if (progress == TlsProgress::closed) {
            return fail(Errc::unavailable, "the TLS handshake failed");
        }
        SALUS_TRY_VOID(wait_for(tls_, progress, until));
    }
    if (peer.server_key && tls_.peer_key() != peer.server_key) {
        return fail(Errc::forbidden, "the server has another key than the one it is held to");
    }
    return {};
}

Result<void> TlsStream::write_all(std::string_view bytes, Until until) {
    while (!bytes.empty()) {
        std::size_t count = 0;
        auto const progress = tls_.write(bytes, count);
        bytes.remove_prefix(count);
        if (progress != TlsProgress::done) SALUS_TRY_VOID(wait_for(tls_, progress, until));
    }
    return {};
}

Result<std::size_t> TlsStream::read_some(std::span<char> out, Until until) {
    while (true) {
        std::size_t count = 0;
        auto const progress = tls_.read(out, count);
        if (progress == TlsProgress::done) return count;
        SALUS_TRY_VOID(wait_for(tls_, progress, until));
    }
}

bool TlsStream::is_open() {
    std::array<char, kDiscardedAtOnce> discarded{};
    std::size_t count = 0;
    return tls_.read(discarded, count) != TlsProgress::closed;
}

Result<TlsEnd> TlsStream::close(Until until) {
    tls_.shut_down();
    std::array<char, kDiscardedAtOnce> discarded{};
    while (true) {
        auto const read = read_some(discarded, until);
        if (read) continue;
        auto const end = tls_.end();
        if (end == TlsEnd::none) return std::unexpected(read.error());
        auto const socket = tls_.descriptor();
        bool const in_order = ends_in_order(socket, until) && is_taken(socket, until);
        return in_order ? end : TlsEnd::failed;
    }
}

}  // namespace salus::crypto
