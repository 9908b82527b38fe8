#include "operations/request_identification.h"

#include <gtest/gtest.h>

#include "request/tenant_for_test.h"

namespace salus::operations {
namespace {

http::Response identified(std::string const& target, std::string const& name) {
    http::Response response;
    response.headers.set("X-Request-Id", "ours");
    identify(testing::make_request({.target = target, .headers = {{"x-request-id", name}}}),
             response);
    return response;
}

TEST(RequestIdentification, AnAnswerAboutADecisionSaysTheAskersName) {
    for (auto const* target : {"/access/v1/evaluation", "/t/north/access/v1/evaluations"}) {
        auto const response = identified(target, "bfe9eb29-ab87-4ca3-be83-a1d5d8305716");
        EXPECT_EQ(response.headers.get("X-Request-ID"), "bfe9eb29-ab87-4ca3-be83-a1d5d8305716");
        EXPECT_EQ(response.headers.get("Salus-Request-ID"), "ours");
    }
}

TEST(RequestIdentification, ElsewhereOursStays) {
    for (auto const* target : {"/fhir/Patient/p1", "/admin/policy/explain", "/access/v2/x", "/x"}) {
        auto const response = identified(target, "theirs");
        EXPECT_EQ(response.headers.get("X-Request-ID"), "ours") << target;
        EXPECT_FALSE(response.headers.get("Salus-Request-ID")) << target;
    }
}

TEST(RequestIdentification, ANameThatIsNoneIsPassedOver) {
    for (auto const& name : {std::string(), std::string("a b"), std::string("a\x7f"),
                             std::string("\xc3\xa4"), std::string(129, 'a')}) {
        auto const response = identified("/access/v1/evaluation", name);
        EXPECT_EQ(response.headers.get("X-Request-ID"), "ours") << name.size();
    }
    EXPECT_EQ(
        identified("/access/v1/evaluation", std::string(128, 'a')).headers.get("X-Request-ID"),
        std::string(128, 'a'));
}

}  // namespace
}  // namespace salus::operations
