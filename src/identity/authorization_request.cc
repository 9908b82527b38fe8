#include "identity/authorization_request.h"

#include "foundation/oauth_limits.h"
#include "identity/json_members.h"

namespace salus::identity {

void AuthorizationRequest::write(json::Writer& writer) const {
    writer.begin_object();
    writer.key("client").string(client.text());
    writer.key("redirect_uri").string(redirect_uri);
    write_flag(writer, "redirect_uri_given", redirect_uri_given);
    write_text(writer, "state", state);
    write_text(writer, "nonce", nonce);
    writer.key("code_challenge").string(code_challenge);
    writer.key("scope").string(request::to_text(scope));
    if (purpose) writer.key("purpose").string(request::code_of(*purpose).text());
    write_text(writer, "launch", launch);
    write_text(writer, "dpop_key", dpop_key);
    write_text(writer, "acr", acr_of(needed));
    if (max_age) writer.key("max_age").integer(max_age->count());
    write_flag(writer, "prompt_none", prompt_none);
    write_flag(writer, "prompt_login", prompt_login);
    write_flag(writer, "prompt_consent", prompt_consent);
    write_text(writer, "login_hint", login_hint);
    if (person) writer.key("person").string(person->text());
    request::write_device_posture(writer, "device", device);
    writer.end_object();
}

Result<AuthorizationRequest> AuthorizationRequest::read(json::Value root) {
    AuthorizationRequest request;
    SALUS_TRY(auto const client, text_in(root, "client"));
    request.client = ClientId(client);
    SALUS_TRY(request.redirect_uri, text_in(root, "redirect_uri"));
    request.redirect_uri_given = is_true(root, "redirect_uri_given");
    request.state = root.text_member("state").value_or("");
    request.nonce = root.text_member("nonce").value_or("");
    SALUS_TRY(request.code_challenge, text_in(root, "code_challenge"));
    SALUS_TRY(auto const scope, text_in(root, "scope"));
    auto parsed = request::parse_scope_request(scope);
    if (!parsed) return fail(Errc::corrupt, "a request for authorization is damaged");
    request.scope = *std::move(parsed);
    if (root.member("purpose")) {
        SALUS_TRY(auto const code, text_in(root, "purpose"));
        request.purpose = request::purpose_of_code(code);
        if (!request.purpose) return fail(Errc::corrupt, "a request for authorization is damaged");
    }
    request.launch = root.text_member("launch").value_or("");
    request.dpop_key = root.text_member("dpop_key").value_or("");
    request.needed = assurance_of(root.text_member("acr").value_or(""));
    if (root.member("max_age")) {
        SALUS_TRY(auto const seconds, integer_in(root, "max_age"));
        request.max_age = std::chrono::seconds(seconds);
    }
    request.prompt_none = is_true(root, "prompt_none");
    request.prompt_login = is_true(root, "prompt_login");
    request.prompt_consent = is_true(root, "prompt_consent");
    request.login_hint = root.text_member("login_hint").value_or("");
    if (auto const user = root.text_member("person")) request.person = UserId(*user);
    SALUS_TRY(request.device, device_in(root, "device"));
    return request;
}

namespace {

Result<AuthorizationRequest> request_in(json::Value root) {
    auto const member = root.member("request");
    if (!member) return fail(Errc::corrupt, "a request for authorization is damaged");
    return AuthorizationRequest::read(*member);
}

}  // namespace

std::string PushedRequest::to_json() const {
    std::string out;
    json::Writer writer(out);
    writer.begin_object().key("request");
    request.write(writer);
    write_time(writer, "expires", expires);
    writer.end_object();
    return out;
}

Result<PushedRequest> PushedRequest::from_json(json::Value root) {
    PushedRequest pushed;
    SALUS_TRY(pushed.request, request_in(root));
    SALUS_TRY(pushed.expires, time_in(root, "expires"));
    return pushed;
}

WallTime PendingAuthorization::expires() const noexcept {
    return asked + limits::kPendingAuthorizationLife;
}

std::string PendingAuthorization::to_json() const {
    std::string out;
    json::Writer writer(out);
    writer.begin_object().key("request");
    request.write(writer);
    write_bytes(writer, "browser", browser);
    write_text(writer, "pushed", pushed);
    write_text(writer, "patient", patient);
    write_text(writer, "encounter", encounter);
    write_text(writer, "launch", launch);
    if (launched_by) writer.key("launched_by").string(launched_by->text());
    write_time(writer, "asked", asked);
    writer.end_object();
    return out;
}

Result<PendingAuthorization> PendingAuthorization::from_json(json::Value root) {
    PendingAuthorization pending;
    SALUS_TRY(pending.request, request_in(root));
    SALUS_TRY(pending.browser, digest_in(root, "browser"));
    pending.pushed = root.text_member("pushed").value_or("");
    pending.patient = root.text_member("patient").value_or("");
    pending.encounter = root.text_member("encounter").value_or("");
    pending.launch = root.text_member("launch").value_or("");
    if (auto const user = root.text_member("launched_by")) pending.launched_by = UserId(*user);
    SALUS_TRY(pending.asked, time_in(root, "asked"));
    return pending;
}

std::string AuthorizationCode::to_json() const {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    write_bytes(writer, "secret", secret);
    writer.key("client").string(client.text());
    writer.key("redirect_uri").string(redirect_uri);
    write_flag(writer, "redirect_uri_given", redirect_uri_given);
    writer.key("code_challenge").string(code_challenge);
    write_text(writer, "nonce", nonce);
    write_text(writer, "dpop_key", dpop_key);
    request::write_device_posture(writer, "device", device);
    writer.key("grant").string(grant);
    write_time(writer, "expires", expires);
    write_flag(writer, "used", used);
    writer.end_object();
    return out;
}

Result<AuthorizationCode> AuthorizationCode::from_json(json::Value root) {
    AuthorizationCode code;
    SALUS_TRY(code.secret, digest_in(root, "secret"));
    SALUS_TRY(auto const client, text_in(root, "client"));
    code.client = ClientId(client);
    SALUS_TRY(code.redirect_uri, text_in(root, "redirect_uri"));
    code.redirect_uri_given = is_true(root, "redirect_uri_given");
    SALUS_TRY(code.code_challenge, text_in(root, "code_challenge"));
    code.nonce = root.text_member("nonce").value_or("");
    code.dpop_key = root.text_member("dpop_key").value_or("");
    SALUS_TRY(code.device, device_in(root, "device"));
    SALUS_TRY(code.grant, text_in(root, "grant"));
    SALUS_TRY(code.expires, time_in(root, "expires"));
    code.used = is_true(root, "used");
    return code;
}

}  // namespace salus::identity
