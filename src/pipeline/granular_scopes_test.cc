// Granular scopes on the whole path (AZ-6, SC1, SC4, SC5): each interaction with a resource that
// the scopes leave and with one that they do not, which must look as if it did not exist.
#include <gtest/gtest.h>

#include "pipeline/scoped_requests_for_test.h"

namespace salus::pipeline {
namespace {

using http::Method;
using testing::HeaderList;
using testing::patient_json;
using testing::PipelineRoom;
using testing::TestRequest;
using testing::texts_behind;
using Names = std::set<std::string>;

constexpr char const* kLaboratory = "system/Observation.cruds?category=urn:c|laboratory";

std::string observation(std::string const& id, std::string const& patient,
                        std::string const& category, std::string const& more = "") {
    return R"({"resourceType":"Observation","id":")" + id +
           R"(","status":"final","category":[{"coding":[{"system":"urn:c","code":")" + category +
           R"("}]}],"code":{"coding":[{"system":"urn:x","code":"n"}]},"subject":{"reference":)" +
           "\"Patient/" + patient + "\"}" + more + "}";
}

class GranularScopesTest : public testing::ScopedRequests {
protected:
    // Of patient p1: laboratory results l1 and l2, vital signs v1, conditions c1 (active) and c2
    // (resolved), an encounter; of p2: laboratory result l3, vital signs v3. Two organizations.
    void SetUp() override {
        put("Organization/g1", R"({"resourceType":"Organization","id":"g1","name":"x",)"
                               R"("active":true})");
        put("Organization/g2", R"({"resourceType":"Organization","id":"g2","name":"y",)"
                               R"("active":false})");
        put("Patient/p1", patient_json("p1", R"(,"gender":"female","managingOrganization":)"
                                             R"({"reference":"Organization/g2"},)"
                                             R"("identifier":[{"system":"urn:m","value":"1"}])"));
        put("Patient/p2", patient_json("p2", R"(,"gender":"male","managingOrganization":)"
                                             R"({"reference":"Organization/g1"})"));
        put("Encounter/e1", R"({"resourceType":"Encounter","id":"e1","status":"finished",)"
                            R"("class":{"code":"AMB"},"subject":{"reference":"Patient/p1"}})");
        put("Observation/l1", observation("l1", "p1", "laboratory",
                                          R"(,"encounter":{"reference":"Encounter/e1"},)"
                                          R"("hasMember":[{"reference":"Observation/v1"},)"
                                          R"({"reference":"Observation/l2"}])"));
        put("Observation/l2", observation("l2", "p1", "laboratory"));
        put("Observation/v1", observation("v1", "p1", "vital-signs"));
        put("Observation/l3", observation("l3", "p2", "laboratory"));
        put("Observation/v3", observation("v3", "p2", "vital-signs"));
        put("Condition/c1", condition("c1", "active"));
        put("Condition/c2", condition("c2", "resolved"));
    }
    static std::string condition(std::string const& id, std::string const& status) {
        return R"({"resourceType":"Condition","id":")" + id +
               R"(","clinicalStatus":{"coding":[{"system":)"
               R"("http://terminology.hl7.org/CodeSystem/condition-clinical","code":")" +
               status + R"("}]},"subject":{"reference":"Patient/p1"}})";
    }
    // An answer without what differs between any two: ids, times.
    static std::string told(http::Response const& response) {
        std::string text = std::to_string(response.status);
        for (auto const* name : {"ETag", "Last-Modified", "Location"})
            text.append("|").append(response.headers.get(name).value_or(""));
        return text + "|" + PipelineRoom::body(response);
    }
    std::string current_version(std::string const& name) {
        return std::string(room_.get("/fhir/" + name).headers.get("ETag").value_or("none"));
    }
};

