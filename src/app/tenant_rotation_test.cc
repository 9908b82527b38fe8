// The rotation of a tenant's keys (ENC-4) with real keys, store and audit log: of every kind to its
// end; stopped, as by a crash, at each durable step of it; told to rest; and with what cannot be
// opened in its way.
#include "app/tenant_rotation.h"

#include <array>
#include <gtest/gtest.h>
#include <limits>
#include <map>

#include "fhir/index_entry.h"
#include "foundation/fault_points.h"
#include "keys/dual_control/dual_control_for_test.h"
#include "pipeline/pipeline_for_test.h"

namespace salus::app {
namespace {

using keys::KeyState;
using keys::Purpose;
using keys::RotationKind;
using salus::testing::must;
using namespace std::chrono_literals;

// Stops at one point, as a crash does: of the keys, of the audit log, of the store.
class StopAt final : public FaultPoints {
public:
    Result<void> reach(Literal) override {
        if (reached++ == stop_at) return fail(Errc::unavailable, "stopped by a test");
        return {};
    }
    void set(std::size_t point) {
        reached = 0;
        stop_at = point;
    }
    static constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();
    std::size_t stop_at = kNever;
    std::size_t reached = 0;
};

// Stops before a leaf is recorded, and after.
class StoppingLog final : public audit::Log {
public:
    StoppingLog(std::unique_ptr<audit::Log> log, StopAt& stop)
        : log_(std::move(log)), stop_(stop) {}
    Task<Result<std::vector<audit::Position>>> append(std::vector<audit::Record> records,
                                                      Executor& home) override {
        SALUS_CO_TRY_VOID(stop_.reach("leaf to be recorded"));
        SALUS_CO_TRY(auto positions, co_await log_->append(std::move(records), home));
        SALUS_CO_TRY_VOID(stop_.reach("leaf recorded"));
        co_return positions;
    }
    [[nodiscard]] audit::Status status() const override { return log_->status(); }

private:
    std::unique_ptr<audit::Log> log_;
    StopAt& stop_;
};

constexpr std::array kAllKinds{RotationKind::kek,           RotationKind::shard,
                               RotationKind::data,          RotationKind::blind_index,
                               RotationKind::token_signing, RotationKind::cursor,
                               RotationKind::audit_detail};

class TenantRotationTest : public ::testing::Test {
protected:
    TenantRotationTest() {
        SALUS_CHECK(make_private_directory(directory_).has_value());
        store_.hooks.before_reseal = [this]() -> std::optional<Error> {
            if (conflicts_ > 0) {
                --conflicts_;
                return Error{Errc::conflict, "somebody was faster", {}, {}};
            }
            auto const stopped = stop_.reach("records to be sealed again");
            return stopped ? std::nullopt : std::optional(stopped.error());
        };
        audit::Options options{.directory = directory_ / "audit",
                               .origin = "salus/test/default",
                               .segment_bytes = 8 * limits::kMiB};
        auto opened = must(audit::Log::open(options, instance_.clock, instance_.log));
        log_ = std::make_unique<StoppingLog>(std::move(opened.log), stop_);
        start();
        for (auto const* id : {"one", "two"}) {
            write("Patient", id, id, R"(,"name":[{"family":"F)" + std::string(id) + R"("}])");
        }
        for (int i = 0; i < 3; ++i) {
            write("Observation", "o" + std::to_string(i), "one",
                  R"(,"status":"final","code":{"text":"x"})");
        }
    }

