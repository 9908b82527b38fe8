#include "operations/routes.h"

#include "operations/request_reader.h"

namespace salus::operations {
namespace {

constexpr std::size_t kInlineBodyBytes = 32 * limits::kKiB;

// The path below the tenant's prefix.
std::string_view below_tenant(std::string_view target) {
    if (!target.starts_with("/t/")) return target;
    auto const end = target.find('/', 3);
    return end == std::string_view::npos ? std::string_view() : target.substr(end);
}

}  // namespace

std::optional<Probe> probe_in(http::Request const& request) {
    bool const reads = request.method == http::Method::get || request.method == http::Method::head;
    auto const target = RequestReader::target(request);
    if (!reads) return std::nullopt;
    if (target == "/health") return Probe::health;
    if (target == "/livez") return Probe::live;
    if (target == "/readyz") return Probe::ready;
    return std::nullopt;
}

http::Response health(Probe probe, Ability ability) {
    if (probe == Probe::live) ability = Ability::serves;
    http::Response response;
    bool const serves = ability == Ability::serves || ability == Ability::serves_degraded;
    response.status = serves ? 200 : 503;
    response.headers.set("Content-Type", "application/health+json");
    switch (ability) {
        case Ability::serves: response.body = EphiText(R"({"status":"pass"})"); break;
        case Ability::serves_degraded: response.body = EphiText(R"({"status":"warn"})"); break;
        case Ability::refuses: response.body = EphiText(R"({"status":"fail"})"); break;
        case Ability::sealed:
            response.body = EphiText(R"({"status":"fail","output":"sealed"})");
            break;
    }
    return response;
}

std::optional<TenantName> tenant_in(http::Request const& request) {
    auto const target = RequestReader::target(request);
    if (!target.starts_with("/t/")) return std::nullopt;
    auto const name = target.substr(3, std::min(target.find('/', 3), target.size()) - 3);
    return TenantName(std::string(name));
}

std::string_view path_below_tenant(http::Request const& request) {
    return below_tenant(RequestReader::target(request));
}

minimum_necessary::ErrorForm error_form(http::Request const& request) {
    auto const path = below_tenant(RequestReader::target(request));
    auto const page = path.substr(0, path.find('?'));
    auto const is_below = [&](std::string_view name) {
        return page == name || (page.starts_with(name) && page[name.size()] == '/');
    };
    if (is_below("/sign-in") || is_below("/account")) return minimum_necessary::ErrorForm::page;
    if (page == "/oauth/authorize" || page == "/oauth/logout")
        return minimum_necessary::ErrorForm::page;
    if (path.starts_with("/oauth/")) return minimum_necessary::ErrorForm::oauth;
    if (path.starts_with("/admin/") || path.starts_with("/audit/"))
        return minimum_necessary::ErrorForm::problem;
    return minimum_necessary::ErrorForm::operation_outcome;
}

bool belongs_on_a_worker(http::Request const& request) {
    return request.body.size() > kInlineBodyBytes;
}

bool belongs_on_a_worker(request::Permit const& permit) {
    auto const& intent = permit.intent();
    switch (intent.interaction) {
        case request::Interaction::search_type:
        case request::Interaction::transaction:
        case request::Interaction::history_instance:
        case request::Interaction::everything:
        case request::Interaction::history_type:
        case request::Interaction::history_system:
        case request::Interaction::batch:
        case request::Interaction::patch:
        case request::Interaction::capabilities:
        case request::Interaction::definitions_load:
        case request::Interaction::definitions_list:
        case request::Interaction::definitions_remove:
        case request::Interaction::key_status:
        case request::Interaction::key_rotation:
        case request::Interaction::open_api:
        case request::Interaction::custodians_set:
        case request::Interaction::custodians_read:
        case request::Interaction::proposal_draft:
        case request::Interaction::proposal_add:
        case request::Interaction::proposal_list:
        case request::Interaction::proposal_read:
        case request::Interaction::ballot_add:
        case request::Interaction::proposal_execute:
        case request::Interaction::hold_place:
        case request::Interaction::hold_list:
        case request::Interaction::keys_seal:
        case request::Interaction::backup_begin:
        case request::Interaction::backup_state:
        case request::Interaction::backup_drill_report:
        case request::Interaction::audit_search:
        case request::Interaction::audit_event:
        case request::Interaction::access_report:
        case request::Interaction::accounting:
        case request::Interaction::audit_proof:
        case request::Interaction::audit_details:
        // Passwords are hashed there, and lists are read.
        case request::Interaction::sign_in:
        case request::Interaction::account:
        case request::Interaction::client_list:
        case request::Interaction::user_list:
        case request::Interaction::control_check: return true;
        case request::Interaction::create:
        case request::Interaction::update:
            return intent.condition ||
                   (intent.resource && intent.resource->size() > kInlineBodyBytes);
        case request::Interaction::remove: return intent.condition != nullptr;
        case request::Interaction::read:
        case request::Interaction::vread:
        case request::Interaction::validate:  // was done when the body was read
        case request::Interaction::meta:
        case request::Interaction::meta_add:
        case request::Interaction::meta_delete:
        case request::Interaction::token:
        case request::Interaction::introspection:
        case request::Interaction::revocation:
        case request::Interaction::pushed_authorization:
        case request::Interaction::authorization:
        case request::Interaction::launch_open:
        case request::Interaction::end_session:
        case request::Interaction::user_info:
        case request::Interaction::user_add:
        case request::Interaction::user_change:
        case request::Interaction::client_remove:
        case request::Interaction::page_script:
        case request::Interaction::openid_configuration:
        case request::Interaction::authorization_server_metadata:
        case request::Interaction::smart_configuration:
        case request::Interaction::json_web_key_set:
        case request::Interaction::client_add: return false;
    }
    return true;
}

}  // namespace salus::operations
