#include "request/scope_request.h"

#include <gtest/gtest.h>

namespace salus::request {
namespace {

std::string again(std::string_view text) {
    auto const parsed = parse_scope_request(text);
    return parsed ? to_text(*parsed) : "refused";
}

TEST(ScopeRequest, WordsAndScopesHaveOneSpelling) {
    EXPECT_EQ(again("openid"), "openid");
    EXPECT_EQ(again("patient/*.read openid fhirUser  launch/patient offline_access"),
              "openid fhirUser launch/patient offline_access patient/*.rs");
    EXPECT_EQ(again("openid openid"), "openid");
}

TEST(ScopeRequest, ClaimsThatNobodyHasArePassedOver) {
    EXPECT_EQ(again("openid email profile address phone"), "openid profile");
    EXPECT_EQ(again("email patient/*.rs"), "patient/*.rs");
}

TEST(ScopeRequest, WhatIsNeitherIsRefused) {
    for (auto const* text : {"", " ", "openID", "launch/encounter", "openid patient/*.dus", "email",
                             "openid\tprofile", "offline_access,openid"}) {
        EXPECT_EQ(again(text), "refused") << text;
    }
}

TEST(ScopeRequest, ShrinksAndNeverGrowsR5) {
    auto const limit = *parse_scope_request("openid patient/Observation.rs patient/Patient.r");
    auto const smaller = *parse_scope_request("patient/Observation.r");
    auto const other = *parse_scope_request("openid fhirUser patient/Observation.r");
    auto const wider = *parse_scope_request("patient/Observation.crus");
    EXPECT_TRUE(is_within(limit, limit));
    EXPECT_TRUE(is_within(smaller, limit));
    EXPECT_FALSE(is_within(other, limit));
    EXPECT_FALSE(is_within(wider, limit));
    EXPECT_EQ(to_text(intersect(other, limit)), "openid patient/Observation.r");
    EXPECT_EQ(to_text(intersect(wider, limit)), "patient/Observation.rs");
}

}  // namespace
}  // namespace salus::request
