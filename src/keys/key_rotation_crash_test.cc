// ENC-4: a crash at each durable step of each rotation, then a start that goes on from what the key
// store says.
#include <map>
#include <set>

#include "crypto/sealed.h"
#include "keys/dual_control/dual_control_for_test.h"
#include "keys/key_rotation.h"
#include "keys/keyring_for_test.h"

namespace salus::keys {
namespace {

// Stops at one point and remembers the names of all that were reached.
class StopAt final : public FaultPoints {
public:
    Result<void> reach(Literal point) override {
        names.emplace(point.text());
        if (reached++ == stop_at) return fail(Errc::unavailable, "stopped by a test");
        return {};
    }
    std::size_t stop_at = std::numeric_limits<std::size_t>::max();
    std::size_t reached = 0;
    std::set<std::string> names;
};

// A tenant with one sealed record in each compartment, whose keys are all rotated once.
class Tenant {
public:
    Tenant() {
        open(nullptr);
        for (auto const& compartment : compartments_) {
            seal(compartment);
        }
    }
    void open(FaultPoints* faults) {
        keyring_ = nullptr;
        keyring_ = Keyring::open(directory_.path() / "clinic", TenantName("clinic"), kRealm,
                                 *service_, random_, clock_, faults)
                       .value();
    }
    // Each part begins only what the key store says is not begun yet.
    Result<void> rotate() {
        SALUS_TRY_VOID(rotate_kek());
        for (std::uint32_t const shard : {1U, 2U, kTenantShard}) {
            SALUS_TRY_VOID(rotate_shard(shard));
        }
        for (auto const& compartment : compartments_) SALUS_TRY_VOID(rotate_data(compartment));
        SALUS_TRY_VOID(rotate_purpose(Purpose::cursor));
        SALUS_TRY_VOID(rotate_purpose(Purpose::blind_index));
        SALUS_TRY(auto const destroyed,
                  keyring_->rotation().destroy_compartment(approval_to_erase(erased_)));
        return {};
    }
    void expect_rotated() {
        auto const status = keyring_->rotation().status().value();
        for (auto const& kek : status.keks) {
            EXPECT_EQ(kek.state, kek.epoch == 2 ? KeyState::active : KeyState::destroyed);
        }
        for (auto const& key : status.shard_keys) {
            EXPECT_EQ(key.epoch, 2U) << key.shard;
            EXPECT_EQ(key.kek_epoch, 2U) << key.shard;
            EXPECT_EQ(key.state, KeyState::active) << key.shard;
        }
        for (auto const& key : status.data_keys) {
            EXPECT_TRUE(key.state == KeyState::destroyed ||
                        (key.version == 2 && key.state == KeyState::active));
        }
        for (auto const& [compartment, sealed] : records_) expect_opens_once(compartment, sealed);
        EXPECT_EQ(keyring_->key_for_writing(erased_).error().code, Errc::gone);
        EXPECT_FALSE(keyring_->key_for_reading(erased_, 1));
        EXPECT_EQ(keyring_->purpose_keys(Purpose::cursor).value().size(), 1U);
        EXPECT_FALSE(
            service_->wrap({.tenant = TenantName("clinic"), .epoch = 1}, {}, SecretBytes(32)));
    }

private:
    void seal(CompartmentId const& compartment) {
        auto const key = keyring_->key_for_writing(compartment).value();
        records_.insert_or_assign(compartment,
                                  sealer_.seal(key.key, key.version, {}, bytes_of("record")));
    }
    // Exactly one live version opens it.
    void expect_opens_once(CompartmentId const& compartment, crypto::Sealed const& sealed) {
        int opens = 0;
        for (std::uint32_t version = 1; version < 5; ++version) {
            auto const key = keyring_->key_for_reading(compartment, version);
            if (key && sealer_.open(*key, {}, sealed)) ++opens;
        }
        EXPECT_EQ(opens, 1) << compartment.hex();
    }
    Result<void> rotate_kek() {
        auto& rotation = keyring_->rotation();
        SALUS_TRY(auto const status, rotation.status());
        bool const begun = status.keks.size() > 1 && status.keks.back().state == KeyState::active;
        if (!begun) SALUS_TRY_VOID(rotation.begin_kek_epoch());
        for (std::uint64_t left = 1; left > 0;) {
            SALUS_TRY(left, rotation.rewrap_shard_keys(2));
        }
        SALUS_TRY_VOID(rotation.destroy_unused_keks());
        return {};
    }
    Result<void> rotate_shard(std::uint32_t shard) {
        auto& rotation = keyring_->rotation();
        SALUS_TRY(auto const status, rotation.status());
        bool const begun = std::ranges::any_of(status.shard_keys, [shard](auto const& key) {
            return key.shard == shard && key.epoch == 2;
        });
        if (!begun) SALUS_TRY_VOID(rotation.begin_shard_epoch(shard));
        for (std::uint64_t left = 1; left > 0;) {
            SALUS_TRY(left, rotation.rewrap_keys_of_shard(shard, 1));
        }
        SALUS_TRY_VOID(rotation.destroy_unused_shard_keys(shard));
        return {};
    }
    Result<void> rotate_data(CompartmentId const& compartment) {
        auto& rotation = keyring_->rotation();
        SALUS_TRY(auto const key, keyring_->key_for_writing(compartment));
        if (key.version == 1) SALUS_TRY_VOID(rotation.begin_data_key(compartment));
        if (records_.at(compartment).key_version() < 2) {
            SALUS_TRY(auto const old, keyring_->key_for_reading(compartment, 1));
            EXPECT_TRUE(sealer_.open(old, {}, records_.at(compartment)));
            seal(compartment);
        }
        SALUS_TRY(auto const live, rotation.live_data_keys(compartment));
        if (live.front() == 1) SALUS_TRY_VOID(rotation.retire_data_key(compartment, 1));
        return rotation.destroy_data_key(compartment, 1);
    }
    Result<void> rotate_purpose(Purpose purpose) {
        auto& rotation = keyring_->rotation();
        SALUS_TRY(auto const active, keyring_->purpose_key_for_writing(purpose));
        if (active.version == 1) {
            SALUS_TRY(auto const next, rotation.begin_purpose_key(purpose));
            SALUS_TRY_VOID(rotation.set_purpose_state(purpose, next, KeyState::active));
        }
        return rotation.destroy_purpose_key(purpose, 1);
    }

