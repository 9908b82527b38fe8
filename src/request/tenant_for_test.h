// For tests of the upper rooms: an instance in a directory of its own with the real store, and
// tenants in it with real keys (at a cheap scrypt cost) and a real audit log that a test can break.
// Included by tests only.
#pragma once

#include <atomic>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "audit/file_log.h"
#include "audit/verifier.h"
#include "foundation/blocking.h"
#include "foundation/clock.h"
#include "foundation/log.h"
#include "http/test_support.h"
#include "keys/keys_for_test.h"
#include "request/exchange.h"
#include "request/tenant.h"
#include "store/embedded/embedded_store.h"

namespace salus::testing {

// A switch that a test throws and the disk under an audit log obeys.
using DiskFault = std::shared_ptr<std::atomic<bool>>;  // owners: the tenant and its log's volume

class BreakableFile final : public audit::SegmentFile {
public:
    BreakableFile(std::unique_ptr<audit::SegmentFile> file, DiskFault broken)
        : file_(std::move(file)), broken_(std::move(broken)) {}
    Result<void> write(std::uint64_t offset, BytesView bytes) override {
        if (*broken_) return fail(Errc::unavailable, "the test broke this disk");
        return file_->write(offset, bytes);
    }
    Result<void> sync() override { return file_->sync(); }
    Result<void> check_live() override { return file_->check_live(); }

private:
    std::unique_ptr<audit::SegmentFile> file_;
    DiskFault broken_;
};

class BreakableVolume final : public audit::Volume {
public:
    explicit BreakableVolume(DiskFault broken) : broken_(std::move(broken)) {}
    Result<void> create(std::filesystem::path const& path, std::uint64_t bytes) override {
        return disk_.create(path, bytes);
    }
    Result<std::unique_ptr<audit::SegmentFile>> open(std::filesystem::path const& path) override {
        SALUS_TRY(auto file, disk_.open(path));
        return std::unique_ptr<audit::SegmentFile>(
            std::make_unique<BreakableFile>(std::move(file), broken_));
    }

private:
    audit::DiskVolume disk_;
    DiskFault broken_;
};

template <class T>
T must(Result<T> result) {
    EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().why.text());
    SALUS_CHECK(result.has_value());
    return *std::move(result);
}

class TestInstance {
public:
    TestInstance()
        : key_service(keys::make_service(directory.path(), random)),
          store(must(store::open_embedded_store(directory.path() / "records.db", log))) {}
    TestInstance(TestInstance const&) = delete;
    TestInstance& operator=(TestInstance const&) = delete;

    keys::TemporaryDirectory directory;
    ManualClock clock{WallTime{std::chrono::seconds(1'795'421'730)}};
    Log log{clock, -1, LogLevel::error};
    crypto::SystemRandom random;
    BlockingExecutor home;
    std::unique_ptr<keys::SealedFileService> key_service;
    std::unique_ptr<store::Store> store;
};

// Borrows the instance. The first tenant of a house has the path "", others "/t/NAME".
class TestTenant {
public:
    explicit TestTenant(TestInstance& instance, std::string const& name = "default",
                        std::string const& path = "", store::Store* other_store = nullptr)
        : instance_(instance),
          directory_(instance.directory.path() / name),
          keyring_(open_keyring(instance, directory_, name)),
          audit_log_(open_log(instance, directory_ / "audit", name, broken_)),
          tenant_{.name = TenantName(name),
                  .realm = keys::kRealm,
                  .path = path,
                  .public_url = "https://localhost:8443" + path,
                  .keyring = *keyring_,
                  .audit_log = *audit_log_,
                  .store = other_store != nullptr ? *other_store : *instance.store} {}
    TestTenant(TestTenant const&) = delete;
    TestTenant& operator=(TestTenant const&) = delete;

    [[nodiscard]] request::Tenant const& tenant() const noexcept { return tenant_; }
    [[nodiscard]] std::filesystem::path const& directory() const noexcept { return directory_; }

    // The next record fails and poisons the log.
    void break_audit_log() { *broken_ = true; }
    // Everything on record, as JSON, in order.
    [[nodiscard]] std::vector<std::string> leaves() const {
        std::vector<std::string> all;
        read([&](audit::LeafView const& leaf) { all.emplace_back(leaf.json); });
        return all;
    }
    [[nodiscard]] std::vector<Bytes> details() const {
        std::vector<Bytes> all;
        read([&](audit::LeafView const& leaf) {
            if (leaf.detail) all.emplace_back(leaf.detail->begin(), leaf.detail->end());
        });
        return all;
    }
    // Commits without an intent, as no operation can.
    Result<void> commit(store::Write write) {
        store::Batch batch;
        batch.writes.push_back(std::move(write));
        return instance_.home.run(tenant_.store.commit(std::move(batch), instance_.home));
    }

private:
    static std::unique_ptr<keys::Keyring> open_keyring(TestInstance& instance,
                                                       std::filesystem::path const& directory,
                                                       std::string const& name) {
        SALUS_CHECK(make_private_directory(directory).has_value());
        return must(keys::Keyring::open(directory, TenantName(name), keys::kRealm,
                                        *instance.key_service, instance.random, instance.clock));
    }
    static std::unique_ptr<audit::Log> open_log(TestInstance& instance,
                                                std::filesystem::path const& directory,
                                                std::string const& name, DiskFault const& broken) {
        audit::Options options{.directory = directory,
                               .origin = "salus/test/" + name,
                               .segment_bytes = 8 * limits::kMiB,
                               .must_exist = false};
        return must(audit::open_log(options, std::make_unique<BreakableVolume>(broken),
                                    instance.clock, instance.log))
            .log;
    }
    void read(std::function<void(audit::LeafView const&)> const& receive) const {
        auto const report =
            audit::read_leaves(directory_ / "audit", receive, audit::Writer::running);
        EXPECT_TRUE(report.has_value());
        if (report) {
            EXPECT_FALSE(report->finding.has_value());
        }
    }

    TestInstance& instance_;
    std::filesystem::path directory_;
    DiskFault broken_ = std::make_shared<std::atomic<bool>>(false);
    std::unique_ptr<keys::Keyring> keyring_;
    std::unique_ptr<audit::Log> audit_log_;
    request::Tenant tenant_;
};

struct TestRequest {
    http::Method method = http::Method::get;
    std::string target;
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body{};
};

inline http::Request make_request(TestRequest const& wanted) {
    http::Request request;
    request.method = wanted.method;
    request.target = EphiText(wanted.target);
    for (auto const& [name, value] : wanted.headers) request.headers.add(name, value);
    request.body = EphiText(wanted.body);
    request.peer.address = "192.0.2.7";
    return request;
}

inline request::Exchange make_exchange(request::Tenant const& tenant, http::Request request,
                                       std::string const& id = "request-1") {
    request::Exchange exchange;
    exchange.request = std::move(request);
    exchange.id = RequestId(id);
    exchange.tenant = &tenant;
    return exchange;
}

}  // namespace salus::testing
