#include "crypto/sealed.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <gtest/gtest.h>

#include "crypto/hmac.h"

namespace salus::crypto {
namespace {

constexpr std::size_t kChunk = std::size_t{16} * 1024;
constexpr std::size_t kOverhead = 80;
constexpr std::size_t kTag = 16;

// A generator that was restored from a snapshot: the same bytes every time.
class StuckRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> out) noexcept override {
        std::ranges::fill(out, std::uint8_t{0x5A});
    }
};

class Sealing : public ::testing::Test {
protected:
    static Context context_of(std::string_view id) {
        Context context;
        context.add(Context::Part::tenant, "clinic").add(Context::Part::id, id);
        return context;
    }
    [[nodiscard]] Sealed seal(std::string_view plaintext) {
        return sealer_.seal(key_, 7, context_, bytes_of(plaintext));
    }
    // The error of opening these bytes, which must fail in one and the same way.
    void expect_refused(Bytes bytes, SecretBytes const& key, Context const& context) {
        auto const sealed = Sealed::from_storage(std::move(bytes));
        if (!sealed) {
            EXPECT_EQ(sealed.error().code, Errc::corrupt);
            return;
        }
        auto const opened = sealer_.open(key, context, *sealed);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, Errc::corrupt);
        // The caller's memory is left with what it held, or with nothing.
        Bytes memory(Sealer::opened_size(*sealed), 0);
        EXPECT_EQ(sealer_.open_into(key, context, *sealed, memory).error().code, Errc::corrupt);
        EXPECT_TRUE(std::ranges::all_of(memory, [](std::uint8_t byte) { return byte == 0; }));
    }
    void expect_refused(Bytes bytes) { expect_refused(std::move(bytes), key_, context_); }
    static Bytes copy_of(Sealed const& sealed) {
        return {sealed.bytes().begin(), sealed.bytes().end()};
    }

    SystemRandom random_;
    Sealer sealer_{random_};
    SecretBytes key_ = random_secret(random_, 32);
    Context context_ = context_of("patient-1");
};

TEST_F(Sealing, EverySizeAroundAChunkOpensAgain) {
    for (auto const size : {std::size_t{0}, std::size_t{1}, std::size_t{15}, std::size_t{2048},
                            kChunk - 1, kChunk, kChunk + 1, 3 * kChunk, 3 * kChunk + 100}) {
        auto const plaintext = std::string(size, 'x');
        auto const sealed = seal(plaintext);
        EXPECT_EQ(sealed.bytes().size(), size + kOverhead + size / kChunk * kTag);
        EXPECT_EQ(sealed.key_version(), 7U);
        auto const opened = sealer_.open(key_, context_, sealed, 64);
        ASSERT_TRUE(opened) << size;
        EXPECT_TRUE(*opened == plaintext) << size;
        EXPECT_GE(opened->capacity(), size + 64);
        auto const* const slack = opened->data() + opened->size();
        EXPECT_TRUE(std::all_of(slack, slack + 64, [](char c) { return c == '\0'; }));
        ASSERT_EQ(Sealer::opened_size(sealed), size);
        Bytes memory(size);
        ASSERT_TRUE(sealer_.open_into(key_, context_, sealed, memory)) << size;
        EXPECT_TRUE(text_of(memory) == plaintext) << size;
    }
}

TEST_F(Sealing, AnyFlippedBitIsCorrupt) {
    auto const good = copy_of(seal("blood pressure 120/80"));
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        auto bad = good;
        bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1U << (bit % 8)));
        expect_refused(std::move(bad));
    }
}

TEST_F(Sealing, AnyTruncationOrExtensionIsCorrupt) {
    auto const good = copy_of(seal("blood pressure 120/80"));
    for (std::size_t size = 0; size < good.size(); ++size) {
        expect_refused(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)));
    }
    for (std::size_t more = 1; more <= 40; ++more) {
        auto longer = good;
        longer.resize(good.size() + more);
        expect_refused(std::move(longer));
    }
}

TEST_F(Sealing, CutAtAChunkBorderIsCorrupt) {
    auto const good = copy_of(seal(std::string(2 * kChunk + 5, 'x')));
    auto const chunk = static_cast<std::ptrdiff_t>(kChunk + kTag);
    expect_refused(Bytes(good.begin(), good.begin() + 64 + 2 * chunk));
    expect_refused(Bytes(good.begin(), good.begin() + 64 + chunk));
    // A first chunk dropped, so that the short last one is still last.
    auto dropped = good;
    dropped.erase(dropped.begin() + 64, dropped.begin() + 64 + chunk);
    expect_refused(std::move(dropped));
    // An exact multiple ends with an empty chunk; without it the record is cut.
    auto const even = copy_of(seal(std::string(kChunk, 'x')));
    expect_refused(Bytes(even.begin(), even.end() - kTag));
    // The length alone shows it, before any key is at hand.
    EXPECT_FALSE(Sealed::from_storage(Bytes(even.begin(), even.end() - kTag)));
    EXPECT_FALSE(Sealed::from_storage(Bytes(even.begin(), even.end() - 1)));
}

TEST_F(Sealing, SwappedOrRepeatedChunksAreCorrupt) {
    auto const good = copy_of(seal(std::string(3 * kChunk, 'x')));
    auto const chunk = static_cast<std::ptrdiff_t>(kChunk + kTag);
    auto swapped = good;
    std::swap_ranges(swapped.begin() + 64, swapped.begin() + 64 + chunk,
                     swapped.begin() + 64 + chunk);
    expect_refused(std::move(swapped));
    auto repeated = good;
    std::copy_n(good.begin() + 64, chunk, repeated.begin() + 64 + chunk);
    expect_refused(std::move(repeated));
}

