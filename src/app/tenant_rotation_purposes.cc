#include <algorithm>

#include "app/tenant_rotation.h"
#include "foundation/limits.h"
#include "operations/blind_tokens.h"

namespace salus::app {
namespace {

using audit::Event;
using keys::KeyState;
using keys::Purpose;
using keys::PurposeKeyStatus;
using keys::RotationKind;

std::optional<PurposeKeyStatus> version_in(keys::RotationStatus const& status, Purpose purpose,
                                           KeyState state) {
    for (auto const& key : status.purpose_keys) {
        if (key.purpose == purpose && key.state == state) return key;
    }
    return std::nullopt;
}

}  // namespace

Result<void> TenantRotation::begin_purpose(Purpose purpose, RotationKind kind,
                                           keys::RotationStatus const& status) {
    auto const active = version_in(status, purpose, KeyState::active);
    if (!active || active->created >= due_before(kind)) return {};
    SALUS_TRY_VOID(record({.event = Event::key_created,
                           .kind = keys::name_of(kind),
                           .shard = {},
                           .patient = {},
                           .version = active->version + 1}));
    SALUS_TRY_VOID(rotation_.begin_purpose_key(purpose));
    return {};
}

Result<void> TenantRotation::rotate_purposes(keys::RotationStatus const& status,
                                             std::stop_token const& stop) {
    // Where one of them cannot be begun, too many of its earlier ones being there still, the others
    // are.
    Result<void> begun;
    for (auto const& [purpose, kind] :
         {std::pair(Purpose::cursor, RotationKind::cursor),
          std::pair(Purpose::audit_detail, RotationKind::audit_detail),
          std::pair(Purpose::blind_index, RotationKind::blind_index),
          std::pair(Purpose::token_signing, RotationKind::token_signing)}) {
        auto const one = begin_purpose(purpose, kind, status);
        if (!one) begun = one;
    }
    SALUS_TRY(auto const now, rotation_.status());
    // Nothing stands under the one before that anybody reads by its version: details name theirs,
    // and a cursor is of use for a while only.
    for (auto const purpose : {Purpose::cursor, Purpose::audit_detail}) {
        auto const next = version_in(now, purpose, KeyState::pre_active);
        if (!next) continue;
        SALUS_TRY_VOID(rotation_.set_purpose_state(purpose, next->version, KeyState::active));
    }
    auto const old_cursor = version_in(now, Purpose::cursor, KeyState::decrypt_only);
    auto const cursor = version_in(now, Purpose::cursor, KeyState::active);
    if (old_cursor && cursor && cursor->created + limits::kCursorLife < house_.clock.now()) {
        SALUS_TRY_VOID(record({.event = Event::key_destroyed,
                               .kind = keys::name_of(RotationKind::cursor),
                               .shard = {},
                               .patient = {},
                               .version = old_cursor->version}));
        SALUS_TRY_VOID(rotation_.destroy_purpose_key(Purpose::cursor, old_cursor->version));
    }
    SALUS_TRY_VOID(rotate_signing(now));
    SALUS_TRY_VOID(rotate_index(now, stop));
    return begun;
}

Result<void> TenantRotation::rotate_signing(keys::RotationStatus const& status) {
    auto const kind = keys::name_of(RotationKind::token_signing);
    if (auto const next = version_in(status, Purpose::token_signing, KeyState::pre_active)) {
        SALUS_TRY_VOID(tenant_.token_keys.rotate(next->version, house_.clock.now()));
        SALUS_TRY_VOID(
            rotation_.set_purpose_state(Purpose::token_signing, next->version, KeyState::active));
        SALUS_TRY_VOID(record({.event = Event::key_rotated,
                               .kind = kind,
                               .shard = {},
                               .patient = {},
                               .version = next->version}));
    }
    if (auto const old = version_in(status, Purpose::token_signing, KeyState::decrypt_only)) {
        SALUS_TRY_VOID(rotation_.destroy_purpose_key(Purpose::token_signing, old->version));
    }
    SALUS_TRY(auto const expired, tenant_.token_keys.destroy_expired(house_.clock.now()));
    if (expired == 0) return {};
    return record({.event = Event::key_destroyed,
                   .kind = kind,
                   .shard = {},
                   .patient = {},
                   .count = static_cast<std::int64_t>(expired)});
}

// Both keys' tokens everywhere, then look-ups by the new key, then the old key's tokens go, then
// the old key. A write that was prepared before a step and committed after it is seen by its token
// version in the next round; until then look-ups ask for both.
Result<void> TenantRotation::rotate_index(keys::RotationStatus const& status,
                                          std::stop_token const& stop) {
    auto const kind = keys::name_of(RotationKind::blind_index);
    SALUS_TRY(bool const all, make_tokens_anew(stop));
    if (!all) return {};
    if (auto const next = version_in(status, Purpose::blind_index, KeyState::pre_active)) {
        SALUS_TRY_VOID(
            rotation_.set_purpose_state(Purpose::blind_index, next->version, KeyState::active));
        SALUS_TRY_VOID(record({.event = Event::key_rotated,
                               .kind = kind,
                               .shard = {},
                               .patient = {},
                               .version = next->version}));
        SALUS_TRY_VOID(make_tokens_anew(stop));
        return {};
    }
    auto const old = version_in(status, Purpose::blind_index, KeyState::decrypt_only);
    if (!old) return {};
    SALUS_TRY(auto const left, reader_->tokens_below(records_->addressing().token_version(), 1));
    if (!left.empty()) return {};
    SALUS_TRY_VOID(record({.event = Event::key_destroyed,
                           .kind = kind,
                           .shard = {},
                           .patient = {},
                           .version = old->version}));
    return rotation_.destroy_purpose_key(Purpose::blind_index, old->version);
}

// Of every document whose tokens are of earlier keys than a write's would be now.
Result<bool> TenantRotation::make_tokens_anew(std::stop_token const& stop) {
    SALUS_TRY_VOID(records_->renew_token_keys());
    auto const version = records_->addressing().token_version();
    while (!stop.stop_requested()) {
        SALUS_TRY(auto const orders, rotation_.orders());
        if (orders.paused) return false;
        auto const began = house_.clock.monotonic();
        SALUS_TRY(auto const places, reader_->tokens_below(version, limits::kResealedAtOnce));
        if (places.empty()) return true;
        std::vector<store::Retoken> batch;
        for (auto const& place : places) {
            SALUS_TRY(auto const entry, records_->entry(place.address));
            if (!entry || entry->version != place.version) continue;  // replaced since
            SALUS_TRY(auto tokens,
                      operations::tokens_of(records_->addressing(), tenant_.tenant.fhir_base(),
                                            bytes_of(entry->entry)));
            batch.push_back(
                {.place = place, .tokens = std::move(tokens), .token_version = version});
        }
        // All were replaced since: the next round lists what is left.
        if (batch.empty()) return true;
        auto const done = executor_.run(tenant_.tenant.store.retoken(std::move(batch), executor_));
        // One of them was replaced meanwhile: the next round lists what is left.
        if (!done && done.error().code != Errc::conflict) return fail(done.error());
        pace_.rest(places.size(), began, stop);
    }
    return false;
}

}  // namespace salus::app
