// What an EHR opened: for one app, one person, once (SC3, F15).
#include "oauth/launch.h"

#include <gtest/gtest.h>

#include "foundation/oauth_limits.h"
#include "oauth/people_for_test.h"

namespace salus::oauth {
namespace {

using testing::must;
using testing::PeopleRoom;

constexpr char const* kScope = "openid launch patient/Observation.rs";

class LaunchTest : public ::testing::Test {
protected:
    using Fields = PeopleRoom::Fields;

    LaunchTest() {
        room_.add_client(PeopleRoom::public_client("viewer", kScope));
        room_.add_client(PeopleRoom::public_client("other", kScope));
        room_.home().write(
            room_.home().change("Patient", "p1", "p1", R"({"resourceType":"Patient","id":"p1"})"));
    }
    [[nodiscard]] Result<request::Prepared> open(std::string const& body) {
        auto exchange = testing::make_exchange(
            room_.tenant(),
            testing::make_request(
                {.method = http::Method::post, .target = "/oauth/launch", .body = body}));
        auto opened = open_launch(
            {room_.tenant(), room_.home().records(), parser_, instance_.random, instance_.clock},
            exchange);
        compartment_ = exchange.facts.compartment;
        return opened;
    }
    [[nodiscard]] std::string launch(std::string const& more = {}) {
        auto prepared =
            must(open(R"({"client_id":"viewer","patient":"p1","encounter":"e1")" + more + "}"));
        EXPECT_EQ(prepared.status, 201);
        auto const text = *room_.body(prepared).root().text_member("launch");
        room_.save(std::move(prepared));
        return text;
    }
    // What the app is told of a launch that is none; it is the app's, and its person's, to know
    // (AZ2). Who is not signed in gets a page (AZ9).
    void expect_refusal(Fields const& fields) {
        auto const told = must(room_.authorize(fields, room_.session_cookie()));
        EXPECT_EQ(told.status, 303);
        auto const location = std::string(told.headers.get("Location").value_or(""));
        EXPECT_TRUE(location.starts_with(testing::kCallback)) << location;
        auto const query = testing::query_of(location);
        EXPECT_EQ(query.at("error"), "invalid_request");
        EXPECT_EQ(query.at("state"), "state-1");
        EXPECT_EQ(query.at("iss"), room_.tenant().issuer());
        EXPECT_FALSE(told.batch.has_value());
        auto const page = must(room_.authorize(fields));
        EXPECT_EQ(page.status, 400);
        EXPECT_EQ(page.headers.count("Location"), 0U);
    }
    [[nodiscard]] Fields asked(std::string const& launch, std::string const& client = "viewer") {
        auto fields = PeopleRoom::with(room_.asked(client), "scope", kScope);
        return PeopleRoom::with(fields, "launch", launch);
    }

    testing::TestInstance instance_;
    PeopleRoom room_{instance_};
    json::Parser parser_;
    std::optional<CompartmentId> compartment_;
};

TEST_F(LaunchTest, TheAppGetsWhatTheEhrHadOpenWithoutAsking) {
    auto const opened = launch();
    EXPECT_EQ(compartment_, room_.home().addressing().patient_compartment("p1"));
    auto const code = room_.code_for(asked(opened));
    auto const answer = room_.tokens(PeopleRoom::redemption(code, "viewer"));
    ASSERT_EQ(answer.status, 200) << answer.text;
    EXPECT_EQ(answer.texts.at("patient"), "p1");
    EXPECT_EQ(answer.texts.at("encounter"), "e1");
}

TEST_F(LaunchTest, ItServesOnceForItsAppAndItsMoment) {
    auto const opened = launch();
    expect_refusal(asked(opened, "other"));
    for (auto const* wrong : {"", "x", "AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA"})
        expect_refusal(asked(wrong));
    auto const first = room_.waiting(asked(opened));
    auto const second = room_.waiting(asked(opened));
    room_.save(room_.consent(first));
    expect_refusal(asked(opened));
    auto const pending = must(room_.authorizations().find(second, room_.browser()));
    EXPECT_FALSE(room_.authorizations()
                     .complete(*pending, {.user = room_.person(),
                                          .session = room_.session().id,
                                          .proof = room_.session().value,
                                          .scope = pending->value.request.scope})
                     .has_value());
    auto const late = launch();
    instance_.clock.advance(limits::kLaunchLife);
    expect_refusal(asked(late));
}

TEST_F(LaunchTest, WhoeverElseSignsInGetsNothingF15) {
    identity::Stored<identity::UserName> const name{
        .value = {identity::new_user_id(instance_.random)}, .id = "bob", .version = 0};
    request::Prepared prepared;
    ASSERT_TRUE(room_.documents().write(name, std::nullopt, prepared).has_value());
    room_.save(std::move(prepared));
    auto const answer = room_.consent(room_.waiting(asked(launch(R"(,"user":"bob")"))));
    EXPECT_EQ(testing::query_of(*answer.headers.get("Location"))["error"], "access_denied");
}

TEST_F(LaunchTest, WhatIsNoLaunchIsRefused) {
    for (auto const* body :
         {"{}", "[]", "", R"({"client_id":"nobody"})", R"({"client_id":"viewer","patient":"p2"})",
          R"({"client_id":"viewer","patient":"a/b"})", R"({"client_id":"viewer","user":"nobody"})",
          R"({"client_id":"viewer","encounter":"a b"})", R"({"client_id":"viewer","x":"y"})"}) {
        EXPECT_EQ(open(body).error().code, Errc::invalid) << body;
    }
}

}  // namespace
}  // namespace salus::oauth
