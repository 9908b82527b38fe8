#include "identity/enrolment.h"

#include "crypto/hash.h"
#include "factors/recovery_codes.h"
#include "foundation/sign_in_limits.h"

namespace salus::identity {
namespace {

constexpr std::size_t kCodeBytes = 10;
constexpr std::size_t kGroup = 4;
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford's base 32

// In groups of four, as people read them out.
SecretBytes spelled(SecretBytes const& random) {
    auto const bits = random.reveal();
    SecretBytes code(16 + 3);
    auto out = code.mutable_bytes();
    std::size_t at = 0;
    for (std::size_t i = 0; i < 16; ++i) {
        if (i > 0 && i % kGroup == 0) out[at++] = '-';
        unsigned value = 0;
        for (std::size_t bit = i * 5; bit < i * 5 + 5; ++bit) {
            value = value << 1U | ((bits[bit / 8] >> (7 - bit % 8)) & 1U);
        }
        out[at++] = static_cast<std::uint8_t>(kAlphabet[value]);
    }
    return code;
}

// Without hyphens and spaces, in upper case, with the letters that are no digits as those they are
// taken for.
std::string plain(std::string_view typed) {
    std::string out;
    for (char c : typed) {
        if (c == '-' || c == ' ') continue;
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        if (c == 'O') c = '0';
        if (c == 'I' || c == 'L') c = '1';
        out.push_back(c);
    }
    return out;
}

}  // namespace

SecretBytes new_enrolment(User& user, WallTime now, crypto::Random& random) {
    auto code = spelled(crypto::random_secret(random, kCodeBytes));
    auto text = plain(text_of(code.reveal()));
    user.enrolment = Enrolment{.code = crypto::sha256(bytes_of(text)),
                               .expires = now + limits::kEnrolmentCodeLife};
    scrub(text);
    return code;
}

bool use_enrolment(User& user, std::string_view typed, WallTime now) {
    if (!user.enrolment || typed.size() > limits::kUserNameBytes) return false;
    auto text = plain(typed);
    bool const right = equal_constant_time(crypto::sha256(bytes_of(text)), user.enrolment->code);
    scrub(text);
    if (!right || now >= user.enrolment->expires) return false;
    user.enrolment.reset();
    return true;
}

void take_factors(User& user) {
    user.password.reset();
    user.totp.reset();
    user.passkeys.clear();
    user.recovery_codes.reset();
}

}  // namespace salus::identity
