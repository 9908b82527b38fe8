// What the key management back ends cost: wrap and unwrap of one key, the opening of a tenant's
// keyring, the renewal of its shard keys, a miss of the cache of data keys, and rotation of each.
// SoftHSM2 stands for an HSM, so its numbers are a lower bound.
//   build/release/keys_bench
#include <cstdio>

#include "foundation/limits.h"
#include "keys/keyring.h"
#include "keys/pkcs11/token_for_test.h"

namespace {

using namespace salus;
using namespace salus::keys;

constexpr int kRounds = 2'000;

template <class Work>
double microseconds(int rounds, Work work) {
    auto const start = std::chrono::steady_clock::now();
    for (int i = 0; i < rounds; ++i) work(i);
    auto const time = std::chrono::steady_clock::now() - start;
    return std::chrono::duration<double, std::micro>(time).count() / rounds;
}

void measure(char const* name, KeyManagementService& service) {
    TemporaryDirectory const directory;
    crypto::SystemRandom random;
    ManualClock clock{WallTime(std::chrono::seconds(1'800'000'000))};
    KekName const kek{.tenant = TenantName("bench"), .epoch = 1};
    SALUS_CHECK(service.ensure(kek).has_value());
    auto const key = crypto::random_secret(random, kKeyBytes);
    auto const wrapped = service.wrap(kek, {}, key).value();
    auto const wrap =
        microseconds(kRounds, [&](int) { SALUS_CHECK(service.wrap(kek, {}, key).has_value()); });
    auto const unwrap = microseconds(
        kRounds, [&](int) { SALUS_CHECK(service.unwrap(kek, {}, wrapped).has_value()); });
    std::unique_ptr<Keyring> keyring;
    auto const open = microseconds(1, [&](int) {
        keyring =
            Keyring::open(directory.path(), kek.tenant, kRealm, service, random, clock).value();
    });
    std::vector<CompartmentId> compartments;
    for (std::uint64_t i = 0; i < kRounds; ++i) compartments.push_back(compartment_of(i));
    SALUS_CHECK(keyring->prepare(compartments).has_value());
    clock.advance(limits::kShardKeyCacheTime / 3);
    auto const refresh = microseconds(1, [&](int) { SALUS_CHECK(keyring->refresh().has_value()); });
    auto const miss = microseconds(kRounds, [&](int i) {
        SALUS_CHECK(
            keyring->key_for_reading(compartments[static_cast<std::size_t>(i)], 1).has_value());
    });
    std::printf("%-12s wrap %.1f us, unwrap %.1f us, open %.1f ms, refresh %.1f ms, miss %.1f us\n",
                name, wrap, unwrap, open / 1'000, refresh / 1'000, miss);
}

// What rotation costs for each key, on a tenant of its own: a KEK and its shard keys, a shard's
// keys wrapped again, a data key begun and destroyed.
void measure_rotation(char const* name, KeyManagementService& service) {
    TemporaryDirectory const directory;
    crypto::SystemRandom random;
    ManualClock const clock{WallTime(std::chrono::seconds(1'800'000'000))};
    auto const keyring =
        Keyring::open(directory.path(), TenantName("rotation"), kRealm, service, random, clock)
            .value();
    std::vector<CompartmentId> compartments;
    for (std::uint64_t i = 0; i < kRounds; ++i) compartments.push_back(compartment_of(1 + 64 * i));
    SALUS_CHECK(keyring->prepare(compartments).has_value());
    auto& rotation = keyring->rotation();
    auto const kek = microseconds(1, [&](int) {
        SALUS_CHECK(rotation.begin_kek_epoch().has_value());
        SALUS_CHECK(rotation.rewrap_shard_keys(100).value() == 0);
        SALUS_CHECK(rotation.destroy_unused_keks().has_value());
    });
    SALUS_CHECK(rotation.begin_shard_epoch(1).has_value());
    auto const shard = microseconds(1, [&](int) {
        while (rotation.rewrap_keys_of_shard(1, limits::kRewrappedAtOnce).value() > 0) {
        }
    });
    constexpr int kDataKeys = 200;
    auto const begin = microseconds(kDataKeys, [&](int i) {
        auto const& compartment = compartments[static_cast<std::size_t>(i)];
        SALUS_CHECK(rotation.begin_data_key(compartment).has_value());
    });
    auto const destroy = microseconds(kDataKeys, [&](int i) {
        auto const& compartment = compartments[static_cast<std::size_t>(i)];
        SALUS_CHECK(rotation.destroy_data_key(compartment, 1).has_value());
    });
    std::printf(
        "%-12s rotation: KEK %.1f ms, shard %.1f us a key, data key begun %.0f us, "
        "destroyed %.0f us\n",
        name, kek / 1'000, shard / kRounds, begin, destroy);
}

// A record of this size, with its patient's key in the cache: what sealing adds to a write, and
// opening to a read.
void measure_records(KeyManagementService& service) {
    TemporaryDirectory const directory;
    crypto::SystemRandom random;
    SystemClock const clock;
    auto const keyring =
        Keyring::open(directory.path(), TenantName("records"), kRealm, service, random, clock)
            .value();
    auto const compartment = compartment_of(1);
    SALUS_CHECK(keyring->prepare(std::span(&compartment, 1)).has_value());
    crypto::Sealer sealer(random);
    crypto::Context context;
    context.add(crypto::Context::Part::realm, kRealm).add(crypto::Context::Part::id, "record");
    for (std::size_t const size : {256U, 1'024U, 2'048U, 4'096U, 65'536U}) {
        Bytes const plain(size, 'x');
        auto const key = keyring->key_for_writing(compartment).value();
        auto const sealed = sealer.seal(key.key, key.version, context, plain);
        auto const seal = microseconds(kRounds, [&](int) {
            auto const writing = keyring->key_for_writing(compartment).value();
            SALUS_CHECK(!sealer.seal(writing.key, writing.version, context, plain).bytes().empty());
        });
        auto const open = microseconds(kRounds, [&](int) {
            auto const reading = keyring->key_for_reading(compartment, key.version).value();
            SALUS_CHECK(sealer.open(reading, context, sealed).has_value());
        });
        std::printf("record of %5zu bytes: seal %.1f us, open %.1f us\n", size, seal, open);
    }
}

}  // namespace

int main() {
    TemporaryDirectory const directory;
    crypto::SystemRandom random;
    auto const file = make_service(directory.path(), random);
    measure("sealed-file", *file);
    measure_rotation("sealed-file", *file);
    measure_records(*file);
    pkcs11::TokenForTest const token;
    auto const service = pkcs11::Pkcs11Service::open(token.settings(), kRealm, random).value();
    measure("pkcs11", *service);
    measure_rotation("pkcs11", *service);
    return 0;
}
