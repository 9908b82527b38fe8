#include "http/fetch.h"

#include <gtest/gtest.h>

#include "http/listener.h"
#include "http/test_support.h"

namespace salus::http {
namespace {

using namespace std::chrono_literals;
using testing::TestServer;

// Says what it is told to, each answer once and the last one for good.
class ScriptedResolver final : public Resolver {
public:
    explicit ScriptedResolver(std::vector<std::vector<std::string>> answers)
        : answers_(std::move(answers)) {}
    [[nodiscard]] Result<std::vector<std::string>> addresses_of(std::string const&) const override {
        auto answer = answers_.front();
        if (answers_.size() > 1) answers_.erase(answers_.begin());
        ++asked_;
        return answer;
    }
    [[nodiscard]] int asked() const { return asked_; }

private:
    mutable std::vector<std::vector<std::string>> answers_;
    mutable int asked_ = 0;
};

class FetchTest : public ::testing::Test {
protected:
    [[nodiscard]] std::string url(std::string const& path = "/keys") const {
        return "https://localhost:" + std::to_string(server_.port()) + path;
    }
    [[nodiscard]] FetchRules rules() const {
        return {.authorities_pem = server_.authority(),
                .networks = {Network::parse("127.0.0.0/8").value()},
                .bytes = 1'000,
                .time = 2s};
    }
    void answer(Response response) { response_ = std::make_shared<Response>(std::move(response)); }
    [[nodiscard]] int requests() const { return *requests_; }
    // The last request; read once it was answered.
    [[nodiscard]] Request const& asked() const { return asked_; }

