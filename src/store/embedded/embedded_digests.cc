#include "store/embedded/embedded_digests.h"

#include "sqlite/database.h"
#include "store/embedded/rows.h"
#include "store/embedded/schema.h"

namespace salus::store {
namespace {

constexpr std::size_t kCacheBytes = 4 * limits::kMiB;

class EmbeddedDigests final : public Digests {
public:
    EmbeddedDigests(sqlite::Database database, sqlite::Statement behind)
        : database_(std::move(database)), behind_(std::move(behind)) {}

    Result<std::vector<StoredDigest>> next(std::size_t count) override {
        std::vector<StoredDigest> found;
        auto const after = after_;  // the query borrows its address to the end
        auto rows = behind_.query(after.address.bytes(), after.version, count);
        while (true) {
            SALUS_TRY(bool const more, rows.next());
            if (!more) return found;
            SALUS_TRY(auto digest, read(rows));
            after_ = digest.place;
            found.push_back(digest);
        }
    }

private:
    static Result<StoredDigest> read(sqlite::Rows const& rows) {
        SALUS_TRY(auto const address, embedded::id_of<Address>(rows.bytes(0)));
        SALUS_TRY(auto const compartment, embedded::id_of<CompartmentId>(rows.bytes(2)));
        SALUS_TRY(auto const state, embedded::state_of(rows.number(3)));
        return StoredDigest{.place = {address, rows.unsigned_number(1)},
                            .compartment = compartment,
                            .state = static_cast<VersionState>(state),
                            .digest = crypto::sha256(rows.bytes(4))};
    }

    sqlite::Database database_;
    sqlite::Statement behind_;
    RecordPlace after_;  // versions begin at 1, so the first page begins behind no version
};

}  // namespace

Result<std::unique_ptr<Digests>> open_embedded_digests(std::filesystem::path const& path) {
    SALUS_TRY(auto database, sqlite::Database::open(path, {.access = sqlite::Access::read_only,
                                                           .cache_bytes = kCacheBytes}));
    SALUS_TRY_VOID(embedded::check_schema(database));
    SALUS_TRY(auto behind, database.prepare("SELECT address, version, compartment, state, sealed "
                                            "FROM history LEFT JOIN document USING (vid) "
                                            "WHERE (address, version) > (?1, ?2) AND state <> 3 "
                                            "ORDER BY address, version LIMIT ?3"));
    return std::unique_ptr<Digests>(
        std::make_unique<EmbeddedDigests>(std::move(database), std::move(behind)));
}

}  // namespace salus::store
