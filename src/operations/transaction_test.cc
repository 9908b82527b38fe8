// Transactions: all entries or none, references between them, and errors that say which entry.
#include "operations/transaction.h"

#include <gtest/gtest.h>

#include "operations/operations_for_test.h"

namespace salus::operations {
namespace {

using testing::Answer;
using testing::kFhirJsonType;
using testing::must;
using testing::observation_json;
using testing::patient_json;

struct Entry {
    std::string method;
    std::string url;
    std::string resource;
    std::string more{};     // members of the entry, beginning with a comma
    std::string request{};  // members of its request, beginning with a comma
};

std::string bundle(std::vector<Entry> const& entries, std::string const& type = "transaction") {
    std::string out = R"({"resourceType":"Bundle","type":")" + type + "\"";
    if (!entries.empty()) out += R"(,"entry":[)";
    for (auto const& entry : entries) {
        if (!out.ends_with('[')) out += ",";
        out += R"({"request":{"method":")" + entry.method + R"(","url":")" + entry.url + "\"" +
               entry.request + "}" + entry.more;
        if (!entry.resource.empty()) out += R"(,"resource":)" + entry.resource;
        out += "}";
    }
    return out + (entries.empty() ? "}" : "]}");
}

Entry put_patient(std::string const& id) {
    return {"PUT", "Patient/" + id, patient_json(id)};
}

class TransactionTest : public ::testing::Test {
protected:
    Answer send(std::vector<Entry> const& entries) { return room_.post("/fhir", bundle(entries)); }
    void expect_nothing_written() {
        EXPECT_EQ(must(instance_.store->statistics()).versions, before_);
    }
    // Refused with this status, with the entry's place, and nothing written.
    void expect_refused(std::vector<Entry> const& entries, int status, std::size_t place) {
        auto const answer = send(entries);
        EXPECT_EQ(answer.status(), status) << answer.why();
        ASSERT_TRUE(answer.error.has_value());
        auto const name = "Bundle.entry[" + std::to_string(place) + "]";
        EXPECT_TRUE(answer.error->where.path().starts_with(name))
            << answer.why() << ": " << answer.error->where.path();
        expect_nothing_written();
    }
    void remember() { before_ = must(instance_.store->statistics()).versions; }

    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
    std::uint64_t before_ = 0;
};

TEST_F(TransactionTest, WritesAllAndAnswersInOrder) {
    ASSERT_EQ(room_.put("/fhir/Patient/p2", patient_json("p2")).status(), 201);
    auto const answer = send({put_patient("p1"),
                              put_patient("p2"),
                              {"POST", "Observation", observation_json("x", "p1")}});
    ASSERT_EQ(answer.status(), 200) << answer.why();
    auto const body = answer.body();
    EXPECT_TRUE(body.contains(R"("type":"transaction-response")"));
    auto const first = body.find("Patient/p1/_history/1");
    auto const second = body.find("Patient/p2/_history/2");
    auto const third = body.find("fhir/Observation/");
    EXPECT_LT(first, second);
    EXPECT_LT(second, third);
    EXPECT_NE(third, std::string::npos);
    EXPECT_EQ(room_.get("/fhir/Patient/p1").status(), 200);
    EXPECT_EQ(room_.get("/fhir/Patient/p2").header("ETag"), "W/\"2\"");
    EXPECT_EQ(room_.get("/fhir/Observation/x").status(), 404);  // Salus chose another id
}

TEST_F(TransactionTest, ReferencesBetweenEntriesAreRewrittenBeforeAnythingIsSealed) {
    std::string const urn = "urn:uuid:88f151c0-a954-468a-88bd-5ae15c08e059";
    auto const observation =
        R"({"resourceType":"Observation","status":"final","code":{"text":"x"},)"
        R"("subject":{"reference":")" +
        urn + "\"}}";
    auto const prepared = must(room_.prepare(
        {http::Method::post,
         "/fhir",
         {{"Content-Type", kFhirJsonType}},
         bundle({{"POST", "Observation", observation},
                 {"POST", "Patient", patient_json("x"), ",\"fullUrl\":\"" + urn + "\""}})}));
    ASSERT_EQ(prepared.batch->writes.size(), 2U);
    // The observation went to the compartment of the patient that did not have an id yet.
    EXPECT_EQ(prepared.batch->writes[0].compartment, prepared.batch->writes[1].compartment);
    EXPECT_NE(prepared.batch->writes[0].compartment, room_.addressing().shared_compartment());
}

TEST_F(TransactionTest, NothingIsNotATransaction) {
    EXPECT_EQ(send({}).status(), 400);
    EXPECT_EQ(room_.post("/fhir", bundle({}, "transaction")).status(), 400);
    for (auto const* type :
         {"searchset", "collection", "document", "message", "history", "transaction-response"}) {
        EXPECT_GE(room_.post("/fhir", bundle({put_patient("p1")}, type)).status(), 400) << type;
    }
    EXPECT_EQ(room_.get("/fhir/Patient/p1").status(), 404);
}

TEST_F(TransactionTest, AnEntryThatDoesNotFitItsAddress) {
    auto const good = put_patient("p1");
    expect_refused({good, {"PUT", "Patient/p2", patient_json("p3")}}, 400, 1);
    expect_refused({good, {"PUT", "Patient/p2", observation_json("p2", "p1")}}, 400, 1);
    expect_refused({good, {"PUT", "Patient/p2", R"({"resourceType":"Patient"})"}}, 400, 1);
    expect_refused({good, good, {"POST", "Condition", patient_json("p2")}}, 400, 2);
    expect_refused({{"POST", "Client", patient_json("p2")}, good}, 404, 0);
    expect_refused({{"POST", "Patient/p2", patient_json("p2")}, good}, 405, 0);
    expect_refused({good, {"PUT", "Patient/p2", patient_json("p2"), "", R"(,"ifMatch":"3")"}}, 400,
                   1);
    expect_refused({good, {"PUT", "Patient/p2", patient_json("p2"), "", R"(,"ifMatch":"*")"}}, 400,
                   1);
}

