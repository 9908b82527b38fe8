// For the tests of the evidence: contracts whose answers a test chooses, and an instance directory
// with what the readings look at. Test programs only.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "app/control_evidence.h"
#include "app/instance.h"
#include "crypto/certificate.h"
#include "foundation/check.h"
#include "foundation/file.h"
#include "keys/wrapped_key.h"
#include "store/embedded/embedded_store.h"

namespace salus::app::testing {

class FakeLog final : public audit::Log {
public:
    audit::Status answer;
    Task<Result<std::vector<audit::Position>>> append(std::vector<audit::Record>,
                                                      Executor&) override {
        co_return fail(Errc::unavailable, "a fake records nothing");
    }
    [[nodiscard]] audit::Status status() const override { return answer; }
};

// Tells a status; everything else fails.
class FakeKeyRotation final : public keys::KeyRotation {
public:
    keys::RotationStatus answer;
    Result<std::uint32_t> begin_kek_epoch() override { return none(); }
    Result<std::uint64_t> rewrap_shard_keys(std::size_t) override { return none(); }
    Result<std::vector<std::uint32_t>> destroy_unused_keks() override { return none(); }
    Result<std::uint32_t> begin_shard_epoch(std::uint32_t) override { return none(); }
    Result<std::uint64_t> rewrap_keys_of_shard(std::uint32_t, std::size_t) override {
        return none();
    }
    Result<std::vector<std::uint32_t>> destroy_unused_shard_keys(std::uint32_t) override {
        return none();
    }
    Result<std::uint32_t> begin_data_key(CompartmentId const&) override { return none(); }
    Result<void> retire_data_key(CompartmentId const&, std::uint32_t) override { return none(); }
    Result<void> readmit_data_key(CompartmentId const&, std::uint32_t) override { return none(); }
    Result<std::vector<keys::DataKeyVersion>> retired_data_keys(WallTime,
                                                                keys::DataKeyVersion const&,
                                                                std::size_t) override {
        return none();
    }
    Result<void> destroy_data_key(CompartmentId const&, std::uint32_t) override { return none(); }
    Result<std::vector<std::uint32_t>> destroy_compartment(keys::Approval const&) override {
        return none();
    }
    Result<std::vector<std::uint32_t>> live_data_keys(CompartmentId const&) override {
        return none();
    }
    Result<std::vector<CompartmentId>> data_keys_older_than(WallTime, std::size_t) override {
        return none();
    }
    Result<std::vector<keys::DataKeyVersion>> decrypt_only_data_keys(keys::DataKeyVersion const&,
                                                                     std::size_t) override {
        return none();
    }
    Result<std::uint32_t> begin_purpose_key(keys::Purpose) override { return none(); }
    Result<void> set_purpose_state(keys::Purpose, std::uint32_t, keys::KeyState) override {
        return none();
    }
    Result<void> destroy_purpose_key(keys::Purpose, std::uint32_t) override { return none(); }
    Result<keys::RotationRequest> request(keys::RotationOrder const&) override { return none(); }
    Result<void> set_paused(bool) override { return none(); }
    Result<keys::RotationOrders> orders() override { return none(); }
    Result<keys::RotationStatus> status() override {
        if (is_gone) return none();
        return answer;
    }
    bool is_gone = false;

private:
    static std::unexpected<Error> none() {
        return fail(Errc::unavailable, "a fake rotates nothing");
    }
};

class FakeKeyring final : public keys::Keyring {
public:
    keys::KeyringStatistics answer{.data_keys = 10, .memory_locked = true};
    Result<keys::DataKey> key_for_writing(CompartmentId const&) override { return none(); }
    Result<SecretBytes> key_for_reading(CompartmentId const&, std::uint32_t) override {
        return none();
    }
    Result<void> prepare(std::span<CompartmentId const>) override { return none(); }
    Result<keys::DataKey> purpose_key_for_writing(keys::Purpose) override {
        if (!has_purpose_keys) return none();
        return keys::DataKey{.version = 1, .key = SecretBytes(Bytes(32, 7))};
    }
    Result<SecretBytes> purpose_key_for_reading(keys::Purpose, std::uint32_t) override {
        if (!has_purpose_keys) return none();
        return SecretBytes(Bytes(32, 7));
    }
    Result<std::vector<keys::PurposeKey>> purpose_keys(keys::Purpose) override {
        if (!has_purpose_keys) return none();
        std::vector<keys::PurposeKey> keys;
        keys.push_back(
            {.version = 1, .state = keys::KeyState::active, .key = SecretBytes(Bytes(32, 7))});
        return keys;
    }
    [[nodiscard]] std::uint64_t purpose_changes() const noexcept override { return 0; }
    keys::KeyRotation& rotation() noexcept override { return rotates; }
    FakeKeyRotation rotates;
    Result<void> refresh() override { return {}; }
    void forget_expired() override {}
    [[nodiscard]] keys::KeyringStatistics statistics() const override { return answer; }
    bool has_purpose_keys = true;

private:
    static std::unexpected<Error> none() { return fail(Errc::unavailable, "a fake has no keys"); }
};

// Wraps in memory, under one key of its own.
class FakeKeyService final : public keys::KeyManagementService {
public:
    Result<void> ensure(keys::KekName const&) override { return {}; }
    Result<Bytes> wrap(keys::KekName const& name, BytesView context,
                       SecretBytes const& key) override {
        if (is_gone) return fail(Errc::unavailable, "a fake is gone");
        return keys::wrap_key(sealer_, {}, kek_, bound(name, context), 1, key);
    }
    Result<SecretBytes> unwrap(keys::KekName const& name, BytesView context,
                               BytesView wrapped) override {
        return keys::unwrap_key(sealer_, kek_, bound(name, context), wrapped);
    }
    Result<void> destroy(keys::KekName const&) override { return {}; }
    [[nodiscard]] Literal description() const noexcept override { return "a fake"; }
    bool is_gone = false;
    bool binds = true;

private:
    [[nodiscard]] crypto::Context bound(keys::KekName const& name, BytesView context) const {
        return keys::wrapping_context("realm", name, binds ? context : BytesView());
    }
    crypto::SystemRandom random_;
    crypto::Sealer sealer_{random_};
    SecretBytes const kek_ = crypto::random_secret(random_, 32);
};

class FakeStore final : public store::Store {
public:
    store::Statistics answer{.documents = 3, .versions = 4, .compartments = 2};
    Task<Result<void>> commit(store::Batch, Executor&) override { co_return none(); }
    Result<std::unique_ptr<store::Reader>> open_reader() override { return none(); }
    void keep_page(store::IndexPage) override {}
    Task<Result<void>> reseal(std::vector<store::Reseal>, Executor&) override { co_return none(); }
    Task<Result<void>> retoken(std::vector<store::Retoken>, Executor&) override {
        co_return none();
    }
    Task<Result<void>> retire_keys(CompartmentId, std::uint32_t, Executor&) override {
        co_return none();
    }
    Task<Result<void>> erase(CompartmentId, Executor&) override { co_return none(); }
    Task<Result<std::uint64_t>> expire(std::int64_t, Executor&) override { co_return none(); }
    Result<store::Statistics> statistics() override { return answer; }

private:
    static std::unexpected<Error> none() {
        return fail(Errc::unavailable, "a fake stores nothing");
    }
};

// An instance directory as `salus init` leaves one, as far as the readings look.
class EvidenceHouse {
public:
    EvidenceHouse() {
        std::string name = (std::filesystem::temp_directory_path() / "salus-app-XXXXXX").string();
        SALUS_CHECK(::mkdtemp(name.data()) != nullptr);
        directory_ = name;
        for (auto const* folder : {"tls", "credentials", "keys/default", "store", "run"}) {
            std::filesystem::create_directories(directory_ / folder);
        }
        SALUS_CHECK(make_private_directory(layout().audit_logs()).has_value());
        write("salus.toml", default_configuration("test-realm", 8443));
        write("credentials/root.passphrase", "passphrase");
        write("keys/root.sealed", "sealed");
        make_token_key();
        make_certificates(SystemClock().now());
        auto const opened = store::open_embedded_store(layout().store(), log_);
        SALUS_CHECK(opened.has_value());
        reread();
    }
    ~EvidenceHouse() {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }
    EvidenceHouse(EvidenceHouse const&) = delete;
    EvidenceHouse& operator=(EvidenceHouse const&) = delete;

