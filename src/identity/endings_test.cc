// What an ending leaves for the clients that are to be told (IAM-7, LO2): for whom, by what, in the
// same batch, and for nobody else.
#include "identity/endings.h"

#include <gtest/gtest.h>
#include <map>
#include <set>
#include <thread>

#include "foundation/oauth_limits.h"
#include "records/tenant_for_test.h"

namespace salus::identity {
namespace {

using testing::must;

// Client and session.
using Told = std::multiset<std::pair<std::string, std::string>>;

class EndingsTest : public ::testing::Test {
protected:
    EndingsTest() {
        for (auto const* id : {"one", "two"}) begin(ada_, id);
    }
    void begin(UserId const& user, std::string const& id) {
        Stored<Session> session{.value = {}, .id = id, .version = 0};
        session->user = user;
        session->began = session->used = instance_.clock.now();
        request::Prepared prepared;
        EXPECT_TRUE(documents_.write(session, session->ends(), prepared).has_value());
        auto holdings = must(holdings_of(documents_, user));
        add_id(holdings->sessions, id);
        EXPECT_TRUE(documents_.write(holdings, std::nullopt, prepared).has_value());
        commit(prepared);
    }
    void give(std::string const& id, std::string const& client, std::string const& session,
              std::string const& scope = "openid offline_access patient/Patient.r",
              UserId const& user = UserId("ada")) {
        Stored<Grant> grant{.value = {}, .id = id, .version = 0};
        grant->user = user;
        grant->client = ClientId(client);
        grant->session = session;
        grant->scope = *request::parse_scope_request(scope);
        grant->offline = scope.contains("offline_access");
        grant->given = grant->used = instance_.clock.now();
        request::Prepared prepared;
        EXPECT_TRUE(documents_.write(grant, grant->ends(), prepared).has_value());
        auto holdings = must(holdings_of(documents_, user));
        add_id(holdings->grants, id);
        EXPECT_TRUE(documents_.write(holdings, std::nullopt, prepared).has_value());
        commit(prepared);
    }
    void commit(request::Prepared& prepared) {
        ASSERT_TRUE(prepared.batch.has_value());
        ASSERT_TRUE(
            instance_.home
                .run(home_.tenant().store.commit(*std::move(prepared.batch), instance_.home))
                .has_value());
        if (prepared.after_commit) prepared.after_commit();
    }
    [[nodiscard]] Told told(std::string const& user = "ada") {
        Told all;
        auto const stored = must(documents_.read<LogoutNotices>(user));
        if (!stored) return all;
        for (auto const& notice : stored->value.waiting)
            all.emplace(notice.client.text(), notice.session);
        return all;
    }
    [[nodiscard]] UserHoldings holdings() { return must(holdings_of(documents_, ada_)).value; }
    [[nodiscard]] WaitingLogouts::Users woken() { return waiting_.take({}, {}); }

