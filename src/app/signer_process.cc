#include "app/signer_process.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <fcntl.h>
#include <mutex>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "foundation/check.h"

namespace salus::app {
namespace {

using namespace std::chrono_literals;

// A signer that ends at once, again and again, is not started more often than this.
constexpr std::chrono::milliseconds kFirstRestart = 500ms;
constexpr std::chrono::milliseconds kLastRestart = 30s;

}  // namespace

std::filesystem::path running_program() {
    std::error_code error;
    auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? std::filesystem::path() : program;
}

std::optional<SignerProcess> SignerProcess::start(std::filesystem::path const& program,
                                                  std::filesystem::path const& directory) {
    SignerProcess signer(program, directory);
    if (!signer.spawn()) return std::nullopt;
    return signer;
}

bool SignerProcess::spawn() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    FileDescriptor const theirs(ends[0]);
    FileDescriptor ours(ends[1]);
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), STDIN_FILENO);
    ::posix_spawnattr_init(&attributes);
    // A group of its own: Ctrl-C at a terminal ends the server, which still wants a last signature.
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    std::string name = program_.string();
    std::array<std::string, 5> words{"audit", "signer", "--dir", directory_.string(),
                                     "--until-closed"};
    std::array<char*, 7> arguments{name.data(),     words[0].data(), words[1].data(),
                                   words[2].data(), words[3].data(), words[4].data(),
                                   nullptr};
    auto const failed =
        ::posix_spawn(&process_, name.c_str(), &actions, &attributes, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (failed != 0) {
        process_ = 0;
        return false;
    }
    pipe_ = std::move(ours);
    return true;
}

bool SignerProcess::has_ended() {
    if (process_ == 0) return true;
    int status = 0;
    if (::waitpid(process_, &status, WNOHANG) != process_) return false;
    process_ = 0;
    return true;
}

bool SignerProcess::start_again() {
    SALUS_CHECK(process_ == 0);
    return spawn();
}

SignerProcess::~SignerProcess() {
    if (!pipe_.valid()) return;  // moved from
    pipe_ = FileDescriptor();
    int status = 0;
    if (process_ != 0) static_cast<void>(::waitpid(process_, &status, 0));
}

SignerWatch::SignerWatch(SignerProcess& signer, Log const& log)
    : signer_(signer), log_(log), thread_([this](std::stop_token const& stop) { run(stop); }) {}

void SignerWatch::run(std::stop_token const& stop) {
    auto wait = kFirstRestart;
    auto started = std::chrono::steady_clock::now();
    std::mutex mutex;
    std::condition_variable_any stopped;
    while (true) {
        std::unique_lock lock(mutex);
        stopped.wait_for(lock, stop, wait, [] { return false; });
        if (stop.stop_requested()) return;
        if (!signer_.has_ended()) {
            if (std::chrono::steady_clock::now() - started > kLastRestart) wait = kFirstRestart;
            continue;
        }
        bool const runs = signer_.start_again();
        log_.write(LogLevel::error, "audit.signer_ended", field("started_again", runs));
        started = std::chrono::steady_clock::now();
        wait = std::min(wait * 2, kLastRestart);
    }
}

}  // namespace salus::app
