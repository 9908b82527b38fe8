// For the room's tests: what a backup sees of an instance, made by the rooms that write it: a
// store, a key store, an audit log with an intent and an outcome for each write. Included by tests
// only.
#pragma once

#include <cstdlib>
#include <gtest/gtest.h>

#include "audit/leaf.h"
#include "audit/log.h"
#include "audit/pruning.h"
#include "backup/make_backup.h"
#include "backup/restore.h"
#include "crypto/hash.h"
#include "foundation/blocking.h"
#include "keys/keyring.h"
#include "keys/sealed_file/sealed_file_service.h"
#include "sqlite/database.h"
#include "store/embedded/embedded_store.h"
#include "store/store_samples.h"

namespace salus::backup {

class InstanceForTest {
public:
    static constexpr char const* kRealm = "realm-of-the-test";

    InstanceForTest() {
        auto name = (std::filesystem::temp_directory_path() / "salus_backup_XXXXXX").string();
        SALUS_CHECK(::mkdtemp(name.data()) != nullptr);
        root_ = name;
        for (auto const* each : {"", "keys", "keys/default", "store", "audit"}) {
            SALUS_CHECK(make_private_directory(directory() / each).has_value());
        }
        SALUS_CHECK(write_file_durably(directory() / "salus.toml", bytes_of("realm = 1\n"),
                                       FileAccess::private_to_owner)
                        .has_value());
        open();
    }
    ~InstanceForTest() {
        close();
        std::filesystem::remove_all(root_);
    }
    InstanceForTest(InstanceForTest const&) = delete;
    InstanceForTest& operator=(InstanceForTest const&) = delete;

    std::filesystem::path const& root() const { return root_; }
    std::filesystem::path directory() const { return root_ / "instance"; }
    std::filesystem::path target() const { return root_ / "data"; }
    std::filesystem::path keys_target() const { return root_ / "keys"; }
    crypto::SigningKey const& key() const { return key_; }
    audit::Log& log() { return *log_; }

    // A new document in the compartment of this number, acknowledged and recorded.
    void write(std::uint64_t number) {
        auto write = store::samples::write(number, number, 1);
        SALUS_CHECK(keyring_->key_for_writing(write.compartment).has_value());
        auto const hash = crypto::sha256(write.document.bytes());
        audit::LeafBuilder intent(audit::Event::create, audit::Outcome::ok);
        intent.intent().resource({"Patient"}, write.address, 1, hash);
        auto const index = append(intent);
        store::Batch batch;
        batch.writes.push_back(std::move(write));
        SALUS_CHECK(executor_.run(store_->commit(std::move(batch), executor_)).has_value());
        audit::LeafBuilder outcome(audit::Event::create, audit::Outcome::ok);
        append(outcome.outcome_of(index).status(201));
    }
    // Destroys a key, as an erasure does: the row becomes a tombstone.
    void destroy_key(std::uint64_t number) {
        change_keys("UPDATE data_key SET state = 3, wrapped = NULL WHERE compartment = ?1", number);
    }
    void lose_key(std::uint64_t number) {
        change_keys("DELETE FROM data_key WHERE compartment = ?1", number);
    }

    // Six years on, as the mirror's clock is said to have told: prunes the log. Its tile is none.
    audit::PrunedPrefix prune_log() {
        auto const log = directory() / "audit/default";
        auto const years = 6 * std::chrono::days(366);
        for (auto const at : {std::chrono::seconds(0), std::chrono::seconds(years)}) {
            audit::LeafBuilder leaf(audit::Event::heartbeat, audit::Outcome::ok);
            append(leaf.number("cosigned", at.count()));
        }
        auto const state = audit::judge_retention(log, *audit::RetentionPeriod::of_years(6), {},
                                                  clock_.now() + years);
        SALUS_CHECK(state.has_value() && state->due.has_value());
        auto const prefix = state->due->with({});
        audit::LeafBuilder leaf(audit::Event::retention_pruned, audit::Outcome::ok);
        auto const index = append(leaf.pruned(prefix));
        auto const recorded = audit::declare_pruned(log, *state->due, prefix, index);
        SALUS_CHECK(recorded && audit::remove_pruned_segments(log, *recorded).has_value());
        std::filesystem::create_directories(log / "tile/0");
        for (auto const& file : {audit::versions_file(log, prefix.segment), log / kTile}) {
            SALUS_CHECK(write_file_durably(file, bytes_of("kept"), FileAccess::private_to_owner)
                            .has_value());
        }
        tiles_ = {kTile};
        return prefix;
    }
    void forget_tiles() { tiles_.clear(); }
    // The log of the copy that the last restore() left.
    Result<audit::Status> open_restored_log() {
        SALUS_TRY(auto opened, audit::Log::open({.directory = root_ / "restored/audit/default",
                                                 .origin = "salus/test/default",
                                                 .must_exist = true},
                                                clock_, silent_));
        return opened.log->status();
    }
    [[nodiscard]] bool is_restored(std::filesystem::path const& name) const {
        return std::filesystem::exists(root_ / "restored" / name);
    }

