#include "transparency/signer_socket.h"

#include <cerrno>
#include <cstring>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace salus::transparency {
namespace {

using namespace std::chrono_literals;

constexpr auto kServerPatience = 2000ms;  // for a whole request, then for the answer's way

constexpr std::string_view kSigned = "signed\n";
constexpr std::string_view kOlder = "older ";
constexpr std::string_view kInconsistent = "inconsistent ";

std::unexpected<Error> no_answer() {
    return fail(Errc::unavailable, "the signer does not answer");
}

std::optional<sockaddr_un> address_of(std::filesystem::path const& socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    auto const& text = socket.native();
    if (text.size() >= sizeof address.sun_path) return std::nullopt;
    std::memcpy(address.sun_path, text.data(), text.size());
    return address;
}

FileDescriptor make_socket(std::chrono::milliseconds timeout) {
    FileDescriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    timeval const time{.tv_sec = timeout.count() / 1000, .tv_usec = timeout.count() % 1000 * 1000};
    ::setsockopt(descriptor.get(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    ::setsockopt(descriptor.get(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
    return descriptor;
}

bool is_user(int descriptor, uid_t user) {
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == user;
}

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        auto const count = ::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

// To the end of what the peer writes; nothing if that does not come in time or is too long.
std::optional<std::string> read_all(int descriptor, std::chrono::milliseconds patience) {
    auto const deadline = std::chrono::steady_clock::now() + patience;
    std::string text;
    std::array<char, 4096> piece{};
    while (std::chrono::steady_clock::now() < deadline && text.size() <= kSigningBytesMost) {
        auto const count = ::recv(descriptor, piece.data(), piece.size(), 0);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return std::nullopt;
        if (count == 0) return text;
        text.append(piece.data(), static_cast<std::size_t>(count));
    }
    return std::nullopt;
}

std::string spell(SigningAnswer const& answer) {
    if (!answer.note.empty()) return std::string(kSigned) + answer.note;
    auto const word = answer.refusal.why == Refusal::Why::older ? kOlder : kInconsistent;
    return std::string(word) + std::to_string(answer.refusal.last_size) + "\n";
}

Result<SigningAnswer> understand(std::string_view text) {
    if (text.starts_with(kSigned)) {
        return SigningAnswer{std::string(text.substr(kSigned.size())), {}};
    }
    if (!text.ends_with('\n')) return no_answer();
    text.remove_suffix(1);
    for (auto const& [word, why] : {std::pair{kOlder, Refusal::Why::older},
                                    std::pair{kInconsistent, Refusal::Why::inconsistent}}) {
        if (!text.starts_with(word)) continue;
        auto const size = size_from(text.substr(word.size()));
        if (size) return SigningAnswer{{}, {why, *size}};
    }
    return fail(Errc::unavailable, "the signer cannot sign");
}

}  // namespace

Result<SigningAnswer> SocketSigner::sign(Continuation const& request) {
    auto const address = address_of(socket_);
    if (!address) return fail(Errc::invalid, "the path of the signer's socket is too long");
    auto const descriptor = make_socket(timeout_);
    if (::connect(descriptor.get(), reinterpret_cast<sockaddr const*>(&*address),
                  sizeof *address) != 0) {
        return no_answer();
    }
    if (!is_user(descriptor.get(), user_)) {
        return fail(Errc::unavailable, "the signer's socket is another user's");
    }
    if (!write_all(descriptor.get(), to_text(request)) ||
        ::shutdown(descriptor.get(), SHUT_WR) != 0) {
        return no_answer();
    }
    auto const answer = read_all(descriptor.get(), timeout_);
    if (!answer) return no_answer();
    return understand(*answer);
}

Result<SigningServer> SigningServer::listen(std::filesystem::path const& socket, uid_t peer) {
    auto const address = address_of(socket);
    if (!address) return fail(Errc::invalid, "the path of the signer's socket is too long");
    auto listener = make_socket(kServerPatience);
    // Only one process has the signer's lock, so what is there is of a dead one.
    ::unlink(socket.c_str());
    auto const bound =
        ::bind(listener.get(), reinterpret_cast<sockaddr const*>(&*address), sizeof *address);
    // A peer of another user needs the right to write; who it is, the kernel is asked.
    ::chmod(socket.c_str(), peer == ::geteuid() ? 0600 : 0666);
    if (bound != 0 || ::listen(listener.get(), 8) != 0) {
        return fail(Errc::unavailable, "the signer's socket cannot be made");
    }
    return SigningServer(std::move(listener), peer);
}

void SigningServer::answer(CheckpointSigner& signer) const {
    FileDescriptor const connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection.valid() || !is_user(connection.get(), peer_)) return;
    timeval const time{.tv_sec = kServerPatience.count() / 1000, .tv_usec = 0};
    ::setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    ::setsockopt(connection.get(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
    auto const text = read_all(connection.get(), kServerPatience);
    if (!text) return;
    auto const request = continuation_from(*text);
    auto const signed_answer =
        request ? signer.sign(*request) : Result<SigningAnswer>(std::unexpected(request.error()));
    static_cast<void>(
        write_all(connection.get(), signed_answer ? spell(*signed_answer) : "failed\n"));
}

void SigningServer::serve(CheckpointSigner& signer, int stop) {
    std::array<pollfd, 2> waiting{pollfd{listener_.get(), POLLIN, 0}, pollfd{stop, POLLIN, 0}};
    while (true) {
        auto const ready = ::poll(waiting.data(), waiting.size(), -1);
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0 || waiting[1].revents != 0) return;
        if (waiting[0].revents != 0) answer(signer);
    }
}

}  // namespace salus::transparency
