// Security labels stay with a record: who may change it does not thereby open it to those whom a
// label keeps out, and only whom the policy lets declassify takes one away.
#include <gtest/gtest.h>

#include "pipeline/person_for_test.h"

namespace salus::pipeline {
namespace {

using http::Method;
using testing::PipelineRoom;

// Billing stands here for who may take away R, and nothing else.
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
when { resource.labels.contains("42CFRPart2") };
)cedar";
// Who takes a label away has a passkey of the last minute.
constexpr char const* kSigningIn = R"cedar(
@id("office-signs-in") @obligate("sign-in:phr:60")
permit(principal is User, action == Action::"limit", resource is Record)
when { context.action == "declassify" };
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
        auto const purpose =
            office ? request::PurposeOfUse::payment : request::PurposeOfUse::treatment;
        return send_with(room_.token("system/*.cruds", purpose), method, target, body, type);
    }
    http::Response send_with(std::string const& token, Method method, std::string const& target,
                             std::string const& body, char const* type = "application/fhir+json") {
        return room_.send({method,
                           "/fhir" + target,
                           {{"Content-Type", type}, {"Authorization", "Bearer " + token}},
                           body});
    }
    int remove() { return send(Method::remove, "/Patient/p", "").status; }
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

    // Another node makes the next version of the patient, with these labels, before the next commit
    // of this one.
    void write_before_the_next_commit(std::string const& labels, std::uint64_t version) {
        room_.hooks().before_commit = [this, labels, version,
                                       done = false](store::Batch const&) mutable {
            if (std::exchange(done, true)) return std::optional<Error>();
            auto& instance = room_.instance();
            records::IndexCache cache(limits::kMiB, instance.clock);
            auto const records = testing::must(
                records::Records::make(room_.owner().tenant(), instance.random, cache));
            json::Parser parser;
            records::Change change;
            change.type = "Patient";
            change.id = "p";
            change.compartment = room_.compartment_of("p");
            change.version = version;
            auto const text =
                testing::patient_json("p", R"(,"meta":{"versionId":")" + std::to_string(version) +
                                               R"(","security":[)" + labels + "]}");
            change.text = EphiText(text);
            auto const resource = testing::must(fhir::Reader::parse(EphiText(text), parser));
            change.index_entry = testing::must(fhir::make_index_entry(resource.view(), WallTime{}));
            store::Batch batch;
            batch.writes.push_back(testing::must(records->seal(change)));
            EXPECT_TRUE(room_.commit_behind(std::move(batch)).has_value());
            return std::optional<Error>();
        };
    }

    PipelineRoom room_{nullptr, authorization::Policy::parse(kKeepingPolicy).value()};
};

TEST_F(KeptLabelsTest, AnUpdateKeepsWhatItDoesNotRepeat) {
    ASSERT_EQ(put(patient(kBoth)), 201);
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
    ASSERT_EQ(put(patient(kRestricted)), 201);
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
    ASSERT_EQ(put(patient(kBoth)), 201);
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
    ASSERT_EQ(put(patient(kRestricted)), 201);
    for (auto const* type : {"transaction", "batch"}) {
        auto const body = R"({"resourceType":"Bundle","type":")" + std::string(type) +
                          R"(","entry":[{"resource":)" + patient("") +
                          R"(,"request":{"method":"PUT","url":"Patient/p"}}]})";
        EXPECT_EQ(send(Method::post, "", body).status, 200) << type;
        EXPECT_EQ(labels(), "R") << type;
    }
}

