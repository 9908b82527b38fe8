#include "app/audit_logs.h"

#include "app/instance.h"
#include "app/parent_job.h"
#include "transparency/keyed_signer.h"
#include "transparency/log_check.h"

namespace salus::app {

using transparency::NoteVerifier;

namespace {

constexpr std::size_t kKeyBytes = 4096;

std::optional<AuditLogPlace> place_of(std::string name, std::filesystem::path directory,
                                      std::filesystem::path const& key, std::string origin,
                                      std::string& why) {
    AuditLogPlace place{std::move(name), origin, std::move(directory), std::nullopt};
    if (key.empty()) return place;
    auto verifier = read_log_key(key, std::move(origin));
    if (!verifier) {
        why = "the signer's public key: " + std::string(verifier.error().why.text());
        return std::nullopt;
    }
    place.verifier = *std::move(verifier);
    return place;
}

std::optional<std::vector<AuditLogPlace>> one_log(AuditLogOptions const& options,
                                                  std::string& why) {
    auto origin = transparency::origin_of_log(options.log);
    // What is wrong with the first segment, the verifier says.
    auto place = place_of(options.log.filename().string(), options.log, options.key,
                          origin ? *std::move(origin) : "unknown", why);
    if (!place) return std::nullopt;
    std::vector<AuditLogPlace> places;
    places.push_back(*std::move(place));
    return places;
}

std::optional<AuditLogPlace> place_in(Configuration const& configuration,
                                      AuditLogOptions const& options, TenantName const& name,
                                      std::string& why) {
    auto key = options.key;
    // An instance that never served has no signer yet.
    if (key.empty() && std::filesystem::exists(configuration.audit.signer_key)) {
        key = configuration.audit.signer_key;
    }
    return place_of(name.text(), Layout{options.directory}.audit(name), key,
                    audit_origin(configuration.realm, name), why);
}

}  // namespace

Result<NoteVerifier> read_log_key(std::filesystem::path const& file, std::string origin) {
    if (auto key = transparency::read_public_key(file)) {
        return NoteVerifier::make(std::move(origin), *std::move(key));
    }
    SALUS_TRY(auto const contents, read_file(file, kKeyBytes));
    auto text = text_of(contents);
    if (text.ends_with('\n')) text.remove_suffix(1);
    return NoteVerifier::parse(text);
}

std::optional<std::vector<AuditLogPlace>> find_audit_logs(AuditLogOptions const& options,
                                                          std::string& why) {
    if (!options.log.empty()) return one_log(options, why);
    auto const configuration = read_configuration(options.directory, why);
    if (!configuration) return std::nullopt;
    auto names = configuration->tenants;
    if (options.tenant == audit::kParentLogName) names = {parent_log_name()};
    std::vector<AuditLogPlace> places;
    for (auto const& name : names) {
        if (!options.tenant.empty() && name.text() != options.tenant) continue;
        auto place = place_in(*configuration, options, name, why);
        if (!place) return std::nullopt;
        places.push_back(*std::move(place));
    }
    if (places.empty()) why = "there is no such tenant";
    return places.empty() ? std::nullopt : std::optional(std::move(places));
}

std::optional<AuditLogPlace> find_parent_log(AuditLogOptions const& options, std::string& why) {
    auto const configuration = read_configuration(options.directory, why);
    if (!configuration) return std::nullopt;
    std::error_code error;
    auto const name = parent_log_name();
    if (!std::filesystem::exists(Layout{options.directory}.audit(name), error)) return std::nullopt;
    return place_in(*configuration, options, name, why);
}

}  // namespace salus::app
