// What an app's mistake looks like to a browser in which nobody is signed in: a page, and a link
// that says where it leads, instead of a redirect (RFC 9700 section 4.11.2; AZ9, F9). Any thread.
#pragma once

#include <string_view>

#include "oauth/authorization_parameters.h"
#include "oauth/client.h"
#include "request/prepared.h"

namespace salus::oauth {

// 400. `redirect_uri`: the client's; `url`: the same with the error, for whoever goes there. Of the
// request itself nothing is shown.
[[nodiscard]] request::Prepared refusal_page(Client const& client, std::string_view redirect_uri,
                                             std::string_view url,
                                             AuthorizationProblem const& problem);

}  // namespace salus::oauth
