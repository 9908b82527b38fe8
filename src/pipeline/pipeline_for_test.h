// For this room's tests: a house of two tenants with everything real but the report, whose store
// and audit logs a test can break, served by one pipeline on the calling thread and one worker.
// Included by tests only.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "oauth/access_token.h"
#include "oauth/key_source_for_test.h"
#include "outside_provider/provider_for_test.h"
#include "pipeline/pipeline.h"
#include "records/addressing.h"
#include "request/tenant_for_test.h"
#include "store/hooked_store_for_test.h"

namespace salus::testing {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

class IdleBackups final : public admin::Backups {
public:
    Result<void> begin(admin::BackupPlaces const&) override {
        ++begun;
        return {};
    }
    [[nodiscard]] admin::BackupProgress progress() const override { return {}; }
    Result<void> record(admin::DrillReport const&) override { return {}; }
    int begun = 0;
};

class EmptyReport final : public admin::ControlReport {
public:
    [[nodiscard]] std::vector<admin::ControlLine> read() const override {
        return {{"AUD-2", "no audit, no access", admin::ControlState::enforced, "read just now"}};
    }
};

inline authorization::PurposeRule rule_for(request::PurposeOfUse purpose) {
    authorization::PurposeRule rule;
    rule.id = PolicyRuleId("policy." + std::string(request::code_of(purpose).text()));
    rule.purpose = purpose;
    return rule;
}

// Treatment may do everything; payment sees little of a patient and writes claims; administration
// sees no patient.
inline authorization::Policy policy_for_test() {
    using request::PurposeOfUse;
    auto treatment = rule_for(PurposeOfUse::treatment);
    treatment.read.all = treatment.write.all = treatment.remove.all = true;
    auto payment = rule_for(PurposeOfUse::payment);
    payment.read.names = {"Claim", "Patient"};
    payment.write.names = {"Claim", "Patient"};
    payment.elements["Patient"] = {.all = false, .names = {"identifier", "name"}};
    return authorization::Policy({.rules = {std::move(treatment), std::move(payment),
                                            rule_for(PurposeOfUse::system_administration)}});
}

// What of a house a test chooses. Borrows what it points to.
struct RoomChoices {
    // Who signs in people of the first tenant, too; nullptr: nobody.
    outside_provider::Network const* provider = nullptr;
    authorization::Policy policy = policy_for_test();
    std::optional<consent::ConsentSettings> consent{};
    access_context::AccessContext* access_context = nullptr;  // nullptr: none
    crypto::Random* random = nullptr;                         // of requests; nullptr: the system's
};

class PipelineRoom {
public:
    // `provider`: who signs in people of the first tenant, too; nullptr: nobody. Borrows it, and
    // `access_context` (nullptr: of no request is known where it comes from).
    explicit PipelineRoom(outside_provider::Network const* provider = nullptr,
                          authorization::Policy policy = policy_for_test(),
                          access_context::AccessContext* access_context = nullptr)
        : PipelineRoom(RoomChoices{.provider = provider,
                                   .policy = std::move(policy),
                                   .access_context = access_context}) {}
    explicit PipelineRoom(RoomChoices choices) : choices_(std::move(choices)) {
        house_.access_context = choices_.access_context;
        if (choices_.provider != nullptr) {
            provider_ = std::make_unique<outside_provider::Provider>(
                provider_settings(), *choices_.provider, instance_.clock, instance_.log);
            house_.outside_provider = provider_.get();
        }
        for (auto* tenant : {&default_, &north_}) {
            auto keys = must(authentication::TokenKeys::open(tenant->directory() / "token.sealed",
                                                             tenant->tenant(), instance_.random));
            auto const& signed_log = *signed_logs_.emplace_back(
                std::make_unique<transparency::SignedLog>(tenant->tenant().audit_log));
            auto& trail = *trails_.emplace_back(std::make_unique<audit_views::AuditTrail>(
                tenant->directory() / "audit", signed_log,
                audit_views::ViewSource::of(tenant->tenant().public_url), SecretBytes(32)));
            house_.tenants.push_back(std::make_unique<pipeline::TenantHouse>(pipeline::TenantHouse{
                .tenant = tenant->tenant(),
                .token_keys = std::move(keys),
                .policy = std::make_unique<authorization::PolicyInForce>(choices_.policy),
                .audit_trail = &trail}));
        }
        workers_ = std::make_unique<pipeline::Workers>(
            1, [this] { return must(pipeline::Desk::make(house_)); });
        pipeline_ = std::make_unique<pipeline::Pipeline>(
            house_, *workers_, must(pipeline::Desk::make(house_)), instance_.home);
    }

