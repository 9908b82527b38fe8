#include "identity/user.h"

#include <algorithm>
#include <array>

#include "foundation/sign_in_limits.h"
#include "identity/json_members.h"
#include "identity/passkey.h"

namespace salus::identity {
namespace {

Result<void> read_rights(json::Value root, User& user) {
    SALUS_TRY(auto const scope, text_in(root, "scope"));
    auto scopes = request::parse_scopes(scope);
    if (!scopes && !scope.empty()) return fail(Errc::corrupt, "a user's scopes are damaged");
    if (scopes) user.scopes = *std::move(scopes);
    SALUS_TRY(auto const codes, texts_in(root, "purposes"));
    for (auto const& code : codes) {
        auto const purpose = request::purpose_of_code(code);
        if (!purpose) return fail(Errc::corrupt, "a user's purposes are damaged");
        user.purposes.push_back(*purpose);
    }
    auto roles = request::roles_in(root, "roles");
    if (!roles) return fail(Errc::corrupt, "a user's roles are damaged");
    user.roles = *std::move(roles);
    auto locations = request::places_in(root, "locations");
    if (!locations) return fail(Errc::corrupt, "a user's locations are damaged");
    user.locations = *std::move(locations);
    user.fhir_user = root.text_member("fhir_user").value_or("");
    user.patient = root.text_member("patient").value_or("");
    return {};
}

Result<std::optional<Password>> password_in(json::Value root) {
    auto const member = root.member("password");
    if (!member) return std::optional<Password>();
    Password password;
    SALUS_TRY(password.record, text_in(*member, "record"));
    SALUS_TRY(password.changed, time_in(*member, "changed"));
    return std::optional(std::move(password));
}

Result<std::optional<Totp>> totp_in(json::Value root) {
    auto const member = root.member("totp");
    if (!member) return std::optional<Totp>();
    Totp totp;
    SALUS_TRY(auto secret, bytes_in(*member, "secret"));
    totp.secret = SecretBytes(secret);
    scrub(secret);
    if (member->member("last_used")) {
        SALUS_TRY(totp.last_used, integer_in(*member, "last_used"));
    }
    SALUS_TRY(totp.added, time_in(*member, "added"));
    return std::optional(std::move(totp));
}

Result<std::optional<Enrolment>> enrolment_in(json::Value root) {
    auto const member = root.member("enrolment");
    if (!member) return std::optional<Enrolment>();
    Enrolment enrolment;
    SALUS_TRY(auto const code, bytes_in(*member, "code"));
    SALUS_TRY(enrolment.code, factors::RecoveryCodes::from_bytes(code));
    SALUS_TRY(enrolment.expires, time_in(*member, "expires"));
    return std::optional(std::move(enrolment));
}

Result<void> read_factors(json::Value root, User& user) {
    SALUS_TRY(user.password, password_in(root));
    SALUS_TRY(user.totp, totp_in(root));
    SALUS_TRY(user.enrolment, enrolment_in(root));
    if (auto const passkeys = root.member("passkeys")) {
        for (auto const value : passkeys->elements()) {
            SALUS_TRY(auto passkey, passkey_in(value));
            user.passkeys.push_back(std::move(passkey));
        }
    }
    if (root.member("recovery_codes")) {
        SALUS_TRY(auto const bytes, bytes_in(root, "recovery_codes"));
        SALUS_TRY(user.recovery_codes, factors::RecoveryCodes::from_bytes(bytes));
    }
    return {};
}

Result<void> read_outside(json::Value root, User& user) {
    if (!root.member("outside_subject")) return {};
    OutsideAccount account;
    SALUS_TRY(account.issuer, text_in(root, "outside_issuer"));
    SALUS_TRY(account.subject, text_in(root, "outside_subject"));
    user.outside = std::move(account);
    return {};
}

void write_factors(json::Writer& writer, User const& user) {
    if (user.password) {
        writer.key("password").begin_object().key("record").string(user.password->record);
        write_time(writer, "changed", user.password->changed);
        writer.end_object();
    }
    if (user.totp) {
        writer.key("totp").begin_object();
        write_bytes(writer, "secret", user.totp->secret.reveal());
        if (user.totp->last_used) writer.key("last_used").integer(*user.totp->last_used);
        write_time(writer, "added", user.totp->added);
        writer.end_object();
    }
    if (!user.passkeys.empty()) {
        writer.key("passkeys").begin_array();
        for (auto const& passkey : user.passkeys) write_passkey(writer, passkey);
        writer.end_array();
    }
    if (user.recovery_codes) write_bytes(writer, "recovery_codes", user.recovery_codes->to_bytes());
    if (user.enrolment) {
        writer.key("enrolment").begin_object();
        write_bytes(writer, "code", user.enrolment->code.to_bytes());
        write_time(writer, "expires", user.enrolment->expires);
        writer.end_object();
    }
}

std::string owner_json(UserId const& user) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object().key("user").string(user.text()).end_object();
    return out;
}

}  // namespace