    ScriptedResolver const loopback_{{{"127.0.0.1"}}};

private:
    std::shared_ptr<std::atomic<int>> requests_ = std::make_shared<std::atomic<int>>(0);
    Request asked_;
    std::shared_ptr<Response> response_ =
        std::make_shared<Response>(testing::text_response(200, "{}"));
    TestServer server_{
        {.loops = 1}, [this](Executor&) -> testing::FunctionHandler::Function {
            return [this](Request request) -> Task<Response> {
                ++*requests_;
                asked_ = std::move(request);
                Response copy;
                copy.status = response_->status;
                copy.headers = response_->headers;
                copy.body =
                    EphiText(std::string(salus::testing::EphiTestAccess::open(response_->body)));
                co_return copy;
            };
        }};
};

TEST_F(FetchTest, ADocumentComesWithItsAge) {
    auto response = testing::text_response(200, "the document");
    response.headers.set("Cache-Control", "public, Max-Age=600, must-revalidate");
    answer(std::move(response));
    auto const fetched = fetch(url(), rules(), loopback_);
    ASSERT_TRUE(fetched.has_value()) << fetched.error().why.text();
    EXPECT_EQ(fetched->body, "the document");
    EXPECT_EQ(fetched->max_age, 600s);
}

TEST_F(FetchTest, WhatIsNotToBeKeptHasNoAge) {
    for (auto const* text : {"no-store", "max-age=600, no-cache"}) {
        auto response = testing::text_response(200, "{}");
        response.headers.set("Cache-Control", text);
        answer(std::move(response));
        EXPECT_EQ(fetch(url(), rules(), loopback_)->max_age, 0s) << text;
    }
    for (auto const* text : {"public", "s-maxage=5", "max-age=x", "max-age=-1"}) {
        auto response = testing::text_response(200, "{}");
        response.headers.set("Cache-Control", text);
        answer(std::move(response));
        EXPECT_EQ(fetch(url(), rules(), loopback_)->max_age, std::nullopt) << text;
    }
}

TEST_F(FetchTest, NothingIsCalledThatIsNotOfTheInternet) {
    auto closed = rules();
    closed.networks.clear();
    EXPECT_EQ(fetch(url(), closed, loopback_).error().code, Errc::forbidden);
    for (auto const* address : {"10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1",
                                "64:ff9b::7f00:1", "0.0.0.0", "not an address"})
        EXPECT_EQ(fetch(url(), closed, ScriptedResolver({{address}})).error().code, Errc::forbidden)
            << address;
    EXPECT_EQ(requests(), 0);
}

// DNS rebinding: first a good address, then one inside. It is not asked a second time.
TEST_F(FetchTest, ANameThatChangesItsMindChangesNothing) {
    ScriptedResolver const rebinding({{"192.0.2.1", "127.0.0.1"}, {"10.0.0.1"}});
    EXPECT_TRUE(fetch(url(), rules(), rebinding).has_value());
    EXPECT_EQ(rebinding.asked(), 1);
    EXPECT_EQ(requests(), 1);
    EXPECT_EQ(fetch(url(), rules(), rebinding).error().code, Errc::forbidden);
}

TEST_F(FetchTest, ARedirectIsNotFollowed) {
    for (int const status : {301, 302, 303, 307, 308}) {
        auto response = testing::text_response(status, "");
        response.headers.set("Location", url("/elsewhere"));
        answer(std::move(response));
        EXPECT_EQ(fetch(url(), rules(), loopback_).error().code, Errc::unavailable) << status;
    }
    EXPECT_EQ(requests(), 5);
    answer(testing::text_response(404, "{}"));
    EXPECT_FALSE(fetch(url(), rules(), loopback_).has_value());
}

TEST_F(FetchTest, ALongDocumentIsRefused) {
    answer(testing::text_response(200, std::string(1'000, 'a')));
    EXPECT_TRUE(fetch(url(), rules(), loopback_).has_value());
    answer(testing::text_response(200, std::string(1'001, 'a')));
    EXPECT_EQ(fetch(url(), rules(), loopback_).error().code, Errc::too_large);
}

TEST_F(FetchTest, ACertificateThatIsNotTrustedEndsIt) {
    auto strange = rules();
    strange.authorities_pem = testing::make_certificates().authority.certificate_pem;
    EXPECT_EQ(fetch(url(), strange, loopback_).error().code, Errc::unavailable);
    EXPECT_EQ(requests(), 0);
}

TEST_F(FetchTest, AFormIsSentAndAnsweredLikeADocument) {
    answer(testing::text_response(200, "taken"));
    auto const taken = post_form(url("/token?a=b"), "code=a%20b&state=c", rules(), loopback_);
    ASSERT_TRUE(taken.has_value()) << taken.error().why.text();
    EXPECT_EQ(taken->body, "taken");
    using salus::testing::EphiTestAccess;
    EXPECT_EQ(asked().method, Method::post);
    EXPECT_EQ(EphiTestAccess::open(asked().target), "/token?a=b");
    EXPECT_EQ(EphiTestAccess::open(asked().body), "code=a%20b&state=c");
    EXPECT_EQ(asked().headers.get("Content-Type"), "application/x-www-form-urlencoded");

    answer(testing::text_response(204, ""));
    EXPECT_TRUE(post_form(url(), "", rules(), loopback_).has_value());
    for (int const status : {201, 202, 303, 400, 401, 500}) {
        answer(testing::text_response(status, "{}"));
        EXPECT_EQ(post_form(url(), "a=b", rules(), loopback_).error().code, Errc::unavailable)
            << status;
    }
    auto closed = rules();
    closed.networks.clear();
    EXPECT_EQ(post_form(url(), "a=b", closed, loopback_).error().code, Errc::forbidden);
}

TEST_F(FetchTest, OnlyHttpsAddressesAreOnes) {
    for (auto const* text :
         {"", "https://", "http://a.example/", "https://a.example:0/", "https://a.example:65536/",
          "https://a.example:+1/", "https://u@a.example/", "https://u:p@a.example/",
          "https://a.example/#f", "https://a.example/ b", "https://a.example\\@b/", "https://[::1",
          "https://[a.example]/", "https://a_b/", "ftp://a.example/", "https:///keys",
          "https://a.example/\r\nHost: b"})
        EXPECT_FALSE(is_https_url(text)) << text;
    for (auto const* text : {"https://a.example", "https://a.example/k?a=b", "https://[::1]:8443/k",
                             "https://1.2.3.4/", "https://a.example?x"})
        EXPECT_TRUE(is_https_url(text)) << text;
}

// All of it has one end in time, however slowly the pieces come.
TEST(FetchTimeTest, ASlowServerIsGivenUp) {
    auto const listeners = listen_on({"127.0.0.1"}, 0, PortSharing::exclusive);
    ASSERT_TRUE(listeners.has_value());
    FetchRules const rules{
        .authorities_pem = testing::make_certificates().authority.certificate_pem,
        .networks = {Network::parse("127.0.0.0/8").value()},
        .bytes = 1'000,
        .time = 200ms};
    auto const began = std::chrono::steady_clock::now();
    auto const fetched = fetch("https://localhost:" + std::to_string(listeners->port) + "/", rules,
                               ScriptedResolver({{"127.0.0.1", "127.0.0.1", "127.0.0.1"}}));
    EXPECT_EQ(fetched.error().code, Errc::timeout);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
}

}  // namespace
}  // namespace salus::http