    [[nodiscard]] TestInstance& instance() noexcept { return instance_; }
    [[nodiscard]] StoreHooks& hooks() noexcept { return store_.hooks; }
    [[nodiscard]] TestTenant& owner() noexcept { return default_; }
    [[nodiscard]] TestTenant& north() noexcept { return north_; }
    [[nodiscard]] pipeline::House const& house() const noexcept { return house_; }

    // A token of the first tenant (0) or of north (1).
    [[nodiscard]] std::string token(
        std::string const& scopes = "system/*.cruds",
        request::PurposeOfUse purpose = request::PurposeOfUse::treatment, std::size_t tenant = 0) {
        return token(oauth::AccessTokenGrant{ClientId("client-1"),
                                             request::parse_scopes(scopes).value(), purpose},
                     tenant);
    }
    [[nodiscard]] std::string token(oauth::AccessTokenGrant const& grant, std::size_t tenant = 0) {
        auto const& house = *house_.tenants.at(tenant);
        return oauth::issue_access_token(house.tenant, house.token_keys, grant, instance_.random,
                                         instance_.clock.now());
    }
    // Of a patient of the first tenant.
    [[nodiscard]] CompartmentId compartment_of(std::string const& patient) const {
        auto const addressing = must(records::Addressing::make(default_.tenant().keyring));
        return addressing.patient_compartment(patient);
    }
    http::Response send(TestRequest const& wanted) {
        return instance_.home.run(pipeline_->handle(make_request(wanted)));
    }
    // With a token for treatment.
    http::Response send_authorized(TestRequest wanted) {
        wanted.headers.emplace_back("Authorization", "Bearer " + token());
        return send(wanted);
    }
    http::Response get(std::string const& target, HeaderList headers = {}) {
        return send_authorized({.target = target, .headers = std::move(headers)});
    }
    http::Response put(std::string const& target, std::string const& body,
                       HeaderList headers = {}) {
        headers.emplace_back("Content-Type", "application/fhir+json");
        return send_authorized({http::Method::put, target, std::move(headers), body});
    }
    static std::string body(http::Response const& response) {
        return std::string(EphiTestAccess::open(response.body));
    }
    [[nodiscard]] std::string last_leaf() const {
        auto const leaves = default_.leaves();
        return leaves.empty() ? "" : leaves.back();
    }
    [[nodiscard]] int backups_begun() const { return backups_.begun; }
    // Commits past the hooks, the gate and the audit log: what another node would have done.
    Result<void> commit_behind(store::Batch batch) {
        BlockingExecutor home;
        return home.run(instance_.store->commit(std::move(batch), home));
    }

private:
    RoomChoices choices_;
    TestInstance instance_;
    HookedStore store_{*instance_.store};
    TestTenant default_{instance_, "default", "", &store_};
    TestTenant north_{instance_, "north", "/t/north", &store_};
    std::vector<std::unique_ptr<transparency::SignedLog>> signed_logs_;
    std::vector<std::unique_ptr<audit_views::AuditTrail>> trails_;
    records::IndexCache cache_{limits::kMiB, instance_.clock};
    EmptyReport report_;
    IdleBackups backups_;
    authentication::TokenGuards token_guards_{instance_.clock.now() - limits::kClockSkew,
                                              instance_.random};
    KeySourceForTest key_source_;
    std::unique_ptr<outside_provider::Provider> provider_;
    oauth::RemoteKeys remote_keys_{key_source_, instance_.clock, instance_.log};
    pipeline::House house_{
        .clock = instance_.clock,
        .log = instance_.log,
        .random = choices_.random != nullptr ? *choices_.random : instance_.random,
        .consent = choices_.consent,
        .index_cache = cache_,
        .control_report = report_,
        .backups = backups_,
        .token_guards = token_guards_,
        .remote_keys = remote_keys_,
        .tenants = {}};
    std::unique_ptr<pipeline::Workers> workers_;
    std::unique_ptr<pipeline::Pipeline> pipeline_;
};

inline std::string patient_json(std::string const& id, std::string const& more = "") {
    return R"({"resourceType":"Patient","id":")" + id + "\"" + more + "}";
}

}  // namespace salus::testing
