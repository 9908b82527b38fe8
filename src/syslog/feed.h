// One audit log as syslog messages, in order, from where its receiver is. Events are taken as soon
// as they are durable, signed or not: a receiver then has what an intruder would have liked to cut
// off before the next checkpoint. Belongs to one thread; blocks for the disk.
//
// Three places, each at or behind the next: settled, which is kept over restarts; confirmed, up to
// which the receiver has read; sent. What was confirmed once is settled with the next confirmation
// alone, so that it is sent again when the receiver is lost before it has put away what it has
// read.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "audit/follower.h"
#include "audit_views/audit_trail.h"
#include "syslog/cursor.h"

namespace salus::syslog {

class Feed {
public:
    // `cursor` is the file. Borrows the trail.
    Feed(audit_views::AuditTrail const& trail, std::string origin, std::filesystem::path cursor);

    // Appends the frames of the next events; whether there are more. Bounded by kLeavesAtOnce and
    // one batch of the log. Errc::corrupt when the log cannot be read: stays so until a restart.
    [[nodiscard]] Result<bool> take(std::string& frames);
    // The receiver has read what was taken. Errc::internal: the cursor cannot be written.
    [[nodiscard]] Result<void> confirm();
    // What was taken since is to be sent again.
    void rewind();

    [[nodiscard]] std::string const& origin() const noexcept { return origin_; }
    [[nodiscard]] std::uint64_t size() const { return trail_.size(); }
    // Leaves up to the last event that the receiver has read.
    [[nodiscard]] std::uint64_t delivered() const noexcept;
    // Why it began with the log's first leaf; empty: it went on from a cursor.
    [[nodiscard]] Literal began_anew() const noexcept { return began_anew_; }

private:
    [[nodiscard]] Result<void> begin();
    [[nodiscard]] std::optional<Place> last_settled();
    [[nodiscard]] Result<void> receive(audit::LeafView const& leaf, std::string& frames);
    [[nodiscard]] Result<audit_views::RecordedLeaf> event_of(audit::LeafView const& leaf);

    audit_views::AuditTrail const& trail_;
    std::string const origin_;
    std::filesystem::path const cursor_;
    bool has_read_cursor_ = false;
    Literal began_anew_;
    std::optional<Error> finding_;

    std::optional<Place> settled_;
    std::optional<Place> confirmed_;
    std::optional<Place> sent_;
    std::optional<audit::Follower> follower_;  // behind sent_
    std::uint64_t next_ = 0;                   // leaf
    audit_views::OpenIntents intents_;
    json::Parser parser_;
};

}  // namespace salus::syslog
