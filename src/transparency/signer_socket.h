// The signer behind a Unix-domain socket (docs/formats/checkpoint.md, "Signer"). A connection is
// one request, a Continuation up to the end of writing, and one answer: "signed" and the note,
// "older SIZE", "inconsistent SIZE", or "failed". The kernel says who is at the other end: both
// sides refuse a peer that is not the user they expect.
#pragma once

#include <chrono>
#include <filesystem>
#include <sys/types.h>

#include "foundation/file.h"
#include "transparency/signer.h"

namespace salus::transparency {

inline constexpr std::size_t kSigningBytesMost = std::size_t{16} * 1024;

// Connects anew for each checkpoint, so that a signer may be restarted at any time.
class SocketSigner final : public CheckpointSigner {
public:
    // `user`: whose process must answer. Waits at most this long for each step.
    SocketSigner(std::filesystem::path socket, uid_t user, std::chrono::milliseconds timeout)
        : socket_(std::move(socket)), user_(user), timeout_(timeout) {}
    [[nodiscard]] Result<SigningAnswer> sign(Continuation const& request) override;

private:
    std::filesystem::path socket_;
    uid_t user_;
    std::chrono::milliseconds timeout_;
};

// One thread, one request after the other: there is one signature every few seconds.
class SigningServer {
public:
    // Listens. Replaces a socket that a dead process left. `peer`: the user who is answered.
    static Result<SigningServer> listen(std::filesystem::path const& socket, uid_t peer);

    // Until this descriptor can be read, or its other end is closed. Borrows the signer.
    void serve(CheckpointSigner& signer, int stop);

private:
    SigningServer(FileDescriptor listener, uid_t peer)
        : listener_(std::move(listener)), peer_(peer) {}
    void answer(CheckpointSigner& signer) const;

    FileDescriptor listener_;
    uid_t peer_;
};

}  // namespace salus::transparency
