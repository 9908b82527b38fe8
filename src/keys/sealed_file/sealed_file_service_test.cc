#include "keys/sealed_file/sealed_file_service.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "crypto/hash.h"
#include "foundation/limits.h"
#include "keys/keys_for_test.h"
#include "keys/kms_suite.h"

namespace salus::keys {
namespace {

class SealedFileBackend {
public:
    KeyManagementService& service() { return *service_; }
    void reopen() {
        service_.reset();
        service_ = SealedFileService::open(directory_.path() / "root.sealed",
                                           secret_of("passphrase"), kRealm, random_)
                       .value();
    }

private:
    TemporaryDirectory directory_;
    crypto::SystemRandom random_;
    std::unique_ptr<SealedFileService> service_ = make_service(directory_.path(), random_);
};
INSTANTIATE_TYPED_TEST_SUITE_P(SealedFile, KmsSuite, SealedFileBackend);

class SealedFileServiceTest : public ::testing::Test {
protected:
    Result<std::unique_ptr<SealedFileService>> open(std::string_view passphrase,
                                                    std::string const& realm = kRealm) {
        return SealedFileService::open(path_, secret_of(passphrase), realm, random_);
    }
    Errc refusal(std::string_view passphrase = "passphrase", std::string const& realm = kRealm) {
        auto const service = open(passphrase, realm);
        EXPECT_FALSE(service) << "opened what must not open";
        return service ? Errc::internal : service.error().code;
    }
    Bytes file() { return read_file(path_, limits::kSealedFileBytes).value(); }
    void replace_file(BytesView contents) { write_quickly(path_, contents); }

