#include "factors/totp.h"

#include <array>

#include "crypto/sha1.h"
#include "factors/base32.h"
#include "json/escape.h"

namespace salus::factors {
namespace {

constexpr std::size_t kSecretBytes = 20;
constexpr std::size_t kDigits = 6;
constexpr std::uint32_t kModulus = 1'000'000;
constexpr std::int64_t kStepSeconds = 30;
constexpr TotpStep kDrift = 1;
constexpr std::size_t kLongestLabel = 64;
constexpr std::string_view kBase32Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

using Code = std::array<std::uint8_t, kDigits>;

// RFC 4226 section 5.3.
Code hotp(SecretBytes const& secret, TotpStep counter) {
    Bytes message;
    append_u64(message, static_cast<std::uint64_t>(counter));
    auto const hash = crypto::hmac_sha1(secret.reveal(), message);
    auto const offset = hash.back() & 0x0FU;
    auto number = (read_u32(BytesView(hash).subspan(offset)) & 0x7FFFFFFFU) % kModulus;
    Code code;
    for (auto at = code.rbegin(); at != code.rend(); ++at) {
        *at = static_cast<std::uint8_t>('0' + number % 10);
        number /= 10;
    }
    return code;
}

TotpStep step_at(WallTime now) {
    return std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count() / kStepSeconds;
}

void append_escaped(std::string& out, std::string_view text) {
    constexpr std::string_view kDigit = "0123456789ABCDEF";
    for (char const c : text) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            out += c;
            continue;
        }
        auto const byte = static_cast<std::uint8_t>(c);
        out += '%';
        out += kDigit[byte >> 4U];
        out += kDigit[byte & 15U];
    }
}

bool is_label(std::string_view name) {
    return !name.empty() && name.size() <= kLongestLabel &&
           name.find(':') == std::string_view::npos && json::is_utf8(name);
}

}  // namespace

SecretBytes new_totp_secret(crypto::Random& random) {
    return crypto::random_secret(random, kSecretBytes);
}

Result<SecretBytes> totp_uri(SecretBytes const& secret, std::string_view issuer,
                             std::string_view account) {
    if (secret.size() != kSecretBytes) return fail(Errc::invalid, "not a secret of TOTP");
    if (!is_label(issuer) || !is_label(account)) {
        return fail(Errc::invalid, "an issuer or account cannot stand in a TOTP address");
    }
    auto const encoded = to_base32(secret.reveal(), kBase32Alphabet);
    std::string uri;
    uri.reserve(1024);  // growing would leave copies of the secret behind
    uri += "otpauth://totp/";
    append_escaped(uri, issuer);
    uri += ':';
    append_escaped(uri, account);
    uri += "?secret=";
    uri += text_of(encoded.reveal());
    uri += "&issuer=";
    append_escaped(uri, issuer);
    uri += "&algorithm=SHA1&digits=6&period=30";
    SecretBytes out(bytes_of(uri));
    scrub(uri);
    return out;
}

std::optional<TotpStep> verify_totp(SecretBytes const& secret, std::string_view code, WallTime now,
                                    std::optional<TotpStep> last_used) {
    if (code.size() != kDigits) return std::nullopt;
    auto const current = step_at(now);
    std::optional<TotpStep> found;
    // All of them each time, and the last that fits: what came before it is then used up, too.
    for (auto step = current - kDrift; step <= current + kDrift; ++step) {
        bool const right = equal_constant_time(hotp(secret, step), bytes_of(code));
        if (right && (!last_used || step > *last_used)) found = step;
    }
    return found;
}

}  // namespace salus::factors
