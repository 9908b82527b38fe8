// Users as administrators add and change them (IAM-1, IAM-5).
#include "identity/user_administration.h"

#include <gtest/gtest.h>

#include "http/test_support.h"
#include "identity/enrolment.h"
#include "identity/holdings.h"
#include "identity/user.h"
#include "records/tenant_for_test.h"
#include "request/caller_for_test.h"
#include "request/intent_for_test.h"
#include "request/permit_for_test.h"

namespace salus::identity {
namespace {

using testing::must;

constexpr char const* kAda =
    R"({"user_name":"Ada@example.org","display_name":"Ada","scope":"user/*.rs","purposes":["TREAT"],)"
    R"("fhir_user":"Practitioner/p1"})";

class UserAdministrationTest : public ::testing::Test {
protected:
    [[nodiscard]] Result<request::Prepared> add(std::string const& body) {
        auto exchange = exchange_with(body);
        return add_user(desk_, exchange);
    }
    [[nodiscard]] request::Exchange exchange_with(std::string const& body) {
        return testing::make_exchange(
            home_.tenant(),
            testing::make_request(
                {.method = http::Method::post, .target = "/admin/users", .body = body}));
    }
    [[nodiscard]] Result<request::Prepared> change(std::string const& id, std::string const& body) {
        auto exchange = exchange_with(body);
        return change(id, exchange);
    }
    [[nodiscard]] Result<request::Prepared> change(std::string const& id,
                                                   request::Exchange& exchange) {
        request::IntentFacts facts;
        facts.interaction = request::Interaction::user_change;
        facts.tenant = home_.tenant().name;
        facts.id = EphiText(id);
        return change_user(desk_, exchange,
                           testing::make_permit(
                               testing::make_caller(testing::facts_of_caller("admin/users.write")),
                               testing::make_intent(std::move(facts))));
    }
    json::Document save(request::Prepared prepared) {
        auto const& report = std::get<request::ReportContent>(prepared.content);
        auto document =
            must(parser_.parse(std::string(testing::EphiTestAccess::open(report.text))));
        auto const after = prepared.after_commit;
        EXPECT_TRUE(
            instance_.home
                .run(home_.tenant().store.commit(*std::move(prepared.batch), instance_.home))
                .has_value());
        if (after) after();
        return document;
    }
    [[nodiscard]] User user(std::string const& id) {
        Documents documents(home_.records(), parser_, instance_.clock);
        return std::move(must(documents.read<User>(id))->value);
    }

    testing::TestInstance instance_;
    testing::TestRecords home_{instance_};
    json::Parser parser_;
    std::vector<std::string> forgotten_;
    WaitingLogouts waiting_logouts_;
    LogoutTelling logouts_{.tenant = home_.tenant().name,
                           .wish_of = [](ClientId const&) { return LogoutWish::user; },
                           .waiting = waiting_logouts_};
    UsersDesk desk_{.records = home_.records(),
                    .parser = parser_,
                    .random = instance_.random,
                    .clock = instance_.clock,
                    .logouts = logouts_,
                    .forget = [this](std::string id) { forgotten_.push_back(std::move(id)); }};
};

TEST_F(UserAdministrationTest, ANewUserHasACodeThatServesOnce) {
    auto const answer = save(must(add(kAda)));
    auto const id = *answer.root().text_member("id");
    auto const code = *answer.root().text_member("enrolment_code");
    EXPECT_EQ(id.size(), 32U);
    EXPECT_EQ(answer.root().text_member("user_name"), "ada@example.org");
    auto ada = user(id);
    EXPECT_EQ(ada.fhir_user, "Practitioner/p1");
    EXPECT_FALSE(ada.has_strong_factor());
    EXPECT_FALSE(use_enrolment(ada, "0000-0000-0000-0000", instance_.clock.now()));
    EXPECT_FALSE(use_enrolment(ada, "", instance_.clock.now()));
    auto late = user(id);
    EXPECT_FALSE(use_enrolment(late, code, instance_.clock.now() + std::chrono::hours(24 * 7)));
    EXPECT_TRUE(use_enrolment(ada, code, instance_.clock.now()));
    EXPECT_FALSE(use_enrolment(ada, code, instance_.clock.now()));
}

TEST_F(UserAdministrationTest, ANameIsGivenOnceInAnyCase) {
    save(must(add(kAda)));
    EXPECT_EQ(
        add(R"({"user_name":"ADA@example.org","scope":"","purposes":["TREAT"]})").error().code,
        Errc::conflict);
}

TEST_F(UserAdministrationTest, WhatIsNoUserIsRefused) {
    for (auto const* body :
         {"", "[]", "{}", R"({"user_name":"a b","scope":"","purposes":["TREAT"]})",
          R"({"user_name":"","scope":"","purposes":["TREAT"]})",
          R"({"user_name":"a","scope":"everything","purposes":["TREAT"]})",
          R"({"user_name":"a","scope":"","purposes":["treat"]})",
          R"({"user_name":"a","scope":"","purposes":[]})", R"({"user_name":"a","scope":""})",
          R"({"user_name":"a","scope":"","purposes":["TREAT"],"fhir_user":"Observation/1"})",
          R"({"user_name":"a","scope":"","purposes":["TREAT"],"fhir_user":"Practitioner/"})",
          R"({"user_name":"a","scope":"","purposes":["TREAT"],"patient":"a/b"})",
          R"({"user_name":"a","scope":"","purposes":["TREAT"],"generation":7})",
          R"({"user_name":"a","scope":"","purposes":["TREAT"],"id":"x"})"}) {
        EXPECT_EQ(add(body).error().code, Errc::invalid) << body;
    }
    // Whatever travels in their tokens is bounded, also if it is the same again.
    auto const with = [&](std::string const& name, std::string const& each, std::size_t count) {
        std::string list;
        for (std::size_t i = 0; i < count; ++i) list += (list.empty() ? "\"" : ",\"") + each + '"';
        return R"({"user_name":"many","scope":"","purposes":["TREAT"],")" + name + "\":[" + list +
               "]}";
    };
    auto const refused = add(with("locations", "Location/icu", 10'000));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().why, request::kWhatPlacesAre);
    EXPECT_EQ(add(with("roles", "physician", 10'000)).error().code, Errc::invalid);
    EXPECT_TRUE(add(with("locations", "Location/icu", 16)));
}

TEST_F(UserAdministrationTest, EveryChangeEndsWhatWasIssued) {
    auto const id = *save(must(add(kAda))).root().text_member("id");
    auto const before = user(id).generation;
    save(must(change(id, R"({"status":"disabled"})")));
    EXPECT_EQ(user(id).status, UserStatus::disabled);
    EXPECT_GT(user(id).generation, before);
    EXPECT_EQ(forgotten_, std::vector<std::string>{id});
    save(must(change(id, R"({"status":"active","scope":"user/Patient.r"})")));
    EXPECT_EQ(request::to_text(user(id).scopes), "user/Patient.r");
    EXPECT_EQ(user(id).display_name, "Ada");
    EXPECT_EQ(change(id, R"({"user_name":"other"})").error().code, Errc::invalid);
    EXPECT_EQ(change("0123", R"({"status":"active"})").error().code, Errc::not_found);
}

TEST_F(UserAdministrationTest, RolesAreStatedAndEndWhatWasIssuedWithOthers) {
    auto const id = *save(must(add(R"({"user_name":"bob","scope":"","purposes":["TREAT"],)"
                                   R"("roles":["physician","nurse"]})")))
                         .root()
                         .text_member("id");
    auto const names = [&] {
        std::vector<std::string> all;
        for (auto const& role : user(id).roles) all.push_back(role.text());
        return all;
    };
    using Names = std::vector<std::string>;
    EXPECT_EQ(names(), (Names{"nurse", "physician"}));
    auto const before = user(id).generation;
    auto const answer = save(must(change(id, R"({"roles":["auditor"]})")));
    EXPECT_EQ(answer.root().member("roles")->raw(), R"(["auditor"])");
    EXPECT_EQ(names(), Names{"auditor"});
    EXPECT_GT(user(id).generation, before);
    EXPECT_EQ(forgotten_, std::vector<std::string>{id});
    // What is not said stays.
    save(must(change(id, R"({"display_name":"Bob"})")));
    EXPECT_EQ(names(), Names{"auditor"});
    auto const listing = must(list_users(desk_));
    EXPECT_NE(testing::EphiTestAccess::open(std::get<request::ReportContent>(listing.content).text)
                  .find(R"("roles":["auditor"])"),
              std::string::npos);
    for (auto const* roles :
         {R"("auditor")", R"(["Auditor"])", R"(["a-b"])", R"([""])", "[1]", "null",
          R"(["a","b","c","d","e","f","g","h","i","j","k","l","m",)"
          R"("n","o","p","q"])"}) {
        EXPECT_EQ(change(id, R"({"roles":)" + std::string(roles) + "}").error().code, Errc::invalid)
            << roles;
    }
    save(must(change(id, R"({"roles":[]})")));
    EXPECT_EQ(names(), Names());
}

// An app that is allowed something just then makes the change be prepared again, from the same
// request.
TEST_F(UserAdministrationTest, WhatLosesARaceCanBePreparedAgain) {
    auto adds = exchange_with(kAda);
    ASSERT_TRUE(add_user(desk_, adds).has_value());
    auto const id = *save(must(add_user(desk_, adds))).root().text_member("id");
    auto exchange = exchange_with(R"({"status":"disabled"})");
    ASSERT_TRUE(change(id, exchange).has_value());
    save(must(change(id, exchange)));
    EXPECT_EQ(user(id).status, UserStatus::disabled);
}

// IAM-7: and apps are told of it, once.
TEST_F(UserAdministrationTest, AppsOfAUserAreToldOfAChange) {
    auto const id = *save(must(add(kAda))).root().text_member("id");
    Documents documents(home_.records(), parser_, instance_.clock);
    Stored<Grant> grant{.value = {}, .id = "grant", .version = 0};
    grant->user = UserId(id);
    grant->client = ClientId("app");
    grant->scope = *request::parse_scope_request("openid user/Patient.r");
    auto holdings = must(holdings_of(documents, grant->user));
    add_id(holdings->grants, grant.id);
    request::Prepared given;
    ASSERT_TRUE(documents.write(grant, std::nullopt, given).has_value());
    ASSERT_TRUE(documents.write(holdings, std::nullopt, given).has_value());
    given.content = request::ReportContent{EphiText("{}")};
    save(std::move(given));

    save(must(change(id, R"({"status":"disabled"})")));
    auto notices = must(documents.read<LogoutNotices>(id));
    ASSERT_TRUE(notices.has_value());
    ASSERT_EQ(notices->value.waiting.size(), 1U);
    EXPECT_EQ(notices->value.waiting[0].client, ClientId("app"));
    EXPECT_EQ(waiting_logouts_.take({}, {}).size(), 1U);
    EXPECT_TRUE(must(holdings_of(documents, UserId(id)))->grants.empty());
    EXPECT_EQ(forgotten_, std::vector<std::string>{id});

    save(must(change(id, R"({"status":"active"})")));
    EXPECT_EQ(must(documents.read<LogoutNotices>(id))->version, notices->version);
    EXPECT_TRUE(waiting_logouts_.take({}, {}).empty());
}

TEST_F(UserAdministrationTest, ANewCodeTakesEveryFactorAway) {
    auto const id = *save(must(add(kAda))).root().text_member("id");
    auto changed = user(id);
    changed.password = Password{.record = "$scrypt$x", .changed = instance_.clock.now()};
    Documents documents(home_.records(), parser_, instance_.clock);
    changed.passkeys.push_back({.credential = {.id = Bytes(16, 1)}, .name = "Passkey 1"});
    Stored<PasskeyOwner> const owner{
        .value = {UserId(id)}, .id = to_base64url(Bytes(16, 1)), .version = 0};
    auto stored = *must(documents.read<User>(id));
    stored.value = std::move(changed);
    request::Prepared prepared;
    ASSERT_TRUE(documents.write(stored, std::nullopt, prepared).has_value());
    ASSERT_TRUE(documents.write(owner, std::nullopt, prepared).has_value());
    prepared.content = request::ReportContent{EphiText("{}")};
    save(std::move(prepared));
    ASSERT_TRUE(user(id).password.has_value());
    ASSERT_TRUE(must(documents.read<PasskeyOwner>(owner.id)).has_value());
    auto const answer = save(must(change(id, R"({"enrol":true})")));
    EXPECT_TRUE(answer.root().text_member("enrolment_code").has_value());
    EXPECT_FALSE(user(id).password.has_value());
    EXPECT_TRUE(user(id).passkeys.empty());
    EXPECT_FALSE(must(documents.read<PasskeyOwner>(owner.id)).has_value());
}

// IAM-5: who somebody is at the outside provider is stated, once, and of the provider of now.
TEST_F(UserAdministrationTest, AnOutsideAccountIsOfOneUser) {
    desk_.provider_issuer = "https://login.example";
    auto const ada = *save(must(add(kAda))).root().text_member("id");
    auto const bob = *save(must(add(R"({"user_name":"bob","scope":"","purposes":["TREAT"],)"
                                    R"("provider_subject":"7"})")))
                          .root()
                          .text_member("id");
    OutsideAccount const seven{.issuer = "https://login.example", .subject = "7"};
    auto const owner = [&] {
        Documents documents(home_.records(), parser_, instance_.clock);
        auto const found = must(documents.read<OutsideAccountOwner>(outside_account_id(seven)));
        return found ? found->value.user.text() : std::string();
    };
    EXPECT_EQ(user(bob).outside, seven);
    EXPECT_EQ(owner(), bob);
    EXPECT_EQ(change(ada, R"({"provider_subject":"7"})").error().code, Errc::conflict);
    auto const before = user(bob).generation;
    auto const answer = save(must(change(bob, R"({"provider_subject":"8"})")));
    EXPECT_EQ(answer.root().text_member("provider_subject"), "8");
    EXPECT_EQ(answer.root().text_member("provider_issuer"), seven.issuer);
    EXPECT_GT(user(bob).generation, before);
    EXPECT_EQ(owner(), "");
    save(must(change(ada, R"({"provider_subject":"7"})")));
    EXPECT_EQ(owner(), ada);
    save(must(change(ada, R"({"status":"active"})")));
    EXPECT_EQ(user(ada).outside, seven);
    save(must(change(ada, R"({"provider_subject":""})")));
    EXPECT_FALSE(user(ada).outside.has_value());
    EXPECT_EQ(owner(), "");
}

TEST_F(UserAdministrationTest, WhatIsNoOutsideAccountIsRefused) {
    auto const id = *save(must(add(kAda))).root().text_member("id");
    // There is no provider.
    EXPECT_EQ(change(id, R"({"provider_subject":"7"})").error().code, Errc::invalid);
    desk_.provider_issuer = "https://login.example";
    for (auto const& subject :
         {std::string("7"), std::string(R"(["7"])"), std::string(R"("a b")"),
          std::string("\"\xc3\xa9\""), std::string("null"), "\"" + std::string(256, 'a') + "\""}) {
        EXPECT_EQ(change(id, R"({"provider_subject":)" + subject + "}").error().code, Errc::invalid)
            << subject;
    }
    EXPECT_NE(outside_account_id({.issuer = "https://a", .subject = "b"}),
              outside_account_id({.issuer = "https://", .subject = "ab"}));
}

TEST_F(UserAdministrationTest, TheListTellsNoSecret) {
    save(must(add(kAda)));
    save(must(add(R"({"user_name":"bob","scope":"","purposes":["TREAT"]})")));
    auto const listing = must(list_users(desk_));
    std::string const text(
        testing::EphiTestAccess::open(std::get<request::ReportContent>(listing.content).text));
    auto const document = must(parser_.parse(text));
    EXPECT_EQ(document.root().member("users")->size(), 2U);
    for (auto const* secret : {"record", "secret", "code\"", "public_key"})
        EXPECT_EQ(text.find(secret), std::string::npos) << secret;
}

}  // namespace
}  // namespace salus::identity
