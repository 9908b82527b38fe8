#include "sign_in/attempt.h"

namespace salus::sign_in {
namespace {

Attempt still_or_new(std::optional<Attempt> known, identity::SecretId const& cookie, WallTime now) {
    bool const stands =
        known && identity::matches(cookie, known->value.secret) && now < known->value.expires();
    if (stands) return *std::move(known);
    Attempt attempt{.value = {}, .id = cookie.id, .version = known ? known->version : 0};
    attempt->secret = cookie.hash();
    attempt->began = now;
    return attempt;
}

}  // namespace

Result<Attempt> attempt_of(Desk const& desk, identity::SecretId const& cookie) {
    SALUS_TRY(auto known, desk.documents().read<identity::SignInAttempt>(cookie.id));
    if (known && !identity::matches(cookie, known->value.secret))
        return fail(Errc::forbidden, "This browser's cookie is not valid.");
    return still_or_new(std::move(known), cookie, desk.clock.now());
}

Result<Attempt> attempt_in_session(Desk const& desk, identity::SecretId const& cookie) {
    SALUS_TRY(auto known, desk.documents().read<identity::SignInAttempt>(cookie.id));
    return still_or_new(std::move(known), cookie, desk.clock.now());
}

Result<void> keep(Desk const& desk, Attempt const& attempt, request::Prepared& prepared) {
    return desk.documents().write(attempt, attempt.value.expires(), prepared);
}

}  // namespace salus::sign_in
