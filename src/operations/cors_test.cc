// Pages of other origins: what they may ask, and that no cookie of theirs counts.
#include "operations/cors.h"

#include <gtest/gtest.h>

#include "request/tenant_for_test.h"

namespace salus::operations {
namespace {

using testing::make_request;

std::optional<http::Response> ask(std::string const& target,
                                  http::Method method = http::Method::options) {
    return preflight(make_request({.method = method,
                                   .target = target,
                                   .headers = {{"Origin", "https://app.example"},
                                               {"Access-Control-Request-Method", "GET"}}}));
}

std::string allowed(std::string const& target) {
    http::Response response;
    allow_other_origins(
        make_request({.target = target, .headers = {{"Origin", "https://app.example"}}}), response);
    EXPECT_EQ(response.headers.count("Access-Control-Allow-Credentials"), 0U);
    return std::string(response.headers.get("Access-Control-Allow-Origin").value_or(""));
}

TEST(Cors, WhatATokenOpensIsOpenToAnyOrigin) {
    for (auto const* target :
         {"/fhir/Patient/1", "/fhir", "/fhir/metadata?_format=json", "/oauth/token",
          "/oauth/userinfo", "/t/north/fhir/Patient", "/fhir/.well-known/smart-configuration"}) {
        ASSERT_TRUE(ask(target).has_value()) << target;
        EXPECT_EQ(ask(target)->status, 204);
        EXPECT_EQ(allowed(target), "*") << target;
    }
}

TEST(Cors, PagesAndAdministrationAreNotAZ1) {
    for (auto const* target : {"/oauth/authorize", "/oauth/authorize?x", "/oauth/logout",
                               "/oauth/par", "/sign-in", "/account", "/admin/users", "/fhirx",
                               "/t/north/sign-in", "/oauth/token/x", "/x/fhir/Patient"}) {
        EXPECT_FALSE(ask(target).has_value()) << target;
        EXPECT_EQ(allowed(target), "") << target;
    }
}

TEST(Cors, OnlyAPreflightIsAnsweredAsOne) {
    EXPECT_FALSE(ask("/fhir/Patient/1", http::Method::get).has_value());
    auto const plain = make_request({.method = http::Method::options, .target = "/fhir/Patient/1"});
    EXPECT_FALSE(preflight(plain).has_value());
    http::Response response;
    allow_other_origins(plain, response);
    EXPECT_EQ(response.headers.count("Access-Control-Allow-Origin"), 0U);
}

}  // namespace
}  // namespace salus::operations
