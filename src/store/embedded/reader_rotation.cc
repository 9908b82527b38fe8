#include <limits>

#include "store/embedded/reader.h"
#include "store/embedded/rows.h"

namespace salus::store::embedded {
namespace {

constexpr auto kLastVersion = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

// As it stands in a sealed record's header, whose bytes compare as the numbers do.
Bytes encoded(std::uint32_t key_version) {
    Bytes bytes;
    append_u32(bytes, key_version);
    return bytes;
}

}  // namespace

// Both sides are walked in the order of their primary keys, so no more is read than is listed.
Result<std::vector<Address>> EmbeddedReader::members(CompartmentId const& compartment,
                                                     Address const& from, std::size_t count) {
    SALUS_TRY(auto select, database_.prepare("SELECT address FROM index_entry "
                                             "WHERE compartment = ?1 AND address >= ?2 UNION ALL "
                                             "SELECT address FROM membership "
                                             "WHERE compartment = ?1 AND address >= ?2 "
                                             "ORDER BY address LIMIT ?3"));
    auto rows = select.query(compartment.bytes(), from.bytes(), std::uint64_t{count});
    std::vector<Address> addresses;
    while (true) {
        SALUS_TRY(bool const more, rows.next());
        if (!more) return addresses;
        SALUS_TRY(auto const address, id_of<Address>(rows.bytes(0)));
        addresses.push_back(address);
    }
}

Result<SealedRecords> EmbeddedReader::sealed_under(CompartmentId const& compartment,
                                                   std::uint32_t key_version,
                                                   std::optional<RecordPlace> const& after,
                                                   std::size_t count) {
    auto const from = after.value_or(RecordPlace{});
    // One more than the one at `from`, so that each call comes further.
    SALUS_TRY(auto const addresses, members(compartment, from.address, count + 1));
    SealedRecords found;
    for (auto const& address : addresses) {
        RecordPlace const behind{.address = address,
                                 .version = address == from.address ? from.version : 0};
        SALUS_TRY_VOID(read_sealed_under(found, compartment, key_version, behind, count));
        if (found.records.size() == count) {
            found.next = found.records.back().place;
            return found;
        }
    }
    if (addresses.size() == count + 1) {
        found.next = RecordPlace{.address = addresses.back(), .version = kLastVersion};
    }
    return found;
}

Result<void> EmbeddedReader::read_sealed_under(SealedRecords& found,
                                               CompartmentId const& compartment,
                                               std::uint32_t key_version, RecordPlace const& after,
                                               std::size_t count) {
    SALUS_TRY(auto select,
              database_.prepare(
                  "SELECT history.version, state, document.sealed, index_entry.sealed, "
                  "substr(document.sealed, 5, 4) < ?4, substr(index_entry.sealed, 5, 4) < ?4 "
                  "FROM history JOIN document USING (vid) LEFT JOIN index_entry "
                  "ON index_entry.compartment = ?2 AND index_entry.address = ?1 "
                  "AND index_entry.version = history.version "
                  "WHERE history.address = ?1 AND history.compartment = ?2 "
                  "AND history.version > ?3 AND (substr(document.sealed, 5, 4) < ?4 "
                  "OR substr(index_entry.sealed, 5, 4) < ?4) "
                  "ORDER BY history.version LIMIT ?5"));
    auto const least = encoded(key_version);
    auto rows = select.query(after.address.bytes(), compartment.bytes(), after.version,
                             BytesView(least), std::uint64_t{count - found.records.size()});
    while (true) {
        SALUS_TRY(bool const more, rows.next());
        if (!more) return {};
        SALUS_TRY(auto const state, state_of(rows.number(1)));
        SealedRecord record{.place = {.address = after.address, .version = rows.unsigned_number(0)},
                            .state = static_cast<VersionState>(state),
                            .document = {},
                            .index_entry = {}};
        if (rows.number(4) != 0) {
            SALUS_TRY(record.document, sealed_of(rows.bytes(2)));
        }
        if (rows.number(5) != 0) {
            SALUS_TRY(record.index_entry, sealed_of(rows.bytes(3)));
        }
        found.records.push_back(std::move(record));
    }
}

Result<std::vector<RecordPlace>> EmbeddedReader::tokens_below(std::uint32_t token_version,
                                                              std::size_t count) {
    SALUS_TRY(auto select,
              database_.prepare("SELECT address, version FROM history "
                                "WHERE token_version < ?1 AND tokens <> x'' LIMIT ?2"));
    auto rows = select.query(std::int64_t{token_version}, std::uint64_t{count});
    std::vector<RecordPlace> places;
    while (true) {
        SALUS_TRY(bool const more, rows.next());
        if (!more) return places;
        SALUS_TRY(auto const address, id_of<Address>(rows.bytes(0)));
        places.push_back({.address = address, .version = rows.unsigned_number(1)});
    }
}

}  // namespace salus::store::embedded
