#include "app/readmission.h"

#include "app/record_leaf.h"
#include "foundation/blocking.h"
#include "foundation/file.h"
#include "foundation/limits.h"

namespace salus::app {
namespace {

constexpr std::size_t kKeysListed = 512;

class Readmission {
public:
    Readmission(request::Tenant const& tenant, store::Reader& reader)
        : rotation_(tenant.keyring.rotation()), reader_(reader), record_(tenant) {}

    Result<void> run() {
        keys::DataKeyVersion after;
        while (true) {
            SALUS_TRY(auto const retired,
                      rotation_.retired_data_keys(WallTime::max(), after, kKeysListed));
            SALUS_TRY_VOID(readmit(retired));
            if (retired.size() < kKeysListed) return {};
            after = retired.back();
        }
    }

private:
    Result<void> readmit(std::vector<keys::DataKeyVersion> const& retired) {
        std::vector<keys::DataKeyVersion> used;
        for (auto const& key : retired) {
            SALUS_TRY(bool const is_used, seals_something(key));
            if (is_used) used.push_back(key);
        }
        if (used.empty()) return {};
        SALUS_TRY_VOID(
            executor_.run(record_.record_step({.event = audit::Event::key_readmitted,
                                               .kind = keys::name_of(keys::RotationKind::data),
                                               .shard = {},
                                               .patient = {},
                                               .count = static_cast<std::int64_t>(used.size())},
                                              executor_)));
        for (auto const& key : used) {
            SALUS_TRY_VOID(rotation_.readmit_data_key(key.compartment, key.version));
        }
        return {};
    }
    Result<bool> seals_something(keys::DataKeyVersion const& key) {
        std::optional<store::RecordPlace> after;
        while (true) {
            SALUS_TRY(auto const found, reader_.sealed_under(key.compartment, key.version + 1,
                                                             after, limits::kResealedAtOnce));
            if (!found.records.empty()) return true;
            if (!found.next) return false;
            after = found.next;
        }
    }

    keys::KeyRotation& rotation_;
    store::Reader& reader_;
    audit_controls::RotationRecord record_;
    BlockingExecutor executor_;
};

}  // namespace

Result<void> mark_restored(std::filesystem::path const& mark) {
    return write_file_durably(mark, {}, FileAccess::private_to_owner);
}

Result<void> record_later_erasures(request::Tenant const& tenant,
                                   std::span<CompartmentId const> destroyed) {
    for (auto const& patient : destroyed) {
        audit::LeafBuilder leaf(audit::Event::key_destroyed, audit::Outcome::ok);
        leaf.patient(patient).number("patient_keys", 0);
        leaf.reason("the keys are later than the store that was restored");
        SALUS_TRY_VOID(record_leaf(tenant.audit_log, tenant.name, std::move(leaf)));
    }
    return {};
}

Result<void> readmit_keys_in_use(request::Tenant const& tenant) {
    SALUS_TRY(auto const reader, tenant.store.open_reader());
    return Readmission(tenant, *reader).run();
}

}  // namespace salus::app
