// Registering a client: what is needed, what is refused, and that it stands sealed.
#include "oauth/client_registration.h"

#include <gtest/gtest.h>

#include "oauth/oauth_for_test.h"

namespace salus::oauth {
namespace {

using testing::ClaimTexts;
using testing::ClientKey;
using testing::must;
using testing::OauthRoom;

class ClientRegistrationTest : public ::testing::Test {
protected:
    [[nodiscard]] ClaimTexts members() const {
        return {{"client_id", "\"client-1\""},
                {"name", "\"a client\""},
                {"scope", "\"system/*.rs\""},
                {"purposes", "[\"TREAT\"]"},
                {"jwks", jose::to_key_set({key_.jwk()})}};
    }
    [[nodiscard]] std::optional<Errc> refusal(std::string const& body) {
        auto const prepared = room_.prepare_registration(body);
        return prepared ? std::nullopt : std::optional(prepared.error().code);
    }
    [[nodiscard]] std::optional<Errc> with(std::string const& name, std::string const& value) {
        auto changed = members();
        changed[name] = value;
        return refusal(testing::json_of(changed));
    }
    [[nodiscard]] std::optional<Client> find(std::string const& id) {
        return must(find_client(room_.home().records(), room_.parser(), id));
    }

    testing::TestInstance instance_;
    OauthRoom room_{instance_};
    ClientKey key_ = ClientKey::make("k1");
};

TEST_F(ClientRegistrationTest, ARegisteredClientIsFoundAsItWasWritten) {
    auto body = members();
    body["name"] = R"("Praxis \"Süd\" \\ \u0001")";
    body["purposes"] = R"(["HPAYMT","TREAT"])";
    body["roles"] = R"(["billing","billing"])";
    body["scope"] = "\"system/Claim.rs admin/check.read\"";
    room_.add_client(testing::json_of(body));
    auto const client = find("client-1");
    ASSERT_TRUE(client.has_value());
    EXPECT_EQ(client->id, ClientId("client-1"));
    EXPECT_EQ(client->name, "Praxis \"Süd\" \\ \x01");
    EXPECT_EQ(request::to_text(client->scope), "system/Claim.rs admin/check.read");
    ASSERT_EQ(client->roles.size(), 1U);
    EXPECT_EQ(client->roles[0].text(), "billing");
    EXPECT_EQ(client->purposes,
              (std::vector{request::PurposeOfUse::payment, request::PurposeOfUse::treatment}));
    ASSERT_NE(client->keys.find("k1"), nullptr);
    EXPECT_EQ(client->keys.find("k2"), nullptr);
    // Its own words, again.
    auto const again = must(room_.parser().parse(to_json(*client)));
    EXPECT_EQ(to_json(must(client_from_json(again.root()))), to_json(*client));
}

TEST_F(ClientRegistrationTest, WhatIsAnsweredAndRecorded) {
    auto const prepared = must(room_.prepare_registration(testing::json_of(members())));
    EXPECT_EQ(prepared.status, 201);
    ASSERT_TRUE(prepared.batch.has_value());
    auto const& write = prepared.batch->writes.front();
    EXPECT_EQ(write.compartment, room_.home().addressing().identity_compartment());
    EXPECT_EQ(write.expires_at, 0);
    ASSERT_EQ(prepared.touched.size(), 2U);  // and the list of all
    EXPECT_EQ(prepared.touched[0].type, "Client");
    EXPECT_FALSE(prepared.touched[0].patient_compartment);
    EXPECT_EQ(prepared.touched[0].stored_hash, records::stored_hash(write.document));
    EXPECT_FALSE(find("client-1").has_value());  // nothing happened yet
    EXPECT_FALSE(text_of(write.document.bytes()).contains("client-1"));
}

TEST_F(ClientRegistrationTest, AnIdIsGivenOnce) {
    room_.add_client(testing::json_of(members()));
    EXPECT_EQ(refusal(testing::json_of(members())), Errc::conflict);
    EXPECT_EQ(with("client_id", "\"Client-1\""), std::nullopt);
    // Two at once: the one that loses is prepared again, and then told the same.
    auto first = must(room_.prepare_registration(
        OauthRoom::client_json("client-2", {key_.jwk()}, "system/*.rs")));
    auto second = must(room_.prepare_registration(
        OauthRoom::client_json("client-2", {key_.jwk()}, "system/*.cruds")));
    EXPECT_TRUE(room_.commit(std::move(first)).has_value());
    EXPECT_EQ(room_.commit(std::move(second)).error().code, Errc::conflict);
    EXPECT_EQ(request::to_text(find("client-2")->scope), "system/*.rs");
}

TEST_F(ClientRegistrationTest, EveryMemberIsNeededAndNoOther) {
    for (auto const* name : {"client_id", "name", "scope", "purposes", "jwks"}) {
        auto less = members();
        less.erase(name);
        EXPECT_EQ(refusal(testing::json_of(less)), Errc::invalid) << name;
        for (auto const* value : {"null", "1", "{}", "[]", "\"\"", "true"}) {
            EXPECT_EQ(with(name, value), Errc::invalid) << name << value;
        }
    }
    for (auto const* name : {"client_secret", "redirect_uris", "jwks_uri", "Name", ""}) {
        EXPECT_EQ(with(name, "\"x\""), Errc::invalid) << name;
    }
    for (auto const* body : {"", "null", "[]", "\"x\"", "{}", "{", "not JSON"}) {
        EXPECT_EQ(refusal(body), Errc::invalid) << body;
    }
    auto const good = testing::json_of(members());
    EXPECT_EQ(refusal(good.substr(0, good.size() - 1) + ",\"name\":\"again\"}"), Errc::invalid);
}

TEST_F(ClientRegistrationTest, IdsAndNames) {
    for (auto const& id : {std::string("a"), std::string(64, 'a'), std::string("A-z_09")}) {
        EXPECT_EQ(with("client_id", "\"" + id + "\""), std::nullopt) << id;
        EXPECT_TRUE(is_client_id(id));
    }
    for (auto const& id : {std::string(65, 'a'), std::string("a b"), std::string("a|b"),
                           std::string("a/b"), std::string("../a"), std::string("é"),
                           std::string("a\\u0000"), std::string("a.b"), std::string("a@b")}) {
        EXPECT_EQ(with("client_id", "\"" + id + "\""), Errc::invalid) << id;
    }
    EXPECT_FALSE(is_client_id(""));
    EXPECT_FALSE(is_client_id(std::string_view("a\0b", 3)));
    EXPECT_EQ(with("name", "\"" + std::string(200, 'n') + "\""), std::nullopt);
    EXPECT_EQ(with("name", "\"" + std::string(201, 'n') + "\""), Errc::invalid);
}

TEST_F(ClientRegistrationTest, ScopesAndPurposes) {
    for (auto const* scope :
         {"system/*.sr", "openid", "*", "system/*.rs openid", "system/Patient.rs?x=1"}) {
        EXPECT_EQ(with("scope", "\"" + std::string(scope) + "\""), Errc::invalid) << scope;
    }
    for (auto const* purposes :
         {R"(["treat"])", R"(["TREAT","NOTHING"])", R"([1])", R"(["TREAT",null])", R"("TREAT")",
          R"(["TREAT","TREAT","TREAT","TREAT","TREAT","TREAT","TREAT","TREAT","TREAT"])"}) {
        EXPECT_EQ(with("purposes", purposes), Errc::invalid) << purposes;
    }
    for (auto const* roles : {R"("nurse")", R"(["Nurse"])", R"(["nurse",1])", "null"})
        EXPECT_EQ(with("roles", roles), Errc::invalid) << roles;
    EXPECT_EQ(with("roles", "[]"), std::nullopt);
}

// OpenID Connect Back-Channel Logout 1.0 section 2.2.
TEST_F(ClientRegistrationTest, WhereAClientIsToldOfLogout) {
    auto body = members();
    body["scope"] = "\"openid user/Patient.rs\"";
    body["grant_types"] = R"(["authorization_code"])";
    body["redirect_uris"] = R"(["https://app.example/callback"])";
    body["backchannel_logout_uri"] = "\"https://app.example/logout?from=salus\"";
    body["backchannel_logout_session_required"] = "true";
    room_.add_client(testing::json_of(body));
    auto const client = find("client-1");
    ASSERT_TRUE(client.has_value());
    EXPECT_EQ(client->backchannel_logout_uri, "https://app.example/logout?from=salus");
    EXPECT_TRUE(client->backchannel_logout_session_required);
    auto const again = must(room_.parser().parse(to_json(*client)));
    EXPECT_EQ(again.root().text_member("backchannel_logout_uri"), client->backchannel_logout_uri);
    EXPECT_EQ(to_json(must(client_from_json(again.root()))), to_json(*client));

    body["client_id"] = "\"client-2\"";
    auto const refused = [&](std::string const& name, std::string const& value) {
        auto changed = body;
        changed[name] = value;
        if (value.empty()) changed.erase(name);
        return refusal(testing::json_of(changed)) == Errc::invalid;
    };
    for (auto const* uri :
         {"\"http://app.example/logout\"", "\"https://app.example/#logout\"",
          "\"http://127.0.0.1/logout\"", "\"\"", "7", "null", R"("https://user@app.example/")"}) {
        EXPECT_TRUE(refused("backchannel_logout_uri", uri)) << uri;
    }
    EXPECT_TRUE(refused("backchannel_logout_uri", ""));
    EXPECT_TRUE(refused("backchannel_logout_session_required", "\"true\""));
    EXPECT_TRUE(refused("scope", "\"user/Patient.rs\""));
    EXPECT_FALSE(refused("backchannel_logout_session_required", ""));
}

TEST_F(ClientRegistrationTest, KeysArePublicAndEachHasItsName) {
    jose::PrivateKey const pair{crypto::SigningKey::generate(crypto::SignatureAlgorithm::es256),
                                "k1"};
    auto const secret = pair.to_jwk();
    auto const private_jwk = std::string(text_of(secret.reveal()));
    EXPECT_EQ(with("jwks", jose::to_key_set({private_jwk})), Errc::invalid);
    EXPECT_EQ(with("jwks", jose::to_key_set({key_.jwk(), private_jwk})), Errc::invalid);
    EXPECT_EQ(with("jwks", R"({"keys":[{"kty":"oct","kid":"s","k":"c2VjcmV0"}]})"), Errc::invalid);
    EXPECT_EQ(with("jwks", jose::to_key_set({key_.jwk(), key_.jwk()})), Errc::invalid);
    EXPECT_EQ(with("jwks", key_.jwk()), Errc::invalid);  // a key is no set
    EXPECT_EQ(with("jwks", R"("https://evil.example/jwks")"), Errc::invalid);
    auto const other = ClientKey::make("k2", crypto::SignatureAlgorithm::es384);
    EXPECT_EQ(with("jwks", jose::to_key_set({key_.jwk(), other.jwk()})), std::nullopt);
}

TEST_F(ClientRegistrationTest, StrangersAreNotFound) {
    room_.add_client(testing::json_of(members()));
    for (auto const* id : {"", "client-2", "CLIENT-1", "client-1 ", "client-1|x", "../client-1",
                           "https://client.example"}) {
        EXPECT_FALSE(find(id).has_value()) << id;
    }
    EXPECT_FALSE(find(std::string(100'000, 'a')).has_value());
    OauthRoom north(instance_, "north", "/t/north");
    EXPECT_FALSE(must(find_client(north.home().records(), north.parser(), "client-1")).has_value());
}

TEST_F(ClientRegistrationTest, AnotherDocumentInAClientsPlaceIsNoClient) {
    records::Change impostor;
    impostor.document_class = records::DocumentClass::resource;
    impostor.type = kClientType;
    impostor.id = "client-1";
    impostor.compartment = room_.home().addressing().identity_compartment();
    impostor.text = EphiText(testing::json_of(members()));
    room_.home().write(impostor);
    EXPECT_EQ(find_client(room_.home().records(), room_.parser(), "client-1").error().code,
              Errc::corrupt);
}

}  // namespace
}  // namespace salus::oauth
