#include "identity/sign_in_attempt.h"

#include "foundation/sign_in_limits.h"
#include "identity/json_members.h"

namespace salus::identity {
namespace {

void write_outside(json::Writer& writer, OutsideRequest const& request) {
    writer.key("outside").begin_object();
    writer.key("state").string(request.state);
    writer.key("nonce").string(request.nonce);
    writer.key("verifier").string(request.verifier);
    write_text(writer, "authorization", request.authorization);
    write_flag(writer, "anew", request.anew);
    write_time(writer, "began", request.began);
    writer.end_object();
}

Result<OutsideRequest> outside_in(json::Value value) {
    OutsideRequest request;
    SALUS_TRY(request.state, text_in(value, "state"));
    SALUS_TRY(request.nonce, text_in(value, "nonce"));
    SALUS_TRY(request.verifier, text_in(value, "verifier"));
    request.authorization = value.text_member("authorization").value_or("");
    request.anew = is_true(value, "anew");
    SALUS_TRY(request.began, time_in(value, "began"));
    return request;
}

Result<std::optional<FirstHalf>> half_in(json::Value root) {
    auto const user = root.text_member("user");
    if (!user) return std::optional<FirstHalf>();
    auto roles = request::roles_in(root, "provider_roles");
    if (!roles) return fail(Errc::corrupt, "a sign-in attempt is damaged");
    return std::optional(FirstHalf{.user = UserId(*user), .provider_roles = *std::move(roles)});
}

}  // namespace

WallTime SignInAttempt::expires() const noexcept {
    return began + limits::kSignInAttemptLife;
}

std::string SignInAttempt::to_json() const {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    write_bytes(writer, "secret", secret);
    write_text(writer, "user_name", user_name);
    if (half) {
        writer.key("user").string(half->user.text());
        request::write_roles(writer, "provider_roles", half->provider_roles);
    }
    if (!ceremony.empty()) write_bytes(writer, "ceremony", ceremony);
    if (!totp_secret.empty()) write_bytes(writer, "totp_secret", totp_secret.reveal());
    if (outside) write_outside(writer, *outside);
    write_time(writer, "began", began);
    writer.end_object();
    return out;
}

Result<SignInAttempt> SignInAttempt::from_json(json::Value root) {
    SignInAttempt attempt;
    SALUS_TRY(attempt.secret, digest_in(root, "secret"));
    attempt.user_name = root.text_member("user_name").value_or("");
    SALUS_TRY(attempt.half, half_in(root));
    if (root.member("ceremony")) {
        SALUS_TRY(attempt.ceremony, bytes_in(root, "ceremony"));
    }
    if (root.member("totp_secret")) {
        SALUS_TRY(auto secret, bytes_in(root, "totp_secret"));
        attempt.totp_secret = SecretBytes(secret);
        scrub(secret);
    }
    if (auto const outside = root.member("outside")) {
        SALUS_TRY(attempt.outside, outside_in(*outside));
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
