#include "jose/dpop.h"

#include <algorithm>
#include <array>

#include "foundation/limits.h"
#include "foundation/oauth_limits.h"
#include "jose/algorithm.h"
#include "jose/claim_members.h"
#include "jose/compact.h"
#include "jose/jwk_members.h"
#include "jose/refusal.h"

namespace salus::jose {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr std::size_t kTokenIdLargest = 256;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

std::optional<std::string> comparable_path(std::string_view path) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] != '%') {
            if (path[i] <= ' ' || path[i] > '~') return std::nullopt;
            out.push_back(path[i]);
            continue;
        }
        auto const byte = from_hex(path.substr(i + 1, 2));
        if (!byte || byte->size() != 1) return std::nullopt;
        auto const value = static_cast<char>(byte->front());
        if (is_unreserved(value)) {
            out.push_back(value);
        } else {
            out.append({'%', kHex[byte->front() >> 4U], kHex[byte->front() & 15U]});
        }
        i += 2;
    }
    return out.empty() ? "/" : out;
}

// The key in the header, and the algorithm that header and key agree on.
struct HeldKey {
    PublicKey key;
    crypto::SignatureAlgorithm algorithm;
};

Result<HeldKey> held_key(json::Value header, DpopRules const& rules) {
    constexpr std::array<std::string_view, 6> kForbidden{"crit", "b64", "zip", "jku", "x5u", "x5c"};
    for (auto const name : kForbidden) {
        if (header.member(name)) return refuse("a forbidden header parameter");
    }
    auto const algorithm = algorithm_named(header.text_member("alg").value_or(""));
    if (!algorithm || std::ranges::find(rules.algorithms, *algorithm) == rules.algorithms.end()) {
        return refuse("the algorithm is not offered");
    }
    auto const jwk = header.member("jwk");
    if (!jwk || !jwk->is_object()) return refuse("no key in the proof");
    if (has_secret_members(*jwk)) return refuse("the proof's key is not a public one");
    auto key = usable_key(*jwk);
    if (!key || !key->permits(*algorithm)) return refuse("the algorithm is not the key's");
    return HeldKey{*std::move(key), *algorithm};
}

Result<void> check_request(json::Value payload, DpopRules const& rules) {
    SALUS_TRY(auto const method, text_claim(payload, "htm"));
    if (method != rules.method) return refuse("htm is another method");
    SALUS_TRY(auto const url, text_claim(payload, "htu"));
    auto const proven = comparable_url(url.value_or(""));
    if (!proven || proven != comparable_url(rules.url)) return refuse("htu is another address");
    if (!rules.access_token) return {};
    SALUS_TRY(auto const hash, text_claim(payload, "ath"));
    if (hash != to_base64url(crypto::sha256(bytes_of(*rules.access_token)))) {
        return refuse("ath is another token's");
    }
    return {};
}

Result<WallTime> issue_time(json::Value payload, WallTime now) {
    SALUS_TRY(auto const issued_at, time_claim(payload, "iat"));
    if (!issued_at) return refuse("no iat");
    if (*issued_at > now + limits::kClockSkew || now > *issued_at + limits::kDpopProofLife) {
        return refuse("the proof is too old or of the future");
    }
    SALUS_TRY(auto const expires, time_claim(payload, "exp"));
    SALUS_TRY(auto const not_before, time_claim(payload, "nbf"));
    if ((expires && now >= *expires + limits::kClockSkew) ||
        (not_before && now < *not_before - limits::kClockSkew)) {
        return refuse("the proof is not valid now");
    }
    return *issued_at;
}

}  // namespace

// Those of FAPI 2.0 (section 5.4) and ES384.
std::vector<crypto::SignatureAlgorithm> dpop_algorithms() {
    using enum crypto::SignatureAlgorithm;
    return {es256, es384, ps256, ed25519};
}

std::optional<std::string> comparable_url(std::string_view url) {
    if (url.size() <= kScheme.size() ||
        !std::ranges::equal(url.substr(0, kScheme.size()), kScheme, {}, lower)) {
        return std::nullopt;
    }
    url.remove_prefix(kScheme.size());
    url = url.substr(0, url.find_first_of("?#"));
    auto const end = std::min(url.find('/'), url.size());
    std::string authority(url.substr(0, end));
    if (authority.empty() || authority.find('@') != std::string::npos) return std::nullopt;
    std::ranges::transform(authority, authority.begin(), lower);
    if (authority.ends_with(":443")) authority.resize(authority.size() - 4);
    auto const path = comparable_path(url.substr(end));
    if (!path) return std::nullopt;
    return std::string(kScheme) + authority + *path;
}

Result<DpopProof> verify_dpop_proof(std::string_view proof, DpopRules const& rules, WallTime now) {
    SALUS_TRY(auto const token, read_compact(proof));
    auto const header = token.header.root();
    if (!has_type(header, "dpop+jwt")) return refuse("typ is not the expected one");
    SALUS_TRY(auto const held, held_key(header, rules));
    if (!held.key.key.verify(held.algorithm, bytes_of(token.signed_text), token.signature)) {
        return refuse("the signature is wrong");
    }
    SALUS_TRY(auto const document, parse_object(token.payload, kPayloadLimits));
    auto const payload = document.root();
    SALUS_TRY_VOID(check_request(payload, rules));
    DpopProof proven;
    SALUS_TRY(proven.issued_at, issue_time(payload, now));
    SALUS_TRY(auto const token_id, text_claim(payload, "jti"));
    if (!token_id || token_id->empty() || token_id->size() > kTokenIdLargest) {
        return refuse("no usable jti");
    }
    proven.token_id = *token_id;
    SALUS_TRY(proven.nonce, text_claim(payload, "nonce"));
    proven.thumbprint = thumbprint(held.key.key);
    return proven;
}

}  // namespace salus::jose
