#include <algorithm>
#include <array>

#include "foundation/limits.h"
#include "jose/algorithm.h"
#include "jose/jwk.h"
#include "jose/jwk_members.h"

namespace salus::jose {
namespace {

constexpr std::size_t kLongestKeyId = 64;
constexpr json::ParseLimits kKeySetLimits{.depth = 8, .nodes = 20'000};

// RFC 7517 sections 4.2 and 4.3: what is stated must be for verifying signatures.
bool is_for_verifying(json::Value jwk) {
    auto const use = jwk.member("use");
    if (use && !use->is_text("sig")) return false;
    auto const operations = jwk.member("key_ops");
    if (!operations) return true;
    if (!operations->is_array()) return false;
    for (auto const operation : operations->elements()) {
        if (operation.is_text("verify")) return true;
    }
    return false;
}

std::optional<crypto::VerifyingKey> key_material(json::Value jwk) {
    auto made = [](Result<crypto::VerifyingKey> key) -> std::optional<crypto::VerifyingKey> {
        if (!key) return std::nullopt;
        return *std::move(key);
    };
    auto const type = jwk.text_member("kty").value_or("");
    if (type == "RSA") {
        auto const n = bytes_member(jwk, "n");
        auto const e = bytes_member(jwk, "e");
        if (n && e) return made(crypto::VerifyingKey::from_rsa(*n, *e));
    }
    auto const x = bytes_member(jwk, "x");
    auto const curve_text = jwk.text_member("crv").value_or("");
    if (type == "EC") {
        auto const y = bytes_member(jwk, "y");
        auto const curve = curve_named(curve_text);
        if (curve && x && y) return made(crypto::VerifyingKey::from_ec(*curve, *x, *y));
    }
    if (type == "OKP" && curve_text == "Ed25519" && x) {
        return made(crypto::VerifyingKey::from_ed25519(*x));
    }
    return std::nullopt;
}

}  // namespace

bool has_secret_members(json::Value jwk) {
    constexpr std::array<std::string_view, 8> kSecret{"d", "p", "q", "dp", "dq", "qi", "oth", "k"};
    return std::ranges::any_of(
        kSecret, [jwk](std::string_view name) { return jwk.member(name).has_value(); });
}

std::optional<PublicKey> usable_key(json::Value jwk) {
    if (!is_for_verifying(jwk)) return std::nullopt;
    std::optional<crypto::SignatureAlgorithm> algorithm;
    if (auto const stated = jwk.member("alg")) {
        algorithm = algorithm_named(jwk.text_member("alg").value_or(""));
        if (!algorithm) return std::nullopt;
    }
    auto key = key_material(jwk);
    if (!key || (algorithm && !key->fits(*algorithm))) return std::nullopt;
    return PublicKey{{}, *std::move(key), algorithm};
}

bool is_key_id(std::string_view text) noexcept {
    auto const allowed = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '~' || c == '-';
    };
    return !text.empty() && text.size() <= kLongestKeyId && std::ranges::all_of(text, allowed);
}

bool PublicKey::permits(crypto::SignatureAlgorithm candidate) const noexcept {
    return key.fits(candidate) && (!algorithm || *algorithm == candidate);
}

Result<KeySet> KeySet::parse(std::string text) {
    if (text.size() > limits::kKeySetBytes) return fail(Errc::too_large, "the key set is too long");
    SALUS_TRY(auto const document, json::Parser(kKeySetLimits).parse(std::move(text)));
    auto const list = document.root().member("keys");
    if (!list || !list->is_array()) return fail(Errc::invalid, "not a JWK Set");
    if (list->size() > limits::kKeySetKeys) {
        return fail(Errc::too_large, "the key set has too many keys");
    }
    KeySet set;
    std::vector<std::string> seen;  // also the kids of keys that are left out
    for (auto const jwk : list->elements()) {
        if (!jwk.is_object()) return fail(Errc::invalid, "not a JWK Set");
        if (has_secret_members(jwk)) {
            return fail(Errc::invalid, "a public key set holds private or symmetric keys");
        }
        auto kid = jwk.text_member("kid").value_or("");
        if (!kid.empty() && std::ranges::find(seen, kid) != seen.end()) {
            return fail(Errc::invalid, "two keys of a set have the same kid");
        }
        seen.push_back(kid);
        if (!is_key_id(kid)) continue;
        if (auto key = usable_key(jwk)) {
            key->kid = std::move(kid);
            set.keys_.push_back(*std::move(key));
        }
    }
    return set;
}

PublicKey const* KeySet::find(std::string_view kid) const noexcept {
    auto const found = std::ranges::find(keys_, kid, &PublicKey::kid);
    return found == keys_.end() ? nullptr : &*found;
}

bool KeySet::holds(crypto::Sha256Digest const& key) const {
    return std::ranges::any_of(
        keys_, [&](PublicKey const& each) { return crypto::sha256(each.key.spki()) == key; });
}

}  // namespace salus::jose
