#include "app/policy_at_start.h"

#include "admin/policy_changes.h"
#include "records/records.h"

namespace salus::app {

Result<std::unique_ptr<authorization::PolicyInForce>> policy_at_start(
    request::Tenant const& tenant, Configuration const& configuration, crypto::Random& random,
    records::IndexCache& cache, Log const& log) {
    SALUS_TRY(auto const records, records::Records::make(tenant, random, cache));
    json::Parser parser;
    SALUS_TRY(auto const versions, admin::policy_versions(*records, parser));
    if (versions.activated == 0)
        return std::make_unique<authorization::PolicyInForce>(configuration.policy);
    if (configuration.policy_source == PolicySource::configuration) {
        log.write(LogLevel::warning, "policy.version_passed_over", field("tenant", tenant.name),
                  field("version", static_cast<std::int64_t>(versions.activated)));
        return std::make_unique<authorization::PolicyInForce>(configuration.policy);
    }
    SALUS_TRY(auto version, admin::policy_version(*records, parser, versions.activated));
    auto policy = authorization::Policy::parse(std::move(version.text));
    if (!policy)
        return fail(Errc::unprocessable,
                    "this server does not understand the version of the policy that is in force; "
                    "[authorization] source = \"configuration\" starts without it");
    return std::make_unique<authorization::PolicyInForce>(*std::move(policy), version.number);
}

}  // namespace salus::app
