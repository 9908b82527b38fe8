#include "keys/instance_root.h"

#include <gtest/gtest.h>

#include "foundation/limits.h"
#include "keys/keys_for_test.h"

namespace salus::keys {
namespace {

class InstanceRootTest : public ::testing::Test {
protected:
    Result<SecretBytes> key(std::string_view label, std::string_view realm = kRealm) {
        return instance_file_key(root_, *service_, realm, label, random_);
    }
    TemporaryDirectory directory_;
    crypto::SystemRandom random_;
    std::filesystem::path const root_ = directory_.path() / "instance.root";
    std::unique_ptr<SealedFileService> service_ = make_service(directory_.path(), random_);
};

TEST_F(InstanceRootTest, KeysLastAndDifferByLabelAndRoot) {
    auto const authority = key("certificate-authority").value();
    EXPECT_TRUE(key("certificate-authority").value() == authority);
    EXPECT_FALSE(key("another").value() == authority);
    EXPECT_FALSE(key("").value() == authority);
    service_ = nullptr;
    service_ = SealedFileService::open(directory_.path() / "root.sealed", secret_of("passphrase"),
                                       kRealm, random_)
                   .value();
    EXPECT_TRUE(key("certificate-authority").value() == authority);
    std::filesystem::remove(root_);
    EXPECT_FALSE(key("certificate-authority").value() == authority);
}

TEST_F(InstanceRootTest, AChangedRootOrAnotherRealmIsCorrupt) {
    ASSERT_TRUE(key("a"));
    EXPECT_EQ(key("a", "another-realm").error().code, Errc::corrupt);
    auto const good = read_file(root_, limits::kSealedFileBytes).value();
    for (std::size_t i = 0; i < good.size(); i += 5) {
        auto changed = good;
        changed[i] ^= 1;
        write_quickly(root_, changed);
        EXPECT_EQ(key("a").error().code, Errc::corrupt) << i;
    }
    write_quickly(root_, {});
    EXPECT_EQ(key("a").error().code, Errc::corrupt);
}

TEST_F(InstanceRootTest, TheRootStaysUnderAnotherKeyEncryptionKey) {
    EXPECT_EQ(instance_root_epoch(root_).error().code, Errc::not_found);
    auto const authority = key("certificate-authority").value();
    EXPECT_EQ(instance_root_epoch(root_).value(), 1U);
    auto const before = read_file(root_, limits::kSealedFileBytes).value();
    ASSERT_TRUE(rewrap_instance_root(root_, *service_, kRealm, 3));
    EXPECT_EQ(instance_root_epoch(root_).value(), 3U);
    EXPECT_TRUE(key("certificate-authority").value() == authority);
    // The file of before opens no more.
    write_quickly(root_, before);
    EXPECT_EQ(key("certificate-authority").error().code, Errc::corrupt);
}

// A crash after the new key was made, and one after the file was written.
TEST_F(InstanceRootTest, ARewrapThatWasInterruptedIsFinished) {
    auto const authority = key("certificate-authority").value();
    KekName const first{.tenant = TenantName(kInstanceName), .epoch = 1};
    KekName const second{.tenant = TenantName(kInstanceName), .epoch = 2};
    auto const before = read_file(root_, limits::kSealedFileBytes).value();
    ASSERT_TRUE(service_->ensure(second));
    EXPECT_TRUE(key("certificate-authority").value() == authority);
    ASSERT_TRUE(rewrap_instance_root(root_, *service_, kRealm, 2));
    ASSERT_TRUE(service_->ensure(first));
    ASSERT_TRUE(rewrap_instance_root(root_, *service_, kRealm, 2));
    EXPECT_EQ(service_->wrap(first, {}, SecretBytes(kKeyBytes)).error().code, Errc::not_found);
    EXPECT_TRUE(key("certificate-authority").value() == authority);
    EXPECT_EQ(rewrap_instance_root(root_, *service_, kRealm, 1).error().code, Errc::conflict);
    EXPECT_NE(read_file(root_, limits::kSealedFileBytes).value(), before);
}

}  // namespace
}  // namespace salus::keys
