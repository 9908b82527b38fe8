// A tenant's keyring over a key management service that counts its calls and can be gone.
// Thread safety: one thread, as a test.
#pragma once

#include <gtest/gtest.h>

#include "keys/keyring.h"
#include "keys/keys_for_test.h"
#include "sqlite/database.h"

namespace salus::keys {

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
    Result<void> destroy(KekName const& name) override { return inner_.destroy(name); }
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

}  // namespace salus::keys
