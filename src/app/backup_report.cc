#include "app/backup_report.h"

#include <algorithm>
#include <fmt/format.h>

#include "foundation/clock.h"

namespace salus::app {
namespace {

std::int64_t number(json::Value value, std::string_view name) {
    auto const member = value.member(name);
    return member ? member->integer().value_or(0) : 0;
}

std::string counts(json::Value progress, std::string_view part) {
    auto const of_part = progress.member(part);
    if (!of_part) return std::string(part);
    return fmt::format("{}: {} blocks, {} bytes; new of these: {} blocks, {} bytes", part,
                       number(*of_part, "blocks"), number(*of_part, "bytes"),
                       number(*of_part, "new_blocks"), number(*of_part, "new_bytes"));
}

}  // namespace

std::string instant_of(std::int64_t microseconds) {
    return to_instant(WallTime(std::chrono::microseconds(microseconds)));
}

std::string age_of(std::int64_t microseconds) {
    auto const now = SystemClock().now().time_since_epoch();
    auto const age = std::max(now - std::chrono::microseconds(microseconds), {});
    auto const minutes = std::chrono::duration_cast<std::chrono::minutes>(age).count();
    return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

std::string fingerprint_of(crypto::VerifyingKey const& key) {
    return to_base64(crypto::sha256(key.spki()));
}

std::vector<std::string> describe_backup_made(json::Value progress) {
    return {fmt::format("Backup {}; point of recovery {}", number(progress, "backup"),
                        instant_of(number(progress, "point"))),
            "  " + counts(progress, "data"), "  " + counts(progress, "keys"),
            "Keep apart from both places: credentials/, tls/server.key, keys/backup-signing.pem."};
}

std::vector<std::string> describe_choice(backup::Restore const& restore, bool pinned) {
    auto const& data = restore.data();
    return {fmt::format("Backup {} of instance {}; point of recovery {}, {} ago", data.backup,
                        data.realm, instant_of(data.point), age_of(data.point)),
            fmt::format("  keys of backup {}, {}", restore.keys().backup,
                        instant_of(restore.keys().point)),
            fmt::format("  signed by {}: {}", fingerprint_of(restore.signer()),
                        pinned ? "the key that was given"
                               : "a key that the backup itself names; --public-key pins it")};
}

std::vector<std::string> describe_checked(backup::Checked const& checked) {
    std::vector<std::string> lines{
        fmt::format("  {} versions of records in {} compartments: each key is there",
                    checked.versions, checked.compartments),
        fmt::format("  {} audit leaves: whole, and those that the manifest names", checked.leaves),
        fmt::format("  {} versions were acknowledged while the backup was made and are lost; the "
                    "audit log has their records",
                    checked.lost_writes)};
    if (checked.erased_versions != 0) {
        lines.push_back(fmt::format("  {} versions stay erased: their keys were destroyed",
                                    checked.erased_versions));
    }
    return lines;
}

}  // namespace salus::app
