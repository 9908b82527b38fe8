#include "store/embedded/writer.h"

namespace salus::store::embedded {
namespace {

constexpr Literal kChanged = "a record changed while it was sealed anew";

}  // namespace

// A record's header has a random salt and the commitment to its key: 64 bytes tell it from every
// other (docs/formats/sealed-record.md).
Result<Writer::RotationStatements> Writer::prepare_rotation(sqlite::Database& database) {
    SALUS_TRY(auto replace_document,
              database.prepare("UPDATE document SET sealed = ?4 WHERE vid = "
                               "(SELECT vid FROM history WHERE address = ?1 AND version = ?2 "
                               "AND compartment = ?3) AND substr(sealed, 1, 64) = ?5"));
    SALUS_TRY(auto replace_index_entry,
              database.prepare("UPDATE index_entry SET sealed = ?4 WHERE compartment = ?3 "
                               "AND address = ?1 AND version = ?2 "
                               "AND substr(sealed, 1, 64) = ?5"));
    SALUS_TRY(auto set_tokens,
              database.prepare("UPDATE history SET tokens = ?3, token_version = ?4 "
                               "WHERE address = ?1 AND version = ?2"));
    SALUS_TRY(auto retire_keys,
              database.prepare("INSERT INTO compartment (id, sequence, key_version_least) "
                               "VALUES (?1, 1, ?2) ON CONFLICT (id) DO UPDATE SET "
                               "key_version_least = max(key_version_least, ?2)"));
    SALUS_TRY(auto least_key,
              database.prepare("SELECT key_version_least FROM compartment WHERE id = ?1"));
    SALUS_TRY(auto page, database.prepare("SELECT 1 FROM index_page WHERE compartment = ?1 "
                                          "AND substr(sealed, 5, 4) < ?2"));
    return RotationStatements{std::move(replace_document), std::move(replace_index_entry),
                              std::move(set_tokens),       std::move(retire_keys),
                              std::move(least_key),        std::move(page)};
}

Result<void> Writer::check_key(CompartmentId const& compartment, std::uint32_t key_version) {
    auto rows = sql_.rotation.least_key.query(compartment.bytes());
    SALUS_TRY(bool const found, rows.next());
    if (found && key_version < rows.unsigned_number(0)) {
        return fail(Errc::conflict, "the key was retired");
    }
    return {};
}

Result<void> Writer::reseal(std::span<Reseal const> batch) {
    std::vector<CompartmentId> touched;
    for (auto const& [compartment, place, document, index_entry, contents] : batch) {
        if (document) {
            SALUS_TRY(auto const changed,
                      sql_.rotation.replace_document.run(place.address.bytes(), place.version,
                                                         compartment.bytes(), document->to.bytes(),
                                                         document->from.bytes().first(64)));
            if (changed != 1) return fail(Errc::conflict, kChanged);
        }
        if (index_entry) {
            SALUS_TRY(auto const changed,
                      sql_.rotation.replace_index_entry.run(
                          place.address.bytes(), place.version, compartment.bytes(),
                          index_entry->to.bytes(), index_entry->from.bytes().first(64)));
            if (changed != 1) return fail(Errc::conflict, kChanged);
        }
        if (index_entry && contents == EntryContents::made_again) {
            SALUS_TRY_VOID(note_change(compartment, place.address));
            touched.push_back(compartment);
        }
    }
    return touch(std::move(touched));
}

Result<void> Writer::retoken(std::span<Retoken const> batch) {
    for (auto const& each : batch) {
        SALUS_TRY(auto const before, newest(each.place.address));
        if (before.version != each.place.version || before.state != RowState::live) {
            return fail(Errc::conflict, kChanged);
        }
        auto const tokens = sorted_once(each.tokens);
        auto const token_bytes = joined(tokens);
        SALUS_TRY_VOID(replace_tokens(each.place.address, before.tokens, tokens));
        SALUS_TRY_VOID(sql_.rotation.set_tokens.run(each.place.address.bytes(), each.place.version,
                                                    BytesView(token_bytes),
                                                    std::int64_t{each.token_version}));
    }
    return {};
}

Result<void> Writer::retire_keys(CompartmentId const& compartment, std::uint32_t key_version) {
    SALUS_TRY_VOID(sql_.rotation.retire_keys.run(compartment.bytes(), std::int64_t{key_version}));
    Bytes least;
    append_u32(least, key_version);
    bool is_outdated = false;
    {
        auto rows = sql_.rotation.page.query(compartment.bytes(), BytesView(least));
        SALUS_TRY(is_outdated, rows.next());
    }
    return is_outdated ? drop_page(compartment) : Result<void>();
}

}  // namespace salus::store::embedded
