// Memory for opened pages: nobody's part is another's, nothing stays in it, and never more of it
// than allowed.
#include "records/page_memory.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>

#include "foundation/limits.h"

namespace salus::records {
namespace {

constexpr std::size_t kHuge = 2 * limits::kMiB;
constexpr std::size_t kPage = 500 * limits::kKiB;

// What a system refuses.
struct Refusal {
    std::uint32_t call;
    std::size_t argument;  // of the call
    std::uint32_t value;   // its lower half
    std::uint32_t error;
};

// For this process from now on, and for good. False: this machine has no such filters.
bool refuse(Refusal const& what) {
    auto const argument =
        static_cast<std::uint32_t>(offsetof(seccomp_data, args) + 8 * what.argument);
    constexpr auto kNumber = static_cast<std::uint32_t>(offsetof(seccomp_data, nr));
    std::array<sock_filter, 6> filter{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kNumber),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, what.call, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, what.value, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | what.error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    }};
    sock_fprog const program{.len = filter.size(), .filter = filter.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

constexpr int kHolds = 0;
constexpr int kDoesNotHold = 1;
constexpr int kNoFilters = 77;

void fill(PageBuffer& buffer, std::uint8_t with) {
    std::ranges::fill(buffer.mutable_bytes(), with);
}
bool holds(PageBuffer const& buffer, std::uint8_t what) {
    return std::ranges::all_of(buffer.bytes(), [&](std::uint8_t byte) { return byte == what; });
}

// In a process of its own: whether parts serve as always, of so many bytes in huge pages.
[[noreturn]] void take_parts(Refusal const& refusal, std::size_t huge) {
    if (!refuse(refusal)) std::_Exit(kNoFilters);
    PageMemory memory;
    auto one = memory.take(kPage);
    auto other = memory.take(kPage);
    auto alone = memory.take(kHuge + 1);
    fill(one, 1);
    fill(other, 2);
    fill(alone, 3);
    bool const good = memory.huge() == huge && holds(one, 1) && holds(other, 2) && holds(alone, 3);
    std::_Exit(good ? kHolds : kDoesNotHold);
}

bool has_filters(int status) {
    if (WIFEXITED(status) && WEXITSTATUS(status) == kNoFilters)
        std::puts("note: this machine has no system call filters, so nothing was refused");
    return WIFEXITED(status) &&
           (WEXITSTATUS(status) == kHolds || WEXITSTATUS(status) == kNoFilters);
}

// A kernel whose transparent_hugepage is never, or that was built without.
TEST(PageMemoryDeathTest, WithoutHugePagesItIsMemoryAllTheSame) {
    Refusal const refusal{
        .call = SYS_madvise, .argument = 2, .value = MADV_HUGEPAGE, .error = EINVAL};
    EXPECT_EXIT(take_parts(refusal, 3 * kHuge), has_filters, "");
}

TEST(PageMemoryDeathTest, WhereTheSystemHasNoMoreItIsAnAllocators) {
    Refusal const refusal{.call = SYS_mmap,
                          .argument = 3,
                          .value = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                          .error = ENOMEM};
    EXPECT_EXIT(take_parts(refusal, 0), has_filters, "");
}

TEST(PageMemoryTest, PartsShareAHugePageAndNothingElse) {
    PageMemory memory;
    std::vector<PageBuffer> parts;
    for (std::uint8_t i = 0; i < 9; ++i) {
        parts.push_back(memory.take(kPage + i));
        EXPECT_EQ(parts.back().size(), kPage + i);
        fill(parts.back(), i);
    }
    EXPECT_EQ(memory.huge(), 3 * kHuge);
    for (std::uint8_t i = 0; i < 9; ++i) EXPECT_TRUE(holds(parts[i], i)) << int{i};
}

TEST(PageMemoryTest, AHugePageGoesWithItsLastPart) {
    PageMemory memory;
    std::vector<PageBuffer> parts;
    parts.reserve(8);
    for (int i = 0; i < 8; ++i) parts.push_back(memory.take(kPage));
    ASSERT_EQ(memory.huge(), 2 * kHuge);
    parts.erase(parts.begin(), parts.begin() + 3);
    EXPECT_EQ(memory.huge(), 2 * kHuge);
    parts.erase(parts.begin());
    EXPECT_EQ(memory.huge(), kHuge);
}

TEST(PageMemoryTest, WhatAPartHeldIsScrubbed) {
    PageMemory memory;
    auto const stays = memory.take(kPage);
    auto goes = memory.take(kPage);
    fill(goes, 0x5A);
    // The huge page stays with the other part.
    BytesView const left = goes.bytes();
    goes = PageBuffer();
    EXPECT_TRUE(std::ranges::all_of(left, [](std::uint8_t byte) { return byte == 0; }));
    EXPECT_TRUE(goes.empty());
}

TEST(PageMemoryTest, BeyondTheBoundMemoryIsAnAllocators) {
    PageMemory memory(kHuge);
    auto first = memory.take(kHuge - 64);
    auto second = memory.take(kPage);
    EXPECT_EQ(memory.huge(), kHuge);
    fill(first, 1);
    fill(second, 2);
    EXPECT_TRUE(holds(first, 1));
    EXPECT_TRUE(holds(second, 2));
    PageMemory none(0);
    auto third = none.take(kPage);
    fill(third, 3);
    EXPECT_EQ(none.huge(), 0U);
}

TEST(PageMemoryTest, SizesThatFitNoShare) {
    PageMemory memory;
    auto small = memory.take(1);
    EXPECT_EQ(memory.huge(), 0U);
    EXPECT_EQ(small.size(), 1U);
    EXPECT_TRUE(memory.take(0).empty());
    auto large = memory.take(kHuge + 1);
    EXPECT_EQ(memory.huge(), 2 * kHuge);
    fill(large, 7);
    EXPECT_TRUE(holds(large, 7));
    // It is shared with nobody, and goes when it is done with.
    auto const next = memory.take(kPage);
    EXPECT_EQ(memory.huge(), 3 * kHuge);
    large = PageBuffer();
    EXPECT_EQ(memory.huge(), kHuge);
}

TEST(PageMemoryTest, ABufferOutlivesItsMemoryAndMayDieElsewhere) {
    auto memory = std::make_unique<PageMemory>();
    auto buffer = memory->take(kPage);
    fill(buffer, 9);
    std::thread elsewhere([taken = std::move(buffer)] { EXPECT_TRUE(holds(taken, 9)); });
    memory.reset();
    elsewhere.join();
}

}  // namespace
}  // namespace salus::records
