#include "app/client_keys.h"

#include "crypto/signature.h"
#include "foundation/file.h"
#include "jose/jwk.h"
#include "json/writer.h"

namespace salus::app {

Result<std::string> make_client_keys(std::filesystem::path const& private_key_file) {
    if (std::filesystem::exists(private_key_file)) {
        return fail(Errc::conflict, "the key file exists; keys are never overwritten");
    }
    auto key = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es384);
    auto const public_key = key.verifying_key();
    auto const kid = jose::thumbprint(public_key);
    jose::PrivateKey const pair{std::move(key), kid};
    auto const jwk = pair.to_jwk();
    SALUS_TRY_VOID(
        write_file_durably(private_key_file, jwk.reveal(), FileAccess::private_to_owner));
    return jose::to_key_set({jose::to_jwk(public_key, kid, crypto::SignatureAlgorithm::es384)});
}

std::string registration_json(Registration const& registration) {
    std::string out = R"({"client_id":)";
    json::append_quoted(out, registration.id);
    out.append(R"(,"name":)");
    json::append_quoted(out, registration.name);
    out.append(R"(,"scope":)");
    json::append_quoted(out, registration.scope);
    out.append(R"(,"purposes":[)");
    for (auto const& purpose : registration.purposes) {
        if (!out.ends_with('[')) out.push_back(',');
        json::append_quoted(out, purpose);
    }
    out.append(R"(],"jwks":)").append(registration.jwks);
    if (registration.dpop_bound) out.append(R"(,"dpop_bound_access_tokens":true)");
    return out + "}";
}

}  // namespace salus::app
