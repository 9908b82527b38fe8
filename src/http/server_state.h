// What the loops of one server share. Thread safety: any thread.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "foundation/thread_annotations.h"
#include "http/server.h"

namespace salus::http {

struct ServerCounters {
    std::atomic<std::size_t> connections{0};
    std::atomic<std::uint64_t> connections_accepted{0};
    std::atomic<std::uint64_t> connections_refused{0};
    std::atomic<std::uint64_t> handshakes_failed{0};
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> requests_refused{0};
    std::atomic<std::uint64_t> timeouts{0};
    std::atomic<std::size_t> body_bytes{0};
};

// A share of the memory for request bodies, given back when it dies.
class BodyLease {
public:
    BodyLease(std::atomic<std::size_t>& total, std::size_t size) noexcept : total_(&total) {
        resize(size);
    }
    BodyLease(BodyLease&& other) noexcept
        : total_(other.total_), size_(std::exchange(other.size_, 0)) {}
    BodyLease& operator=(BodyLease&&) = delete;
    ~BodyLease() { resize(0); }

    void resize(std::size_t size) noexcept {
        if (size == size_) return;
        // Unsigned arithmetic wraps around, so a smaller size subtracts.
        total_->fetch_add(size - size_, std::memory_order_relaxed);
        size_ = size;
    }

private:
    std::atomic<std::size_t>* total_;
    std::size_t size_ = 0;
};

class SharedCertificate {
public:
    using Pointer = std::shared_ptr<crypto::TlsServerContext const>;
    explicit SharedCertificate(Pointer certificate) : certificate_(std::move(certificate)) {}
    [[nodiscard]] Pointer get() {
        MutexLock const lock(mutex_);
        return certificate_;
    }
    void set(Pointer certificate) {
        MutexLock const lock(mutex_);
        certificate_.swap(certificate);
    }

private:
    Mutex mutex_;
    Pointer certificate_ SALUS_GUARDED_BY(mutex_);  // shared with connections
};

struct ServerState {
    ServerState(ServerOptions chosen, SharedCertificate::Pointer first, HandlerFactory factory,
                Clock const& time, Log const& journal)
        : options(std::move(chosen)),
          certificate(std::move(first)),
          make_handler(std::move(factory)),
          clock(time),
          log(journal) {}

    ServerOptions const options;
    SharedCertificate certificate;
    HandlerFactory const make_handler;
    Clock const& clock;
    Log const& log;
    ServerCounters counters;
    std::atomic<bool> ending{false};
};

}  // namespace salus::http
