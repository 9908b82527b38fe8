// Security labels stay with a record: who may change it does not thereby open it to those whom a
// label keeps out, and only whom the policy lets declassify takes one away.
#include <gtest/gtest.h>

#include "pipeline/pipeline_for_test.h"

namespace salus::pipeline {
namespace {

using http::Method;
using testing::PipelineRoom;

// Billing stands here for who may take away R, and nothing else. For operations no rule reads
// labels, so that these may make records at ids of their choice.
constexpr char const* kKeepingPolicy = R"cedar(
@id("all") @fields("*")
permit(principal, action in [Action::"read", Action::"search", Action::"create",
  Action::"update", Action::"delete"], resource is Record);
@id("office")
permit(principal, action == Action::"declassify", resource is Record)
when { context.purpose == "HPAYMT" };
@id("part2-stays")
forbid(principal, action == Action::"declassify", resource is Record)
when { resource.labels.contains("42CFRPart2") };
@id("office-on-record") @obligate("audit:elevated")
permit(principal, action == Action::"limit", resource is Record)
when { context.action == "declassify" };
@id("notice") @obligate("watermark")
permit(principal, action == Action::"limit", resource is Record)
when { context.purpose != "HOPERAT" && resource.labels.contains("42CFRPart2") };
)cedar";

constexpr char const* kRestricted = R"({"system":"urn:c","code":"R"})";
constexpr char const* kProgram = R"({"system":"urn:c","code":"42CFRPart2"})";
constexpr char const* kBoth =
    R"({"system":"urn:c","code":"R"},{"system":"urn:c","code":"42CFRPart2"})";

class KeptLabelsTest : public ::testing::Test {
protected:
    [[nodiscard]] static std::string patient(std::string const& labels,
                                             std::string const& more = "") {
        auto const meta =
            labels.empty() ? std::string() : R"(,"meta":{"security":[)" + labels + "]}";
        return testing::patient_json("p", meta + more);
    }
    http::Response send(Method method, std::string const& target, std::string const& body,
                        bool office = false, char const* type = "application/fhir+json") {
        return send_for(office ? request::PurposeOfUse::payment : request::PurposeOfUse::treatment,
                        method, target, body, type);
    }
    http::Response send_for(request::PurposeOfUse purpose, Method method, std::string const& target,
                            std::string const& body, char const* type = "application/fhir+json") {
        return room_.send({method,
                           "/fhir" + target,
                           {{"Content-Type", type},
                            {"Authorization", "Bearer " + room_.token("system/*.cruds", purpose)}},
                           body});
    }
    int make(std::string const& body) {
        return send_for(request::PurposeOfUse::operations, Method::put, "/Patient/p", body).status;
    }
    int put(std::string const& body, bool office = false) {
        return send(Method::put, "/Patient/p", body, office).status;
    }
    int patch(std::string const& operations, bool office = false) {
        return send(Method::patch, "/Patient/p", operations, office, "application/json-patch+json")
            .status;
    }
    // Codes of the labels that stand there, as $meta tells them, which are those that are stored.
    std::string labels() {
        auto const meta = PipelineRoom::body(room_.get("/fhir/Patient/p/$meta"));
        std::string codes;
        std::string const mark = R"("code":")";
        for (auto at = meta.find(mark); at != std::string::npos; at = meta.find(mark, at + 1)) {
            auto const begin = at + mark.size();
            codes += (codes.empty() ? "" : " ") + meta.substr(begin, meta.find('"', begin) - begin);
        }
        return codes;
    }
    [[nodiscard]] static std::string meta_parameter(std::string const& labels) {
        return R"({"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":)"
               R"({"security":[)" +
               labels + "]}}]}";
    }

    PipelineRoom room_{nullptr, authorization::Policy::parse(kKeepingPolicy).value()};
};

TEST_F(KeptLabelsTest, AnUpdateKeepsWhatItDoesNotRepeat) {
    ASSERT_EQ(make(patient(kBoth)), 201);
    EXPECT_EQ(put(patient("")), 200);
    EXPECT_EQ(labels(), "R 42CFRPart2");
    // What it adds comes before what it keeps, and nothing is there twice.
    EXPECT_EQ(put(patient(std::string(kProgram) + R"(,{"code":"HIV"})")), 200);
    EXPECT_EQ(labels(), "42CFRPart2 HIV R");
    // The same code of another system is another label.
    EXPECT_EQ(put(patient(R"({"system":"urn:other","code":"R"})")), 200);
    EXPECT_EQ(labels(), "R 42CFRPart2 HIV R");
    EXPECT_EQ(send(Method::put, "/Patient?_id=p", patient("")).status, 200);
    EXPECT_EQ(labels(), "R 42CFRPart2 HIV R");
    auto const answer = send(Method::put, "/Patient/p", patient("", R"(,"gender":"male")"));
    EXPECT_TRUE(PipelineRoom::body(answer).contains("42CFRPart2"));
    EXPECT_TRUE(PipelineRoom::body(answer).contains(R"("gender":"male")"));
}

