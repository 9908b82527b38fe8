#include "app/instance.h"

#include <cstdlib>
#include <thread>
#include <unistd.h>

#include "admin/definition_packages.h"
#include "app/audit_pruner.h"
#include "app/bootstrap.h"
#include "app/certificate_key.h"
#include "app/crypto_section.h"
#include "app/first_keys.h"
#include "app/key_service.h"
#include "app/log_access.h"
#include "app/mark_consents.h"
#include "app/mirror_link.h"
#include "app/oauth_section.h"
#include "app/open_intents.h"
#include "app/outside_provider_section.h"
#include "app/policy_at_start.h"
#include "app/readmission.h"
#include "app/seal.h"
#include "app/signer_backup.h"
#include "keys/destroyed_compartments.h"
#include "records/addressing.h"
#include "store/embedded/embedded_store.h"

namespace salus::app {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kErasuresRepeated = 1'000'000;

unsigned or_cores(unsigned configured) {
    return configured != 0 ? configured : std::max(1U, std::thread::hardware_concurrency());
}

std::string explain(std::string_view what, Error const& error) {
    return std::string(what) + ": " + std::string(error.why.text());
}

Log make_log(Clock const& clock, LogLevel level) {
    return {clock, STDERR_FILENO, level};
}

}  // namespace

Instance::Instance(Configuration configuration)
    : configuration_(std::move(configuration)),
      layout_{configuration_.directory},
      log_(make_log(clock_, configuration_.log_level)),
      index_cache_(configuration_.index_cache_bytes, clock_) {}

std::string audit_origin(std::string const& realm, TenantName const& tenant) {
    return "salus/" + realm + "/" + tenant.text();
}

Instance::~Instance() = default;

std::unique_ptr<Instance> Instance::open(Configuration configuration, std::string& why, Seal seal) {
    if (seal == Seal::respected && is_sealed(Layout{configuration.directory})) {
        why = "the instance is sealed: `salus keys unseal` lifts it";
        return nullptr;
    }
    if (!use_configured_module(configuration.crypto, why)) return nullptr;
    std::unique_ptr<Instance> instance(new Instance(std::move(configuration)));
    if (!instance->open_all(why)) return nullptr;
    return instance;
}

Result<void> Instance::open_keys() {
    SALUS_TRY(key_service_, open_key_service(configuration_, clock_, random_));
    return {};
}

// A tenant with a signing key was served before: its log, its keys and the store must be there. An
// empty one in their place would look like a new instance, and hide that they were taken away.
Result<void> Instance::check_present() const {
    for (auto const& name : configuration_.tenants) {
        if (!served_before(name)) continue;
        if (!std::filesystem::exists(layout_.tenant_keys(name) / "keys.db")) {
            return fail(Errc::corrupt, "the key store keys.db is missing");
        }
        if (!std::filesystem::exists(layout_.store())) {
            return fail(Errc::corrupt, "the store records.db is missing");
        }
    }
    return {};
}

bool Instance::served_before(TenantName const& name) const {
    return std::filesystem::exists(layout_.token_key(name));
}

