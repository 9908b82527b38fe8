// Discovery documents: each tenant's own addresses, and nothing that does not work.
#include "oauth/metadata.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "jose/algorithm.h"
#include "jose/dpop.h"
#include "oauth/oauth_for_test.h"

namespace salus::oauth {
namespace {

using testing::must;
using testing::OauthRoom;

class MetadataTest : public ::testing::Test {
protected:
    [[nodiscard]] std::vector<json::Document> documents(request::Tenant const& tenant) {
        std::vector<json::Document> all;
        all.push_back(must(parser_.parse(smart_configuration(tenant))));
        all.push_back(must(parser_.parse(authorization_server_metadata(tenant))));
        all.push_back(
            must(parser_.parse(openid_configuration(tenant, crypto::SignatureAlgorithm::es256))));
        return all;
    }
    [[nodiscard]] static std::vector<std::string> list(json::Document const& document,
                                                       char const* name) {
        std::vector<std::string> all;
        for (auto const value : document.root().member(name)->elements()) {
            all.push_back(value.text());
        }
        return all;
    }
    // The status of a token request with this grant and a good assertion by this key.
    [[nodiscard]] int ask(testing::ClientKey const& key, std::string const& grant) {
        auto const exp = to_unix_seconds(instance_.clock.now()) + 60;
        auto const assertion = key.sign({{"iss", "\"c\""},
                                         {"sub", "\"c\""},
                                         {"aud", "\"" + room_.tenant().token_endpoint() + "\""},
                                         {"exp", std::to_string(exp)},
                                         {"jti", "\"1\""}});
        auto const prepared = room_.ask(testing::form_of(
            {{"grant_type", grant},
             {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
             {"client_assertion", assertion},
             {"scope", "system/*.cruds"}}));
        return prepared.status;
    }

    testing::TestInstance instance_;
    OauthRoom room_{instance_};
    json::Parser parser_;
};

TEST_F(MetadataTest, AddressesAreTheTenants) {
    testing::TestTenant north(instance_, "north", "/t/north");
    for (auto const* tenant : {&room_.tenant(), &north.tenant()}) {
        auto const base = "https://localhost:8443" + tenant->path;
        for (auto const& document : documents(*tenant)) {
            EXPECT_EQ(document.root().text_member("issuer"), base);
            EXPECT_EQ(document.root().text_member("token_endpoint"), base + "/oauth/token");
            EXPECT_EQ(document.root().text_member("jwks_uri"), base + "/oauth/jwks");
            EXPECT_EQ(document.root().text_member("introspection_endpoint"),
                      base + "/oauth/introspect");
            EXPECT_EQ(document.root().text_member("revocation_endpoint"), base + "/oauth/revoke");
        }
    }
}

TEST_F(MetadataTest, EveryGrantAndAlgorithmWorks) {
    auto const ec = testing::ClientKey::make("k1");
    auto const ec384 = testing::ClientKey::make("k2", crypto::SignatureAlgorithm::es384);
    room_.add_client(OauthRoom::client_json("c", {ec.jwk(), ec384.jwk()}));
    for (auto const& document : documents(room_.tenant())) {
        // Those in the name of a person: person_grants_test.cc.
        EXPECT_EQ(list(document, "grant_types_supported"),
                  (std::vector<std::string>{"authorization_code", "refresh_token",
                                            "client_credentials"}));
        EXPECT_EQ(ask(ec, "client_credentials"), 200);
        auto const algorithms = list(document, "token_endpoint_auth_signing_alg_values_supported");
        for (auto const& algorithm : algorithms) {
            EXPECT_TRUE(jose::algorithm_named(algorithm).has_value()) << algorithm;
        }
        // SMART asks servers for these two at least.
        EXPECT_TRUE(std::ranges::count(algorithms, "RS384") > 0);
        ASSERT_TRUE(std::ranges::count(algorithms, "ES384") > 0);
        ASSERT_TRUE(std::ranges::count(algorithms, "ES256") > 0);
        EXPECT_EQ(ask(ec384, "client_credentials"), 200);
    }
}

TEST_F(MetadataTest, ClientsCanBeToldOfLogout) {
    auto const document = must(
        parser_.parse(openid_configuration(room_.tenant(), crypto::SignatureAlgorithm::es256)));
    for (auto const* name :
         {"backchannel_logout_supported", "backchannel_logout_session_supported"}) {
        auto const member = document.root().member(name);
        EXPECT_TRUE(member && member->is_boolean() && member->boolean()) << name;
    }
}

TEST_F(MetadataTest, ScopesCanBeGranted) {
    for (auto const& document : documents(room_.tenant())) {
        for (auto const& algorithm : list(document, "dpop_signing_alg_values_supported")) {
            EXPECT_TRUE(
                std::ranges::count(jose::dpop_algorithms(), *jose::algorithm_named(algorithm)) == 1)
                << algorithm;
        }
        for (auto const& scope : list(document, "scopes_supported")) {
            EXPECT_TRUE(request::parse_scope_request(scope).has_value()) << scope;
        }
        EXPECT_EQ(list(document, "token_endpoint_auth_methods_supported"),
                  (std::vector<std::string>{"private_key_jwt", "none"}));
    }
}

}  // namespace
}  // namespace salus::oauth
