#include "reconciliation/reconciliation.h"

#include "reconciliation/comparison.h"
#include "reconciliation/written_versions.h"

namespace salus::reconciliation {
namespace {

constexpr std::size_t kRowsAtOnce = 256;

Result<std::uint64_t> read_rows(store::Digests& rows, SightingSorter& sorter,
                                std::stop_token const& stop) {
    for (std::uint64_t count = 0;;) {
        if (stop.stop_requested()) return fail(Errc::unavailable, "stopped");
        SALUS_TRY(auto const page, rows.next(kRowsAtOnce));
        if (page.empty()) return count;
        count += page.size();
        for (auto const& row : page) {
            SALUS_TRY_VOID(sorter.add({.address = row.place.address,
                                       .version = row.place.version,
                                       .leaf = Sighting::kNoLeaf,
                                       .compartment = row.compartment,
                                       .digest = row.digest,
                                       .seen = Seen::row}));
        }
    }
}

}  // namespace

Result<Report> reconcile(store::Digests& rows, std::span<LogOfStore const> logs,
                         audit::Writer writer, std::filesystem::path const& scratch,
                         std::stop_token const& stop) {
    Report report;
    SALUS_TRY(auto sorter, SightingSorter::make(scratch));
    SALUS_TRY(report.rows, read_rows(rows, sorter, stop));
    WrittenVersions written(sorter);
    for (std::size_t i = 0; i < logs.size(); ++i) {
        if (stop.stop_requested()) return fail(Errc::unavailable, "stopped");
        WrittenVersions::Log const log{.number = static_cast<std::uint16_t>(i),
                                       .settled_before = logs[i].settled_before};
        SALUS_TRY(auto damage, written.add_log(logs[i].directory, log, writer, stop));
        if (damage) {
            report.damaged = DamagedLog{i, *std::move(damage)};
            return report;
        }
    }
    report.writes = written.count();
    SALUS_TRY_VOID(sorter.sort());
    Comparison comparison(written, report);
    while (true) {
        if (stop.stop_requested()) return fail(Errc::unavailable, "stopped");
        SALUS_TRY(auto const sighting, sorter.next());
        if (!sighting) break;
        comparison.add(*sighting);
    }
    comparison.end();
    return report;
}

}  // namespace salus::reconciliation