Result<void> Instance::open_tenant(TenantName const& name, bool is_default) {
    bool const before = served_before(name);
    SALUS_TRY_VOID(make_private_directory(layout_.tenant_keys(name)));
    SALUS_TRY(auto keyring,
              keys::Keyring::open(layout_.tenant_keys(name), name, configuration_.realm,
                                  *key_service_, random_, clock_));
    keyrings_.push_back(std::move(keyring));
    audit::Options options{.directory = layout_.audit(name),
                           .origin = audit_origin(configuration_.realm, name),
                           .must_exist = before};
    SALUS_TRY(auto opened, audit::Log::open(options, clock_, log_));
    raise_clock(opened.newest);
    audit_logs_.push_back(std::move(opened.log));
    auto& log =
        *signed_logs_
             .emplace_back(name, std::make_unique<transparency::SignedLog>(*audit_logs_.back()))
             .second;

    SALUS_TRY(auto const addressing, records::Addressing::make(*keyrings_.back()));
    auto const path = is_default ? std::string() : "/t/" + name.text();
    audit_trails_.push_back(std::make_unique<audit_views::AuditTrail>(
        layout_.audit(name), log,
        audit_views::ViewSource::of(configuration_.server.public_url + path),
        addressing.patient_index_key()));
    definitions_.push_back(std::make_unique<fhir::LoadedDefinitions>());
    request::Tenant tenant{.name = name,
                           .realm = configuration_.realm,
                           .path = path,
                           .public_url = configuration_.server.public_url + path,
                           .keyring = *keyrings_.back(),
                           .audit_log = log,
                           .store = *store_,
                           .definitions = definitions_.back().get()};
    SALUS_TRY_VOID(settle_open_intents(tenant, opened.open_intents));
    if (!before) SALUS_TRY_VOID(record_first_keys(tenant));
    settled_intents_.push_back(opened.open_intents.size());
    SALUS_TRY(auto token_keys,
              authentication::TokenKeys::open(layout_.token_key(name), tenant, random_));
    SALUS_TRY_VOID(token_keys.sign_by(configuration_.oauth.signing_algorithm, clock_.now()));
    SALUS_TRY(auto policy, policy_at_start(tenant, configuration_, random_, index_cache_, log_));
    tenants_.push_back(std::make_unique<pipeline::TenantHouse>(
        pipeline::TenantHouse{.tenant = std::move(tenant),
                              .token_keys = std::move(token_keys),
                              .policy = std::move(policy),
                              .custodians_file = layout_.custodians(name),
                              .audit_trail = audit_trails_.back().get(),
                              .key_executor = &key_executor_}));
    return {};
}

// What was declared, issued or begun before would otherwise last until the clock has caught up: a
// clock that was set back while nothing ran.
void Instance::raise_clock(WallTime newest) {
    if (configuration_.audit.accept_earlier_clock) return;
    request_clock_.raise(newest);
}

Result<void> Instance::take_up_restored() const {
    auto const mark = layout_.restored();
    std::error_code error;
    if (!std::filesystem::exists(mark, error)) return {};
    for (auto const& tenant : tenants_) {
        auto const& name = tenant->tenant.name;
        SALUS_TRY_VOID(record_restored(layout_, configuration_.realm, tenant->tenant));
        SALUS_TRY(auto const destroyed,
                  keys::destroyed_compartments(layout_.tenant_keys(name), kErasuresRepeated));
        SALUS_TRY_VOID(record_later_erasures(tenant->tenant, destroyed));
        SALUS_TRY_VOID(readmit_keys_in_use(tenant->tenant));
        // Of the store that stood here before.
        std::filesystem::remove(layout_.marked_consents(name), error);
        std::filesystem::remove(layout_.indexing(name), error);
    }
    if (!std::filesystem::remove(mark, error)) {
        return fail(Errc::unavailable, "run/restored cannot be removed");
    }
    return sync_directory(mark.parent_path());
}

Result<void> Instance::mark_consents() {
    for (auto const& tenant : tenants_) {
        SALUS_TRY_VOID(mark_stored_consents(tenant->tenant,
                                            layout_.marked_consents(tenant->tenant.name), random_,
                                            index_cache_, log_));
    }
    return {};
}

