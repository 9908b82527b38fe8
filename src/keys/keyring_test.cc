#include "keys/keyring.h"

#include <gtest/gtest.h>
#include <thread>

#include "foundation/limits.h"
#include "keys/keys_for_test.h"
#include "sqlite/database.h"

namespace salus::keys {
namespace {

// Counts calls and can be gone, as an HSM can.
class CountingService final : public KeyManagementService {
public:
    explicit CountingService(KeyManagementService& inner) : inner_(inner) {}
    Result<void> ensure(KekName const& name) override { return inner_.ensure(name); }
    Result<Bytes> wrap(KekName const& name, BytesView context, SecretBytes const& key) override {
        ++wraps;
        if (is_gone) return fail(Errc::unavailable, "gone");
        return inner_.wrap(name, context, key);
    }
    Result<SecretBytes> unwrap(KekName const& name, BytesView context, BytesView wrapped) override {
        ++unwraps;
        if (is_gone) return fail(Errc::unavailable, "gone");
        return inner_.unwrap(name, context, wrapped);
    }
    Literal description() const noexcept override { return "counting"; }
    bool may_block() const noexcept override { return blocks; }

    bool blocks = false;
    int wraps = 0;
    int unwraps = 0;
    bool is_gone = false;

private:
    KeyManagementService& inner_;
};

class KeyringTest : public ::testing::Test {
protected:
    Result<std::unique_ptr<Keyring>> try_open(std::string tenant = "clinic",
                                              std::string realm = kRealm) {
        return Keyring::open(directory_.path() / "clinic", TenantName(std::move(tenant)),
                             std::move(realm), service_, random_, clock_);
    }
    std::unique_ptr<Keyring> open() {
        auto keyring = try_open();
        EXPECT_TRUE(keyring) << keyring.error().why.text();
        return *std::move(keyring);
    }
    sqlite::Database database() {
        return sqlite::Database::open(directory_.path() / "clinic" / "keys.db", {}).value();
    }
    // What an intruder with the database does, while the keyring is closed.
    void attack(Literal sql) {
        auto attacked = database();
        auto const done = attacked.run(sql);
        ASSERT_TRUE(done) << done.error().why.text();
    }
    Errc reading(Keyring& keyring, CompartmentId const& compartment, std::uint32_t version = 1) {
        auto const key = keyring.key_for_reading(compartment, version);
        EXPECT_FALSE(key) << "a key was opened that must not open";
        return key ? Errc::internal : key.error().code;
    }
    Errc writing(Keyring& keyring, CompartmentId const& compartment) {
        auto const key = keyring.key_for_writing(compartment);
        EXPECT_FALSE(key) << "a key was opened that must not open";
        return key ? Errc::internal : key.error().code;
    }

