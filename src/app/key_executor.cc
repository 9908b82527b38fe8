#include "app/key_executor.h"

#include "app/step_journal.h"
#include "foundation/blocking.h"
#include "foundation/file.h"

namespace salus::app {
namespace {

using namespace std::chrono_literals;
constexpr auto kRetry = 30s;  // after an error: the log, the store or the KMS cannot work now

}  // namespace

KeyExecutor::~KeyExecutor() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void KeyExecutor::start(pipeline::House const& house, crypto::SigningKey const& certificate_key,
                        std::vector<TenantPlace> places, std::filesystem::path seal_mark) {
    house_ = &house;
    certificate_key_ = &certificate_key;
    places_ = std::move(places);
    seal_mark_ = std::move(seal_mark);
    thread_ = std::jthread([this](std::stop_token const& stop) { run(stop); });
}

void KeyExecutor::wake() noexcept {
    {
        std::lock_guard const lock(mutex_);
        awake_ = true;
    }
    ready_.notify_one();
}

// Serving ends even if the mark cannot be kept: then it holds until the next start.
void KeyExecutor::seal() noexcept {
    if (!write_file_durably(seal_mark_, {}, FileAccess::private_to_owner)) {
        house_->log.write(LogLevel::error, "keys.seal_not_kept");
    }
    if (when_sealed_) when_sealed_();
}

void KeyExecutor::erase_again(std::stop_token const& stop) {
    BlockingExecutor executor;
    for (std::size_t i = 0; i < places_.size(); ++i) {
        auto& store = house_->tenants[i]->tenant.store;
        for (auto const& compartment : places_[i].destroyed) {
            if (stop.stop_requested()) return;
            if (executor.run(store.erase(compartment, executor))) continue;
            house_->log.write(LogLevel::error, "store.erase_failed");
            return;
        }
    }
}

void KeyExecutor::run(std::stop_token const& stop) {
    erase_again(stop);
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock(mutex_);
            if (!ready_.wait(lock, stop, [this] { return awake_; })) return;
            awake_ = false;
        }
        if (!carry_out_all(stop)) continue;
        std::unique_lock lock(mutex_);
        ready_.wait_for(lock, stop, kRetry, [this] { return awake_; });
        awake_ = true;
    }
}

bool KeyExecutor::carry_out_all(std::stop_token const& stop) {
    bool left = false;
    for (std::size_t i = 0; i < house_->tenants.size(); ++i) {
        auto const done = carry_out(i, stop);
        if (done) continue;
        left = true;
        house_->log.write(LogLevel::error, "keys.operation_waits", field("why", done.error().why));
    }
    return left;
}

Result<void> KeyExecutor::carry_out(std::size_t tenant, std::stop_token const& stop) {
    auto const& house = *house_->tenants[tenant];
    SALUS_TRY(auto const records,
              records::Records::make(house.tenant, house_->random, house_->index_cache));
    json::Parser parser;
    admin::KeysDesk const desk{.tenant = house.tenant,
                               .records = *records,
                               .parser = parser,
                               .random = house_->random,
                               .clock = house_->clock,
                               .custodians_file = house.custodians_file,
                               .executor = nullptr};
    SALUS_TRY(auto const ids, admin::proposal_ids(desk));
    AuditedSteps journal(desk, house.policy->current());
    for (auto const& id : ids) {
        SALUS_TRY(auto proposal, admin::stored_proposal(desk, id));
        if (proposal.record.phase != keys::ProposalPhase::begun) continue;
        SALUS_TRY_VOID(admin::carry_out({.keys = desk,
                                         .journal = journal,
                                         .index_cache = house_->index_cache,
                                         .certificate_key = *certificate_key_,
                                         .audit_directory = places_[tenant].audit_directory,
                                         .pruning = places_[tenant].pruning.get(),
                                         .stop = stop},
                                        proposal));
    }
    return {};
}

}  // namespace salus::app