TEST_F(Sealing, ChunksOfAnotherRecordAreCorrupt) {
    auto const a = copy_of(seal("aaaa"));
    auto const b = copy_of(seal("aaaa"));
    EXPECT_NE(a, b);
    for (auto const& [from, size] : {std::pair{8, 24}, {32, 32}, {64, 20}, {8, 56}, {32, 52}}) {
        auto mixed = a;
        std::copy_n(b.begin() + from, size, mixed.begin() + from);
        expect_refused(std::move(mixed));
    }
}

TEST_F(Sealing, WrongContextIsCorrupt) {
    auto const good = copy_of(seal("text"));
    expect_refused(good, key_, context_of("patient-2"));
    expect_refused(good, key_, context_of("patient-"));
    expect_refused(good, key_, Context());
    auto longer = context_of("patient-1");
    longer.add(Context::Part::version, std::uint64_t{1});
    expect_refused(good, key_, longer);
    // The same bytes divided between parts in another way are another context.
    Context shifted;
    shifted.add(Context::Part::tenant, "clinicp").add(Context::Part::id, "atient-1");
    expect_refused(good, key_, shifted);
}

TEST_F(Sealing, KeyVersionIsAuthenticated) {
    auto bad = copy_of(seal("text"));
    bad[7] = 8;
    expect_refused(std::move(bad));
}

TEST_F(Sealing, WrongKeyIsCorrupt) {
    auto const good = copy_of(seal("text"));
    expect_refused(good, random_secret(random_, 32), context_);
    auto near = key_.clone();
    near.mutable_bytes()[31] ^= 1;
    expect_refused(good, near, context_);
}

// Key commitment: what opens under one key opens under no other, even when the commitment field is
// replaced by the other key's (all that remains of the record is then under the wrong key).
TEST_F(Sealing, RecordIsCommittedToOneKey) {
    auto const good = copy_of(seal("text"));
    auto const other = random_secret(random_, 32);
    auto const scheme = std::string("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM") + '\0';
    auto const view = BytesView(good);
    auto const keys = hkdf_expand_sha512(
        other.reveal(), {bytes_of(scheme), view.subspan(8, 24), view.first(8), context_.bytes()},
        76);
    auto bad = good;
    std::ranges::copy(keys.reveal().last(32), bad.begin() + 32);
    expect_refused(bad, other, context_);
    expect_refused(bad, key_, context_);
}

TEST_F(Sealing, StuckGeneratorDoesNotRepeatASaltForAnotherText) {
    StuckRandom stuck;
    auto const salt_of = [&](std::string_view id, std::string_view text) {
        Sealer sealer(stuck);
        auto const sealed = sealer.seal(key_, 1, context_of(id), bytes_of(text));
        auto const salt = sealed.bytes().subspan(8, 24);
        return Bytes(salt.begin(), salt.end());
    };
    auto const salt = salt_of("a", "text");
    EXPECT_EQ(salt, salt_of("a", "text"));  // the generator is stuck, so the test can fail
    EXPECT_NE(salt, salt_of("a", "other"));
    EXPECT_NE(salt, salt_of("b", "text"));
}

TEST_F(Sealing, RandomBatchIsUsedOnce) {
    std::vector<Bytes> salts;
    for (int i = 0; i < 300; ++i) {  // more than two batches
        auto const sealed = seal("same");
        auto const salt = sealed.bytes().subspan(8, 24);
        salts.emplace_back(salt.begin(), salt.end());
    }
    std::ranges::sort(salts);
    EXPECT_EQ(std::ranges::adjacent_find(salts), salts.end());
}

TEST_F(Sealing, AFailureLeavesNothingBehindForTheNextRecord) {
    auto const good = seal("text");
    auto bad = copy_of(good);
    bad.back() ^= 1;
    for (int i = 0; i < 3; ++i) {
        expect_refused(bad);
        auto const opened = sealer_.open(key_, context_, good);
        ASSERT_TRUE(opened);
        EXPECT_EQ(*opened, "text");
    }
}

TEST_F(Sealing, FromStorageRefusesWhatIsNoRecord) {
    EXPECT_FALSE(Sealed::from_storage({}));
    EXPECT_FALSE(Sealed::from_storage(Bytes(1000)));
    auto const good = copy_of(seal("text"));
    for (std::size_t i = 0; i < 4; ++i) {
        auto bad = good;
        ++bad[i];
        EXPECT_FALSE(Sealed::from_storage(bad));
    }
    EXPECT_TRUE(Sealed::from_storage(good));
}

// A record that tests/outside/open_sealed_record.py sealed, an implementation that shares nothing
// with this one.
TEST_F(Sealing, RecordOfAnotherImplementationOpens) {
    auto const pinned = from_hex(
        "5352010100000007"
        "000102030405060708090a0b0c0d0e0f1011121314151617"
        "2d4320fa9f810dacaf6dc0a82608c18f85c43518e78f6d33d6dac61d0e5511a6"
        "fec5b3e0f3d369e9ca1bd086c8cb5733430cc6cac049b2fa6e99d263901216f37174ee39b5");
    ASSERT_TRUE(pinned);
    SecretBytes key(32);
    std::ranges::fill(key.mutable_bytes(), std::uint8_t{0x42});
    auto const sealed = Sealed::from_storage(*pinned);
    ASSERT_TRUE(sealed);
    auto const opened = sealer_.open(key, context_of("patient-1"), *sealed);
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, "blood pressure 120/80");
}

}  // namespace
}  // namespace salus::crypto