    // As a process that begins: nothing is remembered but what is durable.
    void start() {
        stop_.set(StopAt::kNever);
        rotation_.reset();
        house_.tenants.clear();
        records_.reset();
        keyring_.reset();
        keyring_ = must(keys::Keyring::open(directory_, TenantName("default"), keys::kRealm,
                                            *instance_.key_service, instance_.random,
                                            instance_.clock, &stop_));
        request::Tenant const tenant{.name = TenantName("default"),
                                     .realm = keys::kRealm,
                                     .path = "",
                                     .public_url = "https://localhost:8443",
                                     .keyring = *keyring_,
                                     .audit_log = *log_,
                                     .store = store_};
        auto tokens = must(
            authentication::TokenKeys::open(directory_ / "token.sealed", tenant, instance_.random));
        house_.tenants.push_back(std::make_unique<pipeline::TenantHouse>(
            pipeline::TenantHouse{.tenant = tenant,
                                  .token_keys = std::move(tokens),
                                  .policy = std::make_unique<authorization::PolicyInForce>(
                                      salus::testing::policy_for_test())}));
        records_ =
            must(records::Records::make(house_.tenants[0]->tenant, instance_.random, cache_));
        rotation_ = must(TenantRotation::make(house_, *house_.tenants[0], settings_));
    }
    void write(std::string const& type, std::string const& id, std::string const& patient,
               std::string const& more) {
        records::Change change;
        change.type = type;
        change.id = id;
        change.compartment = patient_of(patient);
        change.version = 1;
        auto const text = R"({"resourceType":")" + type + R"(","id":")" + id + "\"" + more + "}";
        change.text = EphiText(text);
        auto const resource = must(fhir::Reader::parse(EphiText(text), parser_));
        change.index_entry = must(fhir::make_index_entry(resource.view(), WallTime{}));
        store::Batch batch;
        batch.writes.push_back(must(records_->seal(change)));
        ASSERT_TRUE(executor_.run(store_.commit(std::move(batch), executor_)));
    }
    [[nodiscard]] CompartmentId patient_of(std::string const& id) const {
        return records_->addressing().patient_compartment(id);
    }
    [[nodiscard]] bool reads(std::string const& type, std::string const& id) {
        auto const found = records_->get(records::DocumentClass::resource, type, id);
        return found && found->has_value();
    }
    [[nodiscard]] keys::KeyRotation& rotation() { return keyring_->rotation(); }
    [[nodiscard]] keys::RotationStatus status() { return must(rotation().status()); }

    void order(std::span<RotationKind const> kinds) {
        due_.clear();
        for (auto const kind : kinds) order(kind);
        instance_.clock.advance(2s);
    }
    // The root takes ballots, or a standing order, as here; all others are asked for.
    void order(RotationKind kind) {
        if (kind == RotationKind::kek) {
            settings_.ages[kind] = 1;
            instance_.clock.advance(std::chrono::days(1) + 1s);
            due_.emplace(kind, instance_.clock.now());
            return;
        }
        auto const before = to_unix_seconds(instance_.clock.now()) + 1;
        due_.emplace(kind, must(rotation().request(keys::order_of(kind, before))).older_than);
    }
    Result<bool> advance() { return rotation_->advance({}); }
    // As the job does, with time passing; whether it came to its end.
    Result<bool> carry_on() {
        for (int turn = 0; turn < 12; ++turn) {
            SALUS_TRY_VOID(advance());
            if (is_done()) return true;
            instance_.clock.advance(61s);
        }
        return false;
    }
    [[nodiscard]] bool is_new(RotationKind kind, KeyState state, WallTime created) const {
        auto const due = due_.find(kind);
        return state == KeyState::destroyed || due == due_.end() ||
               (state == KeyState::active && created >= due->second);
    }
    // Keys of cursors stay for a while, and of audit details for good.
    [[nodiscard]] bool is_new(keys::PurposeKeyStatus const& key) const {
        switch (key.purpose) {
            case Purpose::address: return true;
            case Purpose::blind_index:
                return is_new(RotationKind::blind_index, key.state, key.created);
            case Purpose::token_signing:
                return is_new(RotationKind::token_signing, key.state, key.created);
            case Purpose::cursor:
                return key.state == KeyState::decrypt_only ||
                       is_new(RotationKind::cursor, key.state, key.created);
            case Purpose::audit_detail:
                return key.state == KeyState::decrypt_only ||
                       is_new(RotationKind::audit_detail, key.state, key.created);
        }
        return false;
    }
    // Of everything that was ordered one key, made since.
    [[nodiscard]] bool is_done() {
        auto const now = status();
        return std::ranges::all_of(now.keks,
                                   [this](auto const& key) {
                                       return is_new(RotationKind::kek, key.state, key.created);
                                   }) &&
               std::ranges::all_of(now.shard_keys,
                                   [this](auto const& key) {
                                       return is_new(RotationKind::shard, key.state, key.created);
                                   }) &&
               std::ranges::all_of(now.data_keys,
                                   [this](auto const& key) {
                                       return is_new(RotationKind::data, key.state, key.oldest);
                                   }) &&
               std::ranges::all_of(now.purpose_keys,
                                   [this](auto const& key) { return is_new(key); });
    }
    void expect_everything_reads() {
        for (auto const* id : {"one", "two"}) EXPECT_TRUE(reads("Patient", id)) << id;
        for (auto const* id : {"o0", "o1", "o2"}) EXPECT_TRUE(reads("Observation", id)) << id;
        auto const reader = must(store_.open_reader());
        for (auto const* id : {"one", "two"}) {
            auto const key = must(keyring_->key_for_writing(patient_of(id)));
            auto const old = must(reader->sealed_under(patient_of(id), key.version, {}, 100));
            EXPECT_TRUE(old.records.empty()) << id;
        }
        must(records_->renew_token_keys());
        EXPECT_TRUE(must(reader->tokens_below(records_->addressing().token_version(), 1)).empty());
    }
    template <class T>
    static T must(Result<T> result) {
        return salus::testing::must(std::move(result));
    }
    static void must(Result<void> const& done) { ASSERT_TRUE(done) << done.error().why.text(); }