// Who may delete and write does not thereby take them away.
TEST_F(KeptLabelsTest, DeletionAndCreationAnewKeepThem) {
    ASSERT_EQ(put(patient(kBoth)), 201);
    ASSERT_EQ(remove(), 204);
    auto const back = send(Method::put, "/Patient/p", patient(R"({"code":"HIV"})"));
    EXPECT_EQ(back.status, 200);
    EXPECT_EQ(back.headers.get("ETag"), "W/\"3\"");
    EXPECT_TRUE(PipelineRoom::body(back).contains("42CFRPart2"));
    EXPECT_EQ(labels(), "HIV R 42CFRPart2");
    // Again, by one who may take R away, and the rest not.
    ASSERT_EQ(remove(), 204);
    EXPECT_EQ(put(patient(""), true), 200);
    EXPECT_EQ(labels(), "HIV R 42CFRPart2");
    ASSERT_EQ(remove(), 204);
    EXPECT_EQ(put(patient(R"({"code":"HIV"},)" + std::string(kProgram)), true), 200);
    EXPECT_EQ(labels(), "HIV 42CFRPart2");
    EXPECT_TRUE(room_.last_leaf().contains(R"("duty:watermark")")) << room_.last_leaf();
    ASSERT_EQ(put(patient(kRestricted)), 200);
    ASSERT_EQ(remove(), 204);
    EXPECT_EQ(send(Method::put, "/Patient?_id=nobody", patient("")).status, 200);
    EXPECT_EQ(labels(), "R HIV 42CFRPart2");
}

TEST_F(KeptLabelsTest, WhoMayTakeThemAwayMayByDeletionToo) {
    ASSERT_EQ(put(patient(kRestricted)), 201);
    ASSERT_EQ(remove(), 204);
    EXPECT_EQ(put(patient(""), true), 200);
    EXPECT_TRUE(room_.last_leaf().contains(R"("office")")) << room_.last_leaf();
    EXPECT_EQ(labels(), "");
}

TEST_F(KeptLabelsTest, DeletionAndCreationAnewInBundles) {
    auto const bundle = [](std::string const& type, std::string const& entries) {
        return R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[)" + entries + "]}";
    };
    auto const deletion = R"({"request":{"method":"DELETE","url":"Patient/p"}})";
    auto const put_by = [](std::string const& url) {
        return R"({"resource":)" + patient("") + R"(,"request":{"method":"PUT","url":")" + url +
               "\"}}";
    };
    ASSERT_EQ(put(patient(kRestricted)), 201);
    // One after the other, each a request of its own.
    auto const both =
        send(Method::post, "", bundle("batch", std::string(deletion) + "," + put_by("Patient/p")));
    EXPECT_TRUE(PipelineRoom::body(both).contains("204")) << PipelineRoom::body(both);
    EXPECT_EQ(labels(), "R");
    EXPECT_EQ(room_.get("/fhir/Patient/p").headers.get("ETag"), "W/\"3\"");
    // Of one resource a transaction does one thing.
    for (auto const* url : {"Patient/p", "Patient?_id=p", "Patient?_id=nobody"}) {
        auto const entries = std::string(deletion) + "," + put_by(url);
        EXPECT_GE(send(Method::post, "", bundle("transaction", entries)).status, 400) << url;
        auto const by_condition =
            R"({"request":{"method":"DELETE","url":"Patient?_id=p"}},)" + put_by(url);
        EXPECT_GE(send(Method::post, "", bundle("transaction", by_condition)).status, 400) << url;
    }
    EXPECT_EQ(labels(), "R");
    EXPECT_EQ(room_.get("/fhir/Patient/p").headers.get("ETag"), "W/\"3\"");
    for (auto const* url : {"Patient/p", "Patient?_id=nobody"}) {
        EXPECT_EQ(send(Method::post, "", bundle("transaction", deletion)).status, 200);
        EXPECT_EQ(send(Method::post, "", bundle("transaction", put_by(url))).status, 200) << url;
        EXPECT_EQ(labels(), "R") << url;
    }
}

// Of two writers at once the second is judged on what the first made.
TEST_F(KeptLabelsTest, ALabelThatComesMeanwhileStays) {
    ASSERT_EQ(put(patient("")), 201);
    write_before_the_next_commit(kRestricted, 2);
    auto const late = send(Method::put, "/Patient/p", patient(""));
    EXPECT_EQ(late.status, 200);
    EXPECT_EQ(late.headers.get("ETag"), "W/\"3\"");
    EXPECT_EQ(labels(), "R");
    // What was to be patched, or replaced if it were still so, is not what stands there.
    write_before_the_next_commit(kBoth, 4);
    EXPECT_EQ(patch(R"([{"op":"remove","path":"/meta/security"}])", true), 403);
    EXPECT_EQ(labels(), "R 42CFRPart2");
    write_before_the_next_commit(R"({"code":"HIV"})", 5);
    EXPECT_EQ(room_.put("/fhir/Patient/p", patient(""), {{"If-Match", "W/\"4\""}}).status, 412);
    EXPECT_EQ(labels(), "HIV");
    // It was deleted, and somebody else was faster with bringing it back.
    ASSERT_EQ(remove(), 204);
    write_before_the_next_commit(kRestricted, 7);
    EXPECT_EQ(put(patient("")), 200);
    EXPECT_EQ(labels(), "R");
}

