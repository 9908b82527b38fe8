#include "identity/secret_id.h"

#include "foundation/bytes.h"

namespace salus::identity {
SecretId SecretId::make(crypto::Random& random) {
    return {.id = crypto::random_id(random), .secret = crypto::random_id(random)};
}

std::optional<SecretId> SecretId::parse(std::string_view text) {
    auto const dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    SecretId parsed{.id = std::string(text.substr(0, dot)),
                    .secret = std::string(text.substr(dot + 1))};
    auto const id_bytes = from_base64url(parsed.id);
    auto const secret_bytes = from_base64url(parsed.secret);
    if (!id_bytes || id_bytes->size() != kPartBytes || !secret_bytes) return std::nullopt;
    bool const marked = secret_bytes->size() == kPartBytes + kMarkBytes;
    if (!marked && secret_bytes->size() != kPartBytes) return std::nullopt;
    return parsed;
}

crypto::Sha256Digest SecretId::hash() const {
    return crypto::sha256(bytes_of(secret));
}

std::string SecretId::form_token() const {
    return to_base64url(crypto::sha256(bytes_of("form:" + secret)));
}

bool matches(SecretId const& shown, crypto::Sha256Digest const& stored) noexcept {
    return equal_constant_time(shown.hash(), stored);
}

}  // namespace salus::identity
