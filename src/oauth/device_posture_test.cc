// What clients state about their devices (AZ-3): who may, where it goes, and that nothing of it is
// passed over.
#include "request/device_posture.h"

#include <gtest/gtest.h>

#include "oauth/people_for_test.h"

namespace salus::oauth {
namespace {

using request::DevicePosture;
using testing::ClientKey;
using testing::must;
using testing::PeopleRoom;

constexpr char const* kJwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
constexpr DevicePosture kNothing;
constexpr DevicePosture kManaged{.claimed = true, .managed = true, .encrypted = true};
constexpr DevicePosture kOpen{.claimed = true, .managed = true};
constexpr char const* kSaysManaged = R"({"managed":true,"encrypted":true})";
constexpr char const* kSaysOpen = R"({"managed":true,"encrypted":false})";

class DevicePostureTest : public ::testing::Test {
protected:
    using Fields = PeopleRoom::Fields;
    using Answer = PeopleRoom::Answer;

    void SetUp() override {
        room_.add_client(registration("station", R"(,"device_posture":true)"));
        room_.add_client(registration("desk", ""));
    }
    [[nodiscard]] std::string registration(std::string const& id, std::string const& more) const {
        return R"({"client_id":")" + id + R"(","name":"x","scope":")" +
               std::string(testing::kPersonScope) +
               R"( system/Patient.rs","purposes":["PATRQT"],"grant_types":["client_credentials",)"
               R"("authorization_code","refresh_token"],"redirect_uris":[")" +
               std::string(testing::kCallback) + R"("],"jwks":)" + jose::to_key_set({key_.jwk()}) +
               more + "}";
    }
    // The form with an assertion of this client, which states this, if it states anything.
    [[nodiscard]] Fields proven(Fields form, std::string const& client, std::string const& stated) {
        auto const now = to_unix_seconds(instance_.clock.now());
        testing::ClaimTexts claims{{"iss", "\"" + client + "\""},
                                   {"sub", "\"" + client + "\""},
                                   {"aud", "\"" + room_.tenant().issuer() + "\""},
                                   {"exp", std::to_string(now + 300)},
                                   {"jti", "\"j" + std::to_string(++assertions_) + "\""}};
        if (!stated.empty()) claims["device_posture"] = stated;
        form.emplace_back("client_assertion_type", kJwtBearer);
        form.emplace_back("client_assertion", key_.sign(claims));
        return form;
    }
    [[nodiscard]] Answer for_itself(std::string const& client, std::string const& stated,
                                    Fields headers = {}) {
        return room_.tokens(
            proven({{"grant_type", "client_credentials"}, {"scope", "system/Patient.rs"}}, client,
                   stated),
            std::move(headers));
    }
    [[nodiscard]] request::CallerFacts facts(Answer const& answer) {
        EXPECT_EQ(answer.status, 200) << answer.text;
        return must(authentication::verify_access_token(
            answer.texts.at("access_token"), room_.tenant(), room_.keys(), instance_.clock.now()));
    }
    [[nodiscard]] DevicePosture device(Answer const& answer) { return facts(answer).device; }
    [[nodiscard]] Answer redeem(std::string const& stated, std::string const& code) {
        return room_.tokens(proven(PeopleRoom::redemption(code, "station"), "station", stated));
    }
    [[nodiscard]] Answer refresh(Answer const& before, std::string const& stated) {
        return room_.tokens(
            proven(PeopleRoom::refreshing(before.texts.at("refresh_token"), "station"), "station",
                   stated));
    }
    [[nodiscard]] std::string code() { return room_.code_for(room_.asked("station")); }
    // Of a request that was pushed with an assertion which states this.
    [[nodiscard]] std::string pushed_code(std::string const& stated) {
        auto exchange = testing::make_exchange(
            room_.tenant(),
            testing::make_request(
                {.method = http::Method::post,
                 .target = "/oauth/par",
                 .body = testing::form_of(proven(room_.asked("station"), "station", stated))}));
        auto prepared = must(endpoint_.push(exchange));
        EXPECT_EQ(prepared.status, 201) << PeopleRoom::text_of_content(prepared);
        auto const uri = *room_.body(prepared).root().text_member("request_uri");
        room_.save(std::move(prepared));
        return room_.code_for({{"client_id", "station"}, {"request_uri", uri}});
    }

    testing::TestInstance instance_;
    PeopleRoom room_{instance_};
    ClientKey key_ = ClientKey::make("k");
    int assertions_ = 0;
    json::Parser parser_;
    AuthorizationEndpoint endpoint_{room_.tenant(),         room_.keys(),   room_.guards(),
                                    room_.home().records(), parser_,        room_.trust(),
                                    instance_.random,       instance_.clock};
};

TEST_F(DevicePostureTest, AServiceThatMaySpeakOfDevicesHasItInItsToken) {
    EXPECT_EQ(device(for_itself("station", kSaysManaged)), kManaged);
    EXPECT_EQ(device(for_itself("station", kSaysOpen)), kOpen);
    EXPECT_EQ(device(for_itself("station", "{}")), DevicePosture{.claimed = true});
    EXPECT_EQ(device(for_itself("station", "")), kNothing);
    EXPECT_EQ(device(for_itself("desk", "")), kNothing);
}