TEST_F(GranularScopesTest, ReadsSeeWhatMatches) {
    for (auto const* path : {"Observation/l1", "Observation/l1/_history/1", "Observation/l1/$meta",
                             "Observation/l1/_history"})
        EXPECT_EQ(status(kLaboratory, path), 200) << path;
    for (auto const* rest : {"", "/_history/1", "/_history/9", "/$meta", "/_history"}) {
        auto const hidden = as(kLaboratory, {.target = std::string("Observation/v1") + rest});
        auto const absent = as(kLaboratory, {.target = std::string("Observation/none") + rest});
        EXPECT_EQ(hidden.status, 404) << rest;
        EXPECT_EQ(told(hidden), told(absent));
    }
    // Whatever is said of a version one may not know.
    for (auto const* match : {"W/\"1\"", "W/\"2\"", "*"}) {
        EXPECT_EQ(status(kLaboratory, "Observation/v1", {{"If-None-Match", match}}), 404);
    }
    EXPECT_EQ(status(kLaboratory, "Observation/l1", {{"If-None-Match", "W/\"1\""}}), 304);
    EXPECT_EQ(status(kLaboratory, "Observation/v1",
                     {{"If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"}}),
              404);
    EXPECT_EQ(as(kLaboratory, {.method = Method::head, .target = "Observation/v1"}).status, 404);
    EXPECT_EQ(status(kLaboratory, "Patient/p1"), 403);
}

TEST_F(GranularScopesTest, SeveralScopesAreAUnionAndEachLetterIsItsOwn) {
    std::string const both =
        std::string(kLaboratory) + " system/Observation.rs?category=vital-signs";
    EXPECT_EQ(found(both, "Observation?patient=p1"),
              (Names{"Observation/l1", "Observation/l2", "Observation/v1"}));
    EXPECT_EQ(status(both, "Observation/v1"), 200);
    EXPECT_EQ(as(both, {.method = Method::remove, .target = "Observation/v1"}).status, 404);
    // One that leaves all makes the others idle, letter by letter.
    std::string const all = "system/Observation.r system/Observation.s?category=laboratory";
    EXPECT_EQ(status(all, "Observation/v1"), 200);
    EXPECT_EQ(found(all, "Observation?patient=p1"), (Names{"Observation/l1", "Observation/l2"}));
    EXPECT_EQ(
        found("system/Observation.rs?category=laboratory&code=other", "Observation?patient=p1"),
        Names{});
    EXPECT_EQ(status("system/Observation.rs?category:not=laboratory", "Observation/v1"), 200);
    EXPECT_EQ(status("system/Observation.rs?category:not=laboratory", "Observation/l1"), 404);
}

TEST_F(GranularScopesTest, AVersionIsJudgedByItself) {
    ASSERT_EQ(room_.put("/fhir/Observation/l2", observation("l2", "p1", "vital-signs")).status,
              200);
    ASSERT_EQ(room_.put("/fhir/Observation/v1", observation("v1", "p1", "laboratory")).status, 200);
    EXPECT_EQ(status(kLaboratory, "Observation/l2"), 404);
    EXPECT_EQ(status(kLaboratory, "Observation/l2/_history/1"), 200);
    EXPECT_EQ(status(kLaboratory, "Observation/l2/_history/2"), 404);
    EXPECT_EQ(status(kLaboratory, "Observation/v1/_history/1"), 404);
    auto const body = PipelineRoom::body(as(kLaboratory, {.target = "Observation/v1/_history"}));
    EXPECT_EQ(texts_behind(body, "fullUrl").size(), 1U);
    EXPECT_FALSE(body.contains("vital-signs"));
    // A deletion by what it deleted.
    for (auto const* name : {"l1", "v1", "l2"}) {
        TestRequest const gone{.method = Method::remove,
                               .target = std::string("/fhir/Observation/") + name};
        ASSERT_EQ(room_.send_authorized(gone).status, 204);
    }
    EXPECT_EQ(status(kLaboratory, "Observation/l1"), 410);
    EXPECT_EQ(status(kLaboratory, "Observation/v1"), 410);
    EXPECT_EQ(status(kLaboratory, "Observation/l2"), 404);
    EXPECT_EQ(as(kLaboratory, {.method = Method::remove, .target = "Observation/l2"}).status, 404);
}

