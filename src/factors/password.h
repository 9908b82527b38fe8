// Passwords: the first of two factors, never the only one (IAM-6). How they are compared, stored
// and checked by NIST SP 800-63B section 5.1.1.2. Thread safety: values and immutable objects; any
// thread. Hashing takes up to 700 ms and 128 MiB: never on an event loop, and how many at once is
// the caller's to bound.
#pragma once

#include <string>
#include <string_view>

#include "crypto/password.h"
#include "crypto/random.h"
#include "foundation/result.h"
#include "foundation/secret.h"

namespace salus::factors {

// A password in the one spelling in which it is hashed and compared: Unicode's NFKC (SP 800-63B
// names it), so that keyboards which write ü in two ways or letters in full width agree. Unlike
// OpaqueString (RFC 8265 section 4.2), which has NFC; white space at the ends, case and everything
// else stay as they are. Refused: controls, and code points that Unicode has not assigned as far as
// this program knows, because a later version could spell them otherwise.
class PreparedPassword {
public:
    // `typed`: UTF-8. Errc::invalid for what is no text or has such characters, or has not 8 to 256
    // characters (code points, in the one spelling). A sign-in goes on with hashing a password of
    // nobody then, so that it takes the same time.
    static Result<PreparedPassword> prepare(SecretBytes const& typed);

    // As long as the object is.
    [[nodiscard]] SecretBytes const& secret() const& noexcept { return text_; }

private:
    explicit PreparedPassword(SecretBytes text) : text_(std::move(text)) {}
    SecretBytes text_;
};

// OWASP's Password Storage Cheat Sheet.
struct PasswordCost {
    crypto::ScryptCost scrypt{.n = 1U << 17U, .r = 8, .p = 1};
    std::uint64_t pbkdf2_iterations = 600'000;
};

// Records are text in the PHC string format, which names scheme and cost:
//   $scrypt$ln=17,r=8,p=1$SALT$HASH             (RFC 7914)
//   $pbkdf2-sha256$i=600000$SALT$HASH           (RFC 8018), where a FIPS module is all there is
// SALT 16 random bytes, HASH 32, both in base64 without padding.
class PasswordHashing {
public:
    explicit PasswordHashing(PasswordCost cost = {}) : cost_(cost) {}

    // Errc::invalid for a cost beyond what crypto::scrypt or crypto::pbkdf2 take.
    [[nodiscard]] Result<std::string> record_of(PreparedPassword const& password,
                                                crypto::Random& random) const;
    // A record that no password opens, at the same cost: what a sign-in checks for a user who does
    // not exist or has none (N1). The time differs from a real user's only while that one's record
    // needs a rehash.
    [[nodiscard]] std::string record_of_nobody(crypto::Random& random) const;

    enum class Verdict : std::uint8_t {
        wrong,
        right,
        right_rehash,  // of another scheme or a lower cost than today's: store record_of() anew
    };
    // Errc::corrupt for what is no record, Errc::not_supported for one of scrypt where only a FIPS
    // module may compute: its owner sets a new password. Constant time in the password.
    [[nodiscard]] Result<Verdict> verify(PreparedPassword const& password,
                                         std::string_view record) const;

private:
    PasswordCost cost_;
};

}  // namespace salus::factors
