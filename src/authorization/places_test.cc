// Where a record belongs and where its reader works: a request is decided before that is known, and
// each record by what it tells.
#include <gtest/gtest.h>

#include "authorization/decide.h"
#include "authorization/found_record_rules.h"
#include "authorization/hospital_policy_for_test.h"
#include "authorization/policy_for_test.h"

namespace salus::authorization {
namespace {

using request::PlaceNames;

PlaceNames places(std::vector<std::string> const& names) {
    PlaceNames all;
    for (auto const& name : names) all.push_back(*request::PlaceName::parse(name));
    request::put_in_order(all);
    return all;
}

request::CallerFacts nurse(std::vector<std::string> const& works_at) {
    auto facts = facts_of_caller("user/*.cruds user/AuditEvent.rs admin/population.read", kTreat);
    facts.roles = {*request::RoleName::parse("nurse")};
    facts.person = request::Person{.id = UserId("u1"),
                                   .grant = "g1",
                                   .acr = "phr",
                                   .authenticated = kNow,
                                   .practitioner = "Practitioner/n1"};
    facts.locations = places(works_at);
    return facts;
}

Policy ward_policy() {
    return Policy::parse(R"cedar(
@id("ward") @fields("*") permit(principal, action, resource is Record)
when { principal.locations.containsAny(resource.locations) };
@id("elsewhere") @redact("note") permit(principal, action == Action::"limit", resource is Record)
when { resource.locations.contains("Location/office") };
)cedar")
        .value();
}

bool is_decided(request::CallerFacts const& caller, Interaction interaction, char const* type) {
    return decide(ward_policy(), caller, facts_of_intent(interaction, type), kNow).allowed;
}

class Places : public ::testing::Test {
protected:
    [[nodiscard]] static bool left(Policy const& policy, request::CallerFacts const& caller,
                                   request::RecordCircumstances const& record) {
        FoundRecordRules const rules(policy, testing::make_caller(caller), TenantName("default"),
                                     {.now = kNow, .access = at_work()}, false);
        return rules
            .leave(Interaction::read, "Observation", CompartmentId::from(crypto::Sha256Digest{1}),
                   record)
            .has_value();
    }
};

TEST_F(Places, OpenWhatIsThereAndNothingElse) {
    auto const policy = ward_policy();
    auto const here = nurse({"Location/icu"});
    EXPECT_TRUE(policy.judges_records());
    EXPECT_TRUE(left(policy, here, {.locations = places({"Location/icu"})}));
    EXPECT_TRUE(left(policy, here, {.locations = places({"Location/er", "Location/icu"})}));
    EXPECT_FALSE(left(policy, here, {.locations = places({"Location/er"})}));
    EXPECT_FALSE(left(policy, here, {}));
    EXPECT_FALSE(left(policy, nurse({}), {.locations = places({"Location/icu"})}));
    EXPECT_FALSE(left(policy, nurse({}), {}));
}

TEST_F(Places, ARequestIsDecidedForWhatMayBeFound) {
    for (auto const interaction : {Interaction::read, Interaction::search_type}) {
        EXPECT_TRUE(is_decided(nurse({"Location/icu"}), interaction, "Observation"));
        EXPECT_FALSE(is_decided(nurse({}), interaction, "Observation"));
    }
    // Nobody judges these record by record.
    EXPECT_FALSE(is_decided(nurse({"Location/icu"}), Interaction::history_type, "Observation"));
    EXPECT_FALSE(is_decided(nurse({"Location/icu"}), Interaction::audit_search, "AuditEvent"));
    auto const search = decide(ward_policy(), nurse({"Location/icu"}),
                               facts_of_intent(Interaction::search_type, "Observation"), kNow);
    EXPECT_EQ(search.reach, request::Reach::named);
}

// What was decided for one of two places may be less than what the other opens.
TEST_F(Places, NothingLeavesWithMoreOpenThanItsOwnPlaceOpens) {
    auto const policy = ward_policy();
    auto const two = nurse({"Location/icu", "Location/office"});
    EXPECT_TRUE(left(policy, two, {.locations = places({"Location/office"})}));
    EXPECT_TRUE(left(policy, two, {.locations = places({"Location/icu"})}));
    auto const one = nurse({"Location/icu"});
    EXPECT_FALSE(left(policy, one, {.locations = places({"Location/icu", "Location/office"})}));
}

TEST_F(Places, AQuestionMayStateThem) {
    auto const ask = [](std::optional<PlaceNames> stated) {
        return decide(ward_policy(), nurse({"Location/icu"}),
                      facts_of_intent(Interaction::read, "Observation"),
                      Circumstances{.now = kNow, .locations = std::move(stated)})
            .allowed;
    };
    EXPECT_TRUE(ask(std::nullopt));
    EXPECT_TRUE(ask(places({"Location/icu"})));
    EXPECT_FALSE(ask(places({"Location/er"})));
    EXPECT_FALSE(ask(PlaceNames()));
}

// 42 CFR 2.12(c)(3): within the program; a stay in two units is told to who works in both.
TEST_F(Places, KeepPart2RecordsInTheirProgram) {
    auto const policy = testing::hospital_policy();
    auto const& labels = policy.labels();
    auto const found = [&](bool labelled, std::vector<std::string> const& belongs) {
        auto const at = std::ranges::find(labels, "42CFRPart2") - labels.begin();
        return request::RecordCircumstances{
            .carried = labelled ? request::CarriedLabels{1} << at : request::CarriedLabels{0},
            .care = true,
            .locations = places(belongs)};
    };
    auto const staff = nurse({"Location/recovery"});
    EXPECT_TRUE(left(policy, staff, found(true, {"Location/recovery"})));
    EXPECT_FALSE(left(policy, staff, found(true, {"Location/icu", "Location/recovery"})));
    EXPECT_FALSE(left(policy, staff, found(true, {})));
    EXPECT_FALSE(left(policy, nurse({"Location/icu"}), found(true, {"Location/recovery"})));
    EXPECT_FALSE(left(policy, nurse({}), found(true, {})));

    // Only what carries the label has to be opened to see where it belongs.
    FoundRecordRules const rules(policy, testing::make_caller(staff), TenantName("default"),
                                 {.now = kNow, .access = at_work()}, false);
    auto const mine = CompartmentId::from(crypto::Sha256Digest{1});
    EXPECT_TRUE(rules.ask_for_places(Interaction::read, "Observation", mine, found(true, {})));
    EXPECT_FALSE(rules.ask_for_places(Interaction::read, "Observation", mine, found(false, {})));
}

}  // namespace
}  // namespace salus::authorization
