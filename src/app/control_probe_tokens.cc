// Probes with forged, insufficient and revoked tokens: IAM-3, IAM-8, IAM-9, AZ-1.
#include <array>
#include <fmt/format.h>

#include "app/control_prober.h"
#include "jose/jws.h"

namespace salus::app {
namespace {

constexpr std::string_view kRoute = "/admin/check";

struct Parts {
    std::string header;
    std::string payload;
    std::string signature;
};
std::optional<Parts> split(std::string_view token) {
    auto const first = token.find('.');
    auto const second = token.rfind('.');
    if (first == std::string_view::npos || second == first) return std::nullopt;
    return Parts{std::string(token.substr(0, first)),
                 std::string(token.substr(first + 1, second - first - 1)),
                 std::string(token.substr(second + 1))};
}

std::string decoded(std::string_view part) {
    auto const bytes = from_base64url(part);
    return bytes ? std::string(text_of(*bytes)) : std::string();
}

std::string with(std::string text, std::string_view old_text, std::string_view new_text) {
    auto const at = text.find(old_text);
    if (at != std::string::npos) text.replace(at, old_text.size(), new_text);
    return text;
}

std::string joined(std::string_view header, std::string_view payload, std::string_view signature) {
    return fmt::format("{}.{}.{}", to_base64url(bytes_of(header)), to_base64url(bytes_of(payload)),
                       signature);
}

std::string with_first_letter_changed(std::string signature) {
    signature.front() = signature.front() == 'A' ? 'B' : 'A';
    return signature;
}

// A real token's claims and key id, signed by a key of our own.
std::string signed_by_a_stranger(std::string_view header, std::string_view payload) {
    auto const key = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es256);
    json::Parser parser;
    auto const document = parser.parse(std::string(header));
    auto const kid = document ? document->root().text_member("kid") : std::nullopt;
    return jose::sign_compact(key, kid.value_or("probe"), "at+jwt", payload);
}

// "exp" moved: the claim that a thief would like to change.
std::string with_expiry(std::string const& payload, std::int64_t expiry) {
    auto const at = payload.find(R"("exp":)");
    if (at == std::string::npos) return payload;
    auto const begin = at + 6;
    auto const end = payload.find_first_not_of("0123456789", begin);
    return payload.substr(0, begin) + std::to_string(expiry) + payload.substr(end);
}

std::string algorithm_in(std::string const& header) {
    json::Parser parser;
    auto const document = parser.parse(header);
    return document ? document->root().text_member("alg").value_or("") : "";
}

std::vector<std::string> forgeries(Parts const& good) {
    auto const header = decoded(good.header);
    auto const payload = decoded(good.payload);
    // As the header names it, whichever it is.
    auto const algorithm = algorithm_in(header);
    auto const none = with(header, algorithm, "none");
    return {
        joined(none, payload, ""),
        joined(none, payload, good.signature),
        joined(with(header, algorithm, "HS256"), payload, good.signature),
        joined(with(header, "at+jwt", "JWT"), payload, good.signature),
        good.header + "." + good.payload + "." + with_first_letter_changed(good.signature),
        joined(header, with_expiry(payload, 4'000'000'000), good.signature),
        joined(header, with(payload, R"("admin/check.read)", R"("admin/clients.write)"),
               good.signature),
        signed_by_a_stranger(header, payload),
        signed_by_a_stranger(header, with_expiry(payload, 1)),
        signed_by_a_stranger(header, with(payload, "/fhir\"", "/elsewhere\"")),
        good.header + "." + good.payload + ".",
        "probe",
    };
}

void probe_forgeries(ProbeTarget const& target, Prober& prober, Parts const& good,
                     std::vector<ProbeResult>& results) {
    std::size_t refused = 0;
    auto const forged = forgeries(good);
    for (auto const& token : forged) refused += prober.get(kRoute, token).status == 401 ? 1U : 0U;
    bool const accepted = prober.get(kRoute, target.administrator_token).status == 200;
    results.push_back(
        {.control = "IAM-8",
         .passed = accepted && refused == forged.size(),
         .text = fmt::format("{} of {} forged tokens refused with 401 (no "
                             "signature, other algorithms, changed claims, stranger's "
                             "keys, wrong audience), the real one {}",
                             refused, forged.size(), accepted ? "accepted" : "REFUSED")});
}

void inspect_token(Parts const& good, std::vector<ProbeResult>& results) {
    json::Parser parser;
    auto const header = parser.parse(decoded(good.header));
    auto const payload = parser.parse(decoded(good.payload));
    if (!header || !payload) {
        results.push_back({.control = "IAM-3", .passed = false, .text = "the token is not a JWT"});
        return;
    }
    auto const number = [&](std::string_view name) {
        auto const value = payload->root().member(name);
        return value ? value->integer().value_or(0) : 0;
    };
    auto const life = number("exp") - number("iat");
    auto const algorithm = header->root().text_member("alg").value_or("none");
    auto const type = header->root().text_member("typ").value_or("none");
    bool const short_lived = life > 0 && life <= limits::kAccessTokenLife.count();
    results.push_back(
        {.control = "IAM-3",
         .passed =
             (algorithm == "ES256" || algorithm == "RS256") && type == "at+jwt" && short_lived,
         .text = fmt::format("a token was issued: {}, {}, lives {} s", algorithm, type, life)});
    auto const purpose = payload->root().text_member("purpose_of_use");
    results.push_back({.control = "AZ-4",
                       .passed = purpose.has_value(),
                       .text = "the token is bound to purpose " + purpose.value_or("none")});
}

void probe_denials(ProbeTarget const& target, Prober& prober, std::vector<ProbeResult>& results) {
    auto const& token = target.administrator_token;
    auto const unknown = prober.get("/salus-probe", token).status;
    auto const unknown_type = prober.get("/fhir/SalusProbe/1", token).status;
    auto const anonymous = prober.get("/fhir/Patient/salus-probe", "").status;
    auto const without_scope = prober.get("/fhir/Patient/salus-probe", token).status;
    results.push_back({.control = "AZ-1",
                       .passed = unknown == 404 && unknown_type == 404 && anonymous == 401 &&
                                 without_scope == 403,
                       .text = fmt::format("unknown route {}, unknown type {}, no token {}, token "
                                           "without scope {}",
                                           unknown, unknown_type, anonymous, without_scope)});
}

// A token that is good, asked about by its bearer, revoked, and used again.
void probe_revocation(ProbeTarget const& target, Prober& prober,
                      std::vector<ProbeResult>& results) {
    auto const& token = target.revocable_token;
    if (token.empty()) return;
    auto const form = "token=" + token;
    auto const status = [&](std::string_view bearer) {
        return prober.post_form("/oauth/introspect", bearer, form).body;
    };
    bool const was_active = status(token).starts_with(R"({"active":true)");
    auto const revoked = prober.post_form("/oauth/revoke", token, form).status;
    auto const after = prober.get("/fhir/Basic/salus-probe", token).status;
    bool const is_inactive = status(target.create_token) == R"({"active":false})";
    results.push_back({.control = "IAM-8",
                       .passed = was_active && is_inactive,
                       .text = fmt::format("introspection told {} before and {} after revocation",
                                           was_active ? "active" : "NOT ACTIVE",
                                           is_inactive ? "inactive" : "NOT INACTIVE")});
    results.push_back(
        {.control = "IAM-9",
         .passed = revoked == 200 && after == 401,
         .text = fmt::format("a good token was revoked ({}), its next use: {}", revoked, after)});
}

}  // namespace

void probe_tokens(ProbeTarget const& target, Prober& prober, std::vector<ProbeResult>& results) {
    auto const good = split(target.administrator_token);
    if (!good || good->signature.empty()) return;
    inspect_token(*good, results);
    probe_forgeries(target, prober, *good, results);
    probe_denials(target, prober, results);
    probe_revocation(target, prober, results);
}

}  // namespace salus::app
