// People under the hospital's set, on the whole path: a physician in care writes on a managed,
// encrypted device (45 CFR 164.310(b)), and opens the psychotherapy notes that she wrote (45 CFR
// 164.508(a)(2)); a proxy reads the records of whom they represent (45 CFR 164.502(g)).
#include <gtest/gtest.h>

#include "authorization/hospital_policy_for_test.h"
#include "identity/documents.h"
#include "identity/grant.h"
#include "identity/user.h"
#include "pipeline/pipeline_for_test.h"

namespace salus::pipeline {
namespace {

using http::Method;
using request::DevicePosture;
using request::PurposeOfUse;
using testing::must;
using testing::PipelineRoom;

constexpr DevicePosture kManaged{.claimed = true, .managed = true, .encrypted = true};

// Requests of these tests come from the hospital's own network.
std::unique_ptr<access_context::AccessContext> house_network() {
    access_context::Settings settings;
    settings.internal.networks = {must(http::Network::parse("192.0.2.0/24"))};
    auto made = access_context::AccessContext::make(std::move(settings),
                                                    access_context::FingerprintKey({}));
    EXPECT_TRUE(made.has_value());
    return *std::move(made);
}

class HospitalPeopleTest : public ::testing::Test {
protected:
    void SetUp() override {
        add_person("d1");
        add_person("d2");
        add_person("r1");
        mine_ = post(service(), "Patient", R"({"resourceType":"Patient"})");
        stranger_ = post(service(), "Patient", R"({"resourceType":"Patient"})");
        for (auto const* who : {"d1", "d2"}) {
            post(service(), "Encounter",
                 R"({"resourceType":"Encounter","status":"in-progress","class":{"code":"IMP"},)"
                 R"("subject":{"reference":"Patient/)" +
                     mine_ + R"("},"participant":[{"individual":{"reference":"Practitioner/)" +
                     who + "\"}}]}");
        }
        pulse_ = post(service(), "Observation", pulse(mine_));
    }
    static std::string pulse(std::string const& patient, std::string const& more = "") {
        return R"({"resourceType":"Observation",)" + more +
               R"("status":"final","code":{"text":"pulse"},"subject":{"reference":"Patient/)" +
               patient + "\"}}";
    }
    [[nodiscard]] std::string note(std::string const& author) const {
        return R"({"resourceType":"DocumentReference","status":"current","type":{"coding":)"
               R"([{"system":"http://loinc.org","code":"11510-5"}]},"subject":{"reference":)"
               R"("Patient/)" +
               mine_ + R"("},"author":[{"reference":"Practitioner/)" + author +
               R"("}],"content":[{"attachment":{"contentType":"text/plain"}}]})";
    }
    [[nodiscard]] std::string service() {
        return room_.token(
            oauth::AccessTokenGrant{.client = ClientId("laboratory"),
                                    .scopes = *request::parse_scopes("system/*.cruds"),
                                    .purpose = PurposeOfUse::treatment,
                                    .roles = {*request::RoleName::parse("service")}});
    }
    [[nodiscard]] std::string physician(DevicePosture device, std::string const& who = "d1") {
        request::Person const person{.id = UserId(who),
                                     .grant = "grant-" + who,
                                     .acr = "mfa",
                                     .authenticated = room_.instance().clock.now(),
                                     .practitioner = "Practitioner/" + who};
        return room_.token(
            oauth::AccessTokenGrant{.client = ClientId("chart"),
                                    .scopes = *request::parse_scopes("user/*.cruds"),
                                    .purpose = PurposeOfUse::treatment,
                                    .person = person,
                                    .roles = {*request::RoleName::parse("physician")},
                                    .device = device});
    }
    // Of whose app the records are in context, and whether they act for that patient.
    [[nodiscard]] std::string proxy(std::string const& patient, bool represents) {
        return room_.token(oauth::AccessTokenGrant{
            .client = ClientId("chart"),
            .scopes = *request::parse_scopes("patient/*.cruds"),
            .purpose = PurposeOfUse::patient_request,
            .person = request::Person{.id = UserId("r1"),
                                      .grant = "grant-r1",
                                      .acr = "mfa",
                                      .authenticated = room_.instance().clock.now(),
                                      .represents = represents},
            .patient_compartment = records_.records->addressing().patient_compartment(patient),
            .roles = {*request::RoleName::parse("proxy")}});
    }
    http::Response send(std::string const& token, Method method, std::string const& path,
                        std::string const& body = "") {
        testing::TestRequest request{
            .method = method, .target = path.empty() ? "/fhir" : "/fhir/" + path, .body = body};
        request.headers.emplace_back("Authorization", "Bearer " + token);
        if (!body.empty()) request.headers.emplace_back("Content-Type", "application/fhir+json");
        return room_.send(request);
    }
    // The id that it got.
    std::string post(std::string const& token, std::string const& type, std::string const& body) {
        auto const response = send(token, Method::post, type, body);
        EXPECT_EQ(response.status, 201) << PipelineRoom::body(response);
        auto const location = std::string(response.headers.get("Location").value_or(""));
        auto const begin = location.find("/fhir/" + type + "/") + 7 + type.size();
        return location.substr(begin, location.find('/', begin) - begin);
    }
    int create(std::string const& token, std::string const& patient) {
        return send(token, Method::post, "Observation", pulse(patient)).status;
    }
    int update(std::string const& token) {
        return send(token, Method::put, "Observation/" + pulse_,
                    pulse(mine_, R"("id":")" + pulse_ + "\","))
            .status;
    }
    int patch(std::string const& token) {
        testing::TestRequest request{
            .method = Method::patch,
            .target = "/fhir/Observation/" + pulse_,
            .headers = {{"Authorization", "Bearer " + token},
                        {"Content-Type", "application/json-patch+json"}},
            .body = R"([{"op":"replace","path":"/status","value":"amended"}])"};
        return room_.send(request).status;
    }
    int transact(std::string const& token, std::string const& patient) {
        return send(token, Method::post, "",
                    R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":)" +
                        pulse(patient) + R"(,"request":{"method":"POST","url":"Observation"}}]})")
            .status;
    }
    int read(std::string const& token, std::string const& path) {
        return send(token, Method::get, path).status;
    }
    std::string searched(std::string const& token, std::string const& type) {
        return PipelineRoom::body(send(token, Method::get, type + "?patient=" + mine_));
    }

    std::unique_ptr<access_context::AccessContext> access_ = house_network();
    PipelineRoom room_{nullptr, testing::hospital_policy(), access_.get()};
    struct OfTheTenant {
        explicit OfTheTenant(PipelineRoom& room)
            : cache(limits::kMiB, room.instance().clock),
              records(must(records::Records::make(room.house().tenants.front()->tenant,
                                                  room.instance().random, cache))) {}
        records::IndexCache cache;
        std::unique_ptr<records::Records> records;
    } records_{room_};
    std::string mine_;
    std::string stranger_;
    std::string pulse_;

