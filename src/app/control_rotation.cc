// ENC-4: ages and progress, read from each tenant's key store now.
#include <algorithm>
#include <fmt/format.h>

#include "app/control_readings.h"

namespace salus::app {
namespace {

using keys::KeyState;
using keys::RotationKind;

// The age, in days, of the oldest key of each kind that is in use.
struct OldestInUse {
    std::map<RotationKind, std::int64_t> days;
    void see(RotationKind kind, KeyState state, WallTime created, WallTime now) {
        if (state != KeyState::active) return;
        auto const age = std::chrono::duration_cast<std::chrono::days>(now - created).count();
        auto& oldest = days[kind];
        oldest = std::max<std::int64_t>(oldest, age);
    }
};

RotationKind kind_of(keys::Purpose purpose) {
    switch (purpose) {
        case keys::Purpose::blind_index: return RotationKind::blind_index;
        case keys::Purpose::audit_detail: return RotationKind::audit_detail;
        case keys::Purpose::cursor: return RotationKind::cursor;
        case keys::Purpose::token_signing:
        case keys::Purpose::address: break;
    }
    return RotationKind::token_signing;
}

OldestInUse oldest_in(keys::RotationStatus const& status, WallTime now) {
    OldestInUse oldest;
    for (auto const& kek : status.keks) oldest.see(RotationKind::kek, kek.state, kek.created, now);
    for (auto const& key : status.shard_keys) {
        oldest.see(RotationKind::shard, key.state, key.created, now);
    }
    for (auto const& key : status.data_keys) {
        oldest.see(RotationKind::data, key.state, key.oldest, now);
    }
    for (auto const& key : status.purpose_keys) {
        if (key.purpose == keys::Purpose::address) continue;
        oldest.see(kind_of(key.purpose), key.state, key.created, now);
    }
    return oldest;
}

std::uint64_t keys_in(keys::RotationStatus const& status, KeyState state) {
    std::uint64_t count = 0;
    for (auto const& key : status.data_keys) count += key.state == state ? key.keys : 0;
    return count;
}

// Whether some are kept longer than they shall be.
bool kept_too_long(keys::RotationStatus const& status, WallTime since) {
    return std::ranges::any_of(status.data_keys, [since](keys::DataKeyStatus const& key) {
        return key.state == KeyState::retired && key.first_retired < since;
    });
}

constexpr std::int64_t kGrace = 7;  // days behind the schedule that are no finding

}  // namespace

Finding rotated_keys(EvidenceContext const& context) {
    auto const& settings = context.sources.configuration.rotation;
    auto const& ages = settings.ages;
    auto const now = context.sources.clock.now();
    std::string evidence;
    bool paused = false;
    bool overdue = false;
    for (auto const& tenant : context.sources.tenants) {
        auto const status = tenant.keyring.rotation().status();
        if (!status) return broken("the key store does not answer");
        auto const oldest = oldest_in(*status, now);
        paused = paused || status->orders.paused;
        evidence.append(evidence.empty() ? "" : "; ").append(tenant.name.text());
        evidence.append(fmt::format(
            ": {} data keys seal, {} older ones being rotated out, {} "
            "retired and kept {} d for older backups;",
            keys_in(*status, KeyState::active), keys_in(*status, KeyState::decrypt_only),
            keys_in(*status, KeyState::retired), settings.keep_retired.count()));
        overdue = overdue ||
                  kept_too_long(*status, now - settings.keep_retired - std::chrono::days(kGrace));
        for (auto const& [kind, days] : oldest.days) {
            auto const limit = ages.contains(kind) ? ages.at(kind) : 0;
            overdue = overdue || (limit > 0 && days > limit + kGrace);
            evidence.append(fmt::format(" {} {} d{}", keys::name_of(kind).text(), days,
                                        limit > 0 ? fmt::format(" of {}", limit) : ""));
        }
    }
    if (overdue) return broken("keys are older than their schedule: " + evidence);
    if (paused) return partly("rotation is paused: " + evidence);
    return works("oldest keys in use: " + evidence);
}

}  // namespace salus::app
