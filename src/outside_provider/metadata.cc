#include "outside_provider/metadata.h"

#include "http/fetch.h"
#include "json/document.h"

namespace salus::outside_provider {
namespace {

Result<std::string> address_in(json::Value root, std::string_view name) {
    auto address = root.text_member(name).value_or("");
    if (!http::is_https_url(address))
        return fail(Errc::invalid, "the provider's document lacks an https address");
    return address;
}

}  // namespace

std::string metadata_url(std::string const& issuer) {
    auto const end = issuer.ends_with('/') ? issuer.size() - 1 : issuer.size();
    return issuer.substr(0, end) + "/.well-known/openid-configuration";
}

Result<Metadata> parse_metadata(std::string text, std::string const& issuer) {
    json::Parser parser;
    SALUS_TRY(auto const document, parser.parse(std::move(text)));
    auto const root = document.root();
    if (root.text_member("issuer") != issuer)
        return fail(Errc::invalid, "the provider's document is of another issuer");
    Metadata metadata;
    SALUS_TRY(metadata.authorization_endpoint, address_in(root, "authorization_endpoint"));
    SALUS_TRY(metadata.token_endpoint, address_in(root, "token_endpoint"));
    SALUS_TRY(metadata.jwks_uri, address_in(root, "jwks_uri"));
    auto const names = root.member("authorization_response_iss_parameter_supported");
    metadata.names_issuer = names && names->is_boolean() && names->boolean();
    return metadata;
}

}  // namespace salus::outside_provider