    testing::TestInstance instance_;
    testing::TestRecords home_{instance_};
    json::Parser parser_;
    Documents documents_{home_.records(), parser_, instance_.clock};
    WaitingLogouts waiting_;
    std::map<std::string, LogoutWish> wishes_{{"user", LogoutWish::user},
                                              {"session", LogoutWish::session}};
    int asked_ = 0;
    LogoutTelling telling_{.tenant = home_.tenant().name,
                           .wish_of = [this](ClientId const& id) -> Result<LogoutWish> {
                               ++asked_;
                               auto const found = wishes_.find(id.text());
                               return found == wishes_.end() ? LogoutWish::none : found->second;
                           },
                           .waiting = waiting_};
    Endings endings_{documents_, telling_};
    UserId const ada_{"ada"};
};

TEST_F(EndingsTest, ASessionsEndIsForTheClientsOfThatSession) {
    give("g1", "user", "one");
    give("g2", "session", "one", "openid patient/Patient.r");
    give("g3", "nobody", "one");
    give("g4", "user", "two");
    give("g5", "user", "one", "offline_access patient/Patient.r");  // got no ID token
    request::Prepared prepared;
    auto const ended = must(endings_.end_session(ada_, "one", prepared));
    EXPECT_EQ(ended, EndedNames{"g2"});
    EXPECT_TRUE(told().empty());
    EXPECT_TRUE(woken().empty());

    commit(prepared);
    EXPECT_EQ(told(), (Told{{"user", "one"}, {"session", "one"}}));
    EXPECT_EQ(woken(), (WaitingLogouts::Users{{home_.tenant().name, ada_}}));
    EXPECT_EQ(holdings().sessions, std::vector<std::string>{"two"});
    EXPECT_EQ(holdings().grants, (std::vector<std::string>{"g1", "g3", "g4", "g5"}));
    EXPECT_EQ(asked_, 3);
}

TEST_F(EndingsTest, AClientWithTwoGrantsOfASessionIsToldOnce) {
    give("g1", "user", "one");
    give("g2", "user", "one");
    request::Prepared prepared;
    static_cast<void>(must(endings_.end_session(ada_, "one", prepared)));
    commit(prepared);
    EXPECT_EQ(told(), (Told{{"user", "one"}}));
}

TEST_F(EndingsTest, NobodyEndsWhatIsSomebodyElses) {
    give("g1", "user", "one");
    request::Prepared prepared;
    EXPECT_TRUE(must(endings_.end_session(UserId("eve"), "one", prepared)).empty());
    EXPECT_TRUE(must(endings_.withdraw_grant(UserId("eve"), "g1", prepared)).empty());
    EXPECT_TRUE(must(end_grant(documents_, UserId("eve"), "g1", prepared)).empty());
    EXPECT_FALSE(prepared.batch.has_value());
}

TEST_F(EndingsTest, WhoseGrantIsWithdrawnIsToldAndWhoGaveItBackIsNot) {
    give("g1", "user", "one");
    give("g2", "user", "two");
    request::Prepared given_back;
    EXPECT_EQ(must(end_grant(documents_, ada_, "g2", given_back)), EndedNames{"g2"});
    commit(given_back);
    EXPECT_TRUE(told().empty());
    request::Prepared withdrawn;
    EXPECT_EQ(must(endings_.withdraw_grant(ada_, "g1", withdrawn)), EndedNames{"g1"});
    commit(withdrawn);
    EXPECT_EQ(told(), (Told{{"user", "one"}}));
    EXPECT_TRUE(holdings().grants.empty());
}

TEST_F(EndingsTest, EverythingIsOneMessageForWhoNeedsNoSession) {
    for (auto const* client : {"user", "session", "nobody"}) {
        give(std::string(client) + "1", client, "one");
        give(std::string(client) + "2", client, "two");
    }
    request::Prepared prepared;
    EXPECT_EQ(must(endings_.end_all(ada_, "two", prepared)), EndedNames{"ada"});
    commit(prepared);
    EXPECT_EQ(told(), (Told{{"user", ""}, {"session", "one"}, {"session", "two"}}));
    EXPECT_EQ(holdings().sessions, std::vector<std::string>{"two"});
    EXPECT_TRUE(holdings().grants.empty());

    // What ended before is told of once.
    request::Prepared again;
    static_cast<void>(must(endings_.end_all(ada_, "two", again)));
    EXPECT_FALSE(again.batch.has_value());
}

TEST_F(EndingsTest, TheOldestSessionsEndAsAnyOther) {
    give("g1", "user", "one", "openid patient/Patient.r");
    request::Prepared prepared;
    auto lists = must(holdings_of(documents_, ada_));
    EXPECT_EQ(must(endings_.end_oldest_sessions(ada_, lists.value, 2, prepared)), EndedNames{"g1"});
    ASSERT_TRUE(documents_.write(lists, std::nullopt, prepared).has_value());
    commit(prepared);
    EXPECT_EQ(told(), (Told{{"user", "one"}}));
    EXPECT_EQ(holdings().sessions, std::vector<std::string>{"two"});
    EXPECT_FALSE(must(documents_.read<Session>("one")).has_value());
}

TEST_F(EndingsTest, WhatIsToldAddsToWhatWaits) {
    give("g1", "user", "one");
    give("g2", "session", "two");
    for (auto const* session : {"one", "two"}) {
        request::Prepared prepared;
        bool called = false;
        add_after_commit(prepared, [&called] { called = true; });
        static_cast<void>(must(endings_.end_session(ada_, session, prepared)));
        commit(prepared);
        EXPECT_TRUE(called);
    }
    EXPECT_EQ(told(), (Told{{"user", "one"}, {"session", "two"}}));
}

TEST_F(EndingsTest, AClientThatCannotBeReadHoldsTheEndingUp) {
    give("g1", "user", "one");
    telling_.wish_of = [](ClientId const&) -> Result<LogoutWish> {
        return fail(Errc::unavailable, "a test");
    };
    request::Prepared prepared;
    EXPECT_EQ(endings_.end_session(ada_, "one", prepared).error().code, Errc::unavailable);
}

TEST(LogoutNotices, AreBoundedAndNewestLast) {
    LogoutNotices notices;
    WallTime const now{std::chrono::seconds(1'795'421'730)};
    for (std::size_t i = 0; i <= limits::kLogoutNoticesOfUser; ++i)
        notices.add({.client = ClientId("c"), .session = std::to_string(i), .ended = now});
    EXPECT_EQ(notices.waiting.size(), limits::kLogoutNoticesOfUser);
    EXPECT_EQ(notices.waiting.front().session, "1");
    notices.add({.client = ClientId("c"), .session = "1", .ended = now + std::chrono::seconds(1)});
    EXPECT_EQ(notices.waiting.size(), limits::kLogoutNoticesOfUser);
    EXPECT_EQ(notices.waiting.back().session, "1");
    // One that ended again meanwhile is still to be told.
    EXPECT_FALSE(notices.remove({.client = ClientId("c"), .session = "1", .ended = now}));
    EXPECT_TRUE(notices.remove(LogoutNotice(notices.waiting.back())));
    EXPECT_EQ(notices.waiting.front().session, "2");

    json::Parser parser;
    auto const document = must(parser.parse(notices.to_json()));
    auto const read = must(LogoutNotices::from_json(document.root()));
    ASSERT_EQ(read.waiting.size(), notices.waiting.size());
    EXPECT_TRUE(read.waiting.front().is_same(notices.waiting.front()));
    EXPECT_EQ(read.waiting.front().ended, now);
    for (auto const* text : {"{}", R"({"waiting":[{}]})", R"({"waiting":1})"}) {
        auto const damaged = must(parser.parse(text));
        EXPECT_EQ(LogoutNotices::from_json(damaged.root()).error().code, Errc::corrupt) << text;
    }
}

TEST(WaitingLogouts, WaitsUntilSomethingComesOrItIsToStop) {
    WaitingLogouts waiting;
    std::stop_source stop;
    EXPECT_TRUE(waiting.take(stop.get_token(), std::chrono::milliseconds(1)).empty());
    std::jthread const adds([&] { waiting.add(TenantName("default"), UserId("ada")); });
    EXPECT_EQ(waiting.take(stop.get_token(), std::chrono::hours(1)).size(), 1U);
    std::jthread const stops([&] { stop.request_stop(); });
    EXPECT_TRUE(waiting.take(stop.get_token(), std::chrono::hours(1)).empty());
}

}  // namespace
}  // namespace salus::identity
