// Writes: on record before they happen, tried again when a race is lost, and settled afterwards.
#include <gtest/gtest.h>

#include "pipeline/pipeline_for_test.h"
#include "records/sealing.h"

namespace salus::pipeline {
namespace {

using http::Method;
using testing::must;
using testing::patient_json;
using testing::PipelineRoom;

class WritePathTest : public ::testing::Test {
protected:
    [[nodiscard]] std::uint64_t versions() {
        return must(room_.instance().store->statistics()).versions;
    }
    [[nodiscard]] std::uint64_t open_intents() {
        return room_.owner().tenant().audit_log.status().open_intents;
    }
    // The next `times` commits lose their race.
    void lose(int times) {
        attempts_ = 0;
        room_.hooks().before_commit = [this, times](store::Batch const&) -> std::optional<Error> {
            if (attempts_++ < times) return Error{Errc::conflict, "the store says so", {}};
            return std::nullopt;
        };
    }
    [[nodiscard]] static std::size_t count(std::vector<std::string> const& leaves,
                                           std::string const& part) {
        return static_cast<std::size_t>(std::ranges::count_if(
            leaves, [&](std::string const& leaf) { return leaf.contains(part); }));
    }

    PipelineRoom room_;
    int attempts_ = 0;
};

TEST_F(WritePathTest, TheIntentIsOnRecordBeforeTheStoreKnows) {
    std::vector<std::string> at_commit;
    crypto::Sha256Digest hash{};
    room_.hooks().before_commit = [&](store::Batch const& batch) -> std::optional<Error> {
        at_commit = room_.owner().leaves();
        hash = records::stored_hash(batch.writes.front().document);
        EXPECT_EQ(open_intents(), 1U);
        return std::nullopt;
    };
    EXPECT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1")).status, 201);
    ASSERT_EQ(at_commit.size(), 1U);
    EXPECT_TRUE(at_commit[0].contains(to_base64(hash))) << at_commit[0];
    EXPECT_TRUE(at_commit[0].contains(R"("ev":"update")"));
    EXPECT_FALSE(at_commit[0].contains("\"st\""));
    auto const leaves = room_.owner().leaves();
    ASSERT_EQ(leaves.size(), 2U);
    EXPECT_TRUE(leaves[1].contains("\"st\":201")) << leaves[1];
    EXPECT_EQ(open_intents(), 0U);
}

TEST_F(WritePathTest, EveryWriteHasBothLeavesAndAReadHasOne) {
    ASSERT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1")).status, 201);
    EXPECT_EQ(room_.owner().leaves().size(), 2U);
    EXPECT_EQ(room_.get("/fhir/Patient/p1").status, 200);
    EXPECT_EQ(room_.owner().leaves().size(), 3U);
    EXPECT_EQ(
        room_.send_authorized({.method = Method::remove, .target = "/fhir/Patient/p1"}).status,
        204);
    EXPECT_EQ(room_.owner().leaves().size(), 5U);
    // Deleting it again changes nothing, and is on record all the same.
    EXPECT_EQ(
        room_.send_authorized({.method = Method::remove, .target = "/fhir/Patient/p1"}).status,
        204);
    EXPECT_EQ(room_.owner().leaves().size(), 6U);
    EXPECT_EQ(open_intents(), 0U);
}

// The first write of a patient makes his key; no other does, and none is told of twice.
TEST_F(WritePathTest, TheFirstWriteOfAPatientIsOnRecordAsTheCauseOfHisKey) {
    lose(1);
    ASSERT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1")).status, 201);
    EXPECT_EQ(count(room_.owner().leaves(), R"("new_key":1)"), 1U);
    ASSERT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1")).status, 200);
    EXPECT_EQ(room_.get("/fhir/Patient/p1").status, 200);
    EXPECT_EQ(count(room_.owner().leaves(), R"("new_key":1)"), 1U);
    ASSERT_EQ(room_.put("/fhir/Patient/p2", patient_json("p2")).status, 201);
    EXPECT_EQ(count(room_.owner().leaves(), R"("new_key":1)"), 2U);
}

TEST_F(WritePathTest, ALostRaceIsTriedAgain) {
    for (int losses = 1; losses <= 3; ++losses) {
        auto const before = room_.owner().leaves().size();
        lose(losses);
        auto const id = "p" + std::to_string(losses);
        EXPECT_EQ(room_.put("/fhir/Patient/" + id, patient_json(id)).status, 201) << losses;
        EXPECT_EQ(attempts_, losses + 1);
        auto leaves = room_.owner().leaves();
        leaves.erase(leaves.begin(), leaves.begin() + static_cast<std::ptrdiff_t>(before));
        EXPECT_EQ(leaves.size(), 2U * static_cast<std::size_t>(losses + 1));
        EXPECT_EQ(count(leaves, "\"st\":409"), static_cast<std::size_t>(losses));
        EXPECT_TRUE(leaves.back().contains("\"st\":201"));
        EXPECT_EQ(open_intents(), 0U);
    }
}

TEST_F(WritePathTest, AfterFourLostRacesItGivesUp) {
    for (int const losses : {4, 100}) {
        lose(losses);
        auto const response = room_.put("/fhir/Patient/p1", patient_json("p1"));
        EXPECT_EQ(response.status, 409);
        EXPECT_EQ(attempts_, 4);
        EXPECT_FALSE(PipelineRoom::body(response).contains("the store says so"));
        EXPECT_EQ(open_intents(), 0U);
        EXPECT_EQ(versions(), 0U);
        EXPECT_TRUE(room_.last_leaf().contains("\"st\":409"));
    }
}

TEST_F(WritePathTest, ARealRivalWinsAndBothVersionsStand) {
    ASSERT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1")).status, 201);
    int rivals = 0;
    testing::PipelineRoom& room = room_;
    room_.hooks().before_commit = [&](store::Batch const& batch) -> std::optional<Error> {
        if (rivals == 2) return std::nullopt;
        ++rivals;
        // Another node writes the very version that this batch wants to write.
        store::Batch rival;
        auto const& write = batch.writes.front();
        rival.writes.push_back({.address = write.address,
                                .compartment = write.compartment,
                                .version = write.version,
                                .document = write.document.clone(),
                                .index_entry = write.index_entry->clone(),
                                .tokens = {}});
        EXPECT_TRUE(room.commit_behind(std::move(rival)).has_value());
        return std::nullopt;
    };
    auto const response = room_.put("/fhir/Patient/p1", patient_json("p1", R"(,"gender":"male")"));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.headers.get("ETag"), "W/\"4\"");
    EXPECT_EQ(room_.get("/fhir/Patient/p1").headers.get("ETag"), "W/\"4\"");
    EXPECT_EQ(versions(), 4U);
    EXPECT_EQ(open_intents(), 0U);
}

TEST_F(WritePathTest, WithIfMatchALostRaceIs412AtOnce) {
    ASSERT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1")).status, 201);
    testing::HeaderList const if_match{{"If-Match", "W/\"1\""}};
    lose(1);
    EXPECT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1"), if_match).status, 412);
    EXPECT_EQ(attempts_, 1);
    EXPECT_TRUE(room_.last_leaf().contains("\"st\":412")) << room_.last_leaf();
    EXPECT_EQ(open_intents(), 0U);
    lose(1);
    EXPECT_EQ(room_
                  .send_authorized(
                      {.method = Method::remove, .target = "/fhir/Patient/p1", .headers = if_match})
                  .status,
              412);
    EXPECT_EQ(attempts_, 1);
    EXPECT_EQ(versions(), 1U);
    // A version that was stale to begin with does not get as far as an intent.
    auto const leaves = room_.owner().leaves().size();
    EXPECT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1"), {{"If-Match", "W/\"7\""}}).status,
              412);
    EXPECT_EQ(room_.owner().leaves().size(), leaves + 1);
}