// What an update replaces is opened once, and not at all where an index entry tells enough.
TEST_F(KeptLabelsTest, WhatIsOpenedForThem) {
    PipelineRoom plain;  // no rule reads labels
    for (auto* room : {&plain, &room_}) {
        std::size_t opened = 0;
        room->hooks().before_get = [&opened] { ++opened; };
        auto const opened_by = [&](testing::TestRequest wanted, int status) {
            opened = 0;
            if (!wanted.body.empty() && wanted.headers.empty())
                wanted.headers.emplace_back("Content-Type", "application/fhir+json");
            EXPECT_EQ(room->send_authorized(std::move(wanted)).status, status);
            return opened;
        };
        bool const judges = room == &room_;
        constexpr char const* kPlace = "/fhir/Patient/p";
        EXPECT_EQ(opened_by({Method::put, kPlace, {}, patient("")}, 201), 0U);
        EXPECT_EQ(opened_by({Method::put, kPlace, {}, patient("")}, 200), judges ? 1U : 0U);
        EXPECT_EQ(opened_by({Method::put, kPlace, {}, patient(kRestricted)}, 200),
                  judges ? 1U : 0U);
        EXPECT_EQ(opened_by({Method::put, kPlace, {}, patient("")}, 200), 1U);
        EXPECT_EQ(opened_by({Method::patch,
                             kPlace,
                             {{"Content-Type", "application/json-patch+json"}},
                             R"([{"op":"add","path":"/active","value":true}])"},
                            200),
                  1U);
        room->hooks().before_get = nullptr;
    }
}

// What has neither system nor code is no label, to whomever one looks.
TEST_F(KeptLabelsTest, WhatNamesNothingIsNoLabel) {
    for (auto const* others : {"", R"(,{"code":"R"})"}) {
        ASSERT_LE(put(patient(R"({"display":"nothing"})" + std::string(others))), 201);
        EXPECT_EQ(put(patient("")), 200);
        auto const body = PipelineRoom::body(room_.get("/fhir/Patient/p"));
        EXPECT_FALSE(body.contains("nothing")) << body;
    }
    EXPECT_EQ(labels(), "R");
    EXPECT_EQ(put(patient(R"({"system":"urn:c"})")), 200);
    EXPECT_EQ(put(patient("")), 200);
    EXPECT_TRUE(PipelineRoom::body(room_.get("/fhir/Patient/p")).contains("urn:c"));
}

