#include "jose/jws.h"

#include <algorithm>
#include <array>

#include "jose/compact.h"
#include "jose/refusal.h"
#include "json/writer.h"

namespace salus::jose {
namespace {

// Parameters that would let a token choose how, or with which key, it is checked.
Result<void> check_forbidden_parameters(json::Value header, VerifyOptions const& options) {
    constexpr std::array<std::string_view, 6> kForbidden{"crit", "b64", "zip", "jwk", "x5u", "x5c"};
    for (auto const name : kForbidden) {
        if (header.member(name)) return refuse("a forbidden header parameter");
    }
    auto const url = header.member("jku");
    if (url && (options.key_set_url.empty() || !url->is_text(options.key_set_url))) {
        return refuse("jku is not the registered URL");
    }
    return {};
}

struct Choice {
    PublicKey const& key;
    crypto::SignatureAlgorithm algorithm;
};

Result<Choice> choose_key(json::Value header, KeySet const& keys, VerifyOptions const& options) {
    auto const algorithm = algorithm_named(header.text_member("alg").value_or(""));
    if (!algorithm) return refuse("the algorithm is not offered");
    auto const kid = header.text_member("kid").value_or("");
    if (!is_key_id(kid)) return refuse("no usable kid");
    auto const* const key = keys.find(kid);
    if (key == nullptr) return refuse("no such key");
    if (!key->permits(*algorithm)) return refuse("the algorithm is not the key's");
    if (std::ranges::find(options.algorithms, *algorithm) == options.algorithms.end()) {
        return refuse("the algorithm is not allowed here");
    }
    return Choice{*key, *algorithm};
}

// The kid of the key that the signature is by.
Result<std::string> check_signature(json::Value header, std::string_view signed_text,
                                    BytesView signature, KeySet const& keys,
                                    VerifyOptions const& options) {
    SALUS_TRY_VOID(check_forbidden_parameters(header, options));
    if (!options.type.empty() && !has_type(header, options.type.text())) {
        return refuse("typ is not the expected one");
    }
    SALUS_TRY(auto const choice, choose_key(header, keys, options));
    if (!choice.key.key.verify(choice.algorithm, bytes_of(signed_text), signature)) {
        return refuse("the signature is wrong");
    }
    return choice.key.kid;
}

}  // namespace

Result<VerifiedBytes> verify_compact_bytes(std::string_view token, KeySet const& keys,
                                           VerifyOptions const& options) {
    SALUS_TRY(auto parts, read_compact(token));
    SALUS_TRY(auto kid, check_signature(parts.header.root(), parts.signed_text, parts.signature,
                                        keys, options));
    return VerifiedBytes{std::move(parts.header), std::move(parts.payload), std::move(kid)};
}

Result<UnverifiedToken> UnverifiedToken::read(std::string_view token) {
    SALUS_TRY(auto parts, read_compact(token));
    SALUS_TRY(auto payload, parse_object(parts.payload, kPayloadLimits));
    return UnverifiedToken(std::move(parts.header), std::move(payload), std::move(parts.signature),
                           parts.signed_text);
}

std::optional<std::string> UnverifiedToken::claimed_issuer() const {
    return payload_.root().text_member("iss");
}

std::optional<std::string> UnverifiedToken::claimed_key_id() const {
    return header_.root().text_member("kid");
}

Result<Verified> UnverifiedToken::verify(KeySet const& keys, VerifyOptions const& options) && {
    SALUS_TRY(auto kid, check_signature(header_.root(), signed_text_, signature_, keys, options));
    return Verified{std::move(header_), std::move(payload_), std::move(kid)};
}

Result<Verified> verify_compact(std::string_view token, KeySet const& keys,
                                VerifyOptions const& options) {
    SALUS_TRY(auto verified, verify_compact_bytes(token, keys, options));
    SALUS_TRY(auto payload, parse_object(verified.payload, kPayloadLimits));
    return Verified{std::move(verified.header), std::move(payload), std::move(verified.kid)};
}

std::string sign_compact(crypto::SigningKey const& key, std::string_view kid, std::string_view type,
                         std::string_view payload_json) {
    std::string header;
    json::Writer writer(header);
    writer.begin_object();
    writer.key("alg").string(algorithm_name(key.algorithm()));
    writer.key("kid").string(kid);
    writer.key("typ").string(type);
    writer.end_object();
    auto token = to_base64url(bytes_of(header)) + "." + to_base64url(bytes_of(payload_json));
    auto const signature = key.sign(bytes_of(token));
    return token + "." + to_base64url(signature);
}

}  // namespace salus::jose
