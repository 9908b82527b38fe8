// REC: the contingency plan, 45 CFR 164.308(a)(7): backups that exist, are young, and were tried.
#include <fmt/format.h>

#include "app/backup_report.h"
#include "app/control_readings.h"
#include "app/drill_record.h"
#include "app/instance.h"

namespace salus::app {
namespace {

constexpr std::size_t kBackupKeyBytes = 4096;
constexpr std::int64_t kMicroseconds = 1'000'000;

// The newest backup, both parts with signatures by this instance's key.
Result<backup::Restore> newest_backup(Configuration const& configuration) {
    SALUS_TRY(auto const pem,
              read_file(Layout{configuration.directory}.backup_public_key(), kBackupKeyBytes));
    SALUS_TRY(auto key, backup::public_key_from_pem(text_of(pem)));
    backup::Choice choice;
    choice.pin = std::move(key);
    return backup::Restore::choose(configuration.backup.target, configuration.backup.keys_target,
                                   choice);
}

}  // namespace

Finding backups(EvidenceContext const& context) {
    auto const& configuration = context.sources.configuration;
    if (configuration.backup.target.empty()) {
        return partly(
            "no place is configured in [backup]; what `salus backup` writes elsewhere is "
            "not watched");
    }
    auto const newest = newest_backup(configuration);
    if (!newest) {
        return broken(
            fmt::format("no good backup at the configured places: {}", newest.error().why.text()));
    }
    auto const point = newest->data().point;
    auto evidence = fmt::format("backup {} of {} ago, signatures verified", newest->data().backup,
                                age_of(point));
    auto const now = to_unix_seconds(context.sources.clock.now());
    auto const most = std::chrono::seconds(configuration.backup.warn_after).count();
    bool const young = now - point / kMicroseconds <= most;
    if (!young) return broken(evidence + fmt::format("; older than {} h", most / 3600));
    auto const drill = read_drill_record(Layout{configuration.directory}.last_drill());
    if (!drill) return partly(evidence + "; no drill was ever made");
    evidence += fmt::format("; last drill: backup {}, {} ago, {}", drill->backup,
                            age_of(drill->time * kMicroseconds), drill->good ? "good" : "FAILED");
    return works_if(drill->good, std::move(evidence));
}

}  // namespace salus::app