TEST_F(GranularScopesTest, SearchesFindCountAndPageWhatMatches) {
    Names const results{"Observation/l1", "Observation/l2"};
    for (auto const* query :
         {"patient=p1", "patient=p1&_count=1", "patient=p1&_sort=_id", "patient=p1&_sort=-status",
          "patient=p1&_total=accurate&_count=1", "patient=p1&category=laboratory",
          "patient=p1&status=final", "patient=p1&_lastUpdated=gt2000"}) {
        EXPECT_EQ(found(kLaboratory, std::string("Observation?") + query), results) << query;
        EXPECT_EQ(total_, "2") << query;
    }
    EXPECT_EQ(found(kLaboratory, "Patient/p1/Observation"), results);
    EXPECT_EQ(found(kLaboratory, "Patient/p1/*"), results);
    EXPECT_EQ(found(kLaboratory, "Observation?patient=p1&_summary=count"), Names{});
    EXPECT_EQ(total_, "2");
    for (auto const* nothing : {"patient=p1&category=vital-signs", "_id=v1", "patient=p1&_id=v1",
                                "patient=p1&category:not=laboratory"}) {
        EXPECT_EQ(found(kLaboratory, std::string("Observation?") + nothing), Names{}) << nothing;
        EXPECT_EQ(total_, "0") << nothing;
    }
    EXPECT_EQ(found(kLaboratory, "Observation?_id=l3"), Names{"Observation/l3"});
    // By a value that has a token.
    EXPECT_EQ(found("system/Patient.rs?gender=female", "Patient?identifier=urn:m|1"),
              Names{"Patient/p1"});
    EXPECT_EQ(found("system/Patient.rs?gender=male", "Patient?identifier=urn:m|1"), Names{});
    // What stands in no patient's compartment.
    EXPECT_EQ(found("system/Organization.rs?active=true", "Organization?name=y"), Names{});
    EXPECT_EQ(found("system/Organization.rs?active=false", "Organization?name=y"),
              Names{"Organization/g2"});
}

TEST_F(GranularScopesTest, AStarIsConstrainedInEveryType) {
    ASSERT_EQ(room_
                  .put("/fhir/Observation/v1",
                       observation("v1", "p1", "vital-signs",
                                   R"(,"meta":{"tag":[{"system":"urn:t","code":"shown"}]})"))
                  .status,
              200);
    std::string const tagged = "system/*.rs?_tag=urn:t|shown";
    EXPECT_EQ(found(tagged, "Patient/p1/*"), Names{"Observation/v1"});
    EXPECT_EQ(found(tagged, "Observation?patient=p1"), Names{"Observation/v1"});
    EXPECT_EQ(status(tagged, "Observation/v1"), 200);
    for (auto const* hidden : {"Observation/l1", "Patient/p1", "Condition/c1", "Organization/g1",
                               "Patient/p1/$everything"})
        EXPECT_EQ(status(tagged, hidden), 404) << hidden;
}

