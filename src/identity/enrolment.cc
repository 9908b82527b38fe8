#include "identity/enrolment.h"

#include "factors/recovery_codes.h"
#include "foundation/sign_in_limits.h"

namespace salus::identity {

SecretBytes new_enrolment(User& user, WallTime now, crypto::Random& random) {
    auto made = factors::RecoveryCodes::make(random, 1);
    user.enrolment =
        Enrolment{.code = std::move(made.stored), .expires = now + limits::kEnrolmentCodeLife};
    return std::move(made.codes.front());
}

bool use_enrolment(User& user, std::string_view typed, WallTime now) {
    if (!user.enrolment || !user.enrolment->code.use(typed)) return false;
    bool const in_time = now < user.enrolment->expires;
    user.enrolment.reset();
    return in_time;
}

void take_factors(User& user) {
    user.password.reset();
    user.totp.reset();
    user.passkeys.clear();
    user.recovery_codes.reset();
}

}  // namespace salus::identity
