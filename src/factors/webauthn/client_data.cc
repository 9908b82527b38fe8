#include "factors/webauthn/client_data.h"

#include <algorithm>

#include "foundation/factor_limits.h"
#include "foundation/secret.h"
#include "json/document.h"

namespace salus::factors::webauthn {
namespace {

constexpr json::ParseLimits kClientDataLimits{.depth = 8, .nodes = 200};

bool has_challenge(json::Value client_data, BytesView challenge) {
    auto const told = from_base64url(client_data.text_member("challenge").value_or(""));
    return told && equal_constant_time(*told, challenge);
}

bool is_of_one_origin(json::Value client_data) {
    auto const cross = client_data.member("crossOrigin");
    if (cross && (!cross->is_boolean() || cross->boolean())) return false;
    return !client_data.member("topOrigin");
}

}  // namespace

Result<crypto::Sha256Digest> check_client_data(BytesView json, ClientDataRules const& rules) {
    if (json.size() > limits::kClientDataBytes) {
        return fail(Errc::invalid, "client data are too long");
    }
    SALUS_TRY(auto const document,
              json::Parser(kClientDataLimits).parse(std::string(text_of(json))));
    auto const client_data = document.root();
    if (!client_data.is_object()) return fail(Errc::invalid, "client data are no object");
    auto const type = client_data.member("type");
    if (!type || !type->is_text(rules.type)) {
        return fail(Errc::unauthenticated, "client data are of another ceremony");
    }
    if (!has_challenge(client_data, rules.challenge)) {
        return fail(Errc::unauthenticated, "client data have another challenge");
    }
    auto const origin = client_data.text_member("origin");
    if (!origin || std::ranges::find(rules.origins, *origin) == rules.origins.end()) {
        return fail(Errc::unauthenticated, "client data are from another origin");
    }
    if (!is_of_one_origin(client_data)) {
        return fail(Errc::unauthenticated, "client data are from inside another origin's page");
    }
    return crypto::sha256(json);
}

}  // namespace salus::factors::webauthn
