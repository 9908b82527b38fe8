#include "factors/webauthn/response.h"

#include <algorithm>

#include "foundation/factor_limits.h"
#include "json/document.h"

namespace salus::factors::webauthn {
namespace {

constexpr json::ParseLimits kResponseLimits{.depth = 16, .nodes = 2'000};

Result<json::Document> document_of(std::string json) {
    if (json.size() > limits::kWebauthnResponseBytes) {
        return fail(Errc::too_large, "a WebAuthn response is too long");
    }
    return json::Parser(kResponseLimits).parse(std::move(json));
}

Result<Bytes> bytes_member(json::Value object, std::string_view name) {
    auto const text = object.text_member(name);
    auto bytes = text ? from_base64url(*text) : std::nullopt;
    if (!bytes) return fail(Errc::invalid, "a WebAuthn response lacks a member in base64url");
    return *std::move(bytes);
}

Result<Bytes> credential_id(json::Value root) {
    auto const type = root.member("type");
    if (!type || !type->is_text("public-key")) {
        return fail(Errc::invalid, "a WebAuthn response is of no public key");
    }
    SALUS_TRY(auto id, bytes_member(root, "rawId"));
    SALUS_TRY(auto const same, bytes_member(root, "id"));
    if (id != same || id.empty() || id.size() > limits::kCredentialIdBytes) {
        return fail(Errc::invalid, "a WebAuthn response names no one credential");
    }
    return id;
}

Result<json::Value> inner_response(json::Value root) {
    auto const response = root.member("response");
    if (!response || !response->is_object()) {
        return fail(Errc::invalid, "a WebAuthn response without a response");
    }
    return *response;
}

Result<std::vector<Transport>> transports_of(json::Value response) {
    std::vector<Transport> transports;
    auto const list = response.member("transports");
    if (!list) return transports;
    if (!list->is_array()) return fail(Errc::invalid, "transports are no list");
    for (auto const element : list->elements()) {
        if (!element.is_string()) return fail(Errc::invalid, "a transport is no text");
        auto const transport = transport_named(element.text());
        if (transport && std::ranges::find(transports, *transport) == transports.end()) {
            transports.push_back(*transport);
        }
    }
    return transports;
}

}  // namespace

Result<RegistrationResponse> RegistrationResponse::parse(std::string json) {
    SALUS_TRY(auto const document, document_of(std::move(json)));
    RegistrationResponse parsed;
    SALUS_TRY(parsed.id, credential_id(document.root()));
    SALUS_TRY(auto const response, inner_response(document.root()));
    SALUS_TRY(parsed.client_data, bytes_member(response, "clientDataJSON"));
    SALUS_TRY(parsed.attestation_object, bytes_member(response, "attestationObject"));
    SALUS_TRY(parsed.transports, transports_of(response));
    return parsed;
}

Result<AuthenticationResponse> AuthenticationResponse::parse(std::string json) {
    SALUS_TRY(auto const document, document_of(std::move(json)));
    AuthenticationResponse parsed;
    SALUS_TRY(parsed.id, credential_id(document.root()));
    SALUS_TRY(auto const response, inner_response(document.root()));
    SALUS_TRY(parsed.client_data, bytes_member(response, "clientDataJSON"));
    SALUS_TRY(parsed.authenticator_data, bytes_member(response, "authenticatorData"));
    SALUS_TRY(parsed.signature, bytes_member(response, "signature"));
    auto const handle = response.member("userHandle");
    if (handle && !handle->is_null()) {
        SALUS_TRY(parsed.user_handle, bytes_member(response, "userHandle"));
    }
    return parsed;
}

}  // namespace salus::factors::webauthn
