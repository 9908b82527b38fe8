// ENC: data at rest. Looks at the store's file as a stranger would, beside what the store says.
#include <fmt/format.h>

#include "app/control_readings.h"
#include "app/instance.h"
#include "crypto/sealed.h"
#include "sqlite/database.h"

namespace salus::app {
namespace {

// What a stranger finds in the file.
struct FileFacts {
    std::int64_t foreign_columns = 0;  // of a type that could hold text
    std::int64_t sampled = 0;
    std::int64_t unsealed = 0;  // of the sample
};

// The newest versions and index entries: what was written last is what could have gone wrong last.
Result<FileFacts> look_into(std::filesystem::path const& path) {
    SALUS_TRY(auto database,
              sqlite::Database::open(path, {.access = sqlite::Access::read_only,
                                            .checkpoints = sqlite::Checkpoints::by_hand}));
    FileFacts facts;
    SALUS_TRY(facts.foreign_columns,
              database.number("SELECT count(*) FROM sqlite_schema AS s, pragma_table_info(s.name) "
                              "AS c WHERE s.type = 'table' AND c.type NOT IN ('BLOB', 'INTEGER')"));
    SALUS_TRY(auto const documents,
              database.number("SELECT count(*) FROM (SELECT 1 FROM document LIMIT 200)"));
    SALUS_TRY(auto const entries,
              database.number("SELECT count(*) FROM (SELECT 1 FROM index_entry LIMIT 200)"));
    // Header of a sealed record: 'S' 'R' format 1 suite 1; at least 80 bytes.
    SALUS_TRY(auto const bare_documents,
              database.number("SELECT count(*) FROM (SELECT sealed FROM document ORDER BY vid DESC "
                              "LIMIT 200) WHERE substr(sealed, 1, 4) <> x'53520101' OR "
                              "length(sealed) < 80 OR instr(sealed, x'7265736f757263655479706522')"
                              " > 0"));
    SALUS_TRY(auto const bare_entries,
              database.number("SELECT count(*) FROM (SELECT sealed FROM index_entry LIMIT 200) "
                              "WHERE substr(sealed, 1, 4) <> x'53520101' OR length(sealed) < 80"));
    facts.sampled = documents + entries;
    facts.unsealed = bare_documents + bare_entries;
    return facts;
}

// Of the key-encryption key, as the key store says; older ones may be destroyed.
std::uint32_t present_epoch(std::filesystem::path const& directory) {
    auto const file = directory / "keys.db";
    if (!std::filesystem::exists(file)) return 1;
    auto database = sqlite::Database::open(
        file, {.access = sqlite::Access::read_only, .checkpoints = sqlite::Checkpoints::by_hand});
    auto const epoch = database ? database->number("SELECT kek_epoch FROM key_store")
                                : Result<std::int64_t>(std::unexpected(database.error()));
    return epoch ? static_cast<std::uint32_t>(*epoch) : 1;
}

// Four attacks on a record made for the purpose. Returns how many were refused.
int refused_moves() {
    crypto::SystemRandom random;
    crypto::Sealer sealer(random);
    using Part = crypto::Context::Part;
    auto const place = [](std::string_view tenant, std::uint64_t version) {
        crypto::Context context;
        context.add(Part::tenant, tenant).add(Part::version, version);
        return context;
    };
    auto const key = crypto::random_secret(random, 32);
    auto const other = crypto::random_secret(random, 32);
    auto const sealed = sealer.seal(key, 1, place("a", 1), bytes_of("probe"));
    if (!sealer.open(key, place("a", 1), sealed)) return 0;
    auto flipped = Bytes(sealed.bytes().begin(), sealed.bytes().end());
    flipped.back() ^= 1U;
    auto const forged = crypto::Sealed::from_storage(std::move(flipped));
    int refused = 0;
    refused += sealer.open(key, place("b", 1), sealed) ? 0 : 1;
    refused += sealer.open(key, place("a", 2), sealed) ? 0 : 1;
    refused += sealer.open(other, place("a", 1), sealed) ? 0 : 1;
    refused += forged && sealer.open(key, place("a", 1), *forged) ? 0 : 1;
    return refused;
}

constexpr int kMoves = 4;
constexpr std::size_t kProbeBytes = 32;

}  // namespace

Finding sealed_at_rest(EvidenceContext const& context) {
    auto const& statistics = context.statistics;
    if (!statistics) return broken("the store does not answer");
    Layout const layout{context.sources.configuration.directory};
    auto const facts = look_into(layout.store());
    if (!facts) return broken("the store's file cannot be examined");
    auto evidence = fmt::format(
        "{} documents, {} versions, {} bytes; columns that could hold text: {}; of the {} newest "
        "rows examined {} are not sealed",
        statistics->documents, statistics->versions, statistics->bytes_on_disk,
        facts->foreign_columns, facts->sampled, facts->unsealed);
    return works_if(facts->foreign_columns == 0 && facts->unsealed == 0, std::move(evidence));
}

Finding bound_ciphertexts(EvidenceContext const& context) {
    auto const& statistics = context.statistics;
    if (!statistics) return broken("the store does not answer");
    std::uint64_t data_keys = 0;
    for (auto const& tenant : context.sources.tenants) {
        data_keys += tenant.keyring.statistics().data_keys;
    }
    auto const refused = refused_moves();
    // Every compartment is sealed with a key of its own, so there are never fewer keys.
    bool const enough = data_keys >= statistics->compartments;
    return works_if(enough && refused == kMoves,
                    fmt::format("{} data keys for {} compartments, under {}; tried now: {} of {} "
                                "records that were moved, replayed or changed were refused",
                                data_keys, statistics->compartments,
                                context.sources.key_service.description().text(), refused, kMoves));
}

Finding key_backends(EvidenceContext const& context) {
    auto& service = context.sources.key_service;
    auto const& tenant = context.sources.tenants.front().name;
    Layout const layout{context.sources.configuration.directory};
    keys::KekName const name{.tenant = tenant, .epoch = present_epoch(layout.tenant_keys(tenant))};
    crypto::SystemRandom random;
    auto const probe = crypto::random_secret(random, kProbeBytes);
    auto const wrapped = service.wrap(name, bytes_of("probe"), probe);
    std::string facts(service.description().text());
    if (auto const evidence = service.evidence(); !evidence.empty()) facts += "; " + evidence;
    if (!wrapped)
        return broken(facts + "; it wraps no key: " + std::string(wrapped.error().why.text()));
    auto const opened = service.unwrap(name, bytes_of("probe"), *wrapped);
    auto forged = *wrapped;
    forged.back() ^= 1U;
    int const refused = (service.unwrap(name, bytes_of("other"), *wrapped) ? 0 : 1) +
                        (service.unwrap(name, bytes_of("probe"), forged) ? 0 : 1);
    bool const same = opened && *opened == probe;
    return works_if(
        same && refused == 2,
        fmt::format("{}; tried now: a key {}; {} of 2 attacks on it were refused", facts,
                    same ? "came back as it was" : "did NOT come back", refused));
}

}  // namespace salus::app