    // A new key-encryption key, to the end of the one before.
    void replace_root() {
        auto& rotation = keyring_->rotation();
        SALUS_CHECK(rotation.begin_kek_epoch().has_value());
        for (std::uint64_t left = 1; left > 0;) {
            left = rotation.rewrap_shard_keys(limits::kRewrappedAtOnce).value();
        }
        SALUS_CHECK(rotation.destroy_unused_keks().has_value());
    }
    // The key of this document's compartment, from what the last restore() left.
    Result<SecretBytes> restored_key(std::uint64_t number) {
        SALUS_TRY(auto const service,
                  keys::SealedFileService::open(root_ / "restored/keys/root.sealed", passphrase(),
                                                kRealm, random_));
        SALUS_TRY(auto const keyring,
                  keys::Keyring::open(root_ / "restored/keys/default", TenantName("default"),
                                      kRealm, *service, random_, clock_));
        return keyring->key_for_reading(store::samples::compartment(number), 1);
    }

    Plan plan() const {
        return {
            .instance = directory(),
            .realm = kRealm,
            .store = "store/records.db",
            .key_stores = {"keys/default/keys.db"},
            .data_files = {"salus.toml"},
            .key_files = {"keys/root.sealed"},
            .logs = {
                {.tenant = TenantName("default"), .directory = "audit/default", .tiles = tiles_}}};
    }
    Result<Made> back_up() const {
        std::error_code error;
        if (!std::filesystem::exists(target(), error)) {
            SALUS_TRY_VOID(Repository::create(target(), Part::data, kRealm));
        }
        if (!std::filesystem::exists(keys_target(), error)) {
            SALUS_TRY_VOID(Repository::create(keys_target(), Part::keys, kRealm));
        }
        SALUS_TRY(auto data, Repository::open(target(), Part::data));
        SALUS_TRY(auto keys, Repository::open(keys_target(), Part::keys));
        return make_backup(plan(), data, keys, key_, clock_, {});
    }
    // Restores and checks; the copy stays until the next call.
    Result<Checked> restore(Choice const& choice = {}) const {
        std::filesystem::remove_all(root_ / "restored");
        SALUS_TRY(auto restore, Restore::choose(target(), keys_target(), choice));
        SALUS_TRY_VOID(restore.extract(root_ / "restored"));
        return restore.check(root_ / "restored");
    }
    std::vector<std::filesystem::path> blocks(std::filesystem::path const& repository) const {
        std::vector<std::filesystem::path> all;
        for (auto const& each :
             std::filesystem::recursive_directory_iterator(repository / "blocks")) {
            if (each.is_regular_file()) all.push_back(each.path());
        }
        return all;
    }

private:
    static SecretBytes passphrase() { return SecretBytes(bytes_of("passphrase of the test")); }
    void open() {
        auto const kms_file = directory() / "keys" / "root.sealed";
        crypto::ScryptCost const cheap{.n = 16, .r = 1, .p = 1};
        service_ = *keys::SealedFileService::create(kms_file, passphrase(), kRealm, random_, cheap);
        keyring_ = *keys::Keyring::open(directory() / "keys" / "default", TenantName("default"),
                                        kRealm, *service_, random_, clock_);
        store_ = *store::open_embedded_store(directory() / "store" / "records.db", silent_);
        audit::Options options{.directory = directory() / "audit" / "default",
                               .origin = "salus/test/default",
                               .segment_bytes = std::size_t{256} * 1024};
        log_ = std::move(audit::Log::open(options, clock_, silent_)->log);
    }
    void close() {
        log_.reset();
        store_.reset();
        keyring_.reset();
    }
    std::uint64_t append(audit::LeafBuilder& leaf) {
        std::vector<audit::Record> records;
        records.push_back(*leaf.build());
        return executor_.run(log_->append(std::move(records), executor_))->front().index;
    }
    void change_keys(Literal sql, std::uint64_t number) {
        keyring_.reset();  // the file has one writer
        auto database = *sqlite::Database::open(directory() / "keys/default/keys.db", {});
        auto change = *database.prepare(sql);
        SALUS_CHECK(*change.run(store::samples::compartment(number).bytes()) == 1);
    }

    static constexpr char const* kTile = "tile/0/000";

    std::filesystem::path root_;
    std::vector<std::string> tiles_;
    SystemClock clock_;
    Log silent_{clock_, -1, LogLevel::error};
    crypto::SystemRandom random_;
    crypto::SigningKey key_ = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es256);
    BlockingExecutor executor_;
    std::unique_ptr<keys::SealedFileService> service_;
    std::unique_ptr<keys::Keyring> keyring_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<audit::Log> log_;
};

// Another byte where `at` points.
inline void flip(std::filesystem::path const& path, std::size_t at) {
    auto bytes = *read_file(path, std::size_t{64} * 1024 * 1024);
    bytes.at(at) ^= 1U;
    SALUS_CHECK(write_file_durably(path, bytes, FileAccess::private_to_owner).has_value());
}

}  // namespace salus::backup
