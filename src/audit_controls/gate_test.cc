// What the gate writes, for whom it writes it, and what happens when it cannot.
#include "audit_controls/gate.h"

#include <gtest/gtest.h>

#include "fhir/operation_outcome.h"
#include "json/escape.h"
#include "request/answer_for_test.h"
#include "request/caller_for_test.h"
#include "request/tenant_for_test.h"

namespace salus::audit_controls {
namespace {

using request::Interaction;
using testing::make_answer;
using testing::make_exchange;
using testing::make_request;

// What a client sends and no leaf may hold.
constexpr std::array<std::string_view, 7> kPlanted{
    "PLANTED-TARGET", "PLANTED-AGENT",  "PLANTED-BODY", "PLANTED-CLIENT",
    "PLANTED-REASON", "PLANTED-HEADER", "192.0.2.7"};

crypto::Sha256Digest policy_hash() {
    return crypto::sha256(bytes_of("policy"));
}
CompartmentId compartment(std::uint64_t number) {
    return keys::compartment_of(number);
}
request::Touched touched(std::uint64_t patient, std::uint64_t number = 1,
                         std::string const& type = "Observation") {
    Bytes address;
    append_u64(address, patient);
    append_u64(address, number);
    return {.action = "read",
            .compartment = compartment(patient),
            .patient_compartment = true,
            .type = type,
            .address = Address::from(address),
            .version = number,
            .stored_hash = crypto::sha256(address)};
}

class GateTest : public ::testing::Test {
protected:
    [[nodiscard]] request::Exchange exchange(Interaction interaction) const {
        auto exchange = make_exchange(
            tenant_.tenant(),
            make_request({.method = http::Method::post,
                          .target = "/fhir/Patient/PLANTED-TARGET?name=PLANTED-TARGET",
                          .headers = {{"User-Agent", "PLANTED-AGENT"},
                                      {"X-Request-Id", "PLANTED-HEADER"},
                                      {"Referer", "PLANTED-HEADER"}},
                          .body = "name=PLANTED-BODY"}));
        exchange.policy.hash = policy_hash();
        exchange.facts.caller = testing::make_caller(testing::facts_of_caller("system/*.rs"));
        exchange.facts.claimed_client = EphiText("PLANTED-CLIENT");
        exchange.facts.stated_reason = EphiText("PLANTED-REASON");
        exchange.facts.interaction = interaction;
        exchange.facts.rules = {PolicyRuleId("policy.TREAT")};
        return exchange;
    }
    Result<request::Receipt> record(request::Exchange const& exchange, int status = 200) {
        auto const answer = make_answer(status, "{}", exchange.id);
        return instance_.home.run(gate_.record(exchange, answer, instance_.home));
    }
    Result<request::RecordedIntent> record_intent(request::Exchange& exchange) {
        return instance_.home.run(gate_.record_intent(exchange, instance_.home));
    }
    Result<void> record_conflict(request::Exchange& exchange) {
        return instance_.home.run(gate_.record_conflict(exchange, instance_.home));
    }
    Result<request::Receipt> record_refusal(request::Exchange const& exchange, Error error) {
        return instance_.home.run(gate_.record_refusal(exchange, std::move(error), instance_.home));
    }
    [[nodiscard]] std::string last_leaf() const {
        auto const leaves = tenant_.leaves();
        return leaves.empty() ? "" : leaves.back();
    }

