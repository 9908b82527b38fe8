// Whose a Provenance is that names records and no patient, what then finds it, and that the answer
// does not tell what the caller may not see.
#include "operations/place.h"

#include <gtest/gtest.h>

#include "fhir/index_entry.h"
#include "operations/operations_for_test.h"

namespace salus::operations {
namespace {

using testing::Answer;
using testing::must;
using testing::observation_json;
using testing::patient_json;

std::string provenance_json(std::vector<std::string> const& targets, std::string const& id = "v") {
    std::string list;
    for (auto const& target : targets)
        list.append(list.empty() ? "" : ",").append(R"({"reference":")" + target + "\"}");
    return R"({"resourceType":"Provenance","id":")" + id + R"(","target":[)" + list +
           R"(],"recorded":"2026-01-02T03:04:05Z","agent":[{"who":{"display":"x"}}]})";
}

std::string allergy_json(std::string const& id, std::string const& patient) {
    constexpr char const* kActive =
        R"({"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",)"
        R"("code":"active"})";
    return R"({"resourceType":"AllergyIntolerance","id":")" + id +
           R"(","clinicalStatus":{"coding":[)" + kActive + R"(]},"patient":{"reference":")" +
           patient + "\"}}";
}

class PlaceTest : public ::testing::Test {
protected:
    // Of p1 the allergy a1 and the observation o1, of p2 the allergy a2; d is nobody's.
    void SetUp() override {
        for (auto const* id : {"p1", "p2"})
            ASSERT_EQ(room_.put("/fhir/Patient/" + std::string(id), patient_json(id)).status(),
                      201);
        ASSERT_EQ(put("AllergyIntolerance/a1", allergy_json("a1", "Patient/p1")), 201);
        ASSERT_EQ(put("AllergyIntolerance/a2", allergy_json("a2", "Patient/p2")), 201);
        ASSERT_EQ(put("Observation/o1", observation_json("o1", "p1")), 201);
        ASSERT_EQ(put("Practitioner/d", R"({"resourceType":"Practitioner","id":"d"})"), 201);
    }
    int put(std::string const& name, std::string const& json) {
        return room_.put("/fhir/" + name, json).status();
    }
    int put_about(std::vector<std::string> const& targets) {
        return put("Provenance/v", provenance_json(targets));
    }
    Answer post_as(request::CallerPointer who, std::vector<std::string> const& targets) {
        return room_.serve_as({http::Method::post,
                               "/fhir/Provenance",
                               {{"Content-Type", testing::kFhirJsonType}},
                               provenance_json(targets)},
                              std::move(who));
    }
    [[nodiscard]] CompartmentId of(std::string const& patient) const {
        return room_.addressing().patient_compartment(patient);
    }
    [[nodiscard]] CompartmentId place(std::string const& id = "v") {
        return must(room_.records().current("Provenance", id))->compartment;
    }
    [[nodiscard]] bool finds(std::string const& target) {
        auto const answer = room_.get("/fhir/" + target);
        EXPECT_EQ(answer.status(), 200) << target << ": " << answer.why();
        return answer.body().contains("/fhir/Provenance/");
    }

    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
};

TEST_F(PlaceTest, StandsWithThePatientOfTheRecordsThatItNames) {
    for (auto const& targets : std::vector<std::vector<std::string>>{
             {"AllergyIntolerance/a1"},
             {"AllergyIntolerance/a1/_history/1", "Observation/o1"},
             {"Practitioner/d", "https://localhost:8443/fhir/Observation/o1"},
             {"https://example.org/fhir/AllergyIntolerance/a2", "Observation/o1"}}) {
        EXPECT_LT(put_about(targets), 300) << targets.front();
        EXPECT_EQ(place(), of("p1")) << targets.front();
        ASSERT_EQ(put_about({"AllergyIntolerance/a2"}), 200);  // and moves with what it is about
        EXPECT_EQ(place(), of("p2"));
    }
    // The patient whom it names comes first, whatever else it names.
    EXPECT_EQ(put_about({"AllergyIntolerance/a2", "Patient/p1", "Observation/absent"}), 200);
    EXPECT_EQ(place(), of("p1"));
}

TEST_F(PlaceTest, WhatIsAboutNobodysRecordsIsNobodys) {
    for (auto const* target :
         {"Practitioner/d", "Organization/absent", "https://example.org/fhir/Observation/o1",
          "urn:uuid:00000000-0000-4000-8000-000000000001"}) {
        EXPECT_LT(put_about({target}), 300) << target;
        EXPECT_EQ(place(), room_.addressing().shared_compartment()) << target;
    }
}

// Moved from p1 to p2: its first version is still of p1.
TEST_F(PlaceTest, AVersionIsOfThePatientWithWhomItStands) {
    ASSERT_EQ(put("AllergyIntolerance/a1", allergy_json("a1", "Patient/p2")), 200);
    ASSERT_EQ(put_about({"AllergyIntolerance/a1/_history/1"}), 201);
    EXPECT_EQ(place(), of("p1"));
    ASSERT_EQ(put_about({"AllergyIntolerance/a1/_history/2"}), 200);
    EXPECT_EQ(place(), of("p2"));
    for (auto const& targets : std::vector<std::vector<std::string>>{
             {"AllergyIntolerance/a1/_history/1", "AllergyIntolerance/a1"},
             {"AllergyIntolerance/a1/_history/1", "AllergyIntolerance/a2"},
             {"AllergyIntolerance/a1/_history/3"},
             {"AllergyIntolerance/a1/_history/0"},
             {"AllergyIntolerance/a1/_history/x"},
             {"AllergyIntolerance/a1/_history/99999999999999999999"}})
        EXPECT_EQ(put_about(targets), 422) << targets.front();
    // What was deleted stays with whom it was.
    ASSERT_EQ(room_.remove("/fhir/AllergyIntolerance/a1").status(), 204);
    EXPECT_EQ(put_about({"AllergyIntolerance/a1/_history/1"}), 200);
    EXPECT_EQ(place(), of("p1"));
    EXPECT_EQ(put_about({"AllergyIntolerance/a1"}), 200);
    EXPECT_EQ(place(), of("p2"));
}

// Nobody could tell whose it is; the patient whom it names can.
TEST_F(PlaceTest, WhatItContainsIsNobodysWord) {
    auto const put_containing = [&](std::vector<std::string> const& targets) {
        auto json = provenance_json(targets);
        json.insert(1, R"("contained":[)" + observation_json("o", "p2") + "],");
        return put("Provenance/v", json);
    };
    for (auto const& targets : std::vector<std::vector<std::string>>{
             {"#o"}, {"Observation/o1", "#o"}, {"#o", "Practitioner/d"}})
        EXPECT_EQ(put_containing(targets), 422) << targets.front();
    EXPECT_EQ(put_about({"#"}), 422);
    EXPECT_EQ(put_containing({"#o", "Patient/p1"}), 201);
    EXPECT_EQ(place(), of("p1"));
}

TEST_F(PlaceTest, AnAddressOfOursInWhateverSpelling) {
    for (auto const* target : {"HTTPS://LocalHost:8443/fhir/Observation/o1",
                               "https://localhost:8443/fhir/Observation/o1/_history/1"}) {
        EXPECT_LT(put_about({target}), 300) << target;
        EXPECT_EQ(place(), of("p1")) << target;
        EXPECT_EQ(put_about({target, "AllergyIntolerance/a2"}), 422) << target;
    }
    EXPECT_EQ(put("Provenance/v", provenance_json({"HTTPS://LOCALHOST:8443/fhir/Patient/p1"})),
              400);
    // Another tenant's records are others'.
    EXPECT_LT(put_about({"https://localhost:8443/t/north/fhir/Observation/o1"}), 300);
    EXPECT_EQ(place(), room_.addressing().shared_compartment());
}

// Whatever the order: it stands where its target will stand, or nothing happens.
TEST_F(PlaceTest, InATransactionThatMovesOrDeletesItsTarget) {
    auto const transact = [&](std::string const& entry, std::string const& target) {
        return room_
            .post("/fhir", R"({"resourceType":"Bundle","type":"transaction","entry":[{"request":)"
                           R"({"method":"PUT","url":"Provenance/v"},"resource":)" +
                               provenance_json({target}) + "}," + entry + "]}")
            .status();
    };
    std::string const move =
        R"({"request":{"method":"PUT","url":"AllergyIntolerance/a1"},"resource":)" +
        allergy_json("a1", "Patient/p2") + "}";
    ASSERT_EQ(transact(move, "AllergyIntolerance/a1"), 200);
    EXPECT_EQ(place(), of("p2"));
    // The version that went, and the one that comes.
    ASSERT_EQ(transact(move, "AllergyIntolerance/a1/_history/1"), 200);
    EXPECT_EQ(place(), of("p1"));
    ASSERT_EQ(transact(move, "AllergyIntolerance/a1/_history/4"), 200);
    EXPECT_EQ(place(), of("p2"));
    std::string const remove = R"({"request":{"method":"DELETE","url":"AllergyIntolerance/a1"}})";
    ASSERT_EQ(transact(remove, "AllergyIntolerance/a1"), 200);
    EXPECT_EQ(place(), of("p2"));
}

// Between the look-up and the commit: as if it had been written before its target moved.
TEST_F(PlaceTest, ATargetThatMovesMeanwhileTakesNothingAlong) {
    auto prepared = must(room_.prepare({http::Method::put,
                                        "/fhir/Provenance/v",
                                        {{"Content-Type", testing::kFhirJsonType}},
                                        provenance_json({"AllergyIntolerance/a1"})}));
    ASSERT_EQ(put("AllergyIntolerance/a1", allergy_json("a1", "Patient/p2")), 200);
    ASSERT_TRUE(room_.commit(std::move(prepared)));
    EXPECT_EQ(place(), of("p1"));
    EXPECT_FALSE(finds("Patient/p2/Provenance"));
    // It was retargeted meanwhile: nothing of the later one is lost.
    auto late = must(room_.prepare({http::Method::put,
                                    "/fhir/Provenance/v",
                                    {{"Content-Type", testing::kFhirJsonType}},
                                    provenance_json({"Observation/o1"})}));
    ASSERT_EQ(put_about({"AllergyIntolerance/a2"}), 200);
    auto const committed = room_.commit(std::move(late));
    ASSERT_FALSE(committed);
    EXPECT_EQ(committed.error().code, Errc::conflict);
    EXPECT_EQ(place(), of("p2"));
}

TEST_F(PlaceTest, IsFoundWhereTheRecordIs) {
    ASSERT_EQ(put_about({"AllergyIntolerance/a1"}), 201);
    for (auto const* with : {"Patient/p1/Provenance", "Provenance?_id=v",
                             "Patient/p1/Provenance?target=AllergyIntolerance/a1"})
        EXPECT_TRUE(finds(with)) << with;
    for (auto const* without :
         {"Patient/p2/Provenance", "Patient/p1/Provenance?target=Observation/o1"})
        EXPECT_FALSE(finds(without)) << without;
    // What refers to it is looked for beside it.
    auto const allergies = [&](std::string const& recorded) {
        auto const answer = room_.get(
            "/fhir/AllergyIntolerance?patient=p1&_has:Provenance:target:recorded=" + recorded);
        EXPECT_EQ(answer.status(), 200) << answer.why();
        return answer.body().contains("AllergyIntolerance/a1");
    };
    EXPECT_TRUE(allergies("2026"));
    EXPECT_FALSE(allergies("2025"));
}

TEST_F(PlaceTest, OneRefusalForAllThatDoesNotTellWhoseItIs) {
    auto const absent = post_as(testing::caller_named("c"), {"AllergyIntolerance/absent"});
    EXPECT_EQ(absent.status(), 422);
    auto const of_two =
        post_as(testing::caller_named("c"), {"AllergyIntolerance/a1", "AllergyIntolerance/a2"});
    EXPECT_EQ(of_two.status(), 422);
    EXPECT_EQ(absent.why(), of_two.why());
    EXPECT_EQ(post_as(testing::caller_named("c"), {"Observation/o1", "Observation/no"}).status(),
              422);
    std::vector<std::string> many;
    for (int i = 0; i < 101; ++i) many.push_back("Observation/" + std::to_string(i));
    EXPECT_EQ(post_as(testing::caller_named("c"), many).status(), 413);
}

TEST_F(PlaceTest, WhoIsBoundToOnePatientDoesNotLearnWhatOthersHave) {
    auto facts = testing::facts_of_caller("patient/*.cruds");
    facts.patient_compartment = of("p1");
    auto const bound = testing::make_caller(std::move(facts));
    EXPECT_EQ(post_as(bound, {"AllergyIntolerance/a1"}).status(), 201);
    auto const others = post_as(bound, {"AllergyIntolerance/a2"});
    auto const absent = post_as(bound, {"AllergyIntolerance/absent"});
    EXPECT_EQ(others.status(), 422);
    EXPECT_EQ(absent.status(), 422);
    EXPECT_EQ(others.why(), absent.why());
}

// Neither by what a granular scope hides, nor by a type that no scope reads, nor by what may be
// read where nothing may be written.
TEST_F(PlaceTest, WhatScopesHideIsAsIfItWereAbsent) {
    for (auto const* scopes :
         {"system/Provenance.c system/AllergyIntolerance.r?clinical-status=resolved",
          "system/Provenance.c system/AllergyIntolerance.c",
          "system/Provenance.c?agent=Practitioner/d system/AllergyIntolerance.r"}) {
        auto const caller = testing::make_caller(testing::facts_of_caller(scopes));
        auto const hidden = post_as(caller, {"AllergyIntolerance/a1"});
        auto const absent = post_as(caller, {"AllergyIntolerance/absent"});
        EXPECT_EQ(hidden.status(), 422) << scopes;
        EXPECT_EQ(absent.status(), 422) << scopes;
        EXPECT_EQ(hidden.why(), absent.why()) << scopes;
    }
}

TEST_F(PlaceTest, InATransactionBesideWhatItIsAbout) {
    std::string const allergy = "urn:uuid:00000000-0000-4000-8000-000000000001";
    std::string const patient = "urn:uuid:00000000-0000-4000-8000-000000000002";
    auto const entry = [](std::string const& type, std::string const& url,
                          std::string const& resource) {
        return R"({"fullUrl":")" + url + R"(","request":{"method":"POST","url":")" + type +
               R"("},"resource":)" + resource + "}";
    };
    // Before what it is about, and that before its patient.
    auto const answer = room_.post(
        "/fhir", R"({"resourceType":"Bundle","type":"transaction","entry":[)" +
                     entry("Provenance", "urn:uuid:00000000-0000-4000-8000-000000000003",
                           provenance_json({allergy})) +
                     "," + entry("AllergyIntolerance", allergy, allergy_json("x", patient)) + "," +
                     entry("Patient", patient, patient_json("x")) + "]}");
    ASSERT_EQ(answer.status(), 200) << answer.why();
    auto const body = answer.body();
    auto const id_after = [&](std::string const& mark) {
        auto const begin = body.find(mark) + mark.size();
        return body.substr(begin, body.find('/', begin) - begin);
    };
    EXPECT_LT(body.find("/fhir/Provenance/"), body.find("/fhir/AllergyIntolerance/"));
    EXPECT_EQ(place(id_after("/fhir/Provenance/")), of(id_after("/fhir/Patient/")));
}

TEST_F(PlaceTest, WhatAnEarlierVersionStoredStaysUntilItIsWritten) {
    json::Parser parser;
    auto const text = provenance_json({"AllergyIntolerance/a1"});
    auto const resource = must(fhir::Reader::parse(EphiText(text), parser));
    records::Change change;
    change.type = "Provenance";
    change.id = "v";
    change.compartment = room_.addressing().shared_compartment();
    change.when = instance_.clock.now();
    change.text = EphiText(text);
    change.index_entry = must(fhir::make_index_entry(resource.view(), change.when));
    request::Prepared prepared;
    prepared.batch.emplace();
    prepared.batch->writes.push_back(must(room_.records().seal(change)));
    ASSERT_TRUE(room_.commit(std::move(prepared)));
    EXPECT_EQ(room_.get("/fhir/Provenance/v").status(), 200);
    EXPECT_EQ(place(), room_.addressing().shared_compartment());
    EXPECT_EQ(put_about({"AllergyIntolerance/a1"}), 200);
    EXPECT_EQ(place(), of("p1"));
}

}  // namespace
}  // namespace salus::operations
