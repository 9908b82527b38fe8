// Instance: an opened instance directory, everything built once in floor order. While it lives, no
// other process uses the directory.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "app/backup_service.h"
#include "app/configuration.h"
#include "app/control_evidence.h"
#include "app/key_executor.h"
#include "app/key_refresh.h"
#include "app/logout_sender.h"
#include "audit/log.h"
#include "fhir/profiles/loaded_definitions.h"
#include "foundation/clock.h"
#include "foundation/file.h"
#include "foundation/raised_clock.h"
#include "keys/key_management_service.h"
#include "keys/keyring.h"
#include "mirror/replication.h"
#include "pipeline/house.h"
#include "pipeline/pipeline.h"
#include "transparency/signed_log.h"

namespace salus::app {

// The client of the first administrator, by key; registered at init.
inline constexpr std::string_view kAdministrator = "administrator";

// Where things are in an instance directory.
struct Layout {
    std::filesystem::path directory;

    [[nodiscard]] auto run() const { return directory / "run"; }
    [[nodiscard]] auto lock() const { return run() / "lock"; }
    // The store came from a backup, and the keys perhaps from a later one.
    [[nodiscard]] auto restored() const { return run() / "restored"; }
    // How far consents of earlier versions were made to be found.
    [[nodiscard]] auto marked_consents(TenantName const& t) const {
        return run() / ("consents-" + t.text());
    }
    // How far the index was brought up to date.
    [[nodiscard]] auto indexing(TenantName const& t) const {
        return run() / ("indexing-" + t.text());
    }
    [[nodiscard]] auto address() const { return run() / "address"; }
    // SHA-256 of salus.toml at the last start, hexadecimal.
    [[nodiscard]] auto last_configuration() const { return run() / "last_configuration"; }
    // Sealed in an emergency: nothing is opened.
    [[nodiscard]] auto sealed() const { return directory / "keys" / "sealed"; }
    [[nodiscard]] auto root_keys() const { return directory / "keys" / "root.sealed"; }
    [[nodiscard]] auto instance_root() const { return directory / "keys" / "instance.root"; }
    [[nodiscard]] auto tenant_keys(TenantName const& t) const {
        return directory / "keys" / t.text();
    }
    [[nodiscard]] auto token_key(TenantName const& t) const {
        return tenant_keys(t) / "token-signing.sealed";
    }
    [[nodiscard]] auto custodians(TenantName const& t) const {
        return tenant_keys(t) / "custodians.json";
    }
    [[nodiscard]] auto certificate_key() const {
        return directory / "keys" / "certificate-of-destruction.sealed";
    }
    [[nodiscard]] auto certificate_public_key() const {
        return directory / "keys" / "certificate-of-destruction.pub";
    }
    [[nodiscard]] auto store() const { return directory / "store" / "records.db"; }
    [[nodiscard]] auto audit_logs() const { return directory / "audit"; }
    [[nodiscard]] auto audit(TenantName const& t) const { return audit_logs() / t.text(); }
    [[nodiscard]] auto authority() const { return directory / "tls" / "ca.crt"; }
    [[nodiscard]] auto authority_key() const { return directory / "tls" / "ca.key.sealed"; }
    [[nodiscard]] auto backup_key() const { return directory / "keys" / "backup-signing.sealed"; }
    [[nodiscard]] auto backup_public_key() const {
        return directory / "keys" / "backup-signing.pem";
    }
    [[nodiscard]] auto signer() const { return directory / "signer"; }
    // Its key as backups have it, sealed.
    [[nodiscard]] auto sealed_signer_key() const {
        return directory / "keys" / "checkpoint-signer.sealed";
    }
    // What is shown to the mirror of the audit logs.
    [[nodiscard]] auto mirror() const { return directory / "mirror"; }
    [[nodiscard]] auto mirror_client_certificate() const { return mirror() / "client.crt"; }
    [[nodiscard]] auto mirror_client_key() const { return mirror() / "client.key"; }
    // How far the receiver of syslog has got each log.
    [[nodiscard]] auto syslog() const { return directory / "syslog"; }
    [[nodiscard]] auto syslog_cursor(TenantName const& t) const {
        return syslog() / (t.text() + ".cursor");
    }
    [[nodiscard]] auto last_drill() const { return directory / "backup" / "last-drill.json"; }
    [[nodiscard]] auto passphrase() const { return directory / "credentials" / "root.passphrase"; }
    [[nodiscard]] auto administrator() const {
        return directory / "credentials" / "administrator.jwk";
    }
    [[nodiscard]] auto demonstration() const {
        return directory / "credentials" / "demonstration.jwk";
    }
};

// The origin of a tenant's audit log (C2SP tlog-checkpoint), and the name of the key that signs it.
[[nodiscard]] std::string audit_origin(std::string const& realm, TenantName const& tenant);

class Instance {
public:
    // Whether an instance that was sealed is opened: by commands on its own machine alone.
    enum class Seal { respected, lifted };
    // Nothing, and `why` for the operator, if the instance cannot be opened. Settles what a crash
    // left open in the audit log before anything is served.
    static std::unique_ptr<Instance> open(Configuration configuration, std::string& why,
                                          Seal seal = Seal::respected);
    ~Instance();
    Instance(Instance const&) = delete;
    Instance& operator=(Instance const&) = delete;

