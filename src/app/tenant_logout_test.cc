// Telling clients of endings: to whom, when again, when no more, and what a crash repeats (IAM-7,
// LO2).
#include "app/tenant_logout.h"

#include <mutex>
#include <thread>

#include "app/logout_job.h"
#include "foundation/oauth_limits.h"
#include "identity/holdings.h"
#include "jose/jws.h"
#include "oauth/client_registration.h"
#include "pipeline/pipeline_for_test.h"

namespace salus::app {
namespace {

using identity::LogoutNotices;
using salus::testing::must;
using namespace std::chrono_literals;

struct Sent {
    std::string url;
    std::string token;
};

// Takes every message, but where a test says that it fails.
class FakeSender final : public LogoutSender {
public:
    Result<void> send(std::string const& url, std::string const& token) const override {
        std::lock_guard const lock(mutex_);
        sent_.push_back({url, token});
        if (fails && fails(url, sent_.size())) return fail(Errc::unavailable, "a test");
        return {};
    }
    [[nodiscard]] std::vector<Sent> sent() const {
        std::lock_guard const lock(mutex_);
        return sent_;
    }
    [[nodiscard]] std::size_t count(std::string_view url) const {
        auto const all = sent();
        return static_cast<std::size_t>(std::ranges::count(all, url, &Sent::url));
    }
    // Of the message with this number, from 1. Set before anything is sent.
    std::function<bool(std::string const& url, std::size_t number)> fails;

private:
    mutable std::mutex mutex_;
    mutable std::vector<Sent> sent_;
};

std::string address_of(std::string const& client) {
    return "https://" + client + ".example/logout";
}

class TenantLogoutTest : public ::testing::Test {
protected:
    TenantLogoutTest() {
        for (auto const* client : {"app", "other"}) register_client(client);
        start();
    }
    [[nodiscard]] pipeline::TenantHouse const& tenant() const { return *room_.house().tenants[0]; }
    [[nodiscard]] ManualClock& clock() { return room_.instance().clock; }
    // As a process that begins.
    void start() { logout_ = must(TenantLogout::make(room_.house(), tenant(), sender_)); }

