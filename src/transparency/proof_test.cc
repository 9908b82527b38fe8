// Proofs from tiles against the definition in RFC 6962, and what must not verify.
#include "transparency/proof.h"

#include "transparency/tiles_fixture.h"

namespace salus::transparency {
namespace {

class ProofTest : public TilesTest {
protected:
    static TreeHead head(std::uint64_t size) { return {size, tree_hash(0, size)}; }
};

TEST_F(ProofTest, EveryLeafOfEveryTreeIsIncluded) {
    for (std::uint64_t size = 1; size <= 40; ++size) {
        grow(size);
        TileReader tiles(directory_, size);
        for (std::uint64_t index = 0; index < size; ++index) {
            auto const proof = prove_inclusion(tiles, index);
            ASSERT_TRUE(proof);
            EXPECT_TRUE(proves_inclusion(head(size), index, test_hash(index), *proof));
            EXPECT_FALSE(proves_inclusion(head(size), index, test_hash(index + 1), *proof));
            EXPECT_FALSE(proves_inclusion(head(size), index + 1, test_hash(index), *proof));
            EXPECT_FALSE(proves_inclusion(head(size + 1), index, test_hash(index), *proof));
        }
        EXPECT_EQ(prove_inclusion(tiles, size).error().code, Errc::not_found);
    }
}

TEST_F(ProofTest, EveryTreeContinuesEveryEarlierOne) {
    for (std::uint64_t size = 1; size <= 70; ++size) {
        grow(size);
        TileReader tiles(directory_, size);
        for (std::uint64_t old = 0; old <= size; ++old) {
            auto const proof = prove_consistency(tiles, old);
            ASSERT_TRUE(proof);
            EXPECT_TRUE(proves_consistency(head(old), head(size), *proof)) << old << " " << size;
            if (old == 0 || old == size) continue;
            EXPECT_FALSE(proves_consistency({old, tree_hash(1, old + 1)}, head(size), *proof));
            EXPECT_FALSE(proves_consistency(head(old), {size, tree_hash(1, size + 1)}, *proof));
            EXPECT_FALSE(proves_consistency(head(old - 1), head(size), *proof))
                << old << " " << size;
        }
        EXPECT_EQ(prove_consistency(tiles, size + 1).error().code, Errc::not_found);
    }
}

TEST_F(ProofTest, LargeTreesAcrossTileLevels) {
    constexpr std::uint64_t kSize = 66'123;
    grow(kSize);
    TileReader tiles(directory_, kSize);
    auto const whole = head(kSize);
    for (std::uint64_t index : {0U, 1U, 255U, 256U, 65'535U, 65'536U, 66'000U, 66'122U}) {
        auto const proof = prove_inclusion(tiles, index);
        ASSERT_TRUE(proof);
        EXPECT_TRUE(proves_inclusion(whole, index, test_hash(index), *proof)) << index;
    }
    for (std::uint64_t old : {1U, 255U, 256U, 257U, 65'536U, 65'537U, 66'122U}) {
        auto const proof = prove_consistency(tiles, old);
        ASSERT_TRUE(proof);
        EXPECT_TRUE(proves_consistency(head(old), whole, *proof)) << old;
    }
    // A fresh reader opens a file for each level, and two where the edge is near.
    TileReader fresh(directory_, kSize);
    ASSERT_TRUE(prove_inclusion(fresh, 12'345));
    EXPECT_LE(fresh.files_read(), 6U);
}

TEST_F(ProofTest, AnyChangedNodeIsRefused) {
    constexpr std::uint64_t kSize = 300;
    grow(kSize);
    TileReader tiles(directory_, kSize);
    auto const inclusion = prove_inclusion(tiles, 77).value();
    auto const consistency = prove_consistency(tiles, 123).value();
    auto const whole = head(kSize);
    auto const accepts = [&](Proof const& proof, bool of_inclusion) {
        return of_inclusion ? proves_inclusion(whole, 77, test_hash(77), proof)
                            : proves_consistency(head(123), whole, proof);
    };
    for (bool const of_inclusion : {true, false}) {
        auto const& proof = of_inclusion ? inclusion : consistency;
        ASSERT_TRUE(accepts(proof, of_inclusion));
        for (std::size_t i = 0; i < proof.size(); ++i) {
            auto changed = proof;
            changed[i][i] ^= 1;
            EXPECT_FALSE(accepts(changed, of_inclusion));
            auto shorter = proof;
            shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
            EXPECT_FALSE(accepts(shorter, of_inclusion));
            auto longer = proof;
            longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(i), proof[i]);
            EXPECT_FALSE(accepts(longer, of_inclusion));
        }
    }
}

TEST_F(ProofTest, TheEmptyTreeIsContinuedByAllAndContinuesNone) {
    EXPECT_TRUE(proves_consistency({}, head(5), {}));
    EXPECT_TRUE(proves_consistency({}, {}, {}));
    EXPECT_FALSE(proves_consistency(head(5), {}, {}));
    EXPECT_FALSE(proves_consistency({0, test_hash(1)}, head(5), {}));
    EXPECT_FALSE(proves_inclusion({}, 0, test_hash(0), {}));
}

}  // namespace
}  // namespace salus::transparency
