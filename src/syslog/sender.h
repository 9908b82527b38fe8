// Sends audit logs to one receiver of syslog, at least once, in order, over one connection: what is
// durable now, then what comes. Every few seconds, when something was sent, the connection is ended
// in order and made anew: only so does the receiver say that it has read all. A connection that is
// lost otherwise may have lost what was on it: all of it is sent again, and what was confirmed just
// before it. Never a gate: nothing waits for this but its own thread.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "foundation/clock.h"
#include "syslog/feed.h"
#include "syslog/pace.h"
#include "syslog/receiver.h"
#include "syslog/status.h"

namespace salus::syslog {

class Sender {
public:
    // The clock outlives this.
    Sender(std::vector<std::unique_ptr<Feed>> feeds, Clock const& clock, Pace pace);

    // Sends what there is, until there is no more, the connection is due to be confirmed, or
    // `stop`. Whether there is more. Blocks for disk and receiver. Errors: as of Receiver; it is
    // gone then.
    [[nodiscard]] Result<bool> round(Receiver& receiver, std::stop_token const& stop);
    // Ends the connection in order if something was sent on it.
    [[nodiscard]] Result<void> settle(Receiver& receiver);
    [[nodiscard]] Status status() const;

private:
    [[nodiscard]] Result<bool> send(Receiver& receiver, std::stop_token const& stop);
    [[nodiscard]] Result<bool> send_pieces(Receiver& receiver);
    [[nodiscard]] Result<void> finish(Receiver& receiver);
    void give_up(Receiver& receiver, Error const& error);
    [[nodiscard]] bool is_due() const;

    std::vector<std::unique_ptr<Feed>> feeds_;
    std::vector<Literal> findings_;  // of each feed
    Clock const& clock_;
    Pace const pace_;
    std::string frames_;
    std::size_t sent_bytes_ = 0;  // on this connection
    bool is_connected_ = false;
    Literal why_;
    std::uint64_t lost_ = 0;
    MonotonicTime opened_at_;
    // Moments: what was durable then has been sent on this connection or before; has been read.
    MonotonicTime sent_at_;
    MonotonicTime confirmed_at_;
};

}  // namespace salus::syslog
