// Who gets how far: strangers, wrong tokens, other tenants, purposes; and in whose words they are
// refused.
#include <gtest/gtest.h>

#include "jose/jws.h"
#include "pipeline/pipeline_for_test.h"
#include "request/form.h"

namespace salus::pipeline {
namespace {

using http::Method;
using request::PurposeOfUse;
using testing::HeaderList;
using testing::must;
using testing::patient_json;
using testing::PipelineRoom;
using testing::TestRequest;

constexpr char const* kForm = "application/x-www-form-urlencoded";

class AccessTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(room_
                      .put("/fhir/Patient/p1",
                           patient_json("p1", R"(,"name":[{"family":"Muster"}],"gender":"male",)"
                                              R"("birthDate":"1980-02-29")"))
                      .status,
                  201);
    }
    http::Response with_token(std::string const& token, TestRequest wanted) {
        wanted.headers.emplace_back("Authorization", "Bearer " + token);
        return room_.send(wanted);
    }
    http::Response as(PurposeOfUse purpose, std::string const& target,
                      std::string const& scopes = "system/*.cruds") {
        return with_token(room_.token(scopes, purpose), {.target = target});
    }

    PipelineRoom room_;
};

TEST_F(AccessTest, AStrangerReachesPublicRoutesOnly) {
    for (auto const* target :
         {"/fhir/metadata", "/oauth/jwks", "/.well-known/oauth-authorization-server",
          "/fhir/.well-known/smart-configuration"}) {
        auto const response = room_.send({.target = target});
        EXPECT_EQ(response.status, 200) << target;
        EXPECT_FALSE(PipelineRoom::body(response).contains("Muster"));
    }
    HeaderList const json{{"Content-Type", "application/fhir+json"}};
    std::vector<TestRequest> const closed{
        {.target = "/fhir/Patient/p1"},
        {.method = Method::head, .target = "/fhir/Patient/p1"},
        {.target = "/fhir/Patient/p2"},
        {.target = "/fhir/Patient/p1/_history"},
        {.target = "/fhir/Patient/p1/_history/1"},
        {.target = "/fhir/Patient?_id=p1"},
        {.target = "/fhir/Patient"},
        {.target = "/fhir/Patient/p1/Observation"},
        {Method::post, "/fhir/Patient/_search", {{"Content-Type", kForm}}, "_id=p1"},
        {Method::put, "/fhir/Patient/p1", json, patient_json("p1")},
        {Method::post, "/fhir/Patient", json, "not JSON"},
        {Method::remove, "/fhir/Patient/p1", {}, ""},
        {Method::post, "/fhir", json, "not JSON"},
        {.target = "/admin/check"},
        {Method::post, "/admin/clients", {{"Content-Type", "application/json"}}, "{}"},
    };
    for (auto const& wanted : closed) {
        auto const response = room_.send(wanted);
        EXPECT_EQ(response.status, 401) << wanted.target;
        EXPECT_TRUE(response.headers.get("WWW-Authenticate").value_or("").starts_with("Bearer"));
        EXPECT_FALSE(PipelineRoom::body(response).contains("Muster"));
        EXPECT_TRUE(room_.last_leaf().contains(R"("ev":"auth.refused")")) << room_.last_leaf();
        EXPECT_FALSE(room_.last_leaf().contains("\"client\"")) << room_.last_leaf();
    }
    EXPECT_EQ(must(room_.instance().store->statistics()).versions, 1U);
}

TEST_F(AccessTest, AWrongTokenIsNotAnonymous) {
    for (auto const* value : {"Bearer x", "Bearer ", "Basic eDp5", ""}) {
        for (auto const* target : {"/fhir/metadata", "/oauth/jwks", "/fhir/Patient/p1"}) {
            auto const response =
                room_.send({.target = target, .headers = {{"Authorization", value}}});
            EXPECT_EQ(response.status, 401) << target << value;
        }
    }
    auto const token = room_.token();
    room_.instance().clock.advance(limits::kAccessTokenLife + limits::kClockSkew);
    EXPECT_EQ(with_token(token, {.target = "/fhir/Patient/p1"}).status, 401);
}

TEST_F(AccessTest, TenantsAreApart) {
    auto const ours = room_.token();
    auto const theirs = room_.token("system/*.cruds", PurposeOfUse::treatment, 1);
    EXPECT_EQ(with_token(ours, {.target = "/fhir/Patient/p1"}).status, 200);
    EXPECT_EQ(with_token(theirs, {.target = "/t/north/fhir/Patient/p1"}).status, 404);
    auto const here = room_.owner().leaves().size();
    auto const there = room_.north().leaves().size();
    EXPECT_EQ(with_token(ours, {.target = "/t/north/fhir/Patient/p1"}).status, 401);
    EXPECT_EQ(room_.north().leaves().size(), there + 1);  // it knocked at their door
    EXPECT_EQ(room_.owner().leaves().size(), here);
    EXPECT_EQ(with_token(theirs, {.target = "/fhir/Patient/p1"}).status, 401);
    EXPECT_EQ(room_.owner().leaves().size(), here + 1);
}

