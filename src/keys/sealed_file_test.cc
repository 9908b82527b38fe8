#include "keys/sealed_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "foundation/limits.h"
#include "keys/keys_for_test.h"

namespace salus::keys {
namespace {

class SealedFileTest : public ::testing::Test {
protected:
    static crypto::Context context_of(std::string_view what) {
        crypto::Context context;
        context.add(crypto::Context::Part::object_class, what);
        return context;
    }
    Result<SecretBytes> open(std::string_view what) {
        return open_from_file(path_, key_, context_of(what), random_);
    }

    TemporaryDirectory directory_;
    crypto::SystemRandom random_;
    SecretBytes const key_ = crypto::random_secret(random_, 32);
    std::filesystem::path const path_ = directory_.path() / "secret.sealed";
};

TEST_F(SealedFileTest, ReturnsWhatWasSealed) {
    EXPECT_EQ(open("a").error().code, Errc::not_found);
    ASSERT_TRUE(seal_to_file(path_, key_, context_of("a"), bytes_of("PRIVATE KEY"), random_));
    EXPECT_TRUE(open("a").value() == secret_of("PRIVATE KEY"));
    ASSERT_TRUE(seal_to_file(path_, key_, context_of("a"), {}, random_));
    EXPECT_TRUE(open("a").value().empty());
}

TEST_F(SealedFileTest, IsPrivateAndHoldsNoPlaintext) {
    ASSERT_TRUE(seal_to_file(path_, key_, context_of("a"), bytes_of("PRIVATE KEY"), random_));
    struct stat facts{};
    ASSERT_EQ(::stat(path_.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
    auto const file = read_file(path_, limits::kSealedFileBytes).value();
    EXPECT_EQ(text_of(file).find("PRIVATE"), std::string_view::npos);
}

TEST_F(SealedFileTest, RefusesAnotherContextKeyOrByte) {
    ASSERT_TRUE(seal_to_file(path_, key_, context_of("a"), bytes_of("PRIVATE KEY"), random_));
    EXPECT_EQ(open("b").error().code, Errc::corrupt);
    auto const other = crypto::random_secret(random_, 32);
    EXPECT_EQ(open_from_file(path_, other, context_of("a"), random_).error().code, Errc::corrupt);
    auto const file = read_file(path_, limits::kSealedFileBytes).value();
    for (std::size_t i = 0; i < file.size(); ++i) {
        auto flipped = file;
        flipped[i] ^= 1;
        write_quickly(path_, flipped);
        EXPECT_EQ(open("a").error().code, Errc::corrupt) << i;
    }
    for (std::size_t size = 0; size < file.size(); size += 7) {
        auto const cut = BytesView(file).first(size);
        write_quickly(path_, cut);
        EXPECT_EQ(open("a").error().code, Errc::corrupt) << size;
    }
}

TEST_F(SealedFileTest, IsBounded) {
    Bytes const large(limits::kSealedFileBytes);
    EXPECT_EQ(seal_to_file(path_, key_, context_of("a"), large, random_).error().code,
              Errc::too_large);
    ASSERT_TRUE(write_file_durably(path_, Bytes(large.size() + 1), FileAccess::private_to_owner));
    EXPECT_EQ(open("a").error().code, Errc::corrupt);
}

}  // namespace
}  // namespace salus::keys