void Instance::join_rooms() {
    EvidenceSources sources{.configuration = configuration_,
                            .key_service = *key_service_,
                            .store = *store_,
                            .clock = clock_,
                            .request_clock = &request_clock_,
                            .policy = tenants_.front()->policy.get(),
                            .tenants = {},
                            .reconciliation = &reconciliation_,
                            .syslog = &syslog_state_};
    for (std::size_t i = 0; i < tenants_.size(); ++i) {
        sources.tenants.push_back({.name = tenants_[i]->tenant.name,
                                   .keyring = *keyrings_[i],
                                   .audit_log = *signed_logs_[i].second,
                                   .signed_log = signed_logs_[i].second.get(),
                                   .audit_trail = audit_trails_[i].get(),
                                   .intents_settled = settled_intents_[i],
                                   .indexing = &definitions_[i]->indexing()});
    }
    evidence_ = std::make_unique<ControlEvidence>(std::move(sources));
    BackupSources backup_sources{.configuration = configuration_,
                                 .key_service = *key_service_,
                                 .clock = clock_,
                                 .log = log_,
                                 .random = random_,
                                 .tenants = {}};
    for (std::size_t i = 0; i < tenants_.size(); ++i) {
        backup_sources.tenants.push_back(
            {.name = tenants_[i]->tenant.name, .log = *signed_logs_[i].second});
    }
    backups_ = std::make_unique<BackupService>(std::move(backup_sources));
    if (request_clock_.ahead() > kClockTolerance) {
        auto const behind =
            std::chrono::duration_cast<std::chrono::seconds>(request_clock_.ahead());
        log_.write(LogLevel::error, "clock.behind_log", field("seconds", behind.count()));
    }
    // From here on, since nobody else has the lock: a proof may have been used until then (S34).
    token_guards_ = std::make_unique<authentication::TokenGuards>(request_clock_.now(), random_);
    if (configuration_.oauth.dpop_nonce) token_guards_->proofs.require_nonces();
    remote_keys_ = std::make_unique<oauth::RemoteKeys>(*key_source_, clock_, log_);
    house_.reset(new pipeline::House{
        .clock = request_clock_,
        .log = log_,
        .random = random_,
        .consent = configuration_.consent,
        .access_context = access_context_.get(),
        .index_cache = index_cache_,
        .control_report = *evidence_,
        .backups = *backups_,
        .token_guards = *token_guards_,
        .remote_keys = *remote_keys_,
        .outside_provider = outside_provider_.get(),
        .mutual_tls_origin = configuration_.server.mutual_tls_origin(),
        .client_authorities = std::move(client_authorities_),
        .keep_retired = configuration_.rotation.keep_retired,
        .tenants = std::move(tenants_),
        .alarms = {&reconciliation_.alarm(), &syslog_state_.alarm(), &access_context_->alarm()},
        .breached_passwords = std::move(breached_passwords_),
        .emergency_life = configuration_.emergency_life});
    workers_ = std::make_unique<pipeline::Workers>(or_cores(configuration_.server.workers),
                                                   [this] { return make_desk(); });
}

bool Instance::open_all(std::string& why) {
    auto lock = FileLock::acquire(layout_.lock());
    if (!lock) {
        why = lock.error().code == Errc::conflict ? "another process uses this instance"
                                                  : explain("run/lock", lock.error());
        return false;
    }
    lock_ = std::make_unique<FileLock>(*std::move(lock));
    // What a killed server left there would lead clients astray.
    std::error_code ignored;
    std::filesystem::remove(layout_.address(), ignored);
    if (auto const keys = open_keys(); !keys) {
        why = explain("the keys cannot be opened", keys.error());
        return false;
    }
    if (auto const present = check_present(); !present) {
        why = explain("the instance is not whole", present.error());
        return false;
    }
    if (auto const access = check_log_access(configuration_, why); !access) {
        if (why.empty()) why = explain("the audit logs", access.error());
        return false;
    }
    auto store = store::open_embedded_store(layout_.store(), log_);
    if (!store) {
        why = explain("the store cannot be opened", store.error());
        return false;
    }
    store_ = *std::move(store);
    for (auto const& name : configuration_.tenants) {
        if (auto const opened = open_tenant(name, keyrings_.empty()); !opened) {
            why = explain("tenant " + name.text() + " cannot be opened", opened.error());
            return false;
        }
    }
    if (auto const taken = take_up_restored(); !taken) {
        why = explain("the restored store cannot be taken up", taken.error());
        return false;
    }
    if (auto const marked = mark_consents(); !marked) {
        why =
            explain("consents that were stored before cannot be made to be found", marked.error());
        return false;
    }
    key_refresh_ = std::make_unique<KeyRefresh>(*key_service_, keyrings_, log_);
    auto rules = key_fetch_rules(configuration_.oauth, why);
    if (!rules) return false;
    logout_sender_ = std::make_unique<HttpsLogoutSender>(*rules, resolver_);
    key_source_ = std::make_unique<oauth::HttpsKeySource>(*std::move(rules), resolver_);
    auto authorities = client_authorities(configuration_.oauth, why);
    if (!authorities) return false;
    client_authorities_ = *std::move(authorities);
    if (!meet_outside_provider(why)) return false;
    if (!open_breached_passwords(why) || !open_access_context(why)) return false;
    join_rooms();
    return start_replications(why) && load_definitions(why) && appoint_administrators(why) &&
           start_key_executor(why);
}

bool Instance::open_breached_passwords(std::string& why) {
    auto const& path = configuration_.breached_passwords;
    if (path.empty()) return true;
    auto list = factors::BreachedPasswords::open(path);
    if (!list) {
        why = "sign_in.breached_passwords: " + std::string(list.error().why.text());
        return false;
    }
    breached_passwords_.emplace(*std::move(list));
    return true;
}