TEST_F(AccessTest, AnUnknownTenantDoesNotExist) {
    for (auto const* target :
         {"/t/south/fhir/Patient/p1", "/t/default/fhir/Patient/p1", "/t/NORTH/fhir/metadata",
          "/t//fhir/metadata", "/t/", "/t", "/t/n%6Frth/fhir/metadata",
          "/t/north/fhir/x/../metadata", "/t/north%2Ffhir/metadata"}) {
        for (bool const authorized : {false, true}) {
            auto const before = room_.owner().leaves().size() + room_.north().leaves().size();
            auto const response = authorized ? room_.get(target) : room_.send({.target = target});
            EXPECT_TRUE(response.status == 404 || response.status == 400 ||
                        (authorized && response.status == 401))
                << target << response.status;
            EXPECT_FALSE(PipelineRoom::body(response).contains("Muster"));
            EXPECT_EQ(room_.owner().leaves().size() + room_.north().leaves().size(), before + 1);
        }
    }
}

TEST_F(AccessTest, APurposeSeesItsElementsOnly) {
    auto const whole = PipelineRoom::body(as(PurposeOfUse::treatment, "/fhir/Patient/p1"));
    EXPECT_TRUE(whole.contains("1980-02-29"));
    for (auto const* target :
         {"/fhir/Patient/p1", "/fhir/Patient/p1/_history/1", "/fhir/Patient/p1/_history",
          "/fhir/Patient?_id=p1", "/fhir/Patient/p1?_elements=birthDate,gender"}) {
        auto const response = as(PurposeOfUse::payment, target);
        EXPECT_EQ(response.status, 200) << target;
        auto const body = PipelineRoom::body(response);
        EXPECT_FALSE(body.contains("1980-02-29")) << target << body;
        EXPECT_FALSE(body.contains("male")) << target;
        EXPECT_TRUE(body.contains("REDACTED")) << target;
    }
    EXPECT_TRUE(
        PipelineRoom::body(as(PurposeOfUse::payment, "/fhir/Patient/p1")).contains("Muster"));
}

TEST_F(AccessTest, WhatIsHiddenIsNotSearchedOrSortedBy) {
    for (auto const* query :
         {"birthdate=1980-02-29&name=Muster", "_id=p1&birthdate=1980-02-29", "_id=p1&gender=male",
          "_id=p1&gender:not=male", "_id=p1&birthdate:missing=true", "_id=p1&_sort=birthdate",
          "_id=p1&_sort=name,-birthdate", "_id=p1&birthdate=1980-02-29&_count=0",
          "_id=p1&birthdate=1980-02-29&_summary=count"}) {
        auto const response = as(PurposeOfUse::payment, "/fhir/Patient?" + std::string(query));
        EXPECT_EQ(response.status, 403) << query;
        EXPECT_EQ(as(PurposeOfUse::treatment, "/fhir/Patient?" + std::string(query)).status, 200)
            << query;
    }
    EXPECT_EQ(as(PurposeOfUse::payment, "/fhir/Patient?_id=p1&name=Muster&_sort=name").status, 200);
}

TEST_F(AccessTest, ACursorDoesNotOutliveTheRightToItsSearch) {
    for (auto const* id : {"a", "b"}) {
        auto const body = R"({"resourceType":"Claim","id":")" + std::string(id) +
                          R"(","status":"active","type":{"text":"t"},"use":"claim",)"
                          R"("patient":{"reference":"Patient/p1"},"created":"2026-01-05",)"
                          R"("provider":{"reference":"Practitioner/x"},"priority":{"text":"n"},)"
                          R"("insurance":[{"sequence":1,"focal":true,)"
                          R"("coverage":{"reference":"Coverage/x"}}]})";
        ASSERT_EQ(room_.put("/fhir/Claim/" + std::string(id), body).status, 201);
    }
    auto const page =
        PipelineRoom::body(as(PurposeOfUse::treatment, "/fhir/Claim?patient=p1&_count=1"));
    auto const at = page.find("/fhir/Claim?_cursor=");
    ASSERT_NE(at, std::string::npos) << page;
    auto const link = page.substr(at, page.find('"', at) - at);
    EXPECT_EQ(as(PurposeOfUse::treatment, link).status, 200);
    EXPECT_EQ(as(PurposeOfUse::treatment, link, "system/Patient.s").status, 403);
    EXPECT_EQ(as(PurposeOfUse::research, link).status, 403);
}