    [[nodiscard]] Configuration const& configuration() const noexcept { return configuration_; }
    [[nodiscard]] pipeline::House const& house() const noexcept { return *house_; }
    // Files of [access_context] are read again. False: something is wrong, which the operational
    // log says, and what was read before goes on.
    bool reload_access_context() { return access_context_->reload(log_).has_value(); }
    [[nodiscard]] pipeline::Workers& workers() noexcept { return *workers_; }
    [[nodiscard]] Clock const& clock() const noexcept { return clock_; }
    [[nodiscard]] Log const& log() const noexcept { return log_; }
    [[nodiscard]] crypto::Random& random() noexcept { return random_; }
    // The audit log of each tenant, for who publishes it.
    using SignedLogs = std::vector<std::pair<TenantName, std::unique_ptr<transparency::SignedLog>>>;
    [[nodiscard]] SignedLogs const& signed_logs() const noexcept { return signed_logs_; }
    // In strict mode the way of each log to its mirror, in the order of signed_logs(); else none.
    using Replications = std::vector<std::shared_ptr<mirror::Replication>>;
    [[nodiscard]] Replications const& replications() const noexcept { return replications_; }
    [[nodiscard]] ControlEvidence& evidence() noexcept { return *evidence_; }
    [[nodiscard]] LastReconciliation& reconciliation() noexcept { return reconciliation_; }
    [[nodiscard]] LogoutSender const& logout_sender() const noexcept { return *logout_sender_; }
    [[nodiscard]] SyslogState& syslog_state() noexcept { return syslog_state_; }
    [[nodiscard]] keys::KeyManagementService& key_service() noexcept { return *key_service_; }
    // Called once, on any thread, when the instance was sealed. Before anything is served.
    void when_sealed(std::function<void()> call) { key_executor_.when_sealed(std::move(call)); }
    // A pipeline for one event loop (or for the command line), with a desk of its own.
    [[nodiscard]] std::unique_ptr<pipeline::Pipeline> make_pipeline(Executor& home);

private:
    explicit Instance(Configuration configuration);
    [[nodiscard]] bool open_all(std::string& why);
    [[nodiscard]] Result<void> open_keys();
    [[nodiscard]] Result<void> open_tenant(TenantName const& name, bool is_default);
    [[nodiscard]] Result<void> mark_consents();
    [[nodiscard]] Result<void> check_present() const;
    // Takes up a store that was restored; forgets that it was.
    [[nodiscard]] Result<void> take_up_restored() const;
    [[nodiscard]] bool served_before(TenantName const& name) const;
    void join_rooms();
    [[nodiscard]] std::unique_ptr<pipeline::Desk> make_desk();
    // What requests go by is never behind what the logs say was.
    void raise_clock(WallTime newest);
    [[nodiscard]] bool appoint_administrators(std::string& why);
    // The packages that each tenant has stored.
    [[nodiscard]] bool load_definitions(std::string& why);
    [[nodiscard]] bool start_key_executor(std::string& why);
    // In strict mode, from here on, no record counts that the mirror has not got.
    [[nodiscard]] bool meet_outside_provider(std::string& why);
    [[nodiscard]] bool open_breached_passwords(std::string& why);
    [[nodiscard]] bool open_access_context(std::string& why);
    [[nodiscard]] bool start_replications(std::string& why);

    Configuration configuration_;
    Layout layout_;
    SystemClock clock_;
    RaisedClock request_clock_{clock_};  // never behind the audit logs
    Log log_;
    crypto::SystemRandom random_;
    std::unique_ptr<FileLock> lock_;
    std::unique_ptr<keys::KeyManagementService> key_service_;
    std::unique_ptr<store::Store> store_;
    KeyRefresh::Keyrings keyrings_;
    std::unique_ptr<KeyRefresh> key_refresh_;  // once all keyrings are there
    std::vector<std::unique_ptr<audit::Log>> audit_logs_;
    Replications replications_;                                           // over those
    SignedLogs signed_logs_;                                              // over those
    std::vector<std::unique_ptr<audit_views::AuditTrail>> audit_trails_;  // over those
    std::vector<std::unique_ptr<fhir::LoadedDefinitions>> definitions_;
    std::vector<std::size_t> settled_intents_;                     // of each tenant, at this start
    std::vector<std::unique_ptr<pipeline::TenantHouse>> tenants_;  // until the house has them
    records::IndexCache index_cache_;
    LastReconciliation reconciliation_;
    SyslogState syslog_state_;
    std::unique_ptr<ControlEvidence> evidence_;
    std::unique_ptr<BackupService> backups_;
    std::unique_ptr<authentication::TokenGuards> token_guards_;  // once all is open
    http::SystemResolver resolver_;
    std::unique_ptr<oauth::KeySource> key_source_;
    std::unique_ptr<LogoutSender> logout_sender_;
    std::unique_ptr<oauth::RemoteKeys> remote_keys_;                // from there
    std::vector<crypto::PresentedCertificate> client_authorities_;  // until the house has them
    std::unique_ptr<outside_provider::Network> provider_network_;   // nullptr: there is none
    std::unique_ptr<outside_provider::Provider> outside_provider_;  // there
    std::optional<factors::BreachedPasswords> breached_passwords_;  // until the house has it
    std::unique_ptr<access_context::AccessContext> access_context_;
    std::unique_ptr<pipeline::House> house_;
    std::unique_ptr<pipeline::Workers> workers_;
    std::optional<crypto::SigningKey> certificate_key_;
    KeyExecutor key_executor_;  // last: its thread uses what stands above
};

}  // namespace salus::app
