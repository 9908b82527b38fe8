// Carries out, on a thread of its own, what the custodians approved and takes several durable steps
// (admin/erasure/key_operations.h): when it is begun, and again at a start if a crash came between.
// Each step is on record before it is noted as done (KEY-3).
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "admin/erasure/key_operations.h"
#include "pipeline/house.h"

namespace salus::app {

class KeyExecutor final : public admin::KeyExecutor {
public:
    // Does nothing until start().
    KeyExecutor() = default;
    ~KeyExecutor() override;
    KeyExecutor(KeyExecutor const&) = delete;
    KeyExecutor& operator=(KeyExecutor const&) = delete;

    struct TenantPlace {
        std::filesystem::path audit_directory;
        std::unique_ptr<admin::AuditPruning> pruning;
        // Removed from the store once more: it may have been put back from before an erasure.
        std::vector<CompartmentId> destroyed;
    };
    // Borrows house and key. `places` in the order of the house's tenants; `seal_mark` is the file
    // that says that the instance is sealed.
    void start(pipeline::House const& house, crypto::SigningKey const& certificate_key,
               std::vector<TenantPlace> places, std::filesystem::path seal_mark);
    void wake() noexcept override;
    // What ends serving when the instance is sealed. REQUIRES: before anything is served.
    void when_sealed(std::function<void()> call) { when_sealed_ = std::move(call); }
    void seal() noexcept override;

private:
    void run(std::stop_token const& stop);
    void erase_again(std::stop_token const& stop);
    // Whether something is still to be done.
    [[nodiscard]] bool carry_out_all(std::stop_token const& stop);
    [[nodiscard]] Result<void> carry_out(std::size_t tenant, std::stop_token const& stop);

    pipeline::House const* house_ = nullptr;
    crypto::SigningKey const* certificate_key_ = nullptr;
    std::vector<TenantPlace> places_;
    std::filesystem::path seal_mark_;
    std::function<void()> when_sealed_;
    std::mutex mutex_;
    std::condition_variable_any ready_;
    bool awake_ = true;    // at the start, what was begun before is continued; under mutex_
    std::jthread thread_;  // last: it uses what stands above
};

}  // namespace salus::app
