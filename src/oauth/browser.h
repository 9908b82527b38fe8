// A person's browser: the cookies that it is known by, and the answers that send it elsewhere.
// Every cookie is __Host- (this host alone, no script, TLS) and has the tenant's name, since all
// tenants share a host. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "identity/secret_id.h"
#include "request/form.h"
#include "request/prepared.h"
#include "request/tenant.h"

namespace salus::oauth {

enum class Cookie : std::uint8_t {
    browser,  // before anybody signed in: what waits for this browser
    session,  // somebody is signed in
    device,   // somebody signed in here before: guesses elsewhere do not count against it
};

// Nothing for a cookie that is not there, is there twice, or is none of ours.
[[nodiscard]] std::optional<identity::SecretId> cookie_in(http::Request const& request,
                                                          request::Tenant const& tenant,
                                                          Cookie cookie);
// For as long as the browser runs; the device's for limits::kKnownDeviceLife.
void set_cookie(http::Headers& headers, request::Tenant const& tenant, Cookie cookie,
                identity::SecretId const& value);
void remove_cookie(http::Headers& headers, request::Tenant const& tenant, Cookie cookie);

// What a browser was sent here with: in the address or in the form, never in both (F12).
// Errc::invalid.
[[nodiscard]] Result<std::vector<request::Parameter>> browser_parameters(
    http::Request const& request);

// 303: the browser goes there with GET, whatever it came with (AZ8, F10), and tells nobody from
// where.
[[nodiscard]] request::Prepared see_other(std::string_view url);
// The address with more parameters in its query.
[[nodiscard]] std::string with_parameters(std::string_view url,
                                          std::vector<request::Parameter> const& parameters);
// 200 (or `status`) with a page (pages/frame.h); its headers are the caller's to add.
[[nodiscard]] request::Prepared page_answer(std::string html, int status = 200);

}  // namespace salus::oauth
