// Labels that a patient's consents open, under the hospital's policy: label by label, for that
// patient alone, and nothing until it is said.
#include <gtest/gtest.h>

#include "authorization/found_record_rules.h"
#include "authorization/hospital_policy_for_test.h"
#include "authorization/policy_for_test.h"

namespace salus::authorization {
namespace {

using Names = std::vector<std::string>;

class ConsentedTest : public ::testing::Test {
protected:
    ConsentedTest() {
        auto facts = facts_of_caller("user/*.rs", PurposeOfUse::treatment);
        facts.roles = {*request::RoleName::parse("careCoordinator")};
        facts.person = request::Person{.id = UserId("u1"),
                                       .grant = "g1",
                                       .acr = "phr",
                                       .authenticated = kNow,
                                       .practitioner = "Practitioner/c1"};
        rules_ = std::make_unique<FoundRecordRules>(
            policy_, testing::make_caller(std::move(facts)), TenantName("default"),
            Circumstances{.now = kNow, .access = at_work()}, false);
    }
    [[nodiscard]] std::optional<request::Duties> left(Names const& labels,
                                                      CompartmentId const& compartment) const {
        request::RecordCircumstances record{.care = true};
        for (std::size_t i = 0; i < policy_.labels().size(); ++i) {
            if (std::ranges::find(labels, policy_.labels()[i]) != labels.end())
                record.carried |= request::CarriedLabels{1} << i;
        }
        return rules_->leave(Interaction::read, "Observation", compartment, record);
    }

    Policy policy_ = testing::hospital_policy();
    CompartmentId patient_ = CompartmentId::from(CompartmentId::Array{1});
    CompartmentId another_ = CompartmentId::from(CompartmentId::Array{2});
    std::unique_ptr<FoundRecordRules> rules_;
};

TEST_F(ConsentedTest, OpenWhatIsClosedOtherwise) {
    EXPECT_TRUE(rules_->ask_for_consents());
    EXPECT_TRUE(left({}, patient_));
    EXPECT_FALSE(left({"PSY"}, patient_));
    EXPECT_FALSE(left({"42CFRPart2"}, patient_));
    rules_->release(patient_, {"42CFRPart2", "PSY"});
    EXPECT_TRUE(left({"PSY"}, patient_));
    EXPECT_TRUE(left({"42CFRPart2", "PSY"}, patient_));
    EXPECT_FALSE(left({"HIV", "PSY"}, patient_));  // label by label
    EXPECT_FALSE(left({"PSY"}, another_));
}

// 42 CFR 2.32: what leaves a program with consent is accompanied by the notice.
TEST_F(ConsentedTest, ComeWithTheDutiesOfTheRecord) {
    rules_->release(patient_, {"42CFRPart2", "PSY"});
    request::Duties notice;
    notice.add(Duty::watermark);
    EXPECT_EQ(left({"42CFRPart2"}, patient_), notice);
    EXPECT_EQ(left({"42CFRPart2", "PSY"}, patient_), notice);
    EXPECT_EQ(left({"PSY"}, patient_), request::Duties());
    EXPECT_EQ(left({}, patient_), request::Duties());
    EXPECT_EQ(left({"42CFRPart2"}, another_), std::nullopt);
}

TEST_F(ConsentedTest, MatterOnlyWhereRulesReadThem) {
    auto const plain = Policy::parse(
        R"(@id("a") @fields("*") permit(principal, action, resource is Record)
           unless { resource.labels.contains("PSY") };)");
    ASSERT_TRUE(plain.has_value());
    EXPECT_FALSE(plain->asks_for_consents());
    EXPECT_TRUE(policy_.asks_for_consents());
    // A rule that reads nothing else of a record depends on the record.
    auto const released = Policy::parse(
        R"(@id("a") @fields("*") permit(principal, action, resource is Record)
           when { resource.consented.contains("PSY") };)");
    ASSERT_TRUE(released.has_value());
    EXPECT_TRUE(released->judges_records());
}

}  // namespace
}  // namespace salus::authorization
