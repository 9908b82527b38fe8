#include "audit/merkle.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace salus::audit {
namespace {

using Hashes = std::vector<crypto::Sha256Digest>;

// RFC 6962 section 2.1, word for word.
crypto::Sha256Digest brute_force(std::span<crypto::Sha256Digest const> leaves) {
    if (leaves.empty()) return crypto::sha256(BytesView());
    if (leaves.size() == 1) return leaves[0];
    std::size_t split = 1;
    while (split * 2 < leaves.size()) split *= 2;
    return node_hash(brute_force(leaves.first(split)), brute_force(leaves.subspan(split)));
}

TEST(MerkleTest, MeetsTheVectorsOfCertificateTransparency) {
    std::vector<std::string> const leaves = {"",
                                             "00",
                                             "10",
                                             "2021",
                                             "3031",
                                             "40414243",
                                             "5051525354555657",
                                             "606162636465666768696a6b6c6d6e6f"};
    std::vector<std::string> const roots = {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    CompactRange range;
    EXPECT_EQ(to_hex(range.root()), roots[0]);
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        range.append(leaf_hash(*from_hex(leaves[i])));
        EXPECT_EQ(to_hex(range.root()), roots[i + 1]) << i;
    }
}

TEST(MerkleTest, EqualsBruteForceAndSurvivesBeingTakenApart) {
    CompactRange range;
    Hashes leaves;
    for (std::uint32_t i = 0; i < 300; ++i) {
        leaves.push_back(leaf_hash(bytes_of(std::to_string(i))));
        range.append(leaves.back());
        EXPECT_EQ(range.root(), brute_force(leaves));
        auto const again = CompactRange::from(range.size(), range.subtrees());
        ASSERT_TRUE(again);
        EXPECT_EQ(*again, range);
        EXPECT_FALSE(CompactRange::from(range.size() * 2 + 1, range.subtrees()));
    }
}

}  // namespace
}  // namespace salus::audit
