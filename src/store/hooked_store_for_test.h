// For tests of the rooms above the store: a store that does what a test says at the moments that
// cannot be met from outside: before a read, around a scan, and before a commit.
// Everything else goes to the store it borrows. Set the hooks before threads are started. Included
// by tests only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "store/store.h"

namespace salus::testing {

struct StoreHooks {
    // Before a version is read, so that it can be opened: of one document or of several.
    std::function<void()> before_get;
    std::function<void()> before_scan;
    std::function<void()> after_scan;
    // What was read, as somebody who can write to the store would have it.
    std::function<void(store::IndexScan&)> alter_scan;
    // Before a commit is passed on; an error is its answer, and nothing is written.
    std::function<std::optional<Error>(store::Batch const&)> before_commit;
    // Before records are sealed anew, likewise.
    std::function<std::optional<Error>()> before_reseal;
};

class HookedReader final : public store::Reader {
public:
    HookedReader(std::unique_ptr<store::Reader> reader, StoreHooks const& hooks)
        : reader_(std::move(reader)), hooks_(hooks) {}

    Result<std::optional<store::Current>> current(Address const& address) override {
        return reader_->current(address);
    }
    Result<std::optional<store::StoredVersion>> get(Address const& address) override {
        if (hooks_.before_get) hooks_.before_get();
        return reader_->get(address);
    }
    Result<std::optional<store::StoredVersion>> get_version(Address const& address,
                                                            std::uint64_t version) override {
        if (hooks_.before_get) hooks_.before_get();
        return reader_->get_version(address, version);
    }
    Result<std::vector<store::StoredVersion>> history(Address const& address, std::uint64_t before,
                                                      std::size_t count) override {
        return reader_->history(address, before, count);
    }
    Result<std::vector<std::optional<store::StoredVersion>>> get_all(
        std::span<Address const> addresses) override {
        if (hooks_.before_get) hooks_.before_get();
        return reader_->get_all(addresses);
    }
    Result<std::vector<store::Committed>> committed(std::uint64_t before,
                                                    std::size_t count) override {
        return reader_->committed(before, count);
    }
    Result<store::IndexScan> scan(CompartmentId const& compartment) override {
        if (hooks_.before_scan) hooks_.before_scan();
        auto scan = reader_->scan(compartment);
        if (hooks_.after_scan) hooks_.after_scan();
        if (scan && hooks_.alter_scan) hooks_.alter_scan(*scan);
        return scan;
    }
    Result<std::optional<store::IndexScan>> scan_beside(CompartmentId const& compartment,
                                                        std::uint64_t page_sequence) override {
        if (hooks_.before_scan) hooks_.before_scan();
        auto scan = reader_->scan_beside(compartment, page_sequence);
        if (hooks_.after_scan) hooks_.after_scan();
        if (scan && *scan && hooks_.alter_scan) hooks_.alter_scan(**scan);
        return scan;
    }
    void reuse(store::IndexPage page) noexcept override { reader_->reuse(std::move(page)); }
    Result<std::optional<store::IndexEntry>> index_entry(CompartmentId const& compartment,
                                                         Address const& address) override {
        return reader_->index_entry(compartment, address);
    }
    Result<std::uint64_t> compartment_sequence(CompartmentId const& compartment) override {
        return reader_->compartment_sequence(compartment);
    }
    Result<std::vector<Address>> find(BlindToken const& token, std::size_t count) override {
        return reader_->find(token, count);
    }
    Result<store::SealedRecords> sealed_under(CompartmentId const& compartment,
                                              std::uint32_t key_version,
                                              std::optional<store::RecordPlace> const& after,
                                              std::size_t count) override {
        return reader_->sealed_under(compartment, key_version, after, count);
    }
    Result<std::vector<store::RecordPlace>> tokens_below(std::uint32_t token_version,
                                                         std::size_t count) override {
        return reader_->tokens_below(token_version, count);
    }
    Result<void> begin_view() override { return reader_->begin_view(); }
    void end_view() noexcept override { reader_->end_view(); }

private:
    std::unique_ptr<store::Reader> reader_;
    StoreHooks const& hooks_;
};

class HookedStore final : public store::Store {
public:
    explicit HookedStore(store::Store& store) : store_(store) {}

    StoreHooks hooks;

    Task<Result<void>> commit(store::Batch batch, Executor& home) override {
        auto error = hooks.before_commit ? hooks.before_commit(batch) : std::nullopt;
        if (error) co_return fail(*std::move(error));
        co_return co_await store_.commit(std::move(batch), home);
    }
    void keep_page(store::IndexPage page) override { store_.keep_page(std::move(page)); }
    Result<std::unique_ptr<store::Reader>> open_reader() override {
        SALUS_TRY(auto reader, store_.open_reader());
        return std::unique_ptr<store::Reader>(
            std::make_unique<HookedReader>(std::move(reader), hooks));
    }
    Task<Result<void>> reseal(std::vector<store::Reseal> batch, Executor& home) override {
        auto error = hooks.before_reseal ? hooks.before_reseal() : std::nullopt;
        if (error) co_return fail(*std::move(error));
        co_return co_await store_.reseal(std::move(batch), home);
    }
    Task<Result<void>> retoken(std::vector<store::Retoken> batch, Executor& home) override {
        return store_.retoken(std::move(batch), home);
    }
    Task<Result<void>> retire_keys(CompartmentId compartment, std::uint32_t key_version,
                                   Executor& home) override {
        return store_.retire_keys(compartment, key_version, home);
    }
    Task<Result<void>> erase(CompartmentId compartment, Executor& home) override {
        return store_.erase(compartment, home);
    }
    Task<Result<std::uint64_t>> expire(std::int64_t now, Executor& home) override {
        return store_.expire(now, home);
    }
    Result<store::Statistics> statistics() override { return store_.statistics(); }

private:
    store::Store& store_;
};

}  // namespace salus::testing
