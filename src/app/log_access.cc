#include "app/log_access.h"

#include <unistd.h>

#include "app/instance.h"
#include "app/unix_user.h"

namespace salus::app {
namespace {

std::string describe(Configuration const& configuration, audit::AccessFinding const& finding) {
    auto text = finding.path + " " + std::string(finding.why.text());
    if (!finding.mendable) return text + ": docs/handbook/audit-signing.md, \"Users\"";
    return text + ": `salus audit access --mend --dir " + configuration.directory.string() +
           "` mends it";
}

}  // namespace

std::optional<audit::LogAccess> log_access(Configuration const& configuration, std::string& why) {
    audit::LogAccess access{.owner = ::geteuid(), .readers = std::nullopt};
    auto const& name = configuration.audit.reader_group;
    if (name.empty()) return access;
    access.readers = group_id(name);
    if (!access.readers) {
        why = "audit.reader_group: the system has no such group";
        return std::nullopt;
    }
    if (is_in_group(*access.readers)) return access;
    why = "audit.reader_group: the server's user is not in it, so it could give no file to it";
    return std::nullopt;
}

Result<void> check_log_access(Configuration const& configuration, std::string& why) {
    auto const access = log_access(configuration, why);
    if (!access) return fail(Errc::invalid, "the readers of the audit logs");
    SALUS_TRY(auto const findings, audit::check_access(Layout{configuration.directory}.audit_logs(),
                                                       *access, audit::AccessDepth::all_but_tiles));
    if (findings.empty()) return {};
    why = describe(configuration, findings.front());
    return fail(Errc::corrupt, "the rights to the audit logs are not what they should be");
}

LogAccessFacts log_access_facts(Configuration const& configuration) {
    std::string why;
    auto const checked = check_log_access(configuration, why);
    auto const& group = configuration.audit.reader_group;
    if (checked) {
        auto const readers = group.empty() ? std::string("nobody else") : "the group " + group;
        return {"files of the logs: the server's user alone writes, " + readers + " reads", true};
    }
    if (why.empty()) why = checked.error().why.text();
    return {"files of the logs: " + why, false};
}

}  // namespace salus::app
