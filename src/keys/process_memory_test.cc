#include "keys/process_memory.h"

#include <csignal>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace salus::keys {
namespace {

// Runs in a child, because what harden_process() does cannot be undone.
template <class Function>
int status_of_child(Function function) {
    auto const child = ::fork();
    if (child == 0) ::_exit(function() ? 0 : 1);
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
}

TEST(ProcessMemoryTest, HardeningIsSeenByTheKernel) {
    auto const status = status_of_child([] {
        if (!harden_process()) return false;
        auto const facts = read_process_memory_facts();
        return facts && !facts->dumpable && facts->core_limit == 0 && facts->core_limit_hard == 0;
    });
    EXPECT_EQ(status, 0);
}

TEST(ProcessMemoryTest, ACrashLeavesNoCore) {
    auto const status = status_of_child([] {
        if (!harden_process()) return false;
        ::signal(SIGABRT, SIG_DFL);
        ::raise(SIGABRT);
        return false;
    });
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_FALSE(WCOREDUMP(status));
}

TEST(ProcessMemoryTest, FactsFollowTheKernel) {
    auto const status = status_of_child([] {
        rlimit const limit{.rlim_cur = 4096, .rlim_max = 8192};
        if (::setrlimit(RLIMIT_CORE, &limit) != 0) return false;
        auto const before = read_process_memory_facts();
        constexpr std::size_t kBytes = std::size_t{256} * 1024;
        void* const memory =
            ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED || ::mlock2(memory, kBytes, 0) != 0) return false;
        auto const after = read_process_memory_facts();
        return before && after && before->core_limit == 4096 && before->core_limit_hard == 8192 &&
               after->locked_bytes == before->locked_bytes + kBytes;
    });
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace salus::keys
