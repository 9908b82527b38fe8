#include "store/embedded/reader.h"

#include <limits>
#include <utility>

#include "store/embedded/rows.h"
#include "store/embedded/schema.h"

namespace salus::store::embedded {
namespace {

constexpr auto kEveryVersion = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

// Held by each reader, so not what the largest pages take.
constexpr std::size_t kPageMemoryKept = 2 * limits::kMiB;

// Columns: compartment, version, state, sealed. Nothing for an erased version.
Result<std::optional<StoredVersion>> version_of(sqlite::Rows const& rows, Address const& address) {
    SALUS_TRY(auto const state, state_of(rows.number(2)));
    if (state == RowState::erased) return std::nullopt;
    SALUS_TRY(auto const compartment, id_of<CompartmentId>(rows.bytes(0)));
    SALUS_TRY(auto document, sealed_of(rows.bytes(3)));
    return StoredVersion{address, compartment, rows.unsigned_number(1),
                         static_cast<VersionState>(state), std::move(document)};
}

// Columns: address, version, sealed.
Result<IndexEntry> entry_of(sqlite::Rows const& rows) {
    SALUS_TRY(auto const address, id_of<Address>(rows.bytes(0)));
    SALUS_TRY(auto entry, sealed_of(rows.bytes(2)));
    return IndexEntry{address, rows.unsigned_number(1), std::move(entry)};
}

}  // namespace

Result<std::unique_ptr<Reader>> EmbeddedReader::open(std::filesystem::path const& path) {
    sqlite::Options const options{.access = sqlite::Access::read_only,
                                  .cache_bytes = 8 * limits::kMiB};
    SALUS_TRY(auto database, sqlite::Database::open(path, options));
    SALUS_TRY_VOID(check_schema(database));
    SALUS_TRY(auto statements, prepare(database));
    return std::unique_ptr<Reader>(new EmbeddedReader(std::move(database), std::move(statements)));
}

Result<EmbeddedReader::Statements> EmbeddedReader::prepare(sqlite::Database& database) {
    SALUS_TRY(auto current, database.prepare("SELECT compartment, version, state FROM history "
                                             "WHERE address = ?1 ORDER BY version DESC LIMIT 1"));
    SALUS_TRY(auto versions_below, database.prepare("SELECT compartment, version, state, sealed "
                                                    "FROM history LEFT JOIN document USING (vid) "
                                                    "WHERE address = ?1 AND version < ?2 "
                                                    "ORDER BY version DESC LIMIT ?3"));
    SALUS_TRY(auto version, database.prepare("SELECT compartment, version, state, sealed "
                                             "FROM history LEFT JOIN document USING (vid) "
                                             "WHERE address = ?1 AND version = ?2"));
    SALUS_TRY(auto paged,
              database.prepare("SELECT sequence, paged FROM compartment WHERE id = ?1"));
    SALUS_TRY(auto page, database.prepare("SELECT id FROM index_page WHERE compartment = ?1"));
    SALUS_TRY(auto changes,
              database.prepare("SELECT address, version, sealed FROM page_change LEFT JOIN "
                               "index_entry USING (compartment, address) WHERE compartment = ?1"));
    SALUS_TRY(auto committed,
              database.prepare("SELECT compartment, version, state, vid, address FROM history "
                               "WHERE vid < ?1 ORDER BY vid DESC LIMIT ?2"));
    SALUS_TRY(auto scan, database.prepare("SELECT address, version, sealed FROM index_entry "
                                          "WHERE compartment = ?1"));
    SALUS_TRY(auto index_entry, database.prepare("SELECT address, version, sealed FROM index_entry "
                                                 "WHERE compartment = ?1 AND address = ?2"));
    SALUS_TRY(auto sequence, database.prepare("SELECT sequence FROM compartment WHERE id = ?1"));
    SALUS_TRY(auto find, database.prepare("SELECT address FROM token WHERE token = ?1 LIMIT ?2"));
    SALUS_TRY(auto begin, database.prepare("BEGIN"));
    SALUS_TRY(auto end, database.prepare("ROLLBACK"));
    return Statements{std::move(current),   std::move(versions_below), std::move(version),
                      std::move(committed), std::move(paged),          std::move(page),
                      std::move(changes),   std::move(scan),           std::move(index_entry),
                      std::move(sequence),  std::move(find),           std::move(begin),
                      std::move(end)};
}

Result<void> EmbeddedReader::begin_view() {
    if (database_.in_transaction()) return fail(Errc::internal, "a view of the store stands");
    SALUS_TRY_VOID(statements_.begin.run());
    return {};
}

// Nothing was written: if it fails, the connection has left the view by itself.
void EmbeddedReader::end_view() noexcept {
    static_cast<void>(statements_.end.run());
}

// Of a call with several statements; nothing: it is in a view.
Result<std::optional<ReadView>> EmbeddedReader::view_of_call() {
    if (database_.in_transaction()) return std::nullopt;
    SALUS_TRY(auto view, ReadView::of(*this));
    return view;
}

Result<std::optional<Current>> EmbeddedReader::current(Address const& address) {
    auto rows = statements_.current.query(address.bytes());
    SALUS_TRY(bool const found, rows.next());
    if (!found) return std::nullopt;
    SALUS_TRY(auto const state, state_of(rows.number(2)));
    if (state == RowState::erased) return std::nullopt;
    SALUS_TRY(auto const compartment, id_of<CompartmentId>(rows.bytes(0)));
    return Current{compartment, rows.unsigned_number(1), static_cast<VersionState>(state)};
}

Result<std::optional<StoredVersion>> EmbeddedReader::get(Address const& address) {
    auto rows = statements_.versions_below.query(address.bytes(), kEveryVersion, std::int64_t{1});
    SALUS_TRY(bool const found, rows.next());
    if (!found) return std::nullopt;
    return version_of(rows, address);
}

Result<std::optional<StoredVersion>> EmbeddedReader::get_version(Address const& address,
                                                                 std::uint64_t version) {
    if (version > kEveryVersion) return std::nullopt;
    auto rows = statements_.version.query(address.bytes(), version);
    SALUS_TRY(bool const found, rows.next());
    if (!found) return std::nullopt;
    return version_of(rows, address);
}

Result<std::vector<StoredVersion>> EmbeddedReader::history(Address const& address,
                                                           std::uint64_t before,
                                                           std::size_t count) {
    auto const below = before == 0 ? kEveryVersion : std::min(before, kEveryVersion);
    auto rows = statements_.versions_below.query(address.bytes(), below, count);
    std::vector<StoredVersion> versions;
    while (true) {
        SALUS_TRY(bool const found, rows.next());
        if (!found) return versions;
        SALUS_TRY(auto version, version_of(rows, address));
        if (version) versions.push_back(*std::move(version));
    }
}

Result<std::vector<std::optional<StoredVersion>>> EmbeddedReader::get_all(
    std::span<Address const> addresses) {
    SALUS_TRY(auto const view, view_of_call());
    std::vector<std::optional<StoredVersion>> all;
    all.reserve(addresses.size());
    for (auto const& address : addresses) {
        SALUS_TRY(auto found, get(address));
        all.push_back(std::move(found));
    }
    return all;
}

Result<IndexScan> EmbeddedReader::scan(CompartmentId const& compartment) {
    SALUS_TRY(auto const view, view_of_call());
    SALUS_TRY(auto const standing, this->standing(compartment));
    IndexScan scan;
    scan.sequence = standing.sequence;
    if (standing.paged == 0) {
        SALUS_TRY_VOID(read_entries(scan, compartment));
    } else {
        SALUS_TRY_VOID(read_page(scan, compartment, standing.paged));
        SALUS_TRY_VOID(read_changes(scan, compartment));
    }
    return scan;
}

Result<std::optional<IndexScan>> EmbeddedReader::scan_beside(CompartmentId const& compartment,
                                                             std::uint64_t page_sequence) {
    SALUS_TRY(auto const view, view_of_call());
    SALUS_TRY(auto const standing, this->standing(compartment));
    if (standing.paged == 0 || standing.paged != page_sequence) return std::nullopt;
    IndexScan scan;
    scan.sequence = standing.sequence;
    SALUS_TRY_VOID(read_changes(scan, compartment));
    return scan;
}

void EmbeddedReader::reuse(IndexPage page) noexcept {
    auto memory = std::move(page.page).take_bytes();
    if (memory.size() <= kPageMemoryKept) page_memory_ = std::move(memory);
}

Result<EmbeddedReader::Standing> EmbeddedReader::standing(CompartmentId const& compartment) {
    auto rows = statements_.paged.query(compartment.bytes());
    SALUS_TRY(bool const found, rows.next());
    if (!found) return Standing{};
    return Standing{.sequence = rows.unsigned_number(0), .paged = rows.unsigned_number(1)};
}

Result<void> EmbeddedReader::read_page(IndexScan& scan, CompartmentId const& compartment,
                                       std::uint64_t sequence) {
    auto rows = statements_.page.query(compartment.bytes());
    SALUS_TRY(bool const found, rows.next());
    if (!found) return fail(Errc::corrupt, "a page of the index is not in the store");
    SALUS_TRY(auto bytes,
              database_.read_blob("index_page", "sealed", rows.number(0), std::move(page_memory_)));
    SALUS_TRY(auto page, crypto::Sealed::from_storage(std::move(bytes)));
    scan.page = IndexPage{compartment, sequence, std::move(page)};
    return {};
}

Result<void> EmbeddedReader::read_changes(IndexScan& scan, CompartmentId const& compartment) {
    auto rows = statements_.changes.query(compartment.bytes());
    while (true) {
        SALUS_TRY(bool const found, rows.next());
        if (!found) return {};
        if (rows.is_null(2)) {
            SALUS_TRY(auto const address, id_of<Address>(rows.bytes(0)));
            scan.removed.push_back(address);
        } else {
            SALUS_TRY(auto entry, entry_of(rows));
            scan.entries.push_back(std::move(entry));
        }
    }
}

Result<std::vector<Committed>> EmbeddedReader::committed(std::uint64_t before, std::size_t count) {
    auto const below = before == 0 ? kEveryVersion : std::min(before, kEveryVersion);
    auto rows = statements_.committed.query(below, count);
    std::vector<Committed> versions;
    while (true) {
        SALUS_TRY(bool const found, rows.next());
        if (!found) return versions;
        SALUS_TRY(auto const state, state_of(rows.number(2)));
        if (state == RowState::erased)
            return fail(Errc::corrupt, "an erased version has a document");
        SALUS_TRY(auto const compartment, id_of<CompartmentId>(rows.bytes(0)));
        SALUS_TRY(auto const address, id_of<Address>(rows.bytes(4)));
        versions.push_back({rows.unsigned_number(3), address, compartment, rows.unsigned_number(1),
                            static_cast<VersionState>(state)});
    }
}

Result<void> EmbeddedReader::read_entries(IndexScan& scan, CompartmentId const& compartment) {
    auto rows = statements_.scan.query(compartment.bytes());
    while (true) {
        SALUS_TRY(bool const found, rows.next());
        if (!found) return {};
        SALUS_TRY(auto entry, entry_of(rows));
        scan.entries.push_back(std::move(entry));
    }
}

Result<std::optional<IndexEntry>> EmbeddedReader::index_entry(CompartmentId const& compartment,
                                                              Address const& address) {
    auto rows = statements_.index_entry.query(compartment.bytes(), address.bytes());
    SALUS_TRY(bool const found, rows.next());
    if (!found) return std::nullopt;
    SALUS_TRY(auto entry, entry_of(rows));
    return entry;
}

Result<std::uint64_t> EmbeddedReader::compartment_sequence(CompartmentId const& compartment) {
    auto rows = statements_.sequence.query(compartment.bytes());
    SALUS_TRY(bool const found, rows.next());
    return found ? rows.unsigned_number(0) : 0;
}

Result<std::vector<Address>> EmbeddedReader::find(BlindToken const& token, std::size_t count) {
    auto rows = statements_.find.query(token.bytes(), count);
    std::vector<Address> addresses;
    while (true) {
        SALUS_TRY(bool const found, rows.next());
        if (!found) return addresses;
        SALUS_TRY(auto const address, id_of<Address>(rows.bytes(0)));
        addresses.push_back(address);
    }
}

}  // namespace salus::store::embedded