TEST_F(KeptLabelsTest, WhoMayTakesThemAway) {
    ASSERT_EQ(make(patient(kRestricted)), 201);
    EXPECT_EQ(put(patient(kRestricted), true), 200);
    EXPECT_FALSE(room_.last_leaf().contains("office")) << "asked though nothing would go";
    EXPECT_EQ(put(patient(""), true), 200);
    EXPECT_TRUE(room_.last_leaf().contains(R"("office")")) << room_.last_leaf();
    EXPECT_TRUE(room_.last_leaf().contains(R"("duty:audit:elevated")")) << room_.last_leaf();
    EXPECT_EQ(labels(), "");
    // Of both one may not go, so none does.
    EXPECT_EQ(put(patient(kBoth), true), 200);
    EXPECT_EQ(put(patient(""), true), 200);
    EXPECT_EQ(labels(), "R 42CFRPart2");
    EXPECT_EQ(put(patient(kProgram), true), 200);
    EXPECT_EQ(labels(), "42CFRPart2");
}

TEST_F(KeptLabelsTest, WhatNamesALabelThatMayNotGoIsRefused) {
    ASSERT_EQ(make(patient(kBoth)), 201);
    constexpr char const* kRemoveAll = R"([{"op":"remove","path":"/meta/security"}])";
    constexpr char const* kRemoveFirst = R"([{"op":"remove","path":"/meta/security/0"}])";
    auto const refused =
        send(Method::patch, "/Patient/p", kRemoveFirst, false, "application/json-patch+json");
    EXPECT_EQ(refused.status, 403);
    EXPECT_TRUE(PipelineRoom::body(refused).contains("security label"));
    EXPECT_FALSE(PipelineRoom::body(refused).contains("urn:c"));
    EXPECT_EQ(patch(R"([{"op":"replace","path":"/meta/security/0/code","value":"N"}])"), 403);
    EXPECT_EQ(patch(kRemoveAll, true), 403);
    EXPECT_EQ(send(Method::post, "/Patient/p/$meta-delete", meta_parameter(kRestricted)).status,
              403);
    EXPECT_EQ(labels(), "R 42CFRPart2");
    EXPECT_EQ(patch(R"([{"op":"add","path":"/gender","value":"male"}])"), 200);
    EXPECT_EQ(
        send(Method::post, "/Patient/p/$meta-add", meta_parameter(R"({"code":"HIV"})")).status,
        200);
    EXPECT_EQ(labels(), "R 42CFRPart2 HIV");
    EXPECT_EQ(patch(kRemoveFirst, true), 200);
    EXPECT_EQ(labels(), "42CFRPart2 HIV");
    EXPECT_EQ(
        send(Method::post, "/Patient/p/$meta-delete", meta_parameter(R"({"code":"HIV"})"), true)
            .status,
        200);
    EXPECT_EQ(labels(), "42CFRPart2");
}

TEST_F(KeptLabelsTest, InBundlesToo) {
    ASSERT_EQ(make(patient(kRestricted)), 201);
    for (auto const* type : {"transaction", "batch"}) {
        auto const body = R"({"resourceType":"Bundle","type":")" + std::string(type) +
                          R"(","entry":[{"resource":)" + patient("") +
                          R"(,"request":{"method":"PUT","url":"Patient/p"}}]})";
        EXPECT_EQ(send(Method::post, "", body).status, 200) << type;
        EXPECT_EQ(labels(), "R") << type;
    }
}

// What was read goes back as it came: the label that it bore on its way out is not stored, unless
// it stands there.
TEST_F(KeptLabelsTest, TheLabelOfTheNoticeStaysOutside) {
    ASSERT_EQ(make(patient(kProgram)), 201);
    auto const read = PipelineRoom::body(room_.get("/fhir/Patient/p"));
    ASSERT_TRUE(read.contains("NORDSCLCD"));
    EXPECT_EQ(put(read), 200);
    EXPECT_EQ(labels(), "42CFRPart2");
    EXPECT_EQ(send(Method::post, "/Patient/p/$meta-add",
                   meta_parameter(R"({"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode",)"
                                  R"("code":"NORDSCLCD"})"))
                  .status,
              200);
    EXPECT_EQ(labels(), "42CFRPart2 NORDSCLCD");
    EXPECT_EQ(put(PipelineRoom::body(room_.get("/fhir/Patient/p"))), 200);
    EXPECT_EQ(labels(), "42CFRPart2 NORDSCLCD");
}

}  // namespace
}  // namespace salus::pipeline
