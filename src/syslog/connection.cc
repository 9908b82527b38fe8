#include "syslog/connection.h"

namespace salus::syslog {
namespace {

// For which a receiver has the time of one operation, so that a slow one is not taken for a dead
// one.
constexpr std::size_t kBytesAtOnce = std::size_t{64} * 1024;

}  // namespace

using crypto::TlsEnd;
using crypto::TlsStream;

Connection::Connection(crypto::TlsPeer peer, std::chrono::milliseconds timeout,
                       Confirmation confirmation)
    : peer_(std::move(peer)), timeout_(timeout), confirmation_(confirmation) {}

TlsStream::Until Connection::deadline() const {
    return std::chrono::steady_clock::now() + timeout_;
}

bool Connection::is_open() {
    return stream_ && stream_->is_open();
}

Result<void> Connection::open() {
    stream_.reset();
    SALUS_TRY(auto stream, TlsStream::connect(peer_, deadline()));
    stream_.emplace(std::move(stream));
    return {};
}

Result<void> Connection::send(std::string_view frames) {
    if (!stream_) return fail(Errc::unavailable, "the receiver has closed the connection");
    while (!frames.empty()) {
        auto const piece = frames.substr(0, kBytesAtOnce);
        frames.remove_prefix(piece.size());
        SALUS_TRY_VOID(stream_->write_all(piece, deadline()));
    }
    return {};
}

Result<void> Connection::finish() {
    if (!stream_) return fail(Errc::unavailable, "the receiver has closed the connection");
    // Had it closed before us, its close_notify would not answer ours.
    bool const was_open = stream_->is_open();
    auto const end = was_open ? stream_->close(deadline()) : Result<TlsEnd>(TlsEnd::failed);
    stream_.reset();
    if (!end) return std::unexpected(end.error());
    bool const is_confirmed = *end == TlsEnd::notified ||
                              (*end == TlsEnd::unnotified && confirmation_ == Confirmation::close);
    if (is_confirmed) return {};
    if (*end == TlsEnd::unnotified) {
        return fail(Errc::unavailable, "the receiver ends connections without close_notify");
    }
    return fail(Errc::unavailable, "the receiver has closed the connection");
}

}  // namespace salus::syslog