    void commit(request::Prepared& prepared) {
        ASSERT_TRUE(room_.commit_behind(*std::move(prepared.batch)).has_value());
    }
    void register_client(std::string const& id) {
        auto const body =
            R"({"client_id":")" + id + R"(","name":"An App","scope":"openid user/*.rs",)" +
            R"("purposes":["TREAT"],"token_endpoint_auth_method":"none","grant_types":)" +
            R"(["authorization_code"],"redirect_uris":["https://app.example/callback"],)" +
            R"("backchannel_logout_uri":")" + address_of(id) + "\"}";
        auto exchange = salus::testing::make_exchange(
            tenant().tenant,
            salus::testing::make_request(
                {.method = http::Method::post, .target = "/admin/clients", .body = body}));
        auto prepared = must(oauth::register_client(exchange, *records_, parser_, clock()));
        commit(prepared);
    }
    // A user of the tenant of whom these clients are to be told.
    void end(std::string const& user, std::vector<std::string> const& clients,
             std::string const& session = "s1") {
        request::Prepared prepared;
        auto known = must(documents_.read<LogoutNotices>(user));
        auto notices = std::move(known).value_or(
            identity::Stored<LogoutNotices>{.value = {}, .id = user, .version = 0});
        for (auto const& client : clients) {
            notices->add({.client = ClientId(client), .session = session, .ended = clock().now()});
        }
        auto all = must(documents_.read<identity::Directory>("users"));
        auto users = std::move(all).value_or(
            identity::Stored<identity::Directory>{.value = {}, .id = "users", .version = 0});
        identity::add_id(users->ids, user);
        ASSERT_TRUE(documents_.write(notices, std::nullopt, prepared).has_value());
        ASSERT_TRUE(documents_.write(users, std::nullopt, prepared).has_value());
        commit(prepared);
        if (logout_) logout_->add(UserId(user));
    }
    [[nodiscard]] std::size_t waiting(std::string const& user) {
        return must(documents_.read<LogoutNotices>(user))->value.waiting.size();
    }
    bool tell() { return logout_->tell({}); }
    [[nodiscard]] json::Document claims(Sent const& sent) {
        jose::VerifyOptions options;
        options.type = "logout+jwt";
        return must(jose::verify_compact(sent.token,
                                         tenant().token_keys.current()->verifying_keys(), options))
            .payload;
    }
    [[nodiscard]] std::size_t leaves_with(std::string_view text) {
        auto const all = room_.owner().leaves();
        return static_cast<std::size_t>(
            std::ranges::count_if(all, [&](auto const& leaf) { return leaf.contains(text); }));
    }

    salus::testing::PipelineRoom room_;
    std::unique_ptr<records::Records> records_ = must(records::Records::make(
        room_.house().tenants[0]->tenant, room_.instance().random, room_.house().index_cache));
    json::Parser parser_;
    identity::Documents documents_{*records_, parser_, room_.instance().clock};
    FakeSender sender_;
    std::unique_ptr<TenantLogout> logout_;
};

TEST_F(TenantLogoutTest, WhoIsToBeToldIsToldOnce) {
    EXPECT_FALSE(tell());
    end("ada", {"app", "other"});
    EXPECT_FALSE(tell());
    EXPECT_FALSE(tell());
    auto const sent = sender_.sent();
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(sender_.count(address_of("app")), 1U);
    EXPECT_EQ(sender_.count(address_of("other")), 1U);
    for (auto const& each : sent) {
        auto const document = claims(each);
        EXPECT_EQ(document.root().text_member("sub"), "ada");
        EXPECT_EQ(address_of(*document.root().text_member("aud")), each.url);
    }
    EXPECT_EQ(waiting("ada"), 0U);
    // What is taken out of the store is on record, before and after.
    EXPECT_EQ(leaves_with(R"("ev":"session.ended")"), 4U);
    EXPECT_EQ(leaves_with("the client was told"), 2U);
}

TEST_F(TenantLogoutTest, WhoDoesNotAnswerIsAskedAgainLaterAndLater) {
    sender_.fails = [](auto const&, std::size_t) { return true; };
    end("ada", {"app"});
    std::size_t attempts = 0;
    for (auto const pause : {0s, 1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 512s, 600s, 600s}) {
        if (pause > 0s) {
            clock().advance(pause - 1ms);
            EXPECT_TRUE(tell());
            EXPECT_EQ(sender_.sent().size(), attempts) << pause.count();
            clock().advance(1ms);
        }
        EXPECT_TRUE(tell());
        EXPECT_EQ(sender_.sent().size(), ++attempts) << pause.count();
    }
    EXPECT_EQ(waiting("ada"), 1U);
    sender_.fails = {};
    clock().advance(600s);
    EXPECT_FALSE(tell());
    EXPECT_EQ(waiting("ada"), 0U);
}

TEST_F(TenantLogoutTest, AfterADayItIsGivenUpOnRecord) {
    sender_.fails = [](auto const&, std::size_t) { return true; };
    end("ada", {"app"});
    EXPECT_TRUE(tell());
    clock().advance(24h - 1s);
    EXPECT_TRUE(tell());
    EXPECT_EQ(leaves_with("could not be told"), 0U);
    clock().advance(600s);
    EXPECT_FALSE(tell());
    EXPECT_EQ(waiting("ada"), 0U);
    EXPECT_EQ(sender_.sent().size(), 3U);
    EXPECT_EQ(leaves_with("the client could not be told for a day"), 1U);
    EXPECT_EQ(leaves_with("the client was told"), 0U);
}

TEST_F(TenantLogoutTest, AClientThatIsAwayHoldsUpNoOther) {
    sender_.fails = [](std::string const& url, std::size_t) { return url == address_of("app"); };
    for (int i = 0; i < 20; ++i) end("user" + std::to_string(i), {"app", "other"});
    EXPECT_TRUE(tell());
    EXPECT_EQ(sender_.count(address_of("other")), 20U);
    EXPECT_EQ(sender_.count(address_of("app")), 1U);  // it is away: the others are not tried
    sender_.fails = {};
    clock().advance(1s);
    EXPECT_FALSE(tell());
    EXPECT_EQ(sender_.count(address_of("app")), 21U);
}

// A client that refuses one message takes the next.
TEST_F(TenantLogoutTest, AMessageThatIsRefusedHoldsUpNoOther) {
    for (auto const* user : {"ada", "bob", "eve"}) end(user, {"app"});
    sender_.fails = [](auto const&, std::size_t number) { return number == 1; };
    EXPECT_TRUE(tell());
    EXPECT_EQ(sender_.sent().size(), 1U);
    auto const first = sender_.sent().front();
    auto const poison = std::string(*claims(first).root().text_member("sub"));
    clock().advance(1s);
    EXPECT_FALSE(tell());
    auto const sent = sender_.sent();
    ASSERT_EQ(sent.size(), 4U);
    // What was tried least came first.
    EXPECT_NE(claims(sent[1]).root().text_member("sub"), poison);
    EXPECT_NE(claims(sent[2]).root().text_member("sub"), poison);
    EXPECT_EQ(claims(sent[3]).root().text_member("sub"), poison);
}

TEST_F(TenantLogoutTest, ACrashBetweenSendingAndNotingTellsAgainByAnotherName) {
    room_.hooks().before_commit = [](auto const&) {
        return std::optional(Error{Errc::unavailable, "a crash", {}, {}});
    };
    end("ada", {"app"});
    EXPECT_TRUE(tell());
    EXPECT_EQ(sender_.sent().size(), 1U);
    EXPECT_EQ(waiting("ada"), 1U);
    // In the same process it is only to be noted.
    clock().advance(1s);
    EXPECT_TRUE(tell());
    EXPECT_EQ(sender_.sent().size(), 1U);

    room_.hooks().before_commit = {};
    start();
    EXPECT_FALSE(tell());
    auto const sent = sender_.sent();
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_NE(claims(sent[0]).root().text_member("jti"), claims(sent[1]).root().text_member("jti"));
    EXPECT_EQ(waiting("ada"), 0U);
}

TEST_F(TenantLogoutTest, AnEndingThatIsFasterIsNotLost) {
    end("ada", {"app"});
    int commits = 0;
    room_.hooks().before_commit = [&](auto const&) -> std::optional<Error> {
        if (++commits > 1) return std::nullopt;
        return Error{Errc::conflict, "somebody was faster", {}, {}};
    };
    EXPECT_FALSE(tell());
    EXPECT_EQ(sender_.sent().size(), 1U);
    EXPECT_EQ(commits, 2);
    EXPECT_EQ(waiting("ada"), 0U);
    EXPECT_EQ(leaves_with("another request was faster"), 1U);
}

TEST_F(TenantLogoutTest, WhatEndsWhileAClientIsAwayIsToldWithTheRest) {
    sender_.fails = [](auto const&, std::size_t number) { return number == 1; };
    end("ada", {"app"}, "s1");
    EXPECT_TRUE(tell());
    clock().advance(1s);
    end("ada", {"app"}, "s2");
    EXPECT_FALSE(tell());
    EXPECT_EQ(sender_.sent().size(), 3U);
    EXPECT_EQ(waiting("ada"), 0U);
}

TEST_F(TenantLogoutTest, AClientThatIsGoneIsNotTold) {
    end("ada", {"gone"});
    EXPECT_FALSE(tell());
    EXPECT_TRUE(sender_.sent().empty());
    EXPECT_EQ(waiting("ada"), 0U);
    EXPECT_EQ(leaves_with("the client is not told any more"), 1U);
}

TEST_F(TenantLogoutTest, WithoutARecordNothingIsTakenOut) {
    end("ada", {"app"});
    room_.owner().break_audit_log();
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(tell());
        clock().advance(10s);
    }
    EXPECT_EQ(sender_.sent().size(), 1U);
    EXPECT_EQ(waiting("ada"), 1U);
}

// What waited at the start, and what came since, on a thread of its own.
TEST_F(TenantLogoutTest, TheJobFindsWhatWaitsAndIsWokenByWhatComes) {
    end("ada", {"app"});
    logout_.reset();
    auto const reaches = [this](std::size_t count) {
        for (int i = 0; i < 1'000 && sender_.sent().size() < count; ++i)
            std::this_thread::sleep_for(10ms);
        return sender_.sent().size() == count;
    };
    LogoutJob const job(room_.house(), sender_);
    EXPECT_TRUE(reaches(1));
    end("bob", {"other"});
    room_.house().waiting_logouts->add(TenantName("north"), UserId("bob"));
    room_.house().waiting_logouts->add(TenantName("default"), UserId("bob"));
    EXPECT_TRUE(reaches(2));
    EXPECT_EQ(sender_.count(address_of("other")), 1U);
}

}  // namespace
}  // namespace salus::app
