// `salus audit access`: who may read the files of an instance's audit logs, and whether they are
// so.
#include <sys/stat.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/instance.h"
#include "app/log_access.h"
#include "app/terminal.h"

namespace salus::app {
namespace {

// To the administrator of the machine the server's user is whoever has the directory of the logs.
std::optional<audit::LogAccess> access_of(Configuration const& configuration, std::string& why) {
    auto access = log_access(configuration, why);
    struct stat found{};
    auto const logs = Layout{configuration.directory}.audit_logs();
    if (access && ::geteuid() == 0 && ::stat(logs.c_str(), &found) == 0) {
        access->owner = found.st_uid;
    }
    return access;
}

int say_error(Error const& error) {
    say_problem(error.why.text());
    return kFailed;
}

int show(Configuration const& configuration, audit::LogAccess const& access) {
    auto const findings = audit::check_access(Layout{configuration.directory}.audit_logs(), access,
                                              audit::AccessDepth::everything);
    if (!findings) return say_error(findings.error());
    auto const& group = configuration.audit.reader_group;
    say("writes   user " + std::to_string(access.owner));
    say("reads    " + (group.empty() ? "nobody else" : "group " + group));
    for (auto const& finding : *findings) {
        say_problem("FOUND: " + finding.path + " " + std::string(finding.why.text()) +
                    (finding.mendable ? " (--mend)" : ""));
    }
    if (!findings->empty()) return kFoundWrong;
    say("Nobody else has rights to the files of the audit logs.");
    return kDone;
}

}  // namespace

int audit_access(AuditAccessOptions const& options) {
    std::string why;
    auto const configuration = read_configuration(options.directory, why);
    auto const access = configuration ? access_of(*configuration, why) : std::nullopt;
    if (!access) {
        say_problem(why);
        return kFailed;
    }
    if (options.mend) {
        auto const mended = audit::mend_access(Layout{options.directory}.audit_logs(), *access);
        if (!mended) return say_error(mended.error());
        say("mended   " + std::to_string(*mended));
    }
    return show(*configuration, *access);
}

}  // namespace salus::app
