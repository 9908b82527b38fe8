#include "app/signer_process.h"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace salus::app {

std::filesystem::path running_program() {
    std::error_code error;
    auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? std::filesystem::path() : program;
}

std::optional<SignerProcess> SignerProcess::start(std::filesystem::path const& program,
                                                  std::filesystem::path const& directory) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
    FileDescriptor const theirs(ends[0]);
    FileDescriptor ours(ends[1]);
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), STDIN_FILENO);
    ::posix_spawnattr_init(&attributes);
    // A group of its own: Ctrl-C at a terminal ends the server, which still wants a last signature.
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    std::string name = program.string();
    std::array<std::string, 5> words{"audit", "signer", "--dir", directory.string(),
                                     "--until-closed"};
    std::array<char*, 7> arguments{name.data(),     words[0].data(), words[1].data(),
                                   words[2].data(), words[3].data(), words[4].data(),
                                   nullptr};
    pid_t process = 0;
    auto const failed =
        ::posix_spawn(&process, name.c_str(), &actions, &attributes, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (failed != 0) return std::nullopt;
    return SignerProcess(std::move(ours), process);
}

SignerProcess::~SignerProcess() {
    if (!pipe_.valid()) return;  // moved from
    pipe_ = FileDescriptor();
    int status = 0;
    static_cast<void>(::waitpid(process_, &status, 0));
}

}  // namespace salus::app
