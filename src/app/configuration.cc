#include "app/configuration.h"

#include <algorithm>
#include <limits>

#include "app/access_context_section.h"
#include "app/audit_section.h"
#include "app/consent_section.h"
#include "app/crypto_section.h"
#include "app/keys_section.h"
#include "app/oauth_section.h"
#include "app/outside_provider_section.h"
#include "app/policy_section.h"
#include "app/rotation_section.h"
#include "app/section.h"
#include "app/sign_in_section.h"
#include "fhir/definitions.h"
#include "foundation/file.h"
#include "foundation/limits.h"
#include "keys/instance_root.h"

namespace salus::app {
namespace {

constexpr std::size_t kConfigurationBytes = 1 * limits::kMiB;

bool is_tenant_name(std::string_view name) {
    return !name.empty() && name.size() <= 32 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

void read_server(toml::table const* table, Configuration& configuration, std::string& why) {
    Section section(table, "server", why);
    auto& server = configuration.server;
    server.address = section.text("address");
    server.port = static_cast<std::uint16_t>(section.number("port", 0, 65'535));
    // Instances made before there was one do not have it.
    if (section.has("mutual_tls_port"))
        server.mutual_tls_port =
            static_cast<std::uint16_t>(section.number("mutual_tls_port", 0, 65'535));
    if (server.mutual_tls_port != 0 && server.mutual_tls_port == server.port)
        section.complain("mutual_tls_port", "must be another than port");
    server.public_url = section.text("public_url");
    if (!server.public_url.starts_with("https://") || server.public_url.ends_with('/')) {
        section.complain("public_url", "must begin with https:// and end without a slash");
    }
    server.event_loops = static_cast<unsigned>(section.number("event_loops", 0, 256));
    server.workers = static_cast<unsigned>(section.number("workers", 0, 256));
    server.certificate = configuration.directory / section.text("certificate");
    server.certificate_key = configuration.directory / section.text("certificate_key");
    section.finish();
}

void read_tenants(toml::node_view<toml::node const> node, Configuration& configuration,
                  std::string& why) {
    auto const* tenants = node.as_array();
    for (std::size_t i = 0; tenants != nullptr && i < tenants->size(); ++i) {
        Section section(tenants->get(i)->as_table(), "tenant", why);
        TenantName name(section.text("name"));
        if (!is_tenant_name(name.text())) {
            section.complain("name", "must be 1 to 32 of a-z, 0-9 and -");
        }
        if (name.text() == keys::kInstanceName) {
            section.complain("name", "is the instance's own");
        }
        if (std::ranges::find(configuration.tenants, name) != configuration.tenants.end()) {
            section.complain("name", "occurs twice");
        }
        section.finish();
        configuration.tenants.push_back(std::move(name));
    }
    if (configuration.tenants.empty() && why.empty()) why = "tenant: at least one is needed";
}

void read_backup(toml::table const* table, Configuration& configuration, std::string& why) {
    Section section(table, "backup", why);
    auto& backup = configuration.backup;
    backup.target = section.text("target");
    backup.keys_target = section.text("keys_target");
    auto const absolute = [](std::filesystem::path const& path) {
        return path.empty() || path.is_absolute();
    };
    if (!absolute(backup.target)) section.complain("target", "must be an absolute path");
    if (!absolute(backup.keys_target)) section.complain("keys_target", "must be an absolute path");
    if (backup.target.empty() != backup.keys_target.empty()) {
        section.complain("keys_target", "and target go together");
    }
    backup.warn_after = std::chrono::hours(section.number("warn_after_hours", 1, 8760));
    section.finish();
}

LogLevel log_level(Section& section) {
    auto const level = section.text("level");
    if (level == "debug") return LogLevel::debug;
    if (level == "warning") return LogLevel::warning;
    if (level == "error") return LogLevel::error;
    if (level != "info") section.complain("level", "must be debug, info, warning or error");
    return LogLevel::info;
}

void read_root(toml::table const& root, Configuration& configuration, std::string& why) {
    Section top(&root, "", why);
    Section instance(top.section("instance"), "instance", why);
    configuration.realm = instance.text("realm");
    instance.finish();
    read_server(top.section("server"), configuration, why);
    read_keys(top.section("keys"), configuration, why);
    read_rotation(top.section("rotation"), configuration, why);
    Section search(top.section("search"), "search", why);
    configuration.index_cache_bytes =
        static_cast<std::size_t>(search.number("index_cache_mib", 0, 1 << 20)) << 20U;
    search.finish();
    Section log(top.section("log"), "log", why);
    configuration.log_level = log_level(log);
    log.finish();
    // Instances made before there were backups do not have it.
    if (top.has("backup")) read_backup(top.section("backup"), configuration, why);
    if (top.has("crypto")) read_crypto(top.section("crypto"), configuration.crypto, why);
    if (top.has("oauth")) read_oauth(top.section("oauth"), configuration, why);
    if (top.has("sign_in")) read_sign_in(top.section("sign_in"), configuration, why);
    read_audit(top.has("audit") ? top.section("audit") : nullptr, configuration, why);
    static_cast<void>(top.has("tenant"));
    read_tenants(toml::node_view<toml::node const>(root.get("tenant")), configuration, why);
    if (top.has("consent")) read_consent(top.section("consent"), configuration, why);
    if (top.has("access_context"))
        read_access_context(top.section("access_context"), configuration, why);
    read_policy(top, configuration, why);
}

}  // namespace

std::string ServerConfiguration::mutual_tls_origin() const {
    if (mutual_tls_port == 0) return {};
    auto const host_at = public_url.find("//") + 2;
    auto const path_at = std::min(public_url.find('/', host_at), public_url.size());
    auto const bracket = public_url.find(']', host_at);
    auto const colon = public_url.find(':', bracket < path_at ? bracket : host_at);
    return public_url.substr(0, std::min(colon, path_at)) + ":" + std::to_string(mutual_tls_port);
}

std::optional<Configuration> read_configuration(std::filesystem::path const& directory,
                                                std::string& why) {
    auto const bytes = read_file(directory / "salus.toml", kConfigurationBytes);
    if (!bytes) {
        why = "salus.toml: " + std::string(bytes.error().why.text());
        return std::nullopt;
    }
    auto const parsed = toml::parse(text_of(*bytes));
    if (!parsed) {
        why = "salus.toml, line " + std::to_string(parsed.error().source().begin.line) + ": " +
              std::string(parsed.error().description());
        return std::nullopt;
    }
    Configuration configuration;
    configuration.directory = directory;
    configuration.text = text_of(*bytes);
    static constexpr std::array<std::string_view, 16> kSections{
        "instance", "server",        "keys",    "rotation",      "search",  "log",
        "backup",   "crypto",        "audit",   "oauth",         "sign_in", "tenant",
        "policy",   "authorization", "consent", "access_context"};
    for (auto const& [key, value] : parsed.table()) {
        if (std::ranges::find(kSections, key.str()) == kSections.end() && why.empty()) {
            why = std::string(key.str()) + ": is not a section of Salus";
        }
    }
    read_root(parsed.table(), configuration, why);
    if (!why.empty()) return std::nullopt;
    return configuration;
}

}  // namespace salus::app