TEST_F(AccessTest, ScopeAndPurposeBoth) {
    EXPECT_EQ(as(PurposeOfUse::treatment, "/fhir/Patient/p1", "system/Patient.s").status, 403);
    EXPECT_EQ(as(PurposeOfUse::treatment, "/fhir/Patient/p1", "system/Claim.r").status, 403);
    EXPECT_EQ(as(PurposeOfUse::research, "/fhir/Patient/p1").status, 403);  // no rule
    EXPECT_EQ(as(PurposeOfUse::system_administration, "/fhir/Patient/p1").status, 403);
    EXPECT_EQ(as(PurposeOfUse::system_administration, "/admin/check").status, 403);
    EXPECT_EQ(as(PurposeOfUse::treatment, "/admin/check", "admin/check.read").status, 403);
    auto const report = as(PurposeOfUse::system_administration, "/admin/check", "admin/check.read");
    EXPECT_EQ(report.status, 200);
    EXPECT_TRUE(PipelineRoom::body(report).contains("read just now"));
}

TEST_F(AccessTest, BackupsAreTheFirstTenantsAdministratorsAlone) {
    constexpr auto kAdministrator = PurposeOfUse::system_administration;
    auto const ask = [&](PurposeOfUse purpose, std::string const& scope, std::string const& target,
                         std::string const& body) {
        return with_token(room_.token(scope, purpose),
                          {.method = Method::post,
                           .target = target,
                           .headers = {{"Content-Type", "application/json"}},
                           .body = body})
            .status;
    };
    std::string const places = R"({"to":"/backup/data","keys_to":"/backup/keys"})";
    EXPECT_EQ(ask(kAdministrator, "admin/backups.read", "/admin/backups", places), 403);
    EXPECT_EQ(ask(kAdministrator, "admin/check.read", "/admin/backups", places), 403);
    EXPECT_EQ(ask(PurposeOfUse::treatment, "admin/backups.write", "/admin/backups", places), 403);
    EXPECT_EQ(ask(kAdministrator, "admin/backups.write", "/admin/backups/more", places), 404);
    EXPECT_EQ(
        ask(kAdministrator, "admin/backups.write", "/admin/backups", R"({"to":"/backup/data"})"),
        400);
    EXPECT_EQ(ask(kAdministrator, "admin/backups.write", "/admin/backups",
                  R"({"to":"/backup/data","keys_to":"/backup/keys","and":1})"),
              400);
    EXPECT_EQ(with_token(room_.token("admin/backups.write", kAdministrator, 1),
                         {.method = Method::post,
                          .target = "/t/north/admin/backups",
                          .headers = {{"Content-Type", "application/json"}},
                          .body = places})
                  .status,
              403);
    EXPECT_EQ(room_.backups_begun(), 0);
    EXPECT_EQ(ask(kAdministrator, "admin/backups.write", "/admin/backups", places), 202);
    EXPECT_EQ(room_.backups_begun(), 1);
    EXPECT_TRUE(room_.last_leaf().contains(R"("ev":"admin.backup")"));
    EXPECT_EQ(as(kAdministrator, "/admin/backups", "admin/backups.write").status, 403);
    EXPECT_EQ(as(kAdministrator, "/admin/backups", "admin/backups.read").status, 200);
}

TEST_F(AccessTest, ACutResourceIsNotPutBack) {
    auto const cut = PipelineRoom::body(as(PurposeOfUse::payment, "/fhir/Patient/p1"));
    ASSERT_TRUE(cut.contains("REDACTED"));
    auto const put_back = [&](PurposeOfUse purpose) {
        return with_token(room_.token("system/*.cruds", purpose),
                          {Method::put,
                           "/fhir/Patient/p1",
                           {{"Content-Type", "application/fhir+json"}},
                           cut})
            .status;
    };
    EXPECT_EQ(put_back(PurposeOfUse::payment), 403);  // which does not see it whole
    EXPECT_EQ(put_back(PurposeOfUse::treatment), 422);
    EXPECT_TRUE(PipelineRoom::body(room_.get("/fhir/Patient/p1")).contains("1980-02-29"));
}

TEST_F(AccessTest, RefusalsSpeakTheProtocolOfTheirRoute) {
    auto const fhir = room_.send({.target = "/fhir/Patient/p1"});
    EXPECT_EQ(fhir.headers.get("Content-Type"), "application/fhir+json");
    EXPECT_TRUE(PipelineRoom::body(fhir).contains("OperationOutcome"));
    auto const oauth = room_.send({.target = "/oauth/none"});
    EXPECT_EQ(oauth.headers.get("Content-Type"), "application/json");
    EXPECT_TRUE(PipelineRoom::body(oauth).contains("\"error\":"));
    auto const admin = room_.send({.target = "/admin/check"});
    EXPECT_EQ(admin.headers.get("Content-Type"), "application/problem+json");
}

