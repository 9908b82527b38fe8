#include "app/audit_section.h"

namespace salus::app {
namespace {

constexpr std::int64_t kIntervalMost = 3'600;  // seconds
constexpr std::int64_t kPatienceMost = 604'800;

}  // namespace

void read_audit(toml::table const* table, Configuration& configuration, std::string& why) {
    auto& audit = configuration.audit;
    auto const& directory = configuration.directory;
    audit.socket = directory / "run" / "signer.socket";
    audit.signer_key = directory / "signer" / "checkpoint.pub";
    // Instances that were made before checkpoints have no such section.
    if (table == nullptr) return;
    Section section(table, "audit", why);
    auto const signer = section.text("signer");
    audit.signer =
        signer == "socket" ? AuditConfiguration::Signer::socket : AuditConfiguration::Signer::child;
    if (signer != "socket" && signer != "child") {
        section.complain("signer", "must be child or socket");
    }
    audit.socket = directory / section.text("socket");
    audit.signer_user = section.text("signer_user");
    audit.signer_key = directory / section.text("signer_key");
    audit.interval = std::chrono::seconds(section.number("checkpoint_seconds", 1, kIntervalMost));
    audit.patience.degraded_after =
        std::chrono::seconds(section.number("degraded_after_seconds", 1, kPatienceMost));
    audit.patience.closed_after =
        std::chrono::seconds(section.number("closed_after_seconds", 0, kPatienceMost));
    if (section.has("reconcile_seconds")) {
        audit.reconcile_interval =
            std::chrono::seconds(section.number("reconcile_seconds", 0, kPatienceMost));
    }
    if (audit.patience.closed_after.count() > 0 &&
        audit.patience.closed_after < audit.patience.degraded_after) {
        section.complain("closed_after_seconds", "must be 0 or at least degraded_after_seconds");
    }
    section.finish();
}

}  // namespace salus::app