    testing::TestInstance instance_;
    testing::TestTenant tenant_{instance_};
    Gate gate_{tenant_.tenant(), instance_.random};
};

TEST_F(GateTest, EveryOutcomeOfEveryInteractionMakesALeaf) {
    std::size_t count = 0;
    for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(Interaction::control_check); ++i) {
        for (int const status : {200, 201, 204, 304, 400, 401, 404, 500, 503}) {
            auto const receipt = record(exchange(static_cast<Interaction>(i)), status);
            ASSERT_TRUE(receipt.has_value());
            EXPECT_EQ(receipt->leaf_index(), count++);
            auto const leaf = last_leaf();
            EXPECT_TRUE(leaf.contains("\"st\":" + std::to_string(status))) << leaf;
            auto const* outcome = status < 400   ? R"("out":"ok")"
                                  : status < 500 ? R"("out":"denied")"
                                                 : R"("out":"error")";
            EXPECT_TRUE(leaf.contains(outcome)) << leaf;
            EXPECT_FALSE(leaf.contains(R"("ev":"error")")) << leaf;
        }
    }
    EXPECT_EQ(tenant_.leaves().size(), count);
}

TEST_F(GateTest, EveryRefusalMakesALeafEvenBeforeAnythingIsKnown) {
    for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
        auto const code = static_cast<Errc>(i);
        auto bare = make_exchange(tenant_.tenant(), make_request({.target = "/PLANTED-TARGET"}));
        ASSERT_TRUE(record_refusal(bare, Error{code, "a reason", {}}).has_value());
        auto const leaf = last_leaf();
        EXPECT_TRUE(leaf.contains(R"("why":"a reason")")) << leaf;
        EXPECT_TRUE(leaf.contains("\"st\":" + std::to_string(fhir::http_status(code)))) << leaf;
        EXPECT_FALSE(leaf.contains("PLANTED"));
        EXPECT_EQ(leaf.contains(R"("ev":"auth.refused")"), code == Errc::unauthenticated);
    }
    EXPECT_EQ(tenant_.leaves().size(), static_cast<std::size_t>(Errc::internal) + 1);
}

// KEY-3: who caused a data key, in the leaf of the write or beside the refusal's.
TEST_F(GateTest, ANewDataKeyIsOnRecordWithWhoCausedIt) {
    auto const patient = keys::compartment_of(1);
    auto write = exchange(Interaction::create);
    write.facts.touched = {{.action = "create",
                            .compartment = patient,
                            .patient_compartment = true,
                            .type = "Patient",
                            .address = {},
                            .version = 1}};
    write.facts.touched.push_back(write.facts.touched.front());
    write.facts.new_keys = {{.compartment = patient, .patient_compartment = true}};
    ASSERT_TRUE(record_intent(write));
    EXPECT_TRUE(last_leaf().contains(R"("num":{"new_key":1})")) << last_leaf();
    EXPECT_TRUE(last_leaf().contains(R"("client":"client-1")"));
    ASSERT_TRUE(record(write, 201));
    EXPECT_FALSE(last_leaf().contains("new_key"));
    EXPECT_EQ(tenant_.leaves().size(), 2U);

    auto refused = exchange(Interaction::create);
    refused.facts.new_keys = {{.compartment = patient, .patient_compartment = true}};
    ASSERT_TRUE(record_refusal(refused, Error{Errc::conflict, "a reason", {}}));
    ASSERT_EQ(tenant_.leaves().size(), 4U);
    for (auto const& part :
         {std::string(R"("ev":"key.created")"), R"("pt":")" + patient.hex(),
          std::string(R"("client":"client-1")"), std::string(R"("why":"data")")}) {
        EXPECT_TRUE(last_leaf().contains(part)) << part << last_leaf();
    }
}

TEST_F(GateTest, ALeafNamesWhoWhyAndByWhichRule) {
    ASSERT_TRUE(record(exchange(Interaction::read)).has_value());
    auto const leaf = last_leaf();
    for (auto const* part :
         {R"("client":"client-1")", R"("tenant":"default")", R"("pou":"TREAT")",
          R"("rq":"request-1")", R"("rules":["policy.TREAT"])", "system/*.rs", "\"policy\":\""}) {
        EXPECT_TRUE(leaf.contains(part)) << part << "\n" << leaf;
    }
}

