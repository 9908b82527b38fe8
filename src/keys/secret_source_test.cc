#include "keys/secret_source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "foundation/limits.h"
#include "keys/keys_for_test.h"

namespace salus::keys {
namespace {

class SecretSourceTest : public ::testing::Test {
protected:
    ~SecretSourceTest() override { ::unsetenv("CREDENTIALS_DIRECTORY"); }

    std::filesystem::path write(std::string const& name, std::string_view contents, mode_t mode) {
        auto const path = directory_.path() / name;
        EXPECT_TRUE(write_file_durably(path, bytes_of(contents), FileAccess::private_to_owner));
        EXPECT_EQ(::chmod(path.c_str(), mode), 0);
        return path;
    }
    Result<SecretBytes> read(std::string const& text) {
        SALUS_TRY(auto const reference, parse_secret_reference(text, directory_.path()));
        return read_secret(reference);
    }
    Errc error_of(std::string const& text) {
        auto const secret = read(text);
        return secret ? Errc::internal : secret.error().code;
    }

    TemporaryDirectory directory_;
};

TEST_F(SecretSourceTest, ReadsAFileWithoutItsLastNewline) {
    write("a", "correct horse\n", 0600);
    EXPECT_TRUE(read("file:a").value() == secret_of("correct horse"));
    EXPECT_TRUE(read("file:" + (directory_.path() / "a").string()).value() ==
                secret_of("correct horse"));
    write("b", "two\n\n", 0400);
    EXPECT_TRUE(read("file:b").value() == secret_of("two\n"));
}

TEST_F(SecretSourceTest, RefusesValuesAndUnknownForms) {
    for (auto const* text : {"hunter2", "", "file:", "credential:", "env:SECRET",
                             "FILE:/etc/passwd", " file:/a", "credential:../../etc/passwd",
                             "credential:.hidden", "credential:a/b", "credential:a b"}) {
        EXPECT_EQ(error_of(text), Errc::invalid) << text;
    }
    EXPECT_EQ(error_of(std::string("file:a\0b", 8)), Errc::invalid);
}

TEST_F(SecretSourceTest, RefusesAFileThatOthersMayTouch) {
    for (mode_t const mode : {0640U, 0604U, 0620U, 0601U, 0610U, 0666U}) {
        write("open", "secret", mode);
        EXPECT_EQ(error_of("file:open"), Errc::forbidden) << mode;
    }
    write("closed", "secret", 0600);
    std::filesystem::create_symlink(directory_.path() / "open", directory_.path() / "link");
    EXPECT_EQ(error_of("file:link"), Errc::forbidden);
}

TEST_F(SecretSourceTest, RefusesWhatIsNoSecret) {
    write("empty", "", 0600);
    write("newline", "\n", 0600);
    write("large", std::string(limits::kSecretBytes + 1, 'x'), 0600);
    EXPECT_EQ(error_of("file:empty"), Errc::invalid);
    EXPECT_EQ(error_of("file:newline"), Errc::invalid);
    EXPECT_EQ(error_of("file:large"), Errc::too_large);
    EXPECT_EQ(error_of("file:absent"), Errc::not_found);
    EXPECT_EQ(error_of("file:."), Errc::invalid);
    // A pipe without a writer must not hang the start.
    ASSERT_EQ(::mkfifo((directory_.path() / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(error_of("file:pipe"), Errc::invalid);
}

TEST_F(SecretSourceTest, ReadsSystemdCredentials) {
    EXPECT_EQ(error_of("credential:root"), Errc::not_found);
    ::setenv("CREDENTIALS_DIRECTORY", directory_.path().c_str(), 1);
    EXPECT_EQ(error_of("credential:root"), Errc::not_found);
    // systemd grants access by an ACL: the mask shows as group permission.
    write("root", "from systemd\n", 0440);
    EXPECT_TRUE(read("credential:root").value() == secret_of("from systemd"));
}

}  // namespace
}  // namespace salus::keys
