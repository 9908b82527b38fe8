// `salus audit reconcile`: the store of a stopped instance against its audit logs, from the files
// alone.
#include "app/audit_logs.h"
#include "app/instance.h"
#include "app/terminal.h"
#include "reconciliation/reconciliation.h"
#include "store/embedded/embedded_digests.h"

namespace salus::app {
namespace {

using reconciliation::Report;

constexpr std::size_t kFindingsShown = 100;

std::string describe(reconciliation::Finding const& finding,
                     std::vector<AuditLogPlace> const& places) {
    auto text = std::string(reconciliation::name_of(finding.kind).text()) + ": ";
    text += finding.type.empty() ? "document" : finding.type;
    text += " " + finding.address.hex() + ", version " + std::to_string(finding.version);
    if (!finding.leaf) return text + ", in no leaf";
    return text + ", leaf " + std::to_string(*finding.leaf) + " of " + places[finding.log].name;
}

int say_report(Report const& report, std::vector<AuditLogPlace> const& places) {
    if (report.damaged) {
        say_problem("FOUND: the log of " + places[report.damaged->log].name +
                    " is not whole: " + std::string(report.damaged->finding.why.text()));
        say_problem("       `salus audit verify` says where; nothing was compared with it");
        return kFoundWrong;
    }
    say(std::to_string(report.rows) + " versions in the store, " + std::to_string(report.writes) +
        " written by the logs");
    if (report.clean()) {
        say("Store and audit logs agree.");
        return kDone;
    }
    auto const shown = std::min(report.kept.size(), kFindingsShown);
    for (auto const& finding : std::span(report.kept).first(shown)) {
        say_problem("FOUND: " + describe(finding, places));
    }
    say_problem(std::to_string(report.findings) + " findings" +
                (shown < report.findings ? ", the first " + std::to_string(shown) + " shown" : ""));
    return kFoundWrong;
}

Result<Report> compare(Layout const& layout, std::vector<AuditLogPlace> const& places) {
    std::vector<reconciliation::LogOfStore> logs;
    logs.reserve(places.size());
    for (auto const& place : places) {
        logs.push_back({.directory = place.directory,
                        .settled_before = std::numeric_limits<std::uint64_t>::max()});
    }
    SALUS_TRY(auto const rows, store::open_embedded_digests(layout.store()));
    // An unfinished batch is the next start's business, and nothing in the store came of it.
    return reconciliation::reconcile(*rows, logs, audit::Writer::running, layout.run());
}

}  // namespace

int audit_reconcile(std::filesystem::path const& directory) {
    std::string why;
    AuditLogOptions options;
    options.directory = directory;
    auto const places = find_audit_logs(options, why);
    if (!places) {
        say_problem(why);
        return kFailed;
    }
    Layout const layout{directory};
    // Held to the end, so that no server starts meanwhile.
    auto const lock = FileLock::acquire(layout.lock());
    if (!lock) {
        say_problem("the instance is in use",
                    "A server compares by itself: send it SIGUSR2, and see `salus check`, AUD-1.");
        return kFailed;
    }
    auto const report = compare(layout, *places);
    if (!report) {
        say_problem("store and logs cannot be compared: " + std::string(report.error().why.text()));
        return report.error().code == Errc::corrupt ? kFoundWrong : kFailed;
    }
    return say_report(*report, *places);
}

}  // namespace salus::app
