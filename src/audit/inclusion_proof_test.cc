#include "audit/inclusion_proof.h"

#include "audit/log_fixture.h"

namespace salus::audit {
namespace {

// RFC 9162 section 2.1.3.2, as it is written there.
bool verifies(InclusionProof const& proof) {
    if (proof.index >= proof.size) return false;
    auto fn = proof.index;
    auto sn = proof.size - 1;
    auto r = leaf_hash(bytes_of(proof.leaf));
    for (auto const& p : proof.nodes) {
        if (sn == 0) return false;
        if ((fn & 1U) == 1 || fn == sn) {
            r = node_hash(p, r);
            while ((fn & 1U) == 0 && fn != 0) {
                fn >>= 1U;
                sn >>= 1U;
            }
        } else {
            r = node_hash(r, p);
        }
        fn >>= 1U;
        sn >>= 1U;
    }
    return sn == 0 && r == proof.root;
}

TEST(SiblingsTest, CoverTheTreeButForTheLeaf) {
    EXPECT_TRUE(siblings_of(0, 1).empty());
    EXPECT_EQ(siblings_of(6, 7), (std::vector<LeafRange>{{4, 6}, {0, 4}}));
    for (std::uint64_t size = 1; size < 70; ++size) {
        for (std::uint64_t index = 0; index < size; ++index) {
            std::uint64_t covered = 1;
            for (auto const& range : siblings_of(index, size)) {
                covered += range.end - range.begin;
                EXPECT_FALSE(index >= range.begin && index < range.end);
            }
            EXPECT_EQ(covered, size);
        }
    }
}

class InclusionProofTest : public LogTest {};

TEST_F(InclusionProofTest, ProvesEachLeafOfEachTree) {
    ASSERT_TRUE(open());
    for (int i = 0; i < 21; ++i) {
        std::vector<Record> records;
        records.push_back(test_record(i, 0));
        ASSERT_TRUE(append(std::move(records)));
    }
    for (std::uint64_t const size : {1U, 2U, 7U, 8U, 13U, 21U}) {
        for (std::uint64_t index = 0; index < size; ++index) {
            auto const proof = prove_inclusion(directory_, index, size);
            ASSERT_TRUE(proof);
            EXPECT_TRUE(verifies(*proof)) << index << " of " << size;
            auto changed = *proof;
            changed.leaf.back() ^= 1;
            EXPECT_FALSE(verifies(changed));
            changed = *proof;
            changed.index = (changed.index + 1) % (size + 1);
            EXPECT_FALSE(verifies(changed));
        }
    }
    auto const whole = prove_inclusion(directory_, 3, 21);
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->root, log_->status().root);
    EXPECT_EQ(prove_inclusion(directory_, 21, 21).error().code, Errc::not_found);
    EXPECT_EQ(prove_inclusion(directory_, 3, 22).error().code, Errc::not_found);
}

}  // namespace
}  // namespace salus::audit