TEST_F(GranularScopesTest, ChainsLookAtWhatMatchesOnly) {
    std::string const patients = " system/Patient.rs?gender=female";
    auto const conditions = "Condition?patient=p1&encounter.status=finished";
    put("Condition/c3", R"({"resourceType":"Condition","id":"c3","subject":{"reference":)"
                        R"("Patient/p1"},"encounter":{"reference":"Encounter/e1"}})");
    EXPECT_EQ(found("system/Condition.s system/Encounter.s?status=finished", conditions),
              Names{"Condition/c3"});
    EXPECT_EQ(found("system/Condition.s system/Encounter.s?status=planned", conditions), Names{});
    // Reading it is not enough.
    EXPECT_EQ(found("system/Condition.s system/Encounter.r system/Encounter.s?status=planned",
                    conditions),
              Names{});
    // Into what stands in no compartment.
    auto const homes = "Patient?_id=p1&organization.name=y";
    EXPECT_EQ(found("system/Patient.s system/Organization.s?active=false", homes),
              Names{"Patient/p1"});
    EXPECT_EQ(found("system/Patient.s system/Organization.s?active=true", homes), Names{});
    // Backwards.
    auto const has = "Patient?_id=p1&_has:Observation:patient:category=vital-signs";
    EXPECT_EQ(found("system/Patient.s system/Observation.s", has), Names{"Patient/p1"});
    EXPECT_EQ(found("system/Patient.s " + std::string(kLaboratory), has), Names{});
    EXPECT_EQ(found(kLaboratory + patients,
                    "Patient?_id=p1&_has:Observation:patient:category=laboratory"),
              Names{"Patient/p1"});
    EXPECT_EQ(total_, "1");
    // The patient that a chain names has to match too.
    auto const by_identifier = "Observation?patient.identifier=urn:m|1";
    EXPECT_EQ(found(kLaboratory + patients, by_identifier),
              (Names{"Observation/l1", "Observation/l2"}));
    EXPECT_EQ(found(std::string(kLaboratory) + " system/Patient.rs?gender=male", by_identifier),
              Names{});
}

TEST_F(GranularScopesTest, IncludesBringWhatMatches) {
    EXPECT_EQ(found(kLaboratory, "Observation?_id=l1&_include=Observation:has-member"),
              (Names{"Observation/l1", "Observation/l2"}));
    EXPECT_EQ(total_, "1");
    EXPECT_EQ(found(kLaboratory, "Observation?patient=p1&_id=l1&_include=Observation:has-member"),
              (Names{"Observation/l1", "Observation/l2"}));
    // To come along is to be read.
    std::string const only_searched =
        "system/Observation.s system/Observation.r?category=laboratory";
    EXPECT_EQ(found(only_searched, "Observation?_id=l1&_include=Observation:has-member"),
              (Names{"Observation/l1", "Observation/l2"}));
    EXPECT_EQ(found("system/Patient.rs " + std::string(kLaboratory),
                    "Patient?_id=p1&_revinclude=Observation:subject"),
              (Names{"Patient/p1", "Observation/l1", "Observation/l2"}));
    EXPECT_EQ(found("system/Patient.rs system/Organization.rs?active=true",
                    "Patient?_id=p1&_include=Patient:organization"),
              Names{"Patient/p1"});
    EXPECT_EQ(found("system/Patient.rs system/Organization.rs?active=false",
                    "Patient?_id=p1&_include=Patient:organization"),
              (Names{"Patient/p1", "Organization/g2"}));
    // Further along.
    EXPECT_EQ(found("system/Encounter.rs system/Patient.rs?gender=male " + std::string(kLaboratory),
                    "Encounter?_id=e1&_include=Encounter:patient"
                    "&_revinclude:iterate=Observation:encounter"
                    "&_include:iterate=Observation:has-member"),
              (Names{"Encounter/e1", "Observation/l1", "Observation/l2"}));
}

TEST_F(GranularScopesTest, EverythingIsWhatMatches) {
    std::string const scopes = "system/Patient.rs system/Condition.rs?clinical-status=active " +
                               std::string(kLaboratory) + " system/Organization.rs?active=true";
    EXPECT_EQ(found(scopes, "Patient/p1/$everything"),
              (Names{"Patient/p1", "Observation/l1", "Observation/l2", "Condition/c1"}));
    EXPECT_EQ(total_, "4");
    EXPECT_EQ(found(scopes, "Patient/p1/$everything?_count=1").size(), 4U);
    EXPECT_EQ(found(scopes, "Patient/p2/$everything"),
              (Names{"Patient/p2", "Observation/l3", "Organization/g1"}));
    EXPECT_EQ(status("system/Patient.rs?gender=male", "Patient/p1/$everything"), 404);
}

