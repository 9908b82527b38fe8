#include "app/audit_section.h"

namespace salus::app {
namespace {

constexpr std::int64_t kIntervalMost = 3'600;  // seconds
constexpr std::int64_t kPatienceMost = 604'800;
constexpr std::int64_t kMirrorTimeoutLeast = 100;  // milliseconds
constexpr std::int64_t kMirrorTimeoutMost = 60'000;
constexpr std::chrono::milliseconds kAcknowledgeWithin{3'000};  // unless it is configured

void read_mirror(toml::table const* table, Configuration& configuration, std::string& why) {
    Section section(table, "audit.mirror", why);
    auto& mirror = configuration.audit.mirror.emplace();
    auto const& directory = configuration.directory;
    mirror.host = section.text("host");
    mirror.port = static_cast<std::uint16_t>(section.number("port", 1, 65'535));
    mirror.authorities = directory / section.text("authorities");
    auto const pin = section.text("server_key");
    auto const digest = from_base64(pin);
    if (!pin.empty() && (!digest || digest->size() != sizeof(crypto::Sha256Digest))) {
        section.complain("server_key", "must be empty, or a SHA-256 in base64");
    } else if (!pin.empty()) {
        std::ranges::copy(*digest, mirror.server_key.emplace().begin());
    }
    mirror.certificate = directory / section.text("certificate");
    mirror.certificate_key = directory / section.text("certificate_key");
    mirror.key = directory / section.text("key");
    mirror.timeout = std::chrono::milliseconds(
        section.number("timeout_ms", kMirrorTimeoutLeast, kMirrorTimeoutMost));
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
            section.number("acknowledge_within_ms", kMirrorTimeoutLeast, kMirrorTimeoutMost));
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
    if (audit.patience.closed_after.count() > 0 &&
        audit.patience.closed_after < audit.patience.degraded_after) {
        section.complain("closed_after_seconds", "must be 0 or at least degraded_after_seconds");
    }
    if (section.has("mirror")) read_mirror(section.section("mirror"), configuration, why);
    section.finish();
}

}  // namespace salus::app