TEST_F(GateTest, NoTextOfTheRequestReachesALeafOrADetailInClear) {
    for (auto const interaction :
         {Interaction::read, Interaction::search_type, Interaction::token, Interaction::create}) {
        auto one = exchange(interaction);
        one.facts.touched = {touched(1), touched(2)};
        ASSERT_TRUE(record(one).has_value());
        ASSERT_TRUE(record_refusal(one, Error{Errc::forbidden, "a reason", {}}).has_value());
        ASSERT_TRUE(record_intent(one).has_value());
        ASSERT_TRUE(record_conflict(one).has_value());
    }
    for (auto const planted : kPlanted) {
        for (auto const& leaf : tenant_.leaves()) {
            EXPECT_FALSE(leaf.contains(planted)) << planted;
        }
        for (auto const& detail : tenant_.details()) {
            EXPECT_FALSE(text_of(detail).contains(planted)) << planted;
        }
    }
    EXPECT_GE(tenant_.details().size(), 8U);
}

class DetailTest : public GateTest {
protected:
    Result<std::string> open(Bytes const& detail, std::string const& request_id) {
        auto const key =
            testing::must(tenant_.tenant().keyring.purpose_key(keys::Purpose::audit_detail));
        using Part = crypto::Context::Part;
        crypto::Context context;
        context.add(Part::realm, tenant_.tenant().realm)
            .add(Part::tenant, "default")
            .add(Part::object_class, "audit-detail")
            .add(Part::id, request_id);
        return crypto::Sealer(instance_.random)
            .open(key, context, testing::must(crypto::Sealed::from_storage(detail)));
    }
};

TEST_F(DetailTest, AnAuditorReadsInTheDetailWhatTheLeafKeepsBack) {
    ASSERT_TRUE(record(exchange(Interaction::search_type)).has_value());
    auto const details = tenant_.details();
    ASSERT_EQ(details.size(), 1U);
    EXPECT_FALSE(open(details[0], "request-2").has_value());  // bound to its request
    auto const text = open(details[0], "request-1");
    ASSERT_TRUE(text.has_value());
    for (auto const planted : kPlanted) {
        if (planted == "PLANTED-HEADER") continue;  // of headers, the agent only
        EXPECT_TRUE(text->contains(planted)) << planted;
    }
}

TEST_F(DetailTest, BodiesOfOtherThanSearchFormsAreNotKept) {
    for (auto const interaction : {Interaction::create, Interaction::token, Interaction::read}) {
        ASSERT_TRUE(record(exchange(interaction)).has_value());
        auto const text = open(tenant_.details().back(), "request-1");
        ASSERT_TRUE(text.has_value());
        EXPECT_FALSE(text->contains("PLANTED-BODY"));
    }
}

