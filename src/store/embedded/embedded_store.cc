#include "store/embedded/embedded_store.h"

#include <system_error>

#include "foundation/limits.h"
#include "store/embedded/commit_thread.h"
#include "store/embedded/reader.h"
#include "store/embedded/schema.h"

namespace salus::store {
namespace {

constexpr Literal kTooMany = "a commit has too many writes";

Result<void> check_form(Batch const& batch) {
    if (batch.writes.size() > limits::kWritesOfBatch) {
        return fail(Errc::too_large, kTooMany);
    }
    for (auto const& write : batch.writes) {
        bool const deleted = write.state == VersionState::deleted;
        if (write.version == 0) return fail(Errc::invalid, "versions begin at 1");
        if (deleted && (write.index_entry || !write.tokens.empty())) {
            return fail(Errc::invalid, "a deleted document has no index entry and no tokens");
        }
        if (write.tokens.size() > limits::kTokensOfDocument) {
            return fail(Errc::too_large, "a document has too many tokens");
        }
        if (write.expires_at < 0) return fail(Errc::invalid, "a time of expiry is negative");
    }
    return {};
}

// Resumes on the thread that calls, for what has no more to do than to end.
class EndsWhereItIs final : public Executor {
public:
    void resume_later(std::coroutine_handle<> coroutine) noexcept override { coroutine.resume(); }
};

class EmbeddedStore final : public Store {
public:
    EmbeddedStore(std::filesystem::path path, embedded::Writer writer, Log const& log)
        : path_(std::move(path)), thread_(std::move(writer), log) {}

    Task<Result<void>> commit(Batch batch, Executor& home) override {
        SALUS_CO_TRY_VOID(check_form(batch));
        embedded::Job job{.work = std::move(batch), .home = home};
        SALUS_CO_TRY_VOID(co_await thread_.perform(job));
        co_return Result<void>{};
    }

    Task<Result<void>> reseal(std::vector<Reseal> batch, Executor& home) override {
        if (batch.size() > limits::kResealedAtOnce) co_return fail(Errc::too_large, kTooMany);
        embedded::Job job{.work = std::move(batch), .home = home};
        SALUS_CO_TRY_VOID(co_await thread_.perform(job));
        co_return Result<void>{};
    }

    Task<Result<void>> retoken(std::vector<Retoken> batch, Executor& home) override {
        if (batch.size() > limits::kResealedAtOnce) co_return fail(Errc::too_large, kTooMany);
        for (auto const& each : batch) {
            if (each.tokens.size() > limits::kTokensOfDocument) {
                co_return fail(Errc::too_large, "a document has too many tokens");
            }
        }
        embedded::Job job{.work = std::move(batch), .home = home};
        SALUS_CO_TRY_VOID(co_await thread_.perform(job));
        co_return Result<void>{};
    }

    Task<Result<void>> retire_keys(CompartmentId compartment, std::uint32_t key_version,
                                   Executor& home) override {
        embedded::RetireKeys const keys{.compartment = compartment, .key_version = key_version};
        embedded::Job job{.work = keys, .home = home};
        SALUS_CO_TRY_VOID(co_await thread_.perform(job));
        co_return Result<void>{};
    }

    // The thread finishes what is queued before the store is gone.
    void keep_page(IndexPage page) override { detach(perform_alone(std::move(page))); }

    Result<std::unique_ptr<Reader>> open_reader() override {
        return embedded::EmbeddedReader::open(path_);
    }

    Task<Result<void>> erase(CompartmentId compartment, Executor& home) override {
        while (true) {
            embedded::Job job{.work = embedded::EraseSlice{compartment}, .home = home};
            SALUS_CO_TRY(auto const removed, co_await thread_.perform(job));
            if (removed < limits::kRemovalSlice) break;
        }
        embedded::Job job{.work = embedded::EmptyWal{}, .home = home};
        SALUS_CO_TRY_VOID(co_await thread_.perform(job));
        co_return Result<void>{};
    }

    Task<Result<std::uint64_t>> expire(std::int64_t now, Executor& home) override {
        std::uint64_t total = 0;
        while (true) {
            embedded::Job job{.work = embedded::ExpireSlice{now}, .home = home};
            SALUS_CO_TRY(auto const removed, co_await thread_.perform(job));
            total += removed;
            if (removed < limits::kRemovalSlice) co_return total;
        }
    }

    Result<Statistics> statistics() override;

private:
    // Nobody waits for it.
    Task<void> perform_alone(IndexPage page) {
        embedded::Job job{.work = std::move(page), .home = where_it_ends_};
        static_cast<void>(co_await thread_.perform(job));
    }

    std::filesystem::path const path_;
    EndsWhereItIs where_it_ends_;
    embedded::CommitThread thread_;
};

std::uint64_t size_of(std::filesystem::path const& path) {
    std::error_code absent;
    auto const size = std::filesystem::file_size(path, absent);
    return absent ? 0 : size;
}

Result<std::uint64_t> count(sqlite::Database& database, Literal sql) {
    SALUS_TRY(auto const number, database.number(sql));
    return static_cast<std::uint64_t>(number);
}

Result<Statistics> EmbeddedStore::statistics() {
    SALUS_TRY(auto database, sqlite::Database::open(path_, {.access = sqlite::Access::read_only}));
    Statistics result;
    // The newest row of an address is the one without a newer one.
    SALUS_TRY(result.documents,
              count(database,
                    "SELECT count(*) FROM history AS newest WHERE state = 1 AND NOT EXISTS "
                    "(SELECT 1 FROM history WHERE address = newest.address "
                    "AND version > newest.version)"));
    SALUS_TRY(result.versions, count(database, "SELECT count(*) FROM history WHERE state <> 3"));
    SALUS_TRY(result.compartments,
              count(database, "SELECT count(DISTINCT compartment) FROM history WHERE state <> 3"));
    auto wal = path_;
    wal += "-wal";
    result.bytes_on_disk = size_of(path_) + size_of(wal);
    return result;
}

}  // namespace

Result<std::unique_ptr<Store>> open_embedded_store(std::filesystem::path const& path,
                                                   Log const& log) {
    SALUS_TRY(auto writer, embedded::Writer::open(path));
    return std::unique_ptr<Store>(new EmbeddedStore(path, std::move(writer), log));
}

Result<void> check_embedded_store(std::filesystem::path const& path) {
    SALUS_TRY(auto database, sqlite::Database::open(path, {.access = sqlite::Access::read_only}));
    SALUS_TRY_VOID(embedded::check_schema(database));
    return database.check();
}

}  // namespace salus::store
