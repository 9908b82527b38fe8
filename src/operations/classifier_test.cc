// Every route with every method: what it is, and that nothing else is anything (AZ-1).
#include "operations/classifier.h"

#include <gtest/gtest.h>

#include "operations/operations_for_test.h"

namespace salus::operations {
namespace {

using http::Method;
using request::Interaction;
using testing::HeaderList;
using testing::must;
using testing::TestRequest;

constexpr char const* kForm = "application/x-www-form-urlencoded";
std::string const kPatient = testing::patient_json("p1");
std::string const kTransaction =
    R"({"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"PUT",)"
    R"("url":"Patient/p1"},"resource":{"resourceType":"Patient","id":"p1"}}]})";

class ClassifierTest : public ::testing::Test {
protected:
    void expect(TestRequest const& wanted, Interaction interaction) {
        auto const intent = room_.classify(wanted);
        ASSERT_TRUE(intent.has_value()) << wanted.target << ": " << intent.error().why.text();
        EXPECT_EQ(intent->facts().interaction, interaction) << wanted.target;
        EXPECT_EQ(intent->facts().tenant, TenantName("default"));
    }
    void expect(TestRequest const& wanted, Errc code) {
        auto const intent = room_.classify(wanted);
        ASSERT_FALSE(intent.has_value()) << wanted.target;
        EXPECT_EQ(intent.error().code, code) << wanted.target << ": " << intent.error().why.text();
    }
    void expect_get(std::string const& target, Errc code) { expect({.target = target}, code); }
    [[nodiscard]] request::IntentFacts const& facts(TestRequest const& wanted) {
        last_ = std::make_unique<request::Intent>(must(room_.classify(wanted)));
        return last_->facts();
    }

    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
    std::unique_ptr<request::Intent> last_;
};

TEST_F(ClassifierTest, EveryRouteThatReads) {
    struct Route {
        char const* target;
        Interaction interaction;
    };
    constexpr Route kRoutes[] = {
        {"/.well-known/oauth-authorization-server", Interaction::authorization_server_metadata},
        {"/fhir/.well-known/smart-configuration", Interaction::smart_configuration},
        {"/.well-known/openid-configuration", Interaction::openid_configuration},
        {"/oauth/jwks", Interaction::json_web_key_set},
        {"/admin/check", Interaction::control_check},
        {"/admin/policy", Interaction::policy_read},
        {"/admin/policy/document", Interaction::policy_document},
        {"/admin/policy/versions/3", Interaction::policy_version},
        {"/.well-known/authzen-configuration", Interaction::access_evaluation_metadata},
        {"/fhir/metadata", Interaction::capabilities},
        {"/fhir/Patient/p1", Interaction::read},
        {"/fhir/Patient/p1/_history/1", Interaction::vread},
        {"/fhir/Patient/p1/_history", Interaction::history_instance},
        {"/fhir/Patient", Interaction::search_type},
        {"/fhir/Patient?birthdate=1980-01-01", Interaction::search_type},
        {"/fhir/Patient/p1/Observation", Interaction::search_type},
    };
    for (auto const& route : kRoutes) {
        expect({.method = Method::get, .target = route.target}, route.interaction);
        expect({.method = Method::head, .target = route.target}, route.interaction);
        for (auto const method : {Method::options, Method::other}) {
            expect({.method = method, .target = route.target}, Errc::method_not_allowed);
        }
        // A read takes no content.
        expect({.target = route.target, .body = "{}"}, Errc::invalid);
    }
}

TEST_F(ClassifierTest, EveryRouteThatWrites) {
    HeaderList const json{{"Content-Type", testing::kFhirJsonType}};
    HeaderList const form{{"Content-Type", kForm}};
    expect({Method::post, "/fhir/Patient", json, kPatient}, Interaction::create);
    expect({Method::put, "/fhir/Patient/p1", json, kPatient}, Interaction::update);
    expect({Method::remove, "/fhir/Patient/p1", {}, ""}, Interaction::remove);
    expect({Method::post, "/fhir", json, kTransaction}, Interaction::transaction);
    expect({Method::post, "/fhir/", json, kTransaction}, Interaction::transaction);
    expect({Method::post, "/oauth/token", form, "grant_type=x"}, Interaction::token);
    expect({Method::post, "/oauth/introspect", form, "token=x"}, Interaction::introspection);
    expect({Method::post, "/oauth/revoke", form, "token=x"}, Interaction::revocation);
    expect({Method::post, "/admin/clients", {{"Content-Type", "application/json"}}, "{}"},
           Interaction::client_add);
    expect({Method::post, "/fhir/Patient/_search", form, "birthdate=1980-01-01"},
           Interaction::search_type);
}

TEST_F(ClassifierTest, RoutesOfTheAuditLog) {
    expect({.target = "/fhir/AuditEvent"}, Interaction::audit_search);
    expect({.target = "/fhir/AuditEvent?patient=Patient/p1&date=ge2026&date=lt2027"},
           Interaction::audit_search);
    expect({.target = "/fhir/AuditEvent/12"}, Interaction::audit_event);
    expect({.target = "/fhir/Patient/p1/$accounting?start=2020&exempt=true"},
           Interaction::accounting);
    expect({.target = "/fhir/Patient/p1/$access-report"}, Interaction::access_report);
    expect({.target = "/audit/v1/proof?index=3"}, Interaction::audit_proof);
    expect({.target = "/audit/v1/details?index=3&count=9"}, Interaction::audit_details);

    for (auto const* target :
         {"/fhir/AuditEvent/012", "/fhir/AuditEvent/x", "/fhir/AuditEvent/1/_history",
          "/fhir/AuditEvent/_history", "/fhir/Patient/p1/AuditEvent", "/audit/v1/other",
          "/fhir/Observation/o1/$accounting"}) {
        expect({.target = target}, Errc::not_found);
    }
    for (auto const* target :
         {"/fhir/AuditEvent?_sort=date", "/fhir/AuditEvent?date=ap2026",
          "/fhir/AuditEvent?outcome=1", "/fhir/AuditEvent?action=C&action=D",
          "/fhir/AuditEvent/1?action=C", "/fhir/AuditEvent?patient=Group/1",
          "/fhir/AuditEvent?_cursor=x", "/fhir/Patient/p1/$access-report?exempt=true",
          "/audit/v1/proof", "/audit/v1/proof?count=1", "/audit/v1/proof?index=1&index=2"}) {
        expect({.target = target}, Errc::invalid);
    }
}

TEST_F(ClassifierTest, NoAuditEventIsWritten) {
    HeaderList const json{{"Content-Type", testing::kFhirJsonType}};
    std::string const event = R"({"resourceType":"AuditEvent"})";
    expect({Method::post, "/fhir/AuditEvent", json, event}, Errc::method_not_allowed);
    expect({Method::put, "/fhir/AuditEvent/1", json, event}, Errc::method_not_allowed);
    expect({Method::patch, "/fhir/AuditEvent/1", json, event}, Errc::method_not_allowed);
    expect({Method::remove, "/fhir/AuditEvent/1", {}, ""}, Errc::method_not_allowed);
}

TEST_F(ClassifierTest, RoutesOfWhatSeveralPeopleDecide) {
    HeaderList const json{{"Content-Type", "application/json"}};
    std::string const proposal = "/admin/keys/proposals/" + std::string(64, 'a');
    expect({.target = "/admin/keys"}, Interaction::key_status);
    expect({Method::post, "/admin/keys/rotation", json, "{}"}, Interaction::key_rotation);
    expect({.target = "/admin/keys/rotation"}, Errc::method_not_allowed);
    expect({.target = "/admin/keys/custodians"}, Interaction::custodians_read);
    expect({.target = "/admin/keys/holds"}, Interaction::hold_list);
    expect({.target = "/admin/keys/proposals"}, Interaction::proposal_list);
    expect({.target = proposal}, Interaction::proposal_read);
    expect({Method::post, "/admin/keys/custodians", json, "{}"}, Interaction::custodians_set);
    expect({Method::post, "/admin/keys/holds", json, "{}"}, Interaction::hold_place);
    expect({Method::post, "/admin/keys/seal", {}, ""}, Interaction::keys_seal);
    expect({.target = "/admin/keys/seal"}, Errc::method_not_allowed);
    expect({Method::post, "/admin/keys/drafts", json, "{}"}, Interaction::proposal_draft);
    expect({Method::post, "/admin/keys/proposals", json, "{}"}, Interaction::proposal_add);
    expect({Method::post, proposal + "/ballots", json, "{}"}, Interaction::ballot_add);
    expect({Method::post, proposal + "/execute", {}, ""}, Interaction::proposal_execute);

    expect({Method::post, proposal + "/ballots", {}, "{}"}, Errc::unsupported_media_type);
    expect({Method::post, proposal + "/execute", json, "{}"}, Errc::invalid);
    for (auto const* end : {"/ballots", "/execute"})
        expect({.target = proposal + end}, Errc::method_not_allowed);
    expect({.method = Method::remove, .target = proposal}, Errc::method_not_allowed);
    expect({.target = "/admin/keys/drafts"}, Errc::method_not_allowed);
    for (auto const* other :
         {"/admin/keys/keys", "/admin/keys/custodians/1", "/admin/keys/holds/1"})
        expect({.target = other}, Errc::not_found);
    expect({.target = proposal + "/other"}, Errc::not_found);
    expect({.target = proposal + "/ballots/1"}, Errc::not_found);
    // One spelling: 64 digits, lower case.
    for (auto const& id : {std::string(63, 'a'), std::string(64, 'A'), std::string(64, 'x')})
        expect({.target = "/admin/keys/proposals/" + id}, Errc::invalid);
}

TEST_F(ClassifierTest, QuestionsAboutThePolicy) {
    HeaderList const json{{"Content-Type", "application/json"}};
    struct Route {
        char const* target;
        Interaction interaction;
    };
    for (auto const& [target, interaction] :
         {Route{"/admin/policy/explain", Interaction::policy_explain},
          Route{"/access/v1/evaluation", Interaction::access_evaluation},
          Route{"/access/v1/evaluations", Interaction::access_evaluations}}) {
        expect({Method::post, target, json, "{}"}, interaction);
        expect({Method::post, target, {}, "{}"}, Errc::unsupported_media_type);
        expect({.target = target}, Errc::method_not_allowed);
        expect({.method = Method::remove, .target = target}, Errc::method_not_allowed);
        expect({Method::post, std::string(target) + "?x=y", json, "{}"}, Errc::invalid);
    }
    for (auto const* other : {"/admin/policy/text", "/admin/policy/explain/1", "/access/v1",
                              "/access/v1/search/subject", "/access/v2/evaluation"})
        expect({.target = other}, Errc::not_found);
    expect({Method::post, "/admin/policy", json, "{}"}, Errc::method_not_allowed);
}

TEST_F(ClassifierTest, ChangesOfThePolicy) {
    HeaderList const json{{"Content-Type", "application/json"}};
    std::string const all = "/admin/policy/versions";
    expect({.target = all}, Interaction::policy_versions);
    expect({Method::post, all, json, "{}"}, Interaction::policy_propose);
    expect({Method::post, all, {}, "{}"}, Errc::unsupported_media_type);
    expect({.method = Method::remove, .target = all}, Errc::method_not_allowed);
    expect({.method = Method::remove, .target = all + "/3"}, Interaction::policy_withdraw);
    EXPECT_EQ(facts({.method = Method::remove, .target = all + "/3"}).version, 3);
    for (auto const& [step, interaction] : {std::pair("/replay", Interaction::policy_replay),
                                            std::pair("/approve", Interaction::policy_approve),
                                            std::pair("/activate", Interaction::policy_activate)}) {
        expect({Method::post, all + "/3" + step, json, "{}"}, interaction);
        EXPECT_EQ(facts({Method::post, all + "/3" + step, json, "{}"}).version, 3);
        expect({Method::post, all + "/3" + step, {}, "{}"}, Errc::unsupported_media_type);
        expect({.target = all + "/3" + step}, Errc::method_not_allowed);
    }
    for (auto const* other : {"/0", "/-1", "/03x", "/x", "/3/other", "/3/approve/1"})
        expect({.target = all + other}, Errc::not_found);
}

TEST_F(ClassifierTest, WhatIsReadByGetAndSentByPost) {
    HeaderList const form{{"Content-Type", kForm}};
    HeaderList const json{{"Content-Type", "application/json"}};
    struct Route {
        char const* target;
        Interaction read;
        Interaction sent;
        HeaderList headers;
    };
    for (auto const& route :
         {Route{"/oauth/authorize", Interaction::authorization, Interaction::authorization, form},
          Route{"/oauth/logout", Interaction::end_session, Interaction::end_session, form},
          Route{"/oauth/userinfo", Interaction::user_info, Interaction::user_info, form},
          Route{"/admin/clients", Interaction::client_list, Interaction::client_add, json},
          Route{"/admin/users", Interaction::user_list, Interaction::user_add, json}}) {
        expect({.target = route.target}, route.read);
        expect({Method::post, route.target, route.headers, "{}"}, route.sent);
        for (auto const method : {Method::put, Method::patch, Method::remove, Method::other})
            expect({.method = method, .target = route.target}, Errc::method_not_allowed);
    }
    expect({.target = "/oauth/authorize?client_id=x"}, Interaction::authorization);
    expect({.method = Method::remove, .target = "/admin/clients/c"}, Interaction::client_remove);
    expect({Method::post, "/admin/users/u", json, "{}"}, Interaction::user_change);
}

TEST_F(ClassifierTest, WrongMethodsAtFixedRoutes) {
    HeaderList const form{{"Content-Type", kForm}};
    for (auto const* target :
         {"/.well-known/oauth-authorization-server", "/oauth/jwks", "/admin/check",
          "/fhir/metadata", "/fhir/.well-known/smart-configuration"}) {
        for (auto const method : {Method::post, Method::put, Method::patch, Method::remove}) {
            expect({.method = method, .target = target}, Errc::method_not_allowed);
        }
    }
    for (auto const* target : {"/oauth/token", "/oauth/par", "/fhir/Patient/_search"}) {
        for (auto const method : {Method::get, Method::head, Method::put, Method::patch,
                                  Method::remove, Method::options, Method::other}) {
            // Whatever else may be wrong with it.
            expect({.method = method, .target = target}, Errc::method_not_allowed);
            expect({method, target, form, ""}, Errc::method_not_allowed);
        }
    }
}

TEST_F(ClassifierTest, WrongMethodsAtResources) {
    for (auto const* target : {"/fhir/Patient/p1/_history", "/fhir/Patient/p1/_history/1"}) {
        for (auto const method : {Method::post, Method::put, Method::options}) {
            expect({.method = method, .target = target}, Errc::method_not_allowed);
        }
    }
    for (auto const method : {Method::put, Method::post, Method::remove, Method::other}) {
        expect({.method = method, .target = "/fhir/Patient/p1/Observation"},
               Errc::method_not_allowed);
    }
    expect({.method = Method::post, .target = "/fhir/Patient/p1"}, Errc::method_not_allowed);
    for (auto const method : {Method::put, Method::other}) {
        expect({.method = method, .target = "/fhir"}, Errc::method_not_allowed);
    }
}

TEST_F(ClassifierTest, WhatIsNoRouteDoesNotExist) {
    for (auto const* target : {"/",
                               "/x",
                               "/FHIR/metadata",
                               "/fhir/Metadata",
                               "/fhir/patient/p1",
                               "/fhir/Client/c1",
                               "/fhir/ReplayGuard/x",
                               "/fhir/Element/x",
                               "/fhir/Reference",
                               "/fhir/string/x",
                               "/fhir/Patient/p1/x",
                               "/fhir/Patient/p1/Client",
                               "/fhir/Observation/o1/Patient",
                               "/fhir/Patient/p1/_history/1/x",
                               "/fhir/Patient/p1/_history/0",
                               "/fhir/Patient/p1/_history/-1",
                               "/fhir/Patient/p1/_history/01",
                               "/fhir/Patient/p1/_history/1x",
                               "/fhir/Patient/p1/_history/99999999999999999999",
                               "/fhir/Patient/p1/Observation/o1",
                               "/fhir/metadata/x",
                               "/oauth",
                               "/oauth/Token",
                               "/oauth/jwks/x",
                               "/oauth/authorise",
                               "/admin",
                               "/admin/clients/x/y",
                               "/admin/Check",
                               "/health/x",
                               "/.well-known",
                               "/.well-known/openid",
                               "/t",
                               "/t/north/fhir/metadata",
                               "/t/default/fhir/metadata",
                               "/fhir/t/north",
                               "/metadata"}) {
        expect_get(target, Errc::not_found);
    }
    for (auto const method : {Method::post, Method::put, Method::remove, Method::patch}) {
        expect({.method = method, .target = "/fhir/Client/c1"}, Errc::not_found);
        expect({.method = method, .target = "/admin/Clients"}, Errc::not_found);
    }
}

TEST_F(ClassifierTest, APathHasOneSpelling) {
    for (auto const* target :
         {"", "fhir/Patient/p1", "//fhir/Patient/p1", "/fhir//Patient/p1", "/fhir/Patient/p1/",
          "/fhir/metadata/", "/fhir/./metadata", "/fhir/Patient/../metadata", "/fhir/%50atient/p1",
          "/fhir/Patient%2Fp1", "/fhir/Patient/%70%31", "/%66hir/metadata", "/fhir/Patient/p1%00",
          "/fhir/Patient/p1%", "/fhir/Patient/p1%zz", "/fhir/Patient/p1%2F_history", "*",
          "https://localhost/fhir/metadata"}) {
        expect_get(target, Errc::invalid);
    }
    // Not a FHIR id.
    for (auto const* id : {"p_1", "p%201", "p%0A1", "$x", "p1;x", "%E2%82%AC"}) {
        auto const target = "/fhir/Patient/" + std::string(id);
        expect_get(target + "/_history", Errc::invalid);
    }
    expect_get("/fhir/Patient/" + std::string(65, 'a') + "/_history", Errc::invalid);
}

TEST_F(ClassifierTest, ParametersThatAreNotKnown) {
    for (auto const* target : {"/oauth/jwks?x=1",
                               "/admin/check?_elements=id",
                               "/.well-known/oauth-authorization-server?x",
                               "/fhir/metadata?x=1",
                               "/fhir/metadata?_elements=rest",
                               "/fhir/Patient/p1?x=1",
                               "/fhir/Patient/p1?_count=1",
                               "/fhir/Patient/p1?_before=1",
                               "/fhir/Patient/p1?access_token=x",
                               "/fhir/Patient/p1?_summary=maybe",
                               "/fhir/Patient/p1?_summary=",
                               "/fhir/Patient/p1/_history/1?_count=1",
                               "/fhir/Patient/p1/_history?_count=",
                               "/fhir/Patient/p1/_history?_count=-1",
                               "/fhir/Patient/p1/_history?_count=1x",
                               "/fhir/Patient/p1/_history?_count=007",
                               "/fhir/Patient/p1/_history?_before=x",
                               "/fhir/Patient/p1/_history?_before=%2B1",
                               "/fhir/Patient/p1?_elements=a%",
                               "/fhir/Patient/p1?=x",
                               "/fhir/Patient?nothing=x",
                               "/fhir/Patient?birthdate=x",
                               "/fhir/Patient?gender:exactly=male",
                               "/fhir/Patient/p1/Observation?nothing=x"}) {
        expect_get(target, Errc::invalid);
    }
    HeaderList const json{{"Content-Type", testing::kFhirJsonType}};
    expect({Method::put, "/fhir/Patient/p1?_elements=id", json, kPatient}, Errc::invalid);
    expect({Method::remove, "/fhir/Patient/p1?x=1", {}, ""}, Errc::invalid);
    expect({Method::post, "/fhir?x=1", json, kTransaction}, Errc::invalid);
    for (auto const* format : {"xml", "application/fhir+xml", "", "JSON"}) {
        expect_get("/fhir/Patient/p1?_format=" + std::string(format), Errc::not_acceptable);
    }
}

TEST_F(ClassifierTest, ShapesOfAnAnswer) {
    auto const& read = facts({.target = "/fhir/Patient/p1?_elements=name,birthDate&fields=gender"});
    EXPECT_EQ(read.elements.names, (std::vector<std::string>{"name", "birthDate", "gender"}));
    EXPECT_EQ(read.elements.summary, request::SummaryForm::none);
    EXPECT_EQ(facts({.target = "/fhir/Patient/p1?_summary=true"}).elements.summary,
              request::SummaryForm::summary);
    EXPECT_EQ(facts({.target = "/fhir/Patient/p1?_format=json"}).elements.summary,
              request::SummaryForm::none);
    EXPECT_EQ(facts({.target = "/fhir/Patient/p1/_history/42"}).version, 42U);
    EXPECT_EQ(facts({.target = "/fhir/Patient/p1/_history?_count=7"}).count, 7U);
    EXPECT_EQ(facts({.target = "/fhir/Patient/p1/_history?_count=18446744073709551615"}).count,
              limits::kPageSizeLargest);
    EXPECT_EQ(facts({.target = "/fhir/Patient/p1/_history?_count=0"}).count, 1U);
    auto const& found = facts({.target = "/fhir/Patient?_elements=name&birthdate=1980-01-01"});
    EXPECT_EQ(found.elements.names, (std::vector<std::string>{"name"}));
}

TEST_F(ClassifierTest, OnlyTheNamedPatientsCompartmentIsReached) {
    auto const compartment = room_.addressing().patient_compartment("p1");
    for (auto const* target :
         {"/fhir/Patient/p1", "/fhir/Patient/p1/_history", "/fhir/Patient/p1/Observation",
          "/fhir/Observation?patient=p1", "/fhir/Observation?patient=Patient/p1",
          "/fhir/Observation?subject=Patient/p1", "/fhir/Patient?_id=p1"}) {
        auto const& intent = facts({.target = target});
        EXPECT_EQ(intent.compartment, compartment) << target;
        EXPECT_TRUE(intent.patient_compartment) << target;
    }
    for (auto const* target :
         {"/fhir/Observation?patient=p1,p2", "/fhir/Observation?subject=Patient/p1,Patient/p2",
          "/fhir/Observation?patient:missing=false", "/fhir/Observation?subject=Group/p1",
          "/fhir/Observation?subject=p1", "/fhir/Patient?_id=p1,p2", "/fhir/Observation?_id=p1",
          "/fhir/Observation?subject=https://other.example/Patient/p1", "/fhir/Patient"}) {
        EXPECT_FALSE(facts({.target = target}).compartment.has_value()) << target;
    }
}

TEST_F(ClassifierTest, ARefusalIsRecordedWithWhatWasLearned) {
    auto exchange =
        room_.exchange({.target = "/fhir/Patient?nothing=x"}, testing::caller_named("client-1"));
    json::Parser parser;
    Classifier classifier(room_.home().tenant(), room_.records(), parser, instance_.clock);
    EXPECT_FALSE(classifier.classify(exchange).has_value());
    EXPECT_EQ(exchange.facts.interaction, Interaction::search_type);
    EXPECT_EQ(exchange.facts.type, "Patient");
    auto named = room_.exchange({.target = "/fhir/Patient/p1", .headers = {{"If-Match", "x"}}},
                                testing::caller_named("client-1"));
    EXPECT_FALSE(classifier.classify(named).has_value());
    EXPECT_EQ(named.facts.interaction, Interaction::read);
}

TEST_F(ClassifierTest, APatientContextIsToldWhereADocumentStands) {
    ASSERT_EQ(room_.put("/fhir/Observation/o1", testing::observation_json("o1", "p1")).status(),
              201);
    auto facts_of_p1 = testing::facts_of_caller("patient/*.cruds");
    facts_of_p1.patient_compartment = room_.addressing().patient_compartment("p1");
    auto const caller = testing::make_caller(std::move(facts_of_p1));
    auto const read = must(room_.classify({.target = "/fhir/Observation/o1"}, caller));
    EXPECT_EQ(read.facts().compartment, room_.addressing().patient_compartment("p1"));
    auto const unknown = must(room_.classify({.target = "/fhir/Observation/o2"}, caller));
    EXPECT_FALSE(unknown.facts().compartment.has_value());
    auto const created = must(room_.classify({Method::post,
                                              "/fhir/Observation",
                                              {{"Content-Type", testing::kFhirJsonType}},
                                              testing::observation_json("x", "p2")},
                                             caller));
    EXPECT_EQ(created.facts().compartment, room_.addressing().patient_compartment("p2"));
}

TEST_F(ClassifierTest, ANewResourceSaysWhoseItIs) {
    auto const compartment = [&](char const* target, std::string const& body) {
        return must(room_.classify(
                        {Method::post, target, {{"Content-Type", testing::kFhirJsonType}}, body},
                        testing::caller_named("client-1")))
            .facts()
            .compartment;
    };
    EXPECT_EQ(compartment("/fhir/Observation", testing::observation_json("x", "p2")),
              room_.addressing().patient_compartment("p2"));
    // A new patient has no id yet, and an organization is nobody's.
    EXPECT_FALSE(compartment("/fhir/Patient", testing::patient_json("p2")).has_value());
    EXPECT_FALSE(compartment("/fhir/Organization", R"({"resourceType":"Organization","name":"x"})")
                     .has_value());
}

class OtherTenantTest : public ClassifierTest {
protected:
    testing::OperationsRoom north_{instance_, "north", "/t/north"};
};

TEST_F(OtherTenantTest, HasTheSameRoutesUnderItsName) {
    struct Route {
        char const* target;
        Interaction interaction;
    };
    constexpr Route kRoutes[] = {
        {"/t/north/.well-known/oauth-authorization-server",
         Interaction::authorization_server_metadata},
        {"/t/north/fhir/.well-known/smart-configuration", Interaction::smart_configuration},
        {"/t/north/oauth/jwks", Interaction::json_web_key_set},
        {"/t/north/admin/check", Interaction::control_check},
        {"/t/north/.well-known/authzen-configuration", Interaction::access_evaluation_metadata},
        {"/t/north/fhir/metadata", Interaction::capabilities},
        {"/t/north/fhir/Patient/p1", Interaction::read},
        {"/t/north/fhir/Patient/p1/_history/1", Interaction::vread},
        {"/t/north/fhir/Patient?birthdate=1980-01-01", Interaction::search_type},
    };
    for (auto const& route : kRoutes) {
        auto const intent = north_.classify({.target = route.target});
        ASSERT_TRUE(intent.has_value()) << route.target;
        EXPECT_EQ(intent->facts().interaction, route.interaction) << route.target;
        EXPECT_EQ(intent->facts().tenant, TenantName("north"));
    }
    auto const base = north_.classify(
        {Method::post, "/t/north/fhir/", {{"Content-Type", testing::kFhirJsonType}}, kTransaction});
    ASSERT_TRUE(base.has_value());
    EXPECT_EQ(base->facts().interaction, Interaction::transaction);
}

TEST_F(OtherTenantTest, HasNothingElseAndItsPatientsAreOthers) {
    for (auto const* target : {"/t/north", "/t/north/x", "/t/north/t/north/fhir/metadata",
                               "/t/north/fhir/Client/c1", "/t/north/health"}) {
        auto const intent = north_.classify({.target = target});
        ASSERT_FALSE(intent.has_value()) << target;
        EXPECT_EQ(intent.error().code, Errc::not_found) << target;
    }
    auto const theirs = must(north_.classify({.target = "/t/north/fhir/Patient/p1"}));
    EXPECT_NE(theirs.facts().compartment, room_.addressing().patient_compartment("p1"));
}

}  // namespace
}  // namespace salus::operations
