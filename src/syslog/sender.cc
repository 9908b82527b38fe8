#include "syslog/sender.h"

#include <algorithm>

namespace salus::syslog {
namespace {

// What a receiver must have read in the time of one operation when the connection ends: with more,
// a slow one would never be seen to have read it.
constexpr std::size_t kUnconfirmedBytes = std::size_t{2} * 1024 * 1024;

}  // namespace

Sender::Sender(std::vector<std::unique_ptr<Feed>> feeds, Clock const& clock, Pace pace)
    : feeds_(std::move(feeds)),
      findings_(feeds_.size()),
      clock_(clock),
      pace_(pace),
      opened_at_(clock.monotonic()),
      sent_at_(opened_at_),
      confirmed_at_(opened_at_) {}

Result<bool> Sender::round(Receiver& receiver, std::stop_token const& stop) {
    auto more = send(receiver, stop);
    auto const finished = more && is_due() ? finish(receiver) : Result<void>();
    if (!more || !finished) {
        auto const& error = more ? finished.error() : more.error();
        give_up(receiver, error);
        return std::unexpected(error);
    }
    return more;
}

Result<void> Sender::settle(Receiver& receiver) {
    auto const finished = sent_bytes_ > 0 ? finish(receiver) : Result<void>();
    if (!finished) give_up(receiver, finished.error());
    return finished;
}

bool Sender::is_due() const {
    return sent_bytes_ >= kUnconfirmedBytes ||
           (sent_bytes_ > 0 && clock_.monotonic() - opened_at_ >= pace_.confirm_after);
}

Result<bool> Sender::send(Receiver& receiver, std::stop_token const& stop) {
    if (!receiver.is_open()) {
        if (is_connected_) return fail(Errc::unavailable, "the receiver has closed the connection");
        SALUS_TRY_VOID(receiver.open());
        is_connected_ = true;
        opened_at_ = clock_.monotonic();
    }
    bool more = true;
    while (more && !is_due() && !stop.stop_requested()) {
        auto const now = clock_.monotonic();
        SALUS_TRY(more, send_pieces(receiver));
        bool const all_read =
            std::ranges::all_of(findings_, [](Literal finding) { return finding.empty(); });
        if (more || !all_read) continue;
        sent_at_ = now;
        if (sent_bytes_ > 0) continue;
        confirmed_at_ = now;
        why_ = {};
    }
    return more;
}

// One piece of each log, so that none waits for another. A log that cannot be read is told of, and
// holds up no other.
Result<bool> Sender::send_pieces(Receiver& receiver) {
    bool more = false;
    for (std::size_t i = 0; i < feeds_.size(); ++i) {
        frames_.clear();
        auto const taken = feeds_[i]->take(frames_);
        findings_[i] = taken ? Literal() : taken.error().why;
        more = more || taken.value_or(false);
        if (frames_.empty()) continue;
        sent_bytes_ += frames_.size();
        SALUS_TRY_VOID(receiver.send(frames_));
    }
    return more;
}

Result<void> Sender::finish(Receiver& receiver) {
    SALUS_TRY_VOID(receiver.finish());
    is_connected_ = false;
    sent_bytes_ = 0;
    confirmed_at_ = sent_at_;
    why_ = {};
    for (auto& feed : feeds_) SALUS_TRY_VOID(feed->confirm());
    return {};
}

void Sender::give_up(Receiver& receiver, Error const& error) {
    receiver.abandon();
    if (is_connected_) ++lost_;
    is_connected_ = false;
    sent_bytes_ = 0;
    sent_at_ = confirmed_at_;
    for (auto& feed : feeds_) feed->rewind();
    why_ = error.why;
}

Status Sender::status() const {
    Status status{.lag = clock_.monotonic() - confirmed_at_, .lost = lost_, .why = why_};
    status.is_alarming = status.lag >= pace_.alarm_after;
    for (std::size_t i = 0; i < feeds_.size(); ++i) {
        auto const& feed = *feeds_[i];
        status.logs.push_back({.origin = feed.origin(),
                               .size = feed.size(),
                               .delivered = feed.delivered(),
                               .began_anew = feed.began_anew(),
                               .why = findings_[i]});
    }
    return status;
}

}  // namespace salus::syslog