    TemporaryDirectory directory_;
    crypto::SystemRandom random_;
    ManualClock clock_{WallTime(std::chrono::seconds(1'800'000'000))};
    std::unique_ptr<SealedFileService> kms_ = make_service(directory_.path(), random_);
    CountingService service_{*kms_};
    static constexpr int kShardKeys = 65;
    CompartmentId const a_ = compartment_of(1);
    CompartmentId const b_ = compartment_of(2);
    CompartmentId const same_shard_as_a_ = compartment_of(1 + 64);
};

TEST_F(KeyringTest, AKeyLastsOverRestarts) {
    auto keyring = open();
    auto const made = keyring->key_for_writing(a_).value();
    EXPECT_EQ(made.version, 1U);
    EXPECT_EQ(made.key.size(), 32U);
    EXPECT_TRUE(keyring->key_for_reading(a_, 1).value() == made.key);
    keyring = nullptr;
    keyring = open();
    EXPECT_TRUE(keyring->key_for_reading(a_, 1).value() == made.key);
    auto const again = keyring->key_for_writing(a_).value();
    EXPECT_TRUE(again.key == made.key && again.version == 1);
    EXPECT_EQ(keyring->statistics().data_keys, 1U);
}

TEST_F(KeyringTest, KeysOfCompartmentsPurposesAndTenantsDiffer) {
    auto keyring = open();
    std::vector<SecretBytes> keys;
    for (auto const& compartment : {a_, b_, same_shard_as_a_}) {
        keys.push_back(std::move(keyring->key_for_writing(compartment).value().key));
    }
    for (auto const purpose : {Purpose::address, Purpose::blind_index, Purpose::audit_detail,
                               Purpose::cursor, Purpose::token_signing}) {
        keys.push_back(keyring->purpose_key(purpose).value());
        EXPECT_TRUE(keys.back() == keyring->purpose_key(purpose).value());
    }
    auto const other = Keyring::open(directory_.path() / "hospital", TenantName("hospital"), kRealm,
                                     service_, random_, clock_)
                           .value();
    keys.push_back(std::move(other->key_for_writing(a_).value().key));
    keys.push_back(other->purpose_key(Purpose::address).value());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) EXPECT_FALSE(keys[i] == keys[j]) << i << " " << j;
    }
}

TEST_F(KeyringTest, UnknownKeysAreNotFound) {
    auto const keyring = open();
    EXPECT_EQ(reading(*keyring, a_), Errc::not_found);
    ASSERT_TRUE(keyring->key_for_writing(a_));
    EXPECT_EQ(reading(*keyring, a_, 0), Errc::not_found);
    EXPECT_EQ(reading(*keyring, a_, 2), Errc::not_found);
    EXPECT_EQ(reading(*keyring, a_, 0xFFFFFFFF), Errc::not_found);
    EXPECT_EQ(reading(*keyring, b_), Errc::not_found);
}

TEST_F(KeyringTest, PreparedKeysAreDurableAndKeepWhatIsThere) {
    auto keyring = open();
    auto const made = keyring->key_for_writing(a_).value();
    std::vector<CompartmentId> compartments;
    for (std::uint64_t i = 0; i < 500; ++i) compartments.push_back(compartment_of(i));
    compartments.push_back(compartments.back());  // named twice
    ASSERT_TRUE(keyring->prepare(compartments));
    EXPECT_EQ(keyring->statistics().data_keys, 500U);
    EXPECT_TRUE(keyring->key_for_reading(a_, 1).value() == made.key);
    keyring = nullptr;
    keyring = open();
    EXPECT_EQ(keyring->statistics().data_keys, 500U);
    for (auto const& compartment : compartments) {
        ASSERT_TRUE(keyring->key_for_reading(compartment, 1));
    }
    std::vector<CompartmentId> const too_many(limits::kKeyPreparation + 1, a_);
    EXPECT_EQ(keyring->prepare(too_many).error().code, Errc::too_large);
}

TEST_F(KeyringTest, NoKeyIsMadeWithoutTheKms) {
    auto const keyring = open();
    service_.is_gone = true;
    EXPECT_EQ(writing(*keyring, a_), Errc::unavailable);
    std::vector<CompartmentId> const both{a_, b_};
    EXPECT_EQ(keyring->prepare(both).error().code, Errc::unavailable);
    service_.is_gone = false;
    EXPECT_EQ(reading(*keyring, a_), Errc::not_found);
    EXPECT_EQ(keyring->statistics().data_keys, 0U);
    EXPECT_TRUE(keyring->key_for_writing(a_));
}

TEST_F(KeyringTest, TheKmsIsCalledOncePerShardAndPeriod) {
    auto const keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    ASSERT_TRUE(keyring->key_for_writing(same_shard_as_a_));
    auto const before = service_.unwraps;
    clock_.advance(limits::kDataKeyCacheTime + std::chrono::seconds(1));
    ASSERT_TRUE(keyring->key_for_reading(a_, 1));
    ASSERT_TRUE(keyring->key_for_reading(same_shard_as_a_, 1));
    EXPECT_EQ(service_.unwraps, before);
    clock_.advance(limits::kShardKeyCacheTime);
    ASSERT_TRUE(keyring->key_for_reading(a_, 1));
    ASSERT_TRUE(keyring->key_for_reading(same_shard_as_a_, 1));
    EXPECT_EQ(service_.unwraps, before + 1);
}

// Absolute, not sliding: use does not prolong a key's time in the cache.
TEST_F(KeyringTest, TheCacheTimeIsAbsolute) {
    auto const keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    auto const statistics = keyring->statistics();
    for (int i = 0; i < 299; ++i) {
        clock_.advance(std::chrono::seconds(1));
        ASSERT_TRUE(keyring->key_for_reading(a_, 1));
        ASSERT_TRUE(keyring->key_for_writing(a_));
    }
    EXPECT_EQ(keyring->statistics().cache_misses, statistics.cache_misses);
    EXPECT_EQ(keyring->statistics().cache_hits, statistics.cache_hits + 2 * 299);
    clock_.advance(std::chrono::seconds(1));
    ASSERT_TRUE(keyring->key_for_reading(a_, 1));
    EXPECT_EQ(keyring->statistics().cache_misses, statistics.cache_misses + 1);
    // Setting the wall clock back does not keep keys alive.
    clock_.advance(limits::kDataKeyCacheTime);
    clock_.step_wall(-std::chrono::hours(24));
    keyring->forget_expired();
    EXPECT_EQ(keyring->statistics().cached, 0U);
}

TEST_F(KeyringTest, AKmsThatIsGoneStopsTheKeysInBoundedTime) {
    auto const keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    service_.is_gone = true;
    EXPECT_TRUE(keyring->key_for_reading(a_, 1));
    clock_.advance(limits::kShardKeyCacheTime);
    EXPECT_EQ(reading(*keyring, a_), Errc::unavailable);
    EXPECT_EQ(writing(*keyring, a_), Errc::unavailable);
    EXPECT_FALSE(keyring->purpose_key(Purpose::cursor));
}

TEST_F(KeyringTest, TheCacheIsBounded) {
    auto const keyring = open();
    std::vector<CompartmentId> compartments;
    // All in one part of the cache: its share is a sixteenth of the whole.
    for (std::uint64_t i = 0; i < 8'000; ++i) compartments.push_back(compartment_of(i * 16));
    ASSERT_TRUE(keyring->prepare(compartments));
    for (auto const& compartment : compartments) {
        ASSERT_TRUE(keyring->key_for_writing(compartment));
    }
    EXPECT_EQ(keyring->statistics().cached, limits::kDataKeyCacheEntries / 16);
    EXPECT_TRUE(keyring->key_for_writing(compartments.front()));
}

// KEY-5: a key that is forgotten is nowhere in the process.
TEST_F(KeyringTest, AForgottenKeyIsNowhereInMemory) {
    auto const keyring = open();
    std::optional<MemorySearch> search;
    {
        auto const made = keyring->key_for_writing(a_).value();
        auto const read = keyring->key_for_reading(a_, 1).value();
        search.emplace(made.key.reveal());
    }
    EXPECT_EQ(search->count(), 1U);  // in the cache, and the search works
    clock_.advance(limits::kDataKeyCacheTime);
    keyring->forget_expired();
    EXPECT_EQ(search->count(), 0U);
    // Unwrapped again, as after a miss, and forgotten again.
    ASSERT_TRUE(keyring->key_for_reading(a_, 1));
    EXPECT_EQ(search->count(), 1U);
    clock_.advance(limits::kDataKeyCacheTime);
    keyring->forget_expired();
    EXPECT_EQ(search->count(), 0U);
}

TEST_F(KeyringTest, AnEvictedKeyAndAClosedKeyringLeaveNothing) {
    auto keyring = open();
    auto const search_of = [&keyring](CompartmentId const& compartment) {
        auto const made = keyring->key_for_writing(compartment).value();
        return MemorySearch(made.key.reveal());
    };
    auto const evicted = search_of(compartment_of(0));
    EXPECT_EQ(evicted.count(), 1U);
    std::vector<CompartmentId> compartments;
    for (std::uint64_t i = 1; i < 6'300; ++i) compartments.push_back(compartment_of(i * 16));
    ASSERT_TRUE(keyring->prepare(compartments));
    for (auto const& compartment : compartments) {
        ASSERT_TRUE(keyring->key_for_writing(compartment));
    }
    EXPECT_EQ(evicted.count(), 0U);
    auto const cached = search_of(compartment_of(1));
    auto const purpose = [&keyring] {
        auto const key = keyring->purpose_key(Purpose::blind_index).value();
        return MemorySearch(key.reveal());
    }();
    EXPECT_EQ(cached.count(), 1U);
    EXPECT_EQ(purpose.count(), 1U);
    keyring = nullptr;
    EXPECT_EQ(cached.count(), 0U);
    EXPECT_EQ(purpose.count(), 0U);
}

TEST_F(KeyringTest, TheKeyStoreHoldsNoKeyAndIsPrivate) {
    std::vector<Bytes> keys;
    {
        auto const keyring = open();
        auto const data_key = keyring->key_for_writing(a_).value();
        auto const purpose_key = keyring->purpose_key(Purpose::address).value();
        keys.emplace_back(data_key.key.reveal().begin(), data_key.key.reveal().end());
        keys.emplace_back(purpose_key.reveal().begin(), purpose_key.reveal().end());
    }
    for (auto const& entry : std::filesystem::recursive_directory_iterator(directory_.path())) {
        if (!entry.is_regular_file()) continue;
        auto const contents = read_file(entry.path(), 64 * limits::kMiB).value();
        for (auto const& key : keys) {
            EXPECT_EQ(text_of(contents).find(text_of(key)), std::string_view::npos);
        }
        auto const mode = entry.status().permissions();
        EXPECT_EQ(mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
                  std::filesystem::perms::none)
            << entry.path();
    }
}

TEST_F(KeyringTest, EveryFlippedByteOfAWrappedDataKeyIsCorrupt) {
    ASSERT_TRUE(open()->key_for_writing(a_));
    Bytes good;
    {
        auto attacked = database();
        auto select = attacked.prepare("SELECT wrapped FROM data_key").value();
        auto rows = select.query();
        ASSERT_TRUE(rows.next().value());
        good.assign(rows.bytes(0).begin(), rows.bytes(0).end());
    }
    ASSERT_EQ(good.size(), 136U);
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto flipped = good;
        flipped[i] ^= 0x04;
        {
            auto attacked = database();
            auto update = attacked.prepare("UPDATE data_key SET wrapped = ?1").value();
            ASSERT_TRUE(update.run(BytesView(flipped)));
        }
        auto const keyring = open();
        EXPECT_EQ(reading(*keyring, a_), Errc::corrupt) << i;
        EXPECT_EQ(writing(*keyring, a_), Errc::corrupt) << i;
    }
}

TEST_F(KeyringTest, EveryFlippedByteOfAWrappedShardKeyIsCorrupt) {
    ASSERT_TRUE(open()->key_for_writing(a_));
    Bytes good;
    {
        auto attacked = database();
        auto select = attacked.prepare("SELECT wrapped FROM shard_key WHERE shard = 1").value();
        auto rows = select.query();
        ASSERT_TRUE(rows.next().value());
        good.assign(rows.bytes(0).begin(), rows.bytes(0).end());
    }
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto flipped = good;
        flipped[i] ^= 0x80;
        {
            auto attacked = database();
            auto update =
                attacked.prepare("UPDATE shard_key SET wrapped = ?1 WHERE shard = 1").value();
            ASSERT_TRUE(update.run(BytesView(flipped)));
        }
        auto const keyring = open();
        EXPECT_EQ(reading(*keyring, a_), Errc::corrupt) << i;
        EXPECT_EQ(writing(*keyring, same_shard_as_a_), Errc::corrupt) << i;
    }
}

TEST_F(KeyringTest, SwappedRowsAreCorrupt) {
    auto keyring = open();
    for (auto const& compartment : {a_, b_, same_shard_as_a_}) {
        ASSERT_TRUE(keyring->key_for_writing(compartment));
    }
    keyring = nullptr;
    // Every compartment gets another one's key: of its own shard, or of another.
    attack(
        "CREATE TABLE saved AS SELECT compartment, wrapped FROM data_key;"
        "UPDATE data_key SET wrapped = (SELECT wrapped FROM saved "
        "    WHERE saved.compartment <> data_key.compartment LIMIT 1);");
    keyring = open();
    for (auto const& compartment : {a_, b_, same_shard_as_a_}) {
        EXPECT_EQ(reading(*keyring, compartment), Errc::corrupt);
        EXPECT_EQ(writing(*keyring, compartment), Errc::corrupt);
    }
}

TEST_F(KeyringTest, AnotherVersionOrStateIsCorrupt) {
    ASSERT_TRUE(open()->key_for_writing(a_));
    attack("UPDATE data_key SET version = 2");
    EXPECT_EQ(reading(*open(), a_, 2), Errc::corrupt);
    attack("UPDATE data_key SET version = 1, state = 2");
    EXPECT_EQ(reading(*open(), a_), Errc::corrupt);
    EXPECT_EQ(writing(*open(), a_), Errc::conflict);  // not even tried
    attack("UPDATE data_key SET state = 9");
    EXPECT_EQ(reading(*open(), a_), Errc::corrupt);
    attack("UPDATE data_key SET state = 1, wrapped = NULL");
    EXPECT_EQ(reading(*open(), a_), Errc::corrupt);
}

TEST_F(KeyringTest, ATombstoneStaysATombstone) {
    ASSERT_TRUE(open()->key_for_writing(a_));
    attack("UPDATE data_key SET state = 3, wrapped = NULL");
    auto const keyring = open();
    EXPECT_EQ(reading(*keyring, a_), Errc::not_found);
    EXPECT_EQ(writing(*keyring, a_), Errc::gone);
    EXPECT_TRUE(keyring->prepare(std::span(&a_, 1)));
    EXPECT_EQ(writing(*keyring, a_), Errc::gone);
    EXPECT_EQ(keyring->statistics().data_keys, 0U);
}

TEST_F(KeyringTest, AnotherTenantsRowsAreCorrupt) {
    ASSERT_TRUE(open()->key_for_writing(a_));
    std::filesystem::copy(directory_.path() / "clinic", directory_.path() / "saved",
                          std::filesystem::copy_options::recursive);
    // The whole key store under another name.
    EXPECT_EQ(try_open("hospital").error().code, Errc::conflict);
    EXPECT_EQ(try_open("clinic", "another-realm").error().code, Errc::conflict);
    attack("UPDATE key_store SET tenant = CAST('hospital' AS BLOB)");
    auto const stolen = try_open("hospital");
    ASSERT_TRUE(stolen);
    EXPECT_EQ(reading(**stolen, a_), Errc::corrupt);
    EXPECT_EQ(writing(**stolen, a_), Errc::corrupt);
    EXPECT_EQ(stolen.value()->purpose_key(Purpose::address).error().code, Errc::corrupt);
}

TEST_F(KeyringTest, ShardKeysCannotChangePlaces) {
    auto keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    ASSERT_TRUE(keyring->key_for_writing(b_));
    keyring = nullptr;
    attack(
        "UPDATE shard_key SET shard = 1000 WHERE shard = 1;"
        "UPDATE shard_key SET shard = 1 WHERE shard = 2;"
        "UPDATE shard_key SET shard = 2 WHERE shard = 1000;");
    keyring = open();
    EXPECT_EQ(reading(*keyring, a_), Errc::corrupt);
    EXPECT_EQ(writing(*keyring, b_), Errc::corrupt);
    EXPECT_EQ(writing(*keyring, same_shard_as_a_), Errc::corrupt);
}

TEST_F(KeyringTest, AMissingShardKeyIsCorruptAndAnUnknownEpochIsNotFound) {
    ASSERT_TRUE(open()->key_for_writing(a_));
    attack("UPDATE shard_key SET kek_epoch = 2 WHERE shard = 1");
    EXPECT_EQ(reading(*open(), a_), Errc::not_found);
    attack("DELETE FROM shard_key WHERE shard = 1");
    EXPECT_EQ(reading(*open(), a_), Errc::corrupt);
}

TEST_F(KeyringTest, PurposeKeysCannotChangePlacesOrBeReplaced) {
    static_cast<void>(open());
    attack(
        "UPDATE purpose_key SET purpose = 9 WHERE purpose = 1;"
        "UPDATE purpose_key SET purpose = 1 WHERE purpose = 2;"
        "UPDATE purpose_key SET purpose = 2 WHERE purpose = 9;");
    EXPECT_EQ(open()->purpose_key(Purpose::address).error().code, Errc::corrupt);
    EXPECT_EQ(open()->purpose_key(Purpose::blind_index).error().code, Errc::corrupt);
    EXPECT_TRUE(open()->purpose_key(Purpose::cursor));
    attack("DELETE FROM purpose_key WHERE purpose = 4");
    EXPECT_EQ(try_open().error().code, Errc::corrupt);
}

TEST_F(KeyringTest, AKmsThatMayBlockIsNeverCalledForARequest) {
    service_.blocks = true;
    auto keyring = open();
    EXPECT_EQ(service_.wraps, kShardKeys);
    EXPECT_EQ(service_.unwraps, kShardKeys);
    std::vector<CompartmentId> compartments;
    for (std::uint64_t i = 0; i < 200; ++i) compartments.push_back(compartment_of(i));
    ASSERT_TRUE(keyring->prepare(std::span(compartments).first(100)));
    for (auto const& compartment : compartments) {
        ASSERT_TRUE(keyring->key_for_writing(compartment));
        ASSERT_TRUE(keyring->key_for_reading(compartment, 1));
    }
    ASSERT_TRUE(keyring->purpose_key(Purpose::cursor));
    EXPECT_EQ(service_.wraps, kShardKeys);
    EXPECT_EQ(service_.unwraps, kShardKeys);
    // The next start opens what is there, and makes nothing.
    keyring = nullptr;
    keyring = open();
    EXPECT_EQ(service_.wraps, kShardKeys);
    EXPECT_EQ(service_.unwraps, 2 * kShardKeys);
    ASSERT_TRUE(keyring->key_for_reading(compartments.back(), 1));
}

TEST_F(KeyringTest, ARefreshOpensKeysAnewBeforeTheirTimeIsOver) {
    service_.blocks = true;
    auto const keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    auto const before = service_.unwraps;
    ASSERT_TRUE(keyring->refresh());
    EXPECT_EQ(service_.unwraps, before);  // all fresh
    for (int i = 1; i <= 10; ++i) {
        clock_.advance(limits::kShardKeyCacheTime / 3);
        ASSERT_TRUE(keyring->refresh());
        EXPECT_EQ(service_.unwraps, before + i * kShardKeys);
        keyring->forget_expired();
        ASSERT_TRUE(keyring->key_for_reading(a_, 1));
        ASSERT_TRUE(keyring->purpose_key(Purpose::cursor));
    }
}

// Cached keys serve to their absolute end, then nothing does, then everything again.
TEST_F(KeyringTest, AKmsThatMayBlockMayBeGoneForAWhile) {
    service_.blocks = true;
    auto const keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    service_.is_gone = true;
    clock_.advance(limits::kShardKeyCacheTime - std::chrono::seconds(1));
    EXPECT_EQ(keyring->refresh().error().code, Errc::unavailable);
    EXPECT_TRUE(keyring->key_for_reading(a_, 1));
    EXPECT_TRUE(keyring->key_for_writing(b_));
    clock_.advance(std::chrono::seconds(1) + limits::kDataKeyCacheTime);
    EXPECT_EQ(keyring->refresh().error().code, Errc::unavailable);
    auto const calls = service_.unwraps;
    EXPECT_EQ(reading(*keyring, a_), Errc::unavailable);
    EXPECT_EQ(writing(*keyring, a_), Errc::unavailable);
    EXPECT_EQ(writing(*keyring, same_shard_as_a_), Errc::unavailable);
    EXPECT_EQ(keyring->purpose_key(Purpose::cursor).error().code, Errc::unavailable);
    EXPECT_EQ(service_.unwraps, calls);  // nobody waited for it
    service_.is_gone = false;
    EXPECT_EQ(reading(*keyring, a_), Errc::unavailable);  // until it is refreshed
    ASSERT_TRUE(keyring->refresh());
    EXPECT_TRUE(keyring->key_for_reading(a_, 1));
    EXPECT_TRUE(keyring->key_for_writing(same_shard_as_a_));
    EXPECT_TRUE(keyring->purpose_key(Purpose::cursor));
}

TEST_F(KeyringTest, ADamagedShardKeyCostsItsOwnShardAlone) {
    service_.blocks = true;
    auto keyring = open();
    ASSERT_TRUE(keyring->key_for_writing(a_));
    ASSERT_TRUE(keyring->key_for_writing(b_));
    keyring = nullptr;
    attack("UPDATE shard_key SET wrapped = zeroblob(136) WHERE shard = 1");
    keyring = open();
    EXPECT_EQ(reading(*keyring, a_), Errc::unavailable);
    EXPECT_TRUE(keyring->key_for_reading(b_, 1));
    clock_.advance(limits::kShardKeyCacheTime - std::chrono::seconds(1));
    EXPECT_EQ(keyring->refresh().error().code, Errc::corrupt);
    clock_.advance(limits::kDataKeyCacheTime);
    EXPECT_TRUE(keyring->key_for_reading(b_, 1));
}

TEST_F(KeyringTest, AKmsThatIsGoneStopsTheStart) {
    service_.blocks = true;
    service_.is_gone = true;
    EXPECT_EQ(try_open().error().code, Errc::unavailable);
    service_.is_gone = false;
    auto const keyring = open();
    EXPECT_TRUE(keyring->key_for_writing(a_));
}

TEST_F(KeyringTest, ThreadsAgreeOnTheKeyOfANewCompartment) {
    auto const keyring = open();
    constexpr std::uint64_t kCompartments = 100;
    std::array<std::vector<SecretBytes>, 4> seen;
    {
        std::vector<std::jthread> threads;
        for (auto& mine : seen) {
            threads.emplace_back([&keyring, &mine] {
                for (std::uint64_t i = 0; i < kCompartments; ++i) {
                    auto made = keyring->key_for_writing(compartment_of(i)).value();
                    ASSERT_TRUE(keyring->key_for_reading(compartment_of(i), 1).value() == made.key);
                    ASSERT_TRUE(keyring->purpose_key(Purpose::cursor));
                    if (i % 16 == 0) keyring->forget_expired();
                    mine.push_back(std::move(made.key));
                }
            });
        }
    }
    for (std::size_t i = 0; i < kCompartments; ++i) {
        for (auto const& other : seen) EXPECT_TRUE(other.at(i) == seen[0][i]) << i;
    }
    EXPECT_EQ(keyring->statistics().data_keys, kCompartments);
}

}  // namespace
}  // namespace salus::keys
