#include "audit/access.h"

#include <array>
#include <fcntl.h>
#include <fstream>
#include <gtest/gtest.h>
#include <string_view>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "audit/access_check.h"
#include "audit/log_fixture.h"

namespace salus::audit {
namespace {

// A home as `salus init` makes one, with logs in it; shared with a group if the test asks for it.
class AccessTest : public LogTest {
protected:
    AccessTest() {
        EXPECT_EQ(::mkdir(logs().c_str(), 0700), 0);
        directory_ = logs() / "default";
    }

    [[nodiscard]] std::filesystem::path const& home() const { return root_; }
    [[nodiscard]] std::filesystem::path logs() const { return root_ / "logs"; }
    [[nodiscard]] std::filesystem::path const& log() const { return directory_; }
    [[nodiscard]] std::filesystem::path segment() const { return LogTest::segment(1); }

    LogAccess access_{.owner = ::geteuid(), .readers = std::nullopt};

    void share() {
        access_.readers = ::getegid();
        auto const mended = mend_access(logs(), access_);
        ASSERT_TRUE(mended.has_value());
    }
    // With the segment that is made in the background: until it is there, whether it is shared was
    // decided at some moment before.
    void make_log() {
        ASSERT_TRUE(open());
        await_segment(2);
    }
    // "logs/default/x why" of the first, or nothing.
    [[nodiscard]] std::string found(AccessDepth depth = AccessDepth::everything) const {
        auto const findings = check_access(logs(), access_, depth);
        if (!findings) return "unreadable";
        if (findings->empty()) return {};
        return findings->front().path + " " + std::string(findings->front().why.text());
    }
    static mode_t mode_of(std::filesystem::path const& path) {
        struct stat is{};
        EXPECT_EQ(::lstat(path.c_str(), &is), 0) << path;
        return is.st_mode & 07777;
    }
};

TEST_F(AccessTest, WhatIsMadeIsTheOwnersAlone) {
    make_log();
    EXPECT_EQ(mode_of(log()), 0700);
    EXPECT_EQ(mode_of(segment()), 0600);
    EXPECT_EQ(found(), "");
}

TEST_F(AccessTest, WhatIsMadeInASharedDirectoryIsShared) {
    share();
    auto const umask = ::umask(0077);
    make_log();
    EXPECT_TRUE(write_log_file(log() / "checkpoint", bytes_of("c")).has_value());
    EXPECT_TRUE(make_log_directory(log() / "tile").has_value());
    ::umask(umask);
    EXPECT_EQ(mode_of(log()), 02750);
    EXPECT_EQ(mode_of(log() / "tile"), 02750);
    EXPECT_EQ(mode_of(segment()), 0640);
    EXPECT_EQ(mode_of(log() / "checkpoint"), 0640);
    EXPECT_EQ(mode_of(log() / "lock"), 0600);
    EXPECT_EQ(found(), "");
}

// A directory that anybody reads, such as that of temporary files, is not the readers'.
TEST_F(AccessTest, ADirectoryThatEverybodyReadsSharesNothing) {
    ASSERT_EQ(::chmod(logs().c_str(), 02755), 0);
    EXPECT_EQ(file_mode_in(logs()), 0600);
    ASSERT_EQ(::chmod(logs().c_str(), 0750), 0);
    EXPECT_EQ(file_mode_in(logs()), 0600);
}

TEST_F(AccessTest, EveryWrongRightIsFoundAndMended) {
    for (bool const shared : {false, true}) {
        if (shared) share();
        if (!shared) make_log();
        for (mode_t const wrong : {0644U, 0660U, 0606U, 0601U, 0400U, 04600U}) {
            ASSERT_EQ(::chmod(segment().c_str(), wrong), 0);
            EXPECT_TRUE(found().starts_with("logs/default/0000000001.segment ")) << wrong;
            EXPECT_EQ(found(AccessDepth::all_but_tiles), found());
            ASSERT_EQ(mend_access(logs(), access_), 1U);
            EXPECT_EQ(found(), "");
        }
        for (mode_t const wrong : {0755U, 0770U, 0707U, 0500U}) {
            ASSERT_EQ(::chmod(log().c_str(), wrong), 0);
            EXPECT_TRUE(found().starts_with("logs/default ")) << wrong;
            ASSERT_EQ(mend_access(logs(), access_), 1U);
            EXPECT_EQ(found(), "");
        }
        ASSERT_EQ(::chmod((log() / "lock").c_str(), 0640), 0);
        EXPECT_TRUE(found().starts_with("logs/default/lock ")) << "whoever opens it can hold it";
        ASSERT_TRUE(mend_access(logs(), access_).has_value());
    }
}

TEST_F(AccessTest, WhoMayWriteAboveTheLogsIsFound) {
    make_log();
    ASSERT_EQ(::chmod(home().c_str(), 0770), 0);
    EXPECT_EQ(found(), ". others than the server may change what is in it");
}

TEST_F(AccessTest, ReadersThatCannotPassAreFound) {
    make_log();
    share();
    EXPECT_EQ(mode_of(home()), 0710);
    ASSERT_EQ(::chmod(home().c_str(), 0700), 0);
    EXPECT_EQ(found(), ". the readers cannot pass through it");
}

TEST_F(AccessTest, LinksAreFoundAndNotFollowed) {
    make_log();
    auto const outside = home() / "outside";
    std::ofstream(outside) << "not a log's";
    ASSERT_EQ(::chmod(outside.c_str(), 0604), 0);
    std::filesystem::create_symlink(outside, log() / "cosigned");
    EXPECT_EQ(found(), "logs/default/cosigned is a link, or no file at all");
    ASSERT_TRUE(mend_access(logs(), access_).has_value());
    EXPECT_EQ(mode_of(outside), 0604);
    std::filesystem::remove(log() / "cosigned");

    std::filesystem::create_hard_link(outside, log() / "cosigned");
    EXPECT_EQ(found(), "logs/default/cosigned has a second name (hard link)");
    ASSERT_TRUE(mend_access(logs(), access_).has_value());
    EXPECT_EQ(mode_of(outside), 0604);
    std::filesystem::remove(log() / "cosigned");

    std::filesystem::create_directory_symlink(home(), log() / "tile");
    EXPECT_EQ(found(AccessDepth::all_but_tiles), "logs/default/tile is a link, or no file at all");
    std::filesystem::remove(log() / "tile");
    ASSERT_EQ(::mkfifo((log() / "checkpoint").c_str(), 0600), 0);
    EXPECT_EQ(found(), "logs/default/checkpoint is a link, or no file at all");
}

TEST_F(AccessTest, FilesOfOthersAreFound) {
    make_log();
    access_.owner = ::geteuid() + 1;
    EXPECT_NE(found(), "");
    if (::geteuid() != 0) GTEST_SKIP() << "giving a file away takes the administrator";
    access_.owner = ::geteuid();
    ASSERT_EQ(::chown(segment().c_str(), 65534, 65534), 0);
    EXPECT_EQ(found(), "logs/default/0000000001.segment belongs to another user than the server");
    ASSERT_EQ(mend_access(logs(), access_), 0U);
    ASSERT_EQ(::chown(segment().c_str(), 0, 65534), 0);
    EXPECT_EQ(found(), "") << "a group without rights";
    access_.readers = ::getegid();
    ASSERT_TRUE(mend_access(logs(), access_).has_value());
    ASSERT_EQ(::chown(segment().c_str(), 0, 65534), 0);
    ASSERT_EQ(::chmod(segment().c_str(), 0640), 0);
    EXPECT_EQ(found(), "logs/default/0000000001.segment is not of the readers' group");
}

// What the mode does not show: another user beside owner and group.
TEST_F(AccessTest, AccessControlListsAreFound) {
    make_log();
    share();
    // Linux's form in the extended attribute: version 2, then tag, rights and id of each entry.
    constexpr std::array<std::uint32_t, 11> kList{2,          0x0006'0001, UINT32_MAX, 0x0004'0002,
                                                  65534,      0x0004'0004, UINT32_MAX, 0x0004'0010,
                                                  UINT32_MAX, 0x0000'0020, UINT32_MAX};
    if (::setxattr(segment().c_str(), "system.posix_acl_access", kList.data(), sizeof kList, 0) !=
        0) {
        GTEST_SKIP() << "no access control lists on this file system";
    }
    ASSERT_EQ(mode_of(segment()), 0640);
    EXPECT_EQ(found(), "logs/default/0000000001.segment has an access control list");
}

// The files of tiles, which may be a million, are looked at when somebody asks.
TEST_F(AccessTest, TilesAreLeftToTheWholeCheck) {
    make_log();
    ASSERT_TRUE(make_log_directory(log() / "tile").has_value());
    ASSERT_TRUE(write_log_file(log() / "tile" / "000", bytes_of("t")).has_value());
    ASSERT_EQ(::chmod((log() / "tile" / "000").c_str(), 0666), 0);
    EXPECT_EQ(found(AccessDepth::all_but_tiles), "");
    EXPECT_NE(found(), "");
    ASSERT_EQ(::chmod((log() / "tile").c_str(), 0777), 0);
    EXPECT_NE(found(AccessDepth::all_but_tiles), "");
}

// AUD-4: what the server holds open of its logs cannot be read through.
TEST_F(AccessTest, TheWriterHoldsNothingThatItCouldReadFrom) {
    make_log();
    int segments = 0;
    for (auto const& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code error;
        auto const target = std::filesystem::read_symlink(entry.path(), error);
        if (target.extension() != ".segment") continue;
        auto const descriptor = std::stoi(entry.path().filename().string());
        EXPECT_EQ(::fcntl(descriptor, F_GETFL) & O_ACCMODE, O_WRONLY);
        ++segments;
    }
    EXPECT_GE(segments, 1);
}

}  // namespace
}  // namespace salus::audit
