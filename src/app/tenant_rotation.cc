#include "app/tenant_rotation.h"

#include <algorithm>

#include "foundation/limits.h"

namespace salus::app {
namespace {

using audit::Event;
using audit_controls::KeyStep;
using keys::KeyState;
using keys::Purpose;
using keys::RotationKind;
using namespace std::chrono_literals;

constexpr std::chrono::seconds kAgesLookAgain = 60s;  // at ages, when nothing is under way

constexpr std::size_t kOldKeysListed = 512;

// Whether the order or the age makes a key due that was made then.
bool is_active_before(KeyState state, WallTime created, WallTime then) {
    return state == KeyState::active && created < then;
}

// Whether there are two keys where there will be one. Old cursors and details are left alone.
bool is_under_way(keys::RotationStatus const& status) {
    auto const superseded = [](auto const& key) { return key.state == KeyState::decrypt_only; };
    return std::ranges::any_of(status.keks, superseded) ||
           std::ranges::any_of(status.shard_keys, superseded) ||
           std::ranges::any_of(status.purpose_keys, [&](keys::PurposeKeyStatus const& key) {
               bool const stays =
                   key.purpose == Purpose::cursor || key.purpose == Purpose::audit_detail;
               return key.state == KeyState::pre_active || (superseded(key) && !stays);
           });
}

}  // namespace

TenantRotation::TenantRotation(pipeline::House const& house, pipeline::TenantHouse& tenant,
                               RotationSettings const& settings,
                               std::unique_ptr<records::Records> records,
                               std::unique_ptr<store::Reader> reader)
    : house_(house),
      tenant_(tenant),
      rotation_(tenant.tenant.keyring.rotation()),
      settings_(settings),
      records_(std::move(records)),
      reader_(std::move(reader)),
      resealing_(*records_, *reader_),
      record_(tenant.tenant),
      pace_(house.clock, settings.records_per_second) {}

Result<std::unique_ptr<TenantRotation>> TenantRotation::make(pipeline::House const& house,
                                                             pipeline::TenantHouse& tenant,
                                                             RotationSettings const& settings) {
    SALUS_TRY(auto records, records::Records::make(tenant.tenant, house.random, house.index_cache));
    SALUS_TRY(auto reader, tenant.tenant.store.open_reader());
    return std::unique_ptr<TenantRotation>(
        new TenantRotation(house, tenant, settings, std::move(records), std::move(reader)));
}

WallTime TenantRotation::due_before(RotationKind kind) const {
    auto const now = house_.clock.now();
    WallTime then{};
    auto const age = settings_.ages.find(kind);
    if (age != settings_.ages.end() && age->second > 0) {
        then = now - std::chrono::days(age->second);
    }
    for (auto const& request : orders_.requests) {
        // An order counts whole seconds, as the key store does: what is made in this one is no
        // older than the next, for which the order waits, so that it never takes its own keys for
        // old.
        if (request.kind == kind && request.older_than <= now) {
            then = std::max(then, request.older_than);
        }
    }
    return then;
}

Result<void> TenantRotation::record(KeyStep step) {
    return executor_.run(record_.record_step(step, executor_));
}

Result<bool> TenantRotation::advance(std::stop_token const& stop) {
    SALUS_TRY(auto orders, rotation_.orders());
    if (orders.paused) return false;
    auto const now = house_.clock.monotonic();
    bool const asked =
        std::ranges::any_of(orders.requests, [&](keys::RotationRequest const& request) {
            return std::ranges::none_of(orders_.requests, [&](auto const& known) {
                return known.kind == request.kind && known.older_than == request.older_than;
            });
        });
    orders_ = std::move(orders);
    Result<void> others;
    if (asked || now >= look_again_) others = rotate_others(stop);
    auto more = rotate_data(stop);
    if (!others) return fail(others.error());
    return more;
}

// A kind that fails holds up no other.
Result<void> TenantRotation::rotate_others(std::stop_token const& stop) {
    auto const now = house_.clock.monotonic();
    look_again_ = now;
    SALUS_TRY(auto const status, rotation_.status());
    auto const kek = rotate_kek(status);
    auto const shards = rotate_shards(status, stop);
    auto const purposes = rotate_purposes(status, stop);
    auto const retired = destroy_retired(stop);
    for (auto const* done : {&kek, &shards, &purposes, &retired}) {
        if (!*done) return fail(done->error());
    }
    SALUS_TRY(auto const after, rotation_.status());
    bool const waits = std::ranges::any_of(orders_.requests, [&](auto const& request) {
        return request.older_than > house_.clock.now();
    });
    if (!waits)
        look_again_ = now + (is_under_way(after) ? limits::kReadersOfOldKeys : kAgesLookAgain);
    return {};
}

Result<void> TenantRotation::rotate_kek(keys::RotationStatus const& status) {
    auto const kind = keys::name_of(RotationKind::kek);
    auto const then = due_before(RotationKind::kek);
    std::uint32_t active = 0;
    bool due = false;
    bool planned = false;
    std::int64_t older = 0;
    for (auto const& kek : status.keks) {
        if (kek.state == KeyState::active) active = kek.epoch;
        due = due || is_active_before(kek.state, kek.created, then);
        planned = planned || kek.state == KeyState::pre_active;
        if (kek.state == KeyState::decrypt_only) ++older;
    }
    if (due || planned) {
        SALUS_TRY_VOID(record({.event = Event::key_created,
                               .kind = kind,
                               .shard = {},
                               .patient = {},
                               .version = active + 1}));
        SALUS_TRY(active, rotation_.begin_kek_epoch());
        ++older;
    }
    if (older == 0) return {};
    for (std::uint64_t left = 1; left > 0;) {
        SALUS_TRY(left, rotation_.rewrap_shard_keys(limits::kRewrappedAtOnce));
    }
    SALUS_TRY_VOID(record({.event = Event::key_rotated,
                           .kind = kind,
                           .shard = {},
                           .patient = {},
                           .version = active}));
    SALUS_TRY_VOID(record({.event = Event::key_destroyed,
                           .kind = kind,
                           .shard = {},
                           .patient = {},
                           .version = active - 1,
                           .count = older}));
    SALUS_TRY_VOID(rotation_.destroy_unused_keks());
    return {};
}

Result<void> TenantRotation::rotate_shards(keys::RotationStatus const& status,
                                           std::stop_token const& stop) {
    auto const kind = keys::name_of(RotationKind::shard);
    auto const then = due_before(RotationKind::shard);
    for (std::uint32_t shard = 0; shard <= keys::kTenantShard; ++shard) {
        bool superseded = false;
        for (auto const& key : status.shard_keys) {
            if (key.shard != shard) continue;
            superseded = superseded || key.state == KeyState::decrypt_only;
            if (!is_active_before(key.state, key.created, then)) continue;
            SALUS_TRY_VOID(record({.event = Event::key_created,
                                   .kind = kind,
                                   .shard = shard,
                                   .patient = {},
                                   .version = key.epoch + 1}));
            SALUS_TRY_VOID(rotation_.begin_shard_epoch(shard));
            superseded = true;
        }
        if (superseded) SALUS_TRY_VOID(rotate_shard(shard, stop));
        if (stop.stop_requested()) return {};
    }
    return {};
}

Result<void> TenantRotation::rotate_shard(std::uint32_t shard, std::stop_token const& stop) {
    auto const kind = keys::name_of(RotationKind::shard);
    for (std::uint64_t left = 1; left > 0;) {
        auto const began = house_.clock.monotonic();
        SALUS_TRY(left, rotation_.rewrap_keys_of_shard(shard, limits::kRewrappedAtOnce));
        if (stop.stop_requested()) return {};
        // Keys, not records: only the half of the time counts.
        pace_.rest(0, began, stop);
    }
    SALUS_TRY_VOID(
        record({.event = Event::key_rotated, .kind = kind, .shard = shard, .patient = {}}));
    SALUS_TRY_VOID(
        record({.event = Event::key_destroyed, .kind = kind, .shard = shard, .patient = {}}));
    SALUS_TRY_VOID(rotation_.destroy_unused_shard_keys(shard));
    return {};
}

Result<bool> TenantRotation::begin_data_keys() {
    auto const room =
        limits::kCompartmentsInRotation - std::min(clean_.size(), limits::kCompartmentsInRotation);
    SALUS_TRY(auto const due, rotation_.data_keys_older_than(due_before(RotationKind::data), room));
    for (auto const& compartment : due) {
        if (aside_.contains(compartment)) continue;
        auto const begun = begin_data_key(compartment);
        if (!begun && begun.error().code == Errc::unavailable) return fail(begun.error());
        if (!begun) set_aside(compartment, begun.error().why);
    }
    return due.size() == room && room > 0;
}

Result<void> TenantRotation::begin_data_key(CompartmentId const& compartment) {
    SALUS_TRY(auto const key, tenant_.tenant.keyring.key_for_writing(compartment));
    SALUS_TRY_VOID(record(
        step_of(Event::key_created, {.compartment = compartment, .version = key.version + 1})));
    SALUS_TRY_VOID(rotation_.begin_data_key(compartment));
    return {};
}

Result<bool> TenantRotation::rotate_data(std::stop_token const& stop) {
    auto const now = house_.clock.monotonic();
    std::erase_if(aside_, [now](auto const& each) { return each.second <= now; });
    SALUS_TRY(bool more, begin_data_keys());
    keys::DataKeyVersion after;
    while (!stop.stop_requested()) {
        SALUS_TRY(auto const olds, rotation_.decrypt_only_data_keys(after, kOldKeysListed));
        for (auto const& old : olds) {
            if (stop.stop_requested() || aside_.contains(old.compartment)) continue;
            SALUS_TRY(auto const orders, rotation_.orders());
            if (orders.paused) return false;
            SALUS_TRY_VOID(carry_on(old, stop));
        }
        if (olds.size() < kOldKeysListed) break;
        after = olds.back();
    }
    return more;
}

// Sealed anew, then closed to the old key, then looked at once more, then left alone for a moment,
// then destroyed.
Result<void> TenantRotation::carry_on(keys::DataKeyVersion const& old,
                                      std::stop_token const& stop) {
    auto const& compartment = old.compartment;
    auto const now = house_.clock.monotonic();
    auto const clean = clean_.find(compartment);
    if (clean != clean_.end() && now < clean->second + limits::kReadersOfOldKeys) return {};
    SALUS_TRY(auto const key, tenant_.tenant.keyring.key_for_writing(compartment));
    if (clean == clean_.end()) {
        SALUS_TRY(bool const all, reseal_all(compartment, key.version, stop));
        if (!all) return {};
        SALUS_TRY_VOID(
            executor_.run(tenant_.tenant.store.retire_keys(compartment, key.version, executor_)));
        SALUS_TRY(bool const rest, reseal_all(compartment, key.version, stop));
        if (rest) clean_.emplace(compartment, house_.clock.monotonic());
        return {};
    }
    clean_.erase(clean);
    SALUS_TRY(bool const nothing, holds_nothing(compartment, key.version));
    if (!nothing) return {};
    return end(old);
}

// Older backups of the data need the key, for as long as they are kept.
Result<void> TenantRotation::end(keys::DataKeyVersion const& old) {
    if (settings_.keep_retired.count() == 0) return destroy(old);
    SALUS_TRY_VOID(record(step_of(Event::key_retired, old)));
    auto retired = rotation_.retire_data_key(old.compartment, old.version);
    // An erasure was faster.
    if (!retired && retired.error().code == Errc::gone) return {};
    return retired;
}

Result<void> TenantRotation::destroy(keys::DataKeyVersion const& old) {
    SALUS_TRY_VOID(record(step_of(Event::key_destroyed, old)));
    return rotation_.destroy_data_key(old.compartment, old.version);
}

KeyStep TenantRotation::step_of(Event event, keys::DataKeyVersion const& key) const {
    bool const is_patient = records_->is_patient(key.compartment);
    return {.event = event,
            .kind = keys::name_of(RotationKind::data),
            .shard = {},
            .patient = is_patient ? std::optional(key.compartment) : std::nullopt,
            .version = key.version};
}

Result<void> TenantRotation::destroy_retired(std::stop_token const& stop) {
    auto const then = house_.clock.now() - settings_.keep_retired;
    keys::DataKeyVersion after;
    while (!stop.stop_requested()) {
        SALUS_TRY(auto const due, rotation_.retired_data_keys(then, after, kOldKeysListed));
        for (auto const& key : due) {
            if (stop.stop_requested() || aside_.contains(key.compartment)) continue;
            // What a restore brought back is under readmitted keys; anything else is not in order,
            // and is no reason to lose it.
            SALUS_TRY(bool const nothing, holds_nothing(key.compartment, key.version + 1));
            if (nothing) {
                SALUS_TRY_VOID(destroy(key));
            } else {
                set_aside(key.compartment, "a record is sealed under a retired key");
            }
        }
        if (due.size() < kOldKeysListed) break;
        after = due.back();
    }
    return {};
}

Result<bool> TenantRotation::reseal_all(CompartmentId const& compartment, std::uint32_t version,
                                        std::stop_token const& stop) {
    std::optional<store::RecordPlace> after;
    while (!stop.stop_requested()) {
        // Asked for each batch: one compartment can take minutes.
        SALUS_TRY(auto const orders, rotation_.orders());
        if (orders.paused) return false;
        auto const began = house_.clock.monotonic();
        auto step = resealing_.prepare(compartment, version, after);
        if (!step && step.error().code == Errc::conflict) return false;
        if (!step && step.error().code != Errc::unavailable) {
            set_aside(compartment, step.error().why);
            return false;
        }
        if (!step) return fail(step.error());
        if (step->unnamed > 0) {
            set_aside(compartment, "the name of a record is not known");
            return false;
        }
        auto const records = step->batch.size();
        if (records > 0) {
            auto const done = reseal(*step);
            // Somebody erased or replaced one of them meanwhile: the next round sees what is left.
            if (!done && done.error().code == Errc::conflict) return false;
            SALUS_TRY_VOID(done);
        }
        // Also after a compartment's last batch, which of most is the only one.
        pace_.rest(records, began, stop);
        if (!step->next) return true;
        after = step->next;
    }
    return false;
}

Result<void> TenantRotation::reseal(records::ResealStep& step) {
    SALUS_TRY(auto const intent, executor_.run(record_.record_intent(step.touched, executor_)));
    auto done =
        executor_.run(records::reseal(tenant_.tenant, std::move(step.batch), intent, executor_));
    // Whether the store failed in the middle is known when it opens again: the next start settles
    // the intent.
    if (!done && done.error().code != Errc::conflict) return done;
    SALUS_TRY_VOID(executor_.run(record_.conclude(intent, done, executor_)));
    return done;
}

Result<bool> TenantRotation::holds_nothing(CompartmentId const& compartment,
                                           std::uint32_t version) {
    std::optional<store::RecordPlace> after;
    while (true) {
        SALUS_TRY(auto const found,
                  reader_->sealed_under(compartment, version, after, limits::kResealedAtOnce));
        if (!found.records.empty()) return false;
        if (!found.next) return true;
        after = found.next;
    }
}

void TenantRotation::set_aside(CompartmentId const& compartment, Literal why) {
    aside_.insert_or_assign(compartment, house_.clock.monotonic() + limits::kRotationSetAside);
    house_.log.write(LogLevel::error, "rotation.set_aside", field("tenant", tenant_.tenant.name),
                     field("compartment", compartment), field("why", why));
}

}  // namespace salus::app
