#include "app/bootstrap.h"

#include "foundation/blocking.h"
#include "oauth/access_token.h"
#include "oauth/client.h"

namespace salus::app {
namespace {

std::string bootstrap_token(Instance& instance, pipeline::TenantHouse const& tenant) {
    oauth::AccessTokenGrant const grant{.client = ClientId("salus-init"),
                                        .scopes = *request::parse_scopes("admin/clients.write"),
                                        .purpose = request::PurposeOfUse::system_administration,
                                        .roles = {*request::RoleName::parse("administrator")}};
    return oauth::issue_access_token(tenant.tenant, tenant.token_keys, grant, instance.random(),
                                     instance.clock().now());
}

Result<std::optional<oauth::Client>> administrator_of(Instance& instance,
                                                      pipeline::TenantHouse const& tenant) {
    SALUS_TRY(auto const records, records::Records::make(tenant.tenant, instance.random(),
                                                         instance.house().index_cache));
    json::Parser parser;
    return oauth::find_client(*records, parser, kAdministrator);
}

}  // namespace

bool register_with_bootstrap_token(Instance& instance, pipeline::TenantHouse const& tenant,
                                   std::string const& registration) {
    http::Request request;
    request.method = http::Method::post;
    request.target = EphiText(tenant.tenant.path + "/admin/clients");
    request.headers.set("Authorization", "Bearer " + bootstrap_token(instance, tenant));
    request.headers.set("Content-Type", "application/json");
    request.body = EphiText(registration);
    BlockingExecutor executor;
    auto const pipeline = instance.make_pipeline(executor);
    return executor.run(pipeline->handle(std::move(request))).status == 201;
}

bool copy_administrator(Instance& instance, pipeline::TenantHouse const& tenant) {
    auto const theirs = administrator_of(instance, tenant);
    if (!theirs || theirs->has_value()) return theirs.has_value();
    auto const first = administrator_of(instance, *instance.house().tenants.front());
    if (!first || !first->has_value()) return false;
    return register_with_bootstrap_token(instance, tenant, oauth::to_json(**first));
}

}  // namespace salus::app
