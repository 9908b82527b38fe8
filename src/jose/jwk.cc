#include "jose/jwk.h"

#include "crypto/hash.h"
#include "foundation/check.h"
#include "jose/algorithm.h"
#include "jose/jwk_members.h"
#include "json/writer.h"

namespace salus::jose {
namespace {

using crypto::SignatureAlgorithm;

constexpr json::ParseLimits kKeyLimits{.depth = 4, .nodes = 200};
constexpr std::size_t kPrivateKeyBytes = 4096;

// The members that make the key, in the lexicographic order that RFC 7638 section 3 asks for.
void write_required_members(json::Writer& writer, crypto::VerifyingKey const& key) {
    if (auto const numbers = key.numbers()) {
        writer.key("e").string(to_base64url(numbers->exponent));
        writer.key("kty").string("RSA");
        writer.key("n").string(to_base64url(numbers->modulus));
        return;
    }
    auto const point = key.coordinates();
    SALUS_CHECK(point.has_value());
    auto const edwards = key.fits(SignatureAlgorithm::ed25519);
    writer.key("crv").string(curve_name(key));
    writer.key("kty").string(edwards ? "OKP" : "EC");
    writer.key("x").string(to_base64url(point->x));
    if (!edwards) writer.key("y").string(to_base64url(point->y));
}

// A scrubbed text while it holds a secret.
class SecretText {
public:
    explicit SecretText(std::string text) : text_(std::move(text)) {}
    SecretText(SecretText const&) = delete;
    SecretText& operator=(SecretText const&) = delete;
    ~SecretText() { scrub(text_); }
    [[nodiscard]] std::string& text() noexcept { return text_; }

private:
    std::string text_;
};

Result<SecretBytes> private_scalar(json::Value jwk) {
    SecretText encoded(jwk.text_member("d").value_or(""));
    auto decoded = from_base64url(encoded.text());
    if (!decoded) return fail(Errc::invalid, "a private JWK needs d in base64url");
    SecretBytes scalar(*decoded);
    scrub(*decoded);
    return scalar;
}

}  // namespace

std::optional<Bytes> bytes_member(json::Value object, std::string_view name) {
    auto const text = object.text_member(name);
    if (!text) return std::nullopt;
    return from_base64url(*text);
}

std::optional<crypto::Curve> curve_named(std::string_view name) noexcept {
    if (name == "P-256") return crypto::Curve::p256;
    if (name == "P-384") return crypto::Curve::p384;
    return std::nullopt;
}

std::string_view curve_name(crypto::VerifyingKey const& key) {
    if (key.fits(SignatureAlgorithm::es256)) return "P-256";
    if (key.fits(SignatureAlgorithm::es384)) return "P-384";
    SALUS_CHECK(key.fits(SignatureAlgorithm::ed25519));
    return "Ed25519";
}

std::string to_jwk(crypto::VerifyingKey const& key, std::string_view kid,
                   SignatureAlgorithm algorithm) {
    SALUS_CHECK(key.fits(algorithm));
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    write_required_members(writer, key);
    writer.key("alg").string(algorithm_name(algorithm));
    writer.key("kid").string(kid);
    writer.key("use").string("sig");
    writer.end_object();
    return out;
}

std::string to_key_set(std::vector<std::string> const& jwks) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object().key("keys").begin_array();
    for (auto const& jwk : jwks) writer.raw(jwk);
    writer.end_array().end_object();
    return out;
}

std::string thumbprint(crypto::VerifyingKey const& key) {
    std::string canonical;
    json::Writer writer(canonical);
    writer.begin_object();
    write_required_members(writer, key);
    writer.end_object();
    return to_base64url(crypto::sha256(bytes_of(canonical)));
}

Result<PrivateKey> PrivateKey::parse(std::string text) {
    SecretText guarded(std::move(text));
    if (guarded.text().size() > kPrivateKeyBytes) {
        return fail(Errc::too_large, "a private JWK is too long");
    }
    SALUS_TRY(auto const document, json::Parser(kKeyLimits).parse(guarded.text()));
    auto const jwk = document.root();
    auto const curve = curve_named(jwk.text_member("crv").value_or(""));
    if (jwk.text_member("kty") != "EC" || !curve) {
        return fail(Errc::invalid, "a private JWK must be EC on P-256 or P-384");
    }
    SALUS_TRY(auto const scalar, private_scalar(jwk));
    SALUS_TRY(auto key, crypto::SigningKey::from_ec(*curve, scalar));
    SALUS_TRY(auto const point, key.verifying_key().coordinates());
    if (bytes_member(jwk, "x") != point.x || bytes_member(jwk, "y") != point.y) {
        return fail(Errc::invalid, "x and y of a private JWK do not belong to d");
    }
    auto const stated = jwk.member("alg");
    if (stated && !stated->is_text(algorithm_name(key.algorithm()))) {
        return fail(Errc::invalid, "alg of a private JWK does not fit its curve");
    }
    auto kid = jwk.text_member("kid").value_or("");
    if (!is_key_id(kid)) return fail(Errc::invalid, "a private JWK needs a plain kid");
    return PrivateKey{std::move(key), std::move(kid)};
}

SecretBytes PrivateKey::to_jwk() const {
    auto const scalar = key.ec_scalar();
    SALUS_CHECK(scalar.has_value());
    SecretText encoded(to_base64url(scalar->reveal()));
    SecretText out{std::string()};
    out.text().reserve(kPrivateKeyBytes);  // growing would leave copies behind
    json::Writer writer(out.text());
    writer.begin_object();
    write_required_members(writer, key.verifying_key());
    writer.key("d").string(encoded.text());
    writer.key("alg").string(algorithm_name(key.algorithm()));
    writer.key("kid").string(kid);
    writer.key("use").string("sig");
    writer.end_object();
    return SecretBytes(bytes_of(out.text()));
}

}  // namespace salus::jose