TEST_F(GranularScopesTest, WhatIsMadeHasToMatch) {
    auto const without_id = [](std::string json) {
        json.erase(json.find(R"("id":"",)"), 8);
        return json;
    };
    auto const post = [&](std::string const& category, HeaderList headers = {}) {
        headers.emplace_back("Content-Type", "application/fhir+json");
        return as(kLaboratory, {Method::post, "Observation", headers,
                                without_id(observation("", "p1", category))})
            .status;
    };
    EXPECT_EQ(post("laboratory"), 201);
    EXPECT_EQ(post("vital-signs"), 403);
    EXPECT_EQ(found("system/Observation.rs", "Observation?patient=p1").size(), 4U);
    // An id of one's own choice might be taken by what one may not see.
    auto const put_at = [&](std::string const& id, std::string const& category) {
        return as(kLaboratory,
                  {Method::put, "Observation/" + id, {}, observation(id, "p1", category)});
    };
    EXPECT_EQ(told(put_at("new", "laboratory")), told(put_at("v1", "laboratory")));
    EXPECT_EQ(put_at("new", "laboratory").status, 404);
    EXPECT_EQ(current_version("Observation/v1"), "W/\"1\"");
    // Who may update all may still make one.
    EXPECT_EQ(as("system/Observation.u system/Observation.r?category=laboratory",
                 {Method::put, "Observation/new", {}, observation("new", "p1", "vital-signs")})
                  .status,
              201);
}

TEST_F(GranularScopesTest, UpdatesGoFromMatchToMatch) {
    auto const put_at = [&](std::string const& id, std::string const& category,
                            HeaderList headers = {}) {
        headers.emplace_back("Content-Type", "application/fhir+json");
        return as(kLaboratory,
                  {Method::put, "Observation/" + id, headers, observation(id, "p1", category)})
            .status;
    };
    EXPECT_EQ(put_at("l1", "laboratory"), 200);
    EXPECT_EQ(put_at("l1", "vital-signs"), 403);
    EXPECT_EQ(put_at("v1", "laboratory"), 404);
    for (auto const* version : {"W/\"1\"", "W/\"7\""})
        EXPECT_EQ(put_at("v1", "laboratory", {{"If-Match", version}}), 404);
    EXPECT_EQ(put_at("v1", "laboratory", {{"If-None-Match", "*"}}), 404);
    EXPECT_EQ(put_at("l1", "laboratory", {{"If-Match", "W/\"1\""}}), 412);
    EXPECT_EQ(current_version("Observation/v1"), "W/\"1\"");
    EXPECT_EQ(current_version("Observation/l1"), "W/\"2\"");
}

TEST_F(GranularScopesTest, DeletesAndPatchesNeedAMatch) {
    HeaderList const json_patch{{"Content-Type", "application/json-patch+json"}};
    auto const patch = [&](std::string const& id, std::string const& patch) {
        return as(kLaboratory, {Method::patch, "Observation/" + id, json_patch, patch});
    };
    auto const amended = R"([{"op":"replace","path":"/status","value":"amended"}])";
    auto const to_vital =
        R"([{"op":"replace","path":"/category/0/coding/0/code","value":"vital-signs"}])";
    auto const wrong = R"([{"op":"replace","path":"/nothing","value":"x"}])";
    EXPECT_EQ(patch("l1", amended).status, 200);
    EXPECT_EQ(patch("l1", to_vital).status, 403);
    for (auto const* each : {amended, to_vital, wrong})
        EXPECT_EQ(told(patch("v1", each)), told(patch("none", each)));
    EXPECT_EQ(patch("v1", amended).status, 404);
    // Reading it is part of patching it.
    EXPECT_EQ(as("system/Observation.u system/Observation.r?category=laboratory",
                 {Method::patch, "Observation/v1", json_patch, amended})
                  .status,
              404);
    auto const tag = R"({"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":)"
                     R"({"tag":[{"system":"urn:t","code":"t"}]}}]})";
    EXPECT_EQ(as(kLaboratory, {Method::post, "Observation/l1/$meta-add", {}, tag}).status, 200);
    EXPECT_EQ(as(kLaboratory, {Method::post, "Observation/v1/$meta-add", {}, tag}).status, 404);
    for (auto const* id : {"v1", "none"}) {
        TestRequest const gone{.method = Method::remove,
                               .target = std::string("Observation/") + id};
        EXPECT_EQ(as(kLaboratory, gone).status, 404) << id;
        TestRequest const gone_if{.method = Method::remove,
                                  .target = std::string("Observation/") + id,
                                  .headers = {{"If-Match", "W/\"1\""}}};
        EXPECT_EQ(as(kLaboratory, gone_if).status, 404) << id;
    }
    EXPECT_EQ(current_version("Observation/v1"), "W/\"1\"");
    EXPECT_EQ(as(kLaboratory, {.method = Method::remove, .target = "Observation/l1"}).status, 204);
}

