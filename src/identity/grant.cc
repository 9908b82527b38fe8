#include "identity/grant.h"

#include <algorithm>

#include "crypto/hmac.h"
#include "foundation/oauth_limits.h"
#include "identity/json_members.h"

namespace salus::identity {
namespace {

Result<void> read_rights(json::Value root, Grant& grant) {
    SALUS_TRY(auto const scope, text_in(root, "scope"));
    auto parsed = request::parse_scope_request(scope);
    SALUS_TRY(auto const code, text_in(root, "purpose"));
    auto const purpose = request::purpose_of_code(code);
    if (!parsed || !purpose) return fail(Errc::corrupt, "a grant is damaged");
    grant.scope = *std::move(parsed);
    grant.purpose = *purpose;
    if (root.member("emergency_until")) {
        SALUS_TRY(grant.emergency_until, time_in(root, "emergency_until"));
    }
    auto roles = request::roles_in(root, "provider_roles");
    if (!roles) return fail(Errc::corrupt, "a grant is damaged");
    grant.provider_roles = *std::move(roles);
    SALUS_TRY(grant.device, device_in(root, "device"));
    return {};
}

Result<void> read_refresh(json::Value root, Grant& grant) {
    if (!root.member("refresh")) return {};
    SALUS_TRY(grant.refresh, digest_in(root, "refresh"));
    if (root.member("family")) {
        SALUS_TRY(grant.family, digest_in(root, "family"));
    }
    if (!root.member("replaced")) return {};
    SALUS_TRY(grant.replaced, digest_in(root, "replaced"));
    SALUS_TRY(grant.rotated, time_in(root, "rotated"));
    SALUS_TRY(grant.last_answer, text_in(root, "last_answer"));
    return {};
}

bool marks_tokens(Grant const& grant) {
    return grant.family != crypto::Sha256Digest{};
}

// What a token of this grant has behind its random part.
Bytes mark_of(Grant const& grant, BytesView random_part) {
    auto const code = crypto::hmac_sha256(grant.family, {random_part});
    auto const mark = BytesView(code).first(SecretId::kMarkBytes);
    return {mark.begin(), mark.end()};
}

// Whether this grant made it, whenever that was.
bool has_mark(Grant const& grant, SecretId const& shown) {
    auto const secret = from_base64url(shown.secret);
    constexpr auto kMarked = SecretId::kPartBytes + SecretId::kMarkBytes;
    if (!marks_tokens(grant) || !secret || secret->size() != kMarked) return false;
    auto const whole = BytesView(*secret);
    return equal_constant_time(whole.subspan(SecretId::kPartBytes),
                               mark_of(grant, whole.first(SecretId::kPartBytes)));
}

}  // namespace

WallTime Grant::ends() const noexcept {
    auto const longest = given + limits::kGrantLife;
    return emergency_until ? std::min(*emergency_until, longest) : longest;
}

bool Grant::is_over(WallTime now) const noexcept {
    return now >= ends() || now >= used + limits::kGrantIdle;
}

bool Grant::is_dated_ahead(WallTime now) const noexcept {
    return std::max(given, authenticated) > now + limits::kClockSkew;
}

std::string Grant::to_json() const {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    writer.key("user").string(user.text());
    writer.key("generation").integer(static_cast<std::int64_t>(generation));
    writer.key("client").string(client.text());
    writer.key("scope").string(request::to_text(scope));
    writer.key("purpose").string(request::code_of(purpose).text());
    if (emergency_until) write_time(writer, "emergency_until", *emergency_until);
    write_text(writer, "patient", patient);
    write_text(writer, "encounter", encounter);
    write_text(writer, "key_thumbprint", key_thumbprint);
    write_text(writer, "session", session);
    write_flag(writer, "offline", offline);
    writer.key("acr").string(acr_of(assurance));
    request::write_roles(writer, "provider_roles", provider_roles);
    request::write_device_posture(writer, "device", device);
    write_time(writer, "authenticated", authenticated);
    write_time(writer, "given", given);
    write_time(writer, "used", used);
    if (has_refresh_token()) write_bytes(writer, "refresh", refresh);
    if (marks_tokens(*this)) write_bytes(writer, "family", family);
    if (replaced) {
        write_bytes(writer, "replaced", *replaced);
        write_time(writer, "rotated", rotated);
        writer.key("last_answer").string(last_answer);
    }
    writer.end_object();
    return out;
}

Result<Grant> Grant::from_json(json::Value root) {
    Grant grant;
    SALUS_TRY(auto const user, text_in(root, "user"));
    grant.user = UserId(user);
    SALUS_TRY(auto const generation, integer_in(root, "generation"));
    grant.generation = static_cast<std::uint64_t>(generation);
    SALUS_TRY(auto const client, text_in(root, "client"));
    grant.client = ClientId(client);
    SALUS_TRY_VOID(read_rights(root, grant));
    grant.patient = root.text_member("patient").value_or("");
    grant.encounter = root.text_member("encounter").value_or("");
    grant.key_thumbprint = root.text_member("key_thumbprint").value_or("");
    grant.session = root.text_member("session").value_or("");
    grant.offline = is_true(root, "offline");
    SALUS_TRY(auto const acr, text_in(root, "acr"));
    grant.assurance = assurance_of(acr);
    SALUS_TRY(grant.authenticated, time_in(root, "authenticated"));
    SALUS_TRY(grant.given, time_in(root, "given"));
    SALUS_TRY(grant.used, time_in(root, "used"));
    SALUS_TRY_VOID(read_refresh(root, grant));
    return grant;
}

SecretId make_refresh_token(std::string const& id, Grant& grant, crypto::Random& random) {
    if (!marks_tokens(grant)) random.fill(grant.family);
    Bytes secret(SecretId::kPartBytes);
    random.fill(secret);
    auto const mark = mark_of(grant, secret);
    secret.insert(secret.end(), mark.begin(), mark.end());
    SecretId token{.id = id, .secret = to_base64url(secret)};
    grant.refresh = token.hash();
    return token;
}

RefreshVerdict judge(Grant const& grant, SecretId const& shown, std::string_view key_thumbprint,
                     WallTime now) {
    bool const same_key = grant.key_thumbprint == key_thumbprint;
    if (grant.replaced && matches(shown, *grant.replaced)) {
        bool const in_time = now < grant.rotated + limits::kRefreshRetryWindow;
        return in_time && same_key ? RefreshVerdict::retry : RefreshVerdict::reused;
    }
    bool const is_current = grant.has_refresh_token() && matches(shown, grant.refresh);
    if (!is_current && has_mark(grant, shown)) return RefreshVerdict::reused;
    if (!is_current || !same_key) return RefreshVerdict::foreign;
    return grant.is_over(now) ? RefreshVerdict::over : RefreshVerdict::current;
}

}  // namespace salus::identity