std::string User::to_json() const {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    writer.key("id").string(id.text());
    writer.key("user_name").string(user_name);
    writer.key("display_name").string(display_name);
    write_flag(writer, "disabled", status == UserStatus::disabled);
    writer.key("scope").string(request::to_text(scopes));
    writer.key("purposes").begin_array();
    for (auto const purpose : purposes) writer.string(request::code_of(purpose).text());
    writer.end_array();
    request::write_roles(writer, "roles", roles);
    request::write_places(writer, "locations", locations);
    write_text(writer, "fhir_user", fhir_user);
    write_text(writer, "patient", patient);
    writer.key("generation").integer(static_cast<std::int64_t>(generation));
    write_time(writer, "added", added);
    write_factors(writer, *this);
    if (outside) {
        writer.key("outside_issuer").string(outside->issuer);
        writer.key("outside_subject").string(outside->subject);
    }
    writer.end_object();
    return out;
}

Result<User> User::from_json(json::Value root) {
    User user;
    SALUS_TRY(auto const id, text_in(root, "id"));
    user.id = UserId(id);
    SALUS_TRY(user.user_name, text_in(root, "user_name"));
    SALUS_TRY(user.display_name, text_in(root, "display_name"));
    user.status = is_true(root, "disabled") ? UserStatus::disabled : UserStatus::active;
    SALUS_TRY(auto const generation, integer_in(root, "generation"));
    user.generation = static_cast<std::uint64_t>(generation);
    SALUS_TRY(user.added, time_in(root, "added"));
    SALUS_TRY_VOID(read_rights(root, user));
    SALUS_TRY_VOID(read_factors(root, user));
    SALUS_TRY_VOID(read_outside(root, user));
    return user;
}

std::string UserName::to_json() const {
    return owner_json(user);
}
Result<UserName> UserName::from_json(json::Value root) {
    SALUS_TRY(auto const id, text_in(root, "user"));
    return UserName{UserId(id)};
}
std::string PasskeyOwner::to_json() const {
    return owner_json(user);
}
Result<PasskeyOwner> PasskeyOwner::from_json(json::Value root) {
    SALUS_TRY(auto const id, text_in(root, "user"));
    return PasskeyOwner{UserId(id)};
}

std::optional<std::string> user_name_of(std::string_view typed) {
    while (typed.starts_with(' ')) typed.remove_prefix(1);
    while (typed.ends_with(' ')) typed.remove_suffix(1);
    if (typed.empty() || typed.size() > limits::kUserNameBytes) return std::nullopt;
    std::string name;
    for (char c : typed) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte == 0x7f) return std::nullopt;
        name.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
    return name;
}

UserId new_user_id(crypto::Random& random) {
    std::array<std::uint8_t, 16> bytes{};
    random.fill(bytes);
    return UserId(to_hex(bytes));
}

}  // namespace salus::identity
