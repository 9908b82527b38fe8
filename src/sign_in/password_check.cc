#include "sign_in/password_check.h"

namespace salus::sign_in {
namespace {

using Verdict = factors::PasswordHashing::Verdict;

// What is hashed in place of what can be nobody's password.
constexpr std::string_view kNoPassword = "what nobody typed";

}  // namespace

Result<PasswordCheck> check_password(Desk const& desk, std::string_view typed,
                                     std::optional<StoredUser> const& user) {
    auto const hashing = desk.hashing();
    auto prepared = factors::PreparedPassword::prepare(SecretBytes(bytes_of(typed)));
    bool const can_be_one = prepared.has_value();
    if (!can_be_one)
        prepared = factors::PreparedPassword::prepare(SecretBytes(bytes_of(kNoPassword)));
    if (!prepared) return fail(prepared.error());
    bool const has_one = user && user->value.password;
    auto const record =
        has_one ? user->value.password->record : hashing.record_of_nobody(desk.random);
    SALUS_TRY(auto const verdict, hashing.verify(*prepared, record));
    PasswordCheck check{.right = has_one && can_be_one && verdict != Verdict::wrong};
    if (check.right && verdict == Verdict::right_rehash) {
        SALUS_TRY(check.renewed, hashing.record_of(*prepared, desk.random));
    }
    return check;
}

}  // namespace salus::sign_in