TEST_F(WritePathTest, AStoreThatFailsLeavesTheIntentOpenForTheNextStart) {
    room_.hooks().before_commit = [](store::Batch const&) -> std::optional<Error> {
        return Error{Errc::unavailable, "the disk refuses", {}};
    };
    auto const response = room_.put("/fhir/Patient/p1", patient_json("p1"));
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(open_intents(), 1U);
    auto const leaves = room_.owner().leaves();
    ASSERT_EQ(leaves.size(), 2U);
    EXPECT_TRUE(leaves[1].contains(R"("ev":"error")")) << leaves[1];
    EXPECT_TRUE(leaves[1].contains("\"st\":503"));
}

TEST_F(WritePathTest, ATransactionIsWhollyThereOrNotAtAll) {
    auto const entry = [](std::string const& id, std::string const& type) {
        return R"({"request":{"method":"PUT","url":")" + type + "/" + id +
               R"("},"resource":{"resourceType":")" + type + R"(","id":")" + id + "\"}}";
    };
    auto const send = [&](std::string const& entries, request::PurposeOfUse purpose) {
        return room_.send(
            {Method::post,
             "/fhir",
             {{"Content-Type", "application/fhir+json"},
              {"Authorization", "Bearer " + room_.token("system/*.cruds", purpose)}},
             R"({"resourceType":"Bundle","type":"transaction","entry":[)" + entries + "]}"});
    };
    auto const entries = entry("p1", "Patient") + "," + entry("g1", "Location");
    // One entry that the purpose does not permit refuses all.
    EXPECT_EQ(send(entries, request::PurposeOfUse::payment).status, 403);
    EXPECT_EQ(versions(), 0U);
    lose(100);
    EXPECT_EQ(send(entries, request::PurposeOfUse::treatment).status, 409);
    EXPECT_EQ(versions(), 0U);
    EXPECT_EQ(open_intents(), 0U);
    lose(0);
    EXPECT_EQ(send(entries, request::PurposeOfUse::treatment).status, 200);
    EXPECT_EQ(versions(), 2U);
}

TEST_F(WritePathTest, ALargeBodyTakesTheSameRoad) {
    auto const name = std::string(100'000, 'n');
    auto const response =
        room_.put("/fhir/Patient/p1", patient_json("p1", R"(,"name":[{"text":")" + name + "\"}]"));
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(room_.owner().leaves().size(), 2U);
    EXPECT_TRUE(PipelineRoom::body(room_.get("/fhir/Patient/p1")).contains(name));
}

}  // namespace
}  // namespace salus::pipeline
