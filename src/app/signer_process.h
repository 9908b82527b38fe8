// The signer of checkpoints as a child of the server: a process of its own, with an address space,
// a key and a memory of its own. It ends when the server ends, however that ends: it waits at a
// pipe whose other end only the server holds.
#pragma once

#include <filesystem>
#include <optional>
#include <sys/types.h>

#include "foundation/file.h"

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

private:
    SignerProcess(FileDescriptor pipe, pid_t process) : pipe_(std::move(pipe)), process_(process) {}
    FileDescriptor pipe_;
    pid_t process_;
};

// The file of the program that runs. Call it before the process is hardened.
[[nodiscard]] std::filesystem::path running_program();

}  // namespace salus::app
