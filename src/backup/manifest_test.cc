#include "backup/manifest.h"

#include <gtest/gtest.h>

namespace salus::backup {
namespace {

Manifest sample() {
    Manifest manifest;
    manifest.backup = 7;
    manifest.realm = "a-realm";
    manifest.point = 1'795'000'000'000'000;
    manifest.files = {
        {.name = "store/records.db", .tree = {.size = 5, .root = {1, 2}}},
        {.name = "audit/default/0000000001.segment", .tree = {.size = 6, .root = {3}}}};
    manifest.logs = {{.tenant = TenantName("default"), .begin = 3, .size = 4, .root = {9}}};
    manifest.previous = crypto::sha256(bytes_of("previous"));
    return manifest;
}

class ManifestTest : public ::testing::Test {
protected:
    crypto::SigningKey key_ = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es256);
    crypto::SigningKey other_ = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es256);
};

TEST_F(ManifestTest, OpensToWhatWasSigned) {
    auto const signed_bytes = sign(sample(), key_).value();
    for (auto const& pin :
         {std::optional<crypto::VerifyingKey>(), std::optional(key_.verifying_key())}) {
        auto const opened = open_manifest(signed_bytes, pin).value();
        EXPECT_EQ(opened.manifest.backup, 7U);
        EXPECT_EQ(opened.manifest.files[1].tree.size, 6U);
        EXPECT_EQ(opened.manifest.logs[0].tenant.text(), "default");
        EXPECT_EQ(opened.manifest.previous, sample().previous);
        EXPECT_FALSE(opened.manifest.keys);
        EXPECT_EQ(opened.signer.spki(), key_.verifying_key().spki());
    }
}

TEST_F(ManifestTest, NoByteCanBeChangedAddedOrTaken) {
    auto const good = sign(sample(), key_).value();
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto flipped = good;
        flipped[i] ^= 1U;
        EXPECT_FALSE(open_manifest(flipped, std::nullopt)) << i;
        EXPECT_FALSE(open_manifest(BytesView(good).first(i), std::nullopt)) << i;
    }
    auto longer = good;
    longer.push_back('\n');
    EXPECT_FALSE(open_manifest(longer, std::nullopt));
}

TEST_F(ManifestTest, AnotherSignerIsRefusedByThePin) {
    auto const forged = sign(sample(), other_).value();
    EXPECT_TRUE(open_manifest(forged, std::nullopt));
    EXPECT_EQ(open_manifest(forged, key_.verifying_key()).error().code, Errc::forbidden);
}

// Signed, and with another spelling than sign() gives: two manifests that say the same would have
// two hashes.
TEST_F(ManifestTest, AnotherSpellingIsRefused) {
    auto const good = sign(sample(), key_).value();
    std::string json(text_of(good).substr(0, text_of(good).find('\n')));
    json.replace(json.find("\"format\":1"), 10, "\"format\":2");
    Bytes text;
    append(text, bytes_of("salus-backup-manifest-v1\n"));
    append(text, bytes_of(json));
    json += "\n" + to_base64(key_.sign(text)) + "\n";
    EXPECT_EQ(open_manifest(bytes_of(json), std::nullopt).error().code, Errc::corrupt);
}

TEST_F(ManifestTest, NamesStayBelowTheDirectory) {
    for (auto const* name : {"", "/etc/passwd", "../x", "a/../b", "a//b", "a/", ".hidden", "a/.b",
                             "a\\b", "a b", "a\nb", "store/r\xc3\xa4.db"}) {
        EXPECT_FALSE(is_file_name(name)) << name;
        auto manifest = sample();
        manifest.files[0].name = name;
        EXPECT_FALSE(sign(manifest, key_)) << name;
    }
    EXPECT_TRUE(is_file_name("keys/tenant-1/keys.db"));
}

TEST_F(ManifestTest, PublicKeyAsPem) {
    auto const pem = to_pem(key_.verifying_key());
    EXPECT_EQ(public_key_from_pem(pem).value().spki(), key_.verifying_key().spki());
    EXPECT_FALSE(public_key_from_pem(pem.substr(1)));
    EXPECT_FALSE(public_key_from_pem(""));
}

}  // namespace
}  // namespace salus::backup
