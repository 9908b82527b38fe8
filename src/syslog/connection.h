// A receiver of syslog over TLS (RFC 5425): TLS 1.2 or 1.3 with AEAD suites (BCP 195), the server's
// name checked against its certificate, its key pinned if the operator says so, our certificate
// shown to it if there is one. Thread safety: one thread at a time.
#pragma once

#include <chrono>
#include <optional>

#include "crypto/tls_stream.h"
#include "syslog/pace.h"
#include "syslog/receiver.h"

namespace salus::syslog {

class Connection final : public Receiver {
public:
    // `timeout` is of each operation.
    Connection(crypto::TlsPeer peer, std::chrono::milliseconds timeout, Confirmation confirmation);

    [[nodiscard]] bool is_open() override;
    [[nodiscard]] Result<void> open() override;
    [[nodiscard]] Result<void> send(std::string_view frames) override;
    [[nodiscard]] Result<void> finish() override;
    void abandon() override { stream_.reset(); }

private:
    [[nodiscard]] crypto::TlsStream::Until deadline() const;

    crypto::TlsPeer const peer_;
    std::chrono::milliseconds const timeout_;
    Confirmation const confirmation_;
    std::optional<crypto::TlsStream> stream_;
};

}  // namespace salus::syslog
