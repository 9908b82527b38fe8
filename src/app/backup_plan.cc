#include "app/backup_plan.h"

#include <algorithm>

#include "app/instance.h"
#include "app/parent_job.h"
#include "transparency/keyed_signer.h"
#include "transparency/pruned_tiles.h"

namespace salus::app {
namespace {

// Files that SQLite and durable replacement keep beside others: no part of what is stored.
bool is_beside(std::string const& name) {
    return name.ends_with("-wal") || name.ends_with("-shm") || name.ends_with(".new");
}

Result<std::vector<std::string>> files_below(std::filesystem::path const& instance,
                                             std::string const& folder) {
    std::vector<std::string> names;
    std::error_code error;
    std::filesystem::recursive_directory_iterator entry(instance / folder, error);
    for (; !error && entry != std::filesystem::recursive_directory_iterator();
         entry.increment(error)) {
        if (!entry->is_regular_file(error)) continue;
        auto name = std::filesystem::relative(entry->path(), instance, error).generic_string();
        if (!is_beside(name)) names.push_back(std::move(name));
    }
    if (error) return fail(Errc::unavailable, "the instance's directory cannot be read");
    std::ranges::sort(names);
    return names;
}

// The signer's memory with its public key, where the keys have its key. They are read before the
// logs: so the memory never tells of more leaves than the copy of a log has.
void add_signer(Configuration const& configuration, backup::Plan& plan) {
    Layout const layout{configuration.directory};
    bool const is_child = configuration.audit.signer == AuditConfiguration::Signer::child;
    if (!is_child || !std::filesystem::exists(layout.sealed_signer_key())) return;
    for (auto const& file : {transparency::public_key_file(layout.signer()),
                             transparency::memory_file(layout.signer())}) {
        plan.data_files.push_back("signer/" + file.filename().string());
    }
}

// Whether one is the other or stands inside it.
bool holds(std::filesystem::path const& outer, std::filesystem::path const& inner) {
    return std::ranges::mismatch(outer, inner).in1 == outer.end();
}

std::filesystem::path real(std::filesystem::path const& path) {
    std::error_code error;
    auto resolved = std::filesystem::weakly_canonical(path, error);
    if (error) return path;
    // "a/" and "a" are one place.
    return resolved.has_filename() ? resolved : resolved.parent_path();
}

}  // namespace

Result<backup::Plan> backup_plan(Configuration const& configuration) {
    auto const& instance = configuration.directory;
    backup::Plan plan{.instance = instance,
                      .realm = configuration.realm,
                      .store = "store/records.db",
                      .key_stores = {},
                      .data_files = {"salus.toml"},
                      .key_files = {},
                      .logs = {}};
    SALUS_TRY(auto const of_keys, files_below(instance, "keys"));
    for (auto const& name : of_keys) {
        if (!backup::is_file_name(name)) {
            return fail(Errc::invalid, "a file below keys/ has a name that no backup can hold");
        }
        (name.ends_with(".db") ? plan.key_stores : plan.key_files).push_back(name);
    }
    SALUS_TRY(auto const of_tls, files_below(instance, "tls"));
    for (auto const& name : of_tls) {
        if (name.ends_with(".crt")) plan.data_files.push_back(name);
        if (name.ends_with(".sealed")) plan.key_files.push_back(name);
    }
    add_signer(configuration, plan);
    // First, and so from before the logs that it states: a restored log is as long as the parent
    // says.
    auto logs = configuration.tenants;
    std::error_code error;
    if (std::filesystem::exists(Layout{instance}.audit(parent_log_name()), error)) {
        logs.insert(logs.begin(), parent_log_name());
    }
    for (auto const& tenant : logs) {
        auto const directory = "audit/" + tenant.text();
        SALUS_TRY(auto const pruning, audit::read_pruning(instance / directory));
        std::vector<std::string> tiles;
        if (!pruning.prefix.is_empty()) {
            SALUS_TRY(tiles,
                      transparency::pruned_tile_files(instance / directory, pruning.prefix.first));
        }
        plan.logs.push_back({.tenant = tenant, .directory = directory, .tiles = std::move(tiles)});
    }
    return plan;
}

Result<void> check_places(std::filesystem::path const& instance, std::filesystem::path const& to,
                          std::filesystem::path const& keys_to) {
    if (!to.is_absolute() || !keys_to.is_absolute()) {
        return fail(Errc::invalid, "the places of a backup are absolute paths");
    }
    std::array const places{real(std::filesystem::absolute(instance)), real(to), real(keys_to)};
    for (std::size_t i = 0; i < places.size(); ++i) {
        for (std::size_t j = 0; j < places.size(); ++j) {
            if (i == j || !holds(places[i], places[j])) continue;
            return fail(Errc::invalid,
                        "instance, data and keys are three places, none inside another");
        }
    }
    return {};
}

}  // namespace salus::app
