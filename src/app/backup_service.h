// Backups of an opened instance: one at a time, on a thread of its own. It records in every
// tenant's audit log that a backup is begun, durably, before it reads a byte; and how it ended. A
// log that cannot be written means no backup (AUD-2).
//
// Thread safety: any thread. The thread waits for the disk, and for the key management service
// once.
#pragma once

#include <atomic>
#include <thread>

#include "admin/backups.h"
#include "app/configuration.h"
#include "audit/leaf.h"
#include "audit/log.h"
#include "backup/make_backup.h"
#include "foundation/log.h"
#include "foundation/thread_annotations.h"
#include "keys/key_management_service.h"

namespace salus::app {

// All outlive the service.
struct BackupSources {
    Configuration const& configuration;
    keys::KeyManagementService& key_service;
    Clock const& clock;
    Log const& log;
    crypto::Random& random;
    struct TenantLog {
        TenantName name;
        audit::Log& log;
    };
    std::vector<TenantLog> tenants;  // the first one first
};

class BackupService final : public admin::Backups {
public:
    explicit BackupService(BackupSources sources) : sources_(std::move(sources)) {}
    // Interrupts a backup that is running: it is then none.
    ~BackupService() override;

    Result<void> begin(admin::BackupPlaces const& places) override;
    [[nodiscard]] admin::BackupProgress progress() const override;
    Result<void> record(admin::DrillReport const& report) override;

private:
    void run(std::stop_token const& stop, backup::Repository data, backup::Repository keys);
    Result<backup::Made> make(std::stop_token const& stop, backup::Repository& data,
                              backup::Repository& keys);
    Result<void> append(BackupSources::TenantLog const& tenant, audit::LeafBuilder leaf);
    void finish(Result<backup::Made> const& made);

    BackupSources sources_;
    mutable Mutex mutex_;
    admin::BackupProgress progress_ SALUS_GUARDED_BY(mutex_);
    std::jthread thread_ SALUS_GUARDED_BY(mutex_);
};

}  // namespace salus::app
