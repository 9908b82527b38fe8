#include "identity/enrolment.h"

#include "factors/recovery_codes.h"
#include "foundation/bytes.h"
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

Result<void> take_factors(Documents& documents, User& user, request::Prepared& prepared) {
    for (auto const& passkey : user.passkeys) {
        SALUS_TRY_VOID(disown(documents, passkey, prepared));
    }
    user.password.reset();
    user.totp.reset();
    user.passkeys.clear();
    user.recovery_codes.reset();
    return {};
}

Result<void> disown(Documents& documents, Passkey const& passkey, request::Prepared& prepared) {
    SALUS_TRY(auto const owner, documents.read<PasskeyOwner>(to_base64url(passkey.credential.id)));
    return owner ? documents.remove(*owner, prepared) : Result<void>();
}

}  // namespace salus::identity