TEST_F(DetailTest, ALongTargetIsCutAndSaysSo) {
    auto one = exchange(Interaction::read);
    one.request.target = EphiText("/" + std::string(100'000, 'x'));
    ASSERT_TRUE(record(one).has_value());
    auto const text = open(tenant_.details().back(), "request-1");
    ASSERT_TRUE(text.has_value());
    EXPECT_TRUE(text->contains(R"("target_cut":true)"));
    EXPECT_LT(text->size(), 10'000U);
}

TEST_F(DetailTest, BytesThatAreNoTextAreKeptAndTheDetailIsJsonAllTheSame) {
    auto one = exchange(Interaction::read);
    one.request.target = EphiText("/\xff\xc3(\"\\");
    ASSERT_TRUE(record(one).has_value());
    auto const bytes = open(tenant_.details().back(), "request-1");
    ASSERT_TRUE(bytes.has_value());
    EXPECT_TRUE(json::is_utf8(*bytes));
    EXPECT_TRUE(bytes->contains("\"target\":\"/\u00ff\u00c3(\\\"\\\\\",\"target_latin1\":true"));
    // A character is not cut in two, and text stays text.
    one.request.target = EphiText("/" + std::string(4'094, 'x') + "\u00e9\u00e9");
    ASSERT_TRUE(record(one).has_value());
    auto const cut = open(tenant_.details().back(), "request-1");
    ASSERT_TRUE(cut.has_value());
    EXPECT_TRUE(cut->contains("x\",\"target_cut\":true"));
}

TEST_F(GateTest, OneLeafForEachPatientThatAnAnswerSpeaksOf) {
    auto one = exchange(Interaction::search_type);
    one.facts.touched = {touched(1, 1), touched(1, 2), touched(2, 1), touched(3, 1)};
    auto const receipt = record(one);
    ASSERT_TRUE(receipt.has_value());
    EXPECT_EQ(receipt->leaf_index(), 0U);
    auto const leaves = tenant_.leaves();
    ASSERT_EQ(leaves.size(), 3U);
    EXPECT_EQ(tenant_.details().size(), 1U);  // the request was one
    for (std::uint64_t patient = 1; patient <= 3; ++patient) {
        for (std::uint64_t other = 1; other <= 3; ++other) {
            EXPECT_EQ(leaves[patient - 1].contains(compartment(other).hex()), patient == other);
        }
        EXPECT_TRUE(leaves[patient - 1].contains(touched(patient).address.hex()));
    }
    EXPECT_TRUE(leaves[0].contains(touched(1, 2).address.hex()));
}

TEST_F(GateTest, SharedDocumentsNameNoPatient) {
    auto one = exchange(Interaction::read);
    auto shared = touched(9, 1, "Organization");
    shared.patient_compartment = false;
    one.facts.touched = {shared};
    ASSERT_TRUE(record(one).has_value());
    EXPECT_FALSE(last_leaf().contains(compartment(9).hex()));
    EXPECT_FALSE(last_leaf().contains("\"pt\""));
    EXPECT_TRUE(last_leaf().contains(shared.address.hex()));
}

TEST_F(GateTest, ASearchWithoutAHitStillNamesThePatientAskedAbout) {
    auto one = exchange(Interaction::search_type);
    one.facts.compartment = compartment(7);
    ASSERT_TRUE(record(one).has_value());
    EXPECT_TRUE(last_leaf().contains(compartment(7).hex()));
    ASSERT_TRUE(record_refusal(one, Error{Errc::forbidden, "a reason", {}}).has_value());
    EXPECT_TRUE(last_leaf().contains(compartment(7).hex()));
}

TEST_F(GateTest, ManyResourcesOfOnePatientAreSpreadOverLeavesAndNoneIsLost) {
    auto one = exchange(Interaction::search_type);
    // The longest type and the most scopes that there can be: a leaf has room for 300 of them.
    auto caller = testing::facts_of_caller("system/*.rs");
    caller.scope_text.clear();
    for (int i = 0; i < 64; ++i) {
        caller.scope_text += "system/MedicinalProductUndesirableEffect.cruds ";
    }
    one.facts.caller = testing::make_caller(std::move(caller));
    for (std::uint64_t i = 1; i <= 1000; ++i) {
        one.facts.touched.push_back(touched(1, i, "MedicinalProductUndesirableEffect"));
    }
    auto const receipt = record(one);
    ASSERT_TRUE(receipt.has_value()) << receipt.error().why.text();
    auto const leaves = tenant_.leaves();
    EXPECT_EQ(leaves.size(), 4U);
    for (std::uint64_t i = 0; i < 1000; ++i) {
        EXPECT_TRUE(leaves[i / 300].contains(one.facts.touched[i].address.hex())) << i;
    }
}

TEST_F(GateTest, AnIntentNamesTheBytesAndItsConclusionNamesTheIntent) {
    auto one = exchange(Interaction::transaction);
    one.facts.touched = {touched(1), touched(2)};
    auto const intent = record_intent(one);
    ASSERT_TRUE(intent.has_value());
    EXPECT_EQ(one.facts.intent_leaves, (std::vector<std::uint64_t>{0, 1}));
    EXPECT_EQ(tenant_.tenant().audit_log.status().open_intents, 2U);
    auto leaves = tenant_.leaves();
    EXPECT_TRUE(leaves[0].contains(to_base64(touched(1).stored_hash)));
    EXPECT_FALSE(leaves[0].contains("\"st\""));  // nothing was answered yet

    auto const receipt = record(one, 200);
    ASSERT_TRUE(receipt.has_value());
    EXPECT_EQ(receipt->leaf_index(), 2U);
    EXPECT_EQ(tenant_.tenant().audit_log.status().open_intents, 0U);
    leaves = tenant_.leaves();
    ASSERT_EQ(leaves.size(), 4U);
    EXPECT_TRUE(leaves[2].contains("\"st\":200"));
}

TEST_F(GateTest, ALostRaceClosesItsIntentsAndTheNextAttemptHasItsOwn) {
    auto one = exchange(Interaction::update);
    one.facts.touched = {touched(1)};
    ASSERT_TRUE(record_intent(one).has_value());
    ASSERT_TRUE(record_conflict(one).has_value());
    EXPECT_TRUE(one.facts.intent_leaves.empty());
    EXPECT_TRUE(last_leaf().contains("\"st\":409"));
    EXPECT_TRUE(last_leaf().contains(R"("out":"error")"));
    ASSERT_TRUE(record_intent(one).has_value());
    EXPECT_EQ(one.facts.intent_leaves, (std::vector<std::uint64_t>{2}));
    ASSERT_TRUE(record(one).has_value());
    EXPECT_EQ(tenant_.tenant().audit_log.status().open_intents, 0U);
}

TEST_F(GateTest, ARefusalAfterTheIntentConcludesItAsNotDone) {
    auto one = exchange(Interaction::create);
    one.facts.touched = {touched(1), touched(2)};
    ASSERT_TRUE(record_intent(one).has_value());
    ASSERT_TRUE(record_refusal(one, Error{Errc::unavailable, "the store refuses", {}}).has_value());
    EXPECT_EQ(tenant_.tenant().audit_log.status().open_intents, 0U);
    EXPECT_EQ(tenant_.leaves().size(), 4U);
    EXPECT_TRUE(last_leaf().contains(R"("out":"error")"));
    EXPECT_TRUE(last_leaf().contains(R"("why":"the store refuses")"));
}

TEST_F(GateTest, ABrokenLogGivesNoReceiptForAnything) {
    auto one = exchange(Interaction::create);
    one.facts.touched = {touched(1)};
    ASSERT_TRUE(record_intent(one).has_value());
    tenant_.break_audit_log();
    for (int attempt = 0; attempt < 3; ++attempt) {
        EXPECT_EQ(record(exchange(Interaction::read)).error().code, Errc::unavailable);
        EXPECT_EQ(record(one).error().code, Errc::unavailable);
        EXPECT_EQ(record_conflict(one).error().code, Errc::unavailable);
        EXPECT_EQ(one.facts.intent_leaves.size(), 1U);  // still open
        auto other = exchange(Interaction::update);
        EXPECT_EQ(record_intent(other).error().code, Errc::unavailable);
        EXPECT_TRUE(other.facts.intent_leaves.empty());
        EXPECT_EQ(record_refusal(one, Error{Errc::forbidden, "a reason", {}}).error().code,
                  Errc::unavailable);
    }
    EXPECT_EQ(tenant_.tenant().audit_log.status().state, audit::State::poisoned);
    EXPECT_EQ(tenant_.leaves().size(), 1U);
}

TEST_F(GateTest, WhatALeafMayNotHoldIsNoAnswerEither) {
    auto one = exchange(Interaction::read);
    one.facts.touched = {touched(1, 1, "Not a type")};
    EXPECT_FALSE(record(one).has_value());
    EXPECT_TRUE(tenant_.leaves().empty());
}

}  // namespace
}  // namespace salus::audit_controls
