#include "identity/sign_in_attempt.h"

#include "foundation/sign_in_limits.h"
#include "identity/json_members.h"

namespace salus::identity {

WallTime SignInAttempt::expires() const noexcept {
    return began + limits::kSignInAttemptLife;
}

std::string SignInAttempt::to_json() const {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    write_bytes(writer, "secret", secret);
    write_text(writer, "user_name", user_name);
    if (user) writer.key("user").string(user->text());
    if (!ceremony.empty()) write_bytes(writer, "ceremony", ceremony);
    if (!totp_secret.empty()) write_bytes(writer, "totp_secret", totp_secret.reveal());
    write_time(writer, "began", began);
    writer.end_object();
    return out;
}

Result<SignInAttempt> SignInAttempt::from_json(json::Value root) {
    SignInAttempt attempt;
    SALUS_TRY(attempt.secret, digest_in(root, "secret"));
    attempt.user_name = root.text_member("user_name").value_or("");
    if (auto const user = root.text_member("user")) attempt.user = UserId(*user);
    if (root.member("ceremony")) {
        SALUS_TRY(attempt.ceremony, bytes_in(root, "ceremony"));
    }
    if (root.member("totp_secret")) {
        SALUS_TRY(auto secret, bytes_in(root, "totp_secret"));
        attempt.totp_secret = SecretBytes(secret);
        scrub(secret);
    }
    SALUS_TRY(attempt.began, time_in(root, "began"));
    return attempt;
}

std::string StoredThrottle::to_json() const {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    write_bytes(writer, "throttle", throttle.to_bytes());
    writer.end_object();
    return out;
}

Result<StoredThrottle> StoredThrottle::from_json(json::Value root) {
    SALUS_TRY(auto const bytes, bytes_in(root, "throttle"));
    SALUS_TRY(auto const throttle, factors::Throttle::from_bytes(bytes));
    return StoredThrottle{throttle};
}

}  // namespace salus::identity