private:
    // Who may sign in, and the grant that her tokens rest on.
    void add_person(std::string const& id) {
        json::Parser parser;
        identity::Documents documents(*records_.records, parser, room_.instance().clock);
        identity::Stored<identity::User> user{.value = {}, .id = id, .version = 0};
        user->id = UserId(id);
        user->user_name = user->display_name = id;
        user->added = room_.instance().clock.now();
        identity::Stored<identity::Grant> grant{.value = {}, .id = "grant-" + id, .version = 0};
        grant->user = UserId(id);
        grant->generation = user->generation;
        grant->client = ClientId("chart");
        grant->scope = *request::parse_scope_request("user/*.cruds");
        grant->purpose = PurposeOfUse::treatment;
        grant->given = grant->used = room_.instance().clock.now();
        request::Prepared prepared;
        ASSERT_TRUE(documents.write(user, std::nullopt, prepared).has_value());
        ASSERT_TRUE(documents.write(grant, std::nullopt, prepared).has_value());
        ASSERT_TRUE(room_.commit_behind(*std::move(prepared.batch)).has_value());
    }
};

TEST_F(HospitalPeopleTest, APhysicianWritesOnAManagedDeviceForPatientsInCare) {
    auto const token = physician(kManaged);
    EXPECT_EQ(create(token, mine_), 201);
    EXPECT_EQ(update(token), 200);
    EXPECT_EQ(create(token, stranger_), 403);
    EXPECT_EQ(patch(token), 200);
    EXPECT_EQ(transact(token, mine_), 200);
    EXPECT_EQ(transact(token, stranger_), 403);
}

TEST_F(HospitalPeopleTest, WithoutOneSheReadsAndWritesNothing) {
    for (auto const& device : {DevicePosture{}, DevicePosture{.claimed = true, .managed = true},
                               DevicePosture{.claimed = true, .encrypted = true}}) {
        auto const token = physician(device);
        EXPECT_EQ(read(token, "Observation/" + pulse_), 200);
        EXPECT_EQ(create(token, mine_), 403);
        EXPECT_EQ(update(token), 403);
        EXPECT_EQ(patch(token), 403);
        EXPECT_EQ(transact(token, mine_), 403);
    }
}

TEST_F(HospitalPeopleTest, PsychotherapyNotesAreForWhoWroteThem) {
    auto const d1 = physician(kManaged);
    auto const d2 = physician(kManaged, "d2");
    auto const own = post(d1, "DocumentReference", note("d1"));
    EXPECT_EQ(read(d1, "DocumentReference/" + own), 200);
    EXPECT_EQ(read(d2, "DocumentReference/" + own), 404);
    EXPECT_TRUE(searched(d1, "DocumentReference").contains(own));
    EXPECT_TRUE(searched(d2, "DocumentReference").contains(R"("total":0)"));
    EXPECT_EQ(read(service(), "DocumentReference/" + own), 404);
    // What is not sensitive is for all who treat.
    EXPECT_EQ(read(d2, "Observation/" + pulse_), 200);
}

TEST_F(HospitalPeopleTest, AProxySeesTheRecordsOfWhomTheyRepresent) {
    auto const token = proxy(mine_, true);
    EXPECT_EQ(read(token, "Observation/" + pulse_), 200);
    EXPECT_TRUE(searched(token, "Observation").contains(pulse_));
    EXPECT_EQ(update(token), 403);
    auto const message = R"({"resourceType":"Communication","status":"completed","subject":)"
                         R"({"reference":"Patient/)" +
                         mine_ + R"("}})";
    EXPECT_EQ(send(token, Method::post, "Communication", message).status, 201);
    // Not by the context alone, and nobody else's.
    EXPECT_EQ(read(proxy(mine_, false), "Observation/" + pulse_), 403);
    EXPECT_EQ(read(proxy(stranger_, true), "Observation/" + pulse_), 403);
}

}  // namespace
}  // namespace salus::pipeline