    [[nodiscard]] Layout layout() const { return {directory_}; }
    void write(std::filesystem::path const& name, std::string_view text) const {
        SALUS_CHECK(
            write_file_durably(directory_ / name, bytes_of(text), FileAccess::private_to_owner)
                .has_value());
    }
    void make_certificates(WallTime now) {
        auto authority = crypto::make_certificate_authority("test", now, std::chrono::days(30));
        SALUS_CHECK(authority.has_value());
        auto const server = crypto::issue_server_certificate(*authority, {"localhost", "127.0.0.1"},
                                                             now, std::chrono::days(30));
        SALUS_CHECK(server.has_value());
        write("tls/ca.crt", authority->certificate_pem);
        write("tls/server.crt", server->chain_pem);
        write("tls/server.key", text_of(server->key_pem.reveal()));
    }
    void reread() {
        std::string why;
        auto read = read_configuration(directory_, why);
        SALUS_CHECK(read.has_value());
        configuration = *std::move(read);
    }
    // The line of one control, read anew.
    [[nodiscard]] admin::ControlLine line(std::string_view id) {
        for (auto& candidate : read()) {
            if (candidate.id.text() == id) return candidate;
        }
        SALUS_CHECK(false);
        return {};
    }
    [[nodiscard]] std::vector<admin::ControlLine> read() {
        EvidenceSources sources{.configuration = configuration,
                                .key_service = key_service,
                                .store = store,
                                .clock = clock,
                                .tenants = {{.name = TenantName("default"),
                                             .keyring = keyring,
                                             .audit_log = audit_log,
                                             .signed_log = &signed_log,
                                             .intents_settled = 2}},
                                .syslog = &syslog};
        return ControlEvidence(std::move(sources)).read();
    }

    Configuration configuration;
    FakeKeyService key_service;
    FakeStore store;
    FakeKeyring keyring;
    FakeLog audit_log;
    transparency::SignedLog signed_log{audit_log};
    SystemClock clock;
    SyslogState syslog;

private:
    void make_token_key() const {
        crypto::SystemRandom random;
        auto const key = crypto::random_secret(random, 32);
        auto const sealed = crypto::Sealer(random).seal(key, 1, crypto::Context(), bytes_of("key"));
        write("keys/default/token-signing.sealed", text_of(sealed.bytes()));
    }

    std::filesystem::path directory_;
    Log log_{clock, 2, LogLevel::error};
};

}  // namespace salus::app::testing
