#include "app/commands.h"
#include "app/instance.h"
#include "app/terminal.h"
#include "audit/verifier.h"

namespace salus::app {
namespace {

void say_finding(audit::Finding const& finding) {
    say_problem("FOUND: " + std::string(finding.why.text()));
    say_problem("       file " + finding.file + ", offset " + std::to_string(finding.offset) +
                ", leaf " + std::to_string(finding.index));
}

int verify_one(std::filesystem::path const& directory, audit::Writer writer) {
    auto const report = audit::verify_log(directory, writer);
    auto const name = directory.filename().string();
    if (!report) {
        say_problem(name + ": the log cannot be read: " + std::string(report.error().why.text()));
        return kFailed;
    }
    say(name + ": " + std::to_string(report->size) + " leaves, " + std::to_string(report->batches) +
        " batches, " + std::to_string(report->segments) + " segments, " +
        std::to_string(report->open_intents.size()) + " open intents");
    say("  origin " + report->origin);
    say("  root   " + to_hex(report->root));
    if (!report->finding) return kDone;
    say_finding(*report->finding);
    return kFoundWrong;
}

}  // namespace

int audit_verify(AuditVerifyOptions const& options) {
    Layout const layout{options.directory};
    bool const stopped = FileLock::acquire(layout.lock()).has_value();
    auto const writer = stopped ? audit::Writer::stopped : audit::Writer::running;
    int code = kDone;
    std::error_code error;
    std::filesystem::directory_iterator const logs(options.directory / "audit", error);
    if (error) {
        say_problem("there is no audit log in " + options.directory.string());
        return kFailed;
    }
    for (auto const& entry : logs) {
        if (entry.is_directory()) code = std::max(code, verify_one(entry.path(), writer));
    }
    if (code == kDone) say("The audit log is whole.");
    return code;
}

}  // namespace salus::app
