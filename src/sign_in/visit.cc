#include "sign_in/visit.h"

#include <algorithm>
#include <set>

#include "crypto/hash.h"
#include "foundation/secret.h"
#include "oauth/browser.h"
#include "sign_in/form_reader.h"

namespace salus::sign_in {
namespace {

Result<void> check_once_each(std::vector<request::Parameter> const& parameters) {
    std::set<std::string_view> seen;
    for (auto const& parameter : parameters) {
        if (!seen.insert(parameter.name).second)
            return fail(Errc::invalid, "a parameter is there twice");
    }
    return {};
}

std::string joined(std::vector<std::string> const& segments, std::size_t first) {
    std::string out;
    for (std::size_t i = first; i < segments.size(); ++i) {
        if (!out.empty()) out.push_back('/');
        out.append(segments[i]);
    }
    return out;
}

}  // namespace

Result<Visit> Visit::of(request::Exchange& exchange, crypto::Random& random, WallTime now) {
    Visit visit;
    visit.exchange_ = &exchange;
    visit.now_ = now;
    auto const& request = exchange.request;
    auto const& tenant = *exchange.tenant;
    SALUS_TRY(auto const path, request::parse_target(FormReader::target(request)));
    visit.place_ = joined(path.segments, tenant.path.empty() ? 1 : 3);
    bool const posts = request.method == http::Method::post;
    if (posts && !path.query.empty())
        return fail(Errc::invalid, "a form takes no parameters in its address");
    SALUS_TRY(visit.fields_, request::parse_form(posts ? FormReader::form(request) : path.query));
    SALUS_TRY_VOID(check_once_each(visit.fields_));
    auto browser = oauth::cookie_in(request, tenant, oauth::Cookie::browser);
    visit.new_browser_ = !browser;
    visit.browser_ = browser ? *std::move(browser) : identity::SecretId::make(random);
    visit.session_ = oauth::cookie_in(request, tenant, oauth::Cookie::session);
    visit.device_ = oauth::cookie_in(request, tenant, oauth::Cookie::device);
    return visit;
}

std::string Visit::field(std::string_view name) const {
    return std::string(request::single(fields_, name).value_or(std::string_view()));
}

std::string Visit::address(Literal page) const {
    auto url = tenant().path + std::string(page.text());
    auto const waiting = authorization();
    if (waiting.empty()) return url;
    return oauth::with_parameters(url, {{.name = "authorization", .value = waiting}});
}

std::string one_time_password_in(Visit const& visit) {
    auto code = visit.field("code");
    std::erase(code, ' ');
    return code;
}

std::string Visit::form_token() const {
    return (session_ ? *session_ : browser_).form_token();
}

Result<void> Visit::check_form() const {
    // Fetch Metadata: whoever sends it says the truth, because no page can set it.
    auto const& headers = exchange_->request.headers;
    if (headers.count("Sec-Fetch-Site") > 0) {
        auto const site = headers.get("Sec-Fetch-Site");
        if (site != "same-origin" && site != "none")
            return fail(Errc::forbidden, "this form was sent by another site");
    }
    auto const token = field("token");
    bool ours = false;
    if (session_) ours |= equal_constant_time(bytes_of(token), bytes_of(session_->form_token()));
    if (!new_browser_)
        ours |= equal_constant_time(bytes_of(token), bytes_of(browser_.form_token()));
    if (!ours) {
        return fail(
            Errc::forbidden,
            "This page was open for too long, or somebody signed in or out in another tab since. "
            "Nothing was done. Go back, reload the page and try again.");
    }
    return {};
}

}  // namespace salus::sign_in
