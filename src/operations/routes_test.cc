// What is told of a request from its target alone.
#include "operations/routes.h"

#include <gtest/gtest.h>

#include "operations/operations_for_test.h"

namespace salus::operations {
namespace {

using http::Method;
using minimum_necessary::ErrorForm;
using testing::EphiTestAccess;
using testing::make_request;
using testing::must;

TEST(RoutesTest, LiveWhateverItsState) {
    EXPECT_EQ(probe_in(make_request({.target = "/livez"})), Probe::live);
    EXPECT_EQ(probe_in(make_request({.target = "/readyz"})), Probe::ready);
    EXPECT_FALSE(probe_in(make_request({.target = "/t/north/livez"})));
    for (auto const ability :
         {Ability::serves, Ability::serves_degraded, Ability::refuses, Ability::sealed}) {
        EXPECT_EQ(health(Probe::live, ability).status, 200);
        EXPECT_EQ(health(Probe::ready, ability).status, health(Probe::health, ability).status);
    }
}

TEST(RoutesTest, HealthIsOneAddress) {
    EXPECT_EQ(probe_in(make_request({.target = "/health"})), Probe::health);
    EXPECT_EQ(probe_in(make_request({.method = Method::head, .target = "/health"})), Probe::health);
    for (auto const* target : {"/health/", "/health?x", "/Health", "/t/north/health",
                               "/fhir/health", "health", "//health", "/health#x", ""}) {
        EXPECT_FALSE(probe_in(make_request({.target = target}))) << target;
    }
    for (auto const method : {Method::post, Method::put, Method::remove, Method::options}) {
        EXPECT_FALSE(probe_in(make_request({.method = method, .target = "/health"})));
    }
}

TEST(RoutesTest, HealthSaysHowItIsAndNothingElse) {
    auto const well = health(Probe::health, Ability::serves);
    EXPECT_EQ(well.status, 200);
    EXPECT_EQ(EphiTestAccess::open(well.body), R"({"status":"pass"})");
    auto const poor = health(Probe::health, Ability::serves_degraded);
    EXPECT_EQ(poor.status, 200);
    EXPECT_EQ(EphiTestAccess::open(poor.body), R"({"status":"warn"})");
    auto const ill = health(Probe::health, Ability::refuses);
    EXPECT_EQ(ill.status, 503);
    EXPECT_EQ(EphiTestAccess::open(ill.body), R"({"status":"fail"})");
}

TEST(RoutesTest, TheTenantIsTheSecondSegment) {
    auto const tenant = [](char const* target) {
        auto const name = tenant_in(make_request({.target = target}));
        return name ? name->text() : "none";
    };
    EXPECT_EQ(tenant("/t/north/fhir/metadata"), "north");
    EXPECT_EQ(tenant("/t/north"), "north");
    EXPECT_EQ(tenant("/t/north/"), "north");
    EXPECT_EQ(tenant("/t//fhir"), "");
    EXPECT_EQ(tenant("/t/"), "");
    EXPECT_EQ(tenant("/t"), "none");
    EXPECT_EQ(tenant("/T/north/fhir"), "none");
    EXPECT_EQ(tenant("/fhir/t/north"), "none");
    EXPECT_EQ(tenant("//t/north/fhir"), "none");
    EXPECT_EQ(tenant(""), "none");
    // Nothing is decoded: another spelling is another name.
    EXPECT_EQ(tenant("/t/n%6Frth/fhir"), "n%6Frth");
    EXPECT_EQ(tenant("/t/north?x/fhir"), "north?x");
}

TEST(RoutesTest, EveryProtocolErrsInItsOwnWords) {
    auto const form = [](char const* target) {
        return error_form(make_request({.target = target}));
    };
    for (auto const* target : {"/oauth/token", "/oauth/jwks", "/t/north/oauth/token"}) {
        EXPECT_EQ(form(target), ErrorForm::oauth) << target;
    }
    for (auto const* target :
         {"/oauth/authorize", "/oauth/authorize?x=y", "/t/north/oauth/logout"}) {
        EXPECT_EQ(form(target), ErrorForm::page) << target;
    }
    for (auto const* target :
         {"/oauth/userinfo", "/admin/check", "/admin/clients?x", "/t/north/admin/check",
          "/access/v1/evaluation", "/t/north/access/v1/evaluations"}) {
        EXPECT_EQ(form(target), ErrorForm::problem) << target;
    }
    for (auto const* target : {"/fhir/Patient/p1", "/", "", "/oauth", "/fhir/oauth/token",
                               "/t/oauth/token", "/t/north", "/t/admin/x", "/x/admin/check"}) {
        EXPECT_EQ(form(target), ErrorForm::operation_outcome) << target;
    }
}

TEST(RoutesTest, LargeBodiesLeaveTheLoopUnread) {
    EXPECT_FALSE(belongs_on_a_worker(make_request({.target = "/fhir", .body = "{}"})));
    auto const large = make_request({.target = "/fhir", .body = std::string(40'000, ' ')});
    EXPECT_TRUE(belongs_on_a_worker(large));
}

class LongWorkTest : public ::testing::Test {
protected:
    [[nodiscard]] bool leaves_the_loop(testing::TestRequest const& wanted) {
        auto const permit = must(room_.permit(wanted, testing::caller_named("client-1")));
        return belongs_on_a_worker(permit);
    }
    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
    testing::HeaderList const json_{{"Content-Type", testing::kFhirJsonType}};
};

TEST_F(LongWorkTest, SearchesAndBundlesLeaveTheLoopAndShortWorkStays) {
    EXPECT_TRUE(leaves_the_loop({.target = "/fhir/Observation?patient=p1"}));
    EXPECT_TRUE(leaves_the_loop({.target = "/fhir/Patient/p1/_history"}));
    EXPECT_TRUE(leaves_the_loop({.target = "/fhir/metadata"}));
    EXPECT_FALSE(leaves_the_loop({.target = "/fhir/Patient/p1"}));
    EXPECT_FALSE(leaves_the_loop({.target = "/fhir/Patient/p1/_history/1"}));
    EXPECT_FALSE(
        leaves_the_loop({Method::put, "/fhir/Patient/p1", json_, testing::patient_json("p1")}));
    auto const large =
        testing::patient_json("p1", R"(,"name":[{"text":")" + std::string(40'000, 'x') + "\"}]");
    EXPECT_TRUE(leaves_the_loop({Method::put, "/fhir/Patient/p1", json_, large}));
}

}  // namespace
}  // namespace salus::operations