TEST_F(GranularScopesTest, ConditionsFindWhatMatches) {
    HeaderList headers{{"Content-Type", "application/fhir+json"},
                       {"If-None-Exist", "patient=p1&category=vital-signs"}};
    auto without_id = observation("", "p1", "laboratory");
    without_id.erase(without_id.find(R"("id":"",)"), 8);
    // As if there were none: one is made.
    EXPECT_EQ(as(kLaboratory, {Method::post, "Observation", headers, without_id}).status, 201);
    headers.back().second = "patient=p1&_id=l1";
    auto const existing = as(kLaboratory, {Method::post, "Observation", headers, without_id});
    EXPECT_EQ(existing.status, 200);
    EXPECT_TRUE(PipelineRoom::body(existing).contains("\"l1\""));
    TestRequest gone{.method = Method::remove, .target = "Observation?patient=p1&_id=v1"};
    EXPECT_EQ(as(kLaboratory, gone).status, 204);
    EXPECT_EQ(current_version("Observation/v1"), "W/\"1\"");
    // One matches the condition and the scopes; without them two would.
    gone.target = "Observation?patient=p1&_id=l1,v1";
    EXPECT_EQ(as(kLaboratory, gone).status, 204);
    EXPECT_EQ(current_version("Observation/v1"), "W/\"1\"");
    EXPECT_EQ(status("system/*.r", "Observation/l1"), 410);
    // No match: made under the id that was sent, or under one that is taken by what is not seen.
    auto const put = [&](std::string const& id) {
        return as(kLaboratory, {Method::put,
                                "Observation?patient=p1&_id=" + id,
                                {},
                                observation(id, "p1", "laboratory")});
    };
    EXPECT_EQ(put("l2").status, 200);
    EXPECT_EQ(told(put("v1")), told(put("none")));
    EXPECT_EQ(current_version("Observation/v1"), "W/\"1\"");
    HeaderList const json_patch{{"Content-Type", "application/json-patch+json"}};
    auto const amended = R"([{"op":"replace","path":"/status","value":"amended"}])";
    for (auto const* id : {"v1", "none"}) {
        EXPECT_EQ(as(kLaboratory, {Method::patch, std::string("Observation?patient=p1&_id=") + id,
                                   json_patch, amended})
                      .status,
                  404);
    }
}

std::string entry(std::string const& method, std::string const& url, std::string const& resource,
                  std::string const& full_url = "") {
    std::string out = "{";
    if (!full_url.empty()) out += R"("fullUrl":")" + full_url + "\",";
    if (!resource.empty()) out += R"("resource":)" + resource + ",";
    return out + R"("request":{"method":")" + method + R"(","url":")" + url + "\"}}";
}

std::string bundle(std::string const& type, std::vector<std::string> const& entries) {
    std::string out = R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[)";
    for (auto const& each : entries) out += (&each == &entries.front() ? "" : ",") + each;
    return out + "]}";
}

