#include "operations/routes.h"

#include <algorithm>
#include <array>

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
    // A protected resource (OpenID Connect Core section 5.3.3), whose 401 says what it asks for.
    if (page == "/oauth/userinfo") return minimum_necessary::ErrorForm::problem;
    if (path.starts_with("/oauth/")) return minimum_necessary::ErrorForm::oauth;
    if (path.starts_with("/admin/") || path.starts_with("/audit/") || path.starts_with("/access/"))
        return minimum_necessary::ErrorForm::problem;
    return minimum_necessary::ErrorForm::operation_outcome;
}

bool belongs_on_a_worker(http::Request const& request) {
    return request.body.size() > kInlineBodyBytes;
}

namespace {

using I = request::Interaction;

// What takes less than a hop to a worker costs. Whatever is not listed goes there; so do passwords,
// which are hashed, and lists.
constexpr std::array kShort{
    I::read,
    I::vread,
    I::validate,
    I::meta,
    I::meta_add,
    I::meta_delete,
    I::token,
    I::introspection,
    I::revocation,
    I::pushed_authorization,
    I::authorization,
    I::launch_open,
    I::end_session,
    I::user_info,
    I::user_add,
    I::user_change,
    I::client_remove,
    I::page_script,
    I::openid_configuration,
    I::authorization_server_metadata,
    I::smart_configuration,
    I::json_web_key_set,
    I::access_evaluation_metadata,
    I::access_evaluation,
    I::client_add,
};

}  // namespace

bool belongs_on_a_worker(request::Permit const& permit) {
    auto const& intent = permit.intent();
    if (intent.interaction == I::create || intent.interaction == I::update)
        return intent.condition || (intent.resource && intent.resource->size() > kInlineBodyBytes);
    if (intent.interaction == I::remove) return intent.condition != nullptr;
    return std::ranges::find(kShort, intent.interaction) == kShort.end();
}

}  // namespace salus::operations