TEST_F(DevicePostureTest, WhatMayNotBeSaidOrIsNotUnderstoodIsRefused) {
    EXPECT_EQ(for_itself("desk", kSaysManaged).texts.at("error"), "invalid_client");
    EXPECT_EQ(for_itself("desk", "{}").texts.at("error"), "invalid_client");
    for (auto const* stated :
         {"true", "null", R"("managed")", R"(["managed"])", R"({"managed":"true"})",
          R"({"managed":1})", R"({"managed":true,"rooted":false})", R"({"claimed":true})"}) {
        auto const answer = for_itself("station", stated);
        EXPECT_EQ(answer.status, 401) << stated;
        EXPECT_EQ(answer.texts.at("error"), "invalid_client") << stated;
    }
    auto const grant = room_.tokens(
        proven(PeopleRoom::redemption(code(), "station"), "station", R"({"managed":null})"));
    EXPECT_EQ(grant.texts.at("error"), "invalid_client");
}

TEST_F(DevicePostureTest, HeadersAndFormsSayNothing) {
    auto const answer =
        for_itself("station", "", {{"Device-Posture", kSaysManaged}, {"X-Device-Managed", "true"}});
    EXPECT_EQ(device(answer), kNothing);
    auto form = proven({{"grant_type", "client_credentials"}, {"scope", "system/Patient.rs"}},
                       "station", "");
    form.emplace_back("device_posture", kSaysManaged);
    form.emplace_back("device", kSaysManaged);
    EXPECT_EQ(device(room_.tokens(form)), kNothing);
}

TEST_F(DevicePostureTest, ATokenForAPersonHasWhatTheAssertionThatAskedForItStates) {
    auto const first = redeem(kSaysManaged, code());
    EXPECT_EQ(device(first), kManaged);
    EXPECT_TRUE(facts(first).person.has_value());
    EXPECT_EQ(device(redeem("", code())), kNothing);  // another grant
}

TEST_F(DevicePostureTest, ARefreshKeepsItOrRenewsIt) {
    auto const first = redeem(kSaysManaged, code());
    auto const second = refresh(first, "");
    EXPECT_EQ(device(second), kManaged);
    auto const third = refresh(second, kSaysOpen);
    EXPECT_EQ(device(third), kOpen);
    auto const fourth = refresh(third, "");
    EXPECT_EQ(device(fourth), kOpen);
    // What is stated last counts, also where it takes away.
    auto const fifth = refresh(fourth, "{}");
    EXPECT_EQ(device(fifth), DevicePosture{.claimed = true});
    EXPECT_EQ(refresh(fifth, "7").texts.at("error"), "invalid_client");
    EXPECT_EQ(device(refresh(fifth, kSaysManaged)), kManaged);
}

TEST_F(DevicePostureTest, WhatAPushedRequestStatesIsKeptUntilTheClientSpeaksAgain) {
    EXPECT_EQ(device(redeem("", pushed_code(kSaysManaged))), kManaged);
    EXPECT_EQ(device(redeem(kSaysOpen, pushed_code(kSaysManaged))), kOpen);
    EXPECT_EQ(device(redeem("", pushed_code(""))), kNothing);
    auto exchange = testing::make_exchange(
        room_.tenant(), testing::make_request({.method = http::Method::post,
                                               .target = "/oauth/par",
                                               .body = testing::form_of(proven(
                                                   room_.asked("desk"), "desk", kSaysManaged))}));
    auto const refused = must(endpoint_.push(exchange));
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(room_.body(refused).root().text_member("error"), "invalid_client");
}

TEST_F(DevicePostureTest, IntrospectionTellsIt) {
    auto const introspected = [&](Answer const& token) {
        auto const form = proven({{"token", token.texts.at("access_token")}}, "station", "");
        auto const document =
            room_.body(room_.ask(&TokenStatus::introspect, testing::form_of(form)));
        return must(request::parse_device_posture(document.root().member("device")));
    };
    EXPECT_EQ(introspected(for_itself("station", kSaysOpen)), kOpen);
    EXPECT_EQ(introspected(for_itself("station", "")), kNothing);
}

TEST_F(DevicePostureTest, OnlyAClientWithAssertionsIsRegisteredForIt) {
    auto const may = [&](std::string const& body) {
        return room_.prepare_registration(body).has_value();
    };
    EXPECT_TRUE(may(registration("new", R"(,"device_posture":true)")));
    EXPECT_TRUE(may(registration("new", R"(,"device_posture":false)")));
    EXPECT_FALSE(may(registration("new", R"(,"device_posture":"true")")));
    EXPECT_FALSE(may(registration("new", R"(,"device_posture":null)")));
    EXPECT_FALSE(may(registration("new", R"(,"device_posture":true,"token_endpoint_auth_method":)"
                                         R"("self_signed_tls_client_auth")")));
    auto const open = std::string(testing::kPersonScope);
    EXPECT_TRUE(may(PeopleRoom::public_client("new", open, "")));
    EXPECT_FALSE(may(PeopleRoom::public_client("new", open, R"(,"device_posture":true)")));
    auto const station = must(find_client(room_.home().records(), room_.parser(), "station"));
    EXPECT_TRUE(station->device_posture);
    EXPECT_FALSE(must(find_client(room_.home().records(), room_.parser(), "desk"))->device_posture);
}

TEST_F(DevicePostureTest, ThePublicAppOfAPersonNeverHasIt) {
    EXPECT_EQ(device(room_.tokens(PeopleRoom::redemption(room_.code_for(room_.asked())))),
              kNothing);
}

}  // namespace
}  // namespace salus::oauth
