// Records under granular scopes, below the operations and beside the decision: what no operation
// could show or replace even if it tried, all patients, and callers who are bound to one.
#include "operations/permitted_records.h"

#include <gtest/gtest.h>
#include <set>

#include "operations/operations_for_test.h"

namespace salus::operations {
namespace {

using http::Method;
using request::Interaction;
using testing::HeaderList;
using testing::must;
using testing::observation_json;
using testing::patient_json;
using Names = std::set<std::string>;

constexpr char const* kLaboratory = "system/Observation.cruds?category=laboratory";

std::string of_category(std::string const& category) {
    return R"(,"category":[{"coding":[{"system":"urn:c","code":")" + category + "\"}]}]";
}

class PermittedRecordsTest : public ::testing::Test {
protected:
    // Of p1 a laboratory result l1 and vital signs v1, of p2 l2 and v2.
    void SetUp() override {
        put("Patient/p1", patient_json("p1"));
        put("Patient/p2", patient_json("p2"));
        put("Observation/l1", observation_json("l1", "p1", of_category("laboratory")));
        put("Observation/v1", observation_json("v1", "p1", of_category("vital-signs")));
        put("Observation/l2", observation_json("l2", "p2", of_category("laboratory")));
        put("Observation/v2", observation_json("v2", "p2", of_category("vital-signs")));
    }
    void put(std::string const& name, std::string const& json) {
        instance_.clock.advance(std::chrono::minutes(1));
        ASSERT_LT(room_.put("/fhir/" + name, json).status(), 300) << name;
    }
    [[nodiscard]] static request::CallerPointer caller(std::string const& scopes) {
        return testing::make_caller(testing::facts_of_caller(scopes));
    }
    [[nodiscard]] request::CallerPointer bound_to(std::string const& patient,
                                                  std::string const& scopes) const {
        auto facts = testing::facts_of_caller(scopes);
        facts.patient_compartment = room_.addressing().patient_compartment(patient);
        return testing::make_caller(std::move(facts));
    }
    testing::Answer as(request::CallerPointer who, testing::TestRequest wanted) {
        if (!wanted.body.empty())
            wanted.headers.emplace_back("Content-Type", testing::kFhirJsonType);
        wanted.target = "/fhir/" + wanted.target;
        return room_.serve_as(wanted, std::move(who));
    }
    // "Type/id" of each entry; of a history once for all its versions.
    Names found(request::CallerPointer who, std::string const& target) {
        auto const permit = must(room_.permit({.target = "/fhir/" + target}, std::move(who)));
        auto prepared = must(operations::prepare(room_.workplace(), permit));
        auto const bundle = std::get<request::BundleContent>(std::move(prepared.content));
        total_ = bundle.total;
        Names names;
        for (auto const& entry : bundle.entries)
            names.insert(entry.full_url.substr(entry.full_url.find("/fhir/") + 6));
        EXPECT_EQ(prepared.touched.size(), bundle.entries.size());
        return names;
    }

    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
    std::optional<std::uint64_t> total_;
};

// It would open the other's record to whoever takes part in the care.
TEST_F(PermittedRecordsTest, WhoIsBoundToAPatientTellsOfNoOthersCare) {
    auto const appointment = [](std::string const& more) {
        return R"({"resourceType":"Appointment","status":"proposed","participant":[)"
               R"({"actor":{"reference":"Patient/p1"},"status":"accepted"})" +
               more + "]}";
    };
    auto const post = [&](std::string const& json) {
        return as(bound_to("p1", "patient/Appointment.c"),
                  {.method = Method::post, .target = "Appointment", .body = json})
            .status();
    };
    EXPECT_EQ(post(appointment("")), 201);
    EXPECT_EQ(post(appointment(R"(,{"actor":{"reference":"Patient/p2"},"status":"accepted"})")),
              403);
}

TEST_F(PermittedRecordsTest, WhatAnOperationForgotIsNotHandedOut) {
    auto const permit = must(room_.permit({.target = "/fhir/Observation/l1"}, caller(kLaboratory)));
    json::Parser parser;
    ConsentFilter consents(room_.records(), parser, permit, nullptr, WallTime{});
    PermittedRecords records(room_.records(), parser, permit, consents);
    EXPECT_TRUE(records.constrained());
    EXPECT_TRUE(must(records.get(Interaction::read, "Observation", "l1")));
    EXPECT_FALSE(must(records.get(Interaction::read, "Observation", "v1")));
    EXPECT_FALSE(must(records.get(Interaction::read, "Patient", "p1")));
    EXPECT_TRUE(must(records.current(Interaction::update, "Observation", "l1")));
    EXPECT_FALSE(must(records.current(Interaction::update, "Observation", "v1")));
    EXPECT_FALSE(must(records.get_version(Interaction::vread, "Observation", "v1", 1)));
    auto const versions =
        must(records.history(Interaction::history_instance, "Observation", "v1", 0, 10));
    EXPECT_TRUE(versions.documents.empty());
    EXPECT_EQ(versions.looked, 1U);
    // An index may be older than the resource: the document is asked too.
    auto const address = room_.addressing().address("Observation", "v1");
    std::vector<PermittedRecords::Wanted> const wanted{
        {{"Observation", "v1", address}, Interaction::search_type}};
    EXPECT_FALSE(must(records.get_all(wanted)).front());
    EXPECT_FALSE(must(records.entry(Interaction::search_type, address)));
    auto const index =
        must(records.index(Interaction::search_type, room_.addressing().patient_compartment("p1")));
    EXPECT_EQ(index->size(), 1U);
    for (auto const& table : index->tables()) {
        EXPECT_FALSE(table.find("v1"));
        EXPECT_FALSE(table.find("p1"));
    }
    // The whole index stays whole for others.
    EXPECT_EQ(must(room_.records().index(room_.addressing().patient_compartment("p1")))->size(),
              3U);
}

TEST_F(PermittedRecordsTest, NothingIsSealedOutsideOfTheScopes) {
    auto const permit = must(room_.permit({.target = "/fhir/Observation/l1"}, caller(kLaboratory)));
    json::Parser parser;
    ConsentFilter consents(room_.records(), parser, permit, nullptr, WallTime{});
    PermittedRecords records(room_.records(), parser, permit, consents);
    auto const seal = [&](Interaction interaction, std::string const& id, std::uint64_t version,
                          std::string const& category) {
        auto text = observation_json(id, "p1", of_category(category));
        auto const resource = must(fhir::Reader::index(EphiText(text), parser));
        records::Change change;
        change.type = "Observation";
        change.id = id;
        change.compartment = room_.addressing().patient_compartment("p1");
        change.version = version;
        change.when = instance_.clock.now();
        change.index_entry = must(fhir::make_index_entry(resource.view(), change.when));
        change.text = EphiText(text);
        auto const write = records.seal(interaction, change);
        return write ? Errc::internal : write.error().code;
    };
    constexpr auto kSealed = Errc::internal;
    EXPECT_EQ(seal(Interaction::create, "n", 1, "laboratory"), kSealed);
    EXPECT_EQ(seal(Interaction::create, "n", 1, "vital-signs"), Errc::forbidden);
    EXPECT_EQ(seal(Interaction::update, "l1", 2, "laboratory"), kSealed);
    EXPECT_EQ(seal(Interaction::update, "l1", 2, "vital-signs"), Errc::forbidden);
    EXPECT_EQ(seal(Interaction::update, "v1", 2, "laboratory"), Errc::not_found);
    records::Change deletion;
    deletion.type = "Observation";
    deletion.id = "v1";
    deletion.compartment = room_.addressing().patient_compartment("p1");
    deletion.version = 2;
    deletion.state = store::VersionState::deleted;
    EXPECT_EQ(records.seal(Interaction::remove, deletion).error().code, Errc::not_found);
}

TEST_F(PermittedRecordsTest, AScopeThatCannotBeEvaluatedLeavesNothing) {
    auto facts = testing::facts_of_caller("system/Patient.r");
    // As no parser would let it through.
    facts.scopes.push_back({.context = request::ScopeContext::system,
                            .type = "Observation",
                            .read = true,
                            .constraint = "nothing=x"});
    auto const who = testing::make_caller(std::move(facts));
    EXPECT_EQ(as(who, {.target = "Observation/l1"}).status(), 404);
    EXPECT_EQ(as(who, {.target = "Patient/p1"}).status(), 200);
}

TEST_F(PermittedRecordsTest, OfAllPatientsWhatMatches) {
    room_.reach = request::Reach::population;
    auto const who = caller(kLaboratory);
    Names const results{"Observation/l1", "Observation/l2"};
    EXPECT_EQ(found(who, "Observation?status=final"), results);
    EXPECT_EQ(total_, 2U);
    EXPECT_EQ(found(who, "Observation?category=vital-signs"), Names{});
    EXPECT_EQ(total_, 0U);
    EXPECT_EQ(found(who, "Observation/_history"), results);
    EXPECT_EQ(found(who, "_history"), results);
    EXPECT_EQ(found(who, "_history?_since=2000-01-01T00:00:00Z"), results);
    // A version that was moved out of the scopes, and one that was moved in.
    put("Observation/l1", observation_json("l1", "p1", of_category("vital-signs")));
    put("Observation/v2", observation_json("v2", "p2", of_category("laboratory")));
    EXPECT_EQ(found(who, "_history"),
              (Names{"Observation/l1", "Observation/l2", "Observation/v2"}));
    EXPECT_EQ(found(who, "Observation?status=final"), (Names{"Observation/l2", "Observation/v2"}));
    auto const permit = must(room_.permit({.target = "/fhir/_history"}, who));
    auto const prepared = must(operations::prepare(room_.workplace(), permit));
    EXPECT_EQ(std::get<request::BundleContent>(prepared.content).entries.size(), 3U);
    // Both to read and to search it takes.
    EXPECT_EQ(found(caller("system/Observation.r?category=laboratory "
                           "system/Observation.s?category=vital-signs"),
                    "_history"),
              Names{});
}

// decide() refuses what has no compartment of the caller's: so is what the scopes do not leave.
TEST_F(PermittedRecordsTest, ACallerOfOnePatientIsRefusedWhatIsNotLeft) {
    auto const who = bound_to("p1", "patient/Observation.cruds?category=laboratory");
    EXPECT_EQ(as(who, {.target = "Observation/l1"}).status(), 200);
    auto const json = observation_json("v1", "p1", of_category("laboratory"));
    HeaderList const versions{{"If-Match", "W/\"1\""}};
    for (auto const& wanted : std::vector<testing::TestRequest>{
             {.target = "Observation/v1"},
             {.target = "Observation/v1/_history/1"},
             {.target = "Observation/v1/_history"},
             {.target = "Observation/v1/$meta"},
             {.method = Method::remove, .target = "Observation/v1"},
             {.method = Method::remove, .target = "Observation/v1", .headers = versions},
             {Method::put, "Observation/v1", {}, json},
             {Method::put, "Observation/v1", versions, json}}) {
        auto const answer = as(who, wanted);
        EXPECT_EQ(answer.status(), 403) << wanted.target;
        EXPECT_EQ(answer.why(), "no scope of the token permits this");
    }
    EXPECT_EQ(found(who, "Observation?patient=p1"), Names{"Observation/l1"});
    // Whose a Patient is, its id says: there, nothing is told by 404.
    auto const himself = bound_to("p1", "patient/Patient.r?gender=male");
    EXPECT_EQ(as(himself, {.target = "Patient/p1"}).status(), 404);
    auto const entry =
        R"({"resource":)" + json + R"(,"request":{"method":"PUT","url":"Observation/v1"}})";
    auto const refused =
        as(who, {Method::post,
                 "",
                 {},
                 R"({"resourceType":"Bundle","type":"transaction","entry":[)" + entry + "]}"});
    EXPECT_EQ(refused.status(), 403);
    EXPECT_EQ(refused.why(), "no scope of the token permits this");
}

TEST_F(PermittedRecordsTest, AScopeOfThePatientLeavesNothingOfOthers) {
    auto const both =
        bound_to("p1", "patient/Observation.rs user/Observation.rs?category=laboratory");
    EXPECT_EQ(found(both, "Observation?patient=p1"), (Names{"Observation/l1", "Observation/v1"}));
    EXPECT_EQ(found(both, "Observation?patient=p2"), Names{"Observation/l2"});
    EXPECT_EQ(as(both, {.target = "Observation/v1"}).status(), 200);
    EXPECT_EQ(as(both, {.target = "Observation/v2"}).status(), 404);
    // What stands in no compartment and is asked for in the patient's name.
    put("Device/d1", R"({"resourceType":"Device","id":"d1","status":"active",)"
                     R"("patient":{"reference":"Patient/p1"}})");
    put("Device/d2", R"({"resourceType":"Device","id":"d2","status":"inactive",)"
                     R"("patient":{"reference":"Patient/p1"}})");
    auto const owner = bound_to("p1", "patient/Device.rs?status=active");
    EXPECT_EQ(found(owner, "Device?patient=p1"), Names{"Device/d1"});
    EXPECT_EQ(as(owner, {.target = "Device/d2"}).status(), 403);
}

}  // namespace
}  // namespace salus::operations
