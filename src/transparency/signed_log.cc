#include "transparency/signed_log.h"

#include <algorithm>

namespace salus::transparency {

Task<Result<std::vector<audit::Position>>> SignedLog::append(std::vector<audit::Record> records,
                                                             Executor& home) {
    auto const concludes = [](audit::Record const& record) {
        return record.phase() == audit::Phase::outcome;
    };
    auto const now = signing();
    if (now && now->state == SigningState::closed && !std::ranges::all_of(records, concludes)) {
        co_return fail(Errc::unavailable, "the audit log is closed: it is not signed");
    }
    co_return co_await log_.append(std::move(records), home);
}

std::optional<SigningStatus> SignedLog::signing() const {
    auto const* publisher = publisher_.load();
    if (publisher == nullptr) return std::nullopt;
    return publisher->status();
}

audit::Status SignedLog::status() const {
    auto status = log_.status();
    auto const now = signing();
    if (!now) return status;
    status.unsigned_for_long = now->state != SigningState::ok;
    if (now->state == SigningState::closed && status.state == audit::State::open) {
        status.state = audit::State::closed;
    }
    return status;
}

}  // namespace salus::transparency
