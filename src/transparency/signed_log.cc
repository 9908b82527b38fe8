#include "transparency/signed_log.h"

#include <algorithm>

#include "audit/leaf.h"

namespace salus::transparency {
namespace {

// Where among the records the intents are.
std::vector<std::size_t> intents_of(std::vector<audit::Record> const& records) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (records[i].phase() == audit::Phase::intent) places.push_back(i);
    }
    return places;
}

}  // namespace

Task<Result<std::vector<audit::Position>>> SignedLog::append(std::vector<audit::Record> records,
                                                             Executor& home) {
    auto const concludes = [](audit::Record const& record) {
        return record.phase() == audit::Phase::outcome;
    };
    if (state() == SigningState::closed && !std::ranges::all_of(records, concludes)) {
        co_return fail(Errc::unavailable, "the audit log is closed");
    }
    auto* const elsewhere = acknowledging_.load();
    if (elsewhere == nullptr || records.empty()) {
        co_return co_await log_.append(std::move(records), home);
    }
    auto const intents = intents_of(records);
    SALUS_CO_TRY(auto positions, co_await log_.append(std::move(records), home));
    auto const size = positions.back().index + 1;
    auto const kept = co_await elsewhere->acknowledged(size, home);
    if (kept) co_return positions;
    std::vector<std::uint64_t> withdrawn;
    withdrawn.reserve(intents.size());
    for (auto const place : intents) withdrawn.push_back(positions[place].index);
    SALUS_CO_TRY_VOID(co_await withdraw(std::move(withdrawn), home));
    co_return std::unexpected(kept.error());
}

// What nobody was promised is not begun: the log says so, and the next start has nothing to settle.
Task<Result<void>> SignedLog::withdraw(std::vector<std::uint64_t> intents, Executor& home) {
    std::vector<audit::Record> records;
    for (auto const intent : intents) {
        audit::LeafBuilder leaf(audit::Event::intent_closed, audit::Outcome::error);
        leaf.tenant(*tenant_).outcome_of(intent).reason("the mirror did not acknowledge it");
        SALUS_CO_TRY(auto record, std::move(leaf).build());
        records.push_back(std::move(record));
    }
    SALUS_CO_TRY_VOID(co_await log_.append(std::move(records), home));
    co_return Result<void>();
}

std::optional<SigningStatus> SignedLog::signing() const {
    auto const* publisher = publisher_.load();
    if (publisher == nullptr) return std::nullopt;
    return publisher->status();
}

std::optional<Publisher::Published> SignedLog::published() const {
    auto const* publisher = publisher_.load();
    if (publisher == nullptr) return std::nullopt;
    return publisher->published();
}

std::optional<CosigningStatus> SignedLog::cosigning() const {
    auto const* cosigning = cosigning_.load();
    if (cosigning == nullptr) return std::nullopt;
    return cosigning->status();
}

std::optional<ParentStatus> SignedLog::parent() const {
    auto const* parent = parent_.load();
    if (parent == nullptr) return std::nullopt;
    return parent->status();
}

std::optional<AcknowledgingStatus> SignedLog::acknowledging() const {
    auto const* acknowledging = acknowledging_.load();
    if (acknowledging == nullptr) return std::nullopt;
    return acknowledging->status();
}

SigningState SignedLog::state() const {
    auto worst = SigningState::ok;
    auto const add = [&worst](auto const& known) {
        if (known) worst = std::max(worst, known->state);
    };
    add(signing());
    add(cosigning());
    add(parent());
    add(acknowledging());
    return worst;
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
