#include "keys/destroyed_compartments.h"

#include "sqlite/database.h"

namespace salus::keys {

Result<std::vector<CompartmentId>> destroyed_compartments(std::filesystem::path const& directory,
                                                          std::size_t count_max) {
    auto const file = directory / "keys.db";
    if (!std::filesystem::exists(file)) return std::vector<CompartmentId>();
    SALUS_TRY(auto database,
              sqlite::Database::open(file, {.access = sqlite::Access::read_only,
                                            .checkpoints = sqlite::Checkpoints::by_hand}));
    SALUS_TRY(auto statement,
              database.prepare("SELECT DISTINCT compartment FROM data_key AS d WHERE state = 3 AND "
                               "NOT EXISTS (SELECT 1 FROM data_key AS e "
                               "WHERE e.compartment = d.compartment AND e.state <> 3)"));
    std::vector<CompartmentId> found;
    auto rows = statement.query();
    for (;;) {
        SALUS_TRY(bool const another, rows.next());
        if (!another) return found;
        auto const id = rows.bytes(0);
        if (id.size() != sizeof(CompartmentId::Array))
            return fail(Errc::corrupt, "a key of the key store names no compartment");
        if (found.size() == count_max) return fail(Errc::too_large, "too many erasures to repeat");
        found.push_back(CompartmentId::from(id));
    }
}

}  // namespace salus::keys
