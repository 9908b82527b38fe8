// What the tests of the parent log share: an instance's logs with one above them, opened and closed
// as a process would, and copies of what stands on the disk.
#pragma once

#include <gmock/gmock.h>
#include <map>

#include "audit/log_fixture.h"
#include "transparency/keyed_signer.h"
#include "transparency/parent_log.h"

namespace salus::transparency {

class ParentTest : public ::testing::Test {
protected:
    ParentTest() {
        auto pattern = (std::filesystem::temp_directory_path() / "salus_parent_XXXXXX").string();
        root_ = ::mkdtemp(pattern.data());
        std::filesystem::create_directories(root_ / "audit");
        EXPECT_TRUE(KeyedSigner::create(root_ / "signer", crypto::SignatureAlgorithm::ed25519));
    }
    ~ParentTest() override {
        stop();
        std::filesystem::remove_all(root_);
    }

    struct Tenant {
        std::unique_ptr<audit::Log> log;
        std::unique_ptr<SignedLog> signed_log;
        std::shared_ptr<Publisher> publisher;
    };
    static std::string origin(std::string const& name) { return "salus/test/" + name; }
    static std::string parent_origin() { return origin(std::string(audit::kParentLogName)); }
    [[nodiscard]] std::filesystem::path directory(std::string const& name) const {
        return root_ / "audit" / name;
    }
    [[nodiscard]] std::filesystem::path parent_directory() const {
        return directory(std::string(audit::kParentLogName));
    }
    [[nodiscard]] NoteVerifier verifier(std::string const& of) const {
        return *NoteVerifier::make(of, *read_public_key(public_key_file(root_ / "signer")));
    }

    std::unique_ptr<audit::Log> open_log(std::string const& name) {
        auto opened = audit::Log::open({.directory = directory(name),
                                        .origin = origin(name),
                                        .segment_bytes = 4 * audit::kSmallestSegmentBytes,
                                        .must_exist = false},
                                       clock_, operational_log_);
        EXPECT_TRUE(opened) << opened.error().why.text();
        return opened ? std::move(opened->log) : nullptr;
    }
    void start(std::vector<std::string> const& names = {"a", "b"}) {
        auto signer = KeyedSigner::open(root_ / "signer");
        ASSERT_TRUE(signer);
        signer_ = std::make_unique<Switch>(*std::move(signer));
        auto const parent_name = std::string(audit::kParentLogName);
        parent_ = std::make_shared<ParentLog>(ParentLog::Options{.directory = parent_directory(),
                                                                 .origin = parent_origin(),
                                                                 .patience = {},
                                                                 .full_every = 16,
                                                                 .heads_in_leaf = 4},
                                              open_log(parent_name), *signer_,
                                              verifier(parent_origin()), clock_);
        for (auto const& name : names) {
            auto& tenant = tenants_[name];
            tenant.log = open_log(name);
            ASSERT_TRUE(tenant.log);
            tenant.signed_log = std::make_unique<SignedLog>(*tenant.log);
            tenant.publisher = std::make_shared<Publisher>(
                directory(name), *tenant.log, *signer_, verifier(origin(name)), clock_, Patience{});
            auto const* const state =
                parent_->add(origin(name), directory(name), *tenant.log, tenant.publisher);
            tenant.signed_log->watch(std::shared_ptr<ParentState const>(parent_, state));
        }
    }
    void stop() {
        tenants_.clear();
        parent_.reset();
        signer_.reset();
    }
    void append(std::string const& name, int count = 1) {
        for (int i = 0; i < count; ++i) {
            std::vector<audit::Record> records;
            records.push_back(audit::test_record(++records_));
            ASSERT_TRUE(executor_.run(tenants_[name].log->append(std::move(records), executor_)));
        }
    }
    // Of every publisher, then of the parent.
    Result<void> round(bool at_once = true) {
        for (auto& [name, tenant] : tenants_) static_cast<void>(tenant.publisher->publish());
        return parent_->round(at_once);
    }
    [[nodiscard]] ParentStatus status(std::string const& name) const {
        return *tenants_.at(name).signed_log->parent();
    }
    // Of all leaves, in order.
    [[nodiscard]] std::vector<audit::Statement> statements() const {
        std::vector<audit::Statement> all;
        auto const receive = [&](audit::LeafView const& leaf) {
            auto statement = audit::statement_in(leaf.json);
            if (statement && *statement) all.push_back(**std::move(statement));
        };
        EXPECT_TRUE(audit::read_leaves(parent_directory(), receive, audit::Writer::running));
        return all;
    }
    void keep(std::string const& what) const {
        std::filesystem::copy(root_ / what, root_ / "kept" / what,
                              std::filesystem::copy_options::recursive);
    }
    void keep_all() const {
        std::filesystem::remove_all(root_ / "kept");
        std::filesystem::create_directories(root_ / "kept/audit");
        for (auto const* const what : {"signer", "audit/a", "audit/_parent"}) keep(what);
    }
    void put_back(std::string const& what) const {
        std::filesystem::remove_all(root_ / what);
        std::filesystem::copy(root_ / "kept" / what, root_ / what,
                              std::filesystem::copy_options::recursive);
    }

    // The signer, which a test may take away.
    class Switch final : public CheckpointSigner {
    public:
        explicit Switch(KeyedSigner signer) : signer_(std::move(signer)) {}
        Result<SigningAnswer> sign(Continuation const& request) override {
            if (is_gone) return fail(Errc::unavailable, "the signer does not answer");
            return signer_.sign(request);
        }
        bool is_gone = false;

    private:
        KeyedSigner signer_;
    };

    std::filesystem::path root_;
    ManualClock clock_{WallTime{std::chrono::seconds(1'795'421'730)}};
    salus::Log operational_log_{clock_, -1, LogLevel::error};
    BlockingExecutor executor_;
    std::unique_ptr<Switch> signer_;
    std::shared_ptr<ParentLog> parent_;
    std::map<std::string, Tenant> tenants_;
    std::int64_t records_ = 0;
};

}  // namespace salus::transparency
