// What stands in `Allow` (RFC 9110 section 15.5.6).
#include <gtest/gtest.h>

#include "operations/operations_for_test.h"

namespace salus::operations {
namespace {

TEST(AllowedMethodsTest, AnAddressSaysWhichItOffers) {
    testing::TestInstance instance;
    testing::OperationsRoom room{instance};
    auto const allowed = [&](char const* target) {
        return room.allowed_methods({.method = http::Method::other, .target = target});
    };
    EXPECT_EQ(allowed("/fhir/Patient/p1"), "GET, HEAD, PUT, PATCH, DELETE");
    EXPECT_EQ(allowed("/fhir/Patient"), "GET, HEAD, POST, PUT, PATCH, DELETE");
    EXPECT_EQ(allowed("/fhir/Patient/_search"), "POST");
    EXPECT_EQ(allowed("/fhir/metadata"), "GET, HEAD");
    EXPECT_EQ(allowed("/fhir/Patient/p1/_history/1"), "GET, HEAD");
    EXPECT_EQ(allowed("/fhir"), "POST");
    EXPECT_EQ(allowed("/fhir?_cursor=x"), "GET, HEAD, POST");
    EXPECT_EQ(allowed("/fhir/Patient/$validate"), "POST");
    EXPECT_EQ(allowed("/fhir/Patient/p1/$validate"), "POST");
    EXPECT_EQ(allowed("/fhir/Patient/p1/$everything"), "GET, HEAD, POST");
    EXPECT_EQ(allowed("/fhir/Patient/p1/$meta-add"), "POST");
    EXPECT_EQ(allowed("/fhir/Patient/p1/$accounting"), "GET, HEAD");
    EXPECT_EQ(allowed("/fhir/AuditEvent"), "GET, HEAD");
    EXPECT_EQ(allowed("/fhir/_history?_cursor=x"), "GET, HEAD");
    EXPECT_EQ(allowed("/audit/v1/proof"), "GET, HEAD");
    EXPECT_EQ(allowed("/admin/check"), "GET, HEAD");
    EXPECT_EQ(allowed("/oauth/token"), "POST");
    EXPECT_EQ(allowed("/oauth/userinfo"), "GET, HEAD, POST");
    EXPECT_EQ(allowed("/nowhere"), "");
    EXPECT_EQ(room.allowed_methods({.target = "/sign-in/passkey"}), "POST");
    EXPECT_EQ(room.allowed_methods({.method = http::Method::post, .target = "/sign-in/passkey"}),
              "GET, HEAD");
}

}  // namespace
}  // namespace salus::operations
