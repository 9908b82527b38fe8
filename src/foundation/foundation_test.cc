#include <gtest/gtest.h>
#include <thread>

#include "foundation/blocking.h"
#include "foundation/bytes.h"
#include "foundation/clock.h"
#include "foundation/file.h"
#include "foundation/result.h"
#include "foundation/secret.h"
#include "foundation/task.h"

namespace salus {
namespace {

TEST(BytesTest, Base64UrlHasOneSpelling) {
    EXPECT_EQ(to_base64url(bytes_of("f")), "Zg");
    EXPECT_EQ(text_of(*from_base64url("Zm9vYmE")), "fooba");
    EXPECT_FALSE(from_base64url("Zh"));    // unused bits set
    EXPECT_FALSE(from_base64url("Zg=="));  // padding
    EXPECT_FALSE(from_base64url("Z g"));
    EXPECT_FALSE(from_base64url("A"));
    EXPECT_EQ(to_base64(bytes_of("f")), "Zg==");
    EXPECT_FALSE(from_base64("Zg"));
    EXPECT_EQ(text_of(*from_base64("Zg==")), "f");
}

TEST(BytesTest, Base64OfEachLengthComesBackAndTakesNoOtherSymbol) {
    for (std::size_t size = 0; size < 40; ++size) {
        Bytes bytes(size);
        for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(255 - 37 * i);
        auto const text = to_base64url(bytes);
        EXPECT_EQ(text.size(), (size * 4 + 2) / 3);
        EXPECT_EQ(from_base64url(text), bytes);
        EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
        for (std::size_t at = 0; at < text.size(); ++at) {
            for (char const wrong : {'+', '/', '=', ' ', '\0', '\x80', '\xff'}) {
                auto spoiled = text;
                spoiled[at] = wrong;
                EXPECT_FALSE(from_base64url(spoiled)) << size << " " << at;
            }
        }
    }
    EXPECT_EQ(to_base64url(Bytes{0xfb, 0xff, 0xbf}), "-_-_");
    EXPECT_EQ(to_base64(Bytes{0xfb, 0xff, 0xbf}), "+/+/");
}

TEST(BytesTest, HexRefusesWhatIsNotHex) {
    EXPECT_EQ(to_hex(*from_hex("00fF")), "00ff");
    EXPECT_FALSE(from_hex("0"));
    EXPECT_FALSE(from_hex("0g"));
}

TEST(BytesTest, IntegersAreBigEndian) {
    Bytes out;
    append_u16(out, 0x0102);
    append_u32(out, 0x03040506);
    append_u64(out, 0x0708090a0b0c0d0e);
    EXPECT_EQ(to_hex(out), "0102030405060708090a0b0c0d0e");
    EXPECT_EQ(read_u32(BytesView(out).subspan(2)), 0x03040506U);
}

TEST(ClockTest, SpellsTimeAsTheStandardsDo) {
    WallTime const time{std::chrono::milliseconds(1'795'421'730'123)};
    EXPECT_EQ(to_instant(time), "2026-11-23T08:15:30.123Z");
    EXPECT_EQ(to_http_date(time), "Mon, 23 Nov 2026 08:15:30 GMT");
}

TEST(SecretTest, MovesScrubAndCompare) {
    SecretBytes a(bytes_of("key"));
    SecretBytes b = a.clone();
    EXPECT_TRUE(a == b);
    SecretBytes c = std::move(a);
    EXPECT_TRUE(c == b);
    EXPECT_FALSE(c == SecretBytes(bytes_of("kez")));
}

Result<int> half(int n) {
    if (n % 2 != 0) return fail(Errc::invalid, "odd number");
    return n / 2;
}

Result<int> quarter(int n) {
    SALUS_TRY(auto const h, half(n));
    return half(h);
}

TEST(ResultTest, TryHandsTheErrorOn) {
    EXPECT_EQ(*quarter(8), 2);
    EXPECT_EQ(quarter(6).error().why.text(), "odd number");
}

struct OtherThread {
    Executor& home;
    std::thread& thread;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) const {
        thread = std::thread([this, waiting] { home.resume_later(waiting); });
    }
    void await_resume() const noexcept {}
};

Task<int> answer(Executor& home, std::thread& thread) {
    OtherThread hop{home, thread};
    co_await hop;
    co_return 42;
}

TEST(TaskTest, ComesHomeFromAnotherThread) {
    BlockingExecutor executor;
    std::thread thread;
    EXPECT_EQ(executor.run(answer(executor, thread)), 42);
    thread.join();
}

TEST(FileTest, ReplacesDurablyAndLocksOnce) {
    auto const directory = std::filesystem::path(::testing::TempDir()) / "salus_file_test";
    std::filesystem::remove_all(directory);
    ASSERT_TRUE(make_private_directory(directory));
    auto const path = directory / "file";
    ASSERT_TRUE(write_file_durably(path, bytes_of("one"), FileAccess::private_to_owner));
    ASSERT_TRUE(write_file_durably(path, bytes_of("two"), FileAccess::private_to_owner));
    EXPECT_EQ(text_of(*read_file(path, 10)), "two");
    EXPECT_EQ(read_file(path, 2).error().code, Errc::too_large);
    EXPECT_EQ(read_file(directory / "absent", 2).error().code, Errc::not_found);
    auto const lock = FileLock::acquire(directory / "lock");
    ASSERT_TRUE(lock);
    EXPECT_EQ(FileLock::acquire(directory / "lock").error().code, Errc::conflict);
}

TEST(ClockTest, HttpDatesHaveOneSpelling) {
    for (std::int64_t const seconds : {0L, 951'782'400L, 1'795'594'530L, 4'102'444'799L}) {
        WallTime const time{std::chrono::seconds(seconds)};
        EXPECT_EQ(from_http_date(to_http_date(time)), time);
    }
    for (auto const* text : {"", "Mon, 23 Nov 2026 08:15:30 UTC", "Tue, 23 Nov 2026 08:15:30 GMT",
                             "Mon, 23 nov 2026 08:15:30 GMT", "Mon, 31 Feb 2026 08:15:30 GMT",
                             "Mon, 23 Nov 2026 24:15:30 GMT", "Mon, 23 Nov 2026 08:60:30 GMT",
                             "Mon, -3 Nov 2026 08:15:30 GMT", "2026-11-23T08:15:30Z1234567890"}) {
        EXPECT_FALSE(from_http_date(text)) << text;
    }
}

}  // namespace
}  // namespace salus
