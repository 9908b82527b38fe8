#include "app/backup_service.h"

#include "app/backup_key.h"
#include "app/backup_plan.h"
#include "app/drill_record.h"
#include "app/record_leaf.h"
#include "app/signer_backup.h"

namespace salus::app {
namespace {

using State = admin::BackupProgress::State;

admin::BackupCounts counts_of(backup::BlockCounts const& counts) {
    return {.blocks = counts.blocks,
            .bytes = counts.bytes,
            .new_blocks = counts.new_blocks,
            .new_bytes = counts.new_bytes};
}

std::int64_t number(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

}  // namespace

BackupService::~BackupService() {
    std::jthread last;
    {
        MutexLock const lock(mutex_);
        last = std::move(thread_);
    }
    last.request_stop();
}

Result<void> BackupService::begin(admin::BackupPlaces const& places) {
    auto const& configuration = sources_.configuration;
    SALUS_TRY_VOID(check_places(configuration.directory, places.to, places.keys_to));
    auto data = backup::Repository::open(places.to, backup::Part::data);
    auto keys = backup::Repository::open(places.keys_to, backup::Part::keys);
    if (!data || !keys || data->realm() != configuration.realm ||
        keys->realm() != configuration.realm) {
        return fail(Errc::invalid, "the places are not repositories of this instance's backups");
    }
    MutexLock const lock(mutex_);
    if (progress_.state == State::running) {
        return fail(Errc::conflict, "a backup is running");
    }
    if (thread_.joinable()) thread_.join();  // it has ended, but for its last line
    progress_ = {.state = State::running};
    thread_ = std::jthread([this, data = *std::move(data), keys = *std::move(keys)](
                               std::stop_token const& stop) { run(stop, data, keys); });
    return {};
}

admin::BackupProgress BackupService::progress() const {
    MutexLock const lock(mutex_);
    return progress_;
}

Result<void> BackupService::append(BackupSources::TenantLog const& tenant,
                                   audit::LeafBuilder leaf) {
    return record_leaf(tenant.log, tenant.name, std::move(leaf));
}

void BackupService::run(std::stop_token const& stop, backup::Repository data,
                        backup::Repository keys) {
    auto const made = make(stop, data, keys);
    finish(made);
    MutexLock const lock(mutex_);
    progress_ = {};
    progress_.state = made ? State::made : State::failed;
    if (!made) {
        progress_.why = made.error().why;
        return;
    }
    progress_.backup = made->backup;
    progress_.point = made->point;
    progress_.data = counts_of(made->data);
    progress_.keys = counts_of(made->keys);
}

Result<backup::Made> BackupService::make(std::stop_token const& stop, backup::Repository& data,
                                         backup::Repository& keys) {
    for (auto const& tenant : sources_.tenants) {
        SALUS_TRY_VOID(
            append(tenant, audit::LeafBuilder(audit::Event::backup_begun, audit::Outcome::ok)));
    }
    auto const& configuration = sources_.configuration;
    SALUS_TRY(auto const key,
              backup_signing_key(Layout{configuration.directory}, configuration.realm,
                                 sources_.key_service, sources_.random));
    if (configuration.audit.signer == AuditConfiguration::Signer::child) {
        SALUS_TRY_VOID(seal_signer_key(Layout{configuration.directory}, configuration.realm,
                                       sources_.key_service, sources_.random));
    }
    SALUS_TRY(auto const plan, backup_plan(configuration));
    return backup::make_backup(plan, data, keys, key, sources_.clock, stop);
}

void BackupService::finish(Result<backup::Made> const& made) {
    for (auto const& tenant : sources_.tenants) {
        audit::LeafBuilder leaf(audit::Event::backup_made,
                                made ? audit::Outcome::ok : audit::Outcome::error);
        if (!made) leaf.reason(made.error().why);
        if (made) leaf.number("backup", number(made->backup)).number("point", made->point);
        // The backup is there, or not; the log's own state says that it cannot be written.
        static_cast<void>(append(tenant, std::move(leaf)));
    }
    if (made) {
        sources_.log.write(LogLevel::info, "backup.made", field("backup", made->backup),
                           field("new_bytes", made->data.new_bytes + made->keys.new_bytes));
    } else {
        sources_.log.write(LogLevel::error, "backup.failed", field("reason", made.error().why));
    }
}

Result<void> BackupService::record(admin::DrillReport const& report) {
    audit::LeafBuilder leaf(audit::Event::backup_drilled,
                            report.good ? audit::Outcome::ok : audit::Outcome::error);
    leaf.number("backup", number(report.backup)).number("versions", number(report.versions));
    SALUS_TRY_VOID(append(sources_.tenants.front(), std::move(leaf)));
    DrillRecord const record{.backup = report.backup,
                             .good = report.good,
                             .time = to_unix_seconds(sources_.clock.now())};
    return keep_drill_record(Layout{sources_.configuration.directory}.last_drill(), record);
}

}  // namespace salus::app
