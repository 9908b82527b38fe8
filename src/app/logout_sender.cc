#include "app/logout_sender.h"

#include "foundation/oauth_limits.h"

namespace salus::app {

HttpsLogoutSender::HttpsLogoutSender(http::FetchRules rules, http::Resolver const& resolver)
    : rules_(std::move(rules)), resolver_(resolver) {
    rules_.bytes = limits::kLogoutAnswerBytes;
    rules_.time = limits::kLogoutTime;
}

Result<void> HttpsLogoutSender::send(std::string const& url, std::string const& token) const {
    // A token's alphabet needs no encoding in a form.
    SALUS_TRY_VOID(http::post_form(url, "logout_token=" + token, rules_, resolver_));
    return {};
}

}  // namespace salus::app