TEST_F(TransactionTest, AStaleVersionStopsAll) {
    ASSERT_EQ(room_.put("/fhir/Patient/p2", patient_json("p2")).status(), 201);
    remember();
    auto const with_tag = [](std::string const& id, std::string const& version) {
        return Entry{"PUT", "Patient/" + id, patient_json(id), "",
                     R"(,"ifMatch":"W/\")" + version + R"(\"")"};
    };
    expect_refused({put_patient("p1"), with_tag("p2", "2")}, 412, 1);
    expect_refused({put_patient("p1"), with_tag("p3", "1")}, 412, 1);
    EXPECT_EQ(send({put_patient("p1"), with_tag("p2", "1")}).status(), 200);
    EXPECT_EQ(room_.get("/fhir/Patient/p2").header("ETag"), "W/\"2\"");
}

TEST_F(TransactionTest, TwoEntriesOfOneResourceAreRefused) {
    expect_refused({put_patient("p1"), put_patient("p2"), put_patient("p1")}, 400, 2);
}

TEST_F(TransactionTest, ACutResourceIsNotPutOverTheWhole) {
    ASSERT_EQ(room_.put("/fhir/Patient/p2", patient_json("p2", R"(,"gender":"male")")).status(),
              201);
    remember();
    for (auto const* meta :
         {R"("tag":[{"code":"SUBSETTED"}])", R"("security":[{"code":"REDACTED"}])"}) {
        auto const cut = patient_json("p2", ",\"meta\":{" + std::string(meta) + "}");
        expect_refused({put_patient("p1"), {"PUT", "Patient/p2", cut}}, 422, 1);
    }
    EXPECT_EQ(room_.get("/fhir/Patient/p1").status(), 404);
    EXPECT_TRUE(room_.get("/fhir/Patient/p2").body().contains("male"));
}

TEST_F(TransactionTest, AWriterInBetweenStopsAll) {
    auto prepared = must(room_.prepare({http::Method::post,
                                        "/fhir",
                                        {{"Content-Type", kFhirJsonType}},
                                        bundle({put_patient("p1"), put_patient("p2")})}));
    EXPECT_FALSE(prepared.conflict.has_value());
    ASSERT_EQ(room_.put("/fhir/Patient/p2", patient_json("p2")).status(), 201);
    EXPECT_EQ(room_.commit(std::move(prepared)).error().code, Errc::conflict);
    EXPECT_EQ(room_.get("/fhir/Patient/p1").status(), 404);
    auto const named = must(room_.prepare(
        {http::Method::post,
         "/fhir",
         {{"Content-Type", kFhirJsonType}},
         bundle({put_patient("p1"),
                 {"PUT", "Patient/p2", patient_json("p2"), "", R"(,"ifMatch":"W/\"1\"")"}})}));
    ASSERT_TRUE(named.conflict.has_value());
    EXPECT_EQ(named.conflict->code, Errc::precondition_failed);
}

TEST_F(TransactionTest, EveryEntryIsAnIntentOfItsOwn) {
    auto const intent = must(room_.classify(
        {http::Method::post,
         "/fhir",
         {{"Content-Type", kFhirJsonType}},
         bundle({put_patient("p1"), {"POST", "Observation", observation_json("x", "p1")}})}));
    ASSERT_EQ(intent.entries().size(), 2U);
    auto const& first = intent.entries()[0].facts();
    EXPECT_EQ(first.interaction, request::Interaction::update);
    EXPECT_EQ(first.type, "Patient");
    EXPECT_EQ(first.tenant, TenantName("default"));
    EXPECT_EQ(first.compartment, room_.addressing().patient_compartment("p1"));
    EXPECT_EQ(intent.entries()[1].facts().interaction, request::Interaction::create);
    EXPECT_EQ(intent.entries()[1].facts().type, "Observation");
}

TEST_F(TransactionTest, TheRecordHasTheEntriesOfEachPatientTogether) {
    auto const prepared =
        must(room_.prepare({http::Method::post,
                            "/fhir",
                            {{"Content-Type", kFhirJsonType}},
                            bundle({put_patient("p1"),
                                    put_patient("p2"),
                                    {"PUT", "Observation/o1", observation_json("o1", "p1")},
                                    {"PUT", "Observation/o2", observation_json("o2", "p2")},
                                    {"PUT", "Observation/o3", observation_json("o3", "p1")}})}));
    ASSERT_EQ(prepared.touched.size(), 5U);
    std::size_t changes = 0;
    for (std::size_t i = 1; i < prepared.touched.size(); ++i) {
        if (prepared.touched[i].compartment != prepared.touched[i - 1].compartment) ++changes;
    }
    EXPECT_EQ(changes, 1U);
    for (auto const& write : prepared.batch->writes) {
        EXPECT_TRUE(std::ranges::any_of(prepared.touched, [&](request::Touched const& touched) {
            return touched.address == write.address && touched.version == write.version &&
                   touched.stored_hash == records::stored_hash(write.document);
        }));
    }
}

}  // namespace
}  // namespace salus::operations
