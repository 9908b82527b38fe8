#include "syslog/feed.h"

#include <algorithm>

#include "audit_views/syslog.h"
#include "syslog/frame.h"

namespace salus::syslog {
namespace {

constexpr std::uint64_t kLeavesAtOnce = 64;

}  // namespace

Feed::Feed(audit_views::AuditTrail const& trail, std::string origin, std::filesystem::path cursor)
    : trail_(trail), origin_(std::move(origin)), cursor_(std::move(cursor)) {}

std::uint64_t Feed::delivered() const noexcept {
    return confirmed_ ? confirmed_->index + 1 : 0;
}

// Nothing, and why, when the log is to be sent from its first leaf on. The cursor is a file that
// whoever has the server could change, so the log decides whether it is right.
std::optional<Place> Feed::last_settled() {
    auto const cursor = read_cursor(cursor_);
    if (!cursor) {
        bool const is_absent = cursor.error().code == Errc::not_found;
        began_anew_ = is_absent ? Literal("there is no cursor") : "the cursor cannot be read";
        return std::nullopt;
    }
    auto const& last = cursor->last;
    auto moment = trail_.now();
    auto const leaf = moment.reader.at(last.index);
    if (cursor->origin != origin_) {
        began_anew_ = "the cursor is of another log";
    } else if (!leaf && leaf.error().code == Errc::gone) {
        began_anew_ = "the leaf that was sent last was pruned";
    } else if (last.index >= moment.reader.size()) {
        began_anew_ = "the log is shorter than what was sent";
    } else if (!leaf || audit::leaf_hash(bytes_of(*leaf)) != last.hash) {
        began_anew_ = "the log has another leaf than was sent";
    } else {
        return last;
    }
    return std::nullopt;
}

Result<void> Feed::begin() {
    if (!has_read_cursor_) {
        settled_ = confirmed_ = sent_ = last_settled();
        has_read_cursor_ = true;
    }
    next_ = std::max(sent_ ? sent_->index + 1 : 0, trail_.now().reader.first());
    intents_ = {};
    SALUS_TRY(follower_, trail_.follow(next_));
    return {};
}

Result<bool> Feed::take(std::string& frames) {
    if (finding_) return std::unexpected(*finding_);
    auto result = [&]() -> Result<bool> {
        if (!follower_) SALUS_TRY_VOID(begin());
        auto const size = trail_.size();
        if (next_ >= size) return false;
        SALUS_TRY_VOID(
            follower_->advance(std::min(size, next_ + kLeavesAtOnce),
                               [&](audit::LeafView const& leaf) { return receive(leaf, frames); }));
        return next_ < size;
    }();
    if (result) return result;
    follower_.reset();
    if (result.error().code == Errc::corrupt) finding_ = result.error();
    return result;
}

// An outcome with what its intent said, which may have been sent before a restart.
Result<audit_views::RecordedLeaf> Feed::event_of(audit::LeafView const& leaf) {
    SALUS_TRY(auto event, audit_views::read_leaf(leaf.json, parser_));
    if (intents_.join(event)) return event;
    auto moment = trail_.now();
    return audit_views::AuditTrail::event_at(moment.reader, leaf.index, parser_);
}

Result<void> Feed::receive(audit::LeafView const& leaf, std::string& frames) {
    SALUS_TRY(auto const event, event_of(leaf));
    next_ = leaf.index + 1;
    if (event.phase == audit::Phase::intent) return {};
    std::string message;
    auto const previous = sent_ ? std::optional(sent_->index) : std::nullopt;
    append_syslog(message, trail_.source(), {.leaf = event}, previous);
    append_frame(frames, message);
    sent_ = {leaf.index, leaf.hash};
    return {};
}

Result<void> Feed::confirm() {
    if (settled_ != confirmed_) {
        SALUS_TRY_VOID(write_cursor(cursor_, {origin_, *confirmed_}));
    }
    settled_ = confirmed_;
    confirmed_ = sent_;
    return {};
}

void Feed::rewind() {
    confirmed_ = sent_ = settled_;
    follower_.reset();
}

}  // namespace salus::syslog
