// The rotation of one tenant's keys (ENC-4): what is due is begun, what was begun is carried on. It
// remembers nothing that matters: after a crash the key store and the store say how far it was.
//
// Every step is recorded (KEY-3). A step that makes or destroys a key is recorded before it is
// done: after a crash between the two the same step is due again, and done. Belongs to one thread,
// which may block.
#pragma once

#include <map>

#include "app/rotation_pace.h"
#include "app/rotation_settings.h"
#include "audit_controls/rotation_record.h"
#include "foundation/blocking.h"
#include "foundation/log.h"
#include "pipeline/house.h"
#include "records/resealing.h"

namespace salus::app {

class TenantRotation {
public:
    // Borrows all. Errors as records::Records::make.
    static Result<std::unique_ptr<TenantRotation>> make(pipeline::House const& house,
                                                        pipeline::TenantHouse& tenant,
                                                        RotationSettings const& settings);

    // Does some of what is due; whether more is, to be done at once. Errors of keys, store or log:
    // nothing is lost, and the next call goes on.
    [[nodiscard]] Result<bool> advance(std::stop_token const& stop);

private:
    TenantRotation(pipeline::House const& house, pipeline::TenantHouse& tenant,
                   RotationSettings const& settings, std::unique_ptr<records::Records> records,
                   std::unique_ptr<store::Reader> reader);

    // Keys of this kind that were made before then are due.
    [[nodiscard]] WallTime due_before(keys::RotationKind kind) const;
    [[nodiscard]] Result<void> record(audit_controls::KeyStep step);
    [[nodiscard]] audit_controls::KeyStep step_of(audit::Event event,
                                                  keys::DataKeyVersion const& key) const;
    // All kinds but data keys, and those of the data keys that were kept long enough.
    [[nodiscard]] Result<void> rotate_others(std::stop_token const& stop);
    [[nodiscard]] Result<void> rotate_kek(keys::RotationStatus const& status);
    [[nodiscard]] Result<void> rotate_shards(keys::RotationStatus const& status,
                                             std::stop_token const& stop);
    [[nodiscard]] Result<void> rotate_shard(std::uint32_t shard, std::stop_token const& stop);
    [[nodiscard]] Result<void> rotate_purposes(keys::RotationStatus const& status,
                                               std::stop_token const& stop);
    [[nodiscard]] Result<void> rotate_index(keys::RotationStatus const& status,
                                            std::stop_token const& stop);
    [[nodiscard]] Result<void> rotate_signing(keys::RotationStatus const& status);
    [[nodiscard]] Result<void> begin_purpose(keys::Purpose purpose, keys::RotationKind kind,
                                             keys::RotationStatus const& status);
    // Whether all of it is done: not when it is to stop or to rest.
    [[nodiscard]] Result<bool> make_tokens_anew(std::stop_token const& stop);
    [[nodiscard]] Result<bool> rotate_data(std::stop_token const& stop);
    [[nodiscard]] Result<bool> begin_data_keys();
    [[nodiscard]] Result<void> begin_data_key(CompartmentId const& compartment);
    [[nodiscard]] Result<void> carry_on(keys::DataKeyVersion const& old,
                                        std::stop_token const& stop);
    // Nothing is sealed under it any more: it is retired or destroyed, as the settings say.
    [[nodiscard]] Result<void> end(keys::DataKeyVersion const& old);
    [[nodiscard]] Result<void> destroy(keys::DataKeyVersion const& old);
    [[nodiscard]] Result<void> destroy_retired(std::stop_token const& stop);
    // Everything under earlier keys that stands in the compartment now; whether all of it.
    [[nodiscard]] Result<bool> reseal_all(CompartmentId const& compartment, std::uint32_t version,
                                          std::stop_token const& stop);
    [[nodiscard]] Result<void> reseal(records::ResealStep& step);
    [[nodiscard]] Result<bool> holds_nothing(CompartmentId const& compartment,
                                             std::uint32_t version);
    void set_aside(CompartmentId const& compartment, Literal why);

    pipeline::House const& house_;
    pipeline::TenantHouse& tenant_;
    keys::KeyRotation& rotation_;
    RotationSettings const& settings_;
    std::unique_ptr<records::Records> records_;
    std::unique_ptr<store::Reader> reader_;
    records::Resealing resealing_;
    audit_controls::RotationRecord record_;
    BlockingExecutor executor_;
    RotationPace pace_;
    keys::RotationOrders orders_;
    MonotonicTime look_again_{};  // at what no order asked for
    // Compartments that hold nothing under earlier keys, since when: those who read a record before
    // may still be opening it.
    std::map<CompartmentId, MonotonicTime> clean_;
    // Compartments of which something cannot be opened, and when they are tried again.
    std::map<CompartmentId, MonotonicTime> aside_;
};

}  // namespace salus::app
