#include "oauth/authorization_parameters.h"

#include <algorithm>
#include <charconv>

#include "foundation/oauth_limits.h"
#include "foundation/sign_in_limits.h"
#include "oauth/protocol_form.h"

namespace salus::oauth {
namespace {

using identity::Assurance;
using identity::AuthorizationRequest;
using Parameters = std::vector<request::Parameter>;
using Problem = std::optional<AuthorizationProblem>;

constexpr std::size_t kChallengeCharacters = 43;  // SHA-256 in base64url
constexpr std::int64_t kMaxAgeLargest = 10LL * 365 * 86'400;

std::string text_of(Parameters const& parameters, std::string_view name) {
    return std::string(request::single(parameters, name).value_or(""));
}

Problem problem(Literal code, Literal why) {
    return AuthorizationProblem{.code = code, .why = why};
}
Problem invalid(Literal why) {
    return problem("invalid_request", why);
}

bool is_base64url(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

// What opaque texts may be made of: they come back in addresses and pages.
bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
}

Problem check_shape(Parameters const& parameters) {
    if (repeats_one(parameters)) return invalid("a parameter is there twice");
    bool const too_long = std::ranges::any_of(parameters, [](request::Parameter const& parameter) {
        return parameter.name != "resource" &&
               parameter.value.size() > limits::kAuthorizationParameterBytes;
    });
    if (too_long) return invalid("a parameter is too long");
    for (auto const* name : {"state", "nonce", "launch", "login_hint"}) {
        if (!is_printable(text_of(parameters, name)))
            return invalid("a parameter has characters beyond ASCII");
    }
    return std::nullopt;
}

Problem check_flow(Parameters const& parameters) {
    if (text_of(parameters, "response_type") != "code")
        return problem("unsupported_response_type", "response_type is code");
    auto const mode = request::single(parameters, "response_mode");
    if (mode && *mode != "query") return invalid("response_mode is query");
    if (request::single(parameters, "request"))
        return problem("request_not_supported", "request objects are not offered");
    if (request::single(parameters, "registration"))
        return problem("registration_not_supported", "registration is not offered here");
    auto const challenge = text_of(parameters, "code_challenge");
    if (text_of(parameters, "code_challenge_method") != "S256")
        return invalid("code_challenge_method is S256");
    if (challenge.size() != kChallengeCharacters || !is_base64url(challenge))
        return invalid("code_challenge is a SHA-256 in base64url");
    return std::nullopt;
}

bool has_records(request::ScopeRequest const& scope) {
    return std::ranges::any_of(scope.scopes, [](request::Scope const& each) {
        return each.context != request::ScopeContext::administration;
    });
}

// SMART's `aud` and RFC 8707's `resource` say which server the token is for. It has to be this one:
// otherwise somebody showed the app a server of theirs, to get a token of ours (F15).
Problem check_audience(request::Tenant const& tenant, Client const& client,
                       request::ScopeRequest const& scope, Parameters const& parameters) {
    auto const base = tenant.fhir_base();
    bool named = false;
    for (auto const& parameter : parameters) {
        if (parameter.name != "aud" && parameter.name != "resource") continue;
        if (parameter.value != base && parameter.value != base + "/")
            return problem(
                parameter.name == "aud" ? Literal("invalid_request") : Literal("invalid_target"),
                "aud and resource are the address of this FHIR server");
        named = true;
    }
    if (!named && client.profile == Profile::smart && has_records(scope))
        return invalid("aud is missing: the address of the FHIR server that the app means");
    return std::nullopt;
}

Problem read_prompt(Parameters const& parameters, AuthorizationRequest& request) {
    auto prompt = text_of(parameters, "prompt");
    std::string_view rest = prompt;
    while (!rest.empty()) {
        auto const end = std::min(rest.find(' '), rest.size());
        auto const word = rest.substr(0, end);
        if (word == "none") {
            request.prompt_none = true;
        } else if (word == "login" || word == "select_account") {
            request.prompt_login = true;
        } else if (word == "consent") {
            request.prompt_consent = true;
        } else if (!word.empty()) {
            return invalid("prompt has a value that is not known");
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (request.prompt_none && (request.prompt_login || request.prompt_consent))
        return invalid("prompt=none stands alone");
    return std::nullopt;
}

// The first value that is known counts (RFC 9470 section 4: in order of preference).
Assurance needed_of(std::string_view acr_values) {
    while (!acr_values.empty()) {
        auto const end = std::min(acr_values.find(' '), acr_values.size());
        auto const assurance = identity::assurance_of(acr_values.substr(0, end));
        if (assurance >= Assurance::multi_factor) return assurance;
        acr_values.remove_prefix(std::min(end + 1, acr_values.size()));
    }
    return Assurance::none;
}

Problem read_authentication(Parameters const& parameters, AuthorizationRequest& request) {
    if (auto wrong = read_prompt(parameters, request)) return wrong;
    // Of several acceptable values the weakest is needed, whatever their order.
    auto const acr_values = text_of(parameters, "acr_values");
    request.needed = needed_of(acr_values);
    if (request.needed == Assurance::phishing_resistant &&
        (" " + acr_values + " ").find(" mfa ") != std::string::npos)
        request.needed = Assurance::multi_factor;
    auto const max_age = request::single(parameters, "max_age");
    if (!max_age) return std::nullopt;
    std::int64_t seconds = 0;
    auto const* const end = max_age->data() + max_age->size();
    auto const read = std::from_chars(max_age->data(), end, seconds);
    if (read.ec != std::errc() || read.ptr != end || seconds < 0 || seconds > kMaxAgeLargest)
        return invalid("max_age is a number of seconds");
    request.max_age = std::chrono::seconds(seconds);
    return std::nullopt;
}

// Whoever declares an emergency proves with a passkey, and lately, who they are (IAM-7), whatever
// the app asks for; and is asked on a page.
Problem read_purpose(Client const& client, Parameters const& parameters,
                     AuthorizationRequest& request) {
    auto const code = request::single(parameters, "purpose_of_use");
    if (!code) return std::nullopt;
    request.purpose = request::purpose_of_code(*code);
    bool const registered =
        request.purpose &&
        std::ranges::find(client.purposes, *request.purpose) != client.purposes.end();
    if (!registered) return invalid("purpose_of_use is none of the client's");
    if (!request.is_emergency()) return std::nullopt;
    if (request.prompt_none)
        return problem("interaction_required", "an emergency is declared by a person");
    request.needed = Assurance::phishing_resistant;
    request.max_age = std::min<std::chrono::seconds>(
        request.max_age.value_or(limits::kEmergencySignInAge), limits::kEmergencySignInAge);
    return std::nullopt;
}

}  // namespace

std::expected<AuthorizationRequest, AuthorizationProblem> read_authorization_request(
    request::Tenant const& tenant, Client const& client, Parameters const& parameters,
    std::string redirect_uri, bool given) {
    AuthorizationRequest request;
    request.client = client.id;
    request.redirect_uri = std::move(redirect_uri);
    request.redirect_uri_given = given;
    if (auto wrong = check_shape(parameters)) return std::unexpected(*wrong);
    if (auto wrong = check_flow(parameters)) return std::unexpected(*wrong);
    auto scope = request::parse_scope_request(text_of(parameters, "scope"));
    if (!scope)
        return std::unexpected(
            AuthorizationProblem{"invalid_scope", "scope is missing or not SMART v2"});
    if (auto wrong = check_audience(tenant, client, *scope, parameters))
        return std::unexpected(*wrong);
    request.scope = *std::move(scope);
    request.state = text_of(parameters, "state");
    request.nonce = text_of(parameters, "nonce");
    request.code_challenge = text_of(parameters, "code_challenge");
    request.launch = text_of(parameters, "launch");
    request.dpop_key = text_of(parameters, "dpop_jkt");
    request.login_hint = text_of(parameters, "login_hint");
    if (!request.dpop_key.empty() &&
        (request.dpop_key.size() != kChallengeCharacters || !is_base64url(request.dpop_key)))
        return std::unexpected(
            AuthorizationProblem{"invalid_request", "dpop_jkt is a JWK thumbprint"});
    if (auto wrong = read_authentication(parameters, request)) return std::unexpected(*wrong);
    if (auto wrong = read_purpose(client, parameters, request)) return std::unexpected(*wrong);
    return request;
}

}  // namespace salus::oauth