bool Instance::open_access_context(std::string& why) {
    access_context::FingerprintKey::Array key{};
    random_.fill(key);
    auto made = access_context::AccessContext::make(configuration_.access_context,
                                                    access_context::FingerprintKey(key));
    if (!made) {
        why = made.error().text();
        return false;
    }
    access_context_ = *std::move(made);
    return true;
}

bool Instance::meet_outside_provider(std::string& why) {
    auto const& provider = configuration_.outside_provider;
    if (!provider) return true;
    auto rules = provider_fetch_rules(*provider, why);
    if (!rules) return false;
    provider_network_ =
        std::make_unique<outside_provider::HttpsNetwork>(*std::move(rules), resolver_);
    outside_provider_ = std::make_unique<outside_provider::Provider>(
        provider->settings, *provider_network_, request_clock_, log_);
    return true;
}

bool Instance::start_replications(std::string& why) {
    auto const& mirror = configuration_.audit.mirror;
    if (!mirror || !mirror->strict) return true;
    auto const options = mirror_client_options(*mirror, why);
    if (!options) return false;
    for (std::size_t i = 0; i < signed_logs_.size(); ++i) {
        auto& [tenant, log] = signed_logs_[i];
        replications_.push_back(
            start_replication(configuration_, tenant, *audit_logs_[i], *options, log_));
        log->wait_for(replications_.back(), tenant);
    }
    return true;
}

bool Instance::start_key_executor(std::string& why) {
    auto key = open_certificate_key(layout_, configuration_.realm, *key_service_, random_);
    if (!key) {
        why = explain("the key of certificates of destruction", key.error());
        return false;
    }
    certificate_key_ = *std::move(key);
    auto const period = audit::RetentionPeriod::of_years(configuration_.audit.retention_years);
    if (!period) {
        why = explain("audit.retention_years", period.error());
        return false;
    }
    std::vector<KeyExecutor::TenantPlace> places;
    for (auto const& tenant : house_->tenants) {
        auto const& name = tenant->tenant.name;
        auto destroyed = keys::destroyed_compartments(layout_.tenant_keys(name), kErasuresRepeated);
        if (!destroyed) {
            why = explain("the erasures of tenant " + name.text(), destroyed.error());
            return false;
        }
        places.push_back({.audit_directory = layout_.audit(name),
                          .pruning = std::make_unique<AuditPruner>(
                              PrunedLogPlace{.directory = layout_.audit(name),
                                             .scratch = layout_.run(),
                                             .log = *signed_logs_[places.size()].second,
                                             .clock = clock_,
                                             .period = *period,
                                             .has_mirror = configuration_.audit.mirror.has_value(),
                                             .patience = configuration_.audit.interval + 60s}),
                          .destroyed = *std::move(destroyed)});
    }
    key_executor_.start(*house_, *certificate_key_, std::move(places), layout_.sealed());
    return true;
}

bool Instance::load_definitions(std::string& why) {
    for (auto const& tenant : house_->tenants) {
        auto const records = records::Records::make(tenant->tenant, random_, index_cache_);
        json::Parser parser;
        auto set = records ? admin::stored_definitions(**records, parser)
                           : Result<fhir::DefinitionSet>(std::unexpected(records.error()));
        if (!set) {
            why = explain("the definitions of tenant " + tenant->tenant.name.text(), set.error());
            return false;
        }
        tenant->tenant.definitions->replace(*std::move(set));
    }
    return true;
}

bool Instance::appoint_administrators(std::string& why) {
    for (auto const& tenant : house_->tenants) {
        bool const is_first = tenant == house_->tenants.front();
        if (is_first || copy_administrator(*this, *tenant)) continue;
        why = "tenant " + tenant->tenant.name.text() + " could not be given an administrator";
        return false;
    }
    return true;
}

std::unique_ptr<pipeline::Desk> Instance::make_desk() {
    auto desk = pipeline::Desk::make(*house_);
    // Everything it reads was opened a moment ago; without a desk a thread can serve nothing.
    SALUS_CHECK(desk.has_value());
    return *std::move(desk);
}

std::unique_ptr<pipeline::Pipeline> Instance::make_pipeline(Executor& home) {
    return std::make_unique<pipeline::Pipeline>(*house_, *workers_, make_desk(), home);
}

}  // namespace salus::app
