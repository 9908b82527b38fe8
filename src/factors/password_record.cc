#include "factors/password_record.h"

#include <array>
#include <bit>
#include <charconv>
#include <optional>

#include "foundation/factor_limits.h"

namespace salus::factors {
namespace {

constexpr std::string_view kScrypt = "scrypt";
constexpr std::string_view kPbkdf2 = "pbkdf2-sha256";

std::string without_padding(BytesView bytes) {
    auto text = to_base64(bytes);
    while (text.ends_with('=')) text.pop_back();
    return text;
}

std::optional<Bytes> from_unpadded(std::string_view text) {
    std::string padded(text);
    while (padded.size() % 4 != 0) padded += '=';
    return from_base64(padded);
}

// Removes the text up to the next separator, and the separator.
std::string_view next(std::string_view& text, char separator) {
    auto const end = text.find(separator);
    auto const field = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    return field;
}

// The number behind `name`; nothing if it is another name or no number.
template <class Number>
std::optional<Number> parameter(std::string_view field, std::string_view name) {
    if (!field.starts_with(name)) return std::nullopt;
    field.remove_prefix(name.size());
    Number number{};
    auto const [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
    if (error != std::errc() || end != field.data() + field.size()) return std::nullopt;
    return number;
}

bool read_cost(PasswordRecord& record, std::string_view name, std::string_view text) {
    if (name == kPbkdf2) {
        auto const iterations = parameter<std::uint64_t>(text, "i=");
        record.scheme = PasswordScheme::pbkdf2_sha256;
        record.cost.pbkdf2_iterations = iterations.value_or(0);
        return iterations.has_value();
    }
    constexpr unsigned kLargestExponent = 24;
    auto const exponent = parameter<unsigned>(next(text, ','), "ln=");
    auto const r = parameter<std::uint32_t>(next(text, ','), "r=");
    auto const p = parameter<std::uint32_t>(text, "p=");
    if (name != kScrypt || !exponent || *exponent > kLargestExponent || !r || !p) return false;
    record.scheme = PasswordScheme::scrypt;
    record.cost.scrypt = {.n = std::uint64_t{1} << *exponent, .r = *r, .p = *p};
    return true;
}

}  // namespace

std::string PasswordRecord::to_text() const {
    std::string out = "$";
    if (scheme == PasswordScheme::scrypt) {
        out.append(kScrypt).append("$ln=");
        out += std::to_string(std::countr_zero(cost.scrypt.n));
        out += ",r=" + std::to_string(cost.scrypt.r) + ",p=" + std::to_string(cost.scrypt.p);
    } else {
        out.append(kPbkdf2).append("$i=") += std::to_string(cost.pbkdf2_iterations);
    }
    return out + "$" + without_padding(salt) + "$" + without_padding(hash);
}

Result<PasswordRecord> PasswordRecord::parse(std::string_view text) {
    auto const corrupt = fail(Errc::corrupt, "not a record of a password");
    if (text.size() > limits::kPasswordRecordBytes) return corrupt;
    auto rest = text;
    next(rest, '$');
    auto const name = next(rest, '$');
    auto const cost = next(rest, '$');
    auto salt = from_unpadded(next(rest, '$'));
    auto hash = from_unpadded(rest);
    PasswordRecord record{};
    if (!read_cost(record, name, cost) || !salt || !hash) return corrupt;
    record.salt = *std::move(salt);
    record.hash = *std::move(hash);
    if (record.salt.size() != kSaltBytes || record.hash.size() != kHashBytes ||
        record.to_text() != text) {
        return corrupt;
    }
    return record;
}

Result<SecretBytes> PasswordRecord::compute(PreparedPassword const& password) const {
    if (scheme == PasswordScheme::scrypt) {
        return crypto::scrypt(password.secret(), salt, cost.scrypt, kHashBytes);
    }
    return crypto::pbkdf2(password.secret(), salt, cost.pbkdf2_iterations, kHashBytes,
                          crypto::Pbkdf2Hash::sha256);
}

}  // namespace salus::factors