    TemporaryDirectory directory_;
    crypto::SystemRandom random_;
    std::filesystem::path const path_ = directory_.path() / "root.sealed";
    KekName const clinic_{.tenant = TenantName("clinic"), .epoch = 1};
};

TEST_F(SealedFileServiceTest, AWrongPassphraseIsUnauthenticated) {
    ASSERT_TRUE(make_service(directory_.path(), random_)->ensure(clinic_));
    for (auto const* wrong : {"", "Passphrase", "passphrase ", "passphras", "passphrase\n"}) {
        EXPECT_EQ(refusal(wrong), Errc::unauthenticated) << wrong;
    }
    EXPECT_TRUE(open("passphrase"));
}

TEST_F(SealedFileServiceTest, EveryFlippedByteIsCorrupt) {
    ASSERT_TRUE(make_service(directory_.path(), random_)->ensure(clinic_));
    auto const good = file();
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto flipped = good;
        flipped[i] ^= 0x10;
        replace_file(flipped);
        EXPECT_EQ(refusal(), Errc::corrupt) << i;
    }
    replace_file(good);
    EXPECT_TRUE(open("passphrase"));
}

TEST_F(SealedFileServiceTest, EveryTruncationIsCorrupt) {
    ASSERT_TRUE(make_service(directory_.path(), random_)->ensure(clinic_));
    auto const good = file();
    for (std::size_t size = 0; size < good.size(); ++size) {
        replace_file(BytesView(good).first(size));
        EXPECT_EQ(refusal(), Errc::corrupt) << size;
    }
}

// An intruder who repairs the checksum gains nothing: the passphrase vouches for the header.
TEST_F(SealedFileServiceTest, AForgedHeaderWithARightChecksumDoesNotOpen) {
    ASSERT_TRUE(make_service(directory_.path(), random_)->ensure(clinic_));
    auto const good = file();
    for (std::size_t i = 8; i < 92; ++i) {
        auto forged = good;
        forged[i] ^= 1;
        auto const checksum = crypto::sha256(BytesView(forged).first(92));
        std::ranges::copy(checksum, forged.begin() + 92);
        replace_file(forged);
        auto const code = refusal();
        EXPECT_TRUE(code == Errc::unauthenticated || code == Errc::corrupt) << i;
    }
}

// The keys of one file behind the header of another, both under the same passphrase.
TEST_F(SealedFileServiceTest, ABodyFromAnotherFileIsCorrupt) {
    ASSERT_TRUE(make_service(directory_.path(), random_)->ensure(clinic_));
    auto const first = file();
    std::filesystem::remove(path_);
    ASSERT_TRUE(make_service(directory_.path(), random_)->ensure(clinic_));
    auto grafted = file();
    ASSERT_EQ(first.size(), grafted.size());
    std::copy(first.begin() + 124, first.end(), grafted.begin() + 124);
    replace_file(grafted);
    EXPECT_EQ(refusal(), Errc::corrupt);
}

TEST_F(SealedFileServiceTest, AnotherRealmIsCorrupt) {
    ASSERT_TRUE(make_service(directory_.path(), random_)->ensure(clinic_));
    EXPECT_EQ(refusal("passphrase", "another-realm"), Errc::corrupt);
}

TEST_F(SealedFileServiceTest, CreateNeverOverwritesAndRefusesBadInput) {
    auto const create = [this](std::string_view passphrase, crypto::ScryptCost cost) {
        return SealedFileService::create(path_, secret_of(passphrase), kRealm, random_, cost);
    };
    EXPECT_EQ(create("", kCheap).error().code, Errc::invalid);
    EXPECT_EQ(create("p", {.n = 15, .r = 1, .p = 1}).error().code, Errc::invalid);
    EXPECT_EQ(create("p", {.n = 1U << 24U, .r = 32, .p = 1}).error().code, Errc::invalid);
    EXPECT_EQ(refusal(), Errc::not_found);
    ASSERT_TRUE(create("p", kCheap));
    EXPECT_EQ(create("p", kCheap).error().code, Errc::conflict);
    std::filesystem::remove(path_);
    std::filesystem::create_symlink(directory_.path() / "elsewhere", path_);
    EXPECT_EQ(create("p", kCheap).error().code, Errc::conflict);
}

TEST_F(SealedFileServiceTest, TheFileIsPrivateAndTellsNoTenant) {
    ASSERT_TRUE(make_service(directory_.path(), random_)->ensure(clinic_));
    struct stat facts{};
    ASSERT_EQ(::stat(path_.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
    auto const contents = file();
    EXPECT_EQ(text_of(contents).find("clinic"), std::string_view::npos);
    EXPECT_EQ(text_of(contents).find("passphrase"), std::string_view::npos);
}

// Two processes, each with its view of the file: neither may lose the other's key.
TEST_F(SealedFileServiceTest, TwoServicesDoNotLoseEachOthersKeys) {
    auto const first = make_service(directory_.path(), random_);
    auto const second = open("passphrase").value();
    KekName const hospital{.tenant = TenantName("hospital"), .epoch = 1};
    auto const key = crypto::random_secret(random_, kKeyBytes);
    ASSERT_TRUE(first->ensure(clinic_));
    ASSERT_TRUE(second->ensure(hospital));
    auto const by_first = first->wrap(clinic_, {}, key).value();
    auto const by_second = second->wrap(hospital, {}, key).value();
    ASSERT_TRUE(second->ensure(clinic_));
    EXPECT_TRUE(second->unwrap(clinic_, {}, by_first).value() == key);
    auto const third = open("passphrase").value();
    EXPECT_TRUE(third->unwrap(clinic_, {}, by_first).value() == key);
    EXPECT_TRUE(third->unwrap(hospital, {}, by_second).value() == key);
}

// Whoever held the old file open, or finds its blocks on the disk, finds no key.
TEST_F(SealedFileServiceTest, ADestroyedKeyIsNotInTheOldFileEither) {
    auto const service = make_service(directory_.path(), random_);
    ASSERT_TRUE(service->ensure(clinic_));
    auto const before = directory_.path() / "held";
    std::filesystem::create_hard_link(path_, before);
    auto const other = open("passphrase").value();
    ASSERT_TRUE(service->destroy(clinic_));
    auto const left = read_file(before, limits::kSealedFileBytes).value();
    EXPECT_GT(left.size(), 124U);
    EXPECT_TRUE(std::ranges::all_of(left, [](auto byte) { return byte == 0; }));
    // A process that still knows the key does not write it back.
    ASSERT_TRUE(other->ensure({.tenant = TenantName("hospital"), .epoch = 1}));
    EXPECT_EQ(other->wrap(clinic_, {}, SecretBytes(kKeyBytes)).error().code, Errc::not_found);
}

TEST_F(SealedFileServiceTest, EnsureRefusesWhileAnotherWritesOrTheFileWasReplaced) {
    auto const service = make_service(directory_.path(), random_);
    auto lock_path = path_;
    lock_path += ".lock";
    {
        auto const held = FileLock::acquire(lock_path).value();
        EXPECT_EQ(service->ensure(clinic_).error().code, Errc::unavailable);
    }
    std::filesystem::remove(path_);
    auto const other = make_service(directory_.path(), random_);
    EXPECT_EQ(service->ensure(clinic_).error().code, Errc::unavailable);
    std::filesystem::remove(path_);
    EXPECT_EQ(service->ensure(clinic_).error().code, Errc::not_found);
}

TEST_F(SealedFileServiceTest, AnotherPassphraseOpensTheSameKeys) {
    auto service = make_service(directory_.path(), random_);
    ASSERT_TRUE(service->ensure(clinic_));
    auto const wrapped = service->wrap(clinic_, {}, SecretBytes(kKeyBytes)).value();
    service.reset();
    for (auto const stretching : {Stretching::scrypt, Stretching::pbkdf2}) {
        auto const before = file();
        auto const from = stretching == Stretching::scrypt ? "passphrase" : "next";
        auto const to = stretching == Stretching::scrypt ? "next" : "last";
        ASSERT_TRUE(SealedFileService::reseal(path_, secret_of(from), secret_of(to), kRealm,
                                              random_, stretching, kCheap));
        EXPECT_EQ(refusal(from), Errc::unauthenticated);
        EXPECT_TRUE(open(to).value()->unwrap(clinic_, {}, wrapped));
        EXPECT_EQ(KekFileHeader::parse(file()).value().stretching(), stretching);
        // Another salt, and another record.
        EXPECT_NE(Bytes(before.begin() + 28, before.end()), [&] {
            auto const now = file();
            return Bytes(now.begin() + 28, now.end());
        }());
    }
}

TEST_F(SealedFileServiceTest, AResealThatIsRefusedChangesNothing) {
    ASSERT_TRUE(make_service(directory_.path(), random_)->ensure(clinic_));
    auto const before = file();
    auto const attempt = [&](std::string_view old, std::string_view fresh,
                             std::string const& realm = kRealm) {
        return SealedFileService::reseal(path_, secret_of(old), secret_of(fresh), realm, random_,
                                         Stretching::scrypt, kCheap)
            .error()
            .code;
    };
    EXPECT_EQ(attempt("wrong", "next"), Errc::unauthenticated);
    EXPECT_EQ(attempt("passphrase", ""), Errc::invalid);
    EXPECT_EQ(attempt("passphrase", "next", "another-realm"), Errc::corrupt);
    {
        auto const busy = FileLock::acquire(directory_.path() / "root.sealed.lock");
        ASSERT_TRUE(busy);
        EXPECT_EQ(attempt("passphrase", "next"), Errc::unavailable);
    }
    EXPECT_EQ(file(), before);
}

// Whoever had the file open before finds another and does not write over it.
TEST_F(SealedFileServiceTest, AServiceOfTheOldFileWritesNoMore) {
    auto const service = make_service(directory_.path(), random_);
    ASSERT_TRUE(service->ensure(clinic_));
    ASSERT_TRUE(SealedFileService::reseal(path_, secret_of("passphrase"), secret_of("next"), kRealm,
                                          random_, Stretching::scrypt, kCheap));
    EXPECT_EQ(service->ensure({.tenant = TenantName("north"), .epoch = 1}).error().code,
              Errc::unavailable);
    EXPECT_EQ(service->destroy(clinic_).error().code, Errc::unavailable);
    EXPECT_TRUE(open("next"));
}

}  // namespace
}  // namespace salus::keys