    TemporaryDirectory directory_;
    crypto::SystemRandom random_;
    crypto::Sealer sealer_{random_};
    ManualClock clock_{WallTime(std::chrono::seconds(1'800'000'000))};
    std::unique_ptr<SealedFileService> service_ = make_service(directory_.path(), random_);
    std::unique_ptr<Keyring> keyring_;
    std::vector<CompartmentId> const compartments_{compartment_of(1), compartment_of(65),
                                                   compartment_of(2)};
    CompartmentId const erased_ = compartment_of(66);
    std::map<CompartmentId, crypto::Sealed> records_;
};

std::size_t points_without_a_stop(std::set<std::string>& names) {
    Tenant tenant;
    StopAt counting;
    tenant.open(&counting);
    EXPECT_TRUE(tenant.rotate());
    tenant.expect_rotated();
    names = counting.names;
    return counting.reached;
}

TEST(KeyRotationCrashTest, EveryStepMayBeTheLastBeforeARestart) {
    std::set<std::string> names;
    auto const points = points_without_a_stop(names);
    EXPECT_GE(points, 40U);
    EXPECT_GE(names.size(), 20U);
    for (std::size_t point = 0; point < points; ++point) {
        Tenant tenant;
        StopAt stop;
        stop.stop_at = point;
        tenant.open(&stop);
        EXPECT_FALSE(tenant.rotate()) << point;
        tenant.open(nullptr);
        auto const resumed = tenant.rotate();
        EXPECT_TRUE(resumed) << point << ": " << resumed.error().why.text();
        tenant.expect_rotated();
        if (::testing::Test::HasFailure()) FAIL() << "at point " << point;
    }
}

// Twice in one rotation, anywhere, and a start that stops again.
TEST(KeyRotationCrashTest, ACrashWhileResumingIsResumedToo) {
    std::set<std::string> names;
    auto const points = points_without_a_stop(names);
    for (std::size_t first = 0; first < points; first += 5) {
        for (std::size_t second = 0; second < 12; second += 3) {
            Tenant tenant;
            StopAt stop;
            stop.stop_at = first;
            tenant.open(&stop);
            EXPECT_FALSE(tenant.rotate());
            StopAt again;
            again.stop_at = second;
            tenant.open(&again);
            static_cast<void>(tenant.rotate());
            tenant.open(nullptr);
            ASSERT_TRUE(tenant.rotate()) << first << " " << second;
            tenant.expect_rotated();
            if (::testing::Test::HasFailure()) FAIL() << first << " " << second;
        }
    }
}

}  // namespace
}  // namespace salus::keys
