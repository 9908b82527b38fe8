#include "store/embedded/writer.h"

namespace salus::store::embedded {

// Prepared, as they come with every write: to compile one takes longer than to run it.
Result<Writer::JobStatements> Writer::prepare_job(sqlite::Database& database) {
    SALUS_TRY(auto begin, database.prepare("SAVEPOINT job"));
    SALUS_TRY(auto undo, database.prepare("ROLLBACK TO job"));
    SALUS_TRY(auto end, database.prepare("RELEASE job"));
    return JobStatements{std::move(begin), std::move(undo), std::move(end)};
}

Result<Writer::PageStatements> Writer::prepare_page(sqlite::Database& database) {
    SALUS_TRY(auto set_sequence, database.prepare("UPDATE compartment SET paged = ?2 "
                                                  "WHERE id = ?1 AND sequence = ?2"));
    SALUS_TRY(auto clear_sequence, database.prepare("UPDATE compartment SET paged = 0 "
                                                    "WHERE id = ?1 AND paged > 0"));
    SALUS_TRY(auto set, database.prepare("REPLACE INTO index_page (compartment, sealed) "
                                         "VALUES (?1, ?2)"));
    SALUS_TRY(auto remove, database.prepare("DELETE FROM index_page WHERE compartment = ?1"));
    SALUS_TRY(auto add_change, database.prepare("INSERT OR IGNORE INTO page_change SELECT ?1, ?2 "
                                                "FROM compartment WHERE id = ?1 AND paged > 0"));
    SALUS_TRY(auto remove_changes,
              database.prepare("DELETE FROM page_change WHERE compartment = ?1"));
    return PageStatements{std::move(set_sequence), std::move(clear_sequence),
                          std::move(set),          std::move(remove),
                          std::move(add_change),   std::move(remove_changes)};
}

Result<Writer::Statements> Writer::prepare(sqlite::Database& database) {
    SALUS_TRY(
        auto newest,
        database.prepare("SELECT version, compartment, state, expires_at, tokens FROM history "
                         "WHERE address = ?1 ORDER BY version DESC LIMIT 1"));
    SALUS_TRY(auto add_document, database.prepare("INSERT INTO document VALUES (?1, ?2)"));
    SALUS_TRY(auto add_history, database.prepare("INSERT INTO history (address, version, "
                                                 "compartment, state, vid, expires_at, tokens, "
                                                 "token_version) "
                                                 "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"));
    SALUS_TRY(auto retire, database.prepare("UPDATE history SET expires_at = 0, tokens = x'' "
                                            "WHERE address = ?1 AND version = ?2"));
    SALUS_TRY(auto set_index_entry,
              database.prepare("REPLACE INTO index_entry (compartment, address, version, sealed) "
                               "VALUES (?1, ?2, ?3, ?4)"));
    SALUS_TRY(auto remove_index_entry,
              database.prepare("DELETE FROM index_entry WHERE compartment = ?1 AND address = ?2"));
    SALUS_TRY(auto add_member,
              database.prepare("INSERT OR IGNORE INTO membership VALUES (?1, ?2)"));
    SALUS_TRY(auto remove_member,
              database.prepare("DELETE FROM membership WHERE compartment = ?1 AND address = ?2"));
    SALUS_TRY(auto add_token, database.prepare("INSERT OR IGNORE INTO token VALUES (?1, ?2)"));
    SALUS_TRY(auto remove_token,
              database.prepare("DELETE FROM token WHERE token = ?1 AND address = ?2"));
    SALUS_TRY(auto touch,
              database.prepare("INSERT INTO compartment (id, sequence) VALUES (?1, 1) "
                               "ON CONFLICT (id) DO UPDATE SET sequence = sequence + 1"));
    SALUS_TRY(auto members,
              database.prepare("SELECT address FROM index_entry WHERE compartment = ?1 "
                               "UNION ALL SELECT address FROM membership "
                               "WHERE compartment = ?1 LIMIT ?2"));
    SALUS_TRY(auto expired, database.prepare("SELECT address FROM history "
                                             "WHERE expires_at > 0 AND expires_at <= ?1 LIMIT ?2"));
    SALUS_TRY(auto compartments_of,
              database.prepare("SELECT DISTINCT compartment FROM history WHERE address = ?1"));
    SALUS_TRY(
        auto remove_documents,
        database.prepare("DELETE FROM document WHERE vid IN "
                         "(SELECT vid FROM history WHERE address = ?1 AND compartment = ?2)"));
    SALUS_TRY(auto remove_history,
              database.prepare("DELETE FROM history WHERE address = ?1 AND compartment = ?2"));
    SALUS_TRY(auto remove_lone_erased,
              database.prepare("DELETE FROM history WHERE address = ?1 AND NOT EXISTS "
                               "(SELECT 1 FROM history WHERE address = ?1 AND state <> 3)"));
    SALUS_TRY(auto job, prepare_job(database));
    SALUS_TRY(auto page, prepare_page(database));
    SALUS_TRY(auto rotation, prepare_rotation(database));
    return Statements{std::move(job),
                      std::move(page),
                      std::move(rotation),
                      std::move(newest),
                      std::move(add_document),
                      std::move(add_history),
                      std::move(retire),
                      std::move(set_index_entry),
                      std::move(remove_index_entry),
                      std::move(add_member),
                      std::move(remove_member),
                      std::move(add_token),
                      std::move(remove_token),
                      std::move(touch),
                      std::move(members),
                      std::move(expired),
                      std::move(compartments_of),
                      std::move(remove_documents),
                      std::move(remove_history),
                      std::move(remove_lone_erased)};
}

}  // namespace salus::store::embedded