    salus::testing::TestInstance instance_;
    salus::testing::HookedStore store_{*instance_.store};
    StopAt stop_;
    int conflicts_ = 0;
    std::filesystem::path directory_ = instance_.directory.path() / "default";
    std::unique_ptr<audit::Log> log_;
    records::IndexCache cache_{limits::kMiB, instance_.clock};
    salus::testing::EmptyReport report_;
    salus::testing::IdleBackups backups_;
    RotationSettings settings_;
    std::unique_ptr<keys::Keyring> keyring_;
    authentication::TokenGuards token_guards_{instance_.clock.now() - limits::kClockSkew,
                                              instance_.random};
    salus::testing::KeySourceForTest key_source_;
    oauth::RemoteKeys remote_keys_{key_source_, instance_.clock, instance_.log};
    pipeline::House house_{.clock = instance_.clock,
                           .log = instance_.log,
                           .random = instance_.random,
                           .index_cache = cache_,
                           .control_report = report_,
                           .backups = backups_,
                           .token_guards = token_guards_,
                           .remote_keys = remote_keys_,
                           .tenants = {}};
    std::unique_ptr<records::Records> records_;
    std::unique_ptr<TenantRotation> rotation_;
    json::Parser parser_;
    BlockingExecutor executor_;
    std::map<RotationKind, WallTime> due_;
};

TEST_F(TenantRotationTest, NothingIsDoneThatNobodyOrdered) {
    for (int turn = 0; turn < 3; ++turn) {
        EXPECT_FALSE(must(advance()));
        instance_.clock.advance(61s);
    }
    EXPECT_EQ(stop_.reached, 0U);
}

TEST_F(TenantRotationTest, EveryKindComesToItsEnd) {
    order(kAllKinds);
    EXPECT_TRUE(must(carry_on()));
    expect_everything_reads();
    start();
    expect_everything_reads();
}

// Each round stops one point later, begins anew as after a crash, and comes to its end.
TEST_F(TenantRotationTest, ACrashAtAnyStepIsContinued) {
    std::size_t stopped = 0;
    for (std::size_t point = 0;; ++point) {
        order(kAllKinds);
        stop_.set(point);
        auto const done = carry_on();
        bool const was_stopped = stop_.reached > point;
        start();
        auto const ended = carry_on();
        ASSERT_TRUE(ended && *ended) << point << " " << (ended ? "" : ended.error().why.text());
        expect_everything_reads();
        if (::testing::Test::HasFailure()) FAIL() << "at point " << point;
        if (!was_stopped) {
            EXPECT_TRUE(done && *done);
            break;
        }
        EXPECT_FALSE(done) << point;
        ++stopped;
        instance_.clock.advance(limits::kCursorLife + 1s);  // its earlier key goes
        must(advance());
    }
    std::printf("stopped at %zu points\n", stopped);
    EXPECT_GE(stopped, 40U);
}

// Whoever orders new keys for cursors faster than the old ones end holds up no other kind.
TEST_F(TenantRotationTest, AKindThatCannotBeBegunHoldsUpNoOther) {
    std::array const cursor{RotationKind::cursor};
    for (std::size_t i = 0; i < limits::kKeyVersionsLive; ++i) {
        order(cursor);
        instance_.clock.advance(61s);
        static_cast<void>(advance());
    }
    std::array const others{RotationKind::token_signing, RotationKind::blind_index};
    for (auto const kind : others) order(kind);
    due_.erase(RotationKind::cursor);
    instance_.clock.advance(2s);
    EXPECT_FALSE(advance());  // told, in the log
    for (int turn = 0; turn < 4; ++turn) {
        instance_.clock.advance(61s);
        EXPECT_FALSE(advance());
    }
    EXPECT_TRUE(is_done());
    // One of the old ones ends, and then the next can begin.
    instance_.clock.advance(limits::kCursorLife);
    EXPECT_FALSE(advance());
    instance_.clock.advance(61s);
    must(advance());
}

TEST_F(TenantRotationTest, APauseInTheMiddleOfACompartmentHoldsItsNextBatch) {
    for (std::size_t i = 0; i < 2 * limits::kResealedAtOnce; ++i) {
        write("Observation", "many" + std::to_string(i), "one",
              R"(,"status":"final","code":{"text":"x"})");
    }
    int batches = 0;
    store_.hooks.before_reseal = [&]() -> std::optional<Error> {
        if (++batches == 1) must(rotation().set_paused(true));
        return std::nullopt;
    };
    std::array const data{RotationKind::data};
    order(data);
    must(advance());
    EXPECT_EQ(batches, 1);
    start();  // over a restart too
    instance_.clock.advance(61s);
    must(advance());
    EXPECT_EQ(batches, 1);
    must(rotation().set_paused(false));
    EXPECT_TRUE(must(carry_on()));
    EXPECT_GT(batches, 2);
    expect_everything_reads();
}

TEST_F(TenantRotationTest, ALostRaceIsTriedAgain) {
    conflicts_ = 3;
    std::array const data{RotationKind::data};
    order(data);
    EXPECT_TRUE(must(carry_on()));
    EXPECT_EQ(conflicts_, 0);
    expect_everything_reads();
}

// Its old key stays, and the others' go.
TEST_F(TenantRotationTest, WhatCannotBeOpenedIsSetAsideAndHoldsUpNoOther) {
    {
        auto const reader = must(store_.open_reader());
        auto const address = records_->addressing().address("Observation", "o1");
        auto stored = must(reader->get(address));
        ASSERT_TRUE(stored);
        auto bytes = Bytes(stored->document.bytes().begin(), stored->document.bytes().end());
        bytes.back() ^= 1U;
        std::vector<store::Reseal> batch;
        batch.push_back({.compartment = patient_of("one"),
                         .place = {.address = address, .version = 1},
                         .document = store::Replacement(std::move(stored->document),
                                                        must(crypto::Sealed::from_storage(bytes))),
                         .index_entry = {}});
        ASSERT_TRUE(executor_.run(instance_.store->reseal(std::move(batch), executor_)));
    }
    std::array const data{RotationKind::data};
    order(data);
    EXPECT_FALSE(must(carry_on()));
    EXPECT_EQ(must(rotation().live_data_keys(patient_of("two"))), (std::vector<std::uint32_t>{2}));
    EXPECT_EQ(must(rotation().live_data_keys(patient_of("one"))),
              (std::vector<std::uint32_t>{1, 2}));
    EXPECT_TRUE(reads("Observation", "o0"));
}

}  // namespace
}  // namespace salus::app
