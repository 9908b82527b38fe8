#include "operations/routes.h"

#include <algorithm>

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

std::optional<http::Response> health(http::Request const& request) {
    bool const reads = request.method == http::Method::get || request.method == http::Method::head;
    if (!reads || RequestReader::target(request) != "/health") return std::nullopt;
    http::Response response;
    response.status = 200;
    response.headers.set("Content-Type", "application/health+json");
    response.body = EphiText(R"({"status":"pass"})");
    return response;
}

std::optional<TenantName> tenant_in(http::Request const& request) {
    auto const target = RequestReader::target(request);
    if (!target.starts_with("/t/")) return std::nullopt;
    auto const name = target.substr(3, std::min(target.find('/', 3), target.size()) - 3);
    return TenantName(std::string(name));
}

minimum_necessary::ErrorForm error_form(http::Request const& request) {
    auto const path = below_tenant(RequestReader::target(request));
    if (path.starts_with("/oauth/")) return minimum_necessary::ErrorForm::oauth;
    if (path.starts_with("/admin/")) return minimum_necessary::ErrorForm::problem;
    return minimum_necessary::ErrorForm::operation_outcome;
}

bool belongs_on_a_worker(http::Request const& request) {
    auto const path = below_tenant(RequestReader::target(request));
    if (!path.starts_with("/fhir")) return false;
    if (request.body.size() > kInlineBodyBytes) return true;
    if (request.method == http::Method::post) {
        // A bundle, or a search by form.
        return path == "/fhir" || path == "/fhir/" || path.contains("/_search");
    }
    // Patient/[id] is a read; Patient/[id]/[type] searches the patient's compartment.
    bool const in_compartment =
        path.starts_with("/fhir/Patient/") && std::ranges::count(path, '/') > 3;
    return request.method == http::Method::get && (path.contains('?') || in_compartment);
}

}  // namespace salus::operations
