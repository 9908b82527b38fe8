#include "factors/password.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utf8proc.h>
#include <vector>

#include "crypto/module.h"
#include "factors/password_record.h"
#include "foundation/factor_limits.h"
#include "json/escape.h"

namespace salus::factors {
namespace {

bool is_control(std::uint32_t code_point) {
    return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0);
}

// NFKC in UTF-8; nothing for what it has not, or what is not to stand in a password.
std::optional<SecretBytes> normalized(BytesView text) {
    // The library's options are bits that it names by an enumeration.
    // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange)
    constexpr auto kForm = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE |
                                                          UTF8PROC_COMPAT | UTF8PROC_REJECTNA);
    auto const size = static_cast<utf8proc_ssize_t>(text.size());
    auto const needed = utf8proc_decompose(text.data(), size, nullptr, 0, kForm);
    if (needed < 0) return std::nullopt;
    // One more: the library ends the text with a zero. In place, so that no buffer of it is left.
    std::vector<utf8proc_int32_t> buffer(static_cast<std::size_t>(needed) + 1);
    auto const count = utf8proc_decompose(text.data(), size, buffer.data(), needed, kForm);
    if (count != needed) return std::nullopt;
    auto const points = std::span(buffer).first(static_cast<std::size_t>(count));
    bool const plain = std::ranges::none_of(
        points, [](utf8proc_int32_t c) { return is_control(static_cast<std::uint32_t>(c)); });
    std::optional<SecretBytes> out;
    if (plain) {
        auto const bytes = utf8proc_reencode(buffer.data(), count, kForm);
        if (bytes >= 0) {
            out.emplace(BytesView(reinterpret_cast<std::uint8_t const*>(buffer.data()),
                                  static_cast<std::size_t>(bytes)));
        }
    }
    scrub(std::span(reinterpret_cast<std::uint8_t*>(buffer.data()),
                    buffer.size() * sizeof(utf8proc_int32_t)));
    return out;
}

// REQUIRES: UTF-8.
std::size_t code_points(BytesView text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](std::uint8_t byte) { return (byte & 0xC0U) != 0x80U; }));
}

// Where algorithms come from a FIPS module, scrypt is not among them.
PasswordScheme scheme_of_today() {
    return crypto::approved_only() ? PasswordScheme::pbkdf2_sha256 : PasswordScheme::scrypt;
}

bool is_as_strong(PasswordRecord const& record, PasswordCost const& cost) {
    if (record.scheme != scheme_of_today()) return false;
    if (record.scheme == PasswordScheme::pbkdf2_sha256) {
        return record.cost.pbkdf2_iterations >= cost.pbkdf2_iterations;
    }
    auto const& had = record.cost.scrypt;
    return had.n >= cost.scrypt.n && had.r >= cost.scrypt.r && had.p >= cost.scrypt.p;
}

PasswordRecord new_record(PasswordCost const& cost, crypto::Random& random) {
    PasswordRecord record{.scheme = scheme_of_today(),
                          .cost = cost,
                          .salt = Bytes(kSaltBytes),
                          .hash = Bytes(kHashBytes)};
    random.fill(record.salt);
    return record;
}

}  // namespace

Result<PreparedPassword> PreparedPassword::prepare(SecretBytes const& typed) {
    constexpr auto kRefusal = [] {
        return fail(Errc::invalid, "a password has 8 to 256 characters and no controls");
    };
    auto const bytes = typed.reveal();
    if (bytes.size() > limits::kPasswordBytes || !json::is_utf8(text_of(bytes))) return kRefusal();
    auto text = normalized(bytes);
    if (!text) return kRefusal();
    auto const count = code_points(text->reveal());
    if (count < limits::kPasswordCharactersLeast || count > limits::kPasswordCharactersMost) {
        return kRefusal();
    }
    return PreparedPassword(*std::move(text));
}

Result<std::string> PasswordHashing::record_of(PreparedPassword const& password,
                                               crypto::Random& random) const {
    auto record = new_record(cost_, random);
    SALUS_TRY(auto const hash, record.compute(password));
    std::ranges::copy(hash.reveal(), record.hash.begin());
    return record.to_text();
}

std::string PasswordHashing::record_of_nobody(crypto::Random& random) const {
    auto record = new_record(cost_, random);
    random.fill(record.hash);
    return record.to_text();
}

Result<PasswordHashing::Verdict> PasswordHashing::verify(PreparedPassword const& password,
                                                         std::string_view text) const {
    SALUS_TRY(auto const record, PasswordRecord::parse(text));
    if (record.scheme == PasswordScheme::scrypt && crypto::approved_only()) {
        return fail(Errc::not_supported, "the record of a password needs scrypt");
    }
    SALUS_TRY(auto const hash, record.compute(password));
    if (!equal_constant_time(hash.reveal(), record.hash)) return Verdict::wrong;
    return is_as_strong(record, cost_) ? Verdict::right : Verdict::right_rehash;
}

}  // namespace salus::factors
