// Kills a process before the n-th call by which its first thread would change the disk: kill -9 at
// each step of what it does, without a hook in what is tested. Test programs only, on Linux.
#pragma once

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace salus::app::testing {

enum class End {
    killed,
    by_itself,   // it has fewer steps
    failed,      // it could not do what it was to do
    not_traced,  // the kernel forbids it
};

inline bool changes_disk(__ptrace_syscall_info const& call) {
    static constexpr std::array kChanging{
        SYS_write,  SYS_pwrite64, SYS_fsync,     SYS_fdatasync, SYS_ftruncate,
        SYS_fchmod, SYS_renameat, SYS_renameat2, SYS_mkdirat,   SYS_unlinkat,
#ifdef SYS_unlink  // not on every architecture
        SYS_unlink, SYS_rename,   SYS_mkdir,     SYS_rmdir,
#endif
    };
    auto const number = static_cast<long>(call.entry.nr);
    if (number == SYS_openat) return (call.entry.args[2] & (O_CREAT | O_TRUNC)) != 0;
    return std::ranges::find(kChanging, number) != kChanging.end();
}

// Lets the traced process, which has stopped itself, run to its step or its end.
inline End run_to_step(pid_t child, int step) {
    int status = 0;
    if (::waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) {
        return WIFEXITED(status) && WEXITSTATUS(status) == 2 ? End::not_traced : End::failed;
    }
    ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    for (int steps = 0;;) {
        ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
        if (::waitpid(child, &status, 0) != child) return End::failed;
        if (WIFEXITED(status)) return WEXITSTATUS(status) == 0 ? End::by_itself : End::failed;
        if (!WIFSTOPPED(status)) return End::failed;
        if (WSTOPSIG(status) != (SIGTRAP | 0x80)) continue;
        __ptrace_syscall_info call{};
        ::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof call, &call);
        if (call.op != PTRACE_SYSCALL_INFO_ENTRY || !changes_disk(call)) continue;
        if (steps++ < step) continue;
        ::kill(child, SIGKILL);
        while (::waitpid(child, &status, 0) == child && !WIFSIGNALED(status)) {
        }
        return End::killed;
    }
}

// In a child process: `prepare`, whose steps do not count, then `act`. REQUIRES: this process has
// one thread.
template <class Prepare, class Act>
End kill_at_step(int step, Prepare prepare, Act act) {
    auto const child = ::fork();
    if (child < 0) return End::failed;
    if (child == 0) {
        if (!prepare()) ::_exit(1);
        if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(2);
        ::raise(SIGSTOP);
        ::_exit(act() ? 0 : 1);
    }
    return run_to_step(child, step);
}

}  // namespace salus::app::testing
