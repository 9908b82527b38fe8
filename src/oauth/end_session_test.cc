// Signing out by an app's request: whose session, who is asked, and where nobody is sent. LO1, F5,
// F16.
#include "oauth/end_session.h"

#include <gtest/gtest.h>

#include "oauth/id_token.h"
#include "oauth/people_for_test.h"

namespace salus::oauth {
namespace {

using testing::must;
using testing::PeopleRoom;

constexpr char const* kGoodbye = "https://app.example/goodbye";

class EndSessionTest : public ::testing::Test {
protected:
    using Fields = PeopleRoom::Fields;

    EndSessionTest() {
        room_.add_client(PeopleRoom::public_client(
            "leaving", std::string(testing::kPersonScope),
            R"(,"post_logout_redirect_uris":[")" + std::string(kGoodbye) + "\"]"));
    }
    [[nodiscard]] Result<request::Prepared> ask(Fields const& fields,
                                                http::Method method = http::Method::get) {
        bool const posts = method == http::Method::post;
        auto const form = testing::form_of(fields);
        auto exchange = testing::make_exchange(
            room_.tenant(),
            testing::make_request(
                {.method = method,
                 .target = posts ? "/oauth/logout" : "/oauth/logout?" + form,
                 .headers = {{"Cookie", "a=b; __Host-salus-default-session=" + cookie_.text()}},
                 .body = posts ? form : ""}));
        return end_.answer(exchange);
    }
    // An ID token of the present session, or of another.
    [[nodiscard]] std::string hint(std::string const& session, std::string const& client) {
        return issue_id_token(room_.tenant(), room_.keys(),
                              {.client = ClientId(client),
                               .user = room_.person(),
                               .person = {.id = room_.person().id, .grant = "g", .acr = "mfa"},
                               .words = {},
                               .nonce = {},
                               .access_token = "x",
                               .session = session},
                              instance_.clock.now());
    }
    [[nodiscard]] bool signed_in() {
        return must(room_.documents().read<identity::Session>(cookie_.id)).has_value();
    }
    [[nodiscard]] static std::string location(request::Prepared const& prepared) {
        return std::string(prepared.headers.get("Location").value_or(""));
    }

    testing::TestInstance instance_;
    PeopleRoom room_{instance_};
    json::Parser parser_;
    EndSession end_{room_.tenant(),        room_.keys(),           room_.guards(), room_.logouts(),
                    room_.trust().clients, room_.home().records(), parser_,        instance_.clock};
    identity::SecretId cookie_ = [this] {
        auto const cookie = identity::SecretId::make(instance_.random);
        identity::Stored<identity::Session> session{
            .value = room_.session().value, .id = cookie.id, .version = 0};
        session->secret = cookie.hash();
        request::Prepared prepared;
        EXPECT_TRUE(room_.documents().write(session, session->ends(), prepared).has_value());
        room_.save(std::move(prepared));
        return cookie;
    }();
};

TEST_F(EndSessionTest, WithATokenOfThisSessionItEndsAndTheBrowserGoesBack) {
    auto const token = hint(cookie_.id, "leaving");
    instance_.clock.advance(std::chrono::hours(1));  // expired: it opens nothing
    auto prepared = must(
        ask({{"id_token_hint", token}, {"post_logout_redirect_uri", kGoodbye}, {"state", "s 1"}}));
    EXPECT_EQ(prepared.status, 303);
    EXPECT_EQ(location(prepared), std::string(kGoodbye) + "?state=s%201");
    room_.save(std::move(prepared));
    EXPECT_FALSE(signed_in());
}

// An app of this session that registered an address is told, and no other.
TEST_F(EndSessionTest, AppsOfTheSessionAreToldLO2) {
    auto const more = R"(,"backchannel_logout_uri":"https://app.example/logout")"
                      R"(,"backchannel_logout_session_required":true)";
    for (auto const* id : {"told", "elsewhere"})
        room_.add_client(PeopleRoom::public_client(id, std::string(testing::kPersonScope), more));
    auto const id = room_.waiting(room_.asked("told"));
    auto const pending = must(room_.authorizations().find(id, room_.browser()));
    room_.save(must(room_.authorizations().complete(
        *pending, {.user = room_.person(),
                   .session = cookie_.id,
                   .proof = room_.session().value,
                   .scope = must(room_.authorizations().grantable(*pending, room_.person()))})));
    // Given in another session.
    static_cast<void>(room_.code_for(room_.asked("elsewhere")));

    room_.save(must(ask({{"form_token", cookie_.form_token()}}, http::Method::post)));
    EXPECT_FALSE(signed_in());
    auto const notices = room_.notices();
    ASSERT_EQ(notices.size(), 1U);
    EXPECT_EQ(notices[0].client, ClientId("told"));
    EXPECT_EQ(notices[0].session, cookie_.id);
}

TEST_F(EndSessionTest, WithoutThePersonIsAskedAndOnlyTheirAnswerCountsLO1F5) {
    for (auto const& fields : {Fields{}, Fields{{"client_id", "leaving"}},
                               Fields{{"id_token_hint", hint("another-session", "leaving")}}}) {
        auto const page = must(ask(fields));
        EXPECT_EQ(page.status, 200);
        EXPECT_FALSE(page.batch.has_value());
        EXPECT_TRUE(std::holds_alternative<request::PageContent>(page.content));
        EXPECT_FALSE(must(ask(fields, http::Method::post)).batch.has_value());
    }
    EXPECT_FALSE(must(ask({{"form_token", identity::SecretId::make(instance_.random).form_token()}},
                          http::Method::post))
                     .batch.has_value());
    // By address it is no answer of theirs.
    EXPECT_FALSE(must(ask({{"form_token", cookie_.form_token()}})).batch.has_value());
    EXPECT_TRUE(signed_in());
    room_.save(must(ask({{"form_token", cookie_.form_token()}}, http::Method::post)));
    EXPECT_FALSE(signed_in());
}

TEST_F(EndSessionTest, NobodyIsSentToWhatIsNotRegisteredF16) {
    auto const token = hint(cookie_.id, "leaving");
    for (auto const* uri : {"https://evil.test/", "https://app.example/goodbye/",
                            "https://app.example/callback", ""}) {
        EXPECT_FALSE(ask({{"id_token_hint", token}, {"post_logout_redirect_uri", uri}}).has_value())
            << uri;
    }
    EXPECT_FALSE(ask({{"post_logout_redirect_uri", kGoodbye}}).has_value());
    EXPECT_FALSE(ask({{"client_id", "app"}, {"post_logout_redirect_uri", kGoodbye}}).has_value());
    EXPECT_TRUE(signed_in());
}

TEST_F(EndSessionTest, AHintThatIsNoIdTokenOfOursIsRefused) {
    auto const code = room_.code_for(room_.asked());
    auto const access = room_.tokens(PeopleRoom::redemption(code)).texts.at("access_token");
    auto forged = hint(cookie_.id, "leaving");
    forged.back() = forged.back() == 'A' ? 'Q' : 'A';
    for (auto const& text : {std::string(), std::string("x"), access, forged})
        EXPECT_FALSE(ask({{"id_token_hint", text}}).has_value());
    EXPECT_FALSE(
        ask({{"id_token_hint", hint(cookie_.id, "leaving")}, {"client_id", "app"}}).has_value());
}

}  // namespace
}  // namespace salus::oauth
