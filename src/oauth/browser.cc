#include "oauth/browser.h"

#include "foundation/sign_in_limits.h"
#include "http/grammar.h"
#include "oauth/form_reader.h"
#include "request/form.h"

namespace salus::oauth {
namespace {

std::string_view name_of(Cookie cookie) {
    switch (cookie) {
        case Cookie::browser: return "browser";
        case Cookie::session: return "session";
        case Cookie::device: return "device";
    }
    return "";
}

std::string full_name(request::Tenant const& tenant, Cookie cookie) {
    return "__Host-salus-" + tenant.name.text() + "-" + std::string(name_of(cookie));
}

// SameSite=Lax: the first request of a sign-in comes from a client's page. Forms are protected by a
// token of their own besides.
constexpr std::string_view kAttributes = "; Path=/; Secure; HttpOnly; SameSite=Lax";

void add_cookie(http::Headers& headers, std::string_view name, std::string_view value,
                std::chrono::seconds life) {
    std::string text(name);
    text.append("=").append(value).append(kAttributes);
    if (life.count() >= 0) text.append("; Max-Age=").append(std::to_string(life.count()));
    headers.add("Set-Cookie", text);
}

}  // namespace

std::optional<identity::SecretId> cookie_in(http::Request const& request,
                                            request::Tenant const& tenant, Cookie cookie) {
    auto const name = full_name(tenant, cookie) + "=";
    std::optional<identity::SecretId> found;
    for (auto const& [header, value] : request.headers) {
        // HTTP/2 may split the field (RFC 9113 section 8.2.3).
        if (!http::equal_without_case(header, "cookie")) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            auto const end = std::min(rest.find(';'), rest.size());
            auto part = rest.substr(0, end);
            while (part.starts_with(' ')) part.remove_prefix(1);
            if (part.starts_with(name)) {
                if (found) return std::nullopt;
                found = identity::SecretId::parse(part.substr(name.size()));
                if (!found) return std::nullopt;
            }
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return found;
}

void set_cookie(http::Headers& headers, request::Tenant const& tenant, Cookie cookie,
                identity::SecretId const& value) {
    auto const life = cookie == Cookie::device ? std::chrono::seconds(limits::kKnownDeviceLife)
                                               : std::chrono::seconds(-1);
    add_cookie(headers, full_name(tenant, cookie), value.text(), life);
}

void remove_cookie(http::Headers& headers, request::Tenant const& tenant, Cookie cookie) {
    add_cookie(headers, full_name(tenant, cookie), "", std::chrono::seconds(0));
}

Result<std::vector<request::Parameter>> browser_parameters(http::Request const& request) {
    SALUS_TRY(auto const target, request::parse_target(FormReader::target(request)));
    if (request.method != http::Method::post) return request::parse_form(target.query);
    if (!target.query.empty())
        return fail(Errc::invalid, "parameters stand in the address or in the form, not in both");
    return request::parse_form(FormReader::form(request));
}

request::Prepared see_other(std::string_view url) {
    request::Prepared prepared;
    prepared.status = 303;
    prepared.headers.set("Location", url);
    prepared.headers.set("Cache-Control", "no-store");
    prepared.headers.set("Referrer-Policy", "no-referrer");
    return prepared;
}

std::string with_parameters(std::string_view url,
                            std::vector<request::Parameter> const& parameters) {
    std::string out(url);
    bool const has_query = url.find('?') != std::string_view::npos;
    char separator = has_query ? '&' : '?';
    for (auto const& parameter : parameters) {
        out.push_back(separator);
        separator = '&';
        out.append(request::percent_encode(parameter.name)).append("=");
        out.append(request::percent_encode(parameter.value));
    }
    return out;
}

request::Prepared page_answer(std::string html, int status) {
    request::Prepared prepared;
    prepared.status = status;
    prepared.content = request::PageContent{EphiText(std::move(html))};
    return prepared;
}

}  // namespace salus::oauth
