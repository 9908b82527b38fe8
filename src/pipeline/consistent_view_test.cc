// Whoever changes a record and what decides of it in one transaction, while it is read: the answer
// is of before or of after, and never shows one of them with the other.
#include <gtest/gtest.h>

#include "fhir/index_entry.h"
#include "pipeline/pipeline_for_test.h"

namespace salus::pipeline {
namespace {

using testing::must;

constexpr char const* kSecret = "what happened at a";

// Payment reads observations of the places where it works.
authorization::Policy policy_of_places() {
    auto policy = authorization::Policy::parse(
        R"(@id("all") @fields("*") permit(principal, action, resource is Record);
        @id("place") forbid(principal, action in [Action::"read", Action::"search"],
            resource in Type::"Observation")
            when {context.purpose == "HPAYMT"}
            unless {principal.locations.containsAny(resource.locations)};)");
    EXPECT_TRUE(policy) << (policy ? "" : policy.error().front().text);
    return policy ? *std::move(policy) : authorization::Policy();
}

std::string encounter_json(std::string const& location) {
    return R"({"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"AMB"},)"
           R"("subject":{"reference":"Patient/p"},"location":[{"location":{"reference":"Location/)" +
           location + "\"}}]}";
}

std::string observation_json(std::string const& text) {
    return R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":")" + text +
           R"("},"subject":{"reference":"Patient/p"},"encounter":{"reference":"Encounter/e"}})";
}

class ConsistentViewTest : public ::testing::Test {
protected:
    // What stands before, and what one commit makes of it.
    struct Change {
        std::string before;
        std::string text_before;
        std::string after;  // empty: the Encounter is deleted
        std::string text_after;
    };

    void SetUp() override {
        ASSERT_EQ(room_.put("/fhir/Patient/p", testing::patient_json("p")).status, 201);
    }

    // The change happens before the n-th document is read. False: so many are not.
    bool reads_whole(std::string const& target, Change const& change, int moment) {
        stand(change);
        auto batch = batch_of(change);
        int left = moment;
        room_.hooks().before_get = [&] {
            if (--left == 0) ASSERT_TRUE(room_.commit_behind(std::move(batch)));
        };
        auto const response =
            room_.send({.target = target, .headers = {{"Authorization", "Bearer " + token()}}});
        room_.hooks().before_get = nullptr;
        auto const body = testing::PipelineRoom::body(response);
        EXPECT_FALSE(body.contains(kSecret)) << target << ", read " << moment;
        return left <= 0;
    }

private:
    void stand(Change const& change) {
        for (auto const& [name, json] :
             {std::pair{"Encounter/e", encounter_json(change.before)},
              std::pair{"Observation/o", observation_json(change.text_before)}})
            ASSERT_LT(room_.put(std::string("/fhir/") + name, json).status, 300) << name;
    }
    std::string token() {
        oauth::AccessTokenGrant grant{ClientId("client-1"),
                                      request::parse_scopes("system/*.rs").value(),
                                      request::PurposeOfUse::payment};
        grant.locations = {*request::PlaceName::parse("Location/b")};
        return room_.token(grant);
    }
    store::Batch batch_of(Change const& change) {
        store::Batch batch;
        batch.writes.push_back(
            write("Encounter", "e", change.after.empty() ? "" : encounter_json(change.after)));
        batch.writes.push_back(write("Observation", "o", observation_json(change.text_after)));
        return batch;
    }
    store::Write write(std::string const& type, std::string const& id, std::string const& json) {
        records::Change change;
        change.type = type;
        change.id = id;
        change.compartment = room_.compartment_of("p");
        change.version = must(records_->current(type, id))->version + 1;
        change.when = room_.instance().clock.now();
        if (json.empty()) {
            change.state = store::VersionState::deleted;
            return must(records_->seal(change));
        }
        auto const resource = must(fhir::Reader::parse(EphiText(json), parser_));
        change.text = EphiText(json);
        change.index_entry = must(fhir::make_index_entry(resource.view(), change.when));
        return must(records_->seal(change));
    }

    testing::PipelineRoom room_{testing::RoomChoices{.policy = policy_of_places()}};
    records::IndexCache cache_{limits::kMiB, room_.instance().clock};
    std::unique_ptr<records::Records> records_ =
        must(records::Records::make(room_.owner().tenant(), room_.instance().random, cache_));
    json::Parser parser_;
};

// Not of histories: there the Encounter's place now decides of what was written when it was
// another.
TEST_F(ConsistentViewTest, AnEncounterThatMovesWhileItsRecordIsRead) {
    Change const to_b{"a", kSecret, "b", "harmless"};
    Change const to_a{"b", "harmless", "a", kSecret};
    Change const gone{"b", "harmless", "", kSecret};
    for (auto const* target : {"/fhir/Observation/o", "/fhir/Observation?patient=p",
                               "/fhir/Observation?patient=p&_include=Observation:encounter",
                               "/fhir/Patient/p/$everything",
                               "/fhir/Encounter?patient=p&_revinclude=Observation:encounter"}) {
        for (auto const& change : {to_b, to_a, gone}) {
            int moment = 1;
            while (moment < 100 && reads_whole(target, change, moment)) ++moment;
            EXPECT_GT(moment, 1) << target;
            EXPECT_LT(moment, 100) << target;
        }
    }
}

}  // namespace
}  // namespace salus::pipeline
