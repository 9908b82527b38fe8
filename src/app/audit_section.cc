#include "app/audit_section.h"

#include "app/tls_link.h"
#include "audit/retention.h"

namespace salus::app {
namespace {

constexpr std::int64_t kIntervalMost = 3'600;  // seconds
constexpr std::int64_t kPatienceMost = 604'800;
constexpr std::int64_t kConfirmMost = 600;
constexpr std::int64_t kAcknowledgeLeast = 100;  // milliseconds
constexpr std::int64_t kAcknowledgeMost = 60'000;
constexpr std::chrono::milliseconds kAcknowledgeWithin{3'000};  // unless it is configured

void read_mirror(toml::table const* table, Configuration& configuration, std::string& why) {
    Section section(table, "audit.mirror", why);
    auto& mirror = configuration.audit.mirror.emplace();
    mirror.link = read_tls_link(section, configuration.directory);
    if (mirror.link.certificate.empty()) section.complain("certificate", "must not be empty");
    mirror.key = configuration.directory / section.text("key");
    auto& patience = mirror.patience;
    patience.alarm_after =
        std::chrono::seconds(section.number("alarm_after_seconds", 1, kPatienceMost));
    patience.late_after =
        std::chrono::seconds(section.number("late_after_seconds", 1, kPatienceMost));
    auto const when_late = section.text("when_late");
    patience.closes_when_late = when_late == "closed";
    if (when_late != "closed" && when_late != "degraded") {
        section.complain("when_late", "must be degraded or closed");
    }
    if (section.has("strict")) mirror.strict = section.boolean("strict");
    mirror.acknowledge_within = kAcknowledgeWithin;
    if (section.has("acknowledge_within_ms")) {
        mirror.acknowledge_within = std::chrono::milliseconds(
            section.number("acknowledge_within_ms", kAcknowledgeLeast, kAcknowledgeMost));
    }
    section.finish();
}

void read_syslog(toml::table const* table, Configuration& configuration, std::string& why) {
    Section section(table, "audit.syslog", why);
    auto& syslog = configuration.audit.syslog.emplace();
    syslog.link = read_tls_link(section, configuration.directory);
    auto const confirmation = section.text("confirmation");
    bool const is_weak = confirmation == "close";
    if (is_weak) syslog.confirmation = syslog::Confirmation::close;
    if (!is_weak && confirmation != "close_notify") {
        section.complain("confirmation", "must be close_notify or close");
    }
    syslog.pace.confirm_after =
        std::chrono::seconds(section.number("confirm_after_seconds", 1, kConfirmMost));
    syslog.pace.alarm_after =
        std::chrono::seconds(section.number("alarm_after_seconds", 1, kPatienceMost));
    if (syslog.pace.alarm_after <= syslog.pace.confirm_after) {
        section.complain("alarm_after_seconds", "must be more than confirm_after_seconds");
    }
    section.finish();
}

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
    if (section.has("retention_years")) {
        // 45 CFR 164.316(b)(2)(i): six years.
        audit.retention_years = static_cast<int>(section.number(
            "retention_years", audit::kRetentionYearsLeast, audit::kRetentionYearsMost));
    }
    if (section.has("reader_group")) audit.reader_group = section.text("reader_group");
    if (section.has("accept_earlier_clock"))
        audit.accept_earlier_clock = section.boolean("accept_earlier_clock");
    if (audit.patience.closed_after.count() > 0 &&
        audit.patience.closed_after < audit.patience.degraded_after) {
        section.complain("closed_after_seconds", "must be 0 or at least degraded_after_seconds");
    }
    if (section.has("mirror")) read_mirror(section.section("mirror"), configuration, why);
    if (section.has("syslog")) read_syslog(section.section("syslog"), configuration, why);
    section.finish();
}

}  // namespace salus::app