class TokenPathTest : public AccessTest {
protected:
    void SetUp() override {
        AccessTest::SetUp();
        auto const jwks = jose::to_key_set(
            {jose::to_jwk(key_.verifying_key(), "k1", crypto::SignatureAlgorithm::es256)});
        auto const body = R"({"client_id":"billing","name":"b","scope":"system/Patient.rs",)"
                          R"("purposes":["HPAYMT"],"jwks":)" +
                          jwks + "}";
        auto const admin = room_.token("admin/clients.write", PurposeOfUse::system_administration);
        register_ = {Method::post, "/admin/clients", {{"Content-Type", "application/json"}}, body};
        auto const response = with_token(admin, register_);
        ASSERT_EQ(response.status, 201) << PipelineRoom::body(response);
    }
    http::Response ask(std::string const& assertion) {
        auto const field = [](std::string const& name, std::string const& value) {
            return name + "=" + request::percent_encode(value);
        };
        return room_.send({Method::post,
                           "/oauth/token",
                           {{"Content-Type", kForm}},
                           field("grant_type", "client_credentials") + "&" +
                               field("client_assertion_type",
                                     "urn:ietf:params:oauth:client-assertion-type:jwt-bearer") +
                               "&" + field("client_assertion", assertion) + "&" +
                               field("scope", "system/Patient.rs")});
    }
    [[nodiscard]] std::string assertion(std::string const& jti) {
        auto const exp = to_unix_seconds(room_.instance().clock.now()) + 60;
        return jose::sign_compact(
            key_, "k1", "JWT",
            R"({"iss":"billing","sub":"billing","aud":"https://localhost:8443/oauth/token","exp":)" +
                std::to_string(exp) + R"(,"jti":")" + jti + "\"}");
    }

    crypto::SigningKey key_ = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es256);
    TestRequest register_;
};

TEST_F(TokenPathTest, FromRegistrationToData) {
    auto const response = ask(assertion("1"));
    ASSERT_EQ(response.status, 200) << PipelineRoom::body(response);
    auto const body = PipelineRoom::body(response);
    auto const begin = body.find(R"("access_token":")") + 16;
    auto const token = body.substr(begin, body.find('"', begin) - begin);
    auto const read = with_token(token, {.target = "/fhir/Patient/p1"});
    EXPECT_EQ(read.status, 200);
    EXPECT_FALSE(PipelineRoom::body(read).contains("1980-02-29"));
    EXPECT_TRUE(room_.last_leaf().contains(R"("client":"billing")"));
    EXPECT_TRUE(room_.last_leaf().contains(R"("pou":"HPAYMT")"));
}

TEST_F(TokenPathTest, AReplayedAssertionIsRefusedAndOnRecord) {
    auto const text = assertion("1");
    ASSERT_EQ(ask(text).status, 200);
    auto const replay = ask(text);
    EXPECT_EQ(replay.status, 401);
    auto const body = PipelineRoom::body(replay);
    EXPECT_TRUE(body.contains(R"("error":"invalid_client")")) << body;
    EXPECT_FALSE(body.contains("access_token"));
    EXPECT_TRUE(room_.last_leaf().contains(R"("client":"billing")")) << room_.last_leaf();
    EXPECT_TRUE(room_.last_leaf().contains("\"st\":401"));
    EXPECT_EQ(room_.owner().tenant().audit_log.status().open_intents, 0U);
}

TEST_F(TokenPathTest, AFailedAssertionIsRecordedWithoutAName) {
    auto const damaged = assertion("1") + "x";
    EXPECT_EQ(ask(damaged).status, 401);
    EXPECT_TRUE(room_.last_leaf().contains(R"("out":"denied")")) << room_.last_leaf();
    EXPECT_FALSE(room_.last_leaf().contains("billing")) << room_.last_leaf();
}

TEST_F(TokenPathTest, RegisteringNeedsScopeAndPurposeAndHappensOnce) {
    auto const again = with_token(
        room_.token("admin/clients.write", PurposeOfUse::system_administration), register_);
    EXPECT_EQ(again.status, 409);
    EXPECT_TRUE(room_.last_leaf().contains(R"("tgt":"billing")")) << room_.last_leaf();
    EXPECT_EQ(
        with_token(room_.token("admin/check.read", PurposeOfUse::system_administration), register_)
            .status,
        403);
    EXPECT_EQ(
        with_token(room_.token("admin/clients.write", PurposeOfUse::treatment), register_).status,
        403);
}

}  // namespace
}  // namespace salus::pipeline
