#include "jose/jws.h"

#include <algorithm>
#include <array>

#include "foundation/limits.h"
#include "json/writer.h"

namespace salus::jose {
namespace {

constexpr json::ParseLimits kHeaderLimits{.depth = 8, .nodes = 256};
constexpr json::ParseLimits kPayloadLimits{.depth = 16, .nodes = 8192};

std::unexpected<Error> refuse(Literal why) {
    return fail(Errc::unauthenticated, why);
}

// The three parts of a compact token; borrows it.
struct Parts {
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    std::string_view signed_text;  // header '.' payload
};

Result<Parts> split(std::string_view token) {
    if (token.size() > limits::kTokenBytes) return refuse("the token is too long");
    if (std::ranges::count(token, '.') != 2) return refuse("the token does not have three parts");
    auto const first = token.find('.');
    auto const second = token.find('.', first + 1);
    return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
                 token.substr(second + 1), token.substr(0, second)};
}

Result<json::Document> parse_object(BytesView bytes, json::ParseLimits limits) {
    auto document = json::Parser(limits).parse(std::string(text_of(bytes)));
    if (!document || !document->root().is_object()) return refuse("a token part is not an object");
    return document;
}

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

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    auto const lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::ranges::equal(a, b, {}, lower, lower);
}

// RFC 7515 section 4.1.9: a media type, whose "application/" may be left out.
bool has_type(json::Value header, std::string_view expected) {
    constexpr std::string_view kPrefix = "application/";
    auto const type = header.text_member("typ").value_or("");
    std::string_view rest = type;
    if (equal_ignoring_case(rest.substr(0, kPrefix.size()), kPrefix)) {
        rest.remove_prefix(kPrefix.size());
    }
    return equal_ignoring_case(rest, expected);
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

}  // namespace

Result<VerifiedBytes> verify_compact_bytes(std::string_view token, KeySet const& keys,
                                           VerifyOptions const& options) {
    SALUS_TRY(auto const parts, split(token));
    auto const header_bytes = from_base64url(parts.header);
    auto payload = from_base64url(parts.payload);
    auto const signature = from_base64url(parts.signature);
    if (!header_bytes || !payload || !signature) return refuse("a token part is not base64url");
    SALUS_TRY(auto header, parse_object(*header_bytes, kHeaderLimits));
    SALUS_TRY_VOID(check_forbidden_parameters(header.root(), options));
    if (!options.type.empty() && !has_type(header.root(), options.type.text())) {
        return refuse("typ is not the expected one");
    }
    SALUS_TRY(auto const choice, choose_key(header.root(), keys, options));
    if (!choice.key.key.verify(choice.algorithm, bytes_of(parts.signed_text), *signature)) {
        return refuse("the signature is wrong");
    }
    return VerifiedBytes{std::move(header), *std::move(payload), choice.key.kid};
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
