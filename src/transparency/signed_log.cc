#include "transparency/signed_log.h"

#include <algorithm>

namespace salus::transparency {

Task<Result<std::vector<audit::Position>>> SignedLog::append(std::vector<audit::Record> records,
                                                             Executor& home) {
    auto const concludes = [](audit::Record const& record) {
        return record.phase() == audit::Phase::outcome;
    };
    if (state() == SigningState::closed && !std::ranges::all_of(records, concludes)) {
        co_return fail(Errc::unavailable, "the audit log is closed: it is not signed");
    }
    co_return co_await log_.append(std::move(records), home);
}

std::optional<SigningStatus> SignedLog::signing() const {
    auto const* publisher = publisher_.load();
    if (publisher == nullptr) return std::nullopt;
    return publisher->status();
}

std::optional<CosigningStatus> SignedLog::cosigning() const {
    auto const* cosigning = cosigning_.load();
    if (cosigning == nullptr) return std::nullopt;
    return cosigning->status();
}

SigningState SignedLog::state() const {
    auto const own = signing();
    auto const other = cosigning();
    return std::max(own ? own->state : SigningState::ok, other ? other->state : SigningState::ok);
}

audit::Status SignedLog::status() const {
    auto status = log_.status();
    auto const now = state();
    status.unsigned_for_long = now != SigningState::ok;
    if (now == SigningState::closed && status.state == audit::State::open) {
        status.state = audit::State::closed;
    }
    return status;
}

}  // namespace salus::transparency