// RFC 9470: whom nothing but the sign-in keeps from it is told which would do.
TEST_F(KeptLabelsTest, WhoSignedInTooWeaklyIsAskedTo) {
    PipelineRoom room(
        nullptr, authorization::Policy::parse(std::string(kKeepingPolicy) + kSigningIn).value());
    oauth::AccessTokenGrant grant{ClientId("client-1"),
                                  request::parse_scopes("user/*.cruds").value(),
                                  request::PurposeOfUse::payment};
    grant.person = testing::make_practitioner(room, "Practitioner/d1");
    grant.person->acr = "mfa";
    auto const send = [&](Method method, std::string const& rest, std::string const& body,
                          char const* type) {
        return room.send(
            {method,
             "/fhir" + rest,
             {{"Content-Type", type}, {"Authorization", "Bearer " + room.token(grant)}},
             body});
    };
    constexpr char const* kPatch = "application/json-patch+json";
    constexpr char const* kResource = "application/fhir+json";
    ASSERT_EQ(send(Method::put, "/Patient/p", patient(kRestricted), kResource).status, 201);
    constexpr char const* kRemoval = R"([{"op":"remove","path":"/meta/security"}])";
    auto const is_asked = [&](http::Response const& answer) {
        EXPECT_EQ(answer.status, 401) << PipelineRoom::body(answer);
        auto const challenge = std::string(answer.headers.get("WWW-Authenticate").value_or(""));
        EXPECT_TRUE(challenge.contains(
            R"(error="insufficient_user_authentication", acr_values="phr", max_age="60")"))
            << challenge;
        EXPECT_TRUE(room.last_leaf().contains(R"("office")")) << room.last_leaf();
        EXPECT_FALSE(room.last_leaf().contains("duty:")) << room.last_leaf();
    };
    is_asked(send(Method::patch, "/Patient/p", kRemoval, kPatch));
    is_asked(send(Method::post, "/Patient/p/$meta-delete", meta_parameter(kRestricted), kResource));
    auto const entry = R"({"resource":{"resourceType":"Binary","contentType":")" +
                       std::string(kPatch) + R"(","data":")" +
                       "W3sib3AiOiJyZW1vdmUiLCJwYXRoIjoiL21ldGEvc2VjdXJpdHkifV0=" +
                       R"("},"request":{"method":"PATCH","url":"Patient/p"}})";
    is_asked(send(Method::post, "",
                  R"({"resourceType":"Bundle","type":"transaction","entry":[)" + entry + "]}",
                  kResource));
    // An update takes none away by name: it keeps them, and asks nobody.
    auto const update = send(Method::put, "/Patient/p", patient(""), kResource);
    EXPECT_EQ(update.status, 200);
    EXPECT_TRUE(PipelineRoom::body(update).contains(R"("R")"));
    EXPECT_FALSE(room.last_leaf().contains(R"("office")")) << room.last_leaf();
    // Of a label that may not go whoever signs in, nothing is asked.
    ASSERT_EQ(send(Method::put, "/Patient/p", patient(kBoth), kResource).status, 200);
    auto const never = send(Method::patch, "/Patient/p", kRemoval, kPatch);
    EXPECT_EQ(never.status, 403);
    EXPECT_EQ(never.headers.count("WWW-Authenticate"), 0U);

    grant.person->acr = "phr";
    EXPECT_EQ(
        send(Method::patch, "/Patient/p", R"([{"op":"remove","path":"/meta/security/0"}])", kPatch)
            .status,
        200);
    EXPECT_FALSE(PipelineRoom::body(room.get("/fhir/Patient/p/$meta")).contains(R"("R")"));
}

// Everything else was permitted by the sign-in that was shown, so less than that would not do.
TEST_F(KeptLabelsTest, NoLessIsAskedForThanWasShown) {
    auto const policy = std::string(kKeepingPolicy) + R"cedar(
@id("office-signs-in") @obligate("sign-in:mfa:60")
permit(principal is User, action == Action::"limit", resource is Record)
when { context.action == "declassify" };
)cedar";
    PipelineRoom room(nullptr, authorization::Policy::parse(policy).value());
    oauth::AccessTokenGrant grant{ClientId("client-1"),
                                  request::parse_scopes("user/*.cruds").value(),
                                  request::PurposeOfUse::payment};
    grant.person = testing::make_practitioner(room, "Practitioner/d1");
    grant.person->authenticated -= std::chrono::seconds(61);
    ASSERT_EQ(room.put("/fhir/Patient/p", patient(kRestricted)).status, 201);
    for (auto const& [acr, wanted] :
         std::vector<std::pair<std::string, std::string>>{{"phr", "phr"}, {"mfa", "phr mfa"}}) {
        grant.person->acr = acr;
        auto const answer = room.send({Method::post,
                                       "/fhir/Patient/p/$meta-delete",
                                       {{"Content-Type", "application/fhir+json"},
                                        {"Authorization", "Bearer " + room.token(grant)}},
                                       meta_parameter(kRestricted)});
        EXPECT_EQ(answer.status, 401) << PipelineRoom::body(answer);
        auto const challenge = std::string(answer.headers.get("WWW-Authenticate").value_or(""));
        EXPECT_TRUE(challenge.contains("acr_values=\"" + wanted + "\", max_age=\"60\""))
            << challenge;
    }
}

// What was read goes back as it came: the label that it bore on its way out is not stored, unless
// it stands there.
TEST_F(KeptLabelsTest, TheLabelOfTheNoticeStaysOutside) {
    ASSERT_EQ(put(patient(kProgram)), 201);
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
