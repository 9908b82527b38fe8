// The signer of checkpoints as a child of the server: a process of its own, with an address space,
// a key and a memory of its own. It ends when the server ends, however that ends: it waits at a
// pipe whose other end only the server holds.
#pragma once

#include <filesystem>
#include <optional>
#include <sys/types.h>
#include <thread>

#include "foundation/file.h"
#include "foundation/log.h"

namespace salus::app {

class SignerProcess {
public:
    // Runs `program audit signer --dir directory`. Call it before there are threads or secrets.
    static std::optional<SignerProcess> start(std::filesystem::path const& program,
                                              std::filesystem::path const& directory);
    SignerProcess(SignerProcess&&) = default;
    SignerProcess& operator=(SignerProcess&&) = delete;
    // Ends it and waits for its end.
    ~SignerProcess();

    // Whether it has ended by itself; it is no zombie after that.
    [[nodiscard]] bool has_ended();
    // Another in its place. REQUIRES: it has ended.
    [[nodiscard]] bool start_again();

private:
    SignerProcess(std::filesystem::path program, std::filesystem::path directory)
        : program_(std::move(program)), directory_(std::move(directory)) {}
    bool spawn();

    std::filesystem::path program_;
    std::filesystem::path directory_;
    FileDescriptor pipe_;
    pid_t process_ = 0;  // 0: none runs
};

// Starts the signer again when it ends before the server does. A thread of its own; borrows both.
// The log's own state (transparency/publisher.h) says what the time without a signer means.
class SignerWatch {
public:
    SignerWatch(SignerProcess& signer, Log const& log);

private:
    void run(std::stop_token const& stop);

    SignerProcess& signer_;
    Log const& log_;
    std::jthread thread_;  // last: it uses what stands above
};

// The file of the program that runs. Call it before the process is hardened.
[[nodiscard]] std::filesystem::path running_program();

}  // namespace salus::app
