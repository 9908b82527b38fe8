// KEY: secrets and keys, on disk and in memory.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/control_readings.h"
#include "app/instance.h"
#include "keys/process_memory.h"
#include "keys/secret_source.h"

namespace salus::app {
namespace {

// Modes of files that hold secrets.
struct SecretFiles {
    int found = 0;
    int open_to_others = 0;
    void look_at(std::filesystem::path const& path) {
        struct stat facts{};
        if (::stat(path.c_str(), &facts) != 0) return;
        ++found;
        if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) ++open_to_others;
    }
};

bool looks_like_key_material(std::string_view value) {
    return value.contains("PRIVATE KEY-----") || value.contains(R"("d":")");
}

// A name that speaks of a secret, with a value that is not a reference to one (a path).
bool is_secret_by_value(std::string_view name, std::string_view value) {
    static constexpr auto kWords = std::to_array<std::string_view>(
        {"PASSWORD", "PASSPHRASE", "SECRET", "PRIVATE_KEY", "TOKEN", "API_KEY", "CREDENTIAL"});
    if (looks_like_key_material(value)) return true;
    bool const speaks =
        std::ranges::any_of(kWords, [name](std::string_view word) { return name.contains(word); });
    return speaks && !value.empty() && !value.starts_with('/');
}

struct EnvironmentFacts {
    int variables = 0;
    int suspicious = 0;
};
EnvironmentFacts look_at_environment() {
    EnvironmentFacts facts;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        std::string_view const text = *entry;
        auto const equals = std::min(text.find('='), text.size());
        ++facts.variables;
        auto const value = text.substr(std::min(equals + 1, text.size()));
        if (is_secret_by_value(text.substr(0, equals), value)) ++facts.suspicious;
    }
    return facts;
}

std::string limit_text(std::uint64_t bytes) {
    return bytes == UINT64_MAX ? "unlimited" : std::to_string(bytes);
}

}  // namespace

Finding secret_references(EvidenceContext const& context) {
    auto const& configuration = context.sources.configuration;
    auto const reference =
        keys::parse_secret_reference(configuration.keys.secret(), configuration.directory);
    if (!reference) return broken("the secret of [keys] is not a reference");
    Layout const layout{configuration.directory};
    SecretFiles files;
    bool const by_file = reference->source == keys::SecretReference::Source::file;
    if (by_file) files.look_at(reference->name);
    files.look_at(configuration.server.certificate_key);
    files.look_at(layout.root_keys());
    files.look_at(layout.instance_root());
    files.look_at(layout.directory / "salus.toml");
    for (auto const& tenant : context.sources.tenants) {
        files.look_at(layout.token_key(tenant.name));
    }
    auto const environment = look_at_environment();
    return works_if(
        files.open_to_others == 0 && environment.suspicious == 0,
        fmt::format("{} from a {}; {} of {} files with secrets are open to others; {} of "
                    "{} environment variables look like a secret by value",
                    configuration.keys.secret_key(), by_file ? "file" : "systemd credential",
                    files.open_to_others, files.found, environment.suspicious,
                    environment.variables));
}

Finding process_memory(EvidenceContext const& context) {
    auto const facts = keys::read_process_memory_facts();
    if (!facts) return broken("the kernel does not tell about the process's memory");
    bool const locked = std::ranges::all_of(context.sources.tenants, [](auto const& tenant) {
        return tenant.keyring.statistics().memory_locked;
    });
    auto evidence = fmt::format(
        "keys {} in memory ({} bytes locked, limit {}); dumpable: {}; core limit {} (hard {}); "
        "{} bytes of the process swapped",
        locked ? "locked" : "NOT locked", facts->locked_bytes, limit_text(facts->locked_limit),
        facts->dumpable ? "yes" : "no", limit_text(facts->core_limit),
        limit_text(facts->core_limit_hard), facts->swapped_bytes);
    bool const closed = !facts->dumpable && facts->core_limit == 0 && facts->core_limit_hard == 0;
    if (!locked || !closed) return broken(std::move(evidence));
    // Buffers of plaintext are scrubbed but not locked: what was swapped may have held some.
    if (facts->swapped_bytes != 0) return partly(std::move(evidence));
    return works(std::move(evidence));
}

Finding loggable_types(EvidenceContext const&) {
    static constexpr auto kForbidden = std::to_array<bool>({
        Loggable<std::string>,
        Loggable<std::string_view>,
        Loggable<char const*>,
        Loggable<EphiText>,
        Loggable<SecretBytes>,
        Loggable<Bytes>,
    });
    auto const loggable = std::ranges::count(kForbidden, true);
    bool const makes_literals = std::is_constructible_v<Literal, std::string> ||
                                std::is_constructible_v<Literal, std::string_view>;
    return works_if(
        loggable == 0 && !makes_literals,
        fmt::format("by construction, as the compiler decided in this build: of {} types that can "
                    "carry request data the log takes {}; error texts made at run time: {} "
                    "(attacked by tests/compile_fail)",
                    kForbidden.size(), loggable, makes_literals ? "possible" : "impossible"));
}

}  // namespace salus::app