TEST_F(GranularScopesTest, EntriesOfBundlesAreJudgedOneByOne) {
    auto const in_batch = [&](std::vector<std::string> const& entries) {
        auto const response = as(kLaboratory, {Method::post, "", {}, bundle("batch", entries)});
        EXPECT_EQ(response.status, 200) << PipelineRoom::body(response);
        std::string statuses;
        for (auto const& each : texts_behind(PipelineRoom::body(response), "status"))
            if (each[0] >= '1' && each[0] <= '5') statuses += each.substr(0, 3) + " ";
        return statuses;
    };
    auto const answers =
        in_batch({entry("GET", "Observation/l1", ""), entry("GET", "Observation/v1", ""),
                  entry("PUT", "Observation/v1", observation("v1", "p1", "laboratory")),
                  entry("PUT", "Observation/l2", observation("l2", "p1", "laboratory")),
                  entry("DELETE", "Observation/v1", ""),
                  entry("POST", "Observation", observation("x", "p1", "vital-signs"))});
    EXPECT_EQ(answers, "200 404 404 200 404 403 ");
    auto const search =
        as(kLaboratory,
           {Method::post, "", {}, bundle("batch", {entry("GET", "Observation?patient=p1", "")})});
    EXPECT_FALSE(PipelineRoom::body(search).contains("Observation/v1\",\"resource"));

    auto const transaction = [&](std::vector<std::string> const& entries) {
        return as(kLaboratory, {Method::post, "", {}, bundle("transaction", entries)}).status;
    };
    auto const fine = entry("PUT", "Observation/l2", observation("l2", "p1", "laboratory"));
    EXPECT_EQ(transaction({fine}), 200);
    for (auto const& [wrong, code] : std::vector<std::pair<std::string, int>>{
             {entry("PUT", "Observation/v1", observation("v1", "p1", "laboratory")), 404},
             {entry("PUT", "Observation/none", observation("none", "p1", "laboratory")), 404},
             {entry("PUT", "Observation/l1", observation("l1", "p1", "vital-signs")), 403},
             {entry("POST", "Observation", observation("x", "p1", "vital-signs")), 403},
             {entry("DELETE", "Observation/v1", ""), 404},
             {entry("DELETE", "Observation/none", ""), 404},
             {entry("GET", "Observation/v1", ""), 404},
             {entry("GET", "Observation/v1/_history/1", ""), 404},
             {entry("DELETE", "Observation?patient=p1&_id=v1", ""), 200}}) {
        EXPECT_EQ(transaction({fine, wrong}), code) << wrong;
    }
    // All or none: the three that succeeded, and the batch.
    EXPECT_EQ(current_version("Observation/l2"), "W/\"4\"");
    EXPECT_EQ(current_version("Observation/v1"), "W/\"1\"");
    EXPECT_EQ(current_version("Observation/l1"), "W/\"1\"");
    // A conditional reference leads to what is seen.
    auto const referring = [](std::string const& target) {
        return entry("POST", "Observation",
                     observation("x", "p1", "laboratory",
                                 R"(,"hasMember":[{"reference":"Observation?patient=p1&_id=)" +
                                     target + "\"}]"));
    };
    EXPECT_EQ(transaction({referring("l1")}), 200);
    EXPECT_EQ(transaction({referring("v1")}), 412);
    EXPECT_EQ(transaction({referring("none")}), 412);
}

TEST_F(GranularScopesTest, TheRecordNamesAConstraintByItsHash) {
    ASSERT_EQ(status(kLaboratory, "Observation/l1"), 200);
    auto const leaf = room_.last_leaf();
    EXPECT_FALSE(leaf.contains("laboratory")) << leaf;
    EXPECT_TRUE(leaf.contains(R"("sc":"system/Observation.cruds?#)")) << leaf;
    EXPECT_TRUE(leaf.contains(R"("scope:system/Observation.cruds?#)")) << leaf;
    ASSERT_EQ(status(kLaboratory, "Observation/v1"), 404);
    EXPECT_FALSE(room_.last_leaf().contains("laboratory"));
}

}  // namespace
}  // namespace salus::pipeline
